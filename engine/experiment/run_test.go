package experiment_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

func TestReportHasEveryArmWithEverySeed(t *testing.T) {
	s := small(t)
	s.Seeds = []uint64{7, 3}
	r := run(t, s, experiment.Options{Machine: "here", Outputs: true})
	d := r.Data
	if r.Device != "cpu here" || d.TrainWindows != 12 || d.ScoredSteps%10 != 0 || !d.Labelled ||
		len(d.Segments) == 0 || len(d.Channels) != 3 {
		t.Errorf("device %q, data %+v", r.Device, d)
	}
	if len(r.Teachers) != 2 || r.Teachers[1].Seed != 3 || len(r.Teachers[0].Epochs) != 2 ||
		len(r.Teachers[0].Output) != 3*d.ScoredSteps {
		t.Errorf("teachers %+v", r.Teachers)
	}
	for i, a := range r.Arms {
		if !reflect.DeepEqual(a.Arm, s.Arms[i]) || len(a.Runs) != 2 {
			t.Fatalf("arm %d: %+v with %d runs", i, a.Arm, len(a.Runs))
		}
		for j, got := range a.Runs {
			if got.Arm != a.Arm.Name || got.Seed != s.Seeds[j] || got.Failed != nil ||
				len(got.Scores) != d.ScoredSteps || len(got.Metrics) != len(metrics.All) {
				t.Errorf("run %+v", got)
			}
			trained := a.Arm.Control == spec.ControlNone
			if (len(got.Epochs) == 2) != trained ||
				(got.Parameters > 0) != (a.Arm.Control != spec.ControlRandom) ||
				(len(got.Output) == 3*d.ScoredSteps) != (a.Arm.Control != spec.ControlRandom) {
				t.Errorf("%s: %d epochs, %d parameters, output of %d values", got.Arm, len(got.Epochs),
					got.Parameters, len(got.Output))
			}
			if got.Threshold.Policy != spec.PolicyTrainPercentile || got.Threshold.Saw != spec.SawTrain ||
				got.Alarms == nil || a.Arm.Control == spec.ControlRandom && len(got.Alarms) == 0 {
				t.Errorf("%s: threshold %+v, alarms %v", got.Arm, got.Threshold, got.Alarms)
			}
		}
		if sameScores(a.Runs[0], a.Runs[1]) {
			t.Errorf("%s scores the same with both seeds", a.Arm.Name)
		}
	}
	if v := r.Summary().Verdict; v.Gain.N() != 2 {
		t.Errorf("verdict %+v", v)
	}
}

func TestLossesAreReportedByPart(t *testing.T) {
	r := quick(t, small(t), experiment.Options{})
	names := func(parts []spec.Part) (all []string) {
		for _, p := range parts {
			all = append(all, p.Name)
		}
		return all
	}
	for arm, want := range map[string]string{"alone": "total own reconstruction discrepancy",
		"cosine": "total own reconstruction discrepancy cosine",
		"mse":    "total own reconstruction discrepancy mse"} {
		e := runOf(t, r, arm).Epochs[1]
		if got := strings.Join(names(e.Losses), " "); got != want {
			t.Errorf("%s: %s, want %s", arm, got, want)
		}
		if got := strings.Join(names(e.Validation), " "); got != want+" to_teacher" {
			t.Errorf("%s: validation of %s, want also to_teacher", arm, got)
		}
		if sum := e.Losses[0].Value - e.Losses[1].Value; len(e.Losses) == 5 &&
			math.Abs(sum-e.Losses[4].Value) > 1e-6 {
			t.Errorf("%s: total %v is not own %v and the term %v", arm, e.Losses[0].Value, e.Losses[1].Value,
				e.Losses[4].Value)
		}
	}
}

func TestTwoRunsGiveTheSameReportByteForByte(t *testing.T) {
	a, b := run(t, small(t), experiment.Options{}), run(t, small(t), experiment.Options{})
	if stripped(t, a) != stripped(t, b) {
		t.Errorf("reports differ:\n%s\n%s", stripped(t, a), stripped(t, b))
	}
	for i := range a.Arms {
		if !sameScores(a.Arms[i].Runs[0], b.Arms[i].Runs[0]) {
			t.Errorf("scores of %s differ", a.Arms[i].Arm.Name)
		}
	}
}

// The arms run one after the other, and none depends on which others there are.
func TestArmsDoNotTouchEachOther(t *testing.T) {
	all := quick(t, small(t), experiment.Options{})
	for _, arm := range []string{"cosine", "untrained", "random"} {
		if !sameScores(runOf(t, quick(t, only(small(t), arm), experiment.Options{}), arm),
			runOf(t, all, arm)) {
			t.Errorf("%s has other scores when it is alone in the experiment", arm)
		}
	}
}

// Without a term there is nothing to learn from the teacher: lambda = 0 is the plain student, bit for bit.
func TestWeightZeroIsTheStudentAloneBitForBit(t *testing.T) {
	s := small(t)
	for i := range s.Arms {
		if s.Arms[i].Distils() {
			s.Arms[i].Objective.Weight = 0
		}
	}
	r := quick(t, s, experiment.Options{})
	alone := runOf(t, r, "alone")
	for _, arm := range []string{"cosine", "mse"} {
		got := runOf(t, r, arm)
		if !sameScores(got, alone) || !reflect.DeepEqual(got.Epochs[1].Losses[:4], alone.Epochs[1].Losses) ||
			got.Epochs[1].GradNorm != alone.Epochs[1].GradNorm {
			t.Errorf("%s with weight 0 is not alone: losses %v and %v", arm, got.Epochs[1].Losses,
				alone.Epochs[1].Losses)
		}
	}
	if weighed := quick(t, small(t), experiment.Options{}); sameScores(runOf(t, weighed, "cosine"), alone) {
		t.Error("the weight changes nothing")
	}
}

// At a learning rate that float32 rounds to 0 every arm stays where it starts: at the untrained control.
func TestEveryArmStartsAtTheUntrainedControl(t *testing.T) {
	s := small(t)
	s.Train.Rate = 1e-300
	r := quick(t, s, experiment.Options{})
	untrained := runOf(t, r, "untrained")
	for _, arm := range []string{"alone", "cosine", "mse"} {
		if !sameScores(runOf(t, r, arm), untrained) {
			t.Errorf("%s does not start at the untrained student", arm)
		}
	}
	if trained := quick(t, small(t), experiment.Options{}); sameScores(runOf(t, trained, "alone"),
		untrained) || !sameScores(runOf(t, trained, "untrained"), untrained) {
		t.Error("training changes nothing, or changes the control")
	}
}

// A teacher of the student's kind and size is another model than the student.
func TestTeacherDoesNotStartWhereTheStudentDoes(t *testing.T) {
	s := only(small(t), "cosine", "untrained")
	s.Teacher.Model, s.Train.Rate, s.Detect.Score = s.Student, 1e-300, spec.ScoreDisagreement
	for _, x := range runOf(t, quick(t, s, experiment.Options{}), "untrained").Scores {
		if x > 1e-3 {
			return
		}
	}
	t.Error("untrained teacher and student agree everywhere")
}

func TestEventsTellTheStoryInOrder(t *testing.T) {
	s := small(t)
	s.Seeds = []uint64{1, 2}
	var events []spec.Event
	quick(t, s, experiment.Options{Events: func(e spec.Event) { events = append(events, e) }})
	const training = 2 * 4 // runs
	if first, last := events[0], events[len(events)-1]; first.Phase != spec.PhaseData || first.Left != -1 ||
		last.Phase != spec.PhaseDone || last.Run != training || last.Left != 0 {
		t.Errorf("first %+v, last %+v", first, last)
	}
	var story []string
	at, step := -1, 0
	for _, e := range events[1 : len(events)-1] {
		if e.Runs != training || e.Run < at || e.Run > at+1 || e.Left < 0 && e.Left != -1 {
			t.Fatalf("after run %d: %+v", at, e)
		}
		if e.Run > at {
			at, step = e.Run, 0
		}
		switch {
		case e.Taught != nil:
			story = append(story, "taught")
		case e.Finished != nil:
			story = append(story, e.Finished.Arm)
		case e.EpochDone != nil:
			if e.Step != step || e.EpochDone.Epoch != e.Epoch {
				t.Errorf("end of an epoch after step %d: %+v", step, e)
			}
		case e.Step > 0:
			if step++; e.Step != step || e.Steps != stepsOf || len(e.Losses) == 0 || e.Epochs != 2 ||
				e.Epoch != (step+2)/3 {
				t.Errorf("step %d: %+v", step, e)
			}
			if (e.Phase == spec.PhaseTeacher) != (e.Arm == "") {
				t.Errorf("phase %s with arm %q", e.Phase, e.Arm)
			}
		}
	}
	want := []string{"taught", "alone", "cosine", "mse", "untrained", "random"}
	if !slices.Equal(story, append(want, want...)) || at != training-1 {
		t.Errorf("story %v, last run %d", story, at)
	}
}

func TestControlsAloneAreNoTraining(t *testing.T) {
	var last spec.Event
	r := quick(t, only(small(t), "untrained", "random"), experiment.Options{Events: func(e spec.Event) {
		last = e
		if e.Step > 0 || e.Run != 0 || e.Runs != 0 {
			t.Errorf("event %+v", e)
		}
	}})
	if len(r.Teachers) != 0 || last.Phase != spec.PhaseDone || runOf(t, r, "untrained").Scores == nil {
		t.Errorf("teachers %v, last event %+v", r.Teachers, last)
	}
}

func TestDisagreementScoresHowFarTeacherAndStudentAreApart(t *testing.T) {
	s := only(small(t), "alone", "untrained", "random")
	s.Detect.Score = spec.ScoreDisagreement
	r := quick(t, s, experiment.Options{Outputs: true})
	if len(r.Teachers) != 1 {
		t.Fatalf("%d teachers, want one: the score needs it", len(r.Teachers))
	}
	got, c := runOf(t, r, "alone"), 3
	for step, score := range got.Scores {
		a, b := got.Output[step*c:(step+1)*c], r.Teachers[0].Output[step*c:(step+1)*c]
		var ab, aa, bb float64
		for i := range a {
			ab, aa, bb = ab+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]),
				bb+float64(b[i])*float64(b[i])
		}
		if want := 1 - ab/math.Sqrt(aa*bb); math.Abs(score-want) > 1e-5 {
			t.Fatalf("step %d: score %v, want %v", step, score, want)
		}
	}
}

func TestStoppingKeepsTheRunsThatAreFinished(t *testing.T) {
	for _, c := range []struct{ steps, teachers, runs int }{
		{0, 0, 0}, {stepsOf - 1, 0, 0}, {stepsOf + 1, 1, 0}, {2*stepsOf + 3, 1, 1}, {3*stepsOf + 1, 1, 2},
	} {
		r, err := carryOut(context.Background(), small(t), unlabelled(t), cpu.New(),
			experiment.Options{Gate: after(c.steps)})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d steps: error %v", c.steps, err)
		}
		runs := 0
		for _, a := range r.Arms {
			runs += len(a.Runs)
		}
		if len(r.Teachers) != c.teachers || runs != c.runs {
			t.Errorf("stopped after %d steps: %d teachers, %d runs, want %d and %d", c.steps, len(r.Teachers),
				runs, c.teachers, c.runs)
		}
		stripped(t, r)
	}
}

// counting is a context that ends after so many questions.
type counting struct {
	context.Context
	left int
}

func (c *counting) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestContextStopsScoringToo(t *testing.T) {
	count := &counting{context.Background(), math.MaxInt}
	s := only(small(t), "untrained")
	if _, err := carryOut(count, s, unlabelled(t), cpu.New(), experiment.Options{}); err != nil {
		t.Fatal(err)
	}
	asked := math.MaxInt - count.left
	for _, left := range []int{0, asked / 3, 2 * asked / 3, asked - 1} {
		r, err := carryOut(&counting{context.Background(), left}, s, unlabelled(t), cpu.New(),
			experiment.Options{})
		if !errors.Is(err, context.Canceled) || len(r.Arms[0].Runs) != 0 {
			t.Errorf("ended after %d of %d questions: error %v, runs %v", left, asked, err, r.Arms[0].Runs)
		}
	}
}

func TestRunThatStopsBeingFiniteIsReportedAndOthersGoOn(t *testing.T) {
	s := small(t)
	s.Arms[1].Objective.Weight = 1e38 // 1 - cos times this fits float32, its gradient does not
	store := memory{}
	r := run(t, s, experiment.Options{Store: store})
	failed := runOf(t, r, "cosine")
	if !strings.Contains(said(failed.Failed), "step 1: ") ||
		!strings.Contains(said(failed.Failed), "Inf, not a finite number") || failed.Scores != nil ||
		failed.Metrics != nil {
		t.Errorf("failed run %+v", failed)
	}
	for _, arm := range []string{"alone", "mse", "untrained", "random"} {
		if got := runOf(t, r, arm); got.Failed != nil || got.Scores == nil {
			t.Errorf("%s: %+v", arm, got)
		}
	}
	if v := r.Summary().Verdict.Outcome; v != spec.VerdictNone {
		t.Errorf("verdict %s", v)
	}
	if _, kept := store["seed1-arm1.safetensors"]; kept || len(store) != 3 {
		t.Errorf("checkpoints %d, that of the failed run among them: %v", len(store), kept)
	}
	if again := run(t, s, experiment.Options{Store: store}); stripped(t, again) != stripped(t, r) {
		t.Error("resumed, the failed run ends differently")
	}
}

func TestFailedTeacherFailsOnlyThoseWhoNeedIt(t *testing.T) {
	s := small(t)
	s.Train.Rate = 1e30
	r := run(t, s, experiment.Options{})
	if len(r.Teachers) != 1 || !strings.Contains(said(r.Teachers[0].Failed), "not a finite number") {
		t.Fatalf("teachers %+v", r.Teachers)
	}
	for arm, want := range map[string]string{"alone": "train: ", "cosine": "its teacher failed: train: ",
		"mse": "its teacher failed: train: ", "untrained": "", "random": ""} {
		got := runOf(t, r, arm)
		if !strings.HasPrefix(said(got.Failed), want) || (got.Failed == nil) != (want == "") ||
			(got.Scores == nil) != (want != "") {
			t.Errorf("%s: failed %v with %d scores, want %q", arm, got.Failed, len(got.Scores), want)
		}
	}
	stripped(t, r)
}

func TestEarlyStoppingShortensTheRun(t *testing.T) {
	s := only(small(t), "alone")
	s.Train.Rate, s.Train.Epochs, s.Train.Patience = 1e-300, 20, 2
	var last spec.Event
	r := quick(t, s, experiment.Options{Events: func(e spec.Event) { last = e }})
	if got := runOf(t, r, "alone"); len(got.Epochs) != 3 || got.Best != 1 || last.Left != 0 {
		t.Errorf("%d epochs, best %d, %v s left, want 3, 1 and 0", len(got.Epochs), got.Best, last.Left)
	}
}

func TestModelsGiveTheScoresAndPartsOfTheirRows(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		c := models.ConfigOf(spec.Model{Kind: m})
		c.Window, c.Channels = 5, 2
		_, out, err := models.Graph(m, c, 1)
		if err != nil {
			t.Fatal(err)
		}
		var scores []spec.ScoreKind
		for _, s := range out.Scores {
			scores = append(scores, s.Kind)
		}
		if want := spec.Models[m].Scores; !slices.Equal(scores, want) {
			t.Errorf("%s: the row has the scores %v, the model %v", m, want, scores)
		}
	}
}

func TestEveryModelLearnsFromEveryOther(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		s := only(small(t), "cosine", "untrained")
		s.Data.Train, s.Train.Validation, s.Train.Epochs, s.Teacher.Epochs = steps.Range{From: 40,
			To: 100}, 0.3, 1, 1
		s.Student = spec.Model{Kind: m}
		s.Teacher.Model = spec.Model{Kind: 1 + m%(spec.ModelCount-1)} // the next in the table
		s.Detect.Score = spec.ScoreModel
		r := quick(t, s, experiment.Options{})
		if failed := r.Teachers[0].Failed; failed != nil {
			t.Errorf("%s teaching: %v", s.Teacher.Kind, failed)
		}
		got := runOf(t, r, "cosine")
		if got.Failed != nil || sameScores(got, runOf(t, r, "untrained")) {
			t.Errorf("%s learning from %s: failed %v, or learnt nothing", m, s.Teacher.Kind, got.Failed)
		}
	}
}

func TestEveryOptionOfTrainingCounts(t *testing.T) {
	s := only(small(t), "alone")
	s.Student = spec.Model{Kind: spec.ModelLSTM, DModel: 4, Layers: 1}
	s.Train.Clip = 0
	plain := runOf(t, quick(t, s, experiment.Options{}), "alone")
	for name, change := range map[string]func(s *spec.Spec){
		"clip":      func(s *spec.Spec) { s.Train.Clip = 1e-9 },
		"clip_each": func(s *spec.Spec) { s.Train.ClipEach = 1e-9 },
		"decay":     func(s *spec.Spec) { s.Train.Decay = 0.1 },
		"dropout":   func(s *spec.Spec) { s.Student.Dropout = 0.5 },
		"step": func(s *spec.Spec) {
			s.Train.Schedule, s.Train.StepEpochs, s.Train.StepFactor = spec.RateStep, 1, 0.1
		},
	} {
		changed := s
		change(&changed)
		if got := runOf(t, quick(t, changed, experiment.Options{}), "alone"); got.Failed != nil ||
			sameScores(got, plain) {
			t.Errorf("%s changes nothing, or failed: %v", name, got.Failed)
		}
	}
}
