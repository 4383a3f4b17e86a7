package session

import (
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

func TestIntervalsOverTheDataAreDrawnFromTheScoresThatAreKept(t *testing.T) {
	p := opened(t)
	p.fails(p.post(protocol.Request{Type: protocol.TypeResample, Draws: 5}), "view", "", "scores and labels")
	s := small()
	s.Data = spec.Data{Source: "builtin/server", Seed: 1, Channels: []int{0, 1}, Train: steps.Range{To: 200},
		Test: steps.Range{To: 1000}, Scaling: spec.ScalingStandard, Window: 10, Stride: 10}
	p.run(protocol.TypeRun, s)
	report, _ := p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	id := p.post(protocol.Request{Type: protocol.TypeResample, Draws: 20})
	m, _ := p.wait(protocol.TypeOverData)
	r := *report.Report
	r.OverData = m.OverData
	if m.ID != id || m.OverData.Draws != 20 || r.Check() != nil ||
		!m.OverData.Of(spec.DefaultHeadline, r.Arms[0].Arm.Name, "").Low.Defined() {
		t.Errorf("%+v, %v", m.OverData, r.Check())
	}
	p.fails(p.post(protocol.Request{Type: protocol.TypeResample, Draws: spec.MaxDraws + 1}), "view", "", "scores")
}
