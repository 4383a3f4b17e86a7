package experiment

import (
	"math"
	"testing"
	"time"
)

// slow is how long parts of an experiment take that is only played: seconds a step by arm, and of a result. The
// first result draws what chance gets as well.
type slow struct {
	steps  map[int]float64
	result float64
	chance float64
}

// play carries an experiment of so many seeds out on a clock of its own, one run after the other, and calls look
// after every step and every result with what is left.
func (s slow) play(seeds, steps int, look func(m *meter, left float64)) {
	at := time.Unix(0, 0)
	m := meter{now: func() time.Time { return at }, steps: map[int]*amount{}, results: map[int]*amount{},
		ended: map[Checkpoint]time.Time{}}
	left := s.chance
	arms := []int{TeacherArm, 0, 1, 2} // 2 is a control
	for range seeds {
		for _, a := range arms {
			if pace, trains := s.steps[a]; trains {
				m.of(m.steps, a).left += steps
				left += pace * float64(steps)
			}
			if a != TeacherArm {
				m.of(m.results, a).left++
				left += s.result
			}
		}
	}
	pass := func(seconds float64) {
		at = at.Add(time.Duration(seconds * float64(time.Second)))
		left -= seconds
	}
	first := true
	for seed := range seeds {
		for _, a := range arms {
			c, began := Checkpoint{uint64(seed), a}, at
			if pace, trains := s.steps[a]; trains {
				m.begin(c, 0)
				for range steps {
					pass(pace)
					m.step(c, pace)
					look(&m, left)
				}
				m.end(c, 0)
			}
			if a == TeacherArm {
				continue
			}
			if first {
				pass(s.chance)
				first = false
			}
			pass(s.result)
			m.result(c, began)
			look(&m, left)
		}
	}
}

// What is said of the time that is left is right to a third, or nothing is said. It is said before half is done.
func TestTheTimeLeftIsSaidOnceItIsKnown(t *testing.T) {
	for name, s := range map[string]slow{
		"steps that differ":           {map[int]float64{TeacherArm: 0.005, 0: 0.02, 1: 0.03}, 0.4, 3},
		"results that take long":      {map[int]float64{TeacherArm: 0.005, 0: 0.005, 1: 0.006}, 2, 5},
		"a teacher that takes long":   {map[int]float64{TeacherArm: 0.1, 0: 0.01, 1: 0.015}, 0.2, 1},
		"a teacher from a file":       {map[int]float64{0: 0.01, 1: 0.02}, 0.2, 0.5},
		"a last arm that takes twice": {map[int]float64{TeacherArm: 0.01, 0: 0.01, 1: 0.02}, 0.1, 0.1},
	} {
		whole, said := -1.0, false
		s.play(5, 100, func(m *meter, want float64) {
			whole = max(whole, want)
			got := m.left()
			if got < 0 {
				if said {
					t.Fatalf("%s: what was said is taken back with %.1f s left", name, want)
				}
				return
			}
			if !said && want < whole/2 {
				t.Errorf("%s: said only with %.1f of %.1f s left", name, want, whole)
			}
			said = true
			if math.Abs(got-want) > want/3+0.05*whole {
				t.Fatalf("%s: %.1f s are said to be left, it is %.1f of %.1f", name, got, want, whole)
			}
		})
		if !said {
			t.Errorf("%s: nothing is ever said", name)
		}
	}
}

// While a run is held no time passes, however many training runs wait.
func TestAHeldRunTakesNoTime(t *testing.T) {
	at := time.Unix(0, 0)
	m := meter{now: func() time.Time { return at }, steps: map[int]*amount{}, results: map[int]*amount{},
		ended: map[Checkpoint]time.Time{}}
	m.of(m.steps, 0).left = 100
	for range 10 {
		at = at.Add(time.Second)
		m.step(Checkpoint{1, 0}, 1)
	}
	before := m.left()
	m.wait()
	m.wait()
	at = at.Add(time.Hour)
	m.goOn()
	m.goOn()
	if after := m.left(); after != before || math.Abs(before-90) > 1 {
		t.Errorf("%v s were left, and %v after an hour of waiting", before, after)
	}
}
