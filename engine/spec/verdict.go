package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
)

// DefaultHeadline is the metric that a verdict is about unless the spec names another: threshold-free, and
// not adjusted.
const DefaultHeadline = "average_precision"

// JudgedBy is the metric that the verdict is about. It is named before training: a verdict about the metric
// that came out best would prove nothing.
func (s Spec) JudgedBy() metrics.Metric {
	m, ok := metrics.Find(s.Headline)
	if !ok {
		m, _ = metrics.Find(DefaultHeadline)
	}
	return m
}

// Level is that of every interval of the report. Each time that somebody looks, the data have another chance
// to mislead: looks share Alpha equally (Bonferroni), which needs no plan of when they come
// (metrics/README.md, section 11.4).
func (s Spec) Level() float64 { return 1 - Alpha/float64(max(1, s.Looks, 1+len(s.Looked))) }

const maxLooks = 20

// Step is how many seeds are added at once: from five, fifteen see gains half as large.
const Step = 10

// validateVerdict wants a verdict about what may be read alone, and looks in the order in which seeds came.
func (s Spec) validateVerdict(c *check) {
	if s.Headline != "" {
		honest := Headlines()
		c.that(slices.Contains(honest, s.Headline), "headline", strconv.Quote(s.Headline), "want-one-of",
			fault.Choices(honest))
	}
	c.that(s.Looks >= 0 && s.Looks <= maxLooks, "looks", s.Looks, "want-up-to", maxLooks)
	if !c.few("looked", len(s.Looked), maxLooks, "want-few-looks") {
		return
	}
	before := 0
	for i, n := range s.Looked {
		c.that(n > before && n < len(s.Seeds), fmt.Sprintf("looked[%d]", i), n, "want-look", before,
			len(s.Seeds))
		before = n
	}
}

// Headlines names the metrics that a verdict may be about: shares that may be read alone.
func Headlines() (names []string) {
	for _, m := range metrics.All {
		if m.Group == metrics.Honest && m.Unit == metrics.UnitShare {
			names = append(names, m.Name)
		}
	}
	return names
}

// Planned is the number of seeds before any were added after a look.
func (s Spec) Planned() int {
	if len(s.Looked) > 0 {
		return s.Looked[0]
	}
	return len(s.Seeds)
}

// Exploratory reports whether results were looked at more often than was planned: a claim would then not have
// the error that it says.
func (s Spec) Exploratory() bool { return 1+len(s.Looked) > max(1, s.Looks) }

// MoreSeeds returns the spec with n seeds more, after a look at those it has: the next numbers that it does
// not have.
func (s Spec) MoreSeeds(n int) Spec {
	s.Looked = append(slices.Clone(s.Looked), len(s.Seeds))
	s.Seeds = slices.Clone(s.Seeds)
	for next := uint64(1); n > 0; next++ {
		if !slices.Contains(s.Seeds, next) {
			s.Seeds = append(s.Seeds, next)
			n--
		}
	}
	return s
}

// GrewFrom reports whether the spec is that of before with seeds more behind its own, after a look at those.
func (s Spec) GrewFrom(before Spec) bool {
	n := len(before.Seeds)
	if len(s.Seeds) <= n || !slices.Equal(s.Seeds[:n], before.Seeds) ||
		!slices.Equal(s.Looked, append(slices.Clone(before.Looked), n)) {
		return false
	}
	s.Seeds, s.Looked = before.Seeds, before.Looked
	return reflect.DeepEqual(s, before)
}

// OutcomeKind is the outcome of a comparison of two arms.
type OutcomeKind uint8

// The outcomes.
const (
	VerdictNone     OutcomeKind = iota // one of both arms is missing or has no finished run
	VerdictNoLabels                    // nothing can be measured
	VerdictOneSeed                     // no spread, so no verdict
	VerdictFlat                        // all seeds differ by the same: no spread, either
	VerdictNull                        // the interval holds 0
	VerdictHelps
	VerdictHarms
	VerdictUncredited  // it helps, but is not shown to help more than the input in the teacher's place
	VerdictExploratory // the interval does not hold 0, but results were looked at more often than planned

	VerdictCount
)

// OutcomeInfo is what is known of an outcome.
type OutcomeInfo struct{ Name string }

// Outcomes describes every outcome.
var Outcomes = [VerdictCount]OutcomeInfo{
	VerdictNone:        {Name: "none"},
	VerdictNoLabels:    {Name: "no_labels"},
	VerdictOneSeed:     {Name: "one_seed"},
	VerdictFlat:        {Name: "no_spread"},
	VerdictNull:        {Name: "null"},
	VerdictHelps:       {Name: "helps"},
	VerdictHarms:       {Name: "harms"},
	VerdictUncredited:  {Name: "not_the_teachers"},
	VerdictExploratory: {Name: "exploratory"},
}

// Verdict says whether learning from the teacher changed the metric that was named before training.
type Verdict struct {
	Outcome OutcomeKind
	Metric  metrics.Metric
	// Arm and Over name the arms compared, Spec.Examined and Spec.Baseline; empty where there is none.
	Arm, Over string
	Gain      Paired
	Standing  Standing // of Arm against what costs no training
	// Credited is Spec.Credited, Credit what Arm gains over it: a gain is the teacher's only if that excludes
	// 0, too. Both must be shown, so that neither is corrected for the other.
	Credited string
	Credit   Paired
	// Best is the closed form that does best, and how much; empty where the report has none.
	Best      string
	BestValue metrics.Value
}

// Outcome judges differences that stand alone (metrics/README.md, section 11.3); exploratory is that of the
// spec.
func (p Paired) Outcome(exploratory bool) OutcomeKind {
	switch {
	case p.N() == 0:
		return VerdictNone
	case p.N() == 1:
		return VerdictOneSeed
	case p.Flat:
		return VerdictFlat
	case !p.Excludes0():
		return VerdictNull
	case exploratory:
		return VerdictExploratory
	case p.Mean > 0:
		return VerdictHelps
	}
	return VerdictHarms
}

// Verdict compares the examined arm with the baseline.
func (r Report) Verdict() Verdict {
	v := Verdict{Metric: r.Spec.JudgedBy(), BestValue: metrics.Undefined}
	if !r.Data.Labelled || r.Data.Anomalous == 0 {
		v.Outcome = VerdictNoLabels
		return v
	}
	v.Arm, v.Over = r.Spec.Examined(), r.Spec.Baseline()
	v.Gain = r.Gain(v.Arm, v.Over, v.Metric.Name)
	v.Outcome = v.Gain.Outcome(r.Spec.Exploratory())
	v.Credited = r.Spec.Credited()
	v.Credit = r.Gain(v.Arm, v.Credited, v.Metric.Name)
	if v.Outcome == VerdictHelps && v.Credit.N() > 0 && !(v.Credit.Excludes0() && v.Credit.Mean > 0) {
		v.Outcome = VerdictUncredited
	}
	v.Standing = r.Standing(v.Arm, v.Metric.Name)
	for _, c := range v.Standing.Over {
		value := r.Standing(c.Over, v.Metric.Name).Value.Mean
		if r.closedForm(c.Over) && (v.Best == "" || v.Metric.Over(value, v.BestValue) > 0) {
			v.Best, v.BestValue = c.Over, value
		}
	}
	return v
}

// BeatenByBest reports whether the best closed form is shown to be ahead of the arm.
func (v Verdict) BeatenByBest() bool {
	return slices.ContainsFunc(v.Standing.Over, func(c Comparison) bool {
		return v.Best != "" && c.Over == v.Best && c.Excludes0() && c.Mean < 0
	})
}

// closedForm reports whether an arm is computed without any student.
func (r Report) closedForm(arm string) bool {
	return slices.ContainsFunc(r.Arms, func(a ArmReport) bool {
		return a.Arm.Name == arm && Controls[a.Arm.Control].Closed
	})
}
