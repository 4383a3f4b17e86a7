package session

import (
	"math"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// insiders are the smallest students there are, with the figure that none but such has.
var insiders = map[string]spec.Model{
	"row":        {Kind: spec.ModelTransformer, DModel: 4, Heads: 2, Layers: 1, DFF: 4},
	"prior":      {Kind: spec.ModelAnomalyTransformer, DModel: 4, Heads: 2, Layers: 1, DFF: 4},
	"latent":     {Kind: spec.ModelLSTM, DModel: 4, Layers: 1},
	"prediction": {Kind: spec.ModelOmniAnomaly, DModel: 4, DFF: 4, Latent: 2, Flows: 1, Samples: 1},
	"centre":     {Kind: spec.ModelTHOC, DModel: 4, Layers: 2, Centres: 3},
	"graph": {Kind: spec.ModelGTA, DModel: 4, Heads: 1, Layers: 1, DFF: 4, Features: 2, MLP: 2,
		Levels: 1},
}

// look asks for a look inside, and returns the values of each figure.
func (p *page) look(asked protocol.Inside) (*protocol.Insight, map[string][]float32) {
	p.t.Helper()
	p.post(protocol.Request{Type: protocol.TypeInside, Inside: &asked})
	m, _ := p.wait(protocol.TypeInsight)
	if err := m.Check(); err != nil {
		p.t.Fatal(err)
	}
	values, at := map[string][]float32{}, 0
	for _, f := range m.Insight.Figures {
		values[f.Name] = m.values[at : at+f.Size()]
		at += f.Size()
	}
	if at != len(m.values) {
		p.t.Fatalf("%d values, the figures have %d", len(m.values), at)
	}
	return m.Insight, values
}

func taught(student spec.Model) spec.Spec {
	s := small()
	s.Student = student
	s.Arms = []spec.Arm{{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone}},
		{Name: "cosine", Objective: spec.Objective{Kind: spec.ObjectiveCosine, Weight: 1, Axis: spec.AxisChannel,
			Schedule: spec.WeightConstant}}, {Name: "untrained", Control: spec.ControlUntrained},
		{Name: "random", Control: spec.ControlRandom}}
	return s
}

func TestAStudentOfEachModelIsLookedInto(t *testing.T) {
	for name, model := range insiders {
		t.Run(model.Kind.String(), func(t *testing.T) {
			p := opened(t)
			p.run(protocol.TypeRun, taught(model))
			p.state(protocol.StateIdle)
			for _, arm := range []string{"cosine", "alone", "untrained"} {
				of := protocol.Of{Arm: arm, Seed: 1}
				i, values := p.look(protocol.Inside{Of: of, Step: spike, Pick: -1})
				if values[name] == nil || i.Epoch != 0 || i.Model != model.Kind || spike < i.Window.From || spike >= i.Window.To {
					t.Fatalf("%s: %+v", arm, i)
				}
				run, on := p.session.shown().runOf(arm, 1), p.session.shown()
				want := run.Output[spike*2 : spike*2+2]
				a := on.teacherOutput(1).step(spike)
				b := math.Hypot(float64(want[0]), float64(want[1]))
				angle := values["angle"]
				if d := math.Abs(float64(angle[2]) - b); d > 1e-4*(1+b) {
					t.Errorf("%s: the student's vector is %v long, its output %v", arm, angle[2], b)
				}
				dot := float64(a[0])*float64(want[0]) + float64(a[1])*float64(want[1])
				cos := dot / b / math.Hypot(float64(a[0]), float64(a[1]))
				if got := math.Cos(float64(angle[3]) / 180 * math.Pi); math.Abs(got-cos) > 1e-4 {
					t.Errorf("%s: cosine %v, want %v", arm, got, cos)
				}
				if sum := values["channels"][0] + values["channels"][2]; math.Abs(float64(sum)-1) > 1e-5 {
					t.Errorf("%s: shares add up to %v", arm, sum)
				}
			}
		})
	}
}

func TestAStudentIsLookedIntoWhileItLearns(t *testing.T) {
	p := opened(t)
	s := taught(insiders["prior"])
	s.Arms, s.Train.Epochs = s.Arms[1:2], 100_000
	p.run(protocol.TypeRun, s)
	of := protocol.Of{Arm: "cosine", Seed: 1}
	epoch := func() {
		for {
			if m, _ := p.wait(protocol.TypeEvent); m.epochs("cosine") > 0 {
				return
			}
		}
	}
	epoch()
	first, before := p.look(protocol.Inside{Of: of, Step: spike, Pick: -1})
	epoch()
	for range 20 {
		epoch()
	}
	later, after := p.look(protocol.Inside{Of: of, Step: spike, Pick: -1})
	if first.Epoch < 1 || later.Epoch <= first.Epoch {
		t.Errorf("epochs %d, then %d", first.Epoch, later.Epoch)
	}
	if before["angle"][3] == after["angle"][3] {
		t.Error("the angle stays as it is while the student learns")
	}
	p.post(protocol.Request{Type: protocol.TypeReset})
	p.state(protocol.StateIdle)
	id := p.post(protocol.Request{Type: protocol.TypeInside, Inside: &protocol.Inside{Of: of, Step: spike}})
	p.fails(id, "inside", "", "no data")
}

func TestWhatCannotBeLookedIntoIsSaid(t *testing.T) {
	p := opened(t)
	id := p.post(protocol.Request{Type: protocol.TypeInside})
	p.fails(id, "inside", "", "")
	p.run(protocol.TypeRun, taught(insiders["row"]))
	p.state(protocol.StateIdle)
	for want, asked := range map[string]protocol.Inside{
		"cannot be looked into": {Of: protocol.Of{Arm: "random", Seed: 1}},
		"seed 9":                {Of: protocol.Of{Arm: "cosine", Seed: 9}},
		"in no window":          {Of: protocol.Of{Arm: "cosine", Seed: 1}, Step: 42},
		"Step −1":               {Of: protocol.Of{Arm: "cosine", Seed: 1}, Step: -1},
	} {
		id := p.post(protocol.Request{Type: protocol.TypeInside, Inside: &asked})
		p.fails(id, "inside", "", want)
	}
	// Layers and heads that there are not are the nearest that there are.
	i, _ := p.look(protocol.Inside{Of: protocol.Of{Arm: "cosine", Seed: 1}, Step: 3, Layer: 9, Head: -4, Pick: 77})
	if i.Layer != 0 || i.Head != 0 {
		t.Errorf("layer %d, head %d", i.Layer, i.Head)
	}
}

func TestWhatIsUsualIsWhatHappensOutsideOfAlarms(t *testing.T) {
	// Two channels; the error of the second is large in the one alarm, that of the first elsewhere.
	output, input := []float32{1, 0, 1, 0, 0, 9}, make([]float32, 6)
	u := usualErrors(output, input, 2, []steps.Range{{From: 2, To: 3}})
	if u.shares[0] != 1 || u.shares[1] != 0 || u.deviates[0] != 1 || u.deviates[1] != 0 {
		t.Errorf("%+v, want all of the first channel", u)
	}
	all := usualErrors(output, input, 2, []steps.Range{{To: 3}})
	if all.shares[1] <= all.shares[0] {
		t.Errorf("%+v: where everything is an alarm, all steps count", all)
	}
}
