package state

import (
	"slices"
	"testing"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// posts are the types of what is asked of the engine.
func posts(effects []Effect) (types []string) {
	for _, e := range effects {
		if p, ok := e.(Post); ok {
			types = append(types, p.Request.Type)
		}
	}
	return types
}

// What the grid asks for is set and trained, at once or as soon as its series is there; a run is left alone.
func TestTheGridHasExperimentsCarriedOut(t *testing.T) {
	s := idle(t)
	effects := s.Update(OpenWhere{})
	if !s.Where || !slices.Contains(effects, Effect(ShowWhere{Hash: s.Hash()})) {
		t.Fatalf("opens with %v", effects)
	}
	at := func(change func(*spec.Spec)) string {
		sp := s.Form.Copy()
		change(&sp)
		return link.Link{Spec: sp}.Hash()
	}
	hash := at(func(sp *spec.Spec) { sp.Train.Epochs = 2 })
	effects = s.Update(CarryOut{Hash: hash})
	if !slices.Contains(posts(effects), protocol.TypeRun) || !slices.Contains(effects, Effect(SetHash{hash})) ||
		s.Form.Spec.Train.Epochs != 2 || s.Control.Mode != Running {
		t.Fatalf("does %v", effects)
	}
	if effects := s.Update(CarryOut{Hash: at(func(sp *spec.Spec) { sp.Train.Epochs = 3 })}); effects != nil ||
		s.Form.Spec.Train.Epochs != 2 {
		t.Errorf("during a run it does %v", effects)
	}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeState, State: protocol.StateIdle}})
	effects = s.Update(CarryOut{Hash: at(func(sp *spec.Spec) { sp.Data.Source = "smd/machine-1-2" })})
	if got := posts(effects); !slices.Contains(got, protocol.TypeOpen) || slices.Contains(got, protocol.TypeRun) {
		t.Fatalf("before the series is there it does %v", got)
	}
	if got := posts(s.Update(opened(s))); !slices.Contains(got, protocol.TypeRun) {
		t.Errorf("once it is there it does %v", got)
	}
	if s.Update(OpenInside{}); s.Where {
		t.Error("the charts do not come back")
	}
}
