package cpu

import (
	"time"

	"cosinelab/engine/backend/portable"
)

// Roofline is the speed of multiply-adds that never leave the registers of one core, in GFLOP/s, over a time
// d or little more: no product of matrices is faster.
func Roofline(d time.Duration) float64 {
	const rounds = 1 << 14
	run, flop := fastest()
	return portable.Speed(d, rounds*flop, func() { run(rounds, 1e-9) })
}

// portableMultiplyAdds does 16 operations a round in eight independent sums, which are returned so that none
// is optimised away.
func portableMultiplyAdds(rounds int, x float32) float32 {
	var a, b, c, d, e, f, g, h float32
	for range rounds {
		a, b, c, d = a*x+x, b*x+x, c*x+x, d*x+x
		e, f, g, h = e*x+x, f*x+x, g*x+x, h*x+x
	}
	return a + b + c + d + e + f + g + h
}
