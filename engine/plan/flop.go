package plan

import "cosinelab/engine/op"

// FLOP counts the multiplications and additions of the products in one run of the procedure.
func (p Procedure) FLOP() float64 {
	total := 0.0
	for _, s := range p.Steps {
		total += s.FLOP()
	}
	return total
}

// FLOP counts the multiplications and additions of products, those inside of recurrences, too: there every
// step but the first multiplies all weights with what the step before left.
func (s Step) FLOP() float64 {
	switch s.Kind {
	case op.MatMul, op.MatMulAdd, op.MatMulGelu:
		return 2 * float64(s.Out.Shape.Len()*s.In[0].Shape[len(s.In[0].Shape)-1])
	case op.LSTM, op.LSTMGrad, op.GRU, op.GRUGrad:
		steps, rows := s.In[0].Shape[0], s.In[0].Shape[1]
		return 2 * float64((steps-1)*rows*s.In[1].Shape.Len())
	}
	return 0
}
