// Package inside turns what a student computes in a window into figures.
package inside

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// Subject is a student in a window, with what it is held against. What is nil nobody knows.
type Subject struct {
	experiment.Inside
	Asked    protocol.Inside
	Channels []string
	Input    []float32 // the window as the student sees it, [L,C]
	Teacher  []float32 // what the teacher of its seed gives at the step, [C]
	Alone    []float32 // what the student that learns without one gives there, [C]
	Usual    []float64 // shares of channels in the squared error outside of alarms
	Deviates []float64 // by channel, the root of the mean squared error there
	Truth    []int     // channels that the anomaly at the step shows in
	OfErrors bool      // the score is made of squared errors
	Seeds    []map[string]tensor.Tensor
}

// figures collects figures with their values.
type figures struct {
	Subject
	at     int // of the step in the window
	out    protocol.Insight
	values []float32
}

// shown are the figures of a model that no other has.
var shown = [spec.ModelCount]func(*figures){
	spec.ModelTransformer:        (*figures).attention,
	spec.ModelAnomalyTransformer: (*figures).attention,
	spec.ModelLSTM:               (*figures).lstm,
	spec.ModelOmniAnomaly:        (*figures).omni,
	spec.ModelTHOC:               (*figures).thoc,
	spec.ModelGTA:                (*figures).gta,
}

// Of returns the figures of a student in a window, with their values one behind the other.
func Of(s Subject) (protocol.Insight, []float32) {
	f := &figures{Subject: s, at: s.Asked.Step - s.From}
	f.out = protocol.Insight{Inside: s.Asked, Window: s.Range, Model: s.Kind}
	shown[s.Kind](f)
	f.angle()
	f.contributions()
	return f.out, f.values
}

// add adds a figure with its values.
func (f *figures) add(one protocol.Figure, values []float64) {
	f.out.Figures = append(f.out.Figures, one)
	for _, v := range values {
		f.values = append(f.values, float32(v))
	}
}

// say is a text.
func say(key string, args ...any) *fault.Fault { return fault.Of(fault.New(key, args...)) }

func (f *figures) note(key string, args ...any) { f.out.Notes = append(f.out.Notes, say(key, args...)) }

// stepNames are the steps of the window.
func (f *figures) stepNames() protocol.Names {
	return protocol.Names{Head: "inside-step", Count: f.Len(), First: f.From}
}

// numbered are so many things of a kind, counted from 1.
func numbered(head fault.Word, n int) protocol.Names {
	return protocol.Names{Head: head, Count: n, First: 1}
}

func listed(head fault.Word, names []string) protocol.Names {
	return protocol.Names{Head: head, Count: len(names), List: names}
}

func worded(head fault.Word, keys ...fault.Word) protocol.Names {
	return protocol.Names{Head: head, Count: len(keys), Words: keys}
}

// output is what the student gives at the step, [C]; nil where it has nothing to say.
func (f *figures) output() []float32 {
	if f.at < f.First {
		return nil
	}
	c := len(f.Channels)
	return f.Values[experiment.InnerSeries].Data[f.at*c : (f.at+1)*c]
}

// gives is what a model's output is.
var gives = [spec.ModelCount]fault.Word{
	spec.ModelTransformer:        "inside-gives-reconstruction",
	spec.ModelAnomalyTransformer: "inside-gives-reconstruction",
	spec.ModelLSTM:               "inside-gives-prediction",
	spec.ModelOmniAnomaly:        "inside-gives-mean",
	spec.ModelTHOC:               "inside-gives-first",
	spec.ModelGTA:                "inside-gives-prediction",
}

// angle is the teacher's output at the step and the student's, as vectors in the plane of both.
func (f *figures) angle() {
	y := f.output()
	switch {
	case f.Teacher == nil:
		f.note("inside-no-teacher")
		return
	case y == nil:
		f.note("inside-no-output", f.First)
		return
	}
	names := []fault.Word{"inside-teacher", "inside-student"}
	looks := []string{protocol.LookTeacher, protocol.LookStudent}
	a, degrees := cosine(f.Teacher, y), 0.0
	degrees = degreesOf(a)
	values := []float64{norm(f.Teacher), 0, norm(y), degrees}
	if f.Alone != nil {
		names, looks = append(names, "inside-alone"), append(looks, protocol.LookAlone)
		values = append(values, norm(f.Alone), degreesOf(cosine(f.Teacher, f.Alone)))
	}
	f.add(protocol.Figure{Name: "angle", Kind: protocol.FigureAngle, Title: say("inside-angle"),
		Axis: say("inside-angle-axis", len(f.Channels)),
		Says: say("inside-angle-says", degrees, a, gives[f.Spec.Teacher.Model.Kind], gives[f.Kind]),
		Rows: worded("inside-vector", names...), Columns: worded("", "inside-length", "inside-degrees"),
		Row: -1, Column: -1, Looks: looks}, values)
}

// contributions are the shares of channels in the squared error of the step.
func (f *figures) contributions() {
	y := f.output()
	if y == nil {
		return
	}
	c := len(f.Channels)
	share := make([]float64, c)
	for i := range share {
		d := float64(y[i]) - float64(f.Input[f.at*c+i])
		share[i] = d * d
	}
	normalise(share)
	order := make([]int, c)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(share[b], share[a]) })
	one := protocol.Figure{Name: "channels", Kind: protocol.FigureBars, Title: say("inside-channels"),
		Axis: say("inside-channels-axis"), Columns: worded("", "inside-share"), High: 1, Row: -1, Column: -1, IDs: order}
	if !f.OfErrors {
		one.Axis = say("inside-channels-other")
	}
	first := order[0]
	one.Says = say("inside-channels-says", f.Channels[first], 100*share[first])
	if f.Usual != nil {
		one.Columns = worded("", "inside-share", "inside-usual")
		one.Says = say("inside-channels-usual", f.Channels[first], 100*share[first], 100*f.Usual[first])
	}
	var names []string
	var values []float64
	hits := 0
	for i, ch := range order {
		names, values = append(names, f.Channels[ch]), append(values, share[ch])
		if f.Usual != nil {
			values = append(values, f.Usual[ch])
		}
		if slices.Contains(f.Truth, ch) {
			one.Marked = append(one.Marked, i)
			if i < len(f.Truth) {
				hits++
			}
		}
	}
	if n := len(f.Truth); n > 0 {
		f.note("inside-truth", n, hits, float64(n*n)/float64(c))
	}
	one.Rows = listed("inside-channel", names)
	f.add(one, values)
}

// pick is what was asked for among n things, or else what says most.
func (f *figures) pick(n int, most func() int) int {
	if p := f.Asked.Pick; p >= 0 && p < n {
		return p
	}
	return most()
}

// channel is the one that was asked for, or the one with the largest squared error at the step.
func (f *figures) channel() int {
	c := len(f.Channels)
	return f.pick(c, func() int {
		best, most := 0, -1.0
		if y := f.output(); y != nil {
			for i := range c {
				if d := math.Abs(float64(y[i] - f.Input[f.at*c+i])); d > most {
					best, most = i, d
				}
			}
		}
		return best
	})
}

// lstm is what an LSTM predicts, and its states.
func (f *figures) lstm() {
	var deviation func(t, c int) float64
	key := "inside-band-errors"
	if f.Deviates != nil {
		deviation = func(_, c int) float64 { return f.Deviates[c] }
	}
	f.prediction(deviation, key)
	top := f.Values[fmt.Sprintf("hidden.%d", f.Model.Layers-1)]
	f.latent("inside-states", "inside-states-says", "inside-state", top, 1)
}

// omni is the distribution that OmniAnomaly gives, and its latent values.
func (f *figures) omni() {
	c, std := len(f.Channels), f.Values["output_std"].Data
	f.prediction(func(t, ch int) float64 { return float64(std[t*c+ch]) }, "inside-band-std")
	z := f.Values["z"]
	f.latent("inside-latent", "inside-latent-says", "inside-latent-value", z, largest(z.Data))
}

// prediction is a channel with what the student gives for it. band says what two deviations mean; nil deviations =
// nobody knows any.
func (f *figures) prediction(deviation func(t, c int) float64, band string) {
	n, c, ch := f.Len(), len(f.Channels), f.channel()
	y := f.Values[experiment.InnerSeries].Data
	names, looks := []fault.Word{"stack-input", "inside-mean"}, []string{protocol.LookInput, protocol.LookStudent}
	rows := make([][]float64, 2, 4)
	if deviation == nil {
		band = "inside-band-none"
	} else {
		names = append(names, "inside-low", "inside-high")
		looks = append(looks, protocol.LookBand, protocol.LookBand)
		rows = rows[:4]
	}
	outside := 0
	for t := range n {
		x, m := float64(f.Input[t*c+ch]), float64(y[t*c+ch])
		if t < f.First {
			m = math.NaN()
		}
		rows[0], rows[1] = append(rows[0], x), append(rows[1], m)
		if deviation != nil {
			d := 2 * deviation(t, ch)
			rows[2], rows[3] = append(rows[2], m-d), append(rows[3], m+d)
			if math.Abs(x-m) > d {
				outside++
			}
		}
	}
	f.add(protocol.Figure{Name: "prediction", Kind: protocol.FigureLines, Title: say("inside-prediction", f.Channels[ch]),
		Axis: say("inside-prediction-axis"), Says: say(band, outside, n), Rows: worded("inside-line", names...),
		Columns: f.stepNames(), Row: -1, Column: f.at, Looks: looks}, slices.Concat(rows...))
}

// latent is what a student holds of each step, [L,N], as a map of N rows.
func (f *figures) latent(title, says string, head fault.Word, x tensor.Tensor, most float64) {
	n, width := f.Len(), x.Shape[len(x.Shape)-1]
	values := make([]float64, n*width)
	for t := range n {
		for i := range width {
			values[i*n+t] = float64(x.Data[t*width+i])
		}
	}
	f.add(protocol.Figure{Name: "latent", Kind: protocol.FigureMap, Title: say(title),
		Axis: say("inside-latent-axis", -most, most), Says: say(says, width), Rows: numbered(head, width),
		Columns: f.stepNames(), Low: -most, High: most, Row: -1, Column: f.at}, values)
}

func normalise(shares []float64) {
	sum := 0.0
	for _, x := range shares {
		sum += x
	}
	for i := range shares {
		if sum > 0 {
			shares[i] /= sum
		}
	}
}

func largest(xs []float32) float64 {
	most := 0.0
	for _, x := range xs {
		most = max(most, math.Abs(float64(x)))
	}
	return cmp.Or(most, 1)
}

func norm(a []float32) float64 {
	sum := 0.0
	for _, x := range a {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// epsilon bounds norms from below (models/README.md, section 2.1).
const epsilon = 1e-8

func cosine(a, b []float32) float64 {
	dot := 0.0
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
	}
	return dot / (max(norm(a), epsilon) * max(norm(b), epsilon))
}

func degreesOf(cos float64) float64 { return 180 / math.Pi * math.Acos(min(max(cos, -1), 1)) }
