package detect

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cosinelab/engine/spec"
)

// pareto draws from a generalised Pareto distribution.
func pareto(r *rand.Rand, shape float64) float64 {
	return math.Expm1(-shape*math.Log(1-r.Float64())) / shape
}

func TestAnExpansionGivesTheMeansOfAllExcesses(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, shape := range []float64{-0.7, -0.3, 0.2, 1.5} {
		ys := make([]float64, 300)
		for i := range ys {
			ys[i] = pareto(r, shape)
		}
		l := newLikelihood(ys)
		theta := 0.9 * shape * l.unit // inside the range of all excesses, whatever the shape
		e := expand(ys[:200], l.unit, theta)
		for _, y := range ys[200:] {
			e.add(y)
		}
		for _, part := range []float64{-1, -0.3, 0, 0.5, 1} {
			d := part * trusted / e.widest
			shape, inverse := e.means(d)
			wantShape, wantInverse := l.means(theta + d)
			if math.Abs(shape-wantShape) > 1e-11 || math.Abs(inverse-wantInverse) > 1e-11 {
				t.Errorf("%v from %v: means %v and %v, want %v and %v", d, theta, shape, inverse, wantShape,
					wantInverse)
			}
		}
	}
}

// Work is counted in looks at excesses: a pass through all of them is announced by a pause.
func TestTheWorkOfAStreamGrowsWithItsScores(t *testing.T) {
	work := func(n int, shape, drift float64) float64 {
		r := rand.New(rand.NewPCG(3, 4))
		train := make([]float64, 500)
		for i := range train {
			train[i] = pareto(r, shape)
		}
		var s *SPOT
		looked := 0
		s, err := NewSPOT(train, 0.02, 1e-3, func() error {
			if s != nil {
				looked += len(s.excesses)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if _, err := s.Step(pareto(r, shape) * (1 + drift*float64(i)/float64(n))); err != nil {
				t.Fatal(err)
			}
		}
		if left := s.saved; left < 0 {
			t.Errorf("%d looks more were spent than there were", -left)
		}
		return float64(looked)
	}
	for _, shape := range []float64{-0.9, -0.4, 1e-6, 0.4} {
		for _, drift := range []float64{0, 2} {
			small, large := work(1500, shape, drift), work(6000, shape, drift)
			if large > 5*small || large > 6000*2*looks {
				t.Errorf("shape %v, drift %v: %v looks at excesses for 1,500 scores, %v for 6,000", shape, drift,
					small, large)
			}
		}
	}
}

var errStop = errors.New("stop")

// scoresOf are exponential scores of both parts, with labels.
func scoresOf(n int) Scores {
	r := rand.New(rand.NewPCG(7, 8))
	s := Scores{Labels: make([]uint8, n)}
	for range n {
		s.Train, s.Test = append(s.Train, r.ExpFloat64()), append(s.Test, r.ExpFloat64())
	}
	s.Labels[n/2] = 1
	return s
}

// Whatever goes on for longer than a moment can be ended at each of its pauses, of which there are no more
// than the scores explain.
func TestAThresholdIsEndedAtAnyPause(t *testing.T) {
	for p := range spec.Each(spec.PolicyCount) {
		with := spec.Threshold{Policy: p}
		for _, k := range spec.Policies[p].Params {
			with.SetParam(k, max(spec.Params[k].Default, spec.Params[k].Start))
		}
		pauses := func(n int) (calls int) {
			if _, err := Choose(with, scoresOf(n), func() error { calls++; return nil }); err != nil {
				t.Fatalf("%s: %v", p, err)
			}
			return calls
		}
		few, many := pauses(1<<13), pauses(1<<15)
		if many > 5*max(few, 1) {
			t.Errorf("%s: %d pauses for 8,192 scores, %d for four times as many", p, few, many)
		}
		s := scoresOf(1 << 13)
		for stop := 1; stop <= few; stop += max(1, few/20) {
			calls := 0
			_, err := Choose(with, s, func() error {
				if calls++; calls == stop {
					return errStop
				}
				return nil
			})
			if !errors.Is(err, errStop) || calls != stop {
				t.Errorf("%s: stopped at pause %d: error %v after %d", p, stop, err, calls)
			}
		}
	}
}

func TestScoresAreSortedAcrossRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	xs := make([]float64, 3*sortRun+12345)
	for i := range xs {
		xs[i] = float64(r.IntN(1 << 20))
	}
	xs[0], xs[len(xs)-1] = math.Inf(1), math.NaN()
	sum := 0.0
	for _, x := range xs[1 : len(xs)-1] {
		sum += x
	}
	if err := sortScores(xs, never); err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(xs[0]) || !math.IsInf(xs[len(xs)-1], 1) {
		t.Fatalf("%v and %v stand first and last", xs[0], xs[len(xs)-1])
	}
	for i, x := range xs[1 : len(xs)-1] {
		if sum -= x; i > 0 && x < xs[i] {
			t.Fatal(fmt.Sprint("out of order at ", i))
		}
	}
	if sum != 0 {
		t.Error("some scores are not those of before")
	}
}
