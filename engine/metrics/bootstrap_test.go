package metrics

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// simulated is a series of 1500 points with 20 segments of 10, whose normal scores follow an autoregression
// and whose anomalous ones lie 1.5 deviations higher.
func simulated(t *testing.T, rng *rand.Rand, memory float64) *Evaluation {
	t.Helper()
	scores, labels := make([]float64, 1500), make([]uint8, 1500)
	x := rng.NormFloat64()
	for i := range scores {
		x = memory*x + math.Sqrt(1-memory*memory)*rng.NormFloat64()
		scores[i] = x
		if i%75 >= 30 && i%75 < 40 {
			scores[i], labels[i] = x+1.5, 1
		}
	}
	e, err := NewEvaluation(scores, labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The true AUROC is that of two normal laws 1.5 apart. The interval holds it nearly as often as it says;
// blocks are what keeps it so where scores remember.
func TestBootstrapIntervalsHoldTheTruthNearlyAsOftenAsTheySay(t *testing.T) {
	const series = 100
	auroc := metricOf(t, "auroc")
	truth := Value(0.5 * math.Erfc(-1.5/2))
	for _, memory := range []float64{0, 0.6} {
		rng, held := rand.New(rand.NewPCG(5, 6)), 0
		for k := range series {
			e := simulated(t, rng, memory)
			found, err := Bootstrap(context.Background(), e, []Metric{auroc}, 100, uint64(k))
			if err != nil {
				t.Fatal(err)
			}
			if found[0].Low <= truth && truth <= found[0].High {
				held++
			}
		}
		t.Logf("memory %v: %d of %d", memory, held, series)
		if share := float64(held) / series; share < 0.8 {
			t.Errorf("memory %v: %.2f of the intervals hold the truth", memory, share)
		}
	}
}

func TestADrawnSeriesHasTheStretchesOfTheFirst(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	e := simulated(t, rng, 0.9)
	r := NewResampler(e)
	if short := NewResampler(simulated(t, rng, 0)); r.Block <= short.Block {
		t.Errorf("blocks of %d points where scores remember, of %d where not", r.Block, short.Block)
	}
	points := r.Draw(rng)
	if len(points) != e.N() { // segments are all as long
		t.Errorf("%d points, want %d", len(points), e.N())
	}
	for i, p := range points {
		if e.Labels[p] != e.Labels[i] {
			t.Fatalf("point %d is drawn from another kind", i)
		}
	}
	one, _ := NewEvaluation([]float64{1, 2, 3}, []uint8{0, 1, 0}, RefuseUnscored)
	found, err := Bootstrap(context.Background(), one, []Metric{metricOf(t, "auroc")}, 9, 1)
	if err != nil || found[0].Low.Defined() {
		t.Errorf("of one segment: %v, %v", found, err)
	}
	a, _ := Bootstrap(context.Background(), e, []Metric{metricOf(t, "auroc")}, 50, 3)
	b, _ := Bootstrap(context.Background(), e, []Metric{metricOf(t, "auroc")}, 50, 3)
	if !slices.Equal(a, b) {
		t.Error("the same seed gives other intervals")
	}
}

// What is drawn is measured as the series that it is: sorted anew, with its own labels, scores and flags.
func TestADrawnSeriesIsMeasuredAsAnyOther(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	first, second := simulated(t, rng, 0.5), simulated(t, rng, 0)
	for i := range second.Scores {
		second.Scores[i] = math.Round(2 * second.Scores[i]) // with ties
	}
	of := []Judged{{Evaluation: first}, {second, make([]bool, second.N())}}
	for i, s := range second.Scores {
		of[1].Flags[i] = s > 2
	}
	r := NewResampler(first, second)
	if longest := max(NewResampler(first).Block, NewResampler(second).Block); r.Block != longest {
		t.Errorf("blocks of %d points for both, want %d", r.Block, longest)
	}
	draw, same := 0, rand.New(rand.NewPCG(7, 0x626f6f74))
	err := r.Resample(context.Background(), of, All, 5, 7, nil, func(values [][]Value) {
		draw++
		points := r.Draw(same)
		for k, j := range of {
			scores, labels, flags := make([]float64, len(points)), make([]uint8, len(points)), make([]bool, len(points))
			for i, p := range points {
				scores[i], labels[i] = j.Scores[p], j.Labels[p]
				flags[i] = j.Flags != nil && j.Flags[p]
			}
			e, err := NewEvaluation(scores, labels, RefuseUnscored)
			if err != nil {
				t.Fatal(err)
			}
			alarms, err := e.Flag(flags)
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range All {
				want := m.Of(e, alarms)
				if j.Flags == nil && m.NeedsThreshold() {
					want = Undefined
				}
				if got := values[k][i]; got != want && (got.Defined() || want.Defined()) {
					t.Errorf("draw %d, %s of %d: %v, want %v", draw, m.Name, k, got, want)
				}
			}
		}
	})
	if err != nil || draw != 5 {
		t.Errorf("%d draws, error %v", draw, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := r.Resample(ctx, of, All, 5, 7, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after a stop: %v", err)
	}
}

func metricOf(t *testing.T, name string) Metric {
	t.Helper()
	m, ok := Find(name)
	if !ok {
		t.Fatal(name)
	}
	return m
}
