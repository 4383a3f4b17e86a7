package session

import (
	"encoding/json"
	"slices"
	"testing"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// plan asks what of an experiment is kept.
func (p *page) plan(s spec.Spec) protocol.Response {
	p.t.Helper()
	id := p.post(protocol.Request{Type: protocol.TypePlan, Spec: &s})
	m, _ := p.wait(protocol.TypePlanned)
	if m.ID != id {
		p.t.Fatalf("an answer to %d, want one to %d", m.ID, id)
	}
	if err := m.Response.Check(); err != nil {
		p.t.Fatal(err)
	}
	return m.Response
}

// report runs an experiment to its end, and returns its report with what was trained.
func (p *page) report(s spec.Spec) (report spec.Report, trained map[protocol.Of]bool) {
	p.t.Helper()
	p.run(protocol.TypeRun, s)
	_, before := p.state(protocol.StateIdle)
	trained = map[protocol.Of]bool{}
	for _, m := range before {
		if m.Type == protocol.TypeReport {
			report = *m.Report
		}
		if m.Type != protocol.TypeEvent {
			continue
		}
		for _, e := range append(m.Before, *m.Event) {
			if e.EpochDone != nil {
				trained[protocol.Of{Arm: e.Arm, Seed: e.Seed}] = true
			}
		}
	}
	return report, trained
}

func plain(t *testing.T, r spec.Report) string {
	t.Helper()
	text, err := json.Marshal(r.WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Changing a weight trains the arm that has it alone; going back brings the earlier report, and views, judgements
// and detectors are about it again.
func TestGoingBackBringsTheEarlierResult(t *testing.T) {
	p := opened(t)
	first := small()
	first.Arms = append(first.Arms, spec.Arm{Name: "cosine", Objective: spec.Objective{
		Kind: spec.ObjectiveCosine, Weight: 0.5, Axis: spec.AxisChannel, Schedule: spec.WeightConstant}})
	first.Seeds = []uint64{1, 2}
	if r := p.plan(first); len(r.Planned.Kept) > 0 || r.Report != nil {
		t.Fatalf("before any run there is %+v", r.Planned)
	}
	earlier, trained := p.report(first)
	if len(trained) != 6 {
		t.Fatalf("trained %v", trained)
	}
	second := first
	second.Arms = slices.Clone(first.Arms)
	second.Arms[2].Objective.Weight = 3
	if r := p.plan(second); len(r.Planned.Kept) != 4 || r.Report != nil {
		t.Fatalf("of another weight is kept %+v", r.Planned)
	}
	later, trained := p.report(second)
	if len(trained) != 2 || !trained[protocol.Of{Arm: "cosine", Seed: 1}] {
		t.Errorf("another weight trained %v", trained)
	}
	scores := func() float32 {
		line := protocol.Line{Kind: protocol.LineScore, Arm: "cosine", Seed: 1}
		return p.means(line)[0][spike]
	}
	now := scores()
	r := p.plan(first)
	if r.Report == nil || plain(t, *r.Report) != plain(t, earlier) {
		t.Fatalf("the earlier report does not come back: %+v", r.Planned)
	}
	if took := r.Report.Seconds; took < earlier.Seconds/20 {
		t.Errorf("what took %v s is said to have taken %v", earlier.Seconds, took)
	}
	if scores() == now {
		t.Error("charts still show the later run")
	}
	if d, err := p.session.detectorOf(&protocol.Of{Arm: "cosine", Seed: 2}); err != nil ||
		d.Arm().Objective.Weight != 0.5 {
		t.Errorf("the detector is %+v, error %v", d, err)
	}
	// By another detection it comes as it was, to be judged anew.
	other := second
	other.Detect.Threshold.Percent = 80
	if r = p.plan(other); r.Report == nil || plain(t, *r.Report) != plain(t, later) {
		t.Fatalf("by another threshold: %+v", r.Planned)
	}
	d := other.Detect
	p.post(protocol.Request{Type: protocol.TypeRejudge, Detect: &d})
	anew, _ := p.wait(protocol.TypeRejudged)
	fresh, trained := p.report(other)
	if len(trained) > 0 || plain(t, *anew.Report) != plain(t, fresh) {
		t.Errorf("judged anew is not what a run gives, which trained %v", trained)
	}
	p.post(protocol.Request{Type: protocol.TypeReset})
	p.state(protocol.StateIdle)
	if r = p.plan(first); len(r.Planned.Kept) > 0 || r.Report != nil {
		t.Errorf("after a reset there is %+v", r.Planned)
	}
}

// A plan about what goes on, or about another series, keeps nothing and changes nothing.
func TestAPlanDisturbsNoRun(t *testing.T) {
	p := opened(t)
	p.report(small())
	p.run(protocol.TypeRun, endless())
	p.trains()
	if r := p.plan(small()); r.Report != nil || len(r.Planned.Kept) > 0 {
		t.Errorf("during a run: %+v", r.Planned)
	}
	p.post(protocol.Request{Type: protocol.TypeStop})
	p.state(protocol.StateIdle)
	other := small()
	other.Data.Window = 4
	if r := p.plan(other); r.Report != nil || len(r.Planned.Kept) > 0 {
		t.Errorf("of another cut: %+v", r.Planned)
	}
	if r := p.plan(small()); r.Report == nil {
		t.Error("of the experiment before: no report")
	}
}
