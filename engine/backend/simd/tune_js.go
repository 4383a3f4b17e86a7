package simd

import (
	"time"

	"cosinelab/engine/backend/simd/kernels"
)

// tune picks the tile for products by trying each on one that fits the first-level cache, for a few milliseconds. The
// choice changes no bit of any result. The first tile is the one for processors with few registers; another must be
// clearly faster.
func (d *device) tune() {
	const m, n, k, rounds, margin = 48, 48, 64, 4, 0.9
	x := make([]float32, m*k+k*n+m*n)
	a, b, c := address(x), address(x[m*k:]), address(x[m*k+k*n:])
	best := make([]time.Duration, len(kernels.Shapes))
	for round := range rounds {
		for shape := range best {
			start := time.Now()
			for range 16 {
				sgemm(int32(shape), m, n, k, 1, a, k, 1, b, n, 1, 0, c, n, address(d.scratch), 0, 0, 0, 0, 0)
			}
			if took := time.Since(start); round == 0 || took < best[shape] {
				best[shape] = took
			}
		}
	}
	for shape, took := range best {
		if float64(took) < margin*float64(best[d.shape]) {
			d.shape = int32(shape)
		}
	}
}

// Roofline is the speed of multiply-adds that never leave their registers, in GFLOP/s, over a time d or little more. New
// must have started the kernels.
func Roofline(d time.Duration) float64 {
	const rounds, flop = 1 << 17, 96
	start, total := time.Now(), 0
	for {
		roofline(rounds, 1e-9)
		total += rounds * flop
		if took := time.Since(start); took >= d {
			return float64(total) / took.Seconds() / 1e9
		}
	}
}
