package datasets

import (
	"cmp"
	"math"
	"slices"
	"testing"
)

// residuals returns, per test step, the mean squared error of a linear autoencoder of the given rank fitted
// to windows of w steps of the scaled training part. Rank 0 predicts the mean: what an untrained model comes
// close to.
func residuals(set *Set, w, rank int) []float64 {
	k := Standard(set.Train)
	train, test := k.Apply(set.Train), k.Apply(set.Test)
	basis := principal(train, w, rank)
	scores := make([]float64, test.Rows)
	for t := range scores {
		start := min(max(t-w/2, 0), test.Rows-w)
		x := window(test, start, w)
		for _, b := range basis {
			p := dot(x, b)
			for i := range x {
				x[i] -= p * b[i]
			}
		}
		at := (t - start) * test.Channels
		scores[t] = dot(x[at:at+test.Channels], x[at:at+test.Channels]) / float64(test.Channels)
	}
	return scores
}

func window(s Series, start, w int) []float64 {
	var x []float64
	for _, v := range s.Slice(start, start+w).Values {
		x = append(x, float64(v))
	}
	return x
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// principal returns the first directions of the windows' covariance by subspace iteration.
func principal(s Series, w, rank int) [][]float64 {
	var xs [][]float64
	for t := 0; t+w <= s.Rows; t += max(1, w/2) {
		xs = append(xs, window(s, t, w))
	}
	basis := make([][]float64, rank)
	g := newGenerator(1, 0)
	for i := range basis {
		basis[i] = make([]float64, w*s.Channels)
		for j := range basis[i] {
			basis[i][j] = g.normal()
		}
	}
	for range 12 {
		next := make([][]float64, rank)
		for i, b := range basis {
			next[i] = make([]float64, len(b))
			for _, x := range xs {
				p := dot(x, b)
				for j := range x {
					next[i][j] += p * x[j]
				}
			}
			for _, other := range next[:i] {
				p := dot(next[i], other)
				for j := range other {
					next[i][j] -= p * other[j]
				}
			}
			norm := math.Sqrt(dot(next[i], next[i]))
			for j := range next[i] {
				next[i][j] /= norm
			}
		}
		basis = next
	}
	return basis
}

// averagePrecision ranks the steps by score and averages precision over the anomalous ones; ties do not
// occur.
func averagePrecision(scores []float64, labels []uint8) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	var hits, sum float64
	for i, t := range order {
		if labels[t] == 1 {
			hits++
			sum += hits / float64(i+1)
		}
	}
	return sum / hits
}

// A rank of 16 over 16 steps stands for a good small model, rank 0 for an untrained one, the share of
// anomalous steps for a random score.
func TestABuiltInSetTellsGoodModelsFromBadOnes(t *testing.T) {
	for _, s := range All {
		if s.Group() != GroupBuiltin {
			continue
		}
		for seed := range uint64(1) {
			set := builtin(t, s.ID, seed)
			untrained := averagePrecision(residuals(set, 1, 0), set.Labels)
			good := averagePrecision(residuals(set, 16, 16), set.Labels)
			if good < 2.5*untrained || good < 0.4 {
				t.Errorf("%s seed %d: average precision %.2f, untrained %.2f: anomalies too hard", s.ID,
					seed, good, untrained)
			}
			if untrained > 0.3 || good > 0.98 {
				t.Errorf("%s seed %d: average precision %.2f, untrained %.2f: anomalies too easy", s.ID,
					seed, good, untrained)
			}
		}
	}
}
