package state

import (
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// followed is a page whose experiment was scored after each of three epochs: + cosine gains 10, 5 and 0 points.
func followed(t *testing.T) *State {
	s := idle(t)
	sp := s.Form.Spec
	sp.Evaluate = spec.EvaluateEachEpoch
	s, _ = New(words.English(), link.Link{Spec: sp}.Hash(), 0)
	r := spec.Report{Version: 1, Spec: sp, Data: spec.DataSummary{Labelled: true, Anomalous: 1}}
	for _, a := range sp.Arms {
		arm := spec.ArmReport{Arm: a}
		for i, seed := range sp.Seeds {
			run := spec.Run{Arm: a.Name, Seed: seed}
			for e := range 3 {
				v := 0.3 + 0.01*float64(i*i) + 0.001*float64(i*e)
				if a.Kind() == look.Cosine {
					v += 0.1 - 0.05*float64(e) + 0.002*float64(i)
				}
				run.Epochs = append(run.Epochs, spec.Epoch{Epoch: e + 1, Seconds: 2,
					Test: []spec.Measure{{Name: spec.DefaultHeadline, Value: metrics.Value(v), Chance: 0.1}}})
			}
			if a.Control != spec.ControlNone {
				run.Epochs = nil
			}
			arm.Runs = append(arm.Runs, run)
		}
		r.Arms = append(r.Arms, arm)
	}
	for _, seed := range sp.Seeds {
		r.Teachers = append(r.Teachers, spec.TeacherRun{Seed: seed, Seconds: 7})
	}
	s.Run = results.Begin(sp, r.Data)
	s.Run.Finish(&r)
	return s
}

func TestGainsByEpochSayWhenTheyCome(t *testing.T) {
	s := followed(t)
	if s.Learning().Epochs.Open {
		t.Error("gains are open before anybody asked")
	}
	s.Update(LookAt{results.EpochsShown})
	e := s.Learning().Epochs
	if len(e.Lines) != 3 || len(e.Rows) != 9 || e.Missing != "" || e.To != 3 || e.Unit != "epoch" {
		t.Fatalf("%d lines, %d rows, up to %v %s, %q", len(e.Lines), len(e.Rows), e.To, e.Unit, e.Missing)
	}
	for _, said := range []string{"+ cosine: after 1 epoch +10.2 (", ", after 3 +0.2 (", "For insight only"} {
		if !strings.Contains(e.Claim, said) {
			t.Errorf("%q does not say %q", e.Claim, said)
		}
	}
	cosine := e.Lines[1]
	if cosine.Kind != look.Cosine || !cosine.Marks[0].Excludes0 || e.Lines[0].Marks[0].Gain.Known {
		t.Errorf("lines %+v", e.Lines)
	}
	s.Update(LookAt{results.EpochsTimed})
	if e = s.Learning().Epochs; e.From != 0 || e.To < 6 || e.To > 6.001 ||
		e.Lines[1].Marks[1].X < 3.9 {
		t.Errorf("seconds from %v to %v: %+v", e.From, e.To, e.Lines[1].Marks)
	}
	s.Update(LookAt{results.EpochsWithTeacher})
	if e = s.Learning().Epochs; e.To < 13 || e.To > 13.001 || e.Lines[0].Marks[2].X > 6.001 {
		t.Errorf("with the teacher's time up to %v, alone %+v", e.To, e.Lines[0].Marks)
	}
	s.Update(LookAt{results.EpochsTable})
	if e = s.Learning().Epochs; !e.Table || e.Rows[3].Cells[1] != "2.0 + 7.0" {
		t.Errorf("table %v, row %v", e.Table, e.Rows[3])
	}
	s.Words = words.In("ko")
	if e = s.Learning().Epochs; strings.Contains(e.Claim, "{") || !strings.Contains(e.Claim, "에폭 1 뒤") {
		t.Errorf("in Korean: %s", e.Claim)
	}
}

func TestGainsByEpochSayWhyThereAreNone(t *testing.T) {
	s := idle(t)
	if e := s.Learning().Epochs; !strings.Contains(e.Missing, "at the end only") {
		t.Errorf("scored at the end: %q", e.Missing)
	}
	s.Update(Set{"evaluate", "each_epoch"})
	if e := s.Learning().Epochs; !strings.Contains(e.Missing, "first finished run") {
		t.Errorf("before any run: %q", e.Missing)
	}
}
