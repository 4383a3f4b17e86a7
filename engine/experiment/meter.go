package experiment

import (
	"time"

	"cosinelab/engine/train"
)

// meter knows how far the experiment is, counted in training steps: scoring is short beside them. It is
// guarded by run.mu.
type meter struct {
	run, runs   int // training runs begun; all of them
	done, total int // steps made here; steps to make here, unless a training run stops early
	start       time.Time
	waited      time.Duration // at the gate
}

// newMeter counts the steps of training runs that are to be made.
func newMeter(p *Prepared, todo []Checkpoint) meter {
	sp := p.Spec
	m := meter{start: time.Now(), runs: len(todo)}
	for _, c := range todo {
		model, epochs := sp.Teacher.Model, sp.Teacher.Epochs
		if !c.OfTeacher() {
			model, epochs = sp.StudentOf(sp.Arms[c.Arm]), sp.Train.Epochs
		}
		m.total += epochs * train.Batches(p.fit.Len(), sp.Train.Batch, p.microBatch(model, sp.Train.Batch))
	}
	return m
}

// begin notes a training run of which so many steps were made elsewhere.
func (m *meter) begin(elsewhere int) {
	m.run++
	m.total -= elsewhere
}

func (m *meter) step() { m.done++ }

// end notes that a training run left out so many steps.
func (m *meter) end(leftOut int) { m.total -= leftOut }

// left estimates the seconds until the report from the pace so far, that of all runs side by side; -1 before
// the first step.
func (m *meter) left() float64 {
	if m.done == 0 && m.total > 0 {
		return -1
	}
	pace := (time.Since(m.start) - m.waited).Seconds() / float64(max(m.done, 1))
	return pace * float64(m.total-m.done)
}
