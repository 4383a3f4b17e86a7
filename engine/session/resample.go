package session

import (
	"context"
	"errors"

	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// resample sends where means over seeds would lie for other data like those of the finished runs. Another such
// request ends it, and so does an experiment: nobody waits for what is about the one before.
func (s *Session) resample(req protocol.Request) {
	ctx := s.lastResampling()
	s.mu.Lock()
	sp := s.results.spec
	s.mu.Unlock()
	on := s.shown()
	if on.runs == nil || req.Draws < 1 || req.Draws > spec.MaxDraws {
		s.fail(req.ID, "view", fault.New("resample-no-scores"))
		return
	}
	found, err := experiment.OverData(ctx, on.Report(sp, on.runs), req.Draws, s.Yield)
	switch {
	case errors.Is(err, context.Canceled):
		s.fail(req.ID, "view", fault.New("resample-ended"))
	case err != nil:
		s.fail(req.ID, "view", err)
	default:
		s.send(protocol.Response{Type: protocol.TypeOverData, ID: req.ID, OverData: found})
	}
}

// lastResampling ends the one before, and returns what ends the next.
func (s *Session) lastResampling() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endResampling()
	ctx, end := context.WithCancel(context.Background())
	s.resampling = end
	return ctx
}

// endResampling ends what is drawn; the session's lock is held.
func (s *Session) endResampling() {
	if s.resampling != nil {
		s.resampling()
		s.resampling = nil
	}
}
