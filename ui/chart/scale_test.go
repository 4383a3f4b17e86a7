package chart

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/assets/words"
)

var kinds = []Kind{Linear, Sqrt, Log}

// someScale returns a scale of the kind with random values and pixels, half of them upside down.
// numbers are those of the labels in all tests.
var numbers = words.English().Numbers

func someScale(r *rand.Rand, kind Kind) Scale {
	from := math.Exp(r.NormFloat64())
	s := Scale{Kind: kind, From: from, To: from + math.Exp(3*r.NormFloat64()), Start: 200 * r.Float64(),
		End: 300 + 900*r.Float64()}
	if kind == Linear {
		s.From -= 5
	}
	if r.IntN(2) == 0 {
		s.Start, s.End = s.End, s.Start
	}
	return s
}

func TestScalesAreMonotoneAndStayWithinTheirPixels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, kind := range kinds {
		for range 300 {
			s := someScale(r, kind)
			lo, hi := min(s.Start, s.End), max(s.Start, s.End)
			last := s.Start
			for k := -5; k <= 105; k++ {
				at := s.At(s.From + (s.To-s.From)*float64(k)/100)
				if at < lo || at > hi {
					t.Fatalf("%+v puts a value at %v, outside", s, at)
				}
				if (at-last)*(s.End-s.Start) < 0 {
					t.Fatalf("%+v turns back from %v to %v", s, last, at)
				}
				last = at
			}
		}
	}
}

func TestValueIsTheInverseOfAt(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, kind := range kinds {
		for range 300 {
			s := someScale(r, kind)
			v := s.From + r.Float64()*(s.To-s.From)
			if got := s.Value(s.At(v)); math.Abs(got-v) > 1e-9*s.To {
				t.Fatalf("%+v: value %v comes back as %v", s, v, got)
			}
		}
	}
}

func TestScalesOfOneValueAndOfNoNumberAreHarmless(t *testing.T) {
	flat := Scale{From: 3, To: 3, Start: 0, End: 10}
	if at := flat.At(3); at != 5 {
		t.Errorf("the only value lies at %v, want the middle", at)
	}
	if v := (Scale{From: 1, To: 2, Start: 4, End: 4}).Value(4); v != 1 {
		t.Errorf("a scale without pixels gives %v, want its lower end", v)
	}
	s := Scale{Kind: Log, From: 0.1, To: 10, Start: 0, End: 10}
	if at := s.At(0); at != 0 {
		t.Errorf("zero on a log axis lies at %v, want its lower end", at)
	}
	if at := s.At(math.Inf(1)); at != 10 {
		t.Errorf("infinity lies at %v, want the upper end", at)
	}
	if at := s.At(math.NaN()); !math.IsNaN(at) {
		t.Errorf("NaN lies at %v", at)
	}
}

func TestExtentsHoldFiniteValuesOnly(t *testing.T) {
	var e Extent
	if !e.Empty() {
		t.Error("the zero extent is not empty")
	}
	e = e.Include(math.NaN(), 2, math.Inf(1), -1)
	if e.Lo != -1 || e.Hi != 2 || e.Empty() {
		t.Errorf("got %+v, want -1 to 2", e)
	}
	if j := e.Join(Extent{}); j != e {
		t.Errorf("joining nothing gives %+v", j)
	}
	if j := e.Join(Extent{}.Include(5)); j.Lo != -1 || j.Hi != 5 {
		t.Errorf("joining 5 gives %+v", j)
	}
	if p := (Extent{}.Include(0)).Pad(0.1); p.Lo != -0.5 || p.Hi != 0.5 {
		t.Errorf("one zero padded is %+v, want a unit", p)
	}
}

func labels(ticks []Tick) []string {
	var out []string
	for _, t := range ticks {
		out = append(out, t.Label)
	}
	return out
}

func TestTicksAreRoundAndWellWritten(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   []string
	}{
		{-1.7, 2.9, 2, []string{"0", "2"}},
		{-2.2, 2.2, 3, []string{"−2", "0", "2"}},
		{0, 1.1, 3, []string{"0", "0.5", "1"}},
		{12000, 22080, 6, []string{"12\u2009000", "14\u2009000", "16\u2009000", "18\u2009000", "20\u2009000",
			"22\u2009000"}},
		{0, 3.2e-5, 2, []string{"0", "2e-5"}},
		{-3.2e-5, 0, 2, []string{"−2e-5", "0"}},
		{0, 2.5e7, 3, []string{"0", "1e7", "2e7"}},
		{1, 1, 3, nil},
		{0, math.Inf(1), 3, nil},
		{math.NaN(), 1, 3, nil},
	} {
		if got := labels(Ticks(numbers, c.lo, c.hi, c.n)); !slices.Equal(got, c.want) {
			t.Errorf("%v to %v: %q, want %q", c.lo, c.hi, got, c.want)
		}
	}
}

func TestTicksLieInTheirRangeAndAreAtMostN(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		lo := r.NormFloat64() * math.Exp(4*r.NormFloat64())
		hi := lo + math.Exp(4*r.NormFloat64())
		n := 1 + r.IntN(9)
		ticks := Ticks(numbers, lo, hi, n)
		if len(ticks) > n {
			t.Fatalf("%v to %v: %d ticks, want at most %d", lo, hi, len(ticks), n)
		}
		for _, k := range ticks {
			if slack := 1e-9 * (hi - lo); k.Value < lo-slack || k.Value > hi+slack {
				t.Fatalf("%v to %v: tick at %v", lo, hi, k.Value)
			}
		}
	}
}

func TestLogTicksArePowersOfTenWhereThereAreTwo(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   []string
	}{
		{0.012, 1.6, 3, []string{"0.1", "1"}},
		{1e-5, 20, 3, []string{"1e-5", "0.01", "10"}},
		{0.15, 0.8, 3, []string{"0.2", "0.5"}},
		{0, 1, 3, nil},
		{2, 1, 3, nil},
	} {
		got := labels(LogTicks(numbers, c.lo, c.hi, c.n))
		if len(got) > c.n || !slices.Equal(got, c.want) {
			t.Errorf("%v to %v: %q, want %q", c.lo, c.hi, got, c.want)
		}
	}
}
