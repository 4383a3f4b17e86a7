package datasets

import (
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// leakLevel is the AUROC above which a channel alone is said to give the labels away.
const leakLevel = 0.99

// leakLeast is how many steps of either kind a rank needs to tell anything: fewer are ranked so by accident, by
// one channel in many. Of these the guard wants values that lie farther apart than those of either kind, and at
// least leakFew steps.
const (
	leakLeast = 10
	leakFew   = 3
)

// leakSample bounds the steps of either kind that the guard looks at.
const leakSample = 10_000

// finish adds what can only be said of the set as a whole.
func (s *Set) finish(findings []found.Finding, marks *marks) {
	s.Findings = append(s.Findings, findings...)
	if marks != nil {
		s.Blank += marks.blank
		s.Findings = append(s.Findings, marks.findings...)
	}
	if n := count(s.Marked); n > 0 {
		s.Findings = append(s.Findings, found.Finding{Doubt: true, Flag: "-leave-out",
			Said: fault.Of(fault.New("find-marked-training", n, len(s.Marked)))})
	}
	if s.Members == nil && !s.TrainAt.None() && !s.TestAt.None() && s.TrainAt.Clock == s.TestAt.Clock && s.TrainAt.Clock &&
		slices.Max(s.TrainAt.At) > slices.Min(s.TestAt.At) {
		s.Findings = append(s.Findings, found.Finding{Doubt: true,
			Said: fault.Of(fault.New("find-parts-overlap"))})
	}
	for c, n := range s.Missing {
		if total := s.Train.Rows + s.Test.Rows; 2*n > total {
			s.Findings = append(s.Findings, found.Finding{Doubt: true, Column: s.Channels[c], Flag: "-drop",
				Said: fault.Of(fault.New("find-mostly-missing", s.Channels[c], n, total))})
		}
	}
	s.guard()
}

// count is the number of ones.
func count(labels []uint8) (n int) {
	for _, l := range labels {
		n += int(l)
	}
	return n
}

// guard points out channels that alone tell which steps are labelled.
func (s *Set) guard() {
	if s.Labels != nil {
		s.within()
	}
	wrong := count(s.Labels)
	few := min(wrong, len(s.Labels)-wrong)
	if few < leakFew {
		return
	}
	for c, values := range s.Test.Columns {
		if Constant(values) || few < leakLeast && !farApart(values, s.Labels) {
			continue
		}
		if a := ranks(values, s.Labels); max(a, 1-a) > leakLevel {
			s.Findings = append(s.Findings, found.Finding{Doubt: true, Column: s.Channels[c], Flag: "-drop",
				Guess: string(found.Channel), Choices: []string{string(found.Dropped)},
				Said: fault.Of(fault.New("find-leak", s.Channels[c], 100*max(a, 1-a)))})
		}
	}
}

// within points out channels of two values of which the rarer stands only in labelled steps, as it does in columns that
// say which kind of anomaly it is.
func (s *Set) within() {
	for c := range s.Channels {
		if n := s.rareWithin(c); n > 0 {
			s.Findings = append(s.Findings, found.Finding{Doubt: true, Column: s.Channels[c], Flag: "-drop",
				Guess: string(found.Channel), Choices: []string{string(found.Dropped)},
				Said: fault.Of(fault.New("find-within-labels", s.Channels[c], n))})
		}
	}
}

// rareWithin is how many steps have the rarer of the two values of a channel; 0 = it has others, or one of these steps
// is not labelled.
func (s *Set) rareWithin(c int) int {
	var seen [2]float64
	var n, labelled [2]int
	kinds := 0
	count := func(values []float64, labels []uint8) bool {
		for t, v := range values {
			k := 0
			for k < kinds && seen[k] != v {
				k++
			}
			if k == 2 {
				return false
			}
			if k == kinds {
				seen[k] = v
				kinds++
			}
			if n[k]++; labels != nil && labels[t] == 1 {
				labelled[k]++
			}
		}
		return true
	}
	if !count(s.Train.Columns[c], s.Marked) || !count(s.Test.Columns[c], s.Labels) || kinds < 2 {
		return 0
	}
	rare := 0
	if n[1] < n[0] {
		rare = 1
	}
	if n[rare] != labelled[rare] {
		return 0
	}
	return n[rare]
}

// farApart reports whether the values of both kinds of steps lie farther from each other than those of either
// lie apart.
func farApart(values []float64, labels []uint8) bool {
	least, top := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for t, v := range values {
		k := labels[t]
		least[k], top[k] = min(least[k], v), max(top[k], v)
	}
	gap := max(least[0]-top[1], least[1]-top[0])
	return gap > 0 && gap >= max(top[0]-least[0], top[1]-least[1])
}

// ranks is the AUROC of the values as scores of the labels, from evenly spaced steps of either kind where there
// are many: the share of pairs in which the labelled step has the larger value, ties half.
func ranks(values []float64, labels []uint8) float64 {
	var kinds [2][]float64
	total := [2]int{len(labels) - count(labels), count(labels)}
	seen := [2]int{}
	for t, v := range values {
		k := labels[t]
		every := (total[k] + leakSample - 1) / leakSample
		if seen[k]%every == 0 {
			kinds[k] = append(kinds[k], v)
		}
		seen[k]++
	}
	well, wrong := kinds[0], kinds[1]
	slices.Sort(well)
	pairs := 0.0
	for _, v := range wrong {
		below, _ := slices.BinarySearch(well, v)
		ties := upTo(well[below:], v)
		pairs += float64(below) + 0.5*float64(ties)
	}
	return pairs / float64(len(well)) / float64(len(wrong))
}

// upTo is how many of sorted values, none of which is less, equal v.
func upTo(sorted []float64, v float64) int {
	n, _ := slices.BinarySearchFunc(sorted, v, func(e, v float64) int {
		if e <= v {
			return -1
		}
		return 1
	})
	return n
}
