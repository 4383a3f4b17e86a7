package session

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// server is an experiment on a built-in set, with two seeds of two arms and a random score.
func server() spec.Spec {
	s := small()
	s.Data = spec.Data{Source: "builtin/server", Seed: 1, Channels: []int{0, 1}, Train: steps.Range{To: 200},
		Test: steps.Range{To: 1000}, Scaling: spec.ScalingStandard, Window: 10, Stride: 10}
	s.Seeds = []uint64{1, 2}
	return s
}

func ranTo(t *testing.T, s spec.Spec) (*page, spec.Report) {
	t.Helper()
	p := opened(t)
	p.run(protocol.TypeRun, s)
	m, _ := p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	return p, *m.Report
}

// A report that is judged by another policy is the one of a run with it, and what comes after goes by it.
func TestAPolicyThatChangedIsJudgedFromTheScoresThatAreKept(t *testing.T) {
	s := server()
	p, before := ranTo(t, s)
	s.Detect = spec.Detect{Score: spec.ScoreModel, Smoothing: 4, Merge: 3,
		Threshold: spec.Threshold{Policy: spec.PolicyMeanSigma, K: 1}}
	ask := func(d spec.Detect) spec.Report {
		id := p.post(protocol.Request{Type: protocol.TypeRejudge, Detect: &d})
		m, _ := p.wait(protocol.TypeRejudged)
		if m.ID != id || m.Report.Check() != nil {
			t.Fatalf("answer %d: %v", m.ID, m.Report.Check())
		}
		return *m.Report
	}
	_, want := ranTo(t, s)
	got := ask(s.Detect)
	if a, b := jsonOf(t, got.WithoutTimings()), jsonOf(t, want.WithoutTimings()); a != b {
		t.Errorf("judged %s\nrun %s", a, b)
	}
	d, err := p.session.detectorOf(&protocol.Of{Arm: "alone", Seed: 2})
	if err != nil || d.Start.Value != got.Arms[1].Runs[1].Threshold.Value {
		t.Errorf("the detector decides by %v, %v", d, err)
	}
	if got := ask(small().Detect); jsonOf(t, got.WithoutTimings()) != jsonOf(t, before.WithoutTimings()) {
		t.Error("the way back leads to another report")
	}
	// Even if the set was opened anew since, for whoever looks at it alone.
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &s.Data})
	p.wait(protocol.TypeData)
	if got := ask(s.Detect); jsonOf(t, got.WithoutTimings()) != jsonOf(t, want.WithoutTimings()) {
		t.Error("opened anew, another report")
	}
	grown := s.MoreSeeds(1)
	p.run(protocol.TypeRun, grown)
	m, events := p.wait(protocol.TypeReport)
	for _, e := range events {
		if e.Event != nil && e.Event.Finished != nil && e.Event.Finished.Seed < 3 {
			t.Errorf("%s, seed %d was trained again", e.Event.Finished.Arm, e.Event.Finished.Seed)
		}
	}
	if jsonOf(t, m.Report.Arms[1].Runs[0].Threshold) != jsonOf(t, got.Arms[1].Runs[0].Threshold) {
		t.Error("seeds that were added lost the new policy")
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatCannotBeJudgedSaysSo(t *testing.T) {
	p := opened(t)
	d := small().Detect
	p.fails(p.post(protocol.Request{Type: protocol.TypeRejudge, Detect: &d}), "rejudge", "", "nothing asked for")
	q, _ := ranTo(t, small())
	d.Score = spec.ScoreDisagreement
	q.fails(q.post(protocol.Request{Type: protocol.TypeRejudge, Detect: &d}), "rejudge", "", "train")
	d = small().Detect
	d.Threshold.Percent = -4
	q.fails(q.post(protocol.Request{Type: protocol.TypeRejudge, Detect: &d}), "spec", "detect.threshold.percent", "")
	q.run(protocol.TypeRun, endless())
	q.trains()
	d.Threshold.Percent = 90
	q.fails(q.post(protocol.Request{Type: protocol.TypeRejudge, Detect: &d}), "rejudge", "", "")
	q.post(protocol.Request{Type: protocol.TypeReset})
	q.state(protocol.StateIdle)
}

// All seeds of the arm are judged at the threshold, and a random score beside them at as many flagged steps.
func TestAnArmIsJudgedWithARandomScoreBesideIt(t *testing.T) {
	p, report := ranTo(t, server())
	run := report.Arms[1].Runs[0]
	scores := slices.Clone(run.Scores)
	slices.Sort(scores)
	threshold := scores[len(scores)-31]
	ask := func(j protocol.Judge) []spec.Run {
		p.post(protocol.Request{Type: protocol.TypeJudge, Judge: &j})
		m, _ := p.wait(protocol.TypeJudged)
		return m.Runs
	}
	j := protocol.Judge{Arm: "alone", Seed: 1, Threshold: &threshold, Rough: true, Shown: []string{"pa_f1", "f1"},
		Beside: &protocol.Of{Arm: "random", Seed: 1}}
	rough := ask(j)
	if len(rough) != 3 || rough[1].Seed != 2 || rough[2].Arm != "random" || len(rough[0].Metrics) != 2 ||
		flagged(rough[0].Alarms) != 30 || flagged(rough[2].Alarms) != 30 || rough[1].Alarms != nil {
		t.Fatalf("%+v", rough)
	}
	j.Rough = false
	exact := ask(j)
	for i, r := range exact {
		if len(r.Metrics) != len(metrics.All) || r.Of("f1").Value != rough[i].Of("f1").Value ||
			r.Threshold.Saw != spec.SawHand {
			t.Errorf("%s, seed %d: %+v", r.Arm, r.Seed, r.Threshold)
		}
	}
	if a, b := exact[0].Threshold.Value, exact[1].Threshold.Value; a != b {
		t.Errorf("seeds at %v and %v", a, b)
	}
	// One score up, ten down, both ends.
	j.Beside, j.Rough = nil, true
	for ranks, want := range map[int]float64{1: scores[len(scores)-30], -10: scores[len(scores)-41],
		math.MaxInt32: scores[len(scores)-1], math.MinInt32: scores[0]} {
		if j.Ranks = ranks; float64(ask(j)[0].Threshold.Value) != want {
			t.Errorf("%d ranks from %v: %v, want %v", ranks, threshold, ask(j)[0].Threshold.Value, want)
		}
	}
}

// Who asks again ends what is judged.
func TestAJudgementEndsTheOneBefore(t *testing.T) {
	p, _ := ranTo(t, server())
	held, asked := make(chan struct{}), make(chan struct{}, 1)
	p.session.Yield = func() {
		select {
		case asked <- struct{}{}:
		default:
		}
		<-held
	}
	j := protocol.Judge{Arm: "alone", Seed: 1, Threshold: new(0.1)}
	first := p.post(protocol.Request{Type: protocol.TypeJudge, Judge: &j})
	<-asked
	second := p.post(protocol.Request{Type: protocol.TypeJudge, Judge: &j})
	close(held)
	ended, answered := false, false
	for !ended || !answered {
		switch m := p.next(); {
		case m.Type == protocol.TypeError && m.ID == first && m.Error.Fault.Key == "judge-ended":
			ended = true
		case m.Type == protocol.TypeJudged && m.ID == second:
			answered = true
		default:
			t.Fatalf("%s to request %d", m.Type, m.ID)
		}
	}
	if ctx := p.session.judgement(&p.session.judges); ctx.Err() != nil || context.Cause(ctx) != nil {
		t.Error("the next is ended before it begins")
	}
}

func TestCurvesAreThoseOfTheScores(t *testing.T) {
	p, report := ranTo(t, server())
	p.post(protocol.Request{Type: protocol.TypeCurves,
		Curves: []protocol.Of{{Arm: "alone", Seed: 1}, {Arm: "none", Seed: 1}}})
	m, _ := p.wait(protocol.TypeDrawn)
	const n = 3 * protocol.CurvePoints
	if len(m.values) != 2*n || m.values[n] == m.values[n] {
		t.Fatalf("%d values, of none %v", len(m.values), m.values[n])
	}
	// The area under the ROC curve is AUROC, up to what the points leave out.
	area, before := 0.0, [2]float64{}
	for k := 0; k < n && m.values[k] == m.values[k]; k += 3 {
		x, y := float64(m.values[k+2]), float64(m.values[k])
		area += (x - before[0]) * (y + before[1]) / 2
		before = [2]float64{x, y}
	}
	if want := float64(report.Arms[1].Runs[0].Of("auroc").Value); math.Abs(area-want) > 0.01 {
		t.Errorf("area %v, AUROC %v", area, want)
	}
}
