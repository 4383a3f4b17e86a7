package detect_test

import (
	_ "embed"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/engine/detect"
	"cosinelab/engine/spec"
)

//go:embed testdata/pot.json
var potFile []byte

// sample is a rule for scores (testdata/pot.json, rules).
type sample struct {
	Seed      uint32
	N         int
	Transform string
	Scale     float64
	Set       [][2]float64
}

func (s sample) scores() []float64 {
	out := make([]float64, s.N)
	x := s.Seed
	for i := range out {
		x = 1664525*x + 1013904223
		v := 1 - (float64(x/256)+0.5)/(1<<24)
		switch s.Transform {
		case "exponential":
			v = -math.Log(v)
		case "pareto_sqrt":
			v = 1 / math.Sqrt(v)
		case "pareto_fourth_root":
			v = 1 / math.Sqrt(math.Sqrt(v))
		case "bounded_fourth_root":
			v = 4 * (1 - math.Sqrt(math.Sqrt(v)))
		}
		out[i] = s.Scale * v
	}
	for _, p := range s.Set {
		out[int(p[0])] = p[1]
	}
	return out
}

type potCase struct {
	Name, Kind   string
	Data, Stream sample
	Level, Q     float64
	Check        struct {
		Data []float64 `json:"data_first"`
	}
	Expected struct {
		T, Gamma, Sigma, Loglik float64
		Excesses                int     `json:"n_excess"`
		Z                       float64 `json:"z_q"`
		Fallback                bool
		First                   float64 `json:"z_q_first"`
		Last                    float64 `json:"z_q_last"`
		Alarms                  []int
		LastN                   int `json:"n_last"`
		LastExcesses            int `json:"n_excess_last"`
	}
}

func potCases(t testing.TB, kind string) (cases []potCase) {
	t.Helper()
	var f struct{ Cases []potCase }
	if err := json.Unmarshal(potFile, &f); err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Cases {
		if c.Kind == kind {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		t.Fatalf("no case of kind %s", kind)
	}
	return cases
}

// near reports whether got lies within a relative 1e-4, what the golden file allows, of want.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-4*math.Abs(want) }

func TestTailsEqualTheGoldenFile(t *testing.T) {
	for _, c := range potCases(t, "pot") {
		scores, want := c.Data.scores(), c.Expected
		for i, x := range c.Check.Data {
			if math.Abs(scores[i]-x) > 1e-12*x {
				t.Fatalf("%s: score %d is %v, want %v", c.Name, i, scores[i], x)
			}
		}
		tail, err := detect.FitTail(scores, c.Level)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		z, err := tail.Quantile(c.Q)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if math.Abs(tail.Start-want.T) > 1e-12*want.T || tail.Excesses != want.Excesses ||
			tail.Scores != c.Data.N {
			t.Errorf("%s: %d of %d scores above %v, want %d above %v", c.Name, tail.Excesses, tail.Scores,
				tail.Start, want.Excesses, want.T)
		}
		if math.Abs(tail.Shape-want.Gamma) > 1e-6 || !near(tail.Scale, want.Sigma) ||
			tail.LogLikelihood < want.Loglik-1e-6 {
			t.Errorf("%s: %+v, want %+v", c.Name, tail, want)
		}
		if !near(z, want.Z) || tail.Fallback != want.Fallback || tail.Unreliable() != (want.Excesses < 10) {
			t.Errorf("%s: threshold %v, fallback %v, unreliable %v, want %+v", c.Name, z, tail.Fallback,
				tail.Unreliable(), want)
		}
	}
}

func TestStreamEqualsTheGoldenFile(t *testing.T) {
	for _, c := range potCases(t, "spot") {
		want := c.Expected
		s, err := detect.NewSPOT(c.Data.scores(), c.Level, c.Q, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !near(s.Threshold, want.First) {
			t.Errorf("%s: first threshold %v, want %v", c.Name, s.Threshold, want.First)
		}
		var alarms []int
		for i, x := range c.Stream.scores() {
			alarm, err := s.Step(x)
			if err != nil {
				t.Fatal(err)
			}
			if alarm {
				alarms = append(alarms, i)
			}
		}
		if !slices.Equal(alarms, want.Alarms) || !near(s.Threshold, want.Last) ||
			s.Tail.Scores != want.LastN || s.Tail.Excesses != want.LastExcesses {
			t.Errorf("%s: alarms %v, last threshold %v, tail %+v, want %+v", c.Name, alarms, s.Threshold,
				s.Tail, want)
		}
		cut, err := choose(t, spec.Threshold{Policy: spec.PolicySPOT, Level: c.Level, Q: c.Q},
			detect.Scores{Train: c.Data.scores(), Test: c.Stream.scores()})
		if err != nil || !math.IsNaN(cut.Threshold) || *cut.Tail != s.Tail {
			t.Errorf("%s: cut %+v, error %v", c.Name, cut, err)
		}
		for i, f := range cut.Flags {
			if f != slices.Contains(want.Alarms, i) {
				t.Errorf("%s: step %d flagged %v", c.Name, i, f)
			}
		}
	}
}

// No distribution near the fitted one has a higher likelihood: computed from the definition, by the two
// parameters.
func TestTailIsALocalMaximumOfTheLikelihood(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 40 {
		shape := 1.6*r.Float64() - 0.6
		scores := make([]float64, 60+r.IntN(400))
		for i := range scores {
			scores[i] = 1e-3 * math.Expm1(-shape*math.Log(1-r.Float64())) / shape
		}
		tail, err := detect.FitTail(scores, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		if tail.Fallback {
			continue
		}
		top := loglik(scores, tail, tail.Shape, tail.Scale)
		if math.Abs(top-tail.LogLikelihood) > 1e-9*math.Abs(top) {
			t.Errorf("round %d: likelihood %v, want %v", round, tail.LogLikelihood, top)
		}
		for _, d := range []float64{-1e-3, 1e-3} {
			for _, l := range []float64{loglik(scores, tail, tail.Shape+d, tail.Scale),
				loglik(scores, tail, tail.Shape, tail.Scale*(1+d))} {
				if l > top {
					t.Errorf("round %d: likelihood %v beside the maximum %v of %+v", round, l, top, tail)
				}
			}
		}
	}
}

func loglik(scores []float64, tail detect.Tail, shape, scale float64) float64 {
	l := 0.0
	for _, x := range scores {
		if x > tail.Start {
			l -= math.Log(scale) + (1+1/shape)*math.Log(1+shape*(x-tail.Start)/scale)
		}
	}
	return l
}

// A stream refits at every excess, mostly by following its maximum: it must stay where a fit from scratch
// puts it.
func TestStreamFollowsTheFitFromScratch(t *testing.T) {
	for _, shape := range []float64{-0.4, -0.1, 0.1, 0.4} {
		r := rand.New(rand.NewPCG(3, 4))
		draw := func() float64 { return math.Expm1(-shape*math.Log(1-r.Float64())) / shape }
		seen := make([]float64, 2000)
		for i := range seen {
			seen[i] = draw()
		}
		s, err := detect.NewSPOT(seen, 0.9, 1e-4, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 3000 {
			x := draw()
			alarm, err := s.Step(x)
			if err != nil {
				t.Fatal(err)
			}
			if !alarm {
				seen = append(seen, x)
			}
		}
		// above the start, which a stream does not move, are the same as those of the whole
		var excesses []float64
		for _, x := range seen {
			if x > s.Tail.Start {
				excesses = append(excesses, x)
			}
		}
		whole, err := detect.FitTail(append(excesses, s.Tail.Start), 1/float64(len(excesses)+2))
		if err != nil || whole.Start != s.Tail.Start || whole.Excesses != s.Tail.Excesses {
			t.Fatalf("shape %v: %+v, error %v, the stream has %+v", shape, whole, err, s.Tail)
		}
		if math.Abs(whole.Shape-s.Tail.Shape) > 1e-9 || math.Abs(whole.Scale-s.Tail.Scale) > 1e-9 {
			t.Errorf("shape %v: stream %+v, from scratch %+v", shape, s.Tail, whole)
		}
	}
}

func TestTailNeedsScoresAboveItsStart(t *testing.T) {
	for name, c := range map[string]struct {
		scores []float64
		level  float64
	}{
		"no scores": {nil, 0.98}, "constant": {[]float64{2, 2, 2}, 0.98}, "level 1": {[]float64{1, 2, 3}, 1},
		"level 0": {[]float64{1, 2, 3}, 0}, "NaN": {[]float64{1, math.NaN(), 3}, 0.5},
		"infinite": {[]float64{1, 2, math.Inf(1)}, 0.5},
		"too wide": {[]float64{-math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64}, 0.4},
	} {
		if tail, err := detect.FitTail(c.scores, c.level); err == nil {
			t.Errorf("%s: %+v, want an error", name, tail)
		}
	}
	tail, err := detect.FitTail(wave(400, 400), 0.9)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []float64{0, -1, 0.5, math.NaN(), float64(tail.Excesses) / 400} {
		if z, err := tail.Quantile(q); err == nil {
			t.Errorf("quantile %v = %v, want an error", q, z)
		}
	}
}

func TestTailOfEqualExcessesIsExponential(t *testing.T) {
	tail, err := detect.FitTail([]float64{0, 0, 0, 5, 5, 5}, 0.3)
	if err != nil || !tail.Fallback || tail.Shape != 0 || math.Abs(tail.Scale-5) > 1e-12 ||
		!tail.Unreliable() {
		t.Errorf("%+v, error %v, want an exponential fallback of scale 5", tail, err)
	}
}

// Whatever the scores, a threshold is finite and above the start of its tail, or there is an error.
func FuzzPeaksOverThreshold(f *testing.F) {
	f.Add(uint64(1), uint16(300), 0.98, 1e-3, 1.0, 0.3, uint8(1))
	f.Add(uint64(2), uint16(40), 0.5, 1e-4, 1e-300, -0.9, uint8(3))
	f.Add(uint64(3), uint16(9), 0.1, 0.4, 1e300, 3.0, uint8(200))
	f.Add(uint64(4), uint16(1000), 0.9, 1e-9, 5e-324, 0.0, uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, level, q, scale, shape float64, grid uint8) {
		r := rand.New(rand.NewPCG(seed, 0))
		scores := make([]float64, n%2048)
		for i := range scores {
			v := math.Expm1(shape*r.ExpFloat64()) * scale
			if grid > 0 {
				v = math.Round(v*float64(grid)) / float64(grid) // ties
			}
			scores[i] = v
		}
		half := len(scores) / 2
		for _, with := range []spec.Threshold{{Policy: spec.PolicyPOT, Level: level, Q: q},
			{Policy: spec.PolicySPOT, Level: level, Q: q},
			{Policy: spec.PolicyDynamic}, {Policy: spec.PolicyMeanSigma}} {
			name := with.Policy
			c, err := choose(t, with, detect.Scores{Train: scores[:half], Test: scores[half:]})
			if err != nil {
				continue
			}
			if c.Flags == nil && (math.IsNaN(c.Threshold) || math.IsInf(c.Threshold, 0)) {
				t.Errorf("%s: threshold %v", name, c.Threshold)
			}
			if c.Tail != nil && (!(c.Tail.Shape > -1) || !(c.Tail.Scale > 0) ||
				math.IsNaN(c.Tail.LogLikelihood)) {
				t.Errorf("%s: tail %+v", name, *c.Tail)
			}
			if name == spec.PolicyPOT && c.Threshold < c.Tail.Start {
				t.Errorf("threshold %v below the start of its tail, %+v", c.Threshold, *c.Tail)
			}
		}
	})
}
