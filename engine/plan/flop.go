package plan

import (
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// FLOP counts the multiplications and additions of the products in one run of the procedure.
func (p Procedure) FLOP() float64 {
	total := 0.0
	for _, s := range p.Steps {
		total += s.FLOP()
	}
	return total
}

// FLOP counts the multiplications and additions of products, those inside of recurrences, too: there every
// step but the first multiplies all weights with what the step before left. Everything else counts nothing:
// what it costs is memory traffic.
func (s Step) FLOP() float64 {
	shapes := make([]tensor.Shape, len(s.In))
	for i, r := range s.In {
		shapes[i] = r.Shape
	}
	return flopOf(s.Kind, s.Out.Shape, shapes)
}

func flopOf(k op.Kind, out tensor.Shape, in []tensor.Shape) float64 {
	switch k {
	case op.MatMul, op.MatMulAdd, op.MatMulGelu:
		return 2 * floats(out) * float64(in[0][len(in[0])-1])
	case op.LSTM, op.LSTMGrad, op.GRU, op.GRUGrad:
		steps, rows := in[0][0], in[0][1]
		return 2 * float64((steps-1)*rows) * floats(in[1])
	}
	return 0
}
