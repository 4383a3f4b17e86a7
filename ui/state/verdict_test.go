package state

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// found is a page on which an experiment with these average precisions has ended. alone is also what MSE has;
// arms without values are left out.
func found(t *testing.T, looked []int, ap map[string][]float64) *State {
	t.Helper()
	return foundOn(t, nil, looked, ap)
}

// foundOn is the same after a change of the data.
func foundOn(t *testing.T, change func(*spec.DataSummary), looked []int, ap map[string][]float64) *State {
	t.Helper()
	s := idle(t)
	if change != nil {
		change(s.Form.Data)
	}
	n := len(ap[look.Alone])
	sp := &s.Form.Spec
	sp.Seeds, sp.Looked = sp.Seeds[:n], looked
	for _, a := range spec.Default().Arms {
		has := func(b spec.Arm) bool { return a.Name == b.Name }
		if len(ap[a.Name]) > 0 && !slices.ContainsFunc(sp.Arms, has) {
			sp.Arms = append(sp.Arms, a)
		}
	}
	flat := slices.Repeat([]float64{0.1}, n)
	all := map[string][]float64{look.MSE: ap[look.Alone], look.Untrained: flat, look.Random: flat}
	maps.Copy(all, ap)
	reported(t, s, all)
	return s
}

func TestTheVerdictsMetricIsSetBeforeTraining(t *testing.T) {
	s := idle(t)
	s.Update(Set{"headline", "f1"})
	if s.Form.Spec.JudgedBy().Name != "f1" {
		t.Fatalf("the verdict is about %q", s.Form.Spec.Headline)
	}
	s.Update(Set{"headline", "pa_f1"})
	s.Update(Press{KeyRun})
	s.Update(Set{"headline", spec.DefaultHeadline})
	if got := s.Form.Spec.JudgedBy().Name; got != "f1" {
		t.Errorf("while training, or by a flattering metric: %q", got)
	}
	if c := s.Table().Columns[0]; c.Title != "F1" {
		t.Errorf("the first column is %q", c.Title)
	}
}

func TestResultsAreValuesOrGainsWithIntervals(t *testing.T) {
	s := found(t, nil, map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371},
		spec.ArmPCA: {0.3}})
	if note := s.Verdict().Note; !strings.Contains(note, "verdict by AP, named before training") {
		t.Errorf("the note says %q, not by which metric and since when", note)
	}
	values := s.Table()
	s.Update(Cells{Gain: true})
	gains := s.Table()
	if !gains.Gain || values.Gain || len(gains.Rows) != len(values.Rows)-1 || gains.Rows[0].Name != look.Cosine {
		t.Fatalf("rows %+v", gains.Rows)
	}
	c := gains.Rows[0].Cells[0]
	if c.Value != "+4.1" || c.Company != "4.0 to 4.3" || !c.Shown || !c.Low.Known || len(c.Marks) != 3 {
		t.Errorf("cosine: %+v", c)
	}
	head := gains.Columns[0]
	if !head.Judged || gains.Columns[1].Judged || head.To != "to student alone" {
		t.Errorf("the first column is %+v", head)
	}
	for _, row := range gains.Rows {
		if row.Kind == spec.ArmPCA && (row.Cells[0].Value != "−2.0" || row.Cells[0].Shown) {
			t.Errorf("PCA: %+v", row.Cells[0])
		}
	}
	if !strings.Contains(gains.Legend, "95 % interval") || !strings.HasPrefix(gains.Foot, "Differences") {
		t.Errorf("%q %q", gains.Foot, gains.Legend)
	}
	s.Update(Cells{})
	if s.Table().Gain {
		t.Error("values do not come back")
	}
}

func TestSeedsAreAddedToTheExperimentThatHasEnded(t *testing.T) {
	ap := map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371}}
	s := found(t, nil, ap)
	if got, want := s.Verdict().More, "Add 10 seeds, 6 min 13 s"; got != want {
		t.Errorf("offers %q, want %q", got, want)
	}
	effects := s.Update(AddSeeds{})
	request := posted(effects, protocol.TypeRun)
	if request == nil || !slices.Equal(request.Spec.Looked, []int{3}) || len(request.Spec.Seeds) != 13 {
		t.Fatalf("asks for %+v", request)
	}
	if s.Run.Over || len(s.Run.Runs) == 0 || s.Run.Spec.Planned() != 3 {
		t.Errorf("the runs before are gone: %+v", s.Run)
	}
	if s.Verdict().More != "" || s.Update(AddSeeds{}) != nil {
		t.Error("seeds can be added while it trains")
	}
}

func TestSeedsThatAreTypedBehindOthersCountAsAddedAfterALook(t *testing.T) {
	s := found(t, nil, map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371}})
	s.Update(Set{"seeds", "5"})
	if got := s.Form.Spec.Looked; !slices.Equal(got, []int{3}) {
		t.Errorf("more seeds: looked at %v", got)
	}
	s.Update(Set{"seeds", "7, 8, 9, 10"})
	if got := s.Form.Spec.Looked; got != nil {
		t.Errorf("other seeds: looked at %v", got)
	}
}

// posted is the request of this type among effects; nil if there is none.
func posted(effects []Effect, kind string) *protocol.Request {
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.Type == kind {
			return &p.Request
		}
	}
	return nil
}
