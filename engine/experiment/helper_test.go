package experiment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"sync"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

var server = sync.OnceValues(func() (*datasets.Set, error) { return datasets.Builtin("builtin/server", 1) })

// builtin is a built-in set, with anomalies in the steps that small looks at.
func builtin(t *testing.T) *datasets.Set {
	t.Helper()
	set, err := server()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// small is a spec that trains within a tenth of a second: 12 windows to learn from, 4 to validate, one seed.
func small(t *testing.T) spec.Spec {
	t.Helper()
	first := builtin(t).Anomalies[0]
	size := spec.Model{DModel: 4, Heads: 2, Layers: 1, DFF: 4}
	s := spec.Default()
	objective := func(k spec.ObjectiveKind, a spec.AxisKind) spec.Objective {
		return spec.Objective{Kind: k, Weight: 0.5, Axis: a, Schedule: spec.WeightConstant}
	}
	s.Arms = []spec.Arm{
		{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone}},
		{Name: "cosine", Objective: objective(spec.ObjectiveCosine, spec.AxisChannel)},
		{Name: "mse", Objective: objective(spec.ObjectiveMSE, 0)},
		{Name: "untrained", Control: spec.ControlUntrained},
		{Name: "random", Control: spec.ControlRandom},
	}
	s.Data = spec.Data{Source: "builtin/server", Seed: 1, Scaling: spec.ScalingStandard, Window: 10,
		Stride: 10, Channels: []int{0, 2, 1},
		Train: steps.Range{From: 40, To: 200}, Test: steps.Range{From: first.From - 45, To: first.To + 48}}
	s.Teacher = spec.Teacher{Model: size, Epochs: 2}
	s.Teacher.Kind = spec.ModelTransformer
	s.Student = size
	s.Student.Kind = spec.ModelAnomalyTransformer
	s.Train = spec.Train{Rate: 0.01, Schedule: spec.RateConstant, Epochs: 2, Batch: 5, Clip: 1,
		Validation: 0.25}
	s.Detect = spec.Detect{Score: spec.ScoreReconstruction,
		Threshold: spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 90}}
	s.Seeds = []uint64{1}
	return s
}

// stepsOf is the number of steps that a training run of small has: 3 batches in each of 2 epochs.
const stepsOf = 6

// only leaves the arms with these names.
func only(s spec.Spec, names ...string) spec.Spec {
	s.Arms = slices.DeleteFunc(slices.Clone(s.Arms),
		func(a spec.Arm) bool { return !slices.Contains(names, a.Name) })
	return s
}

// carryOut prepares a set and runs the experiment on it.
func carryOut(ctx context.Context, s spec.Spec, set *datasets.Set, dev backend.Device,
	o experiment.Options) (spec.Report, error) {
	p, err := experiment.Prepare(s, set)
	if err != nil {
		return spec.Report{}, err
	}
	r, err := experiment.Run(ctx, p, dev, o)
	if cause := r.Check(); cause != nil { // of whatever is made, part of the runs or all
		return r, errors.Join(err, cause)
	}
	return r, err
}

func run(t *testing.T, s spec.Spec, o experiment.Options) spec.Report {
	t.Helper()
	r, err := carryOut(context.Background(), s, builtin(t), cpu.New(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// quick carries an experiment out on the set without its labels: what is measured at the end takes longer
// than training.
func quick(t *testing.T, s spec.Spec, o experiment.Options) spec.Report {
	t.Helper()
	return quickOn(t, s, unlabelled(t), o)
}

func quickOn(t *testing.T, s spec.Spec, set *datasets.Set, o experiment.Options) spec.Report {
	t.Helper()
	r, err := carryOut(context.Background(), s, set, cpu.New(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// unlabelled is the built-in set without its labels.
func unlabelled(t *testing.T) *datasets.Set {
	t.Helper()
	set := *builtin(t)
	set.Labels, set.Anomalies = nil, nil
	return &set
}

// runOf is the only run of an arm.
func runOf(t *testing.T, r spec.Report, arm string) spec.Run {
	t.Helper()
	for _, a := range r.Arms {
		if a.Arm.Name == arm && len(a.Runs) == 1 {
			return a.Runs[0]
		}
	}
	t.Fatalf("no run of %s in %+v", arm, r.Arms)
	return spec.Run{}
}

// stripped is a report as JSON without timings.
func stripped(t *testing.T, r spec.Report) string {
	t.Helper()
	b, err := json.Marshal(r.WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func sameScores(a, b spec.Run) bool {
	return len(a.Scores) > 0 && slices.EqualFunc(a.Scores, b.Scores,
		func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// memory is a store of checkpoints.
type memory map[string][]byte

func (m memory) Save(c experiment.Checkpoint, write func(io.Writer) error) error {
	var b bytes.Buffer
	err := write(&b)
	m[c.File()] = b.Bytes()
	return err
}

func (m memory) Done(experiment.Checkpoint) error { return nil }

func (m memory) Load(c experiment.Checkpoint) (io.ReadCloser, error) {
	b, ok := m[c.File()]
	if !ok {
		return nil, nil
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// after is a gate that lets so many steps pass.
func after(steps int) func(context.Context) error {
	return func(context.Context) error {
		if steps--; steps < 0 {
			return context.Canceled
		}
		return nil
	}
}

// said is why a run failed, in words; empty if it did not.
func said(failed *fault.Fault) string {
	if failed == nil {
		return ""
	}
	return words.English().Error(failed)
}

// judged measures a run at its threshold against labels of its steps.
func judged(out *spec.Run, labels []uint8) error {
	p := &experiment.Prepared{Labels: labels}
	p.Summary.ScoredSteps = len(out.Scores)
	return p.Judge(context.Background(), out, nil)
}
