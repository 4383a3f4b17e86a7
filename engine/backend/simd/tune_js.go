package simd

import (
	"time"

	"cosinelab/engine/backend/portable"
	"cosinelab/engine/backend/simd/kernels"
)

// tune picks the tile for products by trying each on one that fits the first-level cache. The choice changes
// no bit of any result. Engines compile kernels quickly first and well later: only times at half of those at
// the start or less are taken for good. Where that does not come about within the time allowed, the first
// tile stays, the one for processors with few registers; another must be clearly faster. It reports whether
// times were taken for good.
func (d *device) tune() bool {
	const m, n, k, allowed, margin = 48, 48, 64, 40 * time.Millisecond, 0.9
	x := make([]float32, m*k+k*n+m*n)
	a, b, c := address(x), address(x[m*k:]), address(x[m*k+k*n:])
	first, best := make([]time.Duration, len(kernels.Shapes)), make([]time.Duration, len(kernels.Shapes))
	begin, rounds := time.Now(), 0
	for ; rounds < 4 || !settled(first, best); rounds++ {
		if time.Since(begin) > allowed {
			return false
		}
		for shape := range best {
			start := time.Now()
			for range 8 {
				sgemm(int32(shape), m, n, k, 1, a, k, 1, b, n, 1, 0, c, n, address(d.scratch), 0, 0, 0, 0, 0)
			}
			took := time.Since(start)
			if rounds < 2 { // the first round compiles
				first[shape], best[shape] = took, took
			}
			best[shape] = min(best[shape], took)
		}
	}
	for shape, took := range best {
		if float64(took) < margin*float64(best[d.shape]) {
			d.shape = int32(shape)
		}
	}
	return true
}

// settled reports whether every tile has become at least twice as fast as it first was.
func settled(first, best []time.Duration) bool {
	for i := range first {
		if 2*best[i] > first[i] {
			return false
		}
	}
	return true
}

// Roofline is the speed of multiply-adds that never leave their registers, in GFLOP/s, over a time d or
// little more. New must have started the kernels.
func Roofline(d time.Duration) float64 {
	const rounds, flop = 1 << 17, 96
	return portable.Speed(d, rounds*flop, func() { roofline(rounds, 1e-9) })
}
