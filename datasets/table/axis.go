package table

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cosinelab/datasets/found"
)

// Axis is when the rows were measured.
type Axis struct {
	Clock bool    // At is nanoseconds since 1970; else At is Unit times a number
	Unit  float64 // of a number
	At    []int64 // one a row
	Name  string  // of the column
	Form  Form    // how rows say it
	Zone  int64   // where Form.Zoned, nanoseconds that the clock of the first row is ahead of UTC
}

// Form is how the rows of a table say when they were measured, so that other tables are read alike.
type Form struct {
	Columns  []string `json:"columns"`             // names of the columns: of one, or of date and time of day
	Places   []int    `json:"places"`              // of them, from 1
	DayFirst bool     `json:"day_first,omitempty"` // in dates of numbers alone, where both ways are possible
	Order    string   `json:"order,omitempty"`     // of day, month and year in such dates: of found.DateOrders
	Zoned    bool     `json:"zoned,omitempty"`     // they name time zones: times are UTC
	Offsets  bool     `json:"offsets,omitempty"`   // of several distances to UTC, as with summer time
	Zone     int64    `json:"zone,omitempty"`      // where Zoned, nanoseconds that the clock of the first row is ahead of UTC
	Clock    bool     `json:"clock"`               // as Axis has it
	Unit     float64  `json:"unit,omitempty"`      // as well
	// What numbers are: those since 1970 that this takes to nanoseconds; days of a spreadsheet; dates. None =
	// counts of something.
	Epoch float64 `json:"epoch,omitempty"`
	Days  bool    `json:"days,omitempty"`
	Dates bool    `json:"dates,omitempty"`
	Daily bool    `json:"daily,omitempty"` // times of day without a date
}

// None reports whether rows say nothing about it.
func (f Form) None() bool { return len(f.Columns) == 0 }

// formOf is a form of columns.
func formOf(columns ...*Column) (f Form) {
	for _, c := range columns {
		if c != nil {
			f.Columns, f.Places = append(f.Columns, c.Name), append(f.Places, c.Place)
		}
	}
	return f
}

// None reports whether there are no times.
func (a Axis) None() bool { return a.At == nil }

// Text writes a time as people read it.
func (a Axis) Text(ns int64) string {
	if !a.Clock {
		return strconv.FormatFloat(float64(ns)/a.Unit, 'g', -1, 64)
	}
	t := time.Unix(0, ns).UTC()
	switch {
	case Undated(ns):
		return undatedText(ns)
	case ns%second != 0:
		return t.Format("2006-01-02 15:04:05.999999999") + a.mark(" UTC")
	case ns%day == 0 && !a.Form.Zoned:
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02 15:04:05") + a.mark(" UTC")
}

// mark is how times in UTC are told from those of nobody knows which clock.
func (a Axis) mark(utc string) string {
	if a.Form.Zoned {
		return utc
	}
	return ""
}

// undated is where times of day without a date begin, on their first day: before every date that is read, so that none
// of them is taken for one.
const undated = -62091 * day // 1800-01-01

// Undated reports whether a time of a clock is one of day, of nobody knows which date.
func Undated(ns int64) bool { return ns != noStamp && ns >= undated-day && ns < -25567*day } // 1900-01-01

// undatedText is a time of day, with the days since the first.
func undatedText(ns int64) string {
	text := time.Unix(0, ns).UTC().Format("15:04:05.999999999")
	if days := (ns - undated) / day; days > 0 {
		text += " +" + strconv.FormatInt(days, 10) + "d"
	}
	return text
}

// parseUndated reads what undatedText writes.
func parseUndated(text string) (int64, bool) {
	clock, days, later := strings.Cut(text, " +")
	n := 0
	if later {
		var err error
		if n, err = strconv.Atoi(strings.TrimSuffix(days, "d")); err != nil || n < 0 || n > 1e4 || !strings.HasSuffix(days, "d") {
			return 0, false
		}
	}
	s, ok := parseStamp(trim([]byte(clock)), "")
	return undated + int64(n)*day + s.ns, ok && s.clock && !s.date && !s.zoned
}

// Daily reports whether rows say the time of day alone.
func (a Axis) Daily() bool { return a.Form.Daily }

// Stamp writes a time for other programs: as Text does, but with the time of day at midnight as well, so that all
// times of a file have one form.
func (a Axis) Stamp(ns int64) string {
	if a.Clock && Undated(ns) {
		return undatedText(ns)
	}
	if a.Clock {
		return time.Unix(0, ns).UTC().Format("2006-01-02 15:04:05.999999999") + a.mark("Z")
	}
	return a.Text(ns)
}

// Parse reads a time as Text writes it, or as files have it. One without a zone is of the clock of the first row;
// where rows name none, neither do others.
func (a Axis) Parse(text string) (int64, bool) {
	cell := trim([]byte(text))
	if a.Form.Daily {
		return parseUndated(string(cell))
	}
	if a.Clock {
		if s, ok := parseStamp(cell, a.Form.Order); ok && s.date {
			ns := s.ns
			if a.Form.DayFirst {
				ns = s.swapped
			}
			switch {
			case a.Form.Zoned && !s.zoned:
				ns -= a.Zone
			case !a.Form.Zoned && s.zoned:
				ns += s.zone
			}
			return ns, true
		}
	}
	x, ok := number(cell, '.')
	if !ok || a.None() {
		return 0, false
	}
	if a.Clock {
		unit := epoch(x)
		return int64(x * unit), unit > 0
	}
	return int64(math.Round(x * a.Unit)), true
}

// OtherClock reports whether a text names a time zone where the rows name none, or the other way round.
func (a Axis) OtherClock(text string) bool {
	s, ok := parseStamp(trim([]byte(text)), a.Form.Order)
	return ok && s.date && a.Clock && s.zoned != a.Form.Zoned
}

// OffsetOf is how a time says that it is away from UTC.
func OffsetOf(text string) (offset string, zoned bool) {
	s, ok := parseStamp(trim([]byte(text)), "")
	return time.Duration(s.zone).String(), ok && s.zoned
}

// ByClockOf are the times as the rows of another table have them, where only one of both names time zones.
func (a Axis) ByClockOf(b Axis) []int64 {
	shift := a.Zone - b.Zone
	if a.Form.Zoned == b.Form.Zoned || shift == 0 || !a.Clock {
		return a.At
	}
	out := slices.Clone(a.At)
	for i := range out {
		if out[i] != noStamp {
			out[i] += shift
		}
	}
	return out
}

// decideTimes takes out the columns that say when a row was measured.
func (t *Table) decideTimes(want Want) {
	for _, c := range t.open() {
		byName := t.Format.Header && named(c.Name, timeNames)
		if want.Plain {
			if byName {
				c.is(found.Time, why("why-name"))
			}
			continue
		}
		likely := t.Format.Header && has(c.Name, timeWords, timeParts)
		switch {
		case c.timed():
			c.is(found.Time, why("why-times"))
		case byName && (c.numeric() || c.wordy()):
			c.is(found.Time, why("why-name"))
			if !c.numeric() {
				t.note(found.Finding{Doubt: true, Column: Visible(c.Name),
					Said: why("find-time-text", Visible(c.Name), c.odd.text)})
			}
		case c.numeric():
			t.timeNumbers(c, likely)
		}
	}
	if !want.Plain {
		t.decideTimeParts()
	}
}

// timeNumbers decides about a column of numbers: times rise, and most programs count them from 1970.
func (t *Table) timeNumbers(c *Column, likely bool) {
	m := motionOf(c.Values)
	since := m.whole && epoch(m.least) > 0 && epoch(m.least) == epoch(m.top) || packedDates(c.Values)
	switch {
	case likely && (m.mostly() || since):
		c.is(found.Time, why("why-name-and-rise"))
	case since && t.Rows >= ramp && m.mostly() && 2*m.usual >= m.n && len(t.open()) > 1:
		c.is(found.Time, why("why-epoch"))
		t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Said: why("find-epoch", Visible(c.Name)),
			Guess: string(found.Time), Choices: []string{string(found.Channel)}, Flag: "-channels"})
	}
}

// epoch is what a count of seconds, milliseconds, microseconds or nanoseconds since 1970 is to be multiplied
// with to be one of nanoseconds; 0 = it is none between 1990 and 2100.
func epoch(x float64) float64 {
	for _, unit := range []float64{1e9, 1e6, 1e3, 1} {
		if s := x * unit / 1e9; s >= 631152000 && s < 4102444800 {
			return unit
		}
	}
	return 0
}

// packedDates reports whether numbers are dates: 20240211, with or without a time of day: 20240211040000.
func packedDates(values []float64) bool {
	some := false
	for _, x := range values {
		if x != x {
			continue
		}
		if _, ok := packedDate(x); !ok {
			return false
		}
		some = true
	}
	return some
}

func packedDate(x float64) (int64, bool) {
	if x != math.Trunc(x) || x < 19000101 || x > 22001231235959 {
		return 0, false
	}
	n, clock := int64(x), int64(0)
	switch {
	case n >= 19000101000000:
		h, m, s := n/10000%100, n/100%100, n%100
		if h > 23 || m > 59 || s > 60 {
			return 0, false
		}
		n, clock = n/1000000, h*hour+m*minute+s*second
	case n >= 190001010000:
		h, m := n/100%100, n%100
		if h > 23 || m > 59 {
			return 0, false
		}
		n, clock = n/10000, h*hour+m*minute
	case n > 22001231:
		return 0, false
	}
	ns, ok := civil(int(n/10000), int(n/100%100), int(n%100))
	return ns + clock, ok
}

// excelDays are the days between the beginning of spreadsheets' calendar and 1970.
const excelDays = 25569

// Axis puts together the times of the rows from the columns that have them; None = there are none that can be
// read.
func (t *Table) Axis() Axis {
	times := t.With(found.Time)
	for _, c := range times {
		if c.asked {
			times = slices.DeleteFunc(times, func(d *Column) bool { return !d.asked && d.numeric() })
			break
		}
	}
	var date, clock, still *Column
	for _, c := range times {
		switch {
		case c.stamps == nil || c.count[classStamp] == 0:
		case c.dates > 0 && c.clocks > 0 && c.still():
			if still == nil { // as when a query began: another column may say when rows were measured
				still = c
			}
		case c.dates > 0 && c.clocks > 0:
			return t.stamped(c, nil)
		case c.dates > 0 && date == nil:
			date = c
		case c.dates == 0 && clock == nil:
			clock = c
		}
	}
	switch {
	case date != nil && clock == nil && t.parts[hours] != nil:
		return t.assembled(t.stamped(date, nil).At, date.Name)
	case date != nil:
		return t.stamped(date, clock)
	case t.parts[years] != nil:
		return t.assembled(nil, "")
	case still != nil:
		return t.stamped(still, clock)
	case clock != nil:
		return t.unwound(clock)
	}
	for _, c := range times {
		if c.numeric() {
			return numbered(c)
		}
	}
	return Axis{}
}

// still reports whether all times of a column are the same.
func (c *Column) still() bool {
	return !slices.ContainsFunc(c.stamps, func(ns int64) bool { return ns != c.stamps[0] })
}

// stamped are the times of a column of dates, with the times of day of another where there is one.
func (t *Table) stamped(c, clock *Column) Axis {
	at, form := c.stamps, formOf(c, clock)
	switch {
	case c.ways[dayFirst] > 0 && c.ways[monthFirst] == 0:
		at = c.swapped
	case c.ways[dayFirst] == 0 && c.ways[monthFirst] == 0:
		at = t.smoother(c)
	}
	form.Clock, form.DayFirst = true, len(at) > 0 && &at[0] == &c.swapped[0]
	form.Offsets = c.offsets
	if some := c.zoned; some > 0 && some < c.dates {
		t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Said: why("find-zones-some", Visible(c.Name), some, c.dates)})
	}
	form.Order, form.Zoned, form.Zone = t.Format.Dates, c.zoned > 0, c.zone
	a := Axis{Clock: true, Unit: 1, Name: c.Name, At: slices.Clone(at), Form: form, Zone: c.zone}
	if clock != nil {
		a.Name += " " + clock.Name
		for i, ns := range clock.stamps {
			if ns != noStamp && a.At[i] != noStamp {
				a.At[i] += ns
			}
		}
	}
	return a
}

// smoother chooses between both ways to read dates: the one in which fewer steps go back and jump.
func (t *Table) smoother(c *Column) []int64 {
	a, b := breaks(c.stamps), breaks(c.swapped)
	same := slices.Equal(c.stamps, c.swapped)
	switch {
	case same || a < b:
		return c.stamps
	case b < a:
		return c.swapped
	}
	t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Said: why("find-month-day", Visible(c.Name)),
		Guess: "mdy", Choices: []string{"dmy"}, Flag: "-dates"})
	return c.stamps
}

// breaks counts changes of direction and days that are jumped over.
func breaks(at []int64) (n int) {
	last, up, down := int64(noStamp), 0, 0
	for _, ns := range at {
		if ns == noStamp {
			continue
		}
		if last != noStamp {
			switch d := ns - last; {
			case d > 0:
				up++
			case d < 0:
				down++
			}
			if d := ns - last; d > 2*day || d < -2*day {
				n++
			}
		}
		last = ns
	}
	return n + min(up, down)
}

// unwound are times of day that go on over midnight; where most steps go back, the last row comes first.
func (t *Table) unwound(c *Column) Axis {
	a := Axis{Clock: true, Unit: 1, Name: c.Name, At: make([]int64, len(c.stamps)), Form: formOf(c)}
	a.Form.Clock, a.Form.Daily = true, true
	if c.longs > 0 {
		for i, ns := range c.stamps {
			if a.At[i] = ns; ns != noStamp {
				a.At[i] += undated
			}
		}
		t.note(found.Finding{Column: Visible(c.Name), Said: why("find-elapsed", Visible(c.Name))})
		return a
	}
	clock := Clock{Form: a.Form}
	back := falls(c.stamps)
	for i := range c.stamps {
		row := i
		if back {
			row = len(c.stamps) - 1 - i
		}
		if a.At[row] = noStamp; c.stamps[row] != noStamp {
			a.At[row] = clock.unwound(c.stamps[row])
		}
	}
	t.note(found.Finding{Column: Visible(c.Name), Said: why("find-daily", Visible(c.Name), int(clock.days/day))})
	return a
}

// falls reports whether more times of day lie before the one above them than behind it, midnight aside.
func falls(at []int64) bool {
	last, up, down := int64(noStamp), 0, 0
	for _, ns := range at {
		if ns == noStamp {
			continue
		}
		if d := ns - last; last != noStamp && d != 0 && abs(float64(d)) < float64(12*hour) {
			if d > 0 {
				up++
			} else {
				down++
			}
		}
		last = ns
	}
	return down > up
}

// numbered are times that are numbers: since 1970, days of a spreadsheet, dates, or counts of something.
func numbered(c *Column) Axis {
	m := motionOf(c.Values)
	a := Axis{Unit: 1e9, Name: c.Name, At: make([]int64, len(c.Values)), Form: formOf(c)}
	unit := epoch(m.least)
	if top := epoch(m.top); unit > 0 && unit == top && (m.whole || unit == 1e9) {
		a.Clock, a.Form.Epoch = true, unit
	} else if packedDates(c.Values) {
		a.Clock, a.Form.Dates = true, true
	} else if m.least >= 20000 && m.top < 80000 && !m.whole {
		a.Clock, a.Form.Days = true, true
	} else if math.Max(math.Abs(m.least), math.Abs(m.top)) > 9e9 {
		a.Unit = 1
	}
	if a.Clock {
		a.Unit = 1
	}
	a.Form.Clock, a.Form.Unit = a.Clock, a.Unit
	for i, x := range c.Values {
		a.At[i] = a.Form.number(x)
	}
	return a
}

// number is the time that a number says; none for NaN.
func (f Form) number(x float64) int64 {
	switch {
	case x != x || math.Abs(x) > 9e18:
		return noStamp
	case f.Epoch > 0:
		whole := math.Trunc(x)
		return int64(whole)*int64(f.Epoch) + int64((x-whole)*f.Epoch)
	case f.Dates:
		ns, _ := packedDate(x)
		return ns
	case f.Days:
		return int64(math.Round((x-excelDays)*86400*1000)) * 1e6
	}
	return int64(math.Round(x * f.Unit))
}

// NoTime is the time of a row that has none.
const NoTime = noStamp

// Missing reports whether a row has no time.
func Missing(ns int64) bool { return ns == noStamp }
