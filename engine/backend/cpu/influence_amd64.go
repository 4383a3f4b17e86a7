package cpu

import "golang.org/x/sys/cpu"

// lanesOfPairs is the number of features that the assembly takes at once; 0 = it cannot run here.
func lanesOfPairs() int {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		return 8
	}
	return 0
}

// The assembly lets vectors*8 features of one channel meet those of all channels, whose q lie stride floats apart.

//go:noescape
func influenceRow(p, q, weights, y *float32, channels, vectors, stride int)

//go:noescape
func influenceGradRow(p, q, weights, dy, dp, dq *float32, channels, vectors, stride int)

//go:noescape
func influenceGradWeightsRow(p, q, dy, sums *float32, channels, vectors, stride int)
