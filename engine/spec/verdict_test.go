package spec_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// judged is a report of both arms that a verdict compares, with seeds from 1.
func judged(alone, cosine []float64) spec.Report {
	r := reportOf(spec.DataSummary{Labelled: true, Anomalous: 9}, scored(spec.ArmAlone, alone...),
		scored(spec.ArmCosine, cosine...))
	for i := range alone {
		r.Spec.Seeds = append(r.Spec.Seeds, uint64(i+1))
	}
	return r
}

func TestVerdictIsHelpOrHarmOnlyWhereTheIntervalExcludes0(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name          string
		alone, cosine []float64
		want          spec.OutcomeKind
		differences   int
	}{
		{"the interval holds 0", []float64{0.5, 0.5, 0.5}, []float64{0.6, 0.4, 0.55}, spec.VerdictNull, 3},
		{"beyond one deviation", []float64{0.5, 0.5, 0.5}, []float64{0.55, 0.51, 0.53}, spec.VerdictNull, 3},
		{"no difference", []float64{0.5, 0.6}, []float64{0.5, 0.6}, spec.VerdictFlat, 2},
		{"the same gain in every seed", []float64{0.5, 0.6, 0.7}, []float64{0.51, 0.61, 0.71},
			spec.VerdictFlat, 3},
		{"helps", []float64{0.5, 0.6, 0.4}, []float64{0.6, 0.71, 0.5}, spec.VerdictHelps, 3},
		{"harms", []float64{0.5, 0.6, 0.4}, []float64{0.4, 0.5, 0.31}, spec.VerdictHarms, 3},
		{"one seed", []float64{0.5}, []float64{0.9}, spec.VerdictOneSeed, 1},
		{"one common seed", []float64{0.5, nan, 0.4}, []float64{0.9, 0.8, nan}, spec.VerdictOneSeed, 1},
		{"failed runs left out", []float64{0.5, nan, 0.4}, []float64{0.9, 0.1, 0.81}, spec.VerdictHelps, 2},
		{"all failed", []float64{nan, nan}, []float64{0.9, 0.8}, spec.VerdictNone, 0},
	} {
		v := judged(c.alone, c.cosine).Summary().Verdict
		if v.Outcome != c.want || v.Gain.N() != c.differences {
			t.Errorf("%s: %s with differences %v, want %s of %d", c.name, v.Outcome, v.Gain.Values,
				c.want, c.differences)
		}
	}
}

func TestTheVerdictIsAboutTheMetricThatTheSpecNames(t *testing.T) {
	r := judged([]float64{0.5, 0.6, 0.4}, []float64{0.6, 0.71, 0.5})
	for _, a := range r.Arms {
		for i := range a.Runs {
			f1 := a.Runs[i].Metrics[0]
			f1.Name = "f1"
			f1.Value = 1 - f1.Value
			a.Runs[i].Metrics = append(a.Runs[i].Metrics, f1)
		}
	}
	if v := r.Summary().Verdict; v.Outcome != spec.VerdictHelps || v.Metric.Name != spec.DefaultHeadline {
		t.Errorf("without a name: %s by %s", v.Outcome, v.Metric.Name)
	}
	r.Spec.Headline = "f1"
	if v := r.Summary().Verdict; v.Outcome != spec.VerdictHarms || v.Metric.Name != "f1" {
		t.Errorf("by F1: %s by %s", v.Outcome, v.Metric.Name)
	}
}

func TestSeedsAddedAfterALookWidenTheIntervalAndWithoutAPlanLeaveNoClaim(t *testing.T) {
	r := judged([]float64{0.5, 0.6, 0.4}, []float64{0.6, 0.71, 0.5})
	before := r.Summary().Verdict.Gain
	r.Spec.Looked = []int{2}
	v := r.Summary().Verdict
	if v.Outcome != spec.VerdictExploratory || v.Gain.Level != 0.975 || v.Gain.Low >= before.Low ||
		r.Spec.Planned() != 2 {
		t.Errorf("%s at the level %v from %v, planned %d", v.Outcome, v.Gain.Level, v.Gain.Low,
			r.Spec.Planned())
	}
	r.Spec.Looks = 2
	if v := r.Summary().Verdict; v.Outcome != spec.VerdictHelps || v.Gain.Level != 0.975 {
		t.Errorf("of two planned looks the second: %s at %v", v.Outcome, v.Gain.Level)
	}
	r.Spec.Looked = nil
	if v := r.Summary().Verdict; v.Outcome != spec.VerdictHelps || v.Gain.Level != 0.975 {
		t.Errorf("of two planned looks the first: %s at %v", v.Outcome, v.Gain.Level)
	}
}

func TestMoreSeedsAreNewOnesBehindThoseThereAre(t *testing.T) {
	s := spec.Default()
	s.Seeds = []uint64{4, 1}
	more := s.MoreSeeds(3)
	if !slices.Equal(more.Seeds, []uint64{4, 1, 2, 3, 5}) || !slices.Equal(more.Looked, []int{2}) ||
		len(s.Seeds) != 2 || s.Looked != nil {
		t.Errorf("%v after looks at %v; before: %v", more.Seeds, more.Looked, s)
	}
	if again := more.MoreSeeds(1); !slices.Equal(again.Looked, []int{2, 5}) || again.Planned() != 2 {
		t.Errorf("looks at %v, planned %d", again.Looked, again.Planned())
	}
	if err := more.Validate(); err != nil {
		t.Error(err)
	}
}

// Of several gains in one metric each is corrected for the others; that of the verdict, named before, is not.
func TestGainsBesideTheVerdictAreCorrected(t *testing.T) {
	r := reportOf(spec.DataSummary{Labelled: true, Anomalous: 9},
		scored(spec.ArmAlone, 0.5, 0.6, 0.4), scored(spec.ArmCosine, 0.6, 0.7, 0.49),
		scored(spec.ArmInput, 0.6, 0.69, 0.5), scored(spec.ArmUntrained, 0.1, 0.2, 0.1),
		scored(spec.ArmRandom, 0.1, 0.1, 0.1))
	m, _ := metrics.Find(spec.DefaultHeadline)
	for _, g := range r.Gains(spec.MeasuredBy(m)) {
		factor := map[string]metrics.Value{spec.ArmCosine: 1, spec.ArmInput: 3, spec.ArmUntrained: 2,
			spec.ArmRandom: 1}[g.Arm] // the smaller its p, the more comparisons are left
		if g.Over != spec.ArmAlone || math.Abs(float64(g.Holm-factor*g.P)) > 1e-12 {
			t.Errorf("%s over %s: p %v, corrected %v, want %v times that", g.Arm, g.Over, g.P, g.Holm, factor)
		}
	}
	named := map[string]bool{}
	for _, c := range r.Compare() {
		named[c.Arm+" over "+c.Over] = true
	}
	for _, want := range []string{"cosine over alone", "cosine-input over alone", "cosine over ",
		"alone over untrained"} {
		if !named[want] {
			t.Errorf("the report does not compare %q: %v", want, named)
		}
	}
}

func TestSeedsShowGainsFromHalfTheIntervalUp(t *testing.T) {
	p := spec.NewPaired([]metrics.Value{0.51, 0.53, 0.5, 0.52, 0.54}, make([]metrics.Value, 5), 0.95)
	if half := p.Half(5); math.Abs(float64(half-(p.High-p.Low)/2)) > 1e-12 {
		t.Errorf("half %v of an interval from %v to %v", half, p.Low, p.High)
	}
	// scipy.stats.t.ppf(0.975, 14) / sqrt(15) of the same deviation
	if want := 2.1447866879169273 * float64(p.SD) / math.Sqrt(15); math.Abs(float64(p.Half(15))-want) > 1e-9 {
		t.Errorf("fifteen seeds: %v, want %v", p.Half(15), want)
	}
}

// allowed is how many of n claims may be false where one in twenty is: more would happen to a right program
// once in a hundred times.
func allowed(n int) int {
	return binomialBound(n, spec.Alpha, 0.01)
}

// binomialBound is the least k that a binomial count exceeds with probability at most alpha.
func binomialBound(n int, p, alpha float64) int {
	law := distuv.Binomial{N: float64(n), P: p}
	for k := range n {
		if 1-law.CDF(float64(k)) <= alpha {
			return k
		}
	}
	return n
}

// noise draws what a seed does to an arm.
var noise = map[string]func(*rand.Rand) float64{
	"normal": (*rand.Rand).NormFloat64,
	"even":   (*rand.Rand).Float64,
	"skewed": (*rand.Rand).ExpFloat64,
	"heavy":  func(r *rand.Rand) float64 { return r.NormFloat64() / math.Sqrt(r.ExpFloat64()) },
}

// drawn is an experiment of n seeds in which nothing differs: both arms draw from one law, around what the
// seed does to both.
func drawn(r *rand.Rand, n int, law func(*rand.Rand) float64) spec.Report {
	alone, cosine := make([]float64, n), make([]float64, n)
	for i := range n {
		seed := 0.5 + 0.1*r.NormFloat64()
		alone[i], cosine[i] = seed+0.01*law(r), seed+0.01*law(r)
	}
	return judged(alone, cosine)
}

// claims reports whether the verdict says that something differs.
func claims(r spec.Report) bool {
	v := r.Summary().Verdict.Outcome
	return v == spec.VerdictHelps || v == spec.VerdictHarms
}

// first is a report of its first n seeds.
func first(r spec.Report, n int) spec.Report {
	r.Spec.Seeds = r.Spec.Seeds[:n]
	r.Arms = slices.Clone(r.Arms)
	for i := range r.Arms {
		r.Arms[i].Runs = r.Arms[i].Runs[:n]
	}
	return r
}

// Where nothing differs, at most the share of claims that 95 % allows is made, whatever the law of the seeds.
func TestOf400ExperimentsInWhichNothingDiffersFewClaimADifference(t *testing.T) {
	const experiments = 400
	for name, law := range noise {
		for _, seeds := range []int{3, 5, 8} {
			r, found := rand.New(rand.NewPCG(uint64(seeds), 1)), 0
			for range experiments {
				if claims(drawn(r, seeds, law)) {
					found++
				}
			}
			t.Logf("%s, %d seeds: %d of %d, at most %d", name, seeds, found, experiments,
				allowed(experiments))
			if found > allowed(experiments) {
				t.Errorf("%s, %d seeds: %d of %d claims, at most %d", name, seeds, found, experiments,
					allowed(experiments))
			}
		}
	}
}

// Whoever looks, and adds seeds where there is no claim yet, makes more false claims than 5 % at the usual
// level; with looks that were planned, or with claims that count as exploratory, no more than that.
func TestAddingSeedsAfterALookDoesNotRaiseTheShareOfFalseClaims(t *testing.T) {
	const experiments = 2000
	for _, adding := range []struct {
		what string
		want func(found int) bool
		spec func(s *spec.Spec, looked bool)
	}{
		{"looked at as if planned", func(n int) bool { return n > allowed(experiments) },
			func(*spec.Spec, bool) {}},
		{"exploratory", func(n int) bool { return n <= allowed(experiments) },
			func(s *spec.Spec, looked bool) {
				if looked {
					s.Looked = []int{5}
				}
			}},
		{"two planned looks", func(n int) bool { return n <= allowed(experiments) },
			func(s *spec.Spec, looked bool) {
				s.Looks = 2
				if looked {
					s.Looked = []int{5}
				}
			}},
	} {
		r, found := rand.New(rand.NewPCG(2, 3)), 0
		for range experiments {
			all := drawn(r, 15, noise["normal"])
			planned := first(all, 5)
			adding.spec(&planned.Spec, false)
			adding.spec(&all.Spec, true)
			if claims(planned) || claims(all) {
				found++
			}
		}
		t.Logf("%s: %d of %d, at most %d", adding.what, found, experiments, allowed(experiments))
		if !adding.want(found) {
			t.Errorf("%s: %d of %d claims, the bound is %d", adding.what, found, experiments,
				allowed(experiments))
		}
	}
}

func TestHeadlineAndLooksAreChecked(t *testing.T) {
	for field, change := range map[string]func(*spec.Spec){
		"headline":  func(s *spec.Spec) { s.Headline = "pa_f1" },
		"looks":     func(s *spec.Spec) { s.Looks = 99 },
		"looked[0]": func(s *spec.Spec) { s.Looked = []int{5} },
		"looked[1]": func(s *spec.Spec) { s.Looked = []int{3, 3} },
	} {
		s := spec.Default()
		change(&s)
		if wrong, ok := s.Validate().(*spec.FieldError); !ok || wrong.Field != field {
			t.Errorf("%s: %v", field, fmt.Sprint(s.Validate()))
		}
	}
}
