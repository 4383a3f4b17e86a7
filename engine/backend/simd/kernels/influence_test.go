package kernels

import (
	"math/rand/v2"
	"testing"
)

func TestInfluenceAndItsGradientsEqualOracle(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(31, 32))
		for size := range largest + 1 {
			channels, features := 1+size%7, size
			if size%10 == 9 {
				channels, features = 38, 1+size/10
			}
			weights, both, dy := normals(r, channels*channels), normals(r, 2*channels*features),
				normals(r, channels*features)
			added, sums := normals(r, len(both)), normals(r, 4*len(weights))
			wantY, wantBoth, wantSums := make([]float64, len(dy)), float64s(added),
				make([]float64, len(weights))
			for i := range 4 * len(weights) {
				wantSums[i/4] += float64(sums[i])
			}
			for i := range channels {
				for j := range channels {
					for k := range features {
						p, q, at := 2*features*i+k, 2*features*j+features+k, i*channels+j
						v, g := float64(both[p])+float64(both[q]), float64(dy[i*features+k])
						if v > 0 {
							wantY[i*features+k] += float64(weights[at]) * v
							wantBoth[p] += float64(weights[at]) * g
							wantBoth[q] += float64(weights[at]) * g
							wantSums[at] += v * g
						}
					}
				}
			}
			memory := newArena(t, m)
			pw, pb, pd, py := memory.put(weights), memory.put(both), memory.put(dy), memory.room(len(dy))
			padded, psums := memory.put(added), memory.put(sums)
			memory.call("influence", []any{channels, features, pw.at, pb.at, py.at}, py)
			memory.call("influence_grad", []any{channels, features, pw.at, pb.at, pd.at, padded.at}, padded)
			memory.call("influence_grad_weights", []any{channels, features, pb.at, pd.at, psums.at}, psums)
			four := memory.get(psums)
			got := make([]float32, len(weights))
			for i := range four {
				got[i/4] += four[i]
			}
			near(t, "influence", memory.get(py), wantY, 1e-5)
			near(t, "influence_grad", memory.get(padded), wantBoth, 1e-5)
			near(t, "influence_grad_weights", got, wantSums, 1e-5)
		}
	})
}
