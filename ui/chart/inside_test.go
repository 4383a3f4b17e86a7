package chart

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
)

func numbered(n int) Side { return Side{Count: n, Name: strconv.Itoa} }

// shades are the classes of a map's rectangles by their corners.
func shades(t *testing.T, f Figure) map[string][][2]float64 {
	t.Helper()
	out := map[string][][2]float64{}
	for _, p := range f.Paths {
		if strings.HasPrefix(p.Class, "heat") {
			out[p.Class] = points(t, p.D)
		}
	}
	return out
}

func TestAMapIsDarkerWhereItsValueIsLarger(t *testing.T) {
	m := Heat{High: 1, Rows: numbered(1), Columns: numbered(1)}
	for _, root := range []bool{false, true} {
		m.Root = root
		last := 0
		for i := range 101 {
			v := float32(i) / 100
			level := m.level(v)
			if level < last {
				t.Fatalf("%v has shade %d, less than a smaller value", v, level)
			}
			last = level
		}
		if m.level(0) != 0 || m.level(1) != heatLevels-1 || m.level(5) != heatLevels-1 || m.level(-1) != 0 ||
			m.level(float32(math.NaN())) != 0 {
			t.Error("the ends of the scale are not its ends")
		}
	}
	// By square roots a quarter is half as dark as the whole.
	if got := (Heat{High: 1, Root: true}).level(0.25); got != 6 {
		t.Errorf("shade %d of a quarter, want the sixth of twelve", got)
	}
}

func TestAMapFramesItsRowAndEveryCellLiesInItsPlace(t *testing.T) {
	const n = 10
	m := Heat{Rows: numbered(n), Columns: numbered(n), Values: make([]float32, n*n), High: 1, Row: 3, Column: -1, Square: true,
		Widths: make([]float32, n)}
	m.Values[3*n+7] = 1
	f := m.Draw(300, 200, 1)
	r := m.Plot(300, 200, 1)
	if r.W != r.H || r.Y+r.H > 200 || r.X+r.W > 300 {
		t.Fatalf("plot %+v, want a square in 300 by 200", r)
	}
	cell := r.W / n
	for class, at := range shades(t, f) {
		for _, p := range at {
			if class != "heat heat-12" || p[0] < r.X+7*cell-0.1 || p[0] > r.X+8*cell+0.1 || p[1] < r.Y+3*cell-0.1 ||
				p[1] > r.Y+4*cell+0.1 {
				t.Errorf("%s at %v, want only row 3, column 7", class, p)
			}
		}
	}
	framed := false
	for _, p := range f.Paths {
		if p.Class == "frame" {
			framed = true
			if at := points(t, p.D); math.Abs(at[0][1]-(r.Y+3*cell-1)) > 0.1 {
				t.Errorf("the frame begins at %v, row 3 at %v", at[0][1], r.Y+3*cell)
			}
		}
	}
	if !framed {
		t.Error("no row is framed")
	}
}

func TestAProfileBesideAMapStandsAtItsRows(t *testing.T) {
	const n = 8
	values := make([]float32, n)
	values[5] = 2
	p := &Profile{Numbers: words.English().Numbers, Columns: numbered(n), High: 2, Column: 5,
		Rows: []ProfileRow{{Class: "line x", Values: values}}}
	m := Heat{Rows: numbered(n), Columns: numbered(n), Values: make([]float32, n*n), High: 1, Row: 5, Column: -1, Square: true,
		Beside: p, BesideTitle: "Discrepancy"}
	f := m.Draw(400, 220, 1)
	r := m.Plot(400, 220, 1)
	middle := r.Y + 5.5*r.H/n
	for _, path := range f.Paths {
		switch path.Class {
		case "line x":
			at := points(t, path.D)
			if len(at) != n || math.Abs(at[5][1]-middle) > 0.1 || at[5][0] <= at[4][0] {
				t.Errorf("line %v, want its peak at %v", at, middle)
			}
		case "cursor-line":
			if at := points(t, path.D); math.Abs(at[0][1]-middle) > 0.1 || math.Abs(at[1][1]-middle) > 0.1 {
				t.Errorf("cursor at %v, want %v", at, middle)
			}
		}
	}
}

func TestAProfileBreaksAtGapsAndItsBandHoldsItsMean(t *testing.T) {
	nan := float32(math.NaN())
	p := Profile{Numbers: words.English().Numbers, Columns: Side{Count: 5, Name: strconv.Itoa, Truth: []steps.Range{{From: 1, To: 3}}},
		Column: 2, Rows: []ProfileRow{{Class: "area x", Values: []float32{0, 0, 0, 0, 0}, Low: true},
			{Class: "none", Values: []float32{2, 2, 2, 2, 2}}, {Class: "line x", Values: []float32{1, nan, 1, 1, nan}}}}
	f := p.Draw(300, 150, 1)
	for _, path := range f.Paths {
		switch path.Class {
		case "line x":
			if got := strings.Count(path.D, "M"); got != 2 {
				t.Errorf("line %q, want two parts", path.D)
			}
		case "area x":
			if got := len(points(t, path.D)); got != 10 {
				t.Errorf("band of %d points, want both ends of five steps", got)
			}
		}
		for _, at := range points(t, path.D) {
			if at[0] < 0 || at[0] > 300 || at[1] < 0 || at[1] > 150 {
				t.Errorf("%s: %v lies outside", path.Class, at)
			}
		}
	}
}

// direction is where an arrow points, in degrees, and how long it is.
func direction(t *testing.T, f Figure, class string) (degrees, length float64) {
	t.Helper()
	for _, p := range f.Paths {
		if p.Class == "line "+class {
			at := points(t, p.D)
			dx, dy := at[1][0]-at[0][0], at[0][1]-at[1][1]
			return math.Atan2(dy, dx) * 180 / math.Pi, math.Hypot(dx, dy)
		}
	}
	t.Fatalf("no arrow %s", class)
	return 0, 0
}

func TestVectorsHaveTheirTrueAngleAndLength(t *testing.T) {
	for _, degrees := range []float64{0, 12, 53, 90, 137, 180} {
		v := Vectors{Numbers: words.English().Numbers, List: []Vector{{"a", "teacher", 2, 0}, {"b", "student", 1.5, degrees}}}
		f := v.Draw(260, 220, 1)
		from, first := direction(t, f, "a")
		to, second := direction(t, f, "b")
		turned := math.Mod(to-from+365, 360) - 5
		if math.Abs(turned-degrees) > 0.3 {
			t.Errorf("%v degrees are drawn as %v", degrees, turned)
		}
		if math.Abs(second/first-0.75) > 0.01 {
			t.Errorf("%v degrees: lengths %v and %v, want 1.5 of 2", degrees, second, first)
		}
		for _, p := range f.Paths {
			for _, at := range points(t, p.D) {
				if at[0] < 0 || at[0] > 260 || at[1] < 0 || at[1] > 220 {
					t.Errorf("%v degrees: %s at %v lies outside", degrees, p.Class, at)
				}
			}
		}
	}
}

func TestARingDrawsTheEdgesOfItsNodeApart(t *testing.T) {
	r := Ring{Names: []string{"a", "b", "c"}, High: 2, Node: 1, Class: "x",
		Values: []float32{0, 1, 2 /* */, 2, 0, 1 /* */, 0, 0, 0}}
	f := r.Draw(300, 300, 1)
	count := map[string]int{}
	var nodes []string
	for _, p := range f.Paths {
		count[p.Class] += strings.Count(p.D, "Q")
		if strings.HasPrefix(p.Class, "node") {
			nodes = append(nodes, p.Pick)
		}
	}
	for class, want := range map[string]int{"edge": 1, "edge some": 1, "edge on x": 1, "edge on some x": 1} {
		if count[class] != want {
			t.Errorf("%d of %q, want %d", count[class], class, want)
		}
	}
	if strings.Join(nodes, "") != "012" {
		t.Errorf("nodes pick %v", nodes)
	}
}

func TestSharesShowAsManyAsFitWithTheirTicks(t *testing.T) {
	s := Shares{Numbers: words.English().Numbers, Class: "x", Names: []string{"first", "second", "third"},
		Values: []float32{0.6, 0.1, 0.3, 0.5, 0.1, 0.4}, Marked: []int{0, 2}, IDs: []int{7, 8, 9}, Percent: true}
	f := s.Draw(300, 34, 1)
	bars, ticks, marks := 0, 0, 0
	for _, p := range f.Paths {
		switch p.Class {
		case "share x":
			bars++
			if p.Pick != []string{"7", "8"}[bars-1] {
				t.Errorf("bar %d picks %s", bars, p.Pick)
			}
		case "usual":
			ticks++
		case "bracket-bar":
			marks++
		}
	}
	if bars != 2 || ticks != 2 || marks != 1 || f.Texts[0].Text != "60 %" {
		t.Errorf("%d bars, %d ticks, %d marks, %v", bars, ticks, marks, f.Texts)
	}
}
