//go:build !js

// Compiled for the browser this package has vecty in it, which refuses to start outside a page. What is
// tested here is the same code either way.

package signal

import (
	"math"
	"math/rand/v2"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/ui/chart"
)

// valid fails for a view that leaves the test part or is shorter than a view may be.
func valid(t *testing.T, from, to, steps int) {
	t.Helper()
	if from < 0 || to > steps || to-from < min(leastView, steps) {
		t.Fatalf("view %d to %d of %d steps", from, to, steps)
	}
}

func TestEveryViewLiesInTheTestPartAndShowsEnough(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		p := &Props{Steps: 1 + r.IntN(3000)}
		p.From, p.To = bound(r.IntN(3000)-500, r.IntN(3000), p.Steps)
		valid(t, p.From, p.To, p.Steps)
		by := r.IntN(4000) - 2000
		for g := gripBody; g <= gripRight; g++ {
			from, to := brushed(g, p.From, p.To, by, p.Steps)
			valid(t, from, to, p.Steps)
		}
		from, to := p.panned(by)
		valid(t, from, to, p.Steps)
		from, to = p.zoomed(3*r.Float64(), p.anchor())
		valid(t, from, to, p.Steps)
	}
}

func TestZoomingKeepsTheStepUnderTheCursorInPlace(t *testing.T) {
	p := &Props{Steps: 10000, Range: steps.Range{From: 2000, To: 4000}, Cursor: 2500}
	from, to := p.zoomed(0.5, p.anchor())
	if from != 2250 || to != 3250 {
		t.Errorf("view %d to %d, want 2250 to 3250", from, to)
	}
	p.Cursor = -1
	if from, to := p.zoomed(0.5, p.anchor()); from != 2500 || to != 3500 {
		t.Errorf("without a cursor the view is %d to %d, want 2500 to 3500", from, to)
	}
}

func TestBrushPartsMoveOnlyTheirEdge(t *testing.T) {
	for _, c := range []struct {
		g        grip
		by       int
		from, to int
	}{
		{gripLeft, -100, 400, 1000},
		{gripLeft, 9000, 1000 - leastView, 1000},
		{gripRight, 100, 500, 1100},
		{gripRight, -9000, 500, 500 + leastView},
		{gripBody, 100, 600, 1100},
		{gripBody, -9000, 0, 500},
	} {
		if from, to := brushed(c.g, 500, 1000, c.by, 5000); from != c.from || to != c.to {
			t.Errorf("grip %d by %d: %d to %d, want %d to %d", c.g, c.by, from, to, c.from, c.to)
		}
	}
}

func TestTheBrushIsTakenByItsEdgesOrItsMiddle(t *testing.T) {
	for _, c := range []struct {
		pixel, left, right float64
		g                  grip
		ok                 bool
	}{
		{98, 100, 300, gripLeft, true},
		{302, 100, 300, gripRight, true},
		{200, 100, 300, gripBody, true},
		{80, 100, 300, gripBody, false},
		{320, 100, 300, gripBody, false},
		{102, 100, 104, gripBody, true}, // a brush of a few pixels can still be moved
	} {
		if g, ok := gripAt(c.pixel, c.left, c.right, 1); g != c.g || ok != c.ok {
			t.Errorf("pixel %v of a brush from %v to %v: grip %d %v, want %d %v", c.pixel, c.left, c.right,
				g, ok, c.g, c.ok)
		}
	}
}

func TestJumpsVisitEveryAnomalyBothWays(t *testing.T) {
	truth := spans(100, 110, 500, 2600, 9000, 9001)
	p := &Props{Steps: 10000, Range: steps.Range{From: 0, To: 1000}, Cursor: 0, Truth: truth}
	for _, want := range truth {
		from, to, step, ok := p.jump(truth, 1)
		if !ok || step != want.From || from > want.From || to < want.To {
			t.Fatalf("view %d to %d, cursor %d, want the anomaly %v", from, to, step, want)
		}
		valid(t, from, to, p.Steps)
		p.From, p.To, p.Cursor = from, to, step
	}
	if _, _, _, ok := p.jump(truth, 1); ok {
		t.Error("there is an anomaly after the last")
	}
	for _, want := range []steps.Range{truth[1], truth[0]} {
		from, to, step, ok := p.jump(truth, -1)
		if !ok || step != want.From {
			t.Fatalf("back at %d, want %v", step, want)
		}
		p.From, p.To, p.Cursor = from, to, step
	}
	if _, _, _, ok := (&Props{}).jump(nil, 1); ok {
		t.Error("there is an anomaly without labels")
	}
}

// The lanes are drawn again only when they look otherwise, so every field must count that shows.
func TestPropsAreTheSameOnlyIfTheyLookAlike(t *testing.T) {
	nowhere := func() Props {
		return Props{Steps: 9, Arms: []Arm{{Name: "alone", Policy: math.NaN(), Threshold: math.NaN(),
			Score: chart.Buckets{Values: []float32{1}}}},
			OnView: func(int, int) {}, OnCursor: func(int) {}}
	}
	a, b := nowhere(), nowhere()
	if b.Cursor = 3; !a.same(b) {
		t.Error("another listener, or a cursor that moves by itself, is a change")
	}
	for name, change := range map[string]func(*Props){
		"steps":     func(p *Props) { p.To = 4 },
		"focus":     func(p *Props) { p.Focus = "alone" },
		"truth":     func(p *Props) { p.Truth = []steps.Range{{From: 1, To: 2}} },
		"channels":  func(p *Props) { p.Channels = []Channel{{Number: 1}} },
		"arms":      func(p *Props) { p.Arms = append(p.Arms, Arm{}) },
		"threshold": func(p *Props) { p.Arms[0].Threshold = 2 },
		"score":     func(p *Props) { p.Arms[0].Score.Values = []float32{2} },
		"note":      func(p *Props) { p.Arms[0].Note = "failed" },
		"error":     func(p *Props) { p.ChannelsError = "no channel" },
	} {
		b := nowhere()
		change(&b)
		if a.same(b) {
			t.Errorf("%s: a change that shows is none", name)
		}
	}
}
