package nn

import (
	"math"

	"cosinelab/engine/graph"
)

// LSTM runs a long short-term memory over x [T,R,in], T steps of R independent rows, and returns its states
// [T,R,hidden] (Hochreiter and Schmidhuber 1997; models/README.md, section 5). It starts at 0. weight_ih
// [4*hidden,in], weight_hh [4*hidden,hidden] and two biases hold input, forget, cell and output gate in this
// order; suffix ends their names. All start even between -1/sqrt(hidden) and 1/sqrt(hidden).
func LSTM(suffix string, x *graph.Node, hidden int) *graph.Node {
	p := gates(suffix, x, 4*hidden, hidden)
	return graph.LSTM(p.of(x, graph.Add(p.biasX, p.biasH)), p.state)
}

// GRU runs a gated recurrent unit like LSTM (Cho et al. 2014, with the reset gate after the product and two
// biases; models/README.md, section 6.1). Its gates are reset, update and candidate.
func GRU(suffix string, x *graph.Node, hidden int) *graph.Node {
	return DilatedGRU(suffix, x, hidden, 1)
}

// DilatedGRU is a GRU whose state is that of skip steps before, 0 for the first skip steps (Chang et al.
// 2017): a GRU on each of the skip interleaved parts of the sequence.
func DilatedGRU(suffix string, x *graph.Node, hidden, skip int) *graph.Node {
	p := gates(suffix, x, 3*hidden, hidden)
	shares := p.of(x, p.biasX)
	steps, rows := x.Shape[0], x.Shape[1]
	// Steps come first, so that skip steps in a row are skip times as many rows.
	turns := (steps + skip - 1) / skip
	shares = graph.Pad(shares, 0, 0, turns*skip-steps)
	h := graph.GRU(graph.Reshape(shares, turns, skip*rows, 3*hidden), p.state, p.biasH)
	return graph.SliceAxis(graph.Reshape(h, turns*skip, rows, hidden), 0, 0, steps)
}

// recurrent are the parameters of a recurrent layer: of the products with input and state.
type recurrent struct{ input, state, biasX, biasH *graph.Node }

func gates(suffix string, x *graph.Node, n, hidden int) recurrent {
	g, init := x.Graph(), graph.Init{Uniform: 1 / math.Sqrt(float64(hidden))}
	return recurrent{
		input: g.Param("weight_ih"+suffix, init, n, last(x)),
		state: g.Param("weight_hh"+suffix, init, n, hidden),
		biasX: g.Param("bias_ih"+suffix, init, n),
		biasH: g.Param("bias_hh"+suffix, init, n),
	}
}

// of is the input's share of the gates for all steps at once.
func (p recurrent) of(x, bias *graph.Node) *graph.Node {
	return overRows(x, func(rows *graph.Node) *graph.Node {
		return graph.Add(graph.MatMul(rows, graph.SwapLast(p.input), 1), bias)
	})
}
