package detect

import (
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Start is all that decides about the scores of new data: what a policy has taken from those that it was chosen
// with. It is plain data, so that it can be kept with a detector.
type Start struct {
	Policy spec.PolicyKind `json:"policy"`
	Value  metrics.Value   `json:"value"` // the threshold; undefined where it moves with the scores
	// Of spot: the share of normal scores that may exceed the threshold, the tail of the train scores, and what
	// they exceed its start by, in ascending order.
	Q        float64   `json:"q,omitempty"`
	Scores   int       `json:"scores,omitempty"`
	From     float64   `json:"from,omitempty"`
	Shape    float64   `json:"shape,omitempty"`
	Scale    float64   `json:"scale,omitempty"`
	Excesses []float64 `json:"excesses,omitempty"`
}

// StartOf is where the policy of t begins, which has made the cut by these train scores.
func StartOf(t spec.Threshold, c Cut, train []float64, pause Pause) (Start, error) {
	if pause == nil {
		pause = never
	}
	s := Start{Policy: t.Policy, Value: metrics.Value(c.Threshold)}
	if t.Policy != spec.PolicySPOT {
		return s, nil
	}
	t = t.OrDefault()
	tail, excesses, err := startTail(train, t.Level, pause)
	s.Q, s.Excesses, s.Scores, s.From = t.Q, excesses, tail.Scores, tail.Start
	s.Shape, s.Scale = tail.Shape, tail.Scale
	return s, err
}

// Check says what no decision can be made with.
func (s Start) Check() error {
	switch {
	case s.Policy == 0 || s.Policy >= spec.PolicyCount:
		return fault.New("detect-start-policy")
	case s.Policy == spec.PolicySPOT:
		for i, x := range s.Excesses {
			if !(x > 0) || math.IsInf(x, 0) || i > 0 && x < s.Excesses[i-1] {
				return fault.New("detect-start-tail")
			}
		}
		if len(s.Excesses) == 0 || s.Scores < len(s.Excesses) || !(s.Scale > 0) || !(s.Shape > -1) ||
			!(s.Q > 0 && s.Q < 1) || math.IsNaN(s.From) {
			return fault.New("detect-start-tail")
		}
	case s.Policy == spec.PolicyDynamic:
	case !s.Value.Defined() || math.IsInf(float64(s.Value), 0):
		return fault.New("detect-start-value")
	}
	return nil
}

// Threshold is the number that decides about the first step; undefined where none does.
func (s Start) Threshold() metrics.Value {
	if s.Policy == spec.PolicySPOT {
		if spot, err := s.spot(nil); err == nil {
			return metrics.Value(spot.Threshold)
		}
	}
	return s.Value
}

// spot goes on from the tail of the train scores, as NewSPOT does.
func (s Start) spot(pause Pause) (*SPOT, error) {
	if pause == nil {
		pause = never
	}
	n := len(s.Excesses)
	out := &SPOT{Tail: Tail{Start: s.From, Scores: s.Scores, Excesses: n, Shape: s.Shape, Scale: s.Scale},
		q: s.Q, excesses: append([]float64(nil), s.Excesses...), searched: n, saved: looks * n,
		mean: newLikelihood(s.Excesses).unit, pause: pause}
	var err error
	out.Threshold, err = out.Tail.Quantile(s.Q)
	return out, err
}

// Decision is what was decided about a step.
type Decision struct {
	Flag      bool
	Threshold float64 // NaN where no number decides
}

// Decider decides about scores one by one, as the policies decide about those of a test part. Policies that look
// ahead decide late. It is not safe for concurrent use.
type Decider struct {
	value   float64
	spot    *SPOT
	dynamic *blocks
	step    int
}

// NewDecider begins. It fails as Check does.
func NewDecider(s Start, pause Pause) (*Decider, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	d := &Decider{value: float64(s.Value)}
	var err error
	switch s.Policy {
	case spec.PolicySPOT:
		d.spot, err = s.spot(pause)
	case spec.PolicyDynamic:
		d.dynamic = newBlocks()
	}
	return d, err
}

// Late is how many steps behind a score its decision may come.
func (d *Decider) Late() int {
	if d.dynamic != nil {
		return dynamicHistory - 1
	}
	return 0
}

// Step takes the score of the next step, and tells what is decided by it, in the order of steps.
func (d *Decider) Step(score float64, decided func(Decision)) error {
	at := d.step
	d.step++
	switch {
	case d.spot != nil:
		threshold := d.spot.Threshold
		flag, err := d.spot.Step(score)
		if err != nil {
			return fault.New("detect-step", at, err)
		}
		decided(Decision{flag, threshold})
	case d.dynamic != nil:
		if !(score >= 0) || math.IsInf(score, 0) {
			return fault.New("detect-dynamic", score, at)
		}
		d.dynamic.step(score, tell(decided))
	default:
		decided(Decision{score > d.value, d.value})
	}
	return nil
}

// End tells what is left to decide.
func (d *Decider) End(decided func(Decision)) {
	if d.dynamic != nil {
		d.dynamic.end(tell(decided))
	}
}

// tell makes decisions of flags that no number decided about.
func tell(decided func(Decision)) func(flag bool) {
	return func(flag bool) { decided(Decision{flag, math.NaN()}) }
}
