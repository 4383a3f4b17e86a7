package chart

import (
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cosinelab/datasets/steps"
)

var none = math.NaN()

// reduce makes n buckets of a series the slow way.
func reduce(series []float64, n int) Buckets {
	b := Buckets{Range: steps.Range{To: len(series)}}
	for k := range n {
		part := series[k*len(series)/n : (k+1)*len(series)/n]
		lo, hi, sum, count := math.Inf(1), math.Inf(-1), 0.0, 0
		for _, v := range part {
			if !math.IsNaN(v) {
				lo, hi, sum, count = min(lo, v), max(hi, v), sum+v, count+1
			}
		}
		if count == 0 {
			lo, hi = none, none
		}
		b.Values = append(b.Values, float32(lo), float32(hi), float32(sum/float64(count)))
	}
	return b
}

var command = regexp.MustCompile(`([MLHVAZ])([-0-9. ]*)`)

// points reads path data back into its corner points.
func points(t *testing.T, d string) [][2]float64 {
	t.Helper()
	var out [][2]float64
	var x, y float64
	for _, m := range command.FindAllStringSubmatch(d, -1) {
		var at []float64
		for _, f := range strings.Fields(m[2]) {
			v, err := strconv.ParseFloat(f, 64)
			if err != nil {
				t.Fatalf("path %q: %v", d, err)
			}
			at = append(at, v)
		}
		switch m[1] {
		case "M", "L":
			x, y = at[0], at[1]
		case "H":
			x = at[0]
		case "V":
			y = at[0]
		case "A":
			x, y = at[5], at[6]
		}
		out = append(out, [2]float64{x, y})
	}
	return out
}

func TestPathsAreShortAndExactToATenth(t *testing.T) {
	b := Buckets{steps.Range{From: 0, To: 4}, []float32{0, 2, 1, 1, 1, 1, 3, 4, 3.5, 0, 0, 0}}
	x := Scale{From: 0, To: 4, Start: 10, End: 50}
	y := Scale{From: 0, To: 4, Start: 40, End: 0}
	for _, c := range []struct{ name, got, want string }{
		{"line", Line(b, x, y), "M15 30L25 30L35 5L45 40"},
		{"peaks", Peaks(b, x, y), "M15 20L25 30L35 0L45 40"},
		{"envelope", Envelope(
			b, x, y), "M10 20L15 20L25 30L35 0L45 40L50 40L50 40L45 40L35 10L25 30L15 40L10 40Z"},
		{"area", Area(b, x, y, 40), "M10 40L15 20L25 30L35 0L45 40L50 40Z"},
		{"strokes", Strokes(b, x, y), "M15 20V40M25 29.5V30.5M35 0V10M45 39V40"},
		{"horizontal", Horizontal(1, 2.25, 3), "M1 3H2.3"},
		{"vertical", Vertical(-0.04, 2, 3), "M0 2V3"},
		{"box", Box(Rect{1, 2, 3, 4}), "M1 2H4V6H1Z"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}

func TestMissingValuesBreakLines(t *testing.T) {
	n := float32(none)
	b := Buckets{steps.Range{From: 0, To: 6}, []float32{1, 1, 1, n, n, n, 1, 1, 1, n, n, n, 1, 1, 1, 2, 2, 2}}
	x := Scale{From: 0, To: 6, Start: 0, End: 60}
	y := Scale{From: 0, To: 2, Start: 20, End: 0}
	if got, want := Line(b, x, y), "M0 10H10M20 10H30M45 10L55 0"; got != want {
		t.Errorf("line %s, want %s", got, want)
	}
	if got := strings.Count(Envelope(b, x, y), "Z"); got != 3 {
		t.Errorf("the envelope has %d parts, want 3", got)
	}
	if got := Line(Buckets{steps.Range{From: 0, To: 2}, []float32{n, n, n, n, n, n}}, x, y) + Line(Buckets{},
		x, y); got != "" {
		t.Errorf("a line without values is drawn: %s", got)
	}
}

func TestAOneStepSpikeIsNeverLost(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x := Scale{From: 0, To: 20000, Start: 38, End: 838}
	y := Scale{From: -1, To: 10, Start: 60, End: 0}
	for range 50 {
		series := make([]float64, 20000)
		for i := range series {
			series[i] = 0.1 * r.NormFloat64()
		}
		at := r.IntN(len(series))
		series[at] = 10
		b := reduce(series, 800)
		for name, d := range map[string]string{
			"envelope": Envelope(b, x, y), "peaks": Peaks(b, x, y), "area": Area(b, x, y, 60),
			"strokes": Strokes(b, x, y),
			"merged":  Envelope(b.Merge(4), x, y),
		} {
			if !slices.ContainsFunc(points(t, d),
				func(p [2]float64) bool { return p[1] == 0 && math.Abs(p[0]-x.At(float64(at))) <= 4 }) {
				t.Fatalf("%s: the spike at step %d does not reach the top", name, at)
			}
		}
	}
}

// someLine returns buckets with gaps, around or beside the steps 1000 to 2000.
func someLine(r *rand.Rand) Buckets {
	b := Buckets{Range: steps.Range{From: r.IntN(1500)}, Values: make([]float32, 0, 300)}
	b.To = b.From + 1 + r.IntN(2000)
	for range 1 + r.IntN(100) {
		lo := r.NormFloat64()
		hi := lo + r.ExpFloat64()
		if r.IntN(8) == 0 {
			lo, hi = none, none
		}
		b.Values = append(b.Values, float32(lo), float32(hi), float32((lo+hi)/2))
	}
	return b
}

func TestNoPointLiesOutsideThePlot(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	x := Scale{From: 1000, To: 2000, Start: 38, End: 640}
	y := Scale{Kind: Sqrt, From: 0, To: 1, Start: 50, End: 3}
	for range 500 {
		b := someLine(r)
		for name, d := range map[string]string{
			"line": Line(b, x, y), "peaks": Peaks(b, x, y), "envelope": Envelope(b, x, y),
			"area":    Area(b, x, y, 50),
			"strokes": Strokes(b, x, y), "clipped": Clipped(b, x, y, 3),
		} {
			for _, p := range points(t, d) {
				if p[0] < 38 || p[0] > 640 || p[1] < 3 || p[1] > 50 {
					t.Fatalf("%s of %+v: point %v in %s", name, b, p, d)
				}
			}
		}
	}
}

func TestMergingKeepsExtremesAndStepsInPlace(t *testing.T) {
	b := reduce([]float64{1, 5, 2, 0, none, none, 3, 3, none}, 9)
	m := b.Merge(3)
	want := []float32{1, 5, 8. / 3, 0, 0, 0, 3, 3, 3}
	if !slices.Equal(m.Values, want) || m.Step(1) != b.Step(4) {
		t.Errorf("got %v at %v, want %v at %v", m.Values, m.Step(1), want, b.Step(4))
	}
	if got := b.Merge(2).Len(); got != 9 {
		t.Errorf("nine buckets in pairs became %d, want them left as they are", got)
	}
	if e := m.Extent(); e.Lo != 0 || e.Hi != 5 {
		t.Errorf("extent %+v, want 0 to 5", e)
	}
}

func TestBucketsFindTheirSteps(t *testing.T) {
	b := Buckets{steps.Range{From: 10, To: 20}, []float32{1, 1, 1, 2, 2, 2, float32(none), float32(none),
		float32(none), 4, 4, 4}}
	for step, want := range map[int]int{10: 0, 12: 1, 14: 1, 19: 3} {
		if k, ok := b.At(step); k != want || !ok {
			t.Errorf("step %d lies in bucket %d (%v), want %d", step, k, ok, want)
		}
	}
	for _, step := range []int{9, 20, 16} {
		if _, ok := b.At(step); ok {
			t.Errorf("step %d has a value", step)
		}
	}
	if _, ok := (Buckets{}).At(0); ok || !(Buckets{}).Empty() || b.Empty() {
		t.Error("empty buckets are not known as such")
	}
}

func TestAboveFindsEveryStepOverTheThreshold(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		series := make([]float64, 50+r.IntN(500))
		for i := range series {
			series[i] = r.ExpFloat64()
		}
		spans := reduce(series, 1+r.IntN(len(series))).Above(3)
		for i, v := range series {
			if v > 3 && !slices.ContainsFunc(spans,
				func(s steps.Range) bool { return s.Meets(steps.Range{From: i, To: i + 1}) }) {
				t.Fatalf("step %d is over the threshold and in none of %v", i, spans)
			}
		}
		for i := 1; i < len(spans); i++ {
			if spans[i].From <= spans[i-1].To {
				t.Fatalf("spans touch: %v", spans)
			}
		}
	}
}

func TestCutPeaksAreMarked(t *testing.T) {
	b := Buckets{steps.Range{From: 0, To: 3}, []float32{0, 1, 1, 0, 9, 1, 0, 1, 1}}
	x := Scale{From: 0, To: 3, Start: 0, End: 30}
	if got, want := Clipped(b, x, Scale{To: 2, Start: 20}, 1), "M10 1H20"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := Clipped(b, x, Scale{To: 9, Start: 20}, 1); got != "" {
		t.Errorf("a peak that just fits is marked: %s", got)
	}
}

// someSpans returns ascending disjoint spans, many of them one step long.
func someSpans(r *rand.Rand, length int) []steps.Range {
	var out []steps.Range
	for at := r.IntN(200); at < length; at += 1 + r.IntN(400) {
		s := steps.Range{From: at, To: min(length, at+1+r.IntN(2)*r.IntN(300))}
		out = append(out, s)
		at = s.To
	}
	return out
}

func TestEverySegmentInViewIsVisibleAndInsideThePlot(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 200 {
		truth := someSpans(r, 28000)
		from := r.IntN(20000)
		x := Scale{From: float64(from), To: float64(from + 10 + r.IntN(8000)), Start: 38,
			End: 38 + 200*(1+r.Float64())}
		areas, edges := Bands(truth, x, 40)
		in := InView(truth, x)
		if got := strings.Count(areas, "Z"); got != len(in) {
			t.Fatalf("%d areas for %d segments in view", got, len(in))
		}
		for box := range strings.SplitSeq(strings.TrimSuffix(areas, "Z"), "Z") {
			if box == "" {
				continue
			}
			p := points(t, box)
			if w := p[1][0] - p[0][0]; w < 1 || p[0][0] < 38 || p[1][0] > x.End+0.05 {
				t.Fatalf("segment from %v to %v on %v to %v", p[0][0], p[1][0], x.Start, x.End)
			}
		}
		if strings.Count(edges, "M") != 2*len(in) || strings.Count(Brackets(truth, x, 1, 5), "M") != len(in) {
			t.Fatalf("edges or brackets are missing for %d segments", len(in))
		}
	}
}

func TestNamesCountOverTheWholePartAndKeepApart(t *testing.T) {
	truth := []steps.Range{{From: 0, To: 10}, {From: 100, To: 110}, {From: 112, To: 113},
		{From: 150, To: 190}}
	x := Scale{From: 90, To: 200, Start: 0, End: 220}
	names := Names(truth, x, 12, 20)
	var got []string
	for _, n := range names {
		got = append(got, n.Text)
	}
	if want := []string{"A2", "A4"}; !slices.Equal(got, want) {
		t.Errorf("names %v, want %v", got, want)
	}
	if names[0].X != 30 {
		t.Errorf("A2 stands at %v, want the middle of its band, 30", names[0].X)
	}
}

func TestClassifyAgreesWithComparingEveryPair(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 300 {
		truth, alarms := someSpans(r, 3000), someSpans(r, 3000)
		var want Alarms
		for _, a := range alarms {
			if slices.ContainsFunc(truth, a.Meets) {
				want.Right = append(want.Right, a)
			} else {
				want.False = append(want.False, a)
			}
		}
		for _, s := range truth {
			if !slices.ContainsFunc(alarms, s.Meets) {
				want.Missed = append(want.Missed, s)
			}
		}
		got := Classify(alarms, truth)
		if !slices.Equal(got.Right, want.Right) || !slices.Equal(got.False, want.False) ||
			!slices.Equal(got.Missed, want.Missed) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
}

func TestCloseAlarmsAreDrawnAsOneAndShortOnesAreSeen(t *testing.T) {
	x := Scale{From: 0, To: 1000, Start: 0, End: 100}
	alarms := []steps.Range{{From: 0, To: 1}, {From: 5, To: 7}, {From: 500, To: 501}, {From: 990, To: 1000}}
	if got, want := Bars(alarms, x, 10, 6, 0),
		"M0 10H3V16H0ZM48.6 10H51.6V16H48.6ZM97 10H100V16H97Z"; got != want {
		t.Errorf("bars %s, want %s", got, want)
	}
	if got, want := Bars(alarms[3:], x, 10, 6, 0.8), "M96.2 10.8H99.2V15.2H96.2Z"; got != want {
		t.Errorf("hollow bar %s, want %s", got, want)
	}
}
