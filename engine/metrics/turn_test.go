package metrics

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// dense is a series of n points in which every fourth is anomalous: the most segments that there can be nearly.
func dense(t testing.TB, n int) *Evaluation {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 0))
	scores, labels := make([]float64, n), make([]uint8, n)
	for i := range scores {
		if i%4 == 0 {
			labels[i] = 1
		}
		scores[i] = r.NormFloat64() + float64(labels[i])
	}
	e, err := NewEvaluation(scores, labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// ending is a context that ends by itself after so many questions.
type ending struct {
	context.Context
	left int
}

func (c *ending) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

const turnN = 2 * beatsPerTurn

// What sorts, or goes over all thresholds, takes turns while it does: each is at most a few milliseconds apart,
// however long the series is.
func TestMetricsThatTakeLongTakeTurns(t *testing.T) {
	e := dense(t, turnN)
	for _, name := range []string{"average_precision", "auroc", "pate", "vus_roc", "range_pr_area", "best_f1",
		"best_composite_f1", "best_range_f1", "best_affiliation_f1", "pak_best_area"} {
		m, ok := Find(name)
		if !ok {
			t.Fatalf("no metric %s", name)
		}
		turns, done := 0, -1
		_, err := Measure(t.Context(), []Metric{m}, unsorted(e), nil, func(d, of int) { turns, done = turns+1, d })
		if err != nil || done != 1 || turns < turnN/beatsPerTurn {
			t.Errorf("%s: %d turns in %d points, at the end %d rows done, error %v", name, turns, turnN, done, err)
		}
	}
}

// Whenever metrics are given up, the error says so at the next turn, and what they share is whole: measured
// again, all values are as if nothing had happened.
func TestMetricsAreGivenUpAtAnyTurn(t *testing.T) {
	e := dense(t, turnN)
	rows := slices.DeleteFunc(slices.Clone(All), Metric.NeedsThreshold)
	count := &ending{t.Context(), 1 << 30}
	want, err := Measure(count, rows, e, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	questions := 1<<30 - count.left
	for k := 0; k < questions; k += max(1, questions/4) {
		again := unsorted(e)
		calls := 0
		values, err := Measure(&ending{t.Context(), k}, rows, again, nil, func(int, int) { calls++ })
		if !errors.Is(err, context.Canceled) || values != nil || calls > k {
			t.Errorf("given up at question %d of %d: %d values after %d calls, error %v", k, questions, len(values),
				calls, err)
		}
		if got, err := Measure(t.Context(), rows, again, nil, nil); err != nil || !slices.EqualFunc(got, want, same64) {
			t.Errorf("given up at question %d of %d, then measured again: %v, error %v, want %v", k, questions, got,
				err, want)
		}
	}
}

func same64(a, b Value) bool { return a == b || !a.Defined() && !b.Defined() }

// A mistake in a metric is not taken for one that was given up.
func TestAPanicOfAMetricIsNoError(t *testing.T) {
	defer func() {
		if r := recover(); r != "a mistake" {
			t.Errorf("recovered %v", r)
		}
	}()
	_, err := Measure(t.Context(), []Metric{{OfScores: func(*Evaluation) Value { panic("a mistake") }}}, dense(t, 8),
		nil, nil)
	t.Errorf("error %v", err)
}
