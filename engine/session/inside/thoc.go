package inside

import (
	"fmt"
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/tensor"
)

// thoc is which centres the steps belong to, layer by layer, how far the step is from its own, and how far centres are
// from each other.
func (f *figures) thoc() {
	f.assignments()
	f.toCentre()
	f.centres()
}

// usualShare is the share of steps that are nearer to their centre than the usual angle.
const usualShare = 0.9

func (f *figures) assignments() {
	n := f.Len()
	var values []float64
	var names []string
	var parts []int
	for l := range f.Model.Layers {
		r := f.Values[fmt.Sprintf("relevance.%d", l)]
		k := r.Shape[1]
		if l > 0 {
			parts = append(parts, len(names))
		}
		for j := range k {
			names = append(names, fmt.Sprintf("%d.%d", l+1, j+1))
			for t := range n {
				values = append(values, float64(r.Data[t*k+j]))
			}
		}
	}
	f.add(protocol.Figure{Name: "assignment", Kind: protocol.FigureMap, Title: say("inside-assignment"),
		Axis: say("inside-assignment-axis"), Says: say("inside-assignment-says", f.Model.Layers, f.distances().Shape[1]),
		Rows: listed("inside-layer-centre", names), Columns: f.stepNames(), High: 1, Row: -1, Column: f.at, Parts: parts}, values)
}

// relevances and distances are those of the centres of the last layer at each step, [L,K].
func (f *figures) relevances() tensor.Tensor {
	return f.Values[fmt.Sprintf("relevance.%d", f.Model.Layers-1)]
}

func (f *figures) distances() tensor.Tensor { return f.Values["distance"] }

// own is the centre of the last layer that a step belongs to most.
func (f *figures) own(t int) int {
	r := f.relevances()
	k := r.Shape[1]
	return peak(wide(r.Data[t*k : (t+1)*k]))
}

// toCentre is the angle between the step and the centre that is picked.
func (f *figures) toCentre() {
	r, d := f.relevances(), f.distances()
	n, k := f.Len(), d.Shape[1]
	j := f.pick(k, func() int { return f.own(f.at) })
	var angles, scores []float64
	for t := range n {
		angles = append(angles, degreesOf(1-float64(d.Data[t*k+f.own(t)])))
		score := 0.0
		for i := range k {
			score += float64(r.Data[t*k+i]) * float64(d.Data[t*k+i])
		}
		scores = append(scores, score)
	}
	slices.Sort(angles)
	usual := angles[min(n-1, int(math.Ceil(usualShare*float64(n)))-1)]
	features, centres := f.Values["final_features"], f.Weights[fmt.Sprintf("centres.%d", f.Model.Layers-1)]
	width := centres.Shape[1]
	cos := 1 - float64(d.Data[f.at*k+j])
	// Names of rows are those of centres: they can be picked.
	names, values := []fault.Word{"inside-centre", "inside-this-step", "inside-usual-angle"},
		[]float64{norm(centres.Data[j*width : (j+1)*width]), 0,
			norm(features.Data[(f.at*k+j)*width : (f.at*k+j+1)*width]), degreesOf(cos), 0, usual}
	f.add(protocol.Figure{Name: "centre", Kind: protocol.FigureAngle, Title: say("inside-to-centre", j+1),
		Axis: say("inside-to-centre-axis", 100*usualShare),
		Says: say("inside-to-centre-says", degreesOf(cos), cos, usual, scores[f.at]), Rows: worded("inside-vector", names...),
		Columns: worded("", "inside-length", "inside-degrees"), Row: j, Column: k,
		Looks: []string{protocol.LookTeacher, protocol.LookStudent, protocol.LookUsual}}, values)
	f.note("inside-spread", deviationOf(scores))
}

// deviationOf is the standard deviation of values as they are.
func deviationOf(xs []float64) float64 {
	mean, squares := 0.0, 0.0
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(len(xs)))
}

// centres are the cosines of all pairs of centres of each layer. Layers with fewer pairs have NaN behind them.
func (f *figures) centres() {
	var rows [][]float64
	most := 0
	nearest := math.Inf(-1)
	for l := range f.Model.Layers {
		c := f.Weights[fmt.Sprintf("centres.%d", l)]
		k, width := c.Shape[0], c.Shape[1]
		var row []float64
		for i := range k {
			for j := range i {
				cos := cosine(c.Data[i*width:(i+1)*width], c.Data[j*width:(j+1)*width])
				row, nearest = append(row, cos), max(nearest, cos)
			}
		}
		rows, most = append(rows, row), max(most, len(row))
	}
	if most == 0 {
		return
	}
	var values []float64
	for _, row := range rows {
		for len(row) < most {
			row = append(row, math.NaN())
		}
		values = append(values, row...)
	}
	f.add(protocol.Figure{Name: "centres", Kind: protocol.FigureTicks, Title: say("inside-centres"),
		Axis: say("inside-centres-axis"), Says: say("inside-centres-says", nearest), Rows: numbered("inside-layer", f.Model.Layers),
		Columns: numbered("inside-pair", most), Low: -1, High: 1, Row: -1, Column: -1}, values)
}
