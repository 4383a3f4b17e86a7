package experiment

import (
	"errors"
	"math"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/spec"
)

// waves are a set of so many channels, made of sines.
func waves(rows, channels int) *datasets.Set {
	part := func() datasets.Raw {
		r := datasets.Raw{Rows: rows, Columns: make([][]float64, channels)}
		for c := range r.Columns {
			r.Columns[c] = make([]float64, rows)
			for t := range r.Columns[c] {
				i := t*channels + c
				r.Columns[c][t] = math.Sin(float64(i*i) / 7)
			}
		}
		return r
	}
	set := &datasets.Set{Train: part(), Test: part()}
	for range channels {
		set.Channels = append(set.Channels, "c")
	}
	return set
}

// sized is a spec whose teacher and student have the sizes of a model.
func sized(m spec.Model, window int) spec.Spec {
	s := spec.Default()
	s.Data = spec.Data{Source: "file/x", Scaling: spec.ScalingStandard, Window: window, Stride: window}
	s.Teacher.Model, s.Student = m, m
	s.Train.Validation = 0.25
	s.Detect.Score = spec.ScoreModel
	return s
}

// trained are the arms that train a student.
func trained(arms []spec.Arm) []spec.Arm {
	return slices.DeleteFunc(slices.Clone(arms), func(a spec.Arm) bool { return a.Control != spec.ControlNone })
}

func quiet() error { return nil }

// An estimate may be off by half; numbers of parameters and operations are exact.
func TestEstimatesAreNearThePlans(t *testing.T) {
	for k := range spec.Each(spec.ModelCount) {
		large := k.Full()
		large.DModel = min(large.DModel, 160)
		for _, c := range []struct {
			model            spec.Model
			window, channels int
			batch            int
		}{
			{spec.Model{Kind: k}, 20, 3, 16}, {spec.Model{Kind: k}, 50, 40, 1}, {spec.Model{Kind: k}, 200, 2, 4},
			{large, 30, 10, 32},
		} {
			s := sized(c.model, c.window)
			s.Train.Batch = c.batch
			s.Arms = trained(s.Arms)[:2]
			p, err := Prepare(s, waves(2000, c.channels))
			if err != nil {
				t.Fatal(err)
			}
			runs, err := needs(p, quiet)
			if err != nil {
				t.Fatal(err)
			}
			plans, err := Plans(p)
			if err != nil || len(plans) != len(runs) {
				t.Fatalf("%s: %d plans, %d estimates, error %v", k, len(plans), len(runs), err)
			}
			for i, n := range runs {
				want := plans[i]
				arena := 4 * (float64(want.Plan.Arena) + 2*float64(want.Parameters))
				if r := n.arena / arena; r < 1/1.5 || r > 1.5 {
					t.Errorf("%s, window %d, %d channels, %s: %.3g bytes estimated of %.3g", k, c.window, c.channels,
						n.arm, n.arena, arena)
				}
				if n.arm != want.Arm || int(n.parameters) != want.Parameters {
					t.Errorf("%s: %s has %v parameters, the plan of %s has %d", k, n.arm, n.parameters, want.Arm,
						want.Parameters)
				}
				flop := want.Plan.Procs[4].FLOP() * (float64(p.test.Len()+p.train.Len())/float64(want.Windows) + 2)
				if math.Abs(n.scores/flop-1) > 1e-9 {
					t.Errorf("%s, %s: %v FLOP to score, want %v", k, n.arm, n.scores, flop)
				}
			}
		}
	}
}

// Whatever sizes a spec may have, its estimate is there at once, is finite, and is refused by the field that is
// to blame.
func TestTheLargestSpecsAreRefusedByAField(t *testing.T) {
	set := waves(20000, 60)
	tab := Limit{2.5e9, "want-memory-tab"}
	for k := range spec.Each(spec.ModelCount) {
		m := spec.Model{Kind: k}
		for i := range spec.SizeCount {
			if *spec.Models[k].Lab.Size(i) != 0 {
				*m.Size(i) = spec.Sizes[i].Most
			}
		}
		window := 4096
		if k == spec.ModelTHOC {
			m.Layers = 12 // more look beyond the window
		}
		if k == spec.ModelOmniAnomaly {
			window, m.Samples = 1024, 8 // more it refuses by itself
		}
		s := sized(m, window)
		s.Arms, s.Data.Stride = trained(s.Arms)[1:2], 1
		p, err := Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		need, err := Estimate(p, true, quiet)
		if err != nil || math.IsInf(need.Run, 0) || math.IsNaN(need.Run+need.Kept+need.Work) {
			t.Fatalf("%s: %+v, error %v", k, need, err)
		}
		_, err = need.Workers(4, false, tab)
		wrong, ok := errors.AsType[*spec.FieldError](err)
		if !ok || wrong.Field != "teacher" && wrong.Field != "student" && wrong.Field != "data.stride" {
			t.Errorf("%s: error %v, want one about a model", k, err)
		}
	}
	for field, change := range map[string]func(*spec.Spec){
		"data.stride": func(s *spec.Spec) { s.Data.Window, s.Data.Stride = 4000, 1 },
		"train.batch": func(s *spec.Spec) {
			s.Data.Window, s.Data.Stride, s.Train.Batch = 3000, 1, 1<<16
			s.Detect.Threshold = spec.Threshold{Policy: spec.PolicyDynamic}
			s.Detect.Score = spec.ScoreReconstruction
		},
		"seeds": func(s *spec.Spec) {
			s.Seeds = nil
			for i := range uint64(500) {
				s.Seeds = append(s.Seeds, i)
			}
		},
		"train.epochs": func(s *spec.Spec) {
			s.Student = spec.Model{Kind: spec.ModelTransformer, DModel: 256, DFF: 256}
			s.Train.Epochs, s.Data.Stride, s.Seeds = 100_000, 1, nil
			for i := range uint64(300) {
				s.Seeds = append(s.Seeds, i)
			}
		},
	} {
		s := sized(spec.Model{Kind: spec.ModelLSTM, DModel: 4, Layers: 1}, 20)
		change(&s)
		p, err := Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		need, err := Estimate(p, field != "train.epochs", quiet)
		if err != nil {
			t.Fatal(err)
		}
		_, err = need.Workers(1, false, Limit{1e9, "want-memory"})
		if wrong, ok := errors.AsType[*spec.FieldError](err); !ok || wrong.Field != field {
			t.Errorf("error %v, want one about %s", err, field)
		}
	}
}

func TestWorkersFitIntoTheMemory(t *testing.T) {
	n := Need{Run: 10, Kept: 5}
	for _, c := range []struct {
		bytes  float64
		beside bool
		want   int
	}{{15, false, 1}, {35, false, 3}, {1000, false, 4}, {15, true, 1}, {34, true, 1}, {35, true, 2}, {75, true, 4}} {
		got, err := n.Workers(4, c.beside, Limit{c.bytes, "want-memory"})
		if err != nil || got != c.want {
			t.Errorf("%v bytes, beside %v: %d workers, error %v, want %d", c.bytes, c.beside, got, err, c.want)
		}
	}
	if _, err := n.Workers(4, false, Limit{14, "want-memory"}); err == nil {
		t.Error("there is no room for one")
	}
}

func TestAnEstimateIsEndedByItsPause(t *testing.T) {
	p, err := Prepare(spec.Spec(sized(spec.Model{Kind: spec.ModelLSTM}, 20)), waves(500, 3))
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	if _, err := Estimate(p, false, func() error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
}
