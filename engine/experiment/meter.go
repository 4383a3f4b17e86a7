package experiment

import (
	"time"

	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// meter knows how far the experiment is, and from what it has measured how long the rest takes: training steps by
// what is trained, then scoring, thresholds and metrics by arm. It is guarded by run.mu.
type meter struct {
	run, runs int // training runs begun; all of them
	now       func() time.Time
	begun     time.Time // of the first step; zero = there was none
	waiting   int       // training runs at the gate
	held      time.Time // since the first of them waits
	waited    time.Duration
	busy      float64         // seconds of all runs, side by side
	steps     map[int]*amount // by arm, or TeacherArm
	results   map[int]*amount // likewise: what comes behind the training
	ended     map[Checkpoint]time.Time
	scored    int // runs
}

// amount is work of one kind.
type amount struct {
	left     int     // of it
	warm     bool    // it was done once
	measured int     // times since
	seconds  float64 // of those
}

// newMeter counts the training steps of what is to be done: teachers, students and controls.
func newMeter(p *Prepared, todo []Checkpoint) meter {
	m := meter{now: time.Now, steps: map[int]*amount{}, results: map[int]*amount{}, ended: map[Checkpoint]time.Time{}}
	for _, c := range todo {
		if n := p.plannedSteps(c); n > 0 {
			m.runs++
			m.of(m.steps, c.Arm).left += n
		}
		if !c.OfTeacher() {
			m.of(m.results, c.Arm).left++
		}
	}
	return m
}

// plannedSteps is how many steps a training run makes unless it stops early; 0 of a control.
func (p *Prepared) plannedSteps(c Checkpoint) int {
	sp := p.Spec
	model, epochs := sp.Teacher.Model, sp.Teacher.Epochs
	switch {
	case c.OfTeacher() && sp.Teacher.Weights != "":
		return 0
	case !c.OfTeacher() && !spec.Controls[sp.Arms[c.Arm].Control].Trains:
		return 0
	case !c.OfTeacher():
		model, epochs = sp.StudentOf(sp.Arms[c.Arm]), sp.Train.Epochs
	}
	return epochs * train.Batches(p.fit.Len(), sp.Train.Batch, p.microBatch(model, sp.Train.Batch))
}

// of is the work of one kind.
func (m *meter) of(all map[int]*amount, arm int) *amount {
	if all[arm] == nil {
		all[arm] = &amount{}
	}
	return all[arm]
}

// begin notes a training run of which so many steps were made elsewhere.
func (m *meter) begin(c Checkpoint, elsewhere int) {
	m.run++
	m.of(m.steps, c.Arm).left -= elsewhere
}

// step notes a step that took so many seconds. The very first of a kind finds nothing ready, and tells nothing of
// those to come.
func (m *meter) step(c Checkpoint, seconds float64) {
	if m.begun.IsZero() {
		m.begun = m.now().Add(-time.Duration(seconds * float64(time.Second)))
	}
	m.busy += seconds
	a := m.of(m.steps, c.Arm)
	a.left--
	if a.warm {
		a.measured++
		a.seconds += seconds
	}
	a.warm = true
}

// end notes that a training run is over, and left out so many steps: they are not to come.
func (m *meter) end(c Checkpoint, leftOut int) {
	m.of(m.steps, c.Arm).left -= leftOut
	m.ended[c] = m.now()
}

// result notes a run that has its results, of which all began at a time. The first draws what chance gets, for all.
func (m *meter) result(c Checkpoint, began time.Time) {
	if ended, ok := m.ended[c]; ok {
		began = ended
	}
	a := m.of(m.results, c.Arm)
	a.left--
	seconds := m.now().Sub(began).Seconds()
	m.busy += seconds
	if m.scored++; m.scored > 1 {
		a.measured++
		a.seconds += seconds
	}
}

// wait and goOn tell of a training run that is held, with all others, and that goes on. That time counts for
// nothing.
func (m *meter) wait() {
	if m.waiting == 0 {
		m.held = m.now()
	}
	m.waiting++
}

func (m *meter) goOn() {
	if m.waiting--; m.waiting == 0 && !m.begun.IsZero() {
		m.waited += m.now().Sub(m.held)
	}
}

// enough is how many steps of a kind tell how long the next ones take.
const enough = 3

// left estimates the seconds until the report; -1 as long as nobody can know that to a third: of some of the work
// nothing like it was measured, and that is more than half of what is known.
func (m *meter) left() float64 {
	if m.begun.IsZero() {
		return -1
	}
	elapsed := (m.now().Sub(m.begun) - m.waited).Seconds()
	if elapsed <= 0 || m.busy <= 0 {
		return -1
	}
	steps, newSteps, ok := remaining(m.steps, enough)
	if !ok {
		return -1
	}
	results, newResults, ok := remaining(m.results, 1)
	if !ok || newSteps+newResults > (steps+results)/2 {
		return -1
	}
	sideBySide := max(m.busy/elapsed, 0.1)
	return (steps + newSteps + results + newResults) / sideBySide
}

// remaining is how many seconds the work that is left takes, of kinds that were measured at least so often, and of
// others, which take as long as the longest of those; false = there is work, and none was measured.
func remaining(all map[int]*amount, least int) (known, unknown float64, ok bool) {
	longest, others := 0.0, 0
	for _, a := range all {
		if a.measured < least {
			others += max(a.left, 0)
			continue
		}
		each := a.seconds / float64(a.measured)
		longest = max(longest, each)
		known += float64(max(a.left, 0)) * each
	}
	return known, float64(others) * longest, others == 0 || longest > 0
}
