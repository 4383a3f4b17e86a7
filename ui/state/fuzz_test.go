package state

import (
	"encoding/json"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Whatever an engine says, the page goes on: it takes the message over, or refuses it as none of the
// protocol. Then a person can still press everything.
func FuzzResponse(f *testing.F) {
	run := finish(look.Alone, 1, 0.3)
	run.Alarms = []steps.Range{{From: 3, To: 9}}
	run.Causes = [][]spec.Cause{{{Channel: 1, Share: 0.5}}}
	report := &spec.Report{Version: 1, Data: *summary(), Arms: []spec.ArmReport{{Arm: spec.Arm{Name: look.Alone},
		Runs: []spec.Run{run}}}, Teachers: []spec.TeacherRun{{Seed: 1}}}
	for _, r := range []protocol.Response{ready().Response, {Type: protocol.TypeData, ID: 1, Summary: summary()},
		failed("data", 1, "x").Response, failed("engine", 0, "x").Response, failed("spec", 3, "x").Response,
		confirmed(protocol.StateIdle).Response, confirmed(protocol.StatePaused).Response,
		happened(spec.Event{Phase: spec.PhaseStudent, Arm: look.Cosine, Seed: 1, Epoch: 1, Epochs: 6, Step: 24,
			Steps: 60, Losses: []spec.Part{{Name: "total", Value: 1}}}).Response,
		happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Alone, Seed: 1, Finished: &run}).Response,
		{Type: protocol.TypeReport, Report: report}, {Type: protocol.TypeJudged, ID: 5, Runs: []spec.Run{run}},
		{Type: protocol.TypeSeries, ID: 4, Series: &protocol.Series{View: protocol.View{Width: 2,
			Range: steps.Range{To: 10}, Lines: []protocol.Line{{Kind: protocol.LineInput}}}, Rows: 10}}} {
		text, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), string(text), 9)
	}
	f.Fuzz(func(t *testing.T, first, second string, floats int) {
		s := idle(t)
		s.Update(Resize{800})
		s.Update(Press{KeyRun})
		for _, text := range []string{first, second} {
			var r protocol.Response
			if json.Unmarshal([]byte(text), &r) != nil || r.Check() != nil {
				continue
			}
			s.Update(Answer{r, make([]float32, max(0, floats%4096))})
			for _, m := range []Message{Cursor{4}, Threshold{look.Alone, 2}, Press{KeyStep}, Press{KeyStop},
				Zoom{steps.Range{From: 2, To: 7}}, Show{"2"}, Reveal{1}, Focus{look.Cosine}, Set{"data.window", "20"},
				Choose{"builtin/server"}, Press{KeyReset}} {
				s.Update(m)
			}
			for _, tag := range words.Tags() {
				s.Update(SetLanguage{tag})
				views(s)
			}
		}
	})
}
