package detect

import (
	"slices"

	"cosinelab/datasets/steps"
)

// Joiner makes alarms of flags that come one by one: flagged steps with at most Merge others between them are
// one alarm, those in between included, and an alarm of fewer than Least steps is none. The zero value makes an
// alarm of each run of flags.
type Joiner struct {
	Merge, Least int

	step int         // that comes next
	open steps.Range // the alarm that goes on; empty = there is none
}

// Step takes the flag of the next step. It returns the alarm that is over by it, if there is one: Merge+1 steps
// behind its last flag.
func (j *Joiner) Step(flag bool) (over steps.Range, ok bool) {
	at := j.step
	j.step++
	if flag {
		if j.open.Len() == 0 {
			j.open.From = at
		}
		j.open.To = at + 1
		return steps.Range{}, false
	}
	if j.open.Len() > 0 && at-j.open.To >= j.Merge {
		return j.End()
	}
	return steps.Range{}, false
}

// End returns the alarm that the end of the flags ends, if there is one.
func (j *Joiner) End() (over steps.Range, ok bool) {
	over, j.open = j.open, steps.Range{}
	return over, over.Len() > 0 && over.Len() >= j.Least
}

// Open is the alarm that goes on, as far as it has come; empty where none does.
func (j *Joiner) Open() steps.Range { return j.open }

// Alarms are those of so many flags. Borders are the first steps of series behind the first, where there are
// several: no alarm reaches into another.
func Alarms(n int, borders []int, flagged func(step int) bool, merge, least int) []steps.Range {
	all := []steps.Range{}
	from := 0
	for _, to := range append(slices.Clone(borders), n) {
		j := Joiner{Merge: merge, Least: least, step: from}
		for i := from; i < to; i++ {
			if over, ok := j.Step(flagged(i)); ok {
				all = append(all, over)
			}
		}
		if over, ok := j.End(); ok {
			all = append(all, over)
		}
		from = to
	}
	return all
}
