package state

import (
	"slices"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/results"
)

// Curves are what every threshold gives the runs that charts show, as the engine has found it.
type Curves struct {
	of     []protocol.Of
	values []float32
	id     int // of the request under way; 0 = none is
	asked  []protocol.Of
}

// askCurves asks for the curves where they are shown and not there yet.
func (s *State) askCurves() []Effect {
	if !s.Epochs.Curves || s.Run == nil || s.Run.Gone || s.Control.Mode == Dead || !s.Run.Data.Labelled {
		return nil
	}
	var of []protocol.Of
	c := s.Scene()
	for _, a := range c.scored() {
		of = append(of, protocol.Of{Arm: a.Name, Seed: c.shownRun(a.Name).Seed})
	}
	if len(of) == 0 || slices.Equal(of, s.Curves.of) || s.Curves.id != 0 && slices.Equal(of, s.Curves.asked) {
		return nil
	}
	post := s.requests.post(protocol.Request{Type: protocol.TypeCurves, Curves: of})
	s.Curves.id, s.Curves.asked = post.Request.ID, of
	return []Effect{post}
}

// drewCurves takes curves over.
func (s *State) drewCurves(a Answer) (effects []Effect, mine bool) {
	k := &s.Curves
	if a.ID == 0 || a.ID != k.id {
		return nil, false
	}
	k.id = 0
	if a.Type == protocol.TypeDrawn && len(a.Buckets) == 3*protocol.CurvePoints*len(k.asked) {
		k.of, k.values = k.asked, a.Buckets
	}
	return nil, true
}

// curves are the plots of them.
func (s *State) curves() []results.Plot {
	var all []results.Drawn
	run := s.Run
	if run == nil {
		run = results.Begin(s.Form.Spec, spec.DataSummary{})
	}
	for i, of := range s.Curves.of {
		d := results.Drawn{Arm: of.Arm}
		for k := range protocol.CurvePoints {
			v := s.Curves.values[3*(i*protocol.CurvePoints+k):]
			if v[0] != v[0] {
				break
			}
			d.Recall, d.Precision = append(d.Recall, float64(v[0])), append(d.Precision, float64(v[1]))
			d.FalseRate = append(d.FalseRate, float64(v[2]))
		}
		if len(d.Recall) > 0 && !run.Gone {
			all = append(all, d)
		}
	}
	return run.Curves(s.Words, all)
}
