package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

const associationEpsilon = 1e-4

// prior64 is row i of the prior association.
func prior64(i, cols int, sigma float64) []float64 {
	out := make([]float64, cols)
	var sum float64
	for j := range out {
		out[j] = math.Exp(-float64((i-j)*(i-j)) / (2 * sigma * sigma))
		sum += out[j]
	}
	for j := range out {
		out[j] /= sum
	}
	return out
}

// discrepancy64 is kl(s, p) + kl(p, s) of one row, with the logarithms as models write them.
func discrepancy64(s, p []float64) (sum float64) {
	for j := range s {
		sum += (s[j] - p[j]) * (math.Log(s[j]+associationEpsilon) - math.Log(p[j]+associationEpsilon))
	}
	return sum
}

// associationRows are cols random attention rows and sigmas in their range (1.1e-5, 2), extremes included.
func associationRows(r *rand.Rand, rows, cols int) (s, sigma []float32) {
	for i := range rows {
		x := float64s(normals(r, cols))
		for _, v := range softmax64(x, []float64{1, 10}[i%2]) {
			s = append(s, float32(v))
		}
		sigma = append(sigma, []float32{1.1e-5, 2, 0.05, float32(2 * r.Float64())}[r.IntN(4)])
	}
	return s, sigma
}

func TestAssociationEqualsOracle(t *testing.T) {
	eachShape(t, func(t *testing.T, m machine, r *rand.Rand, rows, cols, gap int) {
		rows = min(rows, cols)
		memory := newArena(t, m)
		s, sigma := associationRows(r, rows, cols)
		first := (cols - rows) / 3
		ps, psigma, row := memory.putRows(s, rows, cols, gap), memory.putRows(sigma, rows, 1, gap),
			memory.room(cols)
		d := memory.putRows(fill(rows, 1), rows, 1, gap+1)
		const scale = 0.125
		memory.call("association", []any{rows, cols, first, ps.at, ps.ld, psigma.at, psigma.ld, d.at, d.ld,
			float32(scale), row.at}, d.array, row)
		want := make([]float64, rows)
		for i := range want {
			want[i] = 1 + scale*discrepancy64(float64s(s[i*cols:(i+1)*cols]),
				prior64(first+i, cols, float64(sigma[i])))
		}
		near(t, "association", memory.getRows(d), want, 2e-6)
	})
}

func TestAssociationGradientEqualsFiniteDifferences(t *testing.T) {
	eachShape(t, func(t *testing.T, m machine, r *rand.Rand, rows, cols, gap int) {
		rows = min(rows, cols)
		memory := newArena(t, m)
		s, sigma := associationRows(r, rows, cols)
		for i := range sigma { // differences need a slope that lives on their scale
			sigma[i] = max(sigma[i], 0.2)
		}
		gs, gp, before := normals(r, rows), normals(r, rows), normals(r, rows*cols)
		first, add := cols-rows, cols%2
		ps, psigma, row := memory.putRows(s, rows, cols, gap), memory.putRows(sigma, rows, 1, gap),
			memory.room(cols)
		pgs, pgp := memory.putRows(gs, rows, 1, gap+1), memory.putRows(gp, rows, 1, 0)
		d := memory.putRows(make([]float32, rows), rows, 1, gap)
		ds, dsigma := memory.putRows(before, rows, cols, gap+1), memory.roomRows(rows, 1, gap)
		memory.call("association_grad", []any{rows, cols, first, ps.at, ps.ld, psigma.at, psigma.ld, d.at,
			d.ld, pgs.at, pgs.ld, pgp.at, pgp.ld,
			ds.at, ds.ld, dsigma.at, dsigma.ld, float32(0.5), add, row.at}, d.array, ds.array, dsigma.array,
			row)
		wantD, wantS, wantSigma := make([]float64, 0, rows), make([]float64, 0, rows*cols),
			make([]float64, 0, rows)
		for i := range rows {
			live, width := float64s(s[i*cols:(i+1)*cols]), float64(sigma[i])
			frozen := prior64(first+i, cols, width)
			wantD = append(wantD, 0.5*discrepancy64(live, frozen))
			for j, v := range slope(func(x []float64) float64 { return discrepancy64(x, frozen) }, live) {
				wantS = append(wantS, float64(add)*float64(before[i*cols+j])+float64(gs[i])*v)
			}
			wantSigma = append(wantSigma, float64(gp[i])*slope(func(x []float64) float64 {
				return discrepancy64(live, prior64(first+i, cols, x[0]))
			}, []float64{width})[0])
		}
		near(t, "association_grad's divergence", memory.getRows(d), wantD, 2e-6)
		near(t, "association_grad of S", memory.getRows(ds), wantS, 1e-5)
		near(t, "association_grad of sigma", memory.getRows(dsigma), wantSigma, 2e-5)
	})
}

func TestAssociationGradientIsZeroForTheSmallestSigma(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		memory := newArena(t, m)
		s, sigma, ones := memory.put(fill(10, 0.1)), memory.put([]float32{1.1e-5}), memory.put([]float32{1})
		ds, dsigma, row := memory.room(10), memory.room(1), memory.room(10)
		memory.call("association_grad", []any{1, 10, 4, s.at, 10, sigma.at, 1, 0, 0, ones.at, 1, ones.at, 1,
			ds.at, 10, dsigma.at, 1, float32(0), 0, row.at}, ds, dsigma, row)
		if got := memory.get(dsigma)[0]; got != 0 {
			t.Errorf("dsigma = %v, want 0: the prior is the identity around there", got)
		}
	})
}

func TestAssociationPassesOnNaN(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		memory := newArena(t, m)
		nan := float32(math.NaN())
		s, sigma := memory.put([]float32{0.5, nan, 0.5, 0.5, 0.5, 0}), memory.put([]float32{1, 1})
		d, row := memory.put([]float32{0, 0}), memory.room(3)
		memory.call("association", []any{2, 3, 0, s.at, 3, sigma.at, 1, d.at, 1, float32(1), row.at}, d, row)
		if got := memory.get(d); got[0] == got[0] || got[1] != got[1] {
			t.Errorf("d = %v, want NaN in the first row only", got)
		}
	})
}
