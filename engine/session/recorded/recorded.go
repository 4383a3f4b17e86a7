// Package recorded is a finished run in few bytes, from which a page can begin.
package recorded

import (
	"math"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// Run is an experiment that was carried out, with what charts show of it. Its numbers are rounded: as many digits
// are kept as are needed to say of it what the whole report says (Pack).
type Run struct {
	Report spec.Report
	// Catalogue is the sets that can be opened without a folder of data.
	Catalogue []protocol.Source
	Lines     []Line
	// Text is what the run was read from.
	Text []byte
}

// Line is a series of the test part.
type Line struct {
	protocol.Line
	Each int       // steps that share a value; the last ones may be fewer
	N    int       // steps
	Mean []float64 // NaN = there is none
	// The least and greatest of the steps that share a value; nil = Mean.
	Low, High []float64
}

// Values are those of the line step by step.
func (l Line) Values() protocol.Values {
	at := func(from []float64) func(int) float64 {
		if from == nil {
			return nil
		}
		return func(step int) float64 { return from[step/l.Each] }
	}
	return protocol.Values{N: l.N, At: at(l.Mean), Low: at(l.Low), High: at(l.High)}
}

// Line returns what a line shows; one that was not recorded is empty.
func (r *Run) Line(of protocol.Line) protocol.Values {
	for _, l := range r.Lines {
		if l.Line == of {
			return l.Values()
		}
	}
	return protocol.Values{}
}

// View answers a view as a session does: three floats for each bucket of each line.
func (r *Run) View(v protocol.View) []float32 {
	out := make([]float32, 3*v.Width*len(v.Lines))
	for i, l := range v.Lines {
		r.Line(l).Fill(out[3*v.Width*i:3*v.Width*(i+1)], v.From, v.To)
	}
	return out
}

// Shared is a series of which so many steps share a value.
func Shared(of protocol.Line, each, n int, at func(step int) float64, extremes bool) Line {
	l := Line{Line: of, Each: each, N: n}
	for a := 0; a < n; a += each {
		b := min(a+each, n)
		lo, hi, sum := math.Inf(1), math.Inf(-1), 0.0
		for t := a; t < b; t++ {
			lo, hi, sum = min(lo, at(t)), max(hi, at(t)), sum+at(t)
		}
		l.Mean = append(l.Mean, sum/float64(b-a))
		if extremes {
			l.Low, l.High = append(l.Low, lo), append(l.High, hi)
		}
	}
	return l
}
