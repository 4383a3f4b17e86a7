package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/link"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// idle is a state with a series and a worker that waits.
func idle(t *testing.T) *State {
	t.Helper()
	sp := spec.Default()
	sp.Train.Epochs, sp.Seeds, sp.Arms = 6, []uint64{1, 2, 3}, nil
	for _, kind := range []string{look.Alone, look.Cosine, look.MSE, look.Untrained, look.Random} {
		a := look.ArmOf(kind)
		if a.Distils() {
			a.Objective.Weight, a.Objective.Schedule = 0.5, spec.WeightConstant
		}
		if kind == look.Cosine {
			a.Objective.Axis = spec.AxisChannel
		}
		sp.Arms = append(sp.Arms, a)
	}
	s, _ := New(words.English(), link.Link{Spec: sp}.Hash(), 0)
	s.Update(ready())
	s.Update(opened(s))
	if !s.Ready() {
		t.Fatalf("not ready: %+v", s)
	}
	return s
}

// why is what the page says beside a setting.
func why(s *State, f form.Field) string {
	s.Form.More = true
	for _, in := range s.Recipe().DataMore {
		if in.Field == f {
			return in.Why
		}
	}
	return ""
}

func ready() Answer {
	return Answer{Response: protocol.Response{Type: protocol.TypeReady, Device: "cpu js/wasm",
		Catalogue: []protocol.Source{
			{ID: "builtin/server", Title: "Server", Group: form.GroupBuiltin},
			{ID: "smd/machine-1-2", Title: "SMD machine-1-2", Group: form.GroupBenchmark},
		}}}
}

func summary() *spec.DataSummary {
	return &spec.DataSummary{Source: "builtin/server", Title: "Server", Channels: make([]string, 12),
		TrainSteps: 4000,
		TestSteps:  5000, Labelled: true, Anomalous: 475,
		Segments: []spec.Segment{{Range: steps.Range{From: 10, To: 20}, Channels: []int{7}}}}
}

// opened answers the question for a series that s waits for.
func opened(s *State) Answer {
	return Answer{Response: protocol.Response{Type: protocol.TypeData, ID: s.Form.Open.ID,
		Summary: summary()}}
}

// dropped is files that fall on the page, which keeps them under a number.
func dropped(id int, names ...string) Drop { return Drop{form.Dropped{ID: id, Names: names}} }

func failed(where string, id int, message string) Answer {
	return Answer{Response: protocol.Response{Type: protocol.TypeError, ID: id,
		Error: &protocol.Error{Where: where, Fault: fault.Of(errors.New(message))}}}
}

func confirmed(state string) Answer {
	return Answer{Response: protocol.Response{Type: protocol.TypeState, State: state}}
}

func happened(e spec.Event) Answer {
	return Answer{Response: protocol.Response{Type: protocol.TypeEvent, Event: &e}}
}

// sent returns the types of the requests among effects.
func sent(effects []Effect) []string {
	var types []string
	for _, e := range effects {
		switch p := e.(type) {
		case Post:
			types = append(types, p.Request.Type)
		case GoOn:
			types = append(types, p.Request.Type)
		}
	}
	return types
}

func finish(arm string, seed uint64, ap float64) spec.Run {
	return spec.Run{Arm: arm, Seed: seed, Metrics: []spec.Measure{
		{Name: "average_precision", Value: metrics.Value(ap), Chance: 0.095},
		{Name: "auroc", Value: metrics.Value(ap + 0.4), Chance: 0.5},
		{Name: "pa_f1", Value: 0.94, Chance: 0.85},
	}}
}

// reported runs the experiment of s to its report; ap gives the average precision of an arm by seed.
func reported(t *testing.T, s *State, ap map[string][]float64) {
	t.Helper()
	if got := sent(s.Update(Press{KeyRun})); !slices.Contains(got, protocol.TypeRun) {
		t.Fatalf("Train sends %v", got)
	}
	complete(s, ap)
}

// complete lets the engine carry the run out that it was asked for.
func complete(s *State, ap map[string][]float64) {
	s.Update(confirmed(protocol.StateRunning))
	r := spec.Report{Version: 1, Spec: s.Run.Spec, Device: "cpu", Data: *s.Form.Data, Seconds: 112}
	for _, a := range s.Run.Spec.Arms {
		arm := spec.ArmReport{Arm: a}
		for i, seed := range s.Run.Spec.Seeds {
			if vs := ap[a.Name]; i < len(vs) {
				run := finish(a.Name, seed, vs[i])
				arm.Runs = append(arm.Runs, run)
				s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: a.Name, Seed: seed, Finished: &run,
					Runs: 12}))
			}
		}
		r.Arms = append(r.Arms, arm)
	}
	for _, seed := range s.Run.Spec.Seeds {
		r.Teachers = append(r.Teachers, spec.TeacherRun{Seed: seed})
	}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeReport, Report: &r}})
	s.Update(confirmed(protocol.StateIdle))
}

// A view of a series that is gone is refused. The page must go on asking.
func TestAViewThatFailsDoesNotEndAllViews(t *testing.T) {
	s := idle(t)
	asked := s.Update(Resize{Width: 800})
	if !slices.Contains(sent(asked), protocol.TypeView) {
		t.Fatalf("a measured page asks for %v, want a view", sent(asked))
	}
	for _, e := range asked {
		if p, ok := e.(Post); ok {
			s.Update(failed("view", p.Request.ID, "no data set is open"))
		}
	}
	if got := sent(s.Update(Zoom{Span: steps.Range{From: 10, To: 60}})); !slices.Contains(got,
		protocol.TypeView) {
		t.Errorf("after a view that failed a zoom asks for %v, want a view", got)
	}
}

func TestOtherMetricsAgreeOrNot(t *testing.T) {
	s := idle(t)
	same := []float64{0.31, 0.32, 0.33}
	reported(t, s, map[string][]float64{look.Alone: same, look.Cosine: {0.351, 0.362, 0.371}, look.MSE: same,
		look.Untrained: {0.1, 0.1, 0.1}, look.Random: {0.1, 0.1, 0.1}})
	f1 := []metrics.Value{0.5, 0.6, 0.4, 0.3, 0.39, 0.21} // of alone, then of cosine: worse by 0.2 each time
	atK := []metrics.Value{0.3, 0.3, 0.3, 0.2, 0.3, 0.41} // now better, now worse
	for i := range s.Run.Runs[:6] {
		r := &s.Run.Runs[i]
		r.Metrics = append(r.Metrics, spec.Measure{Name: "f1", Value: f1[i]},
			spec.Measure{Name: "precision_at_k", Value: atK[i]})
	}
	if got, want := s.Verdict().Why, "AUROC agrees. P@k (+0.3) shows no difference. F1 (−20.0) says "+
		"otherwise."; !strings.Contains(got, want) {
		t.Errorf("says %q, want %q", got, want)
	}
}

func TestScoreAxisHoldsTheHighestScoreOfTheWholeTestPart(t *testing.T) {
	s := idle(t)
	line := protocol.Line{Kind: protocol.LineScore, Arm: look.Alone, Seed: 1}
	s.Stack.Overview = Series{protocol.Series{View: protocol.View{Width: 2,
		Lines: []protocol.Line{s.Scene().OverviewLine(), line}}},
		[]float32{-9, 9, 0, -9, 9, 0 /* the input */, 1, 4, 2, 1, 3, 2}}
	if got := s.Scene().Highest(); got != 4 {
		t.Errorf("highest score %v, want 4", got)
	}
	s.Stack.Overview = Series{}
	if got := s.Scene().Highest(); got != 0 {
		t.Errorf("before there is any: %v", got)
	}
}

func TestResultNoBetterThanAnUntrainedModelSaysSo(t *testing.T) {
	s := idle(t)
	weak := []float64{0.09, 0.1, 0.11}
	reported(t, s, map[string][]float64{look.Alone: weak, look.Cosine: weak, look.MSE: weak,
		look.Untrained: weak, look.Random: weak})
	const want = "+ cosine is not shown to beat chance and untrained."
	if got := s.Verdict().Why; !strings.HasPrefix(got, want) {
		t.Errorf("says %q", got)
	}
}

func TestOneSeedGivesNoVerdict(t *testing.T) {
	s := idle(t)
	s.Update(Set{"seeds", "1"})
	reported(t, s, map[string][]float64{look.Alone: {0.3}, look.Cosine: {0.4}, look.MSE: {0.3},
		look.Untrained: {0.1}, look.Random: {0.1}})
	if got, want := s.Verdict().Claim, "*+10.0 AP* with one seed: no spread, so no verdict."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSeriesWithoutLabelsGivesNoVerdict(t *testing.T) {
	s := idle(t)
	s.Form.Data.Labelled = false
	reported(t, s, map[string][]float64{look.Alone: {0, 0, 0}, look.Cosine: {0, 0, 0}, look.MSE: {0, 0, 0}})
	if got, want := s.Verdict().Claim, "This series has no labels: *scores and alarms, no metrics.*"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFailedArmIsNamedWithItsReason(t *testing.T) {
	s := idle(t)
	reported(t, s, map[string][]float64{look.Alone: {1, 1, 1}, look.Cosine: {1, 1, 1}, look.MSE: {1, 1, 1}})
	s.Run.Runs[3].Failed = fault.Of(errors.New("loss became NaN at step 212"))
	if got, want := s.Verdict().Claim, "+ cosine has no scores: loss became NaN at step 212."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNoVerdictBeforeTheLastSeed(t *testing.T) {
	s := idle(t)
	s.Update(Press{KeyRun})
	s.Update(happened(spec.Event{Phase: spec.PhaseTeacher, Seed: 1, Runs: 12, Epoch: 1, Epochs: 6, Step: 1,
		Steps: 60, Left: -1}))
	s.Update(happened(spec.Event{Phase: spec.PhaseTeacher, Seed: 1, Runs: 12,
		Taught: &spec.TeacherRun{Seed: 1}}))
	run := finish(look.Alone, 1, 0.3)
	s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Alone, Seed: 1, Run: 1, Runs: 12,
		Finished: &run}))
	s.Update(happened(spec.Event{Phase: spec.PhaseStudent, Arm: look.Cosine, Seed: 1, Run: 2, Runs: 12,
		Epoch: 2, Epochs: 6, Step: 24, Steps: 60, Left: 38}))
	v := s.Verdict()
	if want := "No verdict yet: *2 of 12* runs are done."; v.Claim != want {
		t.Errorf("got %q, want %q", v.Claim, want)
	}
	if want := "A verdict needs every seed of student alone and + cosine. About *38 s* left; the figures " +
		"below are provisional."; v.Why != want {
		t.Errorf("got %q, want %q", v.Why, want)
	}
	want := [][]float64{{1, 0, 0}, {1, 0, 0}, {0.4, 0, 0}, {0, 0, 0}}
	for i, row := range v.Matrix.Rows {
		if !slices.Equal(row.Done, want[i]) {
			t.Errorf("%s: %v, want %v", row.Text, row.Done, want[i])
		}
	}
	if got, want := strings.Join(s.Bar().Status, "; "),
		"*Epoch 2 of 6*; + cosine, seed 1; about 38 s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := s.Bar().Segments[:4]; !slices.Equal(got, []float64{1, 1, 0.4, 0}) {
		t.Errorf("segments begin with %v", got)
	}
	s.Update(Press{KeyStop})
	s.Update(confirmed(protocol.StateIdle))
	if got, want := s.Verdict().Claim, "No verdict: stopped after *2 of 12* runs."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// step is one step of a training run.
func step(arm string, seed uint64, n int) Answer {
	phase := spec.PhaseStudent
	if arm == "" {
		phase = spec.PhaseTeacher
	}
	return happened(spec.Event{Phase: phase, Arm: arm, Seed: seed, Runs: 12, Epoch: 1 + n/10, Epochs: 6,
		Step: n, Steps: 60, Left: 38,
		Losses: []spec.Part{{Name: "total", Value: float64(seed)}}})
}

func TestRunsSideBySideKeepTheirPlaces(t *testing.T) {
	s := idle(t)
	s.Update(Press{KeyRun})
	taught := func(seed uint64) Answer {
		return happened(spec.Event{Phase: spec.PhaseTeacher, Seed: seed,
			Taught: &spec.TeacherRun{Seed: seed}})
	}
	for _, a := range []Answer{step("", 1, 1), step("", 2, 2), taught(1), step(look.Cosine, 1, 24),
		step("", 2, 30), step(look.Alone, 1, 12), step(look.Cosine, 1, 30)} {
		s.Update(a)
	}
	if got, want := strings.Join(s.Bar().Status, "; "),
		"*Epoch 2 of 6*; student alone, seed 1; 3 runs at once; about 38 s left"; got != want {
		t.Errorf("says %q, want %q", got, want)
	}
	if got := s.Bar().Segments[:6]; !slices.Equal(got, []float64{1, 0.2, 0.5, 0, 0.5, 0}) {
		t.Errorf("segments begin with %v", got)
	}
	if got := s.Learning().Plots[0]; got.Sub != "student alone, seed 1" || len(got.Curves[0].X) != 1 {
		t.Errorf("the losses are of %q: %+v", got.Sub, got.Curves)
	}
	s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Alone, Seed: 1, Left: 38}))
	if got, want := strings.Join(s.Bar().Status[:2], "; "), "Scoring; student alone, seed 1"; got != want ||
		s.Bar().Segments[1] != 0.2 || s.Learning().Plots[0].Epochs != 6 {
		t.Errorf("while it scores: %q, want %q, with its steps: %v", got, want, s.Bar().Segments)
	}
	run := finish(look.Alone, 1, 0.3)
	s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Alone, Seed: 1, Measured: 0.42, Left: 38}))
	if got, want := strings.Join(s.Bar().Status[:2], "; "),
		"Measuring, 42 %; student alone, seed 1"; got != want || s.Bar().Segments[1] != 0.2 {
		t.Errorf("status %q, want %q; segments %v", got, want, s.Bar().Segments)
	}
	s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Alone, Seed: 1, Finished: &run}))
	if got := s.Learning().Plots[0]; got.Sub != "+ cosine, seed 1" || len(got.Curves[0].X) != 2 {
		t.Errorf("then they are of %q: %+v", got.Sub, got.Curves)
	}
	if got := s.Verdict().Matrix.Rows; !slices.Equal(got[0].Done, []float64{1, 0.5, 0}) ||
		!slices.Equal(got[1].Done, []float64{1, 0, 0}) {
		t.Errorf("matrix %+v", got)
	}
}

func TestManySeedsHaveOneHeadInTheMatrix(t *testing.T) {
	for seeds, want := range map[string]string{"3": "", "15": "15 seeds"} {
		s := idle(t)
		s.Update(Set{"seeds", seeds})
		s.Update(Press{KeyRun})
		if m := s.Verdict().Matrix; m.Many != want || fmt.Sprint(len(m.Seeds)) != seeds {
			t.Errorf("%s seeds: the head is %q of %d, want %q", seeds, m.Many, len(m.Seeds), want)
		}
	}
}

func TestControlsAreNoTrainings(t *testing.T) {
	s := idle(t)
	s.Update(Set{"seeds", "0,"})
	s.Update(Press{KeyRun})
	s.Update(happened(spec.Event{Phase: spec.PhaseData, Left: -1}))
	s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Untrained}))
	s.Update(happened(spec.Event{Phase: spec.PhaseDone}))
	if len(s.Run.Live) != 0 {
		t.Errorf("under way: %+v", s.Run.Live)
	}
}

func TestWorkersAreWhatWasChosenUpToTheCores(t *testing.T) {
	for _, c := range []struct{ cores, chosen, want int }{{1, 0, 1}, {2, 0, 2}, {16, 0, 4}, {16, 9, 9},
		{2, 9, 2}, {0, 3, 1}} {
		s := Control{Cores: c.cores, Chosen: c.chosen}
		if got := s.Workers(); got != c.want {
			t.Errorf("%d workers of %d cores when %d are chosen, want %d", got, c.cores, c.chosen, c.want)
		}
	}
	s := idle(t)
	s.Control.Cores = 3
	before := s.Hash()
	if got := s.Update(Workers{3}); !slices.Contains(got, Effect(Remember{3})) || s.Hash() != before {
		t.Errorf("effects %v; the link must not change", got)
	}
	post := s.Update(Press{KeyRun})[0].(Post)
	if post.Request.Workers != 3 || len(s.Bar().Counts) != 3 || !s.Bar().Counts[2].On {
		t.Errorf("the run asks for %d workers, the page offers %+v", post.Request.Workers, s.Bar().Counts)
	}
}

func TestLostWorkerIsSaidAndTheRunGoesOn(t *testing.T) {
	s := idle(t)
	s.Update(Press{KeyRun})
	s.Update(confirmed(protocol.StateRunning))
	s.Update(failed("worker", 0, "a worker is gone, and its part was computed again here: out of memory"))
	if v := s.Verdict(); s.Wrong != nil || s.Control.Mode != Running || !strings.HasPrefix(v.Why,
		"The run goes on: a worker is gone") || v.Tag != "Training" {
		t.Errorf("mode %d, says %+v", s.Control.Mode, v)
	}
	reported(t, restarted(s), map[string][]float64{look.Alone: {1, 1, 1}, look.Cosine: {1, 1, 1},
		look.MSE: {1, 1, 1}})
	if note := s.Verdict().Note; strings.Contains(note, "lost") {
		t.Errorf("the next run says %q", note)
	}
}

// underWay is a page in whose run one training run is finished and the next has made 12 steps of 60, in 3
// epochs.
func underWay(t *testing.T) *State {
	t.Helper()
	s := idle(t)
	s.Update(Resize{600})
	s.Update(Press{KeyRun})
	s.Update(confirmed(protocol.StateRunning))
	run := finish(look.Alone, 1, 0.31)
	s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Alone, Seed: 1, Finished: &run, Runs: 12}))
	for step := 1; step <= 12; step++ {
		s.Update(happened(stepOf(look.Cosine, step)))
		if step%4 == 0 {
			e := stepOf(look.Cosine, step)
			e.Losses, e.EpochDone = nil, &spec.Epoch{Epoch: step / 4}
			s.Update(happened(e))
		}
	}
	return s
}

// stepOf is a step of a training run with 4 in an epoch.
func stepOf(arm string, step int) spec.Event {
	return spec.Event{Phase: spec.PhaseStudent, Arm: arm, Seed: 1, Epoch: (step + 3) / 4, Epochs: 15,
		Step: step, Steps: 60,
		Losses: []spec.Part{{Name: "total", Value: 1}}}
}

// afresh starts the engine again and returns what the page asks it for once the series is there.
func afresh(t *testing.T, s *State) []Effect {
	t.Helper()
	if got := s.Update(Restart{}); !slices.Contains(got, Effect(StartEngine{})) ||
		s.Control.Mode != Loading || s.Wrong != nil {
		t.Fatalf("mode %d after %v", s.Control.Mode, got)
	}
	if got := sent(s.Update(ready())); !slices.Contains(got, protocol.TypeOpen) {
		t.Fatalf("a new engine is asked for %v", got)
	}
	return s.Update(opened(s))
}

// going returns the request to go on with a run; nil if there is none.
func going(effects []Effect) *protocol.Request {
	for _, e := range effects {
		if g, ok := e.(GoOn); ok {
			return &g.Request
		}
	}
	return nil
}

// A run that its engine died in goes on in the next one, held if it was held.
func TestANewEngineGoesOnWithTheRun(t *testing.T) {
	for mode, kind := range map[Mode]string{Running: protocol.TypeRun, Paused: protocol.TypeStep} {
		s := underWay(t)
		if mode == Paused {
			s.Update(Press{KeyRun})
		}
		s.Update(Lost{fault.Of(errors.New("panic: no more memory"))})
		if v := s.Verdict(); !strings.Contains(v.Why, "run is kept") || !strings.Contains(v.Way.Start,
			"go on") {
			t.Errorf("says %+v", v)
		}
		if note := s.Scene().LaneList(s.Words)[0].Note; !strings.Contains(note, "once it goes on") {
			t.Errorf("the lane says %q", note)
		}
		sp := s.Run.Spec
		effects := afresh(t, s)
		r := going(effects)
		if r == nil || r.Type != kind || !form.Same(*r.Spec, sp) || s.Control.Mode != mode ||
			slices.Contains(effects, Effect(Forget{})) {
			t.Fatalf("mode %d, effects %+v", s.Control.Mode, effects)
		}
		if s.Run.Over || s.Run.Died || len(s.Run.Runs) != 0 || len(s.Run.Live) != 1 {
			t.Errorf("the run is %+v", s.Run)
		}
		s.Update(happened(stepOf(look.Cosine, 7))) // the checkpoint is that of the step before
		track := s.Run.Live[0]
		if n := len(track.Trace); n != 7 || track.Trace[6].Epoch != 7.0/4 || len(track.Epochs) != 1 {
			t.Errorf("%d steps, %d epochs: %+v", n, len(track.Epochs), track.Trace)
		}
		reported(t, restarted(s), map[string][]float64{look.Alone: {1, 1, 1}, look.Cosine: {1, 1, 1},
			look.MSE: {1, 1, 1}})
		s.Update(Lost{fault.Of(errors.New("panic: no more memory"))})
		if again := going(afresh(t, s)); again != nil {
			t.Errorf("a finished run is gone on with: %+v", again)
		}
	}
}

func TestAResumedRunSaysSo(t *testing.T) {
	s := underWay(t)
	s.Update(Lost{fault.Of(errors.New("panic: no more memory"))})
	afresh(t, s)
	complete(s, map[string][]float64{look.Alone: {1, 1, 1}, look.Cosine: {1, 1, 1}, look.MSE: {1, 1, 1}})
	if got := s.Verdict().Note; !strings.Contains(got, "a new one went on") {
		t.Errorf("provenance %q", got)
	}
}

// Checkpoints belong to one experiment: with other settings, and for a run that was to stop, a new engine
// begins nothing.
func TestANewEngineDoesNotGoOnWithAnotherExperiment(t *testing.T) {
	s := underWay(t)
	s.Update(Lost{fault.Of(errors.New("panic: no more memory"))})
	s.Update(Set{"train.epochs", "3"})
	if got := going(afresh(t, s)); got != nil || s.Control.Mode != Idle {
		t.Errorf("mode %d, goes on with %+v", s.Control.Mode, got)
	}
	if got := s.Update(Press{KeyRun}); !slices.Contains(got, Effect(Forget{})) {
		t.Errorf("the checkpoints of the run before stay: %+v", got)
	}
	for _, presses := range [][]Message{{Press{KeyStop},
		Lost{fault.Of(errors.New("panic: no more memory"))}},
		{Lost{fault.Of(errors.New("panic: no more memory"))}, Press{KeyReset}, Press{KeyReset}}} {
		s = underWay(t)
		for _, p := range presses {
			s.Update(p)
		}
		if v := s.Verdict(); v.Way == nil || v.Way.Start == "" {
			t.Errorf("after %v there is no way to start the engine again: %+v", presses, v)
		}
		if got := going(afresh(t, s)); got != nil || s.Control.Mode != Idle {
			t.Errorf("after %v: mode %d, goes on with %+v", presses, s.Control.Mode, got)
		}
	}
}

// A run that a person has stopped goes on where it was: with the same settings, and no others. Reset lets it begin anew.
func TestAStoppedRunGoesOn(t *testing.T) {
	for _, kind := range []struct {
		key  Key
		send string
	}{{KeyRun, protocol.TypeRun}, {KeyStep, protocol.TypeStep}} {
		s := underWay(t)
		s.Update(Press{KeyStop})
		if got := s.Update(confirmed(protocol.StateIdle)); slices.Contains(got, Effect(Forget{})) {
			t.Fatalf("the checkpoints are dropped: %+v", got)
		}
		if b := s.Bar(); b.Run != "Continue" || b.Status[1] != s.Words.Say("status-goes-on") {
			t.Errorf("the bar says %q, %q", b.Run, b.Status)
		}
		s.Update(Set{"train.epochs", "3"})
		if b := s.Bar(); b.Run != "Train again" {
			t.Errorf("with other settings the button says %q", b.Run)
		}
		s.Update(Set{"train.epochs", "6"})
		effects := s.Update(Press{kind.key})
		if r := going(effects); r == nil || r.Type != kind.send || slices.Contains(effects, Effect(Forget{})) {
			t.Fatalf("it begins anew: %+v", effects)
		}
		if s.Run.Over || s.Run.Resumed || s.Run.Stopped || len(s.Run.Live) != 1 {
			t.Errorf("the run is %+v", s.Run)
		}
	}
	s := underWay(t)
	s.Update(Press{KeyStop})
	s.Update(confirmed(protocol.StateIdle))
	s.Update(Set{"train.epochs", "3"})
	if got := s.Update(Press{KeyRun}); going(got) != nil || !slices.Contains(got, Effect(Forget{})) {
		t.Errorf("another experiment goes on with the checkpoints: %+v", got)
	}
}

func TestCheckpointsAreForgottenWhenARunIsOver(t *testing.T) {
	s := underWay(t)
	if got := s.Update(confirmed(protocol.StateIdle)); !slices.Contains(got, Effect(Forget{})) {
		t.Errorf("effects %+v", got)
	}
}

// An engine that dies takes the charts along; what the page was told of finished runs stays, and there is a
// way on.
func TestLostEngineLeavesTheResultsAndCanBeStartedAgain(t *testing.T) {
	s := restarted(underWay(t))
	s.Update(Lost{fault.Of(errors.New("panic: no more memory"))})
	v := s.Verdict()
	if s.Control.Mode != Dead || v.Tag != "Engine not running" ||
		v.Claim != "The engine has stopped: panic: no more memory." || v.Way == nil || v.Way.Start == "" {
		t.Errorf("mode %d, says %+v", s.Control.Mode, v)
	}
	if !strings.Contains(v.Why, "finished runs stay") || s.Bar().CanRun {
		t.Errorf("says %q, can run: %v", v.Why, s.Bar().CanRun)
	}
	effects := afresh(t, s)
	if !slices.Contains(sent(effects), protocol.TypeView) {
		t.Errorf("after the series: %v", sent(effects))
	}
	for _, e := range effects {
		if p := e.(Post); p.Request.View != nil && slices.ContainsFunc(p.Request.View.Lines,
			func(l protocol.Line) bool { return l.Arm != "" }) {
			t.Errorf("the new engine is asked for lines of a run that it does not know: %+v",
				p.Request.View.Lines)
		}
	}
	if note := s.Scene().LaneList(s.Words)[0].Note; !strings.Contains(note, "train again") {
		t.Errorf("the lane says %q", note)
	}
	if got := s.Table().Rows[0].Cells[0].Value; got != "31.0" {
		t.Errorf("the finished run shows %s", got)
	}
	if got := s.Verdict().Note; !strings.Contains(got, "engine") || !s.Bar().CanRun {
		t.Errorf("provenance %q, can run: %v", got, s.Bar().CanRun)
	}
	reported(t, s, map[string][]float64{look.Alone: {1, 1, 1}, look.Cosine: {1, 1, 1}, look.MSE: {1, 1, 1}})
	if s.Run.Died || s.Scene().LaneList(s.Words)[0].Run == nil {
		t.Error("the next run has no charts")
	}
}

// restarted ends the run of s.
func restarted(s *State) *State {
	s.Update(Press{KeyStop})
	s.Update(confirmed(protocol.StateIdle))
	return s
}

func TestRunControlAnswersAtOnce(t *testing.T) {
	s := idle(t)
	for _, c := range []struct {
		key  Key
		send string
		says string
		mode Mode
	}{
		{KeyRun, protocol.TypeRun, "Pause", Running},
		{KeyRun, protocol.TypePause, "Continue", Paused},
		{KeyStep, protocol.TypeStep, "Continue", Paused},
		{KeyRun, protocol.TypeContinue, "Pause", Running},
		{KeyStep, protocol.TypeStep, "Continue", Paused},
		{KeyStop, protocol.TypeStop, "Continue", Stopping},
	} {
		effects := s.Update(Press{c.key})
		if !slices.Contains(sent(effects), c.send) || s.Control.Mode != c.mode || s.Bar().Run != c.says {
			t.Errorf("key %d sends %v, mode %d, says %q; want %s, %d, %q", c.key, sent(effects),
				s.Control.Mode, s.Bar().Run, c.send, c.mode, c.says)
		}
	}
	if s.Update(Press{KeyRun}) != nil || s.Update(Press{KeyStop}) != nil {
		t.Error("keys do something while the worker stops")
	}
	s.Update(confirmed(protocol.StateRunning))
	if s.Control.Mode != Stopping {
		t.Error("a late confirmation took the stop back")
	}
	s.Update(confirmed(protocol.StateIdle))
	if !s.Bar().CanRun {
		t.Error("cannot train again")
	}
}

func TestLateConfirmationDoesNotTakeThePauseBack(t *testing.T) {
	s := idle(t)
	s.Update(Press{KeyRun})
	run := s.requests.last
	s.Update(Press{KeyRun})
	late := confirmed(protocol.StateRunning)
	late.ID = run
	s.Update(late)
	if s.Control.Mode != Paused {
		t.Errorf("mode %d, want paused", s.Control.Mode)
	}
}

func TestStepFromIdleStartsPaused(t *testing.T) {
	s := idle(t)
	if got := sent(s.Update(Press{KeyStep})); !slices.Contains(got, protocol.TypeStep) ||
		s.Control.Mode != Paused {
		t.Errorf("sends %v in mode %d", got, s.Control.Mode)
	}
}

func TestRecipeIsLockedWhileTraining(t *testing.T) {
	s := idle(t)
	s.Update(Press{KeyRun})
	before := s.Hash()
	for _, msg := range []Message{Set{"train.epochs", "2"}, Toggle{look.MSE}, Choose{"smd/machine-1-2"},
		dropped(1, "a.csv")} {
		if s.Update(msg) != nil || s.Hash() != before {
			t.Errorf("%#v changed the experiment", msg)
		}
	}
}

func TestResetAsksOnlyIfATrainedRunWouldBeLost(t *testing.T) {
	s := idle(t)
	if s.Update(Press{KeyReset}) != nil {
		t.Error("reset does something without a run")
	}
	reported(t, s, map[string][]float64{look.Alone: {1, 1, 1}, look.Cosine: {1, 1, 1}, look.MSE: {1, 1, 1}})
	if got := sent(s.Update(Press{KeyReset})); got != nil || !s.Control.Ask {
		t.Errorf("sends %v without asking", got)
	}
	s.Update(Press{KeyStop})
	if s.Control.Ask {
		t.Error("Esc does not take the question back")
	}
	s.Update(Press{KeyReset})
	if got := sent(s.Update(Press{KeyReset})); !slices.Contains(got, protocol.TypeReset) || s.Run != nil {
		t.Errorf("sends %v", got)
	}
}

func TestFailedFileKeepsTheSeriesBefore(t *testing.T) {
	s := idle(t)
	before := s.Form.Spec.Data
	effects := s.Update(dropped(1, "pump-house.csv"))
	post := effects[0].(Post)
	if post.Request.Data.Source != "file/pump-house.csv" || !slices.Equal(post.Request.Files,
		[]string{"pump-house.csv"}) {
		t.Errorf("asks for %+v", post.Request)
	}
	answer := failed("data", post.Request.ID, "pump-house.csv:1288: 37 values, want 38")
	answer.Error.Line, answer.Error.First, answer.Error.Around = 1288, 1287, []string{"1,2", "3,x", "4,5"}
	answer.Error.Place = 2
	s.Update(answer)
	v := s.SheetView()
	if len(v.Lines) != 3 || v.Lines[0].Wrong || !v.Lines[1].Wrong || v.Lines[1].Number != 1288 ||
		v.Lines[1].Before != "3," || v.Lines[1].Cell != "x" || v.Lines[1].After != "" {
		t.Errorf("shows the lines %+v", v.Lines)
	}
	if v.Tag != "Not readable yet" || v.Claim != "pump-house.csv:1288: 37 values, want 38." || v.CanUse {
		t.Errorf("says %+v", v)
	}
	if s.Update(Use{}) != nil || s.Sheet == nil || !form.Same(s.Form.Spec.Data, before) || !s.Bar().CanRun {
		t.Error("the series before is gone")
	}
	if got := sent(s.Update(LeaveSheet{})); !slices.Equal(got, []string{protocol.TypeLeave}) || s.Sheet != nil ||
		s.Form.Group != form.GroupBuiltin {
		t.Errorf("leaving sends %v", got)
	}
}

func TestSettingThatTheSeriesDoesNotAllowSaysSoBesideIt(t *testing.T) {
	s := idle(t)
	effects := s.Update(Set{"data.window", "900"})
	s.Update(failed("data", effects[0].(Post).Request.ID,
		"data.window: 900, want at most the 800 test steps"))
	if s.Wrong != nil || why(s, "data.window") == "" || s.Form.Spec.Data.Window != 50 {
		t.Errorf("window %d, %q, %+v", s.Form.Spec.Data.Window, why(s, "data.window"), s.Wrong)
	}
}

// What the engine has opened last is shown: charts are drawn from it. A series that comes although another
// was asked for since is what there is to go back to when that fails.
func TestTheSeriesThatIsOpenIsShown(t *testing.T) {
	s := idle(t)
	first := s.Update(Choose{"smd/machine-1-2"})[0].(Post).Request.ID
	taken(s, 1, "a.csv")
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeData, ID: first, Summary: summary()}})
	if s.Form.Open == nil || s.Form.Spec.Data.Source != "smd/machine-1-2" || s.Ready() {
		t.Errorf("reads %+v, shows %s", s.Form.Open, s.Form.Spec.Data.Source)
	}
	s.Update(failed("data", s.Form.Open.ID, "a.csv:2"))
	if s.Sheet == nil || s.Sheet.Wrong == nil {
		t.Error("the sheet does not say why its file cannot be used")
	}
	if s.Update(LeaveSheet{}); s.Form.Spec.Data.Source != "smd/machine-1-2" || !s.Ready() {
		t.Errorf("shows %s", s.Form.Spec.Data.Source)
	}
	first = s.Update(Choose{"builtin/server"})[0].(Post).Request.ID
	s.Update(Choose{"builtin/pool"})
	if s.Update(opened(s)); s.Form.Spec.Data.Source != "builtin/pool" {
		t.Errorf("the newest answer was not taken: %s", s.Form.Spec.Data.Source)
	}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeData, ID: first, Summary: summary()}})
	if s.Form.Spec.Data.Source != "builtin/pool" {
		t.Errorf("an answer that nobody waits for was taken")
	}
}

// What charts ask while there is no engine is asked again of the next.
func TestChartsAskTheNextEngine(t *testing.T) {
	s := idle(t)
	s.Update(Resize{Width: 800})
	s.Update(Lost{fault.Of(errors.New("panic"))})
	s.Update(Zoom{Span: steps.Range{From: 10, To: 60}})
	s.Update(Restart{})
	s.Update(ready())
	if got := sent(s.Update(opened(s))); !slices.Contains(got, protocol.TypeView) {
		t.Errorf("asks for %v, want a view", got)
	}
}

func TestUnreadableLinkGivesTheDefaultAndSaysSo(t *testing.T) {
	s, _ := New(words.English(), "#spec=(version:1,evil:1)", 0)
	s.Update(ready())
	s.Update(opened(s))
	v := s.Verdict()
	if v.Tag != "Link not read" || !strings.Contains(v.Claim, "evil") ||
		!form.Same(s.Form.Spec, spec.Default()) {
		t.Errorf("%+v", v)
	}
	s.Update(Set{"train.epochs", "2"})
	if s.Wrong != nil {
		t.Error("the message stays after the experiment was set by hand")
	}
}

func TestLinkToAFileAsksForIt(t *testing.T) {
	sp := spec.Default()
	sp.Data.Source = "file/pump-house.csv"
	s, _ := New(words.English(), link.Link{Spec: sp}.Hash(), 0)
	if effects := s.Update(ready()); len(sent(effects)) != 0 {
		t.Errorf("asks the worker for a file that the page does not hold: %v", effects)
	}
	if sub := s.Recipe().Sub; len(sub) == 0 || !strings.Contains(sub[0], "pump-house.csv") || s.Bar().CanRun {
		t.Errorf("says %q", sub)
	}
}

func TestChangesReachTheAddress(t *testing.T) {
	s := idle(t)
	effects := s.Update(Set{"train.epochs", "7"})
	if !slices.Contains(effects, Effect(SetHash{s.Hash()})) || !strings.Contains(s.Hash(), "epochs:7") {
		t.Errorf("effects %v", effects)
	}
	if effects := s.Update(Cursor{7}); effects != nil {
		t.Errorf("moving the cursor does %v", effects)
	}
}

func TestNoNumberStandsWithoutItsCompEffect(t *testing.T) {
	s := idle(t)
	flat := []float64{0.1, 0.1, 0.1}
	reported(t, s, map[string][]float64{look.Alone: {0.3, 0.31, 0.32}, look.Cosine: {0.3, 0.31, 0.32},
		look.MSE: {0.3, 0.31, 0.32}, look.Untrained: flat, look.Random: flat})
	table := s.Table()
	flattering := false
	for i, c := range table.Columns {
		if flattering && !c.Flattering {
			t.Errorf("%s is honest but stands behind a flattering metric", c.Title)
		}
		flattering = c.Flattering
		for _, r := range table.Rows {
			cell := r.Cells[i]
			if cell.Value == "–" {
				continue
			}
			if cell.Company == "" || c.Chance == "–" || c.Untrained == "–" {
				t.Errorf("%s of %s: %s with spread %q, chance %s, untrained %s", c.Title, r.Text, cell.Value,
					cell.Company, c.Chance, c.Untrained)
			}
			if !c.ChanceAt.Known || len(cell.Marks) != 3 || !cell.Mean.Known {
				t.Errorf("%s of %s: chance at %v, seeds at %v, mean at %v", c.Title, r.Text, c.ChanceAt,
					cell.Marks, cell.Mean)
			}
		}
	}
	if table.Columns[0].Title != "AP" || table.Rows[1].Cells[0].Value != "31.0" ||
		table.Rows[1].Cells[0].Company != "± 1.0" {
		t.Errorf("first column %s, + cosine %+v", table.Columns[0].Title, table.Rows[1].Cells[0])
	}
}

func TestLearningFollowsTheTraining(t *testing.T) {
	s := idle(t)
	s.Update(Press{KeyRun})
	for step := 1; step <= 5000; step++ {
		s.Update(happened(spec.Event{Phase: spec.PhaseStudent, Arm: look.Cosine, Seed: 1, Runs: 12,
			Epoch: 1 + step/1001, Epochs: 6, Step: step, Steps: 6000,
			Losses: []spec.Part{{Name: "total", Value: 2 / float64(step)}, {Name: "discrepancy", Value: -1}},
			StepMs: 12.4, GradNorm: 0.84}))
	}
	l := s.Learning()
	if l.Sub != "12 ms/step · ‖g‖ 0.84" {
		t.Errorf("sub %q", l.Sub)
	}
	loss := l.Plots[0]
	if len(s.Run.Live[0].Trace) > results.MaxTrace || len(loss.Curves) != 2 ||
		loss.Curves[0].Kind != results.KindTotal {
		t.Fatalf("%d samples, curves %+v", len(s.Run.Live[0].Trace), loss.Curves)
	}
	c := loss.Curves[0]
	if n := len(c.X); n != len(c.Y) || !slices.IsSorted(c.X) || c.X[n-1] < 4.9 || c.X[n-1] > 5 ||
		loss.Epochs != 6 {
		t.Errorf("%d and %d values to epoch %v of %d, want up to 5 of 6", n, len(c.Y), c.X[n-1], loss.Epochs)
	}
}

func TestOnlyOneViewIsUnderWay(t *testing.T) {
	s := idle(t)
	first := s.Update(Resize{800})
	if got := sent(first); len(got) != 2 { // lanes and overview
		t.Fatalf("asks %v", got)
	}
	for i := range 10 {
		if got := sent(s.Update(Zoom{steps.Range{From: i, To: 1000 + i}})); got != nil {
			t.Fatalf("asks %v before the answer", got)
		}
	}
	view := *first[0].(Post).Request.View
	effects := s.Update(Answer{Response: protocol.Response{Type: protocol.TypeSeries,
		ID:     first[0].(Post).Request.ID,
		Series: &protocol.Series{View: view, Rows: 5000}}, Buckets: make([]float32, 3*800*len(view.Lines))})
	if len(effects) != 1 || effects[0].(Post).Request.View.From != 9 {
		t.Errorf("after the answer asks %+v, want the last zoom only", effects)
	}
	if s.Stack.Lanes.Values(protocol.Line{Kind: protocol.LineInput, Channel: 7}) == nil {
		t.Error("the answer is not there")
	}
}

func TestChannelsOfTheStack(t *testing.T) {
	s := idle(t)
	if got := s.Scene().Shown(); !slices.Equal(got, []int{0, 7}) {
		t.Errorf("shows %v, want the channel of the anomaly and the first", got)
	}
	s.Update(Show{"5, 12"}) // people count from 1
	if got := s.Scene().Shown(); !slices.Equal(got, []int{4, 11}) {
		t.Errorf("shows %v", got)
	}
	for _, text := range []string{"13", "1,2,3", "x", "0"} {
		s.Update(Show{text})
		if got := s.Scene().Shown(); !slices.Equal(got, []int{4, 11}) || s.Stack.Refused == nil {
			t.Errorf("%q: shows %v, says %q", text, got, s.Stack.Refused)
		}
	}
}
