package datasets

import (
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
)

// Fill is a rule for missing cells.
type Fill string

// Rules for missing cells.
const (
	FillLast   Fill = "last"   // the channel's last value before it; before the first, the first
	FillLinear Fill = "linear" // on the line between the values around it; at the ends, the nearest
	FillRefuse Fill = "refuse" // none may be missing
	FillZero   Fill = "zero"   // 0, before scaling: what published programs do with PSM
)

// fills lists every rule once.
var fills = []Fill{FillLast, FillLinear, FillRefuse, FillZero}

// WordKey returns the key of the rule in words.
func (f Fill) WordKey() string { return "data-fill-" + string(f) }

// fillOf returns the rule of that name; none = last.
func fillOf(name string) (Fill, error) {
	if name == "" {
		return FillLast, nil
	}
	for _, f := range []Fill{FillLast, FillLinear, FillRefuse} {
		if name == string(f) {
			return f, nil
		}
	}
	return "", fault.New("data-no-fill", name, fault.Choices{string(FillLast), string(FillLinear),
		string(FillRefuse)})
}

// fill replaces the missing values by the rule, and returns where they were. A channel without any value
// becomes 0.
func fill(values []float64, rule Fill) (made []steps.Range) {
	last := -1 // the last row that holds a value
	for t := range len(values) + 1 {
		if t < len(values) && values[t] != values[t] {
			continue
		}
		if t > last+1 {
			bridge(values, last, t, rule)
			made = append(made, steps.Range{From: last + 1, To: t})
		}
		last = t
	}
	return made
}

// bridge fills the rows between two that hold values; -1 and the length stand for the ends.
func bridge(values []float64, from, to int, rule Fill) {
	var before, after float64
	switch {
	case rule == FillZero || from < 0 && to == len(values):
	case from < 0:
		before, after = values[to], values[to]
	case to == len(values) || rule == FillLast:
		before, after = values[from], values[from]
	default:
		before, after = values[from], values[to]
	}
	for t := from + 1; t < to; t++ {
		values[t] = before + float64((after-before)*float64(t-from)/float64(to-from))
	}
}
