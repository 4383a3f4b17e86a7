package session

import (
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
)

// takeRecorded puts a run that was made with the page in the place of results, unless there are some. It is done
// when this returns, so that what is asked next sees it.
func (s *Session) takeRecorded(req protocol.Request) {
	made, err := recorded.Read(req.Recorded)
	if err != nil {
		s.fail(req.ID, "view", fault.New("recorded-unread", err))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work != nil || s.results.runs != nil {
		return
	}
	s.results = results{data: made.Report.Spec.Data, spec: made.Report.Spec, shipped: made, report: &made.Report}
	for _, a := range made.Report.Arms {
		s.results.runs = append(s.results.runs, a.Runs...)
	}
}
