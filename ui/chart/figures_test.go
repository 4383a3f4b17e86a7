package chart

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
)

// within fails for a corner of a path, or the anchor of a text, outside the figure; slack allows for marks.
func within(t *testing.T, f Figure, slack float64) {
	t.Helper()
	for _, p := range f.Paths {
		for _, at := range points(t, p.D) {
			if at[0] < -slack || at[0] > f.W+slack || at[1] < -slack || at[1] > f.H+slack {
				t.Fatalf("%s: point %v outside %v x %v: %s", p.Class, at, f.W, f.H, p.D)
			}
		}
	}
	for _, s := range f.Texts {
		if s.X < 0 || s.X > f.W || s.Y < 0 || s.Y > f.H {
			t.Fatalf("text %q at %v, %v outside %v x %v", s.Text, s.X, s.Y, f.W, f.H)
		}
	}
}

func TestTheTimeAxisLabelsWholeSteps(t *testing.T) {
	f := TimeAxis(words.English(), nil, Scale{From: 12000, To: 22080, Start: 38, End: 800}, 826, 24, 1)
	within(t, f, 0)
	var got []string
	for _, s := range f.Texts {
		got = append(got, s.Text)
	}
	want := []string{"12\u2009000", "14\u2009000", "16\u2009000", "18\u2009000", "20\u2009000", "22\u2009000"}
	if !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
	few := TimeAxis(words.English(), nil, Scale{From: 100, To: 104, Start: 38, End: 1800}, 1826, 24, 1)
	for _, s := range few.Texts {
		if strings.ContainsAny(s.Text, ".,") {
			t.Errorf("a step is called %q", s.Text)
		}
	}
}

func TestAStripShowsSeedsMeanChanceAndUntrainedOnOneScale(t *testing.T) {
	s := Strip{Look: LookOf("cosine", 0), Seeds: []float64{30, 33, 32}, Mean: 31.7, Chance: 9.5, Best: 20,
		Untrained: 18.4}
	wait := Strip{Look: LookOf("mse", 0), Mean: none, Chance: 9.5, Untrained: 18.4, Best: none}
	on := StripExtent([]Strip{s, wait})
	if on.Lo > 9.5 || on.Hi < 33 {
		t.Fatalf("the scale %+v leaves out chance or a seed", on)
	}
	f := s.Draw(on, 120, 12, 1)
	within(t, f, 1)
	var classes []string
	for _, p := range f.Paths {
		classes = append(classes, p.Class)
	}
	mark := "mark arm-cosine"
	if want := []string{"axis", "chance", "untrained", "best", mark, mark, mark,
		"mean arm-cosine"}; !slices.Equal(classes, want) {
		t.Errorf("a strip of %q, want %q", classes, want)
	}
	if got := len(wait.Draw(on, 120, 12, 1).Paths); got != 3 {
		t.Errorf("a waiting arm has %d paths, want axis, chance and untrained", got)
	}
}

func TestTheEffectIsSymmetricAndHoldsEverySeed(t *testing.T) {
	e := Effect{Numbers: numbers, Look: LookOf("cosine", 0), Seeds: []float64{-1.4, 1.6, 2.2}, Mean: 0.8,
		Low: -1.1, High: 2.7, Label: "+0.8"}
	f := e.Draw(300, 1)
	within(t, f, 0)
	var got []string
	for _, s := range f.Texts {
		got = append(got, s.Text)
	}
	if want := []string{"−4", "−2", "+2", "+4", "0", "+0.8"}; !slices.Equal(got, want) {
		t.Errorf("texts %q, want %q", got, want)
	}
	one := Effect{Numbers: numbers, Look: LookOf("cosine", 0), Seeds: []float64{0}, Mean: 0, Low: none,
		High: none, Label: "0.0"}.Draw(300, 1)
	interval := func(p Path) bool { return strings.HasPrefix(p.Class, "interval") }
	if slices.ContainsFunc(one.Paths, interval) {
		t.Error("one seed has an interval")
	}
	if e.Excludes0 = true; f.Paths[0].Class != "interval arm-cosine" ||
		e.Draw(300, 1).Paths[0].Class != "interval shown arm-cosine" {
		t.Errorf("the interval looks like %q where it holds 0", f.Paths[0].Class)
	}
}

func TestTheEffectAxisReachesEveryValue(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for range 500 {
		v := r.NormFloat64() * math.Exp(3*r.NormFloat64())
		x := Effect{Numbers: numbers, Seeds: []float64{v}, Mean: v, Low: none, High: none}.axis(300, 1)
		if math.Abs(v) > x.To || x.To > 10*math.Abs(v) {
			t.Fatalf("the axis for %v reaches to %v", v, x.To)
		}
	}
}

func TestLearningCurvesAreNamedAtTheirEndsWithoutOverlap(t *testing.T) {
	epochs := []float64{1, 2, 3}
	c := Curves{Numbers: numbers, Kind: Log, From: 0, To: 10, Lines: []Curve{
		{Class: "total", Label: "total", X: epochs, Y: []float64{1, 0.3, 0.2}},
		{Class: "own", Label: "own loss", X: epochs, Y: []float64{0.9, 0.29, 0.19}},
		{Class: "teacher", Label: "1 − cos", X: epochs, Y: []float64{0, none, 0.012}},
		{Class: "mse", Label: "never", X: epochs[:1], Y: []float64{none}},
	}}
	f := c.Draw(280, 110, 1)
	within(t, f, 0)
	var names []Text
	for _, s := range f.Texts {
		if s.Anchor == Start {
			names = append(names, s)
		}
	}
	if len(names) != 3 {
		t.Fatalf("%d names, want those of the three curves with values", len(names))
	}
	for i := range names {
		for j := range i {
			if d := math.Abs(names[i].Y - names[j].Y); d < 13-1e-9 {
				t.Errorf("%s and %s are %v pixels apart", names[i].Text, names[j].Text, d)
			}
		}
	}
}

func TestACurveBreaksWhereItHasNoPlaceOnALogAxis(t *testing.T) {
	l := Curve{X: []float64{0, 1, 2, 3, 4}, Y: []float64{1, 0.1, 0, none, 1}}
	x := Scale{From: 0, To: 4, Start: 0, End: 40}
	if got, want := l.path(x, Scale{Kind: Log, From: 0.1, To: 1, Start: 10, End: 0}),
		"M0 0L10 10M38 0H40"; got != want {
		t.Errorf("on a log axis %s, want %s", got, want)
	}
	if got, want := l.path(x, Scale{From: 0, To: 1, Start: 10, End: 0}),
		"M0 0L10 9L20 10M38 0H40"; got != want {
		t.Errorf("on a linear axis %s, want %s", got, want)
	}
}

func TestAPlotWithoutValuesHasItsAxes(t *testing.T) {
	for _, kind := range []Kind{Linear, Log} {
		f := Curves{Numbers: numbers, Kind: kind, From: 0, To: 10}.Draw(280, 110, 1)
		within(t, f, 0)
		if len(f.Texts) < 4 {
			t.Errorf("kind %d: %d labels, want those of both axes", kind, len(f.Texts))
		}
	}
}

func TestSpreadKeepsOrderGapAndBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	for range 500 {
		want := make([]float64, 1+r.IntN(8))
		for i := range want {
			want[i] = 120*r.Float64() - 10
		}
		at := Spread(want, 13, 0, 100)
		gap := min(13, 100/float64(max(1, len(want)-1)))
		for i := range want {
			if at[i] < -1e-9 || at[i] > 100+1e-9 {
				t.Fatalf("%v became %v, outside", want, at)
			}
			for j := range i {
				if math.Abs(at[i]-at[j]) < gap-1e-9 || (want[i] < want[j]) != (at[i] < at[j]) {
					t.Fatalf("%v became %v: too close, or out of order", want, at)
				}
			}
		}
	}
	if at := Spread([]float64{10, 50}, 13, 0, 100); !slices.Equal(at, []float64{10, 50}) {
		t.Errorf("positions far apart moved to %v", at)
	}
}

func TestEveryArmHasALookOfItsOwn(t *testing.T) {
	seen := map[Look]string{}
	for _, kind := range []string{"teacher", "alone", "cosine", "mse", "untrained", "random", "norm", "pca",
		"forecast", "cosine-input", "cosine-shuffled", "cosine-untrained", "mse-input", "mse-shuffled",
		"mse-untrained"} {
		for nth := range 5 {
			look := LookOf(kind, nth)
			if other, ok := seen[look]; ok {
				t.Errorf("arm %d of %s looks like %s", nth, kind, other)
			}
			seen[look] = kind
			if look.Mark.Path(5, 5, 3) == "" {
				t.Errorf("arm %d of %s has no marker", nth, kind)
			}
		}
	}
	if got := LookOf("something", 0).Class; got != "arm-alone" {
		t.Errorf("an unknown kind has the class %s", got)
	}
}

func TestMarksStayWithinTheirRadius(t *testing.T) {
	for m := Circle; m <= Pair; m++ {
		for _, p := range points(t, m.Path(10, 10, 4)) {
			if math.Abs(p[0]-10) > 5 || math.Abs(p[1]-10) > 5 {
				t.Errorf("mark %d reaches %v", m, p)
			}
		}
	}
	if got, want := Diamond.Path(10, 10, 4), "M10 5L15 10L10 15L5 10Z"; got != want {
		t.Errorf("diamond %s, want %s", got, want)
	}
	if got, want := Circle.Path(10, 10, 4), "M6 10A4 4 0 0 1 14 10A4 4 0 0 1 6 10Z"; got != want {
		t.Errorf("circle %s, want %s", got, want)
	}
}

func TestLegendSignsFitTheirBox(t *testing.T) {
	look := LookOf("mse", 0)
	within(t, Sample(look.Class, &look, 22, 10, 3), 0)
	within(t, Sign(look, 12, 3.4), 0)
	if got := len(Sample("input", nil, 22, 10, 3).Paths); got != 1 {
		t.Errorf("a sample without a marker has %d paths, want its line", got)
	}
}

func TestAGainOffTheScaleIsAnArrowheadAndNoCutBar(t *testing.T) {
	own := Gain{Look: LookOf("cosine", 0), Seeds: []float64{1, 2, 3}, Mean: 2, Low: -0.5, High: 4.5}
	reach := GainReach([]Gain{own})
	f := own.Draw(reach, 120, 12, 1)
	within(t, f, 0)
	classes := func(f Figure) (list []string) {
		for _, p := range f.Paths {
			list = append(list, p.Class)
		}
		return list
	}
	mark := "mark arm-cosine"
	want := []string{"axis", "zero", "interval arm-cosine", mark, mark, mark, "mean arm-cosine"}
	if got := classes(f); !slices.Equal(got, want) || reach < 4.5 {
		t.Errorf("a gain of %q, reaching to %v, want %q", got, reach, want)
	}
	far := Gain{Look: LookOf("untrained", 0), Seeds: []float64{-30}, Mean: -30, Low: -31, High: -29, Shown: true}
	out := far.Draw(reach, 120, 12, 1)
	within(t, out, 0)
	if got := classes(out); !slices.Equal(got, []string{"axis", "zero", "arrow arm-untrained"}) {
		t.Errorf("far off: %q", got)
	}
	if got := classes(Gain{Mean: none, Low: none, High: none}.Draw(1, 120, 12, 1)); len(got) != 2 {
		t.Errorf("a gain that waits: %q", got)
	}
}
