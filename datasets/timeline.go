package datasets

import (
	"fmt"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// inOrder brings the rows in order of time, and says what is unusual about their times.
func (p *portion) inOrder() {
	if p.at.None() || p.raw.Rows < 2 {
		return
	}
	missing := 0
	for _, ns := range p.at.At {
		if table.Missing(ns) {
			missing++
		}
	}
	if missing > 0 {
		p.note(found.Finding{Doubt: true, Column: table.Visible(p.at.Name),
			Said: fault.Of(fault.New("find-no-time", missing))})
		return
	}
	up, down := 0, 0
	for t := 1; t < len(p.at.At); t++ {
		switch d := p.at.At[t] - p.at.At[t-1]; {
		case d > 0:
			up++
		case d < 0:
			down++
		}
	}
	switch {
	case down > 0 && p.asked == "file":
		p.note(found.Finding{Column: table.Visible(p.at.Name), Flag: "-order",
			Said: fault.Of(fault.New("find-order-kept", down))})
		return
	case down > 0 && up == 0:
		p.reverse()
		p.turned = true
		p.note(found.Finding{Column: table.Visible(p.at.Name), Flag: "-order",
			Said: fault.Of(fault.New("find-newest-first"))})
	case down > 0 && !p.sort(down):
		return
	}
	p.sampling()
}

// reverse turns the rows round.
func (p *portion) reverse() {
	for _, values := range p.raw.Columns {
		slices.Reverse(values)
	}
	slices.Reverse(p.labels)
	slices.Reverse(p.at.At)
}

// sort sorts the rows by their times, unless these begin anew several times, as those of several series one
// behind the other do.
func (p *portion) sort(down int) bool {
	order := make([]int, p.raw.Rows)
	for i := range order {
		order[i] = i
	}
	at := p.at.At
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case at[a] < at[b]:
			return -1
		case at[a] > at[b]:
			return 1
		}
		return 0
	})
	same := 0
	for i := 1; i < len(order); i++ {
		if at[order[i]] == at[order[i-1]] {
			same++
		}
	}
	if 10*same > len(order) {
		p.note(found.Finding{Doubt: true, Column: table.Visible(p.at.Name), Flag: "-entity",
			Said: fault.Of(fault.New("find-restarts", down))})
		return false
	}
	for c := range p.raw.Columns {
		p.raw.Columns[c] = permuted(p.raw.Columns[c], order)
	}
	p.labels = permuted(p.labels, order)
	p.at.At = permuted(at, order)
	p.order = order
	p.note(found.Finding{Doubt: p.asked == "", Column: table.Visible(p.at.Name), Flag: "-order",
		Said: fault.Of(fault.New("find-sorted", down))})
	return true
}

// permuted returns values in another order; nil stays nil.
func permuted[T any](values []T, order []int) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = values[from]
	}
	return out
}

// mostPlaces is how many gaps are named one by one.
const mostPlaces = 5

// sampling says where times are double, where rows are missing, and whether the steps are regular at all.
func (p *portion) sampling() {
	at := p.at.At
	steps := make([]int64, 0, len(at)-1)
	doubles, first := 0, 0
	for t := 1; t < len(at); t++ {
		d := at[t] - at[t-1]
		if steps = append(steps, d); d == 0 {
			if doubles++; doubles == 1 {
				first = t
			}
		}
	}
	if doubles > 0 {
		flag := ""
		if 3*doubles > len(at) { // rows of several series at each time
			flag = "-entity"
		}
		p.note(found.Finding{Doubt: true, Column: table.Visible(p.at.Name), Flag: flag,
			Said: fault.Of(fault.New("find-doubles", doubles, p.at.Text(at[first])))})
	}
	usual := median(steps)
	if usual <= 0 {
		return
	}
	near, gaps := 0, []int{}
	for i, d := range steps {
		switch {
		case d == 0:
		case 2*d > 3*usual:
			gaps = append(gaps, i)
		case 100*abs(d-usual) <= 5*usual:
			near++
		}
	}
	if 10*(near+len(gaps)+doubles) < 9*len(steps) || 2*near < len(steps) {
		p.note(found.Finding{Doubt: true, Column: table.Visible(p.at.Name),
			Said: fault.Of(fault.New("find-irregular", p.span(slices.Min(steps)), p.span(usual),
				p.span(slices.Max(steps))))})
		return
	}
	if p.at.Clock {
		p.every = usual
	}
	if len(gaps) > 0 {
		p.gaps(gaps, usual)
	}
}

// gaps lists the first places where rows are missing, with their lengths.
func (p *portion) gaps(gaps []int, usual int64) {
	lost := int64(0)
	var places error
	for k, i := range gaps {
		d := p.at.At[i+1] - p.at.At[i]
		lost += (d+usual/2)/usual - 1
		if len(p.gapsAt) < lookGaps {
			p.gapsAt = append(p.gapsAt, found.Gap{Row: i + 1, Long: fmt.Sprint(p.span(d))})
		}
		switch at := fault.New("find-gap-at", p.at.Text(p.at.At[i]), p.span(d)); {
		case k == 0:
			places = at
		case k < mostPlaces:
			places = fault.New("find-gap-then", places, at)
		}
	}
	if len(gaps) > mostPlaces {
		places = fault.New("find-gap-then", places, "…")
	}
	p.note(found.Finding{Doubt: true, Column: table.Visible(p.at.Name), Line: 0,
		Said: fault.Of(fault.New("find-gaps", len(gaps), lost, places))})
}

// span is a time between two rows, as an argument of a message.
func (p *portion) span(ns int64) any {
	if p.at.Clock {
		return fault.Span(ns)
	}
	return p.at.Text(ns)
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// median is the middle of some numbers, the lower one of two.
func median(numbers []int64) int64 {
	if len(numbers) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[(len(sorted)-1)/2]
}
