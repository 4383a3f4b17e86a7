package table

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
)

// Largest is the largest value of a series: the square of a larger one is no float32, so that every error
// measured at it would be infinite. Larger ones stand for missing values in some files.
const Largest = 1.8446742e19

// largestText is Largest as messages have it.
const largestText = "1.8e19"

// missings are the spellings of a cell that holds nothing, in lower case.
var missings = map[string]bool{"": true, "na": true, "n/a": true, "#n/a": true, "n.a.": true, "<na>": true,
	"nan": true, "-nan": true, "+nan": true, "nan(ind)": true, "-nan(ind)": true, "1.#qnan": true,
	"null": true, "nil": true, "none": true, "nat": true, "missing": true, "?": true, "-": true, "--": true,
	"no data": true, "nodata": true, "no value": true, "bad input": true, "i/o timeout": true, "pt created": true,
	"scan off": true, "#value!": true, "#div/0!": true, "#ref!": true, "#num!": true, "#name?": true, "#nv": true,
	"k.a.": true, "없음": true, "결측": true}

// isMissing reports whether a trimmed cell holds nothing.
func isMissing(cell []byte) bool {
	if len(cell) == 0 {
		return true
	}
	if len(cell) > 12 || cell[0] >= '0' && cell[0] <= '9' && cell[0] != '1' {
		return false
	}
	var lower [12]byte
	for i, b := range cell {
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower[i] = b
	}
	return missings[string(lower[:len(cell)])]
}

// trim takes spaces of every kind from both ends of a cell.
func trim(cell []byte) []byte {
	if n := len(cell); n > 0 && cell[0] > ' ' && cell[n-1] > ' ' && cell[0] < 0x80 && cell[n-1] < 0x80 {
		return cell
	}
	return bytes.TrimSpace(cell)
}

// number reads a trimmed cell as a finite or infinite number with the decimal mark of its table; ok = it is
// one.
func number(cell []byte, decimal byte) (x float64, ok bool) {
	if len(cell) == 0 || cell[0] > '9' && cell[0] != 'i' && cell[0] != 'I' && cell[0] < 0x80 {
		return 0, false
	}
	if decimal == ',' && bytes.IndexByte(cell, ',') >= 0 {
		return commaNumber(cell)
	}
	if decimal == ',' && cell[0] != '0' && bytes.IndexByte(cell, '.') > 0 {
		if x, ok := commaNumber(cell); ok { // the groups of a whole number: 1.234
			return x, true
		}
	}
	x, err := strconv.ParseFloat(string(cell), 64)
	switch {
	case err == nil:
		return x, bytes.IndexByte(cell, '_') < 0 && bytes.IndexAny(cell, "xXpP") < 0
	case errors.Is(err, strconv.ErrRange):
		return x, true
	case decimal == '.' && bytes.IndexByte(cell, ',') > 0, bytes.ContainsAny(cell, " '\u00a0\u202f\u2212"):
		if plain, grouped := ungrouped(cell, decimal); grouped {
			x, err = strconv.ParseFloat(plain, 64)
			return x, err == nil || errors.Is(err, strconv.ErrRange)
		}
	}
	return 0, false
}

// commaNumber reads a number that has a decimal comma.
func commaNumber(cell []byte) (float64, bool) {
	plain, ok := ungrouped(cell, ',')
	if !ok {
		return 0, false
	}
	x, err := strconv.ParseFloat(plain, 64)
	return x, err == nil || errors.Is(err, strconv.ErrRange)
}

// ungrouped takes the signs between groups of three digits out of a number, and gives it a decimal point; ok
// = every group is one of three, and one sign parts them all.
func ungrouped(cell []byte, decimal byte) (plain string, ok bool) {
	text := strings.ReplaceAll(string(cell), "\u2212", "-")
	whole, fraction, has := strings.Cut(text, string(rune(decimal)))
	if has && strings.ContainsAny(fraction, ",.' \u00a0\u202f") {
		return "", false
	}
	if mark := strings.IndexAny(whole, ",.' \u00a0\u202f"); mark >= 0 {
		r := []rune(whole[mark:])[0]
		groups := strings.Split(whole, string(r))
		for i, g := range groups {
			digits := strings.TrimLeft(g, "+-")
			if i > 0 && len(g) != 3 || len(digits) == 0 || len(digits) > 3 ||
				strings.Trim(digits, "0123456789") != "" {
				return "", false
			}
		}
		whole = strings.Join(groups, "")
	}
	if has {
		return whole + "." + fraction, true
	}
	return whole, true
}

// truths are the spellings of true and false, in lower case.
var truths = map[string]float64{"true": 1, "false": 0, "yes": 1, "no": 0, "on": 1, "off": 0, "ja": 1, "nein": 0,
	"wahr": 1, "falsch": 0, "oui": 1, "non": 0, "vrai": 1, "faux": 0}

// truth reads a trimmed cell as true or false.
func truth(cell []byte) (x float64, ok bool) {
	if len(cell) < 2 || len(cell) > 6 {
		return 0, false
	}
	var lower [6]byte
	for i, b := range cell {
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower[i] = b
	}
	x, ok = truths[string(lower[:len(cell)])]
	return x, ok
}

// usable says what is wrong with a number as a value of a channel; nil = nothing.
func usable(x float64, cell []byte) error {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return fault.New("data-not-finite-cell", Short(string(cell)))
	case math.Abs(x) > Largest:
		return fault.New("data-not-squarable-cell", Short(string(cell)), largestText)
	}
	return nil
}
