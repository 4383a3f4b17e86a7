package metrics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/stat"

	"cosinelab/engine/metrics"
)

// tied draws scores that often are equal, with labels that they know something of.
func tied(rng *rand.Rand) (scores []float64, labels []uint8) {
	n, levels := 2+rng.IntN(300), 1+rng.IntN(40)
	knows, rare := rng.Float64(), 0.02+0.6*rng.Float64()
	for range n {
		label := uint8(0)
		if rng.Float64() < rare {
			label = 1
		}
		scores = append(scores, math.Floor(float64(levels)*(rng.Float64()+knows*float64(label)))/7)
		labels = append(labels, label)
	}
	labels[0], labels[1] = 0, 1 // both kinds are there
	return scores, labels
}

// rates are the true and false positives at each distinct score and below all, by gonum: flags are scores
// from it on.
func rates(scores []float64, labels []uint8) (tpr, fpr []float64) {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if scores[a] < scores[b] {
			return -1
		} else if scores[a] > scores[b] {
			return 1
		}
		return 0
	})
	sorted, classes := make([]float64, len(order)), make([]bool, len(order))
	for i, at := range order {
		sorted[i], classes[i] = scores[at], labels[at] == 1
	}
	tpr, fpr, _ = stat.ROC(nil, sorted, classes, nil)
	return tpr, fpr
}

// Areas, average precision and the best F1 agree with what follows from gonum's curve, ties included.
func TestRankingMetricsAgreeWithGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 26))
	for range 500 {
		scores, labels := tied(rng)
		e, err := metrics.NewEvaluation(scores, labels, metrics.RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		positives, negatives := float64(e.Positives), float64(e.Negatives())
		tpr, fpr := rates(scores, labels)
		precision, best := 0.0, 0.0
		for i := 1; i < len(tpr); i++ {
			tp, flagged := tpr[i]*positives, tpr[i]*positives+fpr[i]*negatives
			precision += (tpr[i] - tpr[i-1]) * tp / flagged
			best = max(best, 2*tp/(flagged+positives))
		}
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"AUROC", float64(e.AUROC()), integrate.Trapezoidal(fpr, tpr)},
			{"average precision", float64(e.AveragePrecision()), precision},
			{"best F1", float64(e.BestF1().F1), best},
		} {
			if !(math.Abs(c.got-c.want) < 1e-12) {
				t.Fatalf("%s is %v, by gonum %v, of scores %v with labels %v", c.name, c.got, c.want, scores,
					labels)
			}
		}
	}
}

// The counts at a threshold agree with gonum's total operating characteristic: its k-th entry flags the k
// highest scores.
func TestPointCountsAgreeWithGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		n := 2 + rng.IntN(200)
		order := rng.Perm(n) // of scores, all different
		scores, labels, classes := make([]float64, n), make([]uint8, n), make([]bool, n)
		for at, rank := range order {
			scores[at] = float64(rank)
			if rng.Float64() < 0.3 {
				labels[at], classes[rank] = 1, true
			}
		}
		e, err := metrics.NewEvaluation(scores, labels, metrics.RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		low, hits, high := stat.TOC(classes, nil)
		k := rng.IntN(n + 1)
		c := e.At(float64(n-k) - 0.5).Point()
		if float64(c.TP) != hits[k] || c.TP+c.FP != k {
			t.Fatalf("%d of %d flags are right, by gonum %v of %d", c.TP, c.TP+c.FP, hits[k], k)
		}
		if float64(c.TP) < low[k] || float64(c.TP) > high[k] {
			t.Fatalf("%d right flags of %d lie outside what is possible, %v to %v", c.TP, k, low[k], high[k])
		}
	}
}
