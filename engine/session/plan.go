package session

import (
	"context"
	"reflect"

	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// remembered bounds what is kept of training runs, in bytes. Their scores and outputs are most of it.
const remembered = 256 << 20

// memory is what is kept of training runs. Callers hold mu.
func (s *Session) memory() *experiment.Memory {
	if s.trained == nil {
		s.trained = experiment.NewMemory(remembered)
	}
	return s.trained
}

// plan says what of an experiment was trained before. Where nothing is left to train its report is made of what is
// kept, and is what views and judgements are about from then on, unless a run has begun meanwhile, or somebody has
// asked about another experiment.
func (s *Session) plan(req protocol.Request) {
	s.mu.Lock()
	s.plans++
	turn, on, memory := s.plans, s.open, s.memory()
	known := req.Spec != nil && s.work == nil && on.Prepared != nil && on.drop == req.Drop &&
		reflect.DeepEqual(on.data, req.Spec.Data)
	s.mu.Unlock()
	answer := protocol.Response{Type: protocol.TypePlanned, ID: req.ID,
		Planned: &protocol.Planned{Dropped: memory.Dropped()}}
	if !known { // a run goes on, or its series was not read
		s.send(answer)
		return
	}
	plan, err := memory.Plan(*req.Spec, on.set, on.Summary.Digest, experiment.DeviceName(s.Device, s.Machine))
	if err != nil {
		s.fail(req.ID, "plan", err)
		return
	}
	for _, c := range plan.Kept {
		of := protocol.Of{Seed: c.Seed}
		if !c.OfTeacher() {
			of.Arm = req.Spec.Arms[c.Arm].Name
		}
		answer.Planned.Kept = append(answer.Planned.Kept, of)
	}
	if plan.Whole {
		if err := s.recall(req, turn, plan.By, on, memory, &answer); err != nil {
			s.fail(req.ID, "plan", err)
			return
		}
	}
	s.send(answer)
}

// recall makes the report of an experiment of which everything is kept, by a detection.
func (s *Session) recall(req protocol.Request, turn int, by spec.Detect, on openSet, memory *experiment.Memory,
	answer *protocol.Response) error {
	sp := *req.Spec
	sp.Detect = by
	prepared, err := experiment.Prepare(sp, on.set)
	if err != nil {
		return err
	}
	found := results{data: sp.Data, spec: sp, drop: req.Drop}
	report, err := experiment.Run(context.Background(), prepared, s.Device, experiment.Options{Machine: s.Machine,
		Memory: memory, Outputs: true, Yield: s.Yield, Program: s.Program,
		Kept: func(d *detector.Detector) error {
			found.kept, found.made = append(found.kept, d), append(found.made, d)
			return nil
		},
		Events: func(e spec.Event) { found.take(e) }})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work != nil || s.plans != turn {
		return nil
	}
	s.endResampling()
	for _, end := range []context.CancelFunc{s.judges, s.rejudges} { // they are about what is replaced
		if end != nil {
			end()
		}
	}
	report.Seconds /= float64(1 + len(s.workers)) // they were trained side by side
	found.report = &report
	s.results, s.open.Prepared = found, prepared
	go s.looking.forget()
	answer.Report = &report
	return nil
}
