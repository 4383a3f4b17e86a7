package experiment

import (
	"context"
	"errors"
	"math"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/baseline"
	"cosinelab/engine/detector"
	"cosinelab/engine/graph"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Scored is the score of one step of a stream.
type Scored struct {
	Score float64 // NaN where nothing can be said of the step
	// Errors are the squared errors of the channels that make up the score, good until the next one; nil = it is
	// made of others.
	Errors []float32
}

// Scorer scores the steps of a stream by a detector, step by step, as the run scored those of its test part: the
// same windows from the first step on, hence the same bits. Scores come late: a window must be full. It remembers
// no more than its windows need. It is not safe for concurrent use.
type Scorer struct {
	d      *detector.Detector
	form   *closedForm   // nil = of a model
	model  *train.Scorer // nil = of a closed form
	errors bool          // whether the score is made of the errors of channels
	rows   []float32     // scaled steps that are still needed, [steps, channels]
	first  int           // the step of the first of them
	came   int           // steps so far
	told   int           // steps whose scores were told
	yield  func()
}

// NewScorer makes a detector ready. It fails where the weights do not fit the model. yield, which may be nil, is
// called as Options.Yield is.
func NewScorer(ctx context.Context, dev backend.Device, d *detector.Detector, yield func()) (*Scorer, error) {
	if yield == nil {
		yield = func() {}
	}
	s := &Scorer{d: d, yield: yield}
	if d.Closed() {
		a := d.Arm()
		err := narrow(a, len(d.Channels))
		if err == nil {
			s.form, err = loadedForms[a.Control](a, len(d.Channels), d.Fit)
		}
		return s, err
	}
	r := &run{spec: d.Spec, data: &Prepared{channels: len(d.Channels), micro: d.Micro}, o: Options{Outputs: true}}
	s.errors = d.Spec.OfErrors(d.Arm())
	p, err := r.scoringProblem()
	if err != nil {
		return nil, err
	}
	s.model, err = train.NewScorer(dev, p, d.Seed(), func() error {
		yield()
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	s.model.Yield(yield)
	unknown, missing, err := s.model.SetParams(d.Weights)
	switch {
	case err != nil:
	case len(missing) > 0:
		err = fault.New("tensors-missing", missing[0], len(missing)-1)
	case len(unknown) > 0:
		err = fault.New("tensor-unknown", unknown[0], d.Spec.StudentOf(d.Arm()).Kind.String())
	}
	if err != nil {
		return nil, errors.Join(fault.New("detector-file", err), s.Close())
	}
	return s, nil
}

// Another scores another stream by the same model, which closing either frees.
func (s *Scorer) Another() *Scorer {
	one := *s
	one.rows, one.first, one.came, one.told = nil, 0, 0, 0
	return &one
}

// scoringProblem is the graph of what scores need: the student, and the teacher where they disagree. Its outputs are
// all that a run keeps: on some devices what else is asked of a graph moves the last bits of a score.
func (r *run) scoringProblem() (p train.Problem, err error) {
	a := r.spec.Arms[0]
	a.Objective = spec.Objective{Kind: spec.ObjectiveNone}
	if a.Control != spec.ControlNone {
		a.Objective = spec.Objective{}
	}
	var fail error
	g, err := graph.Build(func(g *graph.Graph) {
		p, fail = r.assemble(g, a, spec.Scores[r.spec.Detect.Score].Teacher)
	})
	p.Graph = g
	return p, errors.Join(err, fail)
}

// Close frees the device's memory.
func (s *Scorer) Close() error {
	if s.model == nil {
		return nil
	}
	return s.model.Close()
}

// Late is how many steps behind a step its score comes at most, while steps come.
func (s *Scorer) Late() int {
	if s.form != nil {
		return s.form.after
	}
	return s.d.Spec.Data.Window - 1 // with warm scoring only of the very first
}

// Push takes the scaled values of the next step, [channels], and tells the scores that come by it, in order. It
// waits until a micro-batch is full; Flush does not.
func (s *Scorer) Push(ctx context.Context, values []float32, got func(Scored) error) error {
	s.rows = append(s.rows, values...)
	s.came++
	if s.form != nil {
		if s.came-s.told < s.form.after+closedChunk {
			return nil
		}
		return s.closedPart(ctx, false, got)
	}
	if n, next := s.ready(), s.window(); n < s.model.MicroBatch()-next%s.model.MicroBatch() {
		return nil
	}
	return s.Flush(ctx, got)
}

// Flush tells all scores that the steps so far give.
func (s *Scorer) Flush(ctx context.Context, got func(Scored) error) error {
	if s.form != nil {
		return s.closedPart(ctx, false, got)
	}
	n := s.ready()
	if n == 0 {
		return ctx.Err()
	}
	next, length := s.window(), s.d.Spec.Data.Window
	series := datasets.Series{Values: s.rows, Rows: s.came - s.first, Channels: len(s.d.Channels)}
	w := datasets.Windows{Series: series, Length: length, Fresh: s.d.Spec.Detect.Warm}
	for k := range n {
		w.Starts = append(w.Starts, (next+k)*s.step()-s.first)
	}
	err := s.model.Score(ctx, w, next, func(k int, o [][]float32) error { return s.tell(next+k, o, got) })
	if err != nil {
		return err
	}
	s.forget((next + n) * s.step())
	return nil
}

// End tells the scores that only the end of the steps gives. Steps in no whole window have none.
func (s *Scorer) End(ctx context.Context, got func(Scored) error) error {
	if s.form != nil {
		return s.closedPart(ctx, true, got)
	}
	return s.Flush(ctx, got)
}

// Waiting is how many steps have no score yet.
func (s *Scorer) Waiting() int { return s.came - s.told }

// step is how far apart windows begin.
func (s *Scorer) step() int {
	if warm := s.d.Spec.Detect.Warm; warm > 0 {
		return warm
	}
	return s.d.Spec.Data.Window
}

// window is the number of the next window.
func (s *Scorer) window() int {
	if s.told == 0 {
		return 0
	}
	return (s.told-s.d.Spec.Data.Window)/s.step() + 1
}

// ready is how many windows are full.
func (s *Scorer) ready() int {
	length, next := s.d.Spec.Data.Window, s.window()
	if s.came < length {
		return 0
	}
	return max(0, (s.came-length)/s.step()+1-next)
}

// tell takes out of a window the steps that count, as datasets.Counted does.
func (s *Scorer) tell(k int, o [][]float32, got func(Scored) error) error {
	scores := o[0]
	from := 0
	if warm := s.d.Spec.Detect.Warm; warm > 0 && k > 0 {
		from = len(scores) - warm
	}
	c := len(s.d.Channels)
	for t := from; t < len(scores); t++ {
		v := float64(scores[t])
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fault.New("score-not-finite", s.told, v)
		}
		one := Scored{Score: v}
		if s.errors {
			one.Errors = o[2][t*c : (t+1)*c]
		}
		s.told++
		if err := got(one); err != nil {
			return err
		}
	}
	return nil
}

// forget drops the steps before one.
func (s *Scorer) forget(before int) {
	if before <= s.first {
		return
	}
	n := copy(s.rows, s.rows[(min(before, s.came)-s.first)*len(s.d.Channels):])
	s.rows = s.rows[:n]
	s.first = min(before, s.came)
}

// closedChunk is how many steps are scored at once by a closed form, where nobody waits.
const closedChunk = 512

// closedPart scores by the closed form what the steps so far decide about, or at the end all of them. The steps
// around those that are scored are those that a score looks at, so that it has the bits that it gets in one go.
func (s *Scorer) closedPart(ctx context.Context, end bool, got func(Scored) error) error {
	to := s.came - s.form.after
	if end {
		to = s.came
	}
	if to <= s.told {
		return ctx.Err()
	}
	c := len(s.d.Channels)
	part := wide(datasets.Series{Values: s.rows, Rows: s.came - s.first, Channels: c})
	left, err := s.form.errors(part, func() error {
		s.yield()
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	scores := baseline.Scores(left, c)
	errs := make([]float32, c)
	for s.told < to {
		i := s.told - s.first
		for k, e := range left[i*c : (i+1)*c] {
			if errs[k] = 0; !math.IsNaN(e) {
				errs[k] = float32(e)
			}
		}
		s.told++
		if err := got(Scored{scores[i], errs}); err != nil {
			return err
		}
	}
	s.forget(s.told - s.form.before)
	return ctx.Err()
}
