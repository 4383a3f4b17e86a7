package distill_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/distill"
	"cosinelab/engine/graph"
	"cosinelab/engine/spec"
)

// pair is a teacher and a student output of the same odd shape, with values.
type pair struct {
	teacher, student *graph.Node
	feeds            backendtest.Feeds
}

func newPair(t *testing.T) pair {
	t.Helper()
	var p pair
	if _, err := graph.Build(func(g *graph.Graph) {
		p.teacher = g.Input("teacher", 2, 5, 3)
		p.student = g.Param("student", graph.Init{}, 2, 5, 3)
	}); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 8))
	p.feeds = backendtest.Feeds{}
	for _, n := range []*graph.Node{p.teacher, p.student} {
		for range n.Shape.Len() {
			p.feeds[n] = append(p.feeds[n], rng.NormFloat64())
		}
	}
	return p
}

func (p pair) eval(t *testing.T, n *graph.Node) []float64 {
	t.Helper()
	v, err := backendtest.Eval(p.feeds, n)
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

func (p pair) term(t *testing.T, kind spec.ObjectiveKind, axis spec.AxisKind) *graph.Node {
	t.Helper()
	d, err := distill.Term(spec.Objective{Kind: kind, Axis: axis}, p.teacher, p.student)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// groups are the positions of each vector in [2,5,3].
func groups(axis spec.AxisKind) [][]int {
	key := func(b, l, c int) int {
		switch axis {
		case spec.AxisChannel:
			return 5*b + l
		case spec.AxisTime:
			return 3*b + c
		}
		return b
	}
	out := make([][]int, map[spec.AxisKind]int{spec.AxisChannel: 10, spec.AxisTime: 6,
		spec.AxisWindow: 2}[axis])
	for i := range 30 {
		k := key(i/15, i/3%5, i%3)
		out[k] = append(out[k], i)
	}
	return out
}

func cosineOf(a, b []float64, at []int) float64 {
	var ab, aa, bb float64
	for _, i := range at {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

func TestCosineTermIsOneMinusTheMeanCosineOfEachGroup(t *testing.T) {
	p := newPair(t)
	for axis := range spec.Each(spec.AxisCount) {
		vectors, mean := groups(axis), 0.0
		for _, at := range vectors {
			mean += cosineOf(p.feeds[p.teacher], p.feeds[p.student], at) / float64(len(vectors))
		}
		if got := p.eval(t, p.term(t, spec.ObjectiveCosine, axis))[0]; math.Abs(got-(1-mean)) > 1e-12 {
			t.Errorf("axis %s: %v, want %v", axis, got, 1-mean)
		}
	}
}

func TestCosineTermIsBlindToScaleAndItsGradientIsOrthogonalToTheStudent(t *testing.T) {
	p := newPair(t)
	for axis := range spec.Each(spec.AxisCount) {
		d := p.term(t, spec.ObjectiveCosine, axis)
		grads, err := autodiff.Gradients(d, p.student)
		if err != nil {
			t.Fatal(err)
		}
		before, dot := p.eval(t, d)[0], 0.0
		for i, x := range p.eval(t, grads[0]) {
			dot += x * p.feeds[p.student][i]
		}
		if math.Abs(dot) > 1e-12 {
			t.Errorf("axis %s: gradient times student is %v, want 0", axis, dot)
		}
		scaled := pair{p.teacher, p.student, backendtest.Feeds{p.teacher: p.feeds[p.teacher]}}
		for _, x := range p.feeds[p.student] {
			scaled.feeds[p.student] = append(scaled.feeds[p.student], 1e3*x)
		}
		if after := scaled.eval(t, d)[0]; math.Abs(after-before) > 1e-12 {
			t.Errorf("axis %s: %v after scaling, %v before", axis, after, before)
		}
	}
}

func TestTeacherGetsNoGradient(t *testing.T) {
	p := newPair(t)
	for kind := range spec.Each(spec.ObjectiveCount) {
		grads, err := autodiff.Gradients(p.term(t, kind, spec.AxisChannel), p.teacher)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range p.eval(t, grads[0]) {
			if x != 0 {
				t.Fatalf("%s: gradient %v reaches the teacher", kind, x)
			}
		}
	}
}

func TestVanishingVectorsGetNoGradient(t *testing.T) {
	p := newPair(t)
	for i := range p.feeds[p.student] {
		p.feeds[p.student][i] = 0
	}
	d := p.term(t, spec.ObjectiveCosine, spec.AxisWindow)
	grads, err := autodiff.Gradients(d, p.student)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range p.eval(t, grads[0]) {
		if x != 0 {
			t.Fatalf("gradient %v, want 0", x)
		}
	}
	if got := p.eval(t, d)[0]; got != 1 {
		t.Errorf("term %v, want 1", got)
	}
}

func TestDisagreementIsOneMinusTheCosineOfEachStep(t *testing.T) {
	p := newPair(t)
	got := p.eval(t, distill.Disagreement(p.teacher, p.student))
	for k, at := range groups(spec.AxisChannel) {
		want := 1 - cosineOf(p.feeds[p.teacher], p.feeds[p.student], at)
		if math.Abs(got[k]-want) > 1e-12 {
			t.Errorf("step %d: %v, want %v", k, got[k], want)
		}
	}
}

func TestWeightFallsFromFullOverTheEpochs(t *testing.T) {
	for _, c := range []struct {
		schedule spec.WeightScheduleKind
		want     [4]float64
	}{
		{spec.WeightConstant, [4]float64{2, 2, 2, 2}},
		{spec.WeightLinear, [4]float64{2, 1.5, 1, 0.5}},
		{spec.WeightCosine, [4]float64{2, 1 + math.Sqrt2/2, 1, 1 - math.Sqrt2/2}},
	} {
		for i, want := range c.want {
			if got := distill.Weight(spec.Objective{Schedule: c.schedule, Weight: 2}, i+1,
				4); math.Abs(got-want) > 1e-15 {
				t.Errorf("%s, epoch %d: %v, want %v", c.schedule, i+1, got, want)
			}
		}
		if got := distill.Weight(spec.Objective{Schedule: c.schedule, Weight: 2}, 1, 1); got != 2 {
			t.Errorf("%s, one epoch: %v, want 2", c.schedule, got)
		}
	}
}

func TestTermSaysWhatIsWrong(t *testing.T) {
	p := newPair(t)
	short := graph.SliceAxis(p.teacher, 1, 0, 4)
	for _, c := range []struct {
		objective spec.Objective
		teacher   *graph.Node
		want      string
	}{
		{spec.Objective{Kind: spec.ObjectiveCosine}, p.teacher, "distill: objective cosine without an axis"},
		{spec.Objective{Kind: spec.ObjectiveMSE}, short,
			"distill: teacher [2,4,3] and student [2,5,3], want one shape [B,L,C]"},
	} {
		if _, err := distill.Term(c.objective, c.teacher, p.student); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}
