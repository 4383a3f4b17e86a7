package inside

import (
	"fmt"
	"math"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// thumb is how many rows and columns a head has where all are shown.
const thumb = 12

// darkest is the weight from which on maps of associations are as dark as they get: fixed, so that heads, layers and the
// prior compare.
const darkest = 0.25

// attention is what the heads of a transformer look at, and of an Anomaly Transformer how that differs from its
// prior.
func (f *figures) attention() {
	f.out.Layers, f.out.Heads = f.Model.Layers, f.Model.Heads
	f.out.Layer, f.out.Head = min(max(f.Asked.Layer, 0), f.Model.Layers-1), min(max(f.Asked.Head, 0), f.Model.Heads-1)
	f.thumbs()
	n := f.Len()
	s := f.head(f.out.Layer, f.out.Head)
	row := s[f.at*n : (f.at+1)*n]
	one := protocol.Figure{Name: "series", Kind: protocol.FigureMap, Title: say("inside-series"),
		Axis: say("inside-series-axis", f.out.Layer+1, f.out.Head+1),
		Says: say("inside-series-says", f.at+f.From, f.From+peak(row), maximum(row), 1/float64(n)),
		Rows: f.stepNames(), Columns: f.stepNames(), High: darkest, Root: true, Row: f.at, Column: -1}
	sigma := f.sigma()
	if sigma == nil {
		f.add(one, s)
		f.row(row, nil)
		return
	}
	one.Widths = true
	one.Axis = say("inside-series-prior", f.out.Layer+1, f.out.Head+1)
	f.add(one, append(s, sigma...))
	f.discrepancy(s, sigma)
	f.prior(sigma)
	f.row(row, priorRow(sigma[f.at], f.at, n))
}

// head is the series association of a head, [L,L].
func (f *figures) head(layer, head int) []float64 {
	n := f.Len()
	all := f.Values[fmt.Sprintf("association.%d", layer)].Data
	return wide(all[head*n*n : (head+1)*n*n])
}

// sigma are the deviations of the prior of the head, in steps; nil = the model has none.
func (f *figures) sigma() []float64 {
	x, ok := f.Values[fmt.Sprintf("deviation.%d", f.out.Layer)]
	if !ok {
		return nil
	}
	n := f.Len()
	return wide(x.Data[f.out.Head*n : (f.out.Head+1)*n])
}

func wide(xs []float32) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = float64(x)
	}
	return out
}

// thumbs are all heads, each as means over parts of its map.
func (f *figures) thumbs() {
	n := f.Len()
	cells := min(thumb, n)
	var values []float64
	for l := range f.Model.Layers {
		for h := range f.Model.Heads {
			s := f.head(l, h)
			for i := range cells {
				for j := range cells {
					values = append(values, meanOf(s, n, i*n/cells, (i+1)*n/cells, j*n/cells, (j+1)*n/cells))
				}
			}
		}
	}
	heads := f.Model.Layers * f.Model.Heads
	f.add(protocol.Figure{Name: "heads", Kind: protocol.FigureMap, Title: say("inside-heads"), Axis: say("inside-heads-axis"),
		Says: say("inside-heads-says", f.Model.Layers, f.Model.Heads, darkest), Rows: numbered("inside-head", heads),
		Columns: numbered("inside-part", cells*cells), High: darkest, Root: true,
		Row: f.out.Layer*f.Model.Heads + f.out.Head, Column: -1}, values)
}

// meanOf is the mean of rows a to b and columns c to d of a map that is n wide.
func meanOf(s []float64, n, a, b, c, d int) float64 {
	sum := 0.0
	for i := a; i < b; i++ {
		for j := c; j < d; j++ {
			sum += s[i*n+j]
		}
	}
	return sum / float64((b-a)*(d-c))
}

// prior is the prior association of the head.
func (f *figures) prior(sigma []float64) {
	n := f.Len()
	var values []float64
	for i, s := range sigma {
		values = append(values, priorRow(s, i, n)...)
	}
	f.add(protocol.Figure{Name: "prior", Kind: protocol.FigureMap, Title: say("inside-prior"), Axis: say("inside-prior-axis"),
		Says: say("inside-prior-says", sigma[f.at]), Rows: f.stepNames(), Columns: f.stepNames(), High: darkest, Root: true,
		Row: f.at, Column: -1}, values)
}

// row is the row of the step: what the head looks at and, over it, the prior, if there is one.
func (f *figures) row(series, prior []float64) {
	one := protocol.Figure{Name: "row", Kind: protocol.FigureLines, Title: say("inside-row", f.From+f.at),
		Axis: say("inside-row-axis"), Says: say("inside-row-says", f.From+peak(series)),
		Rows: worded("inside-line", "inside-series-short"), Columns: f.stepNames(), High: max(maximum(series), maximum(prior)),
		Root: true, Row: -1, Column: f.at, Looks: []string{protocol.LookBars}}
	if prior != nil {
		one.Axis = say("inside-row-prior")
		one.Rows = worded("inside-line", "inside-series-short", "inside-prior-short")
		one.Looks = append(one.Looks, protocol.LookLine)
	}
	f.add(one, append(append([]float64{}, series...), prior...))
}

// discrepancy is how far series and prior of the head are from each other, step by step.
func (f *figures) discrepancy(s, sigma []float64) {
	n := f.Len()
	epsilon := f.Model.Constants[spec.ConstantLogEpsilon]
	var values []float64
	for i := range n {
		values = append(values, between(s[i*n:(i+1)*n], priorRow(sigma[i], i, n), epsilon))
	}
	whole := float64(f.Values["discrepancy"].Data[f.at])
	f.add(protocol.Figure{Name: "discrepancy", Kind: protocol.FigureLines, Title: say("inside-discrepancy"),
		Axis: say("inside-discrepancy-axis"), Says: say("inside-discrepancy-says", values[f.at], whole),
		Rows: worded("inside-line", "inside-discrepancy"), Columns: f.stepNames(), High: max(maximum(values), 0.1), Row: -1,
		Column: f.at, Looks: []string{protocol.LookStudent}}, values)
}

// priorRow is a Gaussian around step i over n steps, whose sum is 1 (models/README.md, section 3.3).
func priorRow(sigma float64, i, n int) []float64 {
	out := make([]float64, n)
	for j := range out {
		d := float64(i-j) / sigma
		out[j] = math.Exp(-d * d / 2)
	}
	normalise(out)
	return out
}

// between is kl(p, q) + kl(q, p) of two rows (models/README.md, section 3.4).
func between(p, q []float64, epsilon float64) float64 {
	sum := 0.0
	for j := range p {
		sum += (p[j] - q[j]) * (math.Log(p[j]+epsilon) - math.Log(q[j]+epsilon))
	}
	return sum
}

func peak(xs []float64) int {
	best := 0
	for i, x := range xs {
		if x > xs[best] {
			best = i
		}
	}
	return best
}

func maximum(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	return xs[peak(xs)]
}
