package cpu

import "golang.org/x/sys/cpu"

// bestTile is the tile in assembly where the processor has AVX2 with fused multiply-add, which all but the oldest have.
func bestTile() tile {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		return tile{rows: 6, cols: 16, unroll: 1, cost: 20, strided: true, run: vector}
	}
	return portable
}

// fastest is a loop of multiply-adds in registers, with the operations in a round.
func fastest() (run func(rounds int, x float32) float32, flop int) {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		return multiplyAdds, 12 * 8 * 2
	}
	return portableMultiplyAdds, 16
}

func multiplyAdds(rounds int, x float32) float32

//go:noescape
func tile6x16(k int, a *float32, aRow, aCol int, b, c *float32, cRow int, factor float32, add int)

// vector checks that all the assembly touches lies inside its slices.
func vector(k int, a []float32, aRow, aCol int, b, c []float32, cRow int, factor float32, sum bool) {
	_, _, _ = a[5*aRow+(k-1)*aCol], b[16*k-1], c[5*cRow+15]
	add := 0
	if sum {
		add = 1
	}
	tile6x16(k, &a[0], aRow, aCol, &b[0], &c[0], cRow, factor, add)
}
