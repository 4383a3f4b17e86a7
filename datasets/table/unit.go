package table

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// units are those that files have behind their numbers.
var units = map[string]bool{"%": true, "‰": true, "ppm": true, "ppb": true, "°": true, "°C": true, "°F": true, "C": true,
	"F": true, "K": true, "degC": true, "degF": true, "deg": true, "rad": true, "bar": true, "mbar": true, "barg": true,
	"bara": true, "psi": true, "psig": true, "Pa": true, "hPa": true, "kPa": true, "MPa": true, "kgf/cm2": true,
	"kgf/cm²": true, "mmHg": true, "atm": true, "V": true, "mV": true, "kV": true, "µV": true, "A": true, "mA": true,
	"µA": true, "kA": true, "W": true, "mW": true, "kW": true, "MW": true, "GW": true, "Wh": true, "kWh": true,
	"MWh": true, "VA": true, "kVA": true, "var": true, "kvar": true, "Hz": true, "kHz": true, "MHz": true, "GHz": true,
	"rpm": true, "RPM": true, "U/min": true, "1/min": true, "r/min": true, "m": true, "mm": true, "cm": true, "dm": true,
	"km": true, "µm": true, "um": true, "nm": true, "in": true, "ft": true, "mi": true, "g": true, "mg": true, "µg": true,
	"kg": true, "t": true, "lb": true, "lbs": true, "N": true, "kN": true, "Nm": true, "s": true, "ms": true, "us": true,
	"µs": true, "sec": true, "min": true, "h": true, "hr": true, "l": true, "L": true, "ml": true, "mL": true, "m3": true,
	"m³": true, "l/s": true, "L/s": true, "l/min": true, "L/min": true, "lpm": true, "LPM": true, "l/h": true, "L/h": true,
	"m3/h": true, "m³/h": true, "m3/s": true, "m³/s": true, "Nm3/h": true, "Nm³/h": true, "gpm": true, "GPM": true,
	"t/h": true, "kg/h": true, "kg/s": true, "m/s": true, "mm/s": true, "cm/s": true, "km/h": true, "kph": true, "mph": true,
	"m/s2": true, "m/s²": true, "J": true, "kJ": true, "MJ": true, "cal": true, "kcal": true, "dB": true, "dBA": true,
	"dBm": true, "lx": true, "lux": true, "lm": true, "Ω": true, "ohm": true, "kΩ": true, "kOhm": true, "MΩ": true,
	"S/m": true, "mS/cm": true, "µS/cm": true, "uS/cm": true, "NTU": true, "FNU": true, "pH": true, "mg/l": true,
	"mg/L": true, "g/l": true, "kg/m3": true, "kg/m³": true, "µg/m3": true, "µg/m³": true, "ug/m3": true, "g/m3": true,
	"W/m2": true, "W/m²": true, "B": true, "kB": true, "KB": true, "MB": true, "GB": true, "KiB": true, "MiB": true,
	"GiB": true, "B/s": true, "kB/s": true, "MB/s": true, "Mbps": true, "Gbps": true, "%RH": true, "RH": true, "T": true,
	"mT": true, "µT": true, "F/m": true, "µF": true, "nF": true, "pF": true, "H": true, "mH": true, "mol/l": true}

// longestUnit bounds a unit, in characters.
const longestUnit = 12

// unitText is a unit as it is compared: signs that look alike are one.
func unitText(unit []byte) string {
	return strings.NewReplacer("℃", "°C", "℉", "°F", "º", "°", "μ", "µ", "Ω", "Ω", "％", "%").Replace(string(trim(unit)))
}

// measured reads a trimmed cell that is a number with a unit behind it: 50.4 °C, 12%, 3,1bar.
func measured(cell []byte, decimal byte) (x float64, unit string, ok bool) {
	if len(cell) < 2 || cell[0] > '9' && cell[0] < 0x80 {
		return 0, "", false
	}
	end := bytes.IndexFunc(cell, func(r rune) bool { return !strings.ContainsRune("0123456789.,+-' \u00a0\u202f\u2212", r) })
	if end <= 0 {
		return 0, "", false
	}
	if rest := cell[end:]; len(rest) > 1 && (rest[0] == 'e' || rest[0] == 'E') {
		digits := bytes.TrimLeft(rest[1:], "+-")
		if n := len(digits) - len(bytes.TrimLeft(digits, "0123456789")); n > 0 {
			end = len(cell) - len(digits) + n
		}
	}
	text := trim(cell[end:])
	if !isUnit(text) {
		return 0, "", false
	}
	x, ok = number(trim(cell[:end]), decimal)
	return x, unitText(text), ok
}

// isUnit reports whether a text may be a unit: letters, a degree or a share, with what makes one of others.
func isUnit(text []byte) bool {
	first, _ := utf8.DecodeRune(text)
	if len(text) == 0 || utf8.RuneCount(text) > longestUnit || !unicode.IsLetter(first) && !strings.ContainsRune("%‰°º℃℉％", first) {
		return false
	}
	return bytes.IndexFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !strings.ContainsRune("%‰°º℃℉％/²³·*^-0123456789", r)
	}) < 0
}

// valueClass is what a cell looks like where numbers may have units.
func valueClass(cell []byte, decimal byte) class {
	c := classOf(cell, decimal)
	if c == classText {
		if _, unit, ok := measured(cell, decimal); ok && units[unit] {
			return classNumber
		}
	}
	return c
}

// bare is a cell without its unit.
func bare(cell []byte) []byte {
	for _, mark := range []byte(decimals) {
		if _, unit, ok := measured(cell, mark); ok && units[unit] {
			end := bytes.LastIndexAny(cell, "0123456789.,")
			for end >= 0 && !isUnit(trim(cell[end+1:])) {
				end = bytes.LastIndexAny(cell[:end], "0123456789.,")
			}
			return trim(cell[:end+1])
		}
	}
	return cell
}

// measure keeps a number with a unit; rows before the first have none.
func (b *builder) measure(x float64, unit string, row int) {
	for b.measures.n < row {
		b.measures.add(math.NaN())
	}
	b.measures.add(x)
	for i := range b.c.units {
		if b.c.units[i].Text == unit {
			b.c.units[i].Count++
			return
		}
	}
	if len(b.c.units) < mostTexts {
		b.c.units = append(b.c.units, Word{Text: unit, Count: 1, row: row})
	}
}

// measures makes numbers of cells with units, where a column has one unit, and says which.
func (t *Table) measures() {
	for _, c := range t.Columns {
		if len(c.units) != 1 || c.measures == nil {
			continue
		}
		unit := c.units[0]
		bare := c.count[classNumber]
		// What nobody calls a unit is one where every number has it; behind a few it is a mistake of writing.
		if others := c.count[classText] - unit.Count; !units[unit.Text] && others+bare > 0 {
			continue
		}
		for row, x := range c.measures {
			if x != x {
				continue
			}
			c.Values[row] = x
			if err := usableItem(x); err != nil && c.bad.err == nil {
				c.bad = oddity{"", row, err}
			}
		}
		c.count[classText] -= unit.Count
		c.count[classNumber] += unit.Count
		c.Unit, c.measures = unit.Text, nil
		if len(c.texts) > 0 {
			c.odd = oddity{text: Short(c.texts[0].Text), row: c.texts[0].row}
		}
		f := found.Finding{Column: Visible(c.Name), Said: why("find-unit", Visible(c.Name), Visible(unit.Text))}
		if bare > 0 {
			f.Doubt = true
			f.Said = why("find-unit-some", Visible(c.Name), unit.Count, unit.Count+bare, Visible(unit.Text))
		}
		t.note(f)
	}
}

// unitsMixed says that the numbers of a column are of several units; nil = they are not.
func (t *Table) unitsMixed(c *Column) error {
	if len(c.units) < 2 || slices.ContainsFunc(c.units, func(u Word) bool { return !units[u.Text] }) {
		return nil
	}
	a, b := c.units[0], c.units[1]
	return t.At(b.row, c, fault.New("data-units-mixed", a.Text, a.Count, b.Text, b.Count))
}

// Measured reads a cell of a channel as Number does, where a unit may stand behind the number; empty = there is none.
func (f Format) Measured(cell []byte) (x float64, unit string, err error) {
	if x, err = f.Number(cell); err == nil {
		return x, "", nil
	}
	if x, unit, ok := measured(trim(cell), f.Decimal); ok {
		return x, unit, usable(x, cell)
	}
	return 0, "", err
}

// SameUnit reports whether two texts name the same unit.
func SameUnit(a, b string) bool { return unitText([]byte(a)) == unitText([]byte(b)) }
