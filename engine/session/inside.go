package session

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/inside"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// learnt is a student that trains, as it was after an epoch.
type learnt struct {
	epoch   int
	weights map[string]tensor.Tensor
}

// learner keeps what students have learnt so far, as long as anybody wants it.
func (s *Session) learner(w *work) func(string, uint64, int, map[string]tensor.Tensor) {
	return func(arm string, seed uint64, epoch int, weights map[string]tensor.Tensor) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if w.forgotten {
			return
		}
		if s.results.learnt == nil {
			s.results.learnt = map[protocol.Of]learnt{}
		}
		s.results.learnt[protocol.Of{Arm: arm, Seed: seed}] = learnt{epoch, weights}
	}
}

// looking is the student that somebody looks into, ready for the next window. One looks at a time.
type looking struct {
	mu      sync.Mutex // held while one looks
	student *experiment.Insider
	of      protocol.Of
	epoch   int                      // of the weights that it has
	weights map[string]tensor.Tensor // likewise
	usual   map[*float32]usual       // by the output that it is of
}

// usual is what the errors of a run are where it raises no alarm.
type usual struct {
	shares   []float64 // of channels
	deviates []float64 // roots of their means
}

// forget lets go of the student.
func (l *looking) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.close()
	l.usual = nil
}

func (l *looking) close() {
	if l.student != nil {
		l.student.Close() // of memory alone: nothing is lost
		l.student = nil
	}
}

// inside answers what a student computes in the window of a step.
func (s *Session) inside(req protocol.Request) {
	answer, values, err := s.insight(req.Inside)
	if err != nil {
		s.fail(req.ID, "inside", err)
		return
	}
	s.sendWith(protocol.Response{Type: protocol.TypeInsight, ID: req.ID, Insight: &answer}, values)
}

// seen is a student with what it has learnt.
type seen struct {
	spec     spec.Spec
	arm      spec.Arm
	baseline string // the arm that learns without a teacher; empty = there is none
	epoch    int    // 0 = its run is over
	weights  map[string]tensor.Tensor
	seeds    []map[string]tensor.Tensor // of all runs of the arm that are over
}

// student finds the student of a run: the one that was kept, or else the one that trains.
func (s *Session) student(of protocol.Of) (seen, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := seen{baseline: s.results.spec.Baseline()}
	for _, d := range s.results.kept {
		if d.Arm().Name != of.Arm || d.Closed() {
			continue
		}
		out.seeds = append(out.seeds, d.Weights)
		if d.Seed() == of.Seed {
			out.spec, out.arm, out.weights = d.Spec, d.Arm(), d.Weights
		}
	}
	if out.weights != nil {
		return out, nil
	}
	now, ok := s.results.learnt[of]
	if !ok {
		return out, fault.New("inside-none", of.Arm, of.Seed)
	}
	sp := s.results.spec
	i := slices.IndexFunc(sp.Arms, func(a spec.Arm) bool { return a.Name == of.Arm })
	out.spec, out.arm, out.epoch, out.weights = sp, sp.Arms[i], now.epoch, now.weights
	return out, nil
}

func (s *Session) insight(asked *protocol.Inside) (answer protocol.Insight, values []float32, err error) {
	on := s.shown()
	switch {
	case asked == nil:
		return answer, nil, fault.New("view-nothing")
	case !on.ran:
		return answer, nil, fault.New("view-no-data")
	}
	from, err := s.student(asked.Of)
	if err != nil {
		return answer, nil, err
	}
	l := &s.looking
	l.mu.Lock()
	defer l.mu.Unlock()
	channels := on.Scaled.Channels
	if err := l.ready(s, from, asked.Of, channels); err != nil {
		return answer, nil, err
	}
	look, err := l.student.Look(context.Background(), on.Prepared, asked.Step)
	if err != nil {
		return answer, nil, err
	}
	subject := inside.Subject{Inside: look, Asked: *asked, Channels: on.Summary.Channels,
		Input:   on.Scaled.Slice(look.From, look.To).Values,
		Teacher: on.teacherOutput(asked.Seed).step(asked.Step),
		Truth:   truthAt(on.Summary.Segments, asked.Step), OfErrors: from.spec.OfErrors(from.arm), Seeds: from.seeds}
	if base := on.runOf(from.baseline, asked.Seed); base != nil && from.baseline != asked.Arm {
		subject.Alone = atStep(base.Output, channels, asked.Step)
	}
	if run := on.runOf(asked.Arm, asked.Seed); run != nil && len(run.Output) > 0 {
		u := l.usualOf(run, on.Scaled.Values, channels)
		subject.Usual, subject.Deviates = u.shares, u.deviates
	}
	answer, values = inside.Of(subject)
	answer.Epoch = from.epoch
	return answer, values, nil
}

// ready has the student of a run with its weights; mu is held.
func (l *looking) ready(s *Session, from seen, of protocol.Of, channels int) (err error) {
	if l.student == nil || l.of != of || l.epoch > from.epoch && from.epoch != 0 {
		l.close()
		l.student, err = experiment.NewInsider(context.Background(), s.Device, from.spec, from.arm, channels, of.Seed,
			s.Yield)
		if err != nil {
			return err
		}
		l.of, l.weights = of, nil
	}
	if l.weights != nil && l.epoch == from.epoch {
		return nil
	}
	l.epoch, l.weights = from.epoch, from.weights
	if err := l.student.SetWeights(from.weights); err != nil {
		l.close()
		return err
	}
	return nil
}

// atStep is an output [steps, channels] at a step; nil where there is none.
func atStep(output []float32, channels, step int) []float32 {
	if step < 0 || (step+1)*channels > len(output) {
		return nil
	}
	return output[step*channels : (step+1)*channels]
}

// truthAt are the channels that the anomalies at a step show in.
func truthAt(all []spec.Segment, step int) []int {
	known := map[int]bool{}
	for _, g := range all {
		if step >= g.From && step < g.To {
			for _, c := range g.Channels {
				known[c] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// usualOf is what the errors of a run are where it raises no alarm; mu is held.
func (l *looking) usualOf(run *spec.Run, input []float32, channels int) usual {
	key := &run.Output[0]
	if u, ok := l.usual[key]; ok {
		return u
	}
	u := usualErrors(run.Output, input, channels, run.Alarms)
	if l.usual == nil {
		l.usual = map[*float32]usual{}
	}
	l.usual[key] = u
	return u
}

// usualErrors are of outputs and inputs [steps, channels], outside of alarms; where all steps are in alarms, of all.
func usualErrors(output, input []float32, channels int, alarms []steps.Range) usual {
	n := len(output) / channels
	loud, count := make([]bool, n), n
	for _, a := range alarms {
		for t := a.From; t < min(a.To, n); t++ {
			if !loud[t] {
				loud[t] = true
				count--
			}
		}
	}
	u := usual{make([]float64, channels), make([]float64, channels)}
	sum := 0.0
	for t := range n {
		if loud[t] && count > 0 {
			continue
		}
		for c := range channels {
			d := float64(output[t*channels+c]) - float64(input[t*channels+c])
			u.shares[c] += d * d
			sum += d * d
		}
	}
	if count == 0 {
		count = n
	}
	for c := range channels {
		u.deviates[c] = math.Sqrt(u.shares[c] / float64(count))
		if sum > 0 {
			u.shares[c] /= sum
		}
	}
	return u
}
