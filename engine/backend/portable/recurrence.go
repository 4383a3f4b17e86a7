package portable

import (
	"cosinelab/engine/plan"
)

// recurrence is what the steps of a sequence share: T steps of rows independent rows, hidden states each.
// Rows are split among workers; each packs the weights once and walks through all steps.
type recurrence struct {
	steps, rows, hidden int
	forward, back       gemm // by the transposed weights, by the weights
	weights             matrix
}

func (c *compiler) recurrence(s plan.Step, gates int) *recurrence {
	h := s.In[1].Shape[1]
	return &recurrence{
		steps: s.In[0].Shape[0], rows: s.In[0].Shape[1], hidden: h,
		forward: gemm{tile: c.vectors.Tile, inner: h, cols: gates * h, factor: 1},
		back:    gemm{tile: c.vectors.Tile, inner: gates * h, cols: h, factor: 1},
		weights: matrix{c.floats(s.In[1]), h, 1},
	}
}

// sequence computes a group of rows, from first up to end, with the packed weights.
type sequence func(first, end int, packed, work []float32)

// groups splits the rows into as many as a tile has; state is the floats that a row keeps from step to step.
func (r *recurrence) groups(c *compiler, g *gemm, state int, f sequence) task {
	size := g.tile.Rows
	c.need(g.packedLen() + g.workLen() + size*state)
	cost := r.steps * (g.cost(size) + size*r.hidden*40)
	return c.split((r.rows+size-1)/size, cost, func(worker, lo, hi int) {
		packed, work := carve(c.scratch[worker], g.packedLen())
		g.pack(packed, r.operand(g))
		for i := lo; i < hi; i++ {
			f(i*size, min(r.rows, (i+1)*size), packed, work)
		}
	})
}

// operand is the weights as this product takes them.
func (r *recurrence) operand(g *gemm) matrix {
	if g == &r.forward {
		return matrix{r.weights.data, 1, r.hidden}
	}
	return r.weights
}

// rowsAt is the memory of one step from a row on, for rows of n floats.
func (r *recurrence) rowsAt(x []float32, step, row, n int) []float32 { return x[(step*r.rows+row)*n:] }

// compileLSTM is the cell of models/README.md, section 5.
func compileLSTM(c *compiler, s plan.Step) task {
	r, x, out := c.recurrence(s, 4), c.floats(s.In[0]), c.floats(s.Out)
	h := r.hidden
	zero := make([]float32, h)
	return r.groups(c, &r.forward, 0, func(first, end int, packed, work []float32) {
		for t := range r.steps {
			now, in := r.rowsAt(out, t, first, 6*h), r.rowsAt(x, t, first, 4*h)
			for i := range end - first {
				copy(now[i*6*h:], in[i*4*h:][:4*h])
			}
			if t > 0 {
				before := matrix{r.rowsAt(out, t-1, first, 6*h)[5*h:], 6 * h, 1}
				r.forward.multiply(matrix{now, 6 * h, 1}, before, packed, work, end-first, true)
			}
			for i := range end - first {
				cell := zero
				if t > 0 {
					cell = row(r.rowsAt(out, t-1, first+i, 6*h), 4, h)
				}
				lstmCell(row(now, i, 6*h), cell)
			}
		}
	})
}

// lstmCell turns sums into gates and computes c and h; before is the c of the previous step.
func lstmCell(y, before []float32) {
	h := len(before)
	in, forget, candidate, output := row(y, 0, h), row(y, 1, h), row(y, 2, h), row(y, 3, h)
	cell, state := row(y, 4, h), row(y, 5, h)
	sigmoidRow(y[:2*h], y[:2*h], 0)
	tanhRow(candidate, candidate, 0)
	sigmoidRow(output, output, 0)
	for j := range cell {
		cell[j] = forget[j]*before[j] + in[j]*candidate[j]
	}
	tanhRow(state, cell, 0)
	mul(state, state, output)
}

func compileLSTMGrad(c *compiler, s plan.Step) task {
	r, y, z, out := c.recurrence(s, 4), c.floats(s.In[0]), c.floats(s.In[2]), c.floats(s.Out)
	h := r.hidden
	zero := make([]float32, h)
	return r.groups(c, &r.back, 3*h, func(first, end int, packed, work []float32) {
		rows := end - first
		carry, work := carve(work, rows*h) // the gradient of c from the next step
		down, work := carve(work, rows*h)  // the gradient of h
		squash, work := carve(work, h)     // tanh(c)
		clear(carry)
		for t := r.steps - 1; t >= 0; t-- {
			copy(down, r.rowsAt(z, t, first, h))
			if t+1 < r.steps {
				next := matrix{r.rowsAt(out, t+1, first, 4*h), 4 * h, 1}
				r.back.multiply(matrix{down, h, 1}, next, packed, work, rows, true)
			}
			for i := range rows {
				before := zero
				if t > 0 {
					before = row(r.rowsAt(y, t-1, first+i, 6*h), 4, h)
				}
				lstmCellGrad(r.rowsAt(out, t, first+i, 4*h), r.rowsAt(y, t, first+i, 6*h), before,
					row(down, i, h), row(carry, i, h), squash)
			}
		}
	})
}

// lstmCellGrad writes the gradients of the four sums of a row and moves carry, the gradient of c, one step
// back.
func lstmCellGrad(out, y, before, down, carry, squash []float32) {
	h := len(before)
	di, df, dg, do := row(out, 0, h), row(out, 1, h), row(out, 2, h), row(out, 3, h)
	in, forget, candidate, output := row(y, 0, h), row(y, 1, h), row(y, 2, h), row(y, 3, h)
	tanhRow(squash, row(y, 4, h), 0)
	for j, d := range down {
		i, f, g, o, t := in[j], forget[j], candidate[j], output[j], squash[j]
		dc := carry[j] + d*o*(1-t*t)
		di[j] = dc * g * i * (1 - i)
		df[j] = dc * before[j] * f * (1 - f)
		dg[j] = dc * i * (1 - g*g)
		do[j] = d * t * o * (1 - o)
		carry[j] = dc * f
	}
}

// compileGRU is the cell of models/README.md, section 6.1.
func compileGRU(c *compiler, s plan.Step) task {
	r, x, bias, out := c.recurrence(s, 3), c.floats(s.In[0]), c.floats(s.In[2]), c.floats(s.Out)
	h := r.hidden
	zero := make([]float32, h)
	return r.groups(c, &r.forward, 0, func(first, end int, packed, work []float32) {
		for t := range r.steps {
			now := r.rowsAt(out, t, first, 7*h)
			for i := range end - first {
				copy(now[i*7*h+3*h:], bias)
			}
			if t > 0 {
				before := matrix{r.rowsAt(out, t-1, first, 7*h)[6*h:], 7 * h, 1}
				r.forward.multiply(matrix{now[3*h:], 7 * h, 1}, before, packed, work, end-first, true)
			}
			for i := range end - first {
				state := zero
				if t > 0 {
					state = row(r.rowsAt(out, t-1, first+i, 7*h), 6, h)
				}
				gruCell(row(now, i, 7*h), r.rowsAt(x, t, first+i, 3*h), state)
			}
		}
	})
}

// gruCell computes the gates and h from x and a; before is the h of the previous step.
func gruCell(y, x, before []float32) {
	h := len(before)
	reset, update, candidate, inner, state := row(y, 0, h), row(y, 1, h), row(y, 2, h), row(y, 5, h),
		row(y, 6, h)
	add(y[:2*h], x[:2*h], y[3*h:5*h])
	sigmoidRow(y[:2*h], y[:2*h], 0)
	mul(candidate, reset, inner)
	add(candidate, candidate, x[2*h:3*h])
	tanhRow(candidate, candidate, 0)
	for j, u := range update {
		state[j] = (1-u)*candidate[j] + u*before[j]
	}
}

func compileGRUGrad(c *compiler, s plan.Step) task {
	r, y, z, out := c.recurrence(s, 3), c.floats(s.In[0]), c.floats(s.In[2]), c.floats(s.Out)
	h := r.hidden
	zero := make([]float32, h)
	return r.groups(c, &r.back, 2*h, func(first, end int, packed, work []float32) {
		rows := end - first
		carry, work := carve(work, rows*h) // the gradient of h from the next step past a
		down, work := carve(work, rows*h)  // the gradient of h
		clear(carry)
		for t := r.steps - 1; t >= 0; t-- {
			add(down, carry, r.rowsAt(z, t, first, h))
			if t+1 < r.steps {
				next := matrix{r.rowsAt(out, t+1, first, 6*h)[3*h:], 6 * h, 1}
				r.back.multiply(matrix{down, h, 1}, next, packed, work, rows, true)
			}
			for i := range rows {
				before := zero
				if t > 0 {
					before = row(r.rowsAt(y, t-1, first+i, 7*h), 6, h)
				}
				gruCellGrad(r.rowsAt(out, t, first+i, 6*h), r.rowsAt(y, t, first+i, 7*h), before,
					row(down, i, h), row(carry, i, h))
			}
		}
	})
}

// gruCellGrad writes the gradients of a row's x and a, and to carry what reaches the previous h past a.
func gruCellGrad(out, y, before, down, carry []float32) {
	h := len(before)
	xr, xu, xn := row(out, 0, h), row(out, 1, h), row(out, 2, h)
	ar, au, an := row(out, 3, h), row(out, 4, h), row(out, 5, h)
	reset, update, candidate, inner := row(y, 0, h), row(y, 1, h), row(y, 2, h), row(y, 5, h)
	for j, d := range down {
		r, u, n := reset[j], update[j], candidate[j]
		dn := d * (1 - u) * (1 - n*n)
		dr, du := dn*inner[j]*r*(1-r), d*(before[j]-n)*u*(1-u)
		xr[j], xu[j], xn[j] = dr, du, dn
		ar[j], au[j], an[j] = dr, du, dn*r
		carry[j] = d * u
	}
}
