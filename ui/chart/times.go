package chart

import (
	"fmt"
	"math"
	"time"

	"cosinelab/assets/words"
)

// Knot is a step with the time when it was measured, in nanoseconds since 1970.
type Knot struct {
	Step int
	At   int64
}

// Times are when steps were measured: between two knots, steps are evenly apart. Fewer than two = nobody knows.
type Times []Knot

// At is when a step was measured. Beyond the ends it goes on as there.
func (t Times) At(step float64) time.Time {
	i, j := 0, len(t)-1
	for j-i > 1 {
		if m := (i + j) / 2; float64(t[m].Step) <= step {
			i = m
		} else {
			j = m
		}
	}
	share := (step - float64(t[i].Step)) / float64(t[j].Step-t[i].Step)
	return time.Unix(0, t[i].At+int64(math.Round(share*float64(t[j].At-t[i].At)))).UTC()
}

// step is where a time lies among the steps; in a gap, between those around it.
func (t Times) step(at time.Time) float64 {
	ns := at.UnixNano()
	i, j := 0, len(t)-1
	for j-i > 1 {
		if m := (i + j) / 2; t[m].At <= ns {
			i = m
		} else {
			j = m
		}
	}
	if t[j].At == t[i].At {
		return float64(t[i].Step)
	}
	return float64(t[i].Step) + float64(ns-t[i].At)/float64(t[j].At-t[i].At)*float64(t[j].Step-t[i].Step)
}

// pace is a distance between ticks at natural places.
type pace struct {
	months int // 0 = by unit
	unit   time.Duration
}

// paces from the finest on. Days count from the first of a month, weeks from a Monday.
var paces = []pace{{0, time.Second}, {0, 2 * time.Second}, {0, 5 * time.Second}, {0, 10 * time.Second},
	{0, 15 * time.Second}, {0, 30 * time.Second}, {0, time.Minute}, {0, 2 * time.Minute}, {0, 5 * time.Minute},
	{0, 10 * time.Minute}, {0, 15 * time.Minute}, {0, 30 * time.Minute}, {0, time.Hour}, {0, 2 * time.Hour},
	{0, 3 * time.Hour}, {0, 6 * time.Hour}, {0, 12 * time.Hour}, {0, day}, {0, 2 * day}, {0, 7 * day},
	{0, 14 * day}, {1, 0}, {3, 0}, {6, 0}, {12, 0}, {24, 0}, {60, 0}, {120, 0}, {1200, 0}}

const day = 24 * time.Hour

// first is the first natural place at or behind a time.
func (p pace) first(t time.Time) time.Time {
	if p.months > 0 {
		months := (t.Year()*12 + int(t.Month()) - 1) / p.months * p.months
		at := time.Date(months/12, time.Month(months%12+1), 1, 0, 0, 0, 0, time.UTC)
		if at.Before(t) {
			return p.next(at)
		}
		return at
	}
	monday := time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)
	past := t.Sub(monday) % p.unit
	if past < 0 {
		past += p.unit
	}
	if past == 0 {
		return t
	}
	return t.Add(p.unit - past)
}

func (p pace) next(t time.Time) time.Time {
	if p.months > 0 {
		return t.AddDate(0, p.months, 0)
	}
	return t.Add(p.unit)
}

// mostTicks bounds the ticks that are looked at while a pace is chosen.
const mostTicks = 200

// Ticks returns at most n ticks in the steps lo..hi at natural places of the clock and the calendar, with labels:
// the day stands in the first, and where it changes.
func (t Times) Ticks(w *words.Language, lo, hi float64, n int) []Tick {
	if len(t) < 2 || !(lo < hi) || n < 1 {
		return nil
	}
	from, to := t.At(lo), t.At(hi)
	for _, p := range paces {
		if p.months == 0 && to.Sub(from)/p.unit > mostTicks {
			continue
		}
		var ticks []Tick
		var last time.Time
		at := p.first(from)
		for ; !at.After(to) && len(ticks) <= n; at = p.next(at) {
			ticks = append(ticks, Tick{t.step(at), label(w, p, at, last)})
			last = at
		}
		if len(ticks) <= n {
			return ticks
		}
	}
	return nil
}

// label is a tick's: the clock, the day, the month or the year, as far as the tick before does not say it.
func label(w *words.Language, p pace, at, last time.Time) string {
	if days, undated := Undated(at); undated {
		text := clock(at, p.unit < time.Minute)
		if before, _ := Undated(last); days > 0 && (last.IsZero() || before != days) {
			text += fmt.Sprintf(" +%dd", days)
		}
		return text
	}
	switch {
	case p.months >= 12:
		return fmt.Sprint(at.Year())
	case p.months > 0 && (last.IsZero() || last.Year() != at.Year()):
		return w.Say("time-month", month(w, at), fmt.Sprint(at.Year()))
	case p.months > 0:
		return month(w, at)
	case p.unit >= day && (last.IsZero() || last.Year() != at.Year()):
		return w.Say("time-date", month(w, at), at.Day(), fmt.Sprint(at.Year()))
	case p.unit >= day:
		return w.Say("time-day", month(w, at), at.Day())
	case last.IsZero() || last.YearDay() != at.YearDay() || last.Year() != at.Year():
		return w.Say("time-day-clock", month(w, at), at.Day(), clock(at, p.unit < time.Minute))
	}
	return clock(at, p.unit < time.Minute)
}

// Moment writes when a step was measured as the axis does, with the year aside; empty = nobody knows.
func (t Times) Moment(w *words.Language, step int) string {
	if len(t) < 2 {
		return ""
	}
	at := t.At(float64(step))
	if days, undated := Undated(at); undated {
		text := clock(at, at.Second() != 0)
		if days > 0 {
			text += fmt.Sprintf(" +%dd", days)
		}
		return text
	}
	return w.Say("time-day-clock", month(w, at), at.Day(), clock(at, at.Second() != 0))
}

// Undated are the days since the first where times say no date: readers count them from 1800, before every date.
func Undated(at time.Time) (days int, ok bool) {
	if at.IsZero() || at.Year() >= 1900 {
		return 0, false
	}
	return int(at.Sub(time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)) / day), true
}

func clock(at time.Time, seconds bool) string {
	if seconds {
		return at.Format("15:04:05")
	}
	return at.Format("15:04")
}

// months are the keys of their names.
var months = [...]words.Key{"month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8",
	"month-9", "month-10", "month-11", "month-12"}

func month(w *words.Language, at time.Time) string { return w.Say(months[at.Month()-1]) }
