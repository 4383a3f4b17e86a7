package experiment_test

import (
	"slices"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// remembering carries experiments out one after the other with the same memory, and counts what was trained.
type remembering struct {
	t       *testing.T
	memory  *experiment.Memory
	trained map[experiment.Checkpoint]bool // in the last experiment
	kept    []string                       // arms of detectors
}

func (m *remembering) run(s spec.Spec) spec.Report {
	m.t.Helper()
	m.trained, m.kept = map[experiment.Checkpoint]bool{}, nil
	arm := func(name string) int {
		return slices.IndexFunc(s.Arms, func(a spec.Arm) bool { return a.Name == name })
	}
	return quick(m.t, s, experiment.Options{Memory: m.memory, Outputs: true,
		Kept: func(d *detector.Detector) error {
			m.kept = append(m.kept, d.Arm().Name)
			return nil
		},
		Events: func(e spec.Event) {
			if e.Step > 0 && e.Glimpse == nil {
				m.trained[experiment.Checkpoint{Seed: e.Seed, Arm: arm(e.Arm)}] = true
			}
		}})
}

// wants runs a spec, and wants so many training runs and the very report that a run without memory gives.
func (m *remembering) wants(what string, s spec.Spec, trained int) {
	m.t.Helper()
	p, err := experiment.Prepare(s, unlabelled(m.t))
	if err != nil {
		m.t.Fatal(err)
	}
	plan, err := m.memory.Plan(s, unlabelled(m.t), p.Summary.Digest, "cpu")
	if err != nil {
		m.t.Fatal(err)
	}
	all := len(s.Seeds) // teachers
	for _, a := range s.Arms {
		if spec.Controls[a.Control].Trains {
			all += s.RunsOf(a)
		}
	}
	got := m.run(s)
	if len(m.trained) != trained {
		m.t.Errorf("%s: %d training runs, want %d: %v", what, len(m.trained), trained, m.trained)
	}
	if len(plan.Kept) != all-trained || trained > 0 && plan.Whole {
		m.t.Errorf("%s: the plan keeps %d of %d, whole %v", what, len(plan.Kept), all, plan.Whole)
	}
	fresh := quick(m.t, s, experiment.Options{Outputs: true})
	if stripped(m.t, got) != stripped(m.t, fresh) {
		m.t.Errorf("%s: the report is not that of a fresh training", what)
	}
	for i, a := range fresh.Arms {
		for j, r := range a.Runs {
			if !slices.Equal(r.Output, got.Arms[i].Runs[j].Output) || !slices.Equal(r.Errors, got.Arms[i].Runs[j].Errors) {
				m.t.Errorf("%s: other outputs of %s", what, a.Arm.Name)
			}
		}
	}
	detectors := 0
	for _, a := range got.Arms {
		if a.Arm.Control != spec.ControlRandom {
			detectors += len(a.Runs)
		}
	}
	if len(m.kept) != detectors {
		m.t.Errorf("%s: detectors of %v", what, m.kept)
	}
}

func TestNothingIsTrainedTwice(t *testing.T) {
	m := &remembering{t: t, memory: experiment.NewMemory(1 << 30)}
	s := small(t)
	s.Seeds = []uint64{1, 2}
	m.wants("at first", s, 2*4)
	m.wants("again", s, 0)
	weight := s
	weight.Arms = slices.Clone(s.Arms)
	weight.Arms[1].Objective.Weight = 2
	m.wants("another weight of one arm", weight, 2)
	m.wants("the first weight again", s, 0)
	named := weight
	named.Arms = slices.Clone(weight.Arms)
	named.Arms[1].Name = "other"
	m.wants("another name", named, 0)
	grown := weight
	grown.Seeds = []uint64{1, 2, 3}
	m.wants("another seed", grown, 4)
	m.wants("an arm less", only(grown, "alone", "mse", "random"), 0)
	judged := grown
	judged.Detect.Threshold.Percent, judged.Detect.Smoothing = 80, 3
	m.wants("another threshold", judged, 0)
	judged.Detect.Score = spec.ScoreModel
	m.wants("another score", judged, 0)
	rate := s
	rate.Train.Rate = 0.02
	m.wants("another rate", rate, 2*4)
	teacher := s
	teacher.Teacher.Epochs = 1
	m.wants("another teacher", teacher, 2*4)
	m.memory.Forget()
	m.wants("after forgetting", only(s, "alone", "cosine"), 2*3)
}

// What was seen after epochs is of its detection: another smoothing is another history.
func TestLooksAfterEpochsAreOfTheirDetection(t *testing.T) {
	s := looking(t)
	s.Seeds = []uint64{1}
	memory := experiment.NewMemory(1 << 30)
	run(t, s, experiment.Options{Memory: memory})
	s.Detect.Smoothing = 9
	got, fresh := run(t, s, experiment.Options{Memory: memory}), run(t, s, experiment.Options{})
	if stripped(t, got) != stripped(t, fresh) {
		t.Error("what was seen by another smoothing stands in the report")
	}
}

// Where room is short the oldest goes, and nothing else: the result is the same, by more training.
func TestAMemoryIsBounded(t *testing.T) {
	s := only(small(t), "alone", "cosine")
	m := &remembering{t: t, memory: experiment.NewMemory(40 << 10)}
	for _, w := range []float64{1, 2, 3, 4, 5, 6, 7, 8} {
		s.Arms = slices.Clone(s.Arms)
		s.Arms[1].Objective.Weight = w
		m.run(s)
	}
	if m.memory.Dropped() == 0 || m.memory.Held() > 40<<10 {
		t.Fatalf("%d dropped, %d bytes held", m.memory.Dropped(), m.memory.Held())
	}
	m.run(s)
	if len(m.trained) != 0 {
		t.Errorf("the newest were trained again: %v", m.trained)
	}
	s.Arms[1].Objective.Weight = 1
	got := m.run(s)
	if len(m.trained) != 1 {
		t.Errorf("trained %v, want the oldest arm alone", m.trained)
	}
	if stripped(t, got) != stripped(t, quick(t, s, experiment.Options{})) {
		t.Error("the report is not that of a fresh training")
	}
}

// A memory is of one device: numbers of another are not those of this one.
func TestAMemoryIsOfItsDevice(t *testing.T) {
	s := only(small(t), "alone")
	memory := experiment.NewMemory(1 << 30)
	quick(t, s, experiment.Options{Memory: memory, Machine: "here"})
	p, err := experiment.Prepare(s, unlabelled(t))
	if err != nil {
		t.Fatal(err)
	}
	plan := func(device string) experiment.Plan {
		out, err := memory.Plan(s, unlabelled(t), p.Summary.Digest, device)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	here, there := plan(experiment.DeviceName(cpu.New(), "here")), plan("simd")
	if !here.Whole || len(there.Kept) > 0 || there.Whole {
		t.Errorf("here %+v, elsewhere %+v", here, there)
	}
}
