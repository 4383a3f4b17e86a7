package metrics

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
)

// part is one of several series.
type part struct {
	scores []float64
	labels []uint8
}

// workedParts are three series whose segments touch their ends, of which the last has none. Scores have no
// ties, so that nothing depends on how these are broken.
func workedParts(seed uint64) []part {
	r := rand.New(rand.NewPCG(seed, 77))
	segments := [][]steps.Range{{{From: 0, To: 5}, {From: 30, To: 33}, {From: 52, To: 60}},
		{{From: 0, To: 9}, {From: 11, To: 14}}, nil}
	order := r.Perm(150)
	var parts []part
	for i, n := range []int{60, 50, 40} {
		p := part{make([]float64, n), make([]uint8, n)}
		for _, s := range segments[i] {
			for x := s.From; x < s.To; x++ {
				p.labels[x] = 1
			}
		}
		for x := range n {
			p.scores[x] = float64(order[0])/150 + 0.3*float64(p.labels[x])
			order = order[1:]
		}
		parts = append(parts, p)
	}
	return parts
}

// pooled is the evaluation of some series, one behind the other.
func pooled(t *testing.T, parts ...part) *Evaluation {
	t.Helper()
	var all part
	var borders []int
	for _, p := range parts {
		if len(all.scores) > 0 {
			borders = append(borders, len(all.scores))
		}
		all.scores, all.labels = append(all.scores, p.scores...), append(all.labels, p.labels...)
	}
	e, err := NewPooled(all.scores, all.labels, borders, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	e.Parameters.Window.Points, e.Parameters.ETaPR.Delta = 12, 0.5
	return e
}

// valuesOf is every row of All at a threshold.
func valuesOf(t *testing.T, e *Evaluation, threshold float64) []Value {
	t.Helper()
	values, err := Measure(context.Background(), All, e, e.At(threshold), nil)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// Nothing reaches across a border: in which order several series stand changes no metric.
func TestMetricsOfSeveralSeriesDoNotDependOnTheirOrder(t *testing.T) {
	for seed := range uint64(20) {
		p := workedParts(seed)
		for _, threshold := range []float64{0.2, 0.6, 0.9, 1.1} {
			want := valuesOf(t, pooled(t, p[0], p[1], p[2]), threshold)
			for _, order := range [][]int{{1, 0, 2}, {2, 1, 0}, {1, 2, 0}} {
				got := valuesOf(t, pooled(t, p[order[0]], p[order[1]], p[order[2]]), threshold)
				for i, m := range All {
					if got[i].Defined() != want[i].Defined() || math.Abs(float64(got[i]-want[i])) > 1e-9 {
						t.Errorf("seed %d, above %v, order %v: %s is %v, want %v", seed, threshold, order, m.Name, got[i],
							want[i])
					}
				}
			}
		}
	}
}

// What is counted adds up over the series; what is a mean over segments is their mean.
func TestMetricsOfSeveralSeriesFollowFromThoseOfEach(t *testing.T) {
	p := workedParts(3)
	for _, threshold := range []float64{0.3, 0.7, 1} {
		all := pooled(t, p...).At(threshold)
		var sum, adjusted Confusion
		var segments, runs int
		var affiliated, recall, local float64
		for _, one := range p {
			a := pooled(t, one).At(threshold)
			sum.TP, sum.FP = sum.TP+a.Point().TP, sum.FP+a.Point().FP
			adjusted.TP, adjusted.FN = adjusted.TP+a.PointAdjusted().TP, adjusted.FN+a.PointAdjusted().FN
			segments, runs = segments+len(a.Evaluation.Segments), runs+len(a.Segments)
			recall += float64(a.RangeBased(RangeOptions{}).Recall) * float64(len(a.Evaluation.Segments))
			for i, z := range a.Affiliation().ZoneRecall {
				affiliated += float64(z)
				local += float64(a.DQE(6).Local[i])
			}
		}
		m := float64(segments)
		if got := all.Point(); got.TP != sum.TP || got.FP != sum.FP {
			t.Errorf("points: %+v, want %+v", got, sum)
		}
		if got := all.PointAdjusted(); got.TP != adjusted.TP || got.FN != adjusted.FN {
			t.Errorf("point adjusted: %+v, want %+v", got, adjusted)
		}
		if len(all.Segments) != runs {
			t.Errorf("%d predicted segments, want %d", len(all.Segments), runs)
		}
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"range recall", float64(all.RangeBased(RangeOptions{}).Recall), recall / m},
			{"affiliation recall", float64(all.Affiliation().Recall), affiliated / m},
			{"DQE", float64(all.DQE(6).Total), local / m},
		} {
			if math.Abs(c.got-c.want) > 1e-12 {
				t.Errorf("above %v: %s is %v, want %v", threshold, c.name, c.got, c.want)
			}
		}
	}
}

// A border parts a run of labels and a run of flags in two, and empty or repeated borders part nothing.
func TestBordersPartSegments(t *testing.T) {
	labels := []uint8{1, 1, 1, 1, 0, 1}
	if got := Segments(labels, 0, 2, 2, 6); !slices.Equal(got, []steps.Range{{To: 2}, {From: 2, To: 4},
		{From: 5, To: 6}}) {
		t.Error(got)
	}
	e, err := NewPooled([]float64{1, 1, 0, 0, 1, 1}, labels, []int{0, 2, 2, 6}, RefuseUnscored)
	if err != nil || !slices.Equal(e.Borders, []int{2}) {
		t.Fatal(e.Borders, err)
	}
	a := e.At(0.5)
	if a.Hits != 2 || a.PointAdjusted().TP != 3 {
		t.Errorf("%d segments hit, %d points after adjustment", a.Hits, a.PointAdjusted().TP)
	}
	joined, err := NewEvaluation(e.Scores, labels, RefuseUnscored)
	if err != nil || joined.At(0.5).PointAdjusted().TP != 5 {
		t.Error("without a border the first segment is found as a whole", err)
	}
}

// Points that are taken out move the borders behind them.
func TestPointsWithoutAScoreMoveBorders(t *testing.T) {
	nan := math.NaN()
	e, err := NewPooled([]float64{nan, 1, 2, nan, nan, 3, 4}, []uint8{0, 1, 1, 0, 0, 1, 0}, []int{3},
		ExcludeUnscored)
	if err != nil || !slices.Equal(e.Borders, []int{2}) || len(e.Segments) != 2 {
		t.Error(e.Borders, e.Segments, err)
	}
}
