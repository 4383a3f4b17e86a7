package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Every point of a curve is what some threshold gives, in order, and its end is everything.
func TestPointsOfACurveAreThoseOfThresholds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		scores, labels := make([]float64, 300), make([]uint8, 300)
		for i := range scores {
			scores[i], labels[i] = math.Round(40*r.Float64()), uint8(r.IntN(5)/4)
		}
		e, err := NewEvaluation(scores, labels, RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		given := map[CurvePoint]bool{}
		for _, s := range append(scores, -1) {
			a := e.At(s)
			p := a.Point()
			given[CurvePoint{float64(p.Recall), float64(p.Precision),
				float64(a.Detection().PointsPer10000) / 1e4}] = true
		}
		for _, n := range []int{2, 10, 1000} {
			curve := e.Curve(n)
			if len(curve) > n || len(curve) == 0 || n == 1000 && len(curve) < 30 {
				t.Fatalf("%d points of at most %d", len(curve), n)
			}
			before := CurvePoint{}
			for _, p := range curve {
				if p.Recall < before.Recall || p.FalseRate < before.FalseRate || !near(given, p) {
					t.Errorf("%+v behind %+v", p, before)
				}
				before = p
			}
			if before.Recall != 1 || before.FalseRate != 1 {
				t.Errorf("%d points end at %+v", n, before)
			}
		}
	}
}

func near(given map[CurvePoint]bool, p CurvePoint) bool {
	for q := range given {
		if math.Abs(p.Recall-q.Recall)+math.Abs(p.Precision-q.Precision)+math.Abs(p.FalseRate-q.FalseRate) < 1e-9 {
			return true
		}
	}
	return false
}

func TestNoCurveWithoutBothKindsOfPoints(t *testing.T) {
	for _, labels := range [][]uint8{{0, 0}, {1, 1}} {
		if e, err := NewEvaluation([]float64{1, 2}, labels, RefuseUnscored); err != nil || e.Curve(10) != nil {
			t.Errorf("labels %v: %v", labels, err)
		}
	}
}
