package session

import (
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
)

// A run that was made with the page stands where those stand that were trained here, until one is.
func TestARecordedRunIsSeenAndJudgedUntilOneIsTrained(t *testing.T) {
	p := opened(t)
	sp := small()
	p.run(protocol.TypeRun, sp)
	done, _ := p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	score := protocol.Line{Kind: protocol.LineScore, Arm: "alone", Seed: 1}
	run := done.Report.Arms[1].Runs[0]
	text, err := recorded.Pack(*done.Report, nil, []recorded.Line{recorded.Shared(score, 1, len(run.Scores),
		func(t int) float64 { return run.Scores[t] }, false)}, 6)
	if err != nil {
		t.Fatal(err)
	}

	p = opened(t)
	p.post(protocol.Request{Type: protocol.TypeRecorded, Recorded: text})
	view := protocol.View{Range: steps.Range{To: 43}, Width: 43, Lines: []protocol.Line{score,
		{Kind: protocol.LineInput, Channel: 1}, {Kind: protocol.LineStudent, Arm: "alone", Seed: 1}}}
	got := p.view(view)
	if top := float64(got[3*spike+1]); top < 0.999*run.Scores[spike] || top > 1.001*run.Scores[spike] {
		t.Errorf("the score of the spike is %v, want %v", top, run.Scores[spike])
	}
	if input := got[3*(43+spike)+1]; input < 900 {
		t.Errorf("the input, which the engine has itself, is %v at the spike", input)
	}
	if x := got[3*2*43]; x == x {
		t.Errorf("an output that was not recorded is %v", x)
	}
	threshold := 0.9 * run.Scores[spike]
	p.post(protocol.Request{Type: protocol.TypeJudge, Judge: &protocol.Judge{Arm: "alone", Seed: 1, Threshold: &threshold}})
	judged, _ := p.wait(protocol.TypeJudged)
	if r := judged.Runs[0]; !slices.Equal(r.Alarms, []steps.Range{{From: spike, To: spike + 1}}) || r.Of("f1").Value != 1 {
		t.Errorf("below the spike: alarms %v, F1 %v", r.Alarms, r.Of("f1").Value)
	}

	// More seeds are no reason to keep it: other machines may have other bits.
	sp.Seeds = []uint64{1, 2}
	p.run(protocol.TypeRun, sp)
	again, _ := p.wait(protocol.TypeReport)
	if n := len(again.Report.Arms[1].Runs); n != 2 || again.Report.Arms[1].Runs[0].StepMs == 0 {
		t.Errorf("%d runs, of which the first was not trained here", n)
	}
	p.state(protocol.StateIdle)
	p.post(protocol.Request{Type: protocol.TypeRecorded, Recorded: text})
	if x := p.view(view)[3*2*43]; x != x {
		t.Error("the recorded run has taken the place of one that was trained")
	}
}

func TestARecordedRunThatCannotBeReadIsRefused(t *testing.T) {
	p := opened(t)
	p.fails(p.post(protocol.Request{Type: protocol.TypeRecorded}), "view", "", "cannot be read")
	p.fails(p.post(protocol.Request{Type: protocol.TypeRecorded, Recorded: []byte(`{"metrics": ["f1"], "measured": "",
		"report": {"arms": [{"arm": {"name": "alone"}, "runs": [{}]}]}}`)}), "view", "", "no f1 of run 0")
}
