package baseline

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// moments are the mean and the centred products of all windows of w steps of a series, which lie one step
// apart and are laid out step by step: n of them, w*C numbers each.
type moments struct {
	n        int
	mean     []float64     // [w*C]
	products *mat.SymDense // [w*C, w*C]: the sum over windows of (z - mean)(z - mean)'
}

// momentsOf needs no matrix of windows. The block of the products for the steps i and j of a window is a sum
// of x_(t+i) x_(t+j)', so that along one lag j - i each block is the one before less its first product, plus a
// new one: O(n w C^2 + w^2 C^2) in place of O(n w^2 C^2). The mean of each channel is taken off first, so that
// little cancels.
func momentsOf(x Series, w int) moments {
	n, c := x.Rows-w+1, x.Channels
	centre := channelMeans(x)
	centred := mat.NewDense(x.Rows, c, nil)
	for t := range x.Rows {
		floats.SubTo(centred.RawRowView(t), x.steps(t, t+1), centre)
	}
	m := moments{n: n, mean: make([]float64, w*c), products: mat.NewSymDense(w*c, nil)}
	for i := range w { // of step i in all windows, relative to the channel's mean for now
		for t := i; t < i+n; t++ {
			floats.Add(m.mean[i*c:(i+1)*c], centred.RawRowView(t))
		}
	}
	floats.Scale(1/float64(n), m.mean)
	block := mat.NewDense(c, c, nil)
	for lag := range w {
		block.Mul(centred.Slice(0, n, 0, c).T(), centred.Slice(lag, lag+n, 0, c))
		for i := range w - lag {
			if i > 0 {
				first, last := i-1, i-1+n
				block.RankOne(block, -1, centred.RowView(first), centred.RowView(first+lag))
				block.RankOne(block, 1, centred.RowView(last), centred.RowView(last+lag))
			}
			m.set(block, i, i+lag)
		}
	}
	for i := range w {
		floats.Add(m.mean[i*c:(i+1)*c], centre)
	}
	return m
}

// set writes the block of the steps i and j >= i, less what the means make of it.
func (m *moments) set(block *mat.Dense, i, j int) {
	c, _ := block.Dims()
	for a := range c {
		for b := range c {
			row, column := i*c+a, j*c+b
			if row <= column {
				m.products.SetSym(row, column, block.At(a, b)-float64(m.n)*m.mean[row]*m.mean[column])
			}
		}
	}
}

func channelMeans(x Series) []float64 {
	mean := make([]float64, x.Channels)
	for t := range x.Rows {
		floats.Add(mean, x.steps(t, t+1))
	}
	floats.Scale(1/float64(x.Rows), mean)
	return mean
}
