package state

import (
	"strings"
	"testing"

	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Intervals over the data are asked for once, of an experiment that has ended, and stand beside those over
// seeds; another experiment has none until it has ended, too.
func TestIntervalsOverTheDataStandBesideThoseOverSeeds(t *testing.T) {
	ap := map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371}}
	s := found(t, nil, ap)
	effects := s.Update(OverData{})
	var asked protocol.Request
	for _, e := range effects {
		if p, ok := e.(Post); ok {
			asked = p.Request
		}
	}
	if asked.Type != protocol.TypeResample || asked.Draws != draws || !strings.Contains(s.Table().Data.Note, "Drawing") {
		t.Fatalf("asked for %+v, %+v", asked, s.Table().Data)
	}
	answer := protocol.Response{Type: protocol.TypeOverData, ID: asked.ID, OverData: &spec.OverData{Draws: draws,
		Block: 9, Intervals: []spec.DataInterval{
			{Metric: spec.DefaultHeadline, Arm: look.Cosine, Interval: metrics.Interval{Low: 0.2, High: 0.5}},
			{Metric: spec.DefaultHeadline, Arm: look.Cosine, Over: look.Alone,
				Interval: metrics.Interval{Low: -0.012, High: 0.09}}}}}
	late := answer
	late.ID--
	s.Update(Answer{Response: late})
	if s.Run.OverData != nil {
		t.Error("an answer to something else is taken")
	}
	s.Update(Answer{Response: answer})
	table := s.Table()
	if !table.Data.On || table.Data.Note != "" || !strings.Contains(table.Detail, "over the data 20.0 to 50.0") {
		t.Errorf("%+v, %q", table.Data, table.Detail)
	}
	s.Update(Cells{Gain: true})
	if d := s.Table().Detail; !strings.Contains(d, "over seeds +4.0 to +4.3, over the data −1.2 to +9.0") {
		t.Errorf("%q", d)
	}
	if why := s.Verdict().Why; !strings.Contains(why, "−1.2 to +9.0") {
		t.Errorf("the verdict says %q", why)
	}
	s.Update(OverData{})
	if why, d := s.Verdict().Why, s.Table().Detail; strings.Contains(why, "−1.2 to +9.0") || strings.Contains(d, "over the data") {
		t.Errorf("switched off, the page says %q, %q", why, d)
	}
	if again := s.Update(OverData{}); len(again) > 1 {
		t.Errorf("asked again: %+v", again)
	}
	if why := s.Verdict().Why; !strings.Contains(why, "−1.2 to +9.0") {
		t.Errorf("switched on again, the verdict says %q", why)
	}
	s.Update(Press{KeyRun})
	if s.Run.OverData != nil || !strings.Contains(s.Table().Data.Note, "has ended") {
		t.Errorf("of another run: %+v", s.Table().Data)
	}
}
