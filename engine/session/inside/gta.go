package inside

import (
	"cmp"
	"math"
	"slices"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/tensor"
)

// logits is the parameter that the graph of GTA is drawn from.
const logits = "graph.logits"

// gta is the learned graph, over all seeds that are kept.
func (f *figures) gta() {
	seeds := f.Seeds
	if len(seeds) == 0 {
		seeds = []map[string]tensor.Tensor{f.Weights}
	}
	c := len(f.Channels)
	node := f.channel()
	mean, have := make([]float64, c*c), make([]float64, c*c)
	for _, weights := range seeds {
		for k, p := range edges(weights[logits], c) {
			mean[k] += p / float64(len(seeds))
			if p > 0.5 && k%(c+1) != 0 {
				have[k]++
			}
		}
	}
	some, all := 0, 0
	for k := range mean {
		if k%(c+1) == 0 {
			mean[k] = 0 // every channel reads itself: that is not learned
		}
		if have[k] > 0 {
			some++
		}
		if have[k] == float64(len(seeds)) {
			all++
		}
	}
	names := listed("inside-channel", f.Channels)
	f.add(protocol.Figure{Name: "probability", Kind: protocol.FigureMap, Title: say("inside-probability"),
		Axis: say("inside-probability-axis", len(seeds)), Says: say("inside-probability-says", some, c*(c-1), all),
		Rows: names, Columns: names, High: 1, Row: node, Column: -1}, mean)
	f.add(protocol.Figure{Name: "graph", Kind: protocol.FigureGraph, Title: say("inside-graph"), Axis: say("inside-graph-axis"),
		Says: say("inside-graph-says"), Rows: names, Columns: names, High: float64(len(seeds)), Row: node, Column: -1,
		IDs: ascending(c)}, have)
	f.listens(node, mean, have, len(seeds))
}

// edges are the probabilities [C,C] that channel i reads channel j (models/README.md, section 8.1).
func edges(l tensor.Tensor, c int) []float64 {
	out := make([]float64, c*c)
	for k := range out {
		out[k] = 1 / (1 + math.Exp(float64(l.Data[2*k])-float64(l.Data[2*k+1])))
	}
	return out
}

func ascending(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// listens are the edges into the node that is picked.
func (f *figures) listens(node int, mean, have []float64, seeds int) {
	c := len(f.Channels)
	order := slices.DeleteFunc(ascending(c), func(j int) bool { return j == node })
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(mean[node*c+b], mean[node*c+a]) })
	var names []string
	var values []float64
	count := 0
	for _, j := range order {
		names = append(names, f.Channels[j])
		values = append(values, mean[node*c+j], have[node*c+j])
		if have[node*c+j] > 0 {
			count++
		}
	}
	f.add(protocol.Figure{Name: "listens", Kind: protocol.FigureBars, Title: say("inside-listens", f.Channels[node]),
		Axis: say("inside-listens-axis", seeds), Says: say("inside-listens-says", f.Channels[node], count, len(order)),
		Rows: listed("inside-channel", names), Columns: worded("", "inside-probability", "inside-seeds"),
		High: float64(seeds), Row: -1, Column: -1}, values)
}
