package state

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// histories lead to states that say all kinds of things.
var histories = map[string]func(*testing.T, *State){
	"idle":     func(*testing.T, *State) {},
	"rejected": func(_ *testing.T, s *State) { s.Update(Set{"train.epochs", "many"}) },
	"invalid":  func(_ *testing.T, s *State) { s.Update(Set{"teacher.heads", "3"}) },
	"channels": func(_ *testing.T, s *State) { s.Update(Show{"99"}) },
	"link":     func(_ *testing.T, s *State) { s.Update(Follow{"#spec=(a"}) },
	"file": func(_ *testing.T, s *State) {
		id := s.Update(dropped(1, "a.csv"))[0].(Post).Request.ID
		s.Update(Answer{Response: protocol.Response{Type: protocol.TypeError, ID: id,
			Error: &protocol.Error{Where: "data", Fault: fault.Of(fault.New("not-a-number", "x"))}}})
	},
	"live": func(_ *testing.T, s *State) {
		s.Update(Press{KeyRun})
		s.Update(happened(spec.Event{Phase: spec.PhaseStudent, Arm: look.Cosine, Seed: 1, Epoch: 1,
			Epochs: 6, Step: 24, Steps: 60, Left: 38,
			Losses: []spec.Part{{Name: "total", Value: 1}, {Name: "cosine", Value: 1}}}))
		s.Update(failed("worker", 0, "out of memory"))
	},
	"dead": func(_ *testing.T, s *State) { s.Update(Lost{fault.Of(errors.New("panic"))}) },
	"done": func(t *testing.T, s *State) {
		reported(t, s, map[string][]float64{look.Alone: {0.3, 0.31, 0.32}, look.Cosine: {0.1, 0.5, 0.1},
			look.MSE:       {1, 1, 1},
			look.Untrained: {0.1, 0.1, 0.1}, look.Random: {0.1, 0.1, 0.1}})
		s.Run.Runs[8].Failed = fault.Of(fault.New("not-whole", "1.5"))
		s.Update(Press{KeyReset})
	},
}

// views are all that the page says.
func views(s *State) []any {
	return []any{s.Bar(), s.Recipe(), s.Verdict(), s.Causes(), s.Learning(), s.Table(),
		s.Scene().LaneList(s.Words), s.SheetView()}
}

func TestAChangeOfLanguageReachesAllThatThePageSays(t *testing.T) {
	for name, history := range histories {
		s, korean := idle(t), idle(t)
		korean.Words = words.In("ko")
		for _, x := range []*State{s, korean} {
			x.Update(More{})
			history(t, x)
		}
		english := views(s)
		if got := s.Update(SetLanguage{"ko-KR"}); !slices.Contains(got, Effect(RememberLanguage{"ko"})) {
			t.Errorf("%s: effects %+v", name, got)
		}
		for i, got := range views(s) {
			if want := views(korean)[i]; !reflect.DeepEqual(got, want) {
				t.Errorf(
					"%s: after the change it says\n%+v, want what is said in Korean from the start:\n%+v",
					name, got, want)
			}
		}
		if reflect.DeepEqual(english, views(s)) {
			t.Errorf("%s: nothing has changed", name)
		}
		s.Update(SetLanguage{"en"})
		if !reflect.DeepEqual(english, views(s)) {
			t.Errorf("%s: the way back is not the way there", name)
		}
	}
}
