package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// Prepared is a set as an experiment uses it: cut to what its spec asks for, scaled by its training part, and
// laid out in windows.
type Prepared struct {
	Spec    spec.Spec
	Summary spec.DataSummary
	Scaled  datasets.Series // the test part as models see it
	Labels  []uint8         // of its steps, of which the last may be in no window; nil = none
	At      table.Axis      // when they were measured, where that is known

	fit      datasets.Windows  // training windows that the optimiser sees
	valid    datasets.Windows  // held-out windows from the end of the training part, not overlapping
	trained  datasets.Series   // all the training part, scaled
	train    datasets.Windows  // of all the training part, whose scores a threshold may look at
	test     datasets.Windows  // of Scaled; no step counts twice
	members  []datasets.Member // the series that both parts have, if there are several; nil = one
	trains   []int             // by series: the scores that a student gives its training part
	channels int
	micro    int // windows in a micro-batch, where another worker has decided that; 0 = to be chosen
	source   source
}

// Prepare is the one step from a spec and its set to what describing, viewing, training and scoring need.
func Prepare(sp spec.Spec, set *datasets.Set) (*Prepared, error) {
	if err := sp.Validate(); err != nil {
		return nil, err
	}
	sp, fits, err := fitted(sp, set)
	if err != nil {
		return nil, err
	}
	if set.Labels != nil && len(set.Labels) != set.Test.Rows {
		return nil, fault.New("labels-length", sp.Data.Source, len(set.Labels), set.Test.Rows)
	}
	trainRows, testRows := longest(set)
	if err := sp.ValidateFor(trainRows, testRows, set.Train.Channels()); err != nil {
		return nil, err
	}
	whole := set
	if set.Members != nil {
		if set, err = wholeWindows(sp, set); err != nil {
			return nil, err
		}
	}
	d := sp.Data
	from, to := bounds(d.Test, set.Test.Rows)
	rawTrain := columns(cut(set.Train, d.Train), d.Channels)
	rawTest := columns(cut(set.Test, d.Test), d.Channels)
	p := &Prepared{Spec: sp, Summary: summarise(set, d, rawTrain, rawTest), channels: rawTrain.Channels(),
		members: set.Members}
	p.Summary.Digest, p.Summary.Series = whole.Digest().String(), seriesOf(whole, set)
	p.Summary.Fitted = fits
	scaler := scalings[d.Scaling](rawTrain)
	train, test := scaler.Apply(rawTrain), scaler.Apply(rawTest)
	if err := computable(p.Summary.Channels, "data-too-far-train", train); err != nil {
		return nil, err
	}
	if err := computable(p.Summary.Channels, "data-too-far-test", test); err != nil {
		return nil, err
	}
	p.source = sourceOf(set, d, rawTrain, scaler)
	if p.At = set.TestAt; len(p.At.At) != set.Test.Rows {
		p.At = table.Axis{}
	} else {
		p.At.At = p.At.At[from:to]
	}
	if err := p.layOut(train, test); err != nil {
		return nil, err
	}
	if d.LeaveOut && set.Marked != nil {
		from, to := bounds(d.Train, set.Train.Rows)
		if err := p.leaveOut(set.Marked[from:to]); err != nil {
			return nil, err
		}
	}
	if set.Labels != nil {
		p.Labels = set.Labels[from:to]
	}
	return p, checkLabels(sp, p.scoredLabels())
}

// PrepareData cuts and scales a set alone, for whoever looks at it before there is an experiment.
func PrepareData(d spec.Data, set *datasets.Set) (*Prepared, error) {
	sp := spec.Default()
	sp.Data = d
	sp.Train.Validation, sp.Train.Patience = 0, 0 // asks for no length of its own
	return Prepare(sp, set)
}

// Look describes a set as PrepareData does, for whoever has not decided yet to use it: nothing is scaled, and the
// summary lacks what takes long, its windows and its digest.
func Look(d spec.Data, set *datasets.Set) (spec.DataSummary, error) {
	sp := spec.Default()
	sp.Data, sp.Train.Validation, sp.Train.Patience = d, 0, 0
	if err := sp.Validate(); err != nil {
		return spec.DataSummary{}, err
	}
	sp, fits, err := fitted(sp, set)
	if err == nil {
		trainRows, testRows := longest(set)
		err = sp.ValidateFor(trainRows, testRows, set.Train.Channels())
	}
	if err != nil {
		return spec.DataSummary{}, err
	}
	s := summarise(set, d, columns(cut(set.Train, d.Train), d.Channels), columns(cut(set.Test, d.Test), d.Channels))
	s.Fitted = fits
	return s, nil
}

// layOut lays windows over the scaled parts.
func (p *Prepared) layOut(train, test datasets.Series) error {
	if p.members != nil {
		return p.layOutEach(train, test)
	}
	sp := p.Spec
	held := sp.Train.Held(train.Rows)
	p.fit = datasets.Slide(train.Slice(0, train.Rows-held), sp.Data.Window, sp.Data.Stride)
	p.valid = datasets.Tile(train.Slice(train.Rows-held, train.Rows), sp.Data.Window)
	p.Scaled, p.test, p.trained = test, inOrder(test, sp), train
	p.layOverTrain()
	p.Summary.TrainWindows = p.fit.Len()
	p.Summary.ScoredSteps = p.test.Steps()
	return nil
}

// overTrain are the windows of the training part whose scores a threshold looks at: those that training sees, or,
// where scores build on those before, its steps in order. Of several series they lie in these.
func (p *Prepared) overTrain(serial bool, each ...steps.Range) datasets.Windows {
	if serial {
		return inOrder(p.trained, p.Spec, each...)
	}
	return datasets.Slide(p.trained, p.Spec.Data.Window, p.Spec.Data.Stride, each...)
}

// leaveOut keeps the windows to fit and to validate that hold no labelled step of the training part.
func (p *Prepared) leaveOut(marked []uint8) error {
	p.fit = without(p.fit, marked[:p.fit.Series.Rows])
	p.valid = without(p.valid, marked[len(marked)-p.valid.Series.Rows:])
	p.Summary.TrainWindows = p.fit.Len()
	if p.fit.Len() == 0 {
		return &spec.FieldError{Field: "data.leave_out", Got: "true", Want: fault.New("want-clean-windows")}
	}
	return nil
}

// without are the windows in which nothing is marked.
func without(w datasets.Windows, marked []uint8) datasets.Windows {
	w.Starts = slices.DeleteFunc(w.Starts, func(at int) bool {
		return slices.Contains(marked[at:at+w.Length], 1)
	})
	return w
}

// accepted are the doubts that a spec settles: that training steps are labelled is none where it leaves these out.
func accepted(d spec.Data) (kinds []string) {
	for kind := range strings.SplitSeq(d.Accept, ",") {
		kinds = append(kinds, strings.TrimSpace(kind))
	}
	if d.LeaveOut {
		kinds = append(kinds, "marked-training")
	}
	return kinds
}

// FileOptions are what a spec says of a user's own files.
func FileOptions(d spec.Data) datasets.Options {
	o := datasets.Options{Asked: found.Asked{Header: d.Header, Skip: d.Skip, Separator: d.Separator, Decimal: d.Decimal,
		Columns: d.Columns, Anomaly: d.Anomaly, NoValue: d.NoValue, NoWord: d.NoWord, Order: d.Order, Dates: d.Dates, Accept: accepted(d),
		Files: d.Files}, LabelFile: d.LabelFile, NamesFile: d.NamesFile,
		Label: d.Label, Missing: d.Missing, Cut: datasets.Cut{Row: d.SplitRow, Time: d.SplitTime}}
	if d.Split != nil {
		o.Cut.Share = *d.Split
	}
	return o
}

// Time is when a step of the test part was measured, in words; empty = nobody knows.
func (p *Prepared) Time(step int) string {
	if step < 0 || step >= len(p.At.At) || table.Missing(p.At.At[step]) {
		return ""
	}
	return p.At.Stamp(p.At.At[step])
}

// Raw are both parts of the set that p was prepared from as it uses them, in the units of whoever measured them, with
// the labels of the training part; nil = it has none.
func (p *Prepared) Raw(set *datasets.Set) (train, test datasets.Raw, marked []uint8) {
	d := p.Spec.Data
	if set.Members != nil {
		set, _ = wholeWindows(p.Spec, set) // Prepare has done so without an error
	}
	if set.Marked != nil {
		from, to := bounds(d.Train, set.Train.Rows)
		marked = set.Marked[from:to]
	}
	return columns(cut(set.Train, d.Train), d.Channels), columns(cut(set.Test, d.Test), d.Channels), marked
}

// Scale is how each channel is scaled: models see (value - shift) / scale.
func (p *Prepared) Scale() (shift, scale []float64) {
	for _, c := range p.source.channels {
		shift, scale = append(shift, c.Shift), append(scale, c.Scale)
	}
	return shift, scale
}

// scoredLabels are those of the steps that are scored; nil = none.
func (p *Prepared) scoredLabels() []uint8 {
	if p.Labels == nil {
		return nil
	}
	return p.Labels[:p.Summary.ScoredSteps]
}

// scalings measure the training part, by which both parts are scaled.
var scalings = [spec.ScalingCount]func(train datasets.Raw) datasets.Scaler{
	spec.ScalingNone:     datasets.Unscaled,
	spec.ScalingStandard: datasets.Standard,
	spec.ScalingMinMax:   datasets.MinMax,
	spec.ScalingRobust:   datasets.Robust,
}

// farthest is the largest value that models see: sums of millions of squares of it are float32 still.
const farthest = 1e15

// computable refuses a series with a value beyond that in words of this key, with its channel and its step.
func computable(channels []string, key string, s datasets.Series) error {
	for i, v := range s.Values {
		if !(math.Abs(float64(v)) <= farthest) {
			return fault.New(key, channels[i%s.Channels], i/s.Channels, fmt.Sprintf("%.4g", v), "1e15")
		}
	}
	return nil
}

// inOrder are the windows in which each step of a series counts once.
func inOrder(s datasets.Series, sp spec.Spec, each ...steps.Range) datasets.Windows {
	if sp.Detect.Warm > 0 {
		return datasets.Warm(s, sp.Data.Window, sp.Detect.Warm, each...)
	}
	return datasets.Tile(s, sp.Data.Window, each...)
}

// checkLabels refuses a threshold that nothing can be chosen with: before hours of training, not after them.
func checkLabels(sp spec.Spec, labels []uint8) error {
	policy := spec.Policies[sp.Detect.Threshold.Policy]
	if !policy.Labels || slices.Contains(labels, 1) {
		return nil
	}
	return &spec.FieldError{Field: "detect.threshold.policy", Got: strconv.Quote(policy.Name),
		Want: fault.New("want-unlabelled-policy")}
}

func bounds(r steps.Range, n int) (from, to int) {
	if r == (steps.Range{}) {
		return 0, n
	}
	return r.From, r.To
}

func cut(s datasets.Raw, r steps.Range) datasets.Raw {
	return s.Slice(bounds(r, s.Rows))
}

// columns keeps the given channels, in their order; none given = all.
func columns(s datasets.Raw, keep []int) datasets.Raw {
	if len(keep) == 0 {
		return s
	}
	return s.Only(keep)
}

// constants counts the channels that never change.
func constants(s datasets.Raw) int {
	n := 0
	for _, values := range s.Columns {
		if datasets.Constant(values) {
			n++
		}
	}
	return n
}

// microBatch is how many windows of a training run go through a model's graph at once: as many as the model
// likes, or up to half as many where that leaves fewer windows unused, since only whole micro-batches are
// used.
func (p *Prepared) microBatch(m spec.Model, batch int) int {
	if p.micro > 0 {
		return p.micro
	}
	most := min(models.All[m.Kind].MicroBatch(models.ConfigOf(m)), batch, p.fit.Len())
	if p.valid.Len() > 0 {
		most = min(most, p.valid.Len())
	}
	best, least := most, p.unused(most, batch)
	for micro := most - 1; 2*micro >= most && micro > 0; micro-- {
		if n := p.unused(micro, batch); n < least {
			best, least = micro, n
		}
	}
	return best
}

// unused is the number of windows that an epoch and its validation leave out.
func (p *Prepared) unused(micro, batch int) int {
	n := p.fit.Len()
	return n/batch*(batch%micro) + n%batch%micro + p.valid.Len()%micro
}
