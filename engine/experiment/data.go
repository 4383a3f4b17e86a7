package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/detect"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// prepared is the data of an experiment, cut and scaled.
type prepared struct {
	fit      datasets.Windows // training windows that the optimiser sees
	valid    datasets.Windows // held-out windows from the end of the training part, not overlapping
	train    datasets.Windows // of all the training part, whose scores a threshold may look at
	test     datasets.Windows // the test part; no step counts twice
	labels   []uint8          // of the scored test steps; nil = none
	channels int
	micro    int // windows in a micro-batch, where another worker has decided that; 0 = to be chosen
	summary  spec.DataSummary
}

// prepare cuts the set to what the spec asks for, scales it by its training part, and lays out the windows.
func prepare(sp spec.Spec, set *datasets.Set) (*prepared, error) {
	if set.Labels != nil && len(set.Labels) != set.Test.Rows {
		return nil, fmt.Errorf("data %s: %d labels for %d test steps", sp.Data.Source, len(set.Labels), set.Test.Rows)
	}
	if err := sp.ValidateFor(set.Train.Rows, set.Test.Rows, set.Train.Channels); err != nil {
		return nil, err
	}
	d := sp.Data
	from, to := bounds(d.Test, set.Test.Rows)
	train := columns(cut(set.Train, d.Train), d.Channels)
	test := columns(cut(set.Test, d.Test), d.Channels)
	p := &prepared{channels: train.Channels, summary: summarise(set, d, train, test)}
	if d.Scaling == "standard" {
		scaler := datasets.FitScaler(train)
		train, test = scaler.Apply(train), scaler.Apply(test)
	}
	if err := computable(p.summary.Channels, "data-too-far-train", train); err != nil {
		return nil, err
	}
	if err := computable(p.summary.Channels, "data-too-far-test", test); err != nil {
		return nil, err
	}
	held := sp.Train.Held(train.Rows)
	p.fit = datasets.Slide(train.Slice(0, train.Rows-held), d.Window, d.Stride)
	p.valid = datasets.Tile(train.Slice(train.Rows-held, train.Rows), d.Window)
	p.test = inOrder(test, sp)
	if p.train = datasets.Slide(train, d.Window, d.Stride); sp.Detect.Serial() {
		p.train = inOrder(train, sp)
	}
	p.summary.TrainWindows = p.fit.Len()
	p.summary.ScoredSteps = p.test.Steps()
	p.summary.Scoring = sp.Detect.Scoring()
	if set.Labels != nil {
		p.labels = set.Labels[from:to][:p.summary.ScoredSteps]
	}
	return p, checkLabels(sp, p.labels)
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
func inOrder(s datasets.Series, sp spec.Spec) datasets.Windows {
	if sp.Detect.Warm > 0 {
		return datasets.Warm(s, sp.Data.Window, sp.Detect.Warm)
	}
	return datasets.Tile(s, sp.Data.Window)
}

// checkLabels refuses a threshold that nothing can be chosen with: before hours of training, not after them.
func checkLabels(sp spec.Spec, labels []uint8) error {
	policy, err := detect.FindThreshold(sp.Detect.Threshold.Policy)
	if err != nil || !policy.Labels || slices.Contains(labels, 1) {
		return err
	}
	return &spec.FieldError{Field: "detect.threshold.policy", Got: strconv.Quote(policy.Name),
		Want: "a policy without labels: no scored test step is labelled anomalous"}
}

// prepareData cuts and scales a set alone, for whoever looks at it before there is an experiment.
func prepareData(set *datasets.Set, d spec.Data) (*prepared, error) {
	sp := spec.Default()
	sp.Data = d
	sp.Train.Validation, sp.Train.Patience = 0, 0 // holds nothing out, so that it asks for no length of its own
	if err := sp.Validate(); err != nil {
		return nil, err
	}
	return prepare(sp, set)
}

// TestPart returns the test part as models see it, cut to d and scaled by the training part, and the labels of its
// steps; nil if there are none.
func TestPart(set *datasets.Set, d spec.Data) (datasets.Series, []uint8, error) {
	p, err := prepareData(set, d)
	if err != nil {
		return datasets.Series{}, nil, err
	}
	if set.Labels == nil {
		return p.test.Series, nil, nil
	}
	from, to := bounds(d.Test, set.Test.Rows)
	return p.test.Series, set.Labels[from:to], nil
}

func bounds(r spec.Range, n int) (from, to int) {
	if r == (spec.Range{}) {
		return 0, n
	}
	return r.From, r.To
}

func cut(s datasets.Series, r spec.Range) datasets.Series {
	return s.Slice(bounds(r, s.Rows))
}

// columns keeps the given channels, in their order; none given = all.
func columns(s datasets.Series, keep []int) datasets.Series {
	if len(keep) == 0 {
		return s
	}
	out := datasets.Series{Values: make([]float32, 0, s.Rows*len(keep)), Rows: s.Rows, Channels: len(keep)}
	for t := range s.Rows {
		row := s.Row(t)
		for _, c := range keep {
			out.Values = append(out.Values, row[c])
		}
	}
	return out
}

// constants counts the channels that never change.
func constants(s datasets.Series) int {
	n := 0
	for c := range s.Channels {
		same := true
		for t := 1; t < s.Rows && same; t++ {
			same = s.Row(t)[c] == s.Row(0)[c]
		}
		if same {
			n++
		}
	}
	return n
}

// microBatch is how many windows of a training go through a model's graph at once: as many as the model likes, or up to
// half as many where that leaves fewer windows unused, since only whole micro-batches are used.
func (p *prepared) microBatch(m spec.Model, batch int) int {
	if p.micro > 0 {
		return p.micro
	}
	model, err := models.Find(m.Name)
	if err != nil {
		return 1
	}
	most := min(model.MicroBatch(models.Config{DModel: m.OrLab().DModel}), batch, p.fit.Len())
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
func (p *prepared) unused(micro, batch int) int {
	n := p.fit.Len()
	return n/batch*(batch%micro) + n%batch%micro + p.valid.Len()%micro
}
