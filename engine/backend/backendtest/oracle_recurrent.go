package backendtest

import (
	"math"

	"cosinelab/engine/graph"
)

// sequence is [T,R,N] data cut by step and row.
func sequence(v []float64, rows, n int) func(t, r int) []float64 {
	return func(t, r int) []float64 { return v[(t*rows+r)*n:][:n] }
}

func logistic(x float64) float64 { return sigmoid(x, 0) }

// through returns row k of the weights [.,H] times h.
func through(weights []float64, k int, h []float64) float64 {
	return dot(weights[k*len(h):][:len(h)], h)
}

// lstm is models/README.md, section 5, without the linear map of the input. A row holds i, f, g, o, c, h.
func lstm(n *graph.Node, in [][]float64, out []float64) {
	steps, rows, h := n.Shape[0], n.Shape[1], n.In[1].Shape[1]
	x, y := sequence(in[0], rows, 4*h), sequence(out, rows, 6*h)
	squash := [4]func(float64) float64{logistic, logistic, math.Tanh, logistic}
	for t := range steps {
		for r := range rows {
			cell, state := make([]float64, h), make([]float64, h)
			if t > 0 {
				cell, state = y(t-1, r)[4*h:5*h], y(t-1, r)[5*h:]
			}
			now := y(t, r)
			for k := range 4 * h {
				now[k] = squash[k/h](x(t, r)[k] + through(in[1], k, state))
			}
			for k := range h {
				now[4*h+k] = now[h+k]*cell[k] + now[k]*now[2*h+k]
				now[5*h+k] = now[3*h+k] * math.Tanh(now[4*h+k])
			}
		}
	}
}

// lstmGrad goes back from the last step with the gradients of the state and the cell. It reads the gates as
// given, whether or not a forward pass could have made them.
func lstmGrad(n *graph.Node, in [][]float64, out []float64) {
	steps, rows, h := n.Shape[0], n.Shape[1], n.In[1].Shape[1]
	y, dh, dx := sequence(in[0], rows, 6*h), sequence(in[2], rows, h), sequence(out, rows, 4*h)
	for r := range rows {
		state, cell := make([]float64, h), make([]float64, h)
		for t := steps - 1; t >= 0; t-- {
			now, d := y(t, r), dx(t, r)
			for k := range h {
				i, f, g, o, c := now[k], now[h+k], now[2*h+k], now[3*h+k], math.Tanh(now[4*h+k])
				before := 0.0
				if t > 0 {
					before = y(t-1, r)[4*h+k]
				}
				s := state[k] + dh(t, r)[k]
				cell[k] += s * o * (1 - c*c)
				d[k] = cell[k] * g * i * (1 - i)
				d[h+k] = cell[k] * before * f * (1 - f)
				d[2*h+k] = cell[k] * i * (1 - g*g)
				d[3*h+k] = s * c * o * (1 - o)
				cell[k] *= f
			}
			state = back(in[1], d, h)
		}
	}
}

// back returns the gradient [H] of a state from that of its products with the weights [.,H].
func back(weights, d []float64, h int) []float64 {
	out := make([]float64, h)
	for k, v := range d {
		for j := range out {
			out[j] += v * weights[k*h+j]
		}
	}
	return out
}

// gru is models/README.md, section 6.1. A row holds r, u, n, then the three shares from the state before,
// then h.
func gru(n *graph.Node, in [][]float64, out []float64) {
	steps, rows, h := n.Shape[0], n.Shape[1], n.In[1].Shape[1]
	x, y := sequence(in[0], rows, 3*h), sequence(out, rows, 7*h)
	for t := range steps {
		for r := range rows {
			state := make([]float64, h)
			if t > 0 {
				state = y(t-1, r)[6*h:]
			}
			now, given := y(t, r), x(t, r)
			for k := range 3 * h {
				now[3*h+k] = in[2][k] + through(in[1], k, state)
			}
			for k := range h {
				reset := logistic(given[k] + now[3*h+k])
				update := logistic(given[h+k] + now[4*h+k])
				candidate := math.Tanh(given[2*h+k] + reset*now[5*h+k])
				now[k], now[h+k], now[2*h+k] = reset, update, candidate
				now[6*h+k] = (1-update)*candidate + update*state[k]
			}
		}
	}
}

// gruGrad goes back from the last step with the gradient of the state. What passes by the gates, times u,
// joins what comes back through the weights.
func gruGrad(n *graph.Node, in [][]float64, out []float64) {
	steps, rows, h := n.Shape[0], n.Shape[1], n.In[1].Shape[1]
	y, dh, d := sequence(in[0], rows, 7*h), sequence(in[2], rows, h), sequence(out, rows, 6*h)
	for r := range rows {
		state := make([]float64, h)
		for t := steps - 1; t >= 0; t-- {
			now, dx, da, direct := y(t, r), d(t, r)[:3*h], d(t, r)[3*h:], make([]float64, h)
			for k := range h {
				reset, update, candidate := now[k], now[h+k], now[2*h+k]
				before := 0.0
				if t > 0 {
					before = y(t-1, r)[6*h+k]
				}
				s := state[k] + dh(t, r)[k]
				dx[2*h+k] = s * (1 - update) * (1 - candidate*candidate)
				dx[h+k] = s * (before - candidate) * update * (1 - update)
				dx[k] = dx[2*h+k] * now[5*h+k] * reset * (1 - reset)
				da[k], da[h+k], da[2*h+k] = dx[k], dx[h+k], dx[2*h+k]*reset
				direct[k] = s * update
			}
			state = back(in[1], da, h)
			for k := range state {
				state[k] += direct[k]
			}
		}
	}
}
