package detect

import (
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// pot is the threshold of peaks over threshold (Siffer et al., KDD 2017), from the train scores alone.
func pot(s Scores, p spec.Threshold) (Cut, error) {
	t, err := FitTail(s.Train, p.Level)
	if err != nil {
		return Cut{}, err
	}
	z, err := t.Quantile(p.Q)
	return Cut{Threshold: z, Tail: &t}, err
}

// spot flags every test step by the threshold that the scores before it gave.
func spot(s Scores, p spec.Threshold) (Cut, error) {
	stream, err := NewSPOT(s.Train, p.Level, p.Q)
	if err != nil {
		return Cut{}, err
	}
	flags := make([]bool, len(s.Test))
	for i, x := range s.Test {
		if flags[i], err = stream.Step(x); err != nil {
			return Cut{}, fault.New("detect-step", i, err)
		}
	}
	return Cut{Threshold: math.NaN(), Flags: flags, Tail: &stream.Tail}, nil
}

// SPOT is peaks over threshold on a stream: scores that raise no alarm go on teaching the tail.
type SPOT struct {
	Tail      Tail
	Threshold float64 // of the next score

	q        float64
	excesses []float64
	searched int // excesses at the last search through all distributions
}

// NewSPOT begins with the tail of the train scores. It fails as FitTail and Tail.Quantile do.
func NewSPOT(train []float64, level, q float64) (*SPOT, error) {
	s := &SPOT{q: q}
	var err error
	if s.Tail, s.excesses, err = startTail(train, level); err != nil {
		return nil, err
	}
	s.searched = len(s.excesses)
	s.Threshold, err = s.Tail.Quantile(q)
	return s, err
}

// Step takes the next score and reports whether it is an alarm. Nothing is learnt from alarms; a score that is not in
// the tail counts, without moving the threshold.
func (s *SPOT) Step(score float64) (alarm bool, err error) {
	if score > s.Threshold {
		return true, nil
	}
	s.Tail.Scores++
	if !(score > s.Tail.Start) {
		return false, nil
	}
	s.excesses = append(s.excesses, score-s.Tail.Start)
	if err = s.refit(); err == nil {
		s.Threshold, err = s.Tail.Quantile(s.q)
	}
	return false, err
}

// refit follows the maximum that one more excess has moved a little, and looks for another once the tail has grown by a
// twentieth: searching through all distributions for each excess would take minutes on a long series.
func (s *SPOT) refit() error {
	if 20*len(s.excesses) < 21*s.searched {
		if found, err := s.Tail.follow(s.excesses); found || err != nil {
			return err
		}
	}
	s.searched = len(s.excesses)
	return s.Tail.fit(s.excesses)
}
