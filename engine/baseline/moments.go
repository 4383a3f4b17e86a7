package baseline

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// moments are the mean and the centred products of all windows of w steps of a series, which lie one step
// apart and are laid out step by step: n of them, w*C numbers each. The mean of each channel is taken off
// first, so that little cancels.
type moments struct {
	n        int
	centre   []float64     // the mean of each channel, [C]
	mean     []float64     // of the windows of the centred series, [w*C]
	products *mat.SymDense // [w*C, w*C]: the sum over windows of (z - mean)(z - mean)'
}

// momentsOf needs no matrix of windows. The block of the products for the steps i and j of a window is a sum
// of x_(t+i) x_(t+j)', so that along one lag j - i each block is the one before less its first product, plus a
// new one: O(n w C^2 + w^2 C^2) in place of O(n w^2 C^2). Several series add up.
func momentsOf(x Series, w int) moments {
	m := moments{n: x.windows(w), centre: channelMeans(x), mean: make([]float64, w*x.Channels),
		products: mat.NewSymDense(w*x.Channels, nil)}
	for _, one := range x.each() {
		if one.Rows >= w {
			m.gather(m.centred(one), w)
		}
	}
	floats.Scale(1/float64(m.n), m.mean)
	for row := range m.mean {
		for column := row; column < len(m.mean); column++ {
			m.products.SetSym(row, column, m.products.At(row, column)-float64(m.n)*m.mean[row]*m.mean[column])
		}
	}
	return m
}

// gather adds the sums of the windows of one centred series, and of their products.
func (m *moments) gather(centred Series, w int) {
	n, c := centred.Rows-w+1, centred.Channels
	for i := range w {
		for t := i; t < i+n; t++ {
			floats.Add(m.mean[i*c:(i+1)*c], centred.steps(t, t+1))
		}
	}
	channels := turned(centred)
	step := func(t int) mat.Vector { return mat.NewVecDense(c, centred.steps(t, t+1)) }
	block := mat.NewDense(c, c, nil)
	for lag := range w {
		product(block.RawMatrix().Data, rows{channels, c, n, centred.Rows},
			rows{channels[lag:], c, n, centred.Rows})
		for i := range w - lag {
			if i > 0 {
				first, last := i-1, i-1+n
				block.RankOne(block, -1, step(first), step(first+lag))
				block.RankOne(block, 1, step(last), step(last+lag))
			}
			m.add(block, i, i+lag)
		}
	}
}

// add adds the block of the steps i and j >= i to the products.
func (m *moments) add(block *mat.Dense, i, j int) {
	c, _ := block.Dims()
	for a := range c {
		for b := range c {
			row, column := i*c+a, j*c+b
			if row <= column {
				m.products.SetSym(row, column, m.products.At(row, column)+block.At(a, b))
			}
		}
	}
}

// centred is a series without the means of the channels.
func (m *moments) centred(x Series) Series {
	out := Series{Values: make([]float64, len(x.Values)), Rows: x.Rows, Channels: x.Channels}
	for t := range x.Rows {
		floats.SubTo(out.steps(t, t+1), x.steps(t, t+1), m.centre)
	}
	return out
}

// windowMean is the mean of all windows as the series has them.
func (m *moments) windowMean() []float64 {
	out := make([]float64, len(m.mean))
	for i := range out {
		out[i] = m.mean[i] + m.centre[i%len(m.centre)]
	}
	return out
}

func channelMeans(x Series) []float64 {
	mean := make([]float64, x.Channels)
	for t := range x.Rows {
		floats.Add(mean, x.steps(t, t+1))
	}
	floats.Scale(1/float64(x.Rows), mean)
	return mean
}

// turned is the values channel by channel.
func turned(x Series) []float64 {
	out := make([]float64, len(x.Values))
	for i, v := range x.Values {
		out[i%x.Channels*x.Rows+i/x.Channels] = v
	}
	return out
}
