package metrics

import (
	"context"
	"math"
	"math/rand/v2"
)

// Useless is a score that knows nothing of a series, or one that knows everything: a control of the metrics
// themselves (metrics/README.md, section 8.1).
type Useless struct {
	Name   string // stable key
	Scores func(labels []uint8) []float64
	Knows  bool // its ranking is perfect
}

// WordKey is the key of the title in the languages' files.
func (u Useless) WordKey() string { return "useless-" + u.Name }

// UselessScores are the controls, in the order of tables. Random ones come from fixed seeds.
var UselessScores = []Useless{
	{Name: "constant", Scores: func(labels []uint8) []float64 { return make([]float64, len(labels)) }},
	{Name: "random", Scores: func(labels []uint8) []float64 { return uniform(labels, 1) }},
	{Name: "random-again", Scores: func(labels []uint8) []float64 { return uniform(labels, 2) }},
	{Name: "levels", Scores: func(labels []uint8) []float64 {
		s := uniform(labels, 1)
		for i := range s {
			s[i] = math.Floor(8 * s[i])
		}
		return s
	}},
	{Name: "peak", Scores: func(labels []uint8) []float64 {
		s := uniform(labels, 1)
		s[len(s)/2] = 1000
		return s
	}},
	{Name: "labels", Knows: true, Scores: func(labels []uint8) []float64 {
		s := uniform(labels, 1)
		for i := range s {
			s[i] = float64(labels[i]) + s[i]/2
		}
		return s
	}},
}

// uniform are independent numbers from 0 to 1, one a point.
func uniform(labels []uint8, seed uint64) []float64 {
	r, s := rand.New(rand.NewPCG(seed, 11)), make([]float64, len(labels))
	for i := range s {
		s[i] = r.Float64()
	}
	return s
}

// Measure computes rows of All for a control at flags of its own: everything for the constant, the labels
// where it knows them, else its highest UselessRate of the points.
func (u Useless) Measure(ctx context.Context, rows []Metric, labels []uint8, borders []int,
	with Parameters) ([]Value, error) {
	e, err := NewPooled(u.Scores(labels), labels, borders, RefuseUnscored)
	if err != nil {
		return nil, err
	}
	e = e.With(with)
	a := e.At(0.5) // exactly the labels, where the score has them
	switch {
	case u.Name == "constant":
		a = e.At(-1)
	case !u.Knows:
		a = e.Top(UselessRate)
	}
	return Measure(ctx, rows, e, a, nil)
}

// UselessRate is the share of points that a control flags.
const UselessRate = 0.01

// Top flags at most the share rate of points, those with the highest scores; of scores that tie across its
// end, none.
func (e *Evaluation) Top(rate float64) *Alarms {
	order := e.ranking()
	k := int(math.Round(rate * float64(len(order))))
	return e.At(order[min(k, len(order)-1)].score)
}
