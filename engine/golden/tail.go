package golden

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/detect"
)

// Limits of the file of tails, in its field "tolerance".
const (
	fitted     = 1e-4  // shape, absolutely; scale and thresholds, relatively
	orderOf    = 1e-12 // an order statistic, relatively
	likelihood = 1e-6  // how much less likely than the file's a fit may be
)

// sample is a rule for scores, in words in the file's field "rules". The draws come from a linear
// congruential generator in 32 bits, so any language can repeat them.
type sample struct {
	Seed      uint32       `json:"seed"`
	N         int          `json:"n"`
	Transform string       `json:"transform"`
	Scale     float64      `json:"scale"`
	Set       [][2]float64 `json:"set"`
}

// scores draws N numbers and then sets those that the rule names, as pairs of place and value.
func (s sample) scores() ([]float64, error) {
	if err := points(s.N); err != nil {
		return nil, err
	}
	out := make([]float64, s.N)
	x := s.Seed
	for i := range out {
		x = 1664525*x + 1013904223
		// The upper 24 bits, in the middle of their cell, make a number strictly between 0 and 1.
		v, err := s.transform(1 - (float64(x/256)+0.5)/(1<<24))
		if err != nil {
			return nil, err
		}
		out[i] = s.Scale * v
	}
	for _, p := range s.Set {
		if i := int(p[0]); i < 0 || i >= s.N {
			return nil, fault.New("golden-place", fmt.Sprint(p), s.N)
		}
		out[int(p[0])] = p[1]
	}
	return out, nil
}

// transform turns v, uniform between 0 and 1, into a draw whose tail has the shape that the name says.
func (s sample) transform(v float64) (float64, error) {
	switch s.Transform {
	case "exponential":
		return -math.Log(v), nil
	case "pareto_sqrt":
		return 1 / math.Sqrt(v), nil
	case "pareto_fourth_root":
		return 1 / math.Sqrt(math.Sqrt(v)), nil
	case "bounded_fourth_root":
		return 4 * (1 - math.Sqrt(math.Sqrt(v))), nil
	}
	return 0, fault.New("golden-transform", s.Transform)
}

// tailCase is a case of the file of tails. A fit uses Data alone, SPOT starts from it and goes on with Stream
// (metrics/README.md, sections 9.3 and 9.4).
type tailCase struct {
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Data     sample  `json:"data"`
	Stream   sample  `json:"stream"`
	Level    float64 `json:"level"`
	Q        float64 `json:"q"`
	Expected struct {
		Start        float64 `json:"t"`
		Excesses     int     `json:"n_excess"`
		Shape        float64 `json:"gamma"`
		Scale        float64 `json:"sigma"`
		Likelihood   float64 `json:"loglik"`
		Fallback     bool    `json:"fallback"`
		Threshold    float64 `json:"z_q"`
		First        float64 `json:"z_q_first"`
		Last         float64 `json:"z_q_last"`
		Alarms       []int   `json:"alarms"`
		LastN        int     `json:"n_last"`
		LastExcesses int     `json:"n_excess_last"`
	} `json:"expected"`
}

// verifyTails compares peaks over threshold, fitted once and on a stream.
func verifyTails(v *verifier, file []byte) error {
	var f struct{ Cases []tailCase }
	if err := json.Unmarshal(file, &f); err != nil {
		return fault.New("golden-json", err)
	}
	l := ledger{}
	for _, c := range f.Cases {
		verify := c.fit
		if c.Kind == "spot" {
			verify = c.stream
		}
		if err := verify(&l); err != nil {
			return fault.New("in-place", c.Name, err)
		}
	}
	v.report.Checks = append(v.report.Checks, l.checks...)
	return nil
}

// relative notes the relative error of a number.
func (l *ledger) relative(quantity, at string, got, want, limit float64) {
	l.note(quantity, at, got/want, 1, limit)
}

// exact notes whether two counts or marks are the same. The reported error is 0 or infinite.
func (l *ledger) exact(quantity, at string, same bool) {
	got := 0.0
	if same {
		got = 1
	}
	l.note(quantity, at, got, 1, exactly)
}

// fit compares a tail fitted once. The likelihood counts one way only: a fit that is likelier than the file's
// is no mistake.
func (c tailCase) fit(l *ledger) error {
	scores, err := c.Data.scores()
	if err != nil {
		return err
	}
	t, err := detect.FitTail(scores, c.Level)
	if err != nil {
		return err
	}
	z, err := t.Quantile(c.Q)
	if err != nil {
		return err
	}
	want := c.Expected
	l.relative("pot t", c.Name, t.Start, want.Start, orderOf)
	l.exact("pot excesses", c.Name, t.Excesses == want.Excesses)
	l.note("pot gamma", c.Name, t.Shape, want.Shape, fitted)
	l.relative("pot sigma", c.Name, t.Scale, want.Scale, fitted)
	l.note("pot likelihood lost", c.Name, max(0, want.Likelihood-t.LogLikelihood), 0, likelihood)
	l.exact("pot fallback", c.Name, t.Fallback == want.Fallback)
	l.relative("pot z_q", c.Name, z, want.Threshold, fitted)
	return nil
}

// stream compares where SPOT starts, which steps it flags, and where it ends.
func (c tailCase) stream(l *ledger) error {
	train, err := c.Data.scores()
	if err != nil {
		return err
	}
	stream, err := c.Stream.scores()
	if err != nil {
		return err
	}
	s, err := detect.NewSPOT(train, c.Level, c.Q, nil)
	if err != nil {
		return err
	}
	want := c.Expected
	l.relative("spot z_q_first", c.Name, s.Threshold, want.First, fitted)
	var alarms []int
	for i, x := range stream {
		alarm, err := s.Step(x)
		if err != nil {
			return err
		}
		if alarm {
			alarms = append(alarms, i)
		}
	}
	l.exact("spot alarms", c.Name, slices.Equal(alarms, want.Alarms))
	l.exact("spot counts", c.Name, s.Tail.Scores == want.LastN && s.Tail.Excesses == want.LastExcesses)
	l.relative("spot z_q_last", c.Name, s.Threshold, want.Last, fitted)
	return nil
}
