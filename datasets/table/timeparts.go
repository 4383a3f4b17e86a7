package table

import (
	"math"

	"cosinelab/datasets/found"
)

// Parts of a time, each of which may have a column of its own.
const (
	years = iota
	months12
	daysOfMonth
	hours
	minutes
	seconds
	partCount
)

// partNames are the names of such columns, partLimits what they hold.
var (
	partNames = [partCount][]string{
		{"year", "yr", "yyyy", "jahr", "año", "année", "연도", "년도", "년", "年"},
		{"month", "mon", "monat", "mes", "mois", "월", "月"},
		{"day", "dom", "tag", "día", "dia", "jour", "일", "日"},
		{"hour", "hours", "hr", "hh", "stunde", "hora", "heure", "시", "時", "时"},
		{"minute", "minutes", "min", "minuto", "분", "分"},
		{"second", "seconds", "sec", "sekunde", "segundo", "seconde", "초", "秒"},
	}
	partLimits = [partCount][2]float64{{1900, 2200}, {1, 12}, {1, 31}, {0, 24}, {0, 59}, {0, 60}}
)

// decideTimeParts takes out columns that hold a part of the time each: year, month and day, with what is finer, or
// the hour of days that another column names.
func (t *Table) decideTimeParts() {
	if !t.Format.Header {
		return
	}
	parts := [partCount]*Column{}
	for _, c := range t.open() {
		for k, names := range partNames {
			if parts[k] == nil && named(c.Name, names) && c.within(partLimits[k]) {
				parts[k] = c
			}
		}
	}
	dated := parts[years] != nil && parts[months12] != nil && parts[daysOfMonth] != nil
	if !dated {
		parts[years], parts[months12], parts[daysOfMonth] = nil, nil, nil
		if parts[hours] == nil || !t.daysAlone() {
			return
		}
	}
	if parts[hours] == nil {
		parts[minutes], parts[seconds] = nil, nil
	} else if parts[minutes] == nil {
		parts[seconds] = nil
	}
	for _, c := range parts {
		if c != nil {
			c.is(found.Time, why("why-time-part"))
		}
	}
	t.parts = parts
}

// daysAlone reports whether the times so far are days without a time of day.
func (t *Table) daysAlone() bool {
	some := false
	for _, c := range t.With(found.Time) {
		if c.stamps != nil && c.clocks > 0 {
			return false
		}
		some = some || c.stamps != nil && c.dates > 0
	}
	return some
}

// within reports whether a column holds whole numbers in a range.
func (c *Column) within(limits [2]float64) bool {
	if !c.numeric() {
		return false
	}
	for _, x := range c.Values {
		if x == x && (x != math.Trunc(x) || x < limits[0] || x > limits[1]) {
			return false
		}
	}
	return true
}

// assembled are the times of rows from columns of their parts; days are those of another column, nil = the parts say
// them. Other tables cannot be read alike: there is no form of it.
func (t *Table) assembled(days []int64, name string) Axis {
	a := Axis{Clock: true, Unit: 1, Name: name, At: make([]int64, t.Rows)}
	for _, c := range t.parts {
		if c != nil && a.Name == "" {
			a.Name = c.Name
		} else if c != nil {
			a.Name += " " + c.Name
		}
	}
	for row := range a.At {
		a.At[row] = t.momentOf(row, days)
	}
	return a
}

func (t *Table) momentOf(row int, days []int64) int64 {
	at := int64(0)
	if days != nil {
		if at = days[row]; at == noStamp {
			return noStamp
		}
	} else {
		y, m, d := t.parts[years].Values[row], t.parts[months12].Values[row], t.parts[daysOfMonth].Values[row]
		if y != y || m != m || d != d {
			return noStamp
		}
		day, ok := civil(int(y), int(m), int(d))
		if !ok {
			return noStamp
		}
		at = day
	}
	for k, unit := range map[int]int64{hours: hour, minutes: minute, seconds: second} {
		if c := t.parts[k]; c != nil {
			x := c.Values[row]
			if x != x {
				return noStamp
			}
			at += int64(x) * unit
		}
	}
	return at
}
