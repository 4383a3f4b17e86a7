package main

import "cosinelab/engine/backend/simd/asm"

// cells exports one step of the recurrent cells without their products: the caller computes the arguments of
// all gates with sgemm, for all steps at once where only the input matters. Conventions are those of
// Hochreiter & Schmidhuber's LSTM with forget gates and of the GRU whose reset gate applies after the product
// (Cho et al. 2014, as PyTorch computes it).
func (g *generator) cells() {
	g.lstmCell()
	g.lstmCellGrad()
	g.gruCell()
	g.gruCellGrad()
}

// gateRows are the addresses of the gates that lie next to each other in a row.
func gateRows(f *asm.Func, at, hidden asm.I32, n int) []asm.I32 {
	gates := make([]asm.I32, n)
	for i := range gates {
		gates[i] = f.LetI32(at)
		if i > 0 {
			gates[i].Set(gates[i-1].Add(floatBytes(hidden)))
		}
	}
	return gates
}

// lstmCell exports c = s(f)*c' + s(i)*tanh(g), h = s(o)*tanh(c); the gates replace their arguments.
func (g *generator) lstmCell() {
	g.Export("lstm_cell", func(f *asm.Func) {
		count, hidden := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 4)
		z, before, cell, h := r[0].at, r[1].at, r[2].at, r[3].at
		sigmoid, tanh := g.newSigmoid(f), g.newTanh(f)
		each(f, count, r, func() {
			gates := gateRows(f, z, hidden, 4)
			walk(f, hidden, func(l lanes) {
				var v [4]asm.V128
				for i, gate := range gates {
					v[i] = l.load(gate)
					if i == 2 {
						v[i] = tanh(v[i])
					} else {
						v[i] = sigmoid(v[i])
					}
					l.store(gate, v[i])
				}
				c := f.LetV128(g.madd(v[1], l.load(before), v[0].Mul(v[2])))
				l.store(cell, c)
				l.store(h, v[3].Mul(tanh(c)))
			})
		})
	})
}

// lstmCellGrad exports the gradients of the gates' arguments from dh and dc. It computes tanh(c) again: that
// is cheaper than keeping it for every step.
func (g *generator) lstmCellGrad() {
	g.Export("lstm_cell_grad", func(f *asm.Func) {
		count, hidden := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 6)
		activated, before, cell, dh, dc, dz := r[0].at, r[1].at, r[2].at, r[3].at, r[4].at, r[5].at
		tanh := g.newTanh(f)
		one := f.LetV128(asm.Floats(1))
		each(f, count, r, func() {
			gates, grads := gateRows(f, activated, hidden, 4), gateRows(f, dz, hidden, 4)
			walk(f, hidden, func(l lanes) {
				in, forget, candidate, out := l.load(gates[0]), l.load(gates[1]), l.load(gates[2]),
					l.load(gates[3])
				t, dhv := tanh(l.load(cell)), l.load(dh)
				inner := dhv.Mul(out).Mul(one.Sub(t.Mul(t)))
				dcv := f.LetV128(l.load(dc).Add(inner))
				squash := func(y asm.V128) asm.V128 { return y.Mul(one.Sub(y)) }
				l.store(grads[0], dcv.Mul(candidate).Mul(squash(in)))
				l.store(grads[1], dcv.Mul(l.load(before)).Mul(squash(forget)))
				l.store(grads[2], dcv.Mul(in).Mul(one.Sub(candidate.Mul(candidate))))
				l.store(grads[3], dhv.Mul(t).Mul(squash(out)))
				l.store(dc, dcv.Mul(forget))
			})
		})
	})
}

// gruCell exports r = s(x_r + h_r), u = s(x_u + h_u), n = tanh(x_n + r*h_n), h = (1-u)*n + u*h'; r, u and n
// replace x.
func (g *generator) gruCell() {
	g.Export("gru_cell", func(f *asm.Func) {
		count, hidden := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 4)
		fromX, fromH, before, h := r[0].at, r[1].at, r[2].at, r[3].at
		sigmoid, tanh := g.newSigmoid(f), g.newTanh(f)
		each(f, count, r, func() {
			x, y := gateRows(f, fromX, hidden, 3), gateRows(f, fromH, hidden, 3)
			walk(f, hidden, func(l lanes) {
				reset := sigmoid(l.load(x[0]).Add(l.load(y[0])))
				update := sigmoid(l.load(x[1]).Add(l.load(y[1])))
				candidate := tanh(g.madd(reset, l.load(y[2]), l.load(x[2])))
				for i, v := range []asm.V128{reset, update, candidate} {
					l.store(x[i], v)
				}
				l.store(h, g.madd(update, l.load(before).Sub(candidate), candidate))
			})
		})
	})
}

// gruCellGrad exports the gradients of both parts of the gates' arguments, which differ in the candidate
// only, where the reset gate stands between.
func (g *generator) gruCellGrad() {
	g.Export("gru_cell_grad", func(f *asm.Func) {
		count, hidden := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 7)
		activated, fromH, before, dh := r[0].at, r[1].at, r[2].at, r[3].at
		dx, dy, dbefore := r[4].at, r[5].at, r[6].at
		one := f.LetV128(asm.Floats(1))
		each(f, count, r, func() {
			gates, hn := gateRows(f, activated, hidden, 3), gateRows(f, fromH, hidden, 3)[2]
			gx, gh := gateRows(f, dx, hidden, 3), gateRows(f, dy, hidden, 3)
			walk(f, hidden, func(l lanes) {
				reset, update, candidate := l.load(gates[0]), l.load(gates[1]), l.load(gates[2])
				dhv, rest := l.load(dh), f.LetV128(one.Sub(update))
				dn := f.LetV128(dhv.Mul(rest).Mul(one.Sub(candidate.Mul(candidate))))
				du := f.LetV128(dhv.Mul(l.load(before).Sub(candidate)).Mul(update).Mul(rest))
				dr := f.LetV128(dn.Mul(l.load(hn)).Mul(reset).Mul(one.Sub(reset)))
				l.store(gx[0], dr)
				l.store(gx[1], du)
				l.store(gx[2], dn)
				l.store(gh[0], dr)
				l.store(gh[1], du)
				l.store(gh[2], dn.Mul(reset))
				l.store(dbefore, dhv.Mul(update))
			})
		})
	})
}
