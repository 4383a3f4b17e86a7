package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

func sigmoid64(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// lstm64 is one unit: the new cell and output.
func lstm64(in, forget, candidate, out, cell float64) (c, h float64) {
	c = sigmoid64(forget)*cell + sigmoid64(in)*math.Tanh(candidate)
	return c, sigmoid64(out) * math.Tanh(c)
}

func TestLSTMCellAndItsGradientEqualOracle(t *testing.T) {
	eachShape(t, func(t *testing.T, m machine, r *rand.Rand, rows, hidden, gap int) {
		memory := newArena(t, m)
		size := rows * hidden
		z, cell, dh, dc := normals(r, 4*size), normals(r, size), normals(r, size), normals(r, size)
		pz, pcell := memory.putRows(z, rows, 4*hidden, gap), memory.putRows(cell, rows, hidden, gap+1)
		c, h := memory.roomRows(rows, hidden, gap), memory.roomRows(rows, hidden, gap+2)
		pdh, pdc, dz := memory.putRows(dh, rows, hidden, gap), memory.putRows(dc, rows, hidden, 0),
			memory.roomRows(rows, 4*hidden, gap+1)
		memory.call("lstm_cell", []any{rows, hidden, pz.at, pz.ld, pcell.at, pcell.ld, c.at, c.ld, h.at,
			h.ld}, pz.array, c.array, h.array)
		memory.call("lstm_cell_grad", []any{rows, hidden, pz.at, pz.ld, pcell.at, pcell.ld, c.at, c.ld,
			pdh.at, pdh.ld, pdc.at, pdc.ld,
			dz.at, dz.ld}, pdc.array, dz.array)
		wantC, wantH, wantDC, wantDZ := make([]float64, size), make([]float64, size), make([]float64, size),
			make([]float64, 4*size)
		for i := range size {
			row, unit := i/hidden, i%hidden
			var x [5]float64
			for gate := range 4 {
				x[gate] = float64(z[row*4*hidden+gate*hidden+unit])
			}
			x[4] = float64(cell[i])
			wantC[i], wantH[i] = lstm64(x[0], x[1], x[2], x[3], x[4])
			grads := slope(func(x []float64) float64 {
				c, h := lstm64(x[0], x[1], x[2], x[3], x[4])
				return float64(dc[i])*c + float64(dh[i])*h
			}, x[:])
			for gate := range 4 {
				wantDZ[row*4*hidden+gate*hidden+unit] = grads[gate]
			}
			wantDC[i] = grads[4]
		}
		near(t, "lstm_cell c", memory.getRows(c), wantC, 1e-6)
		near(t, "lstm_cell h", memory.getRows(h), wantH, 1e-6)
		near(t, "lstm_cell_grad of gates", memory.getRows(dz), wantDZ, 2e-6)
		near(t, "lstm_cell_grad of the cell before", memory.getRows(pdc), wantDC, 2e-6)
	})
}

// gru64 is one unit: x are the input's parts of the three gates, then the state's, then the state.
func gru64(x []float64) float64 {
	reset, update := sigmoid64(x[0]+x[3]), sigmoid64(x[1]+x[4])
	candidate := math.Tanh(x[2] + reset*x[5])
	return (1-update)*candidate + update*x[6]
}

func TestGRUCellAndItsGradientEqualOracle(t *testing.T) {
	eachShape(t, func(t *testing.T, m machine, r *rand.Rand, rows, hidden, gap int) {
		memory := newArena(t, m)
		size := rows * hidden
		x, y, before, dh := normals(r, 3*size), normals(r, 3*size), normals(r, size), normals(r, size)
		px, py := memory.putRows(x, rows, 3*hidden, gap), memory.putRows(y, rows, 3*hidden, gap+1)
		pbefore, h, pdh := memory.putRows(before, rows, hidden, gap), memory.roomRows(rows, hidden, gap),
			memory.putRows(dh, rows, hidden, gap)
		dx, dy, dbefore := memory.roomRows(rows, 3*hidden, 0), memory.roomRows(rows, 3*hidden, gap),
			memory.roomRows(rows, hidden, gap+1)
		memory.call("gru_cell", []any{rows, hidden, px.at, px.ld, py.at, py.ld, pbefore.at, pbefore.ld, h.at,
			h.ld}, px.array, h.array)
		memory.call("gru_cell_grad", []any{rows, hidden, px.at, px.ld, py.at, py.ld, pbefore.at, pbefore.ld,
			pdh.at, pdh.ld,
			dx.at, dx.ld, dy.at, dy.ld, dbefore.at, dbefore.ld}, dx.array, dy.array, dbefore.array)
		wantH, wantX, wantY, wantBefore := make([]float64, size), make([]float64, 3*size),
			make([]float64, 3*size), make([]float64, size)
		for i := range size {
			row, unit := i/hidden, i%hidden
			in := make([]float64, 7)
			for gate := range 3 {
				in[gate] = float64(x[row*3*hidden+gate*hidden+unit])
				in[3+gate] = float64(y[row*3*hidden+gate*hidden+unit])
			}
			in[6] = float64(before[i])
			wantH[i] = gru64(in)
			grads := slope(func(x []float64) float64 { return float64(dh[i]) * gru64(x) }, in)
			for gate := range 3 {
				wantX[row*3*hidden+gate*hidden+unit], wantY[row*3*hidden+gate*hidden+unit] = grads[gate],
					grads[3+gate]
			}
			wantBefore[i] = grads[6]
		}
		near(t, "gru_cell", memory.getRows(h), wantH, 1e-6)
		near(t, "gru_cell_grad of the input", memory.getRows(dx), wantX, 2e-6)
		near(t, "gru_cell_grad of the state's part", memory.getRows(dy), wantY, 2e-6)
		near(t, "gru_cell_grad of the state before", memory.getRows(dbefore), wantBefore, 2e-6)
	})
}
