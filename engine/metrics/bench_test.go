package metrics

import (
	"context"
	"math/rand/v2"
	"testing"
)

// large is a series of n points with n/2000 true segments of some 200 points, whose scores overlap.
func large(b *testing.B, n int) *Evaluation {
	b.Helper()
	r := rand.New(rand.NewPCG(7, 0))
	scores, labels := make([]float64, n), make([]uint8, n)
	for at := 500; at+400 < n; at += 1500 + r.IntN(1000) {
		for i := range 50 + r.IntN(300) {
			labels[at+i] = 1
		}
	}
	for i := range scores {
		scores[i] = r.NormFloat64() + float64(labels[i])
	}
	e, err := NewEvaluation(scores, labels, RefuseUnscored)
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// unsorted is e as it was before its first metric.
func unsorted(e *Evaluation) *Evaluation {
	return e.of(e.Scores)
}

const largeN = 100_000

func BenchmarkAllMetrics(b *testing.B) {
	e := large(b, largeN)
	for b.Loop() {
		e := unsorted(e)
		if _, err := Measure(context.Background(), All, e, e.At(2.5), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChanceLevels(b *testing.B) {
	e := large(b, largeN)
	for b.Loop() {
		if _, err := ChanceLevels(context.Background(), All, e, 0.01, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSort(b *testing.B) {
	e := large(b, largeN)
	for b.Loop() {
		unsorted(e).ranking()
	}
}

// BenchmarkMetric measures each row of All after the sort.
func BenchmarkMetric(b *testing.B) {
	e := large(b, largeN)
	a := e.At(2.5)
	e.ranking()
	for _, m := range All {
		b.Run(m.Name, func(b *testing.B) {
			for b.Loop() {
				m.Of(e, a)
			}
		})
	}
}

// BenchmarkOutsideAll measures what is no row of All.
func BenchmarkOutsideAll(b *testing.B) {
	e := large(b, largeN)
	a := e.At(2.5)
	e.ranking()
	for name, of := range map[string]func(){
		"PATE of every score": func() { e.PATE(PATEOptions{Early: 100, Late: 100, All: true}) },
		"DQE":                 func() { e.DQE(125) },
		"SDQE":                func() { a.DQE(125) },
		"period":              func() { PeriodOf(e.Scores) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				of()
			}
		})
	}
}

// BenchmarkVUSOfDenseSegments is its worst case: every normal point is in reach of a segment.
func BenchmarkVUSOfDenseSegments(b *testing.B) {
	e := large(b, largeN)
	labels := make([]uint8, largeN)
	for i := 0; i < len(labels); i += 4 {
		labels[i] = 1
	}
	e, err := NewEvaluation(e.Scores, labels, RefuseUnscored)
	if err != nil {
		b.Fatal(err)
	}
	e.ranking()
	for b.Loop() {
		e.VUS(Defaults.Window.Points)
	}
}
