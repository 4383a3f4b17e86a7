package experiment_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// tinySet is a set of a few dozen steps, with an anomaly.
func tinySet(r *rand.Rand) *datasets.Set {
	channels := 1 + r.IntN(4)
	part := func() datasets.Raw {
		raw := datasets.Raw{Rows: 40 + r.IntN(60)}
		for range channels {
			values := make([]float64, raw.Rows)
			for i := range values {
				if values[i] = r.NormFloat64(); r.IntN(3) == 0 {
					values[i] = math.Round(values[i])
				}
			}
			raw.Columns = append(raw.Columns, values)
		}
		return raw
	}
	set := &datasets.Set{Train: part(), Test: part()}
	for range channels {
		set.Channels = append(set.Channels, "c")
	}
	set.Labels = make([]uint8, set.Test.Rows)
	for i := range 5 {
		set.Labels[10+i] = 1
	}
	return set
}

// anyModel is a model of sizes that are mostly small.
func anyModel(r *rand.Rand) spec.Model {
	m := spec.Model{Kind: spec.ModelKind(1 + r.IntN(int(spec.ModelCount)-1))}
	for k := range spec.SizeCount {
		if *spec.Models[m.Kind].Lab.Size(k) != 0 && r.IntN(3) > 0 {
			*m.Size(k) = 1 + r.IntN(8)
		}
	}
	if r.IntN(3) > 0 && m.Heads > 0 {
		m.DModel = 4 * m.Heads
	}
	if spec.Models[m.Kind].Drops() {
		m.Dropout = 0.9 * r.Float64()
	}
	return m
}

// anySpec is a spec that may be valid.
func anySpec(r *rand.Rand) spec.Spec {
	s := spec.Default()
	s.Data = spec.Data{Source: "file/x", Scaling: spec.ScalingKind(1 + r.IntN(int(spec.ScalingCount)-1)),
		Window: 2 + r.IntN(20), Stride: 1 + r.IntN(30)}
	s.Teacher.Model, s.Student = anyModel(r), anyModel(r)
	s.Teacher.Epochs = 1 + r.IntN(2)
	s.Arms = slices.DeleteFunc(slices.Clone(s.Arms), func(spec.Arm) bool { return r.IntN(2) == 0 })
	s.Train.Epochs, s.Train.Batch = 1+r.IntN(3), 1+r.IntN(40)
	s.Train.Rate = math.Pow(10, 40*r.Float64()-20)
	s.Train.Schedule = spec.RateScheduleKind(1 + r.IntN(int(spec.RateScheduleCount)-1))
	s.Train.Validation = 0.6 * r.Float64()
	if r.IntN(3) == 0 {
		s.Train.Validation, s.Train.Patience = 0, 0
	}
	s.Seeds = s.Seeds[:1+r.IntN(2)]
	s.Detect.Score = spec.ScoreKind(1 + r.IntN(int(spec.ScoreCount)-1))
	s.Detect.Threshold = spec.Threshold{Policy: spec.PolicyKind(1 + r.IntN(int(spec.PolicyCount)-1))}
	for _, k := range spec.Policies[s.Detect.Threshold.Policy].Params {
		s.Detect.Threshold.SetParam(k, max(spec.Params[k].Start, spec.Params[k].Default)*r.Float64())
	}
	if s.Detect.Smoothing = r.IntN(8); r.IntN(2) == 0 || spec.Policies[s.Detect.Threshold.Policy].Smooths {
		s.Detect.Smoothing = 0
	}
	if r.IntN(2) == 0 && s.Student.Causal() {
		s.Detect.Warm = 1 + r.IntN(s.Data.Window)
	}
	return s
}

var errEnough = errors.New("enough steps")

// runAny carries out a few steps of a spec on tiny data, or hears in words why it cannot. It reports whether
// the spec was valid. A report survives JSON.
func runAny(t *testing.T, s spec.Spec, set *datasets.Set, steps int) (ran bool) {
	t.Helper()
	p, err := experiment.Prepare(s, set)
	if err != nil {
		return false
	}
	need, err := experiment.Estimate(p, true, func() error { return nil })
	if err != nil {
		return false // sizes that do not fit one another
	}
	if need.Run > 3e7 {
		return false
	}
	gates := 0
	report, err := experiment.Run(context.Background(), p, cpu.New().OnCores(1), experiment.Options{
		Outputs: true, Gate: func(context.Context) error {
			if gates++; gates > steps {
				return errEnough
			}
			return nil
		}})
	if err != nil && !errors.Is(err, errEnough) {
		t.Errorf("%+v: %v", s, err)
	}
	if _, err := json.Marshal(report); err != nil {
		t.Errorf("%+v: a report that is no JSON: %v", s, err)
	}
	return true
}

func TestRandomSpecsRunOrAreRefused(t *testing.T) {
	specs := 150
	if testing.Short() {
		specs = 30
	}
	ran := 0
	for seed := range uint64(specs) {
		r := rand.New(rand.NewPCG(seed, 2))
		if runAny(t, anySpec(r), tinySet(r), 1+r.IntN(30)) {
			ran++
		}
	}
	if ran < specs/10 {
		t.Errorf("%d of %d specs were run", ran, specs)
	}
}

// FuzzSpecToRunner takes the text of a spec, or draws one.
func FuzzSpecToRunner(f *testing.F) {
	f.Add([]byte{}, uint64(1))
	text, err := json.Marshal(spec.Default())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, uint64(2))
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 3))
		s, err := spec.Parse(text)
		if err != nil {
			s = anySpec(r)
		}
		if len(s.Arms)*len(s.Seeds) <= 20 {
			runAny(t, s, tinySet(r), 1+r.IntN(8))
		}
	})
}
