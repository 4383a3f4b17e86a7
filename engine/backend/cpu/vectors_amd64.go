package cpu

import (
	"golang.org/x/sys/cpu"

	"cosinelab/engine/backend/portable"
)

// vectors says whether the processor has AVX2 with fused multiply-add, which all but the oldest have.
func vectors() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// Vectors are the inner loops in assembly; none where the processor lacks the instructions.
func Vectors() portable.Vectors {
	if !vectors() {
		return portable.Vectors{}
	}
	return portable.Vectors{
		Tile: portable.Tile{Rows: 6, Cols: 16, Unroll: 1, Cost: 20, Strided: true, Run: product},
		Pairs: portable.Pairs{Lanes: 8, Influence: influenceRow, Gradient: influenceGradRow,
			Weights: influenceGradWeightsRow},
	}
}

// fastest is a loop of multiply-adds in registers, with the operations in a round.
func fastest() (run func(rounds int, x float32) float32, flop int) {
	if vectors() {
		return multiplyAdds, 12 * 8 * 2
	}
	return portableMultiplyAdds, 16
}

func multiplyAdds(rounds int, x float32) float32

//go:noescape
func tile6x16(k int, a *float32, aRow, aCol int, b, c *float32, cRow int, factor float32, add int)

// product checks that all the assembly touches lies inside its slices.
func product(k int, a []float32, aRow, aCol int, b, c []float32, cRow int, factor float32, sum bool) {
	_, _, _ = a[5*aRow+(k-1)*aCol], b[16*k-1], c[5*cRow+15]
	add := 0
	if sum {
		add = 1
	}
	tile6x16(k, &a[0], aRow, aCol, &b[0], &c[0], cRow, factor, add)
}

//go:noescape
func influenceRow(p, q, weights, y *float32, channels, vectors, stride int)

//go:noescape
func influenceGradRow(p, q, weights, dy, dp, dq *float32, channels, vectors, stride int)

//go:noescape
func influenceGradWeightsRow(p, q, dy, sums *float32, channels, vectors, stride int)
