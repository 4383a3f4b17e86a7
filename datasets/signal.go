package datasets

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// A track is one hidden or observed quantity over time. Generators compose tracks from the functions below,
// which give the same bits on every machine: they use only operations that IEEE 754 rounds exactly, and write
// float64(x*y) before an addition, because a compiler may otherwise fuse both into one rounding on some
// processors.
type track []float64

// generator draws everything random in a built-in set.
type generator struct {
	rng  *rand.Rand
	rows int // length of every track: train and test together
}

func newGenerator(seed uint64, rows int) *generator {
	return &generator{rng: rand.New(rand.NewPCG(seed, 0x636f73696e65)), rows: rows}
}

// uniform returns a number from lo up to hi.
func (g *generator) uniform(lo, hi float64) float64 {
	return lo + float64((hi-lo)*g.rng.Float64())
}

// between returns a whole number from lo to hi, both included.
func (g *generator) between(lo, hi int) int { return lo + g.rng.IntN(hi-lo+1) }

// normal returns a nearly Gaussian number of mean 0 and variance 1: 64 fair coins, blurred by the width of
// one coin. The usual methods need logarithms, which processors round differently.
func (g *generator) normal() float64 {
	coins := float64(bits.OnesCount64(g.rng.Uint64()) - 32)
	return (coins + g.rng.Float64() - 0.5) / 4
}

// wave is the sine of a full circle per turn, by Bhaskara's rational formula (off by less than 0.002).
func wave(turns float64) float64 {
	half := 2 * (turns - math.Floor(turns))
	sign := 1.0
	if half >= 1 {
		half, sign = half-1, -1
	}
	p := float64(half * (1 - half))
	return sign * 16 * p / (5 - float64(4*p))
}

// season returns a wave of the given period in steps, starting at phase in turns.
func (g *generator) season(period, phase float64) track {
	x := make(track, g.rows)
	for t := range x {
		x[t] = wave(float64(t)/period + phase)
	}
	return x
}

// wander returns an autoregressive process of order one with deviation 1 and the given memory, from 0 to
// below 1.
func (g *generator) wander(memory float64) track {
	x := make(track, g.rows)
	kick := math.Sqrt(1 - float64(memory*memory))
	last := g.normal()
	for t := range x {
		last = float64(memory*last) + float64(kick*g.normal())
		x[t] = last
	}
	return x
}

// bursts returns sudden rises of height 0.5 to 1.5, about every gap steps, that fade by the factor fade per
// step.
func (g *generator) bursts(gap int, fade float64) track {
	x := make(track, g.rows)
	var level float64
	for t := range x {
		level = float64(level * fade)
		if g.rng.IntN(gap) == 0 {
			level += g.uniform(0.5, 1.5)
		}
		x[t] = level
	}
	return x
}

// regimes returns a piecewise constant track that takes one of the levels for a stretch of shortest to
// longest steps.
func (g *generator) regimes(shortest, longest int, levels ...float64) track {
	x := make(track, g.rows)
	state := 0
	for t := 0; t < len(x); {
		for end := t + g.between(shortest, longest); t < end && t < len(x); t++ {
			x[t] = levels[state]
		}
		state = (state + 1 + g.rng.IntN(len(levels)-1)) % len(levels)
	}
	return x
}

// job returns 1 while a job runs that starts every period steps, give or take jitter, for length steps; else
// 0.
func (g *generator) job(period, phase, length, jitter int) track {
	x := make(track, g.rows)
	for start := phase; start < len(x); start += period {
		from := max(0, start+g.between(-jitter, jitter))
		for t := from; t < min(from+length, len(x)); t++ {
			x[t] = 1
		}
	}
	return x
}

// sawtooth returns a rise from 0 to 1 that falls back at random every shortest to longest steps.
func (g *generator) sawtooth(shortest, longest int) track {
	x := make(track, g.rows)
	for t := 0; t < len(x); {
		length := g.between(shortest, longest)
		for i := 0; i < length && t < len(x); i++ {
			x[t] = float64(i) / float64(length)
			t++
		}
	}
	return x
}

// follow returns x as a sluggish quantity sees it: every step it goes the given share of the way.
func (x track) follow(share float64) track {
	y := make(track, len(x))
	level := x[0]
	for t, v := range x {
		level += float64(share * (v - level))
		y[t] = level
	}
	return y
}

// times returns the product of two tracks.
func (x track) times(y track) track {
	z := make(track, len(x))
	for t := range x {
		z[t] = float64(x[t] * y[t])
	}
	return z
}

// apply returns f of every value.
func (x track) apply(f func(float64) float64) track {
	y := make(track, len(x))
	for t, v := range x {
		y[t] = f(v)
	}
	return y
}

// term is one summand of a mixture.
type term struct {
	gain float64
	of   track
}

// mix returns base plus the sum of all terms.
func mix(base float64, terms ...term) track {
	y := make(track, len(terms[0].of))
	for t := range y {
		y[t] = base
	}
	for _, k := range terms {
		for t, v := range k.of {
			y[t] += float64(k.gain * v)
		}
	}
	return y
}
