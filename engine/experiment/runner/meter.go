package runner

import (
	"time"

	"cosinelab/engine/experiment"
)

// meter knows how far the experiment is, counted in training steps.
type meter struct {
	run, runs   int // position of the current training; trainings in all
	done, total int // steps, as if no run stopped early
	start       time.Time
}

func newMeter(spec experiment.Spec, data *prepared) meter {
	batches := max(1, (data.fit.Len()+spec.Train.Batch-1)/spec.Train.Batch)
	m := meter{start: time.Now(), run: -1}
	for range spec.Seeds {
		if spec.Teacher.Weights == "" {
			m.runs++
			m.total += batches * spec.Teacher.Epochs
		}
		for _, a := range spec.Arms {
			if a.Control == "" {
				m.runs++
				m.total += batches * spec.Train.Epochs
			}
		}
	}
	return m
}

// finish counts the steps that an early stop left out.
func (m *meter) finish(steps, planned int) { m.done += planned - steps }

// left estimates the seconds until the report from the pace so far; -1 before the first step.
func (m *meter) left() float64 {
	if m.done == 0 {
		return -1
	}
	return time.Since(m.start).Seconds() / float64(m.done) * float64(m.total-m.done)
}
