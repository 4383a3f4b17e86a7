package baseline

import "gonum.org/v1/gonum/floats"

// moments are the mean and the centred products of all windows of w steps of a series, which lie one step
// apart and are laid out step by step: n of them, w*C numbers each. The mean of each channel is taken off
// first, so that little cancels.
type moments struct {
	n      int
	centre []float64 // the mean of each channel, [C]
	mean   []float64 // of the windows of the centred series, [w*C]
	// [w*C, w*C]: the sum over windows of (z - mean)(z - mean)', the lower triangle alone
	products rows
}

// momentsOf needs no matrix of windows. The block of the products for the steps i and j of a window is a sum
// of x_(t+i) x_(t+j)', so that along one lag j - i each block is the one before less its first product, plus a
// new one: O(n w C^2 + w^2 C^2) in place of O(n w^2 C^2). Several series add up. It ends with the error of
// pause.
func momentsOf(x Series, w int, pause func() error) (moments, error) {
	d := w * x.Channels
	m := moments{n: x.windows(w), centre: channelMeans(x), mean: make([]float64, d),
		products: dense(make([]float64, d*d), d)}
	for _, one := range x.each() {
		if one.Rows >= w {
			if err := m.gather(m.centred(one), w, pause); err != nil {
				return m, err
			}
		}
	}
	floats.Scale(1/float64(m.n), m.mean)
	for row := range d {
		floats.AddScaled(m.products.row(row)[:row+1], -float64(m.n)*m.mean[row], m.mean[:row+1])
	}
	return m, nil
}

// gather adds the sums of the windows of one centred series, and of their products.
func (m *moments) gather(centred Series, w int, pause func() error) error {
	n, c := centred.Rows-w+1, centred.Channels
	for i := range w {
		for t := i; t < i+n; t++ {
			floats.Add(m.mean[i*c:(i+1)*c], centred.steps(t, t+1))
		}
		if err := pause(); err != nil {
			return err
		}
	}
	channels := turned(centred)
	step := func(t int) []float64 { return centred.steps(t, t+1) }
	block := dense(make([]float64, c*c), c)
	for lag := range w {
		err := product(block.data, rows{channels, c, n, centred.Rows}, rows{channels[lag:], c, n, centred.Rows},
			pause)
		if err != nil {
			return err
		}
		for i := range w - lag {
			if i > 0 {
				first, last := i-1, i-1+n
				for a := range c {
					floats.AddScaled(block.row(a), -step(first)[a], step(first+lag))
					floats.AddScaled(block.row(a), step(last)[a], step(last+lag))
				}
			}
			m.add(block, i, i+lag)
		}
	}
	return nil
}

// add adds the block of the steps i and j >= i to the products.
func (m *moments) add(block rows, i, j int) {
	c := block.n
	for a := range c {
		for b, x := range block.row(a) {
			if row, column := i*c+a, j*c+b; row <= column {
				m.products.row(column)[row] += x
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
