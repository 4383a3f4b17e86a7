package session

import (
	"math"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// means asks for lines of the whole test part and returns the means of each step, line by line.
func (p *page) means(lines ...protocol.Line) [][]float32 {
	p.t.Helper()
	const width = 43
	id := p.post(protocol.Request{Type: protocol.TypeView, View: &protocol.View{Range: steps.Range{To: width},
		Width: width, Lines: append([]protocol.Line{{Kind: protocol.LineInput}}, lines...)}})
	for {
		if m, _ := p.wait(protocol.TypeSeries); m.ID == id {
			var out [][]float32
			for i := range lines {
				var means []float32
				for k := range width {
					means = append(means, m.values[3*((i+1)*width+k)+2])
				}
				out = append(out, means)
			}
			return out
		}
	}
}

// glimpse waits until somebody looked at an arm, or at a teacher.
func (p *page) glimpse(arm string) spec.Event {
	p.t.Helper()
	for {
		if m, _ := p.wait(protocol.TypeEvent); m.Event.Glimpse != nil && m.Event.Arm == arm {
			return *m.Event
		}
	}
}

func there(line []float32) (n int) {
	for _, v := range line {
		if !math.IsNaN(float64(v)) {
			n++
		}
	}
	return n
}

// Step by step somebody sees what each step changed: first of the teacher, then of the student, whose cosine is
// that to the teacher that is trained.
func TestEveryStepShowsWhatItChanged(t *testing.T) {
	p := opened(t)
	s := small()
	s.Arms = append(s.Arms, spec.Arm{Name: "cosine", Objective: spec.Objective{Kind: spec.ObjectiveCosine,
		Weight: 0.5, Axis: spec.AxisChannel, Schedule: spec.WeightConstant}})
	p.means()
	p.run(protocol.TypeStep, s)
	teacher := protocol.Line{Kind: protocol.LineTeacher, Seed: 1}
	e := p.glimpse("")
	first := p.means(teacher)[0]
	if e.Step != 1 || there(first) == 0 {
		t.Fatalf("after step %d the teacher says %d steps", e.Step, there(first))
	}
	p.post(protocol.Request{Type: protocol.TypeStep})
	if e = p.glimpse(""); e.Step != 2 {
		t.Fatalf("after another step it is step %d", e.Step)
	}
	if second := p.means(teacher)[0]; slices.Equal(first, second) {
		t.Error("a step has changed nothing that one could see")
	}
	cosine := protocol.Line{Kind: protocol.LineCosine, Arm: "cosine", Seed: 1}
	score := protocol.Line{Kind: protocol.LineScore, Arm: "cosine", Seed: 1}
	for e.Arm != "cosine" || e.Glimpse == nil {
		p.post(protocol.Request{Type: protocol.TypeStep})
		for m, _ := p.wait(protocol.TypeEvent); ; m, _ = p.wait(protocol.TypeEvent) {
			if m.Event.Glimpse != nil || m.Event.Taught != nil || m.Event.Finished != nil {
				e = *m.Event // the last step is followed by no other, but by the result
				break
			}
		}
	}
	before := p.means(cosine, score)
	for _, v := range before[0] {
		if v > 1.0001 || v < -1.0001 {
			t.Fatalf("a cosine of %v", v)
		}
	}
	if n, m := there(before[0]), there(before[1]); n == 0 || n != m {
		t.Errorf("%d cosines and %d scores", n, m)
	}
	p.post(protocol.Request{Type: protocol.TypeStep})
	p.glimpse("cosine")
	if after := p.means(cosine, score); slices.Equal(after[0], before[0]) || slices.Equal(after[1], before[1]) {
		t.Error("cosine and score stand still")
	}
	p.post(protocol.Request{Type: protocol.TypeContinue})
	p.state(protocol.StateIdle)
	if done := p.means(score)[0]; there(done) != 40 {
		t.Errorf("the finished run has %d scores", there(done))
	}
	if len(p.session.watched.last) > 0 {
		t.Errorf("glimpses stay: %v", p.session.watched.last)
	}
}

// As long as nobody has seen the last glimpse, nobody looks again; nor where no chart has asked for anything.
func TestNobodyLooksForNobody(t *testing.T) {
	p := opened(t)
	count := func(events int) (n int) {
		for range events {
			if m, _ := p.wait(protocol.TypeEvent); m.Event.Glimpse != nil {
				n++
			}
		}
		return n
	}
	p.run(protocol.TypeRun, endless())
	if n := count(20); n > 0 {
		t.Errorf("%d looks without charts", n)
	}
	p.means()
	p.glimpse("alone")
	if n := count(20); n > 0 {
		t.Errorf("%d looks at what nobody has seen", n)
	}
	p.means(protocol.Line{Kind: protocol.LineScore, Arm: "alone", Seed: 1})
	p.glimpse("alone")
	p.post(protocol.Request{Type: protocol.TypeReset})
	p.state(protocol.StateIdle)
}
