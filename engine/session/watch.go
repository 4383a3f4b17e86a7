package session

import (
	"math"
	"slices"

	"cosinelab/datasets/steps"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
)

// watched is what somebody sees of an experiment under way: of the teacher, which has no arm, and of each arm the
// run that came first. The session's mu guards it; glimpses never change.
type watched struct {
	view  steps.Range // that charts show; empty = nobody has asked for any
	seeds map[string]uint64
	last  map[protocol.Of]experiment.Glimpse
	seen  map[protocol.Of]bool // the last glimpse was, by somebody
}

// watchAnew forgets what was seen of an experiment before. Callers hold mu.
func (s *Session) watchAnew() {
	s.watched = watched{view: s.watched.view, seeds: map[string]uint64{},
		last: map[protocol.Of]experiment.Glimpse{}, seen: map[protocol.Of]bool{}}
}

// watch lets the page see an experiment under way. Nobody looks again before somebody has seen the last glimpse:
// a page that is hidden, or slow, costs nothing.
func (s *Session) watch(w *work) *experiment.Watch {
	return &experiment.Watch{
		Wants: func(c experiment.Checkpoint) experiment.Want {
			held := w.paused()
			s.mu.Lock()
			defer s.mu.Unlock()
			of := s.ofCheckpoint(c)
			_, looked := s.watched.last[of]
			if w.forgotten || !s.watchable(of) || looked && !s.watched.seen[of] && !held {
				return experiment.Want{}
			}
			return experiment.Want{Range: s.watched.view, Now: held}
		},
		Show: func(g experiment.Glimpse) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if of := s.ofCheckpoint(g.Checkpoint); !w.forgotten {
				s.watched.last[of], s.watched.seen[of] = g, false
			}
		},
	}
}

// ofCheckpoint names a run of the experiment under way. Callers hold mu.
func (s *Session) ofCheckpoint(c experiment.Checkpoint) protocol.Of {
	if c.OfTeacher() || c.Arm >= len(s.results.spec.Arms) {
		return protocol.Of{Seed: c.Seed}
	}
	return protocol.Of{Arm: s.results.spec.Arms[c.Arm].Name, Seed: c.Seed}
}

// watchable tells whether charts show a run while it goes on: where they have none that is finished. Callers hold
// mu.
func (s *Session) watchable(of protocol.Of) bool {
	for _, r := range s.results.runs {
		if r.Arm == of.Arm {
			return false
		}
	}
	if of.Arm == "" && len(s.results.taught) > 0 {
		return false
	}
	if _, another := s.watched.seeds[of.Arm]; !another {
		s.watched.seeds[of.Arm] = of.Seed
	}
	return s.watched.seeds[of.Arm] == of.Seed
}

// looksAt notes what charts show, and which glimpses they have seen.
func (s *Session) looksAt(v *protocol.View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range v.Lines {
		of := protocol.Of{Arm: l.Arm, Seed: l.Seed}
		if _, there := s.watched.last[of]; there {
			s.watched.seen[of] = true
		}
	}
	// An overview has no lines of models but scores; it says nothing of what is looked at closely.
	if slices.ContainsFunc(v.Lines, func(l protocol.Line) bool { return l.Kind == protocol.LineInput }) {
		s.watched.view = v.Range
	}
}

// placeIn is where the output and the score of a step stand in a glimpse, -1 for a step that was not looked at.
// Steps that ascend are found at once.
func placeIn(g experiment.Glimpse) func(step int) int {
	k, before := 0, 0 // a span, and the rows of those before it
	return func(step int) int {
		if k < len(g.Spans) && step < g.Spans[k].From {
			k, before = 0, 0
		}
		for k < len(g.Spans) && step >= g.Spans[k].To {
			before += g.Spans[k].Len()
			k++
		}
		if k == len(g.Spans) || step < g.Spans[k].From {
			return -1
		}
		return before + step - g.Spans[k].From
	}
}

// outputs are what a run says of each step, [channels]; nil of a step that it says nothing of.
type outputs struct {
	n  int
	at func(step int) []float32
}

// step is what there is of a step, whichever it is.
func (o outputs) step(t int) []float32 {
	if t < 0 || t >= o.n {
		return nil
	}
	return o.at(t)
}

// whole is the outputs [steps, channels] of a run that is finished.
func whole(data []float32, channels int) outputs {
	return outputs{len(data) / channels, func(t int) []float32 { return data[t*channels : (t+1)*channels] }}
}

// glimpsed is what was seen of a run under way.
func glimpsed(g experiment.Glimpse, channels int) outputs {
	if len(g.Spans) == 0 {
		return outputs{}
	}
	row := placeIn(g)
	return outputs{g.Spans[len(g.Spans)-1].To, func(t int) []float32 {
		if i := row(t); i >= 0 {
			return g.Output[i*channels : (i+1)*channels]
		}
		return nil
	}}
}

// scores are those of a run under way.
func scoresOf(g experiment.Glimpse) protocol.Values {
	if len(g.Scores) == 0 {
		return protocol.Values{}
	}
	row := placeIn(g)
	return protocol.Values{N: g.Spans[len(g.Spans)-1].To, At: func(t int) float64 {
		if i := row(t); i >= 0 {
			return g.Scores[i]
		}
		return math.NaN()
	}}
}
