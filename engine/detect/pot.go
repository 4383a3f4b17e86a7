package detect

import (
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// pot is the threshold of peaks over threshold (Siffer et al., KDD 2017; metrics/README.md, section 9.3),
// from the train scores alone.
func pot(s Scores, p spec.Threshold, pause Pause) (Cut, error) {
	t, _, err := startTail(s.Train, p.Level, pause)
	if err != nil {
		return Cut{}, err
	}
	z, err := t.Quantile(p.Q)
	return Cut{Threshold: z, Tail: &t}, err
}

// spot flags every test step by the threshold that the scores before it gave (metrics/README.md, section
// 9.4). The tail it returns is the last one, after the whole test part.
func spot(s Scores, p spec.Threshold, pause Pause) (Cut, error) {
	stream, err := NewSPOT(s.Train, p.Level, p.Q, pause)
	if err != nil {
		return Cut{}, err
	}
	flags := make([]bool, len(s.Test))
	for i, x := range s.Test {
		if i%pauseSteps == 0 {
			if err := pause(); err != nil {
				return Cut{}, err
			}
		}
		if flags[i], err = stream.Step(x); err != nil {
			return Cut{}, fault.New("detect-step", i, err)
		}
	}
	return Cut{Threshold: math.NaN(), Flags: flags, Tail: &stream.Tail}, nil
}

// SPOT is peaks over threshold on a stream: scores that raise no alarm go on teaching the tail. It is not
// safe for concurrent use.
type SPOT struct {
	Tail      Tail
	Threshold float64 // of the next score

	q        float64   // share of normal scores that may exceed the threshold
	excesses []float64 // over Tail.Start, in the order they arrived behind those of the train scores
	mean     float64   // of the excesses
	searched int       // excesses at the last search through all distributions
	saved    int       // looks at excesses that may still be spent
	around   expansion // of the likelihood around the law; none = to be made
	pause    Pause     // called before excesses are gone through, at most searchPasses times between two calls
}

// NewSPOT begins with the tail of the train scores. It fails as FitTail and Tail.Quantile do, and as pause
// does, which may be nil.
func NewSPOT(train []float64, level, q float64, pause Pause) (*SPOT, error) {
	if pause == nil {
		pause = never
	}
	s := &SPOT{q: q, pause: pause}
	var err error
	if s.Tail, s.excesses, err = startTail(train, level, pause); err != nil {
		return nil, err
	}
	s.searched, s.saved = len(s.excesses), looks*len(s.excesses)
	s.mean = newLikelihood(s.excesses).unit
	s.Threshold, err = s.Tail.Quantile(q)
	return s, err
}

// Step takes the next score and reports whether it is an alarm. An alarm teaches nothing: an anomaly would
// pull the tail up and hide the next one. A score below the tail only counts: it makes the tail rarer, which
// shows in the threshold when the next excess moves it. After an error the stream must not be used further.
func (s *SPOT) Step(score float64) (alarm bool, err error) {
	if score > s.Threshold {
		return true, nil
	}
	s.Tail.Scores++
	// The start stays where the train scores put it; only the law above it moves.
	if !(score > s.Tail.Start) {
		return false, nil
	}
	s.take(score - s.Tail.Start)
	if err = s.refit(); err == nil {
		s.Threshold, err = s.Tail.Quantile(s.q)
	}
	return false, err
}

// take adds an excess to all that is kept of them.
func (s *SPOT) take(excess float64) {
	s.excesses = append(s.excesses, excess)
	s.mean += (excess - s.mean) / float64(len(s.excesses))
	if s.around.n > 0 {
		s.around.add(excess)
	}
}
