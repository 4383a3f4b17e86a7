package spec

import (
	"math"

	"cosinelab/engine/metrics"
)

// Headline is the metric that the verdict is about: threshold-free, and not adjusted.
const Headline = "average_precision"

// Summary is a report over its seeds.
type Summary struct {
	Metrics []MetricSummary // in the order of metrics.All
	Verdict Verdict
}

// MetricSummary is one metric of every arm.
type MetricSummary struct {
	Metric    metrics.Metric
	Arms      []Spread      // in the order of Report.Arms
	Chance    metrics.Value // mean over the trained runs, each at its own flag rate
	Untrained metrics.Value // mean of the untrained arm; undefined if the report has none
}

// Spread is a value over seeds.
type Spread struct {
	Values []metrics.Value // of the finished runs, in seed order
	Mean   metrics.Value
	SD     metrics.Value // sample standard deviation; undefined for fewer than two values
}

// NewSpread computes mean and sample standard deviation; undefined values make both undefined.
func NewSpread(values []metrics.Value) Spread {
	s := Spread{Values: values, Mean: metrics.Undefined, SD: metrics.Undefined}
	n := float64(len(values))
	if n == 0 {
		return s
	}
	sum := 0.0
	for _, v := range values {
		sum += float64(v)
	}
	mean := sum / n
	s.Mean = metrics.Value(mean)
	if n < 2 {
		return s
	}
	square := 0.0
	for _, v := range values {
		square += (float64(v) - mean) * (float64(v) - mean)
	}
	s.SD = metrics.Value(math.Sqrt(square / (n - 1)))
	return s
}

// OutcomeKind is the outcome of a comparison of the cosine arm with the student alone.
type OutcomeKind uint8

// The outcomes.
const (
	VerdictNone     OutcomeKind = iota // one of both arms is missing or has no finished run
	VerdictNoLabels                    // nothing can be measured
	VerdictOneSeed                     // no spread, so no verdict
	VerdictNull                        // the difference lies within its spread
	VerdictHelps
	VerdictHarms

	VerdictCount
)

// OutcomeInfo is what is known of an outcome.
type OutcomeInfo struct{ Name string }

// Outcomes describes every outcome.
var Outcomes = [VerdictCount]OutcomeInfo{
	VerdictNone:     {Name: "none"},
	VerdictNoLabels: {Name: "no_labels"},
	VerdictOneSeed:  {Name: "one_seed"},
	VerdictNull:     {Name: "null"},
	VerdictHelps:    {Name: "helps"},
	VerdictHarms:    {Name: "harms"},
}

// Verdict says whether cosine distillation changed the headline metric by more than its spread over seeds.
type Verdict struct {
	Outcome     OutcomeKind
	Differences Spread // + cosine minus alone, seed by seed; only seeds that both arms finished
}

// Of returns the value of a metric; it is undefined if the run does not have it.
func (r Run) Of(metric string) Measure {
	for _, m := range r.Metrics {
		if m.Name == metric {
			return m
		}
	}
	return Measure{Name: metric, Value: metrics.Undefined, Chance: metrics.Undefined}
}

// Summary computes means and spreads over seeds, and the verdict.
func (r Report) Summary() Summary {
	var s Summary
	for _, m := range metrics.All {
		if ms, ok := r.summarise(m); ok {
			s.Metrics = append(s.Metrics, ms)
		}
	}
	s.Verdict = r.verdict()
	return s
}

// summarise returns false if no run has the metric.
func (r Report) summarise(m metrics.Metric) (MetricSummary, bool) {
	out := MetricSummary{Metric: m, Untrained: metrics.Undefined}
	var chance []metrics.Value
	for _, a := range r.Arms {
		var values []metrics.Value
		for _, run := range a.Runs {
			if got := run.Of(m.Name); got.Value.Defined() {
				values = append(values, got.Value)
				if Controls[a.Arm.Control].Trains {
					chance = append(chance, got.Chance)
				}
			}
		}
		spread := NewSpread(values)
		out.Arms = append(out.Arms, spread)
		if a.Arm.Control == ControlUntrained {
			out.Untrained = spread.Mean
		}
	}
	out.Chance = NewSpread(chance).Mean
	for _, a := range out.Arms {
		if len(a.Values) > 0 {
			return out, true
		}
	}
	return out, false
}

func (r Report) verdict() Verdict {
	if !r.Data.Labelled || r.Data.Anomalous == 0 {
		return Verdict{Outcome: VerdictNoLabels}
	}
	d := r.Gain(ArmCosine, ArmAlone, Headline)
	v := Verdict{Differences: d}
	switch {
	case len(d.Values) == 0:
		v.Outcome = VerdictNone
	case len(d.Values) == 1:
		v.Outcome = VerdictOneSeed
	case d.Within():
		v.Outcome = VerdictNull
	case d.Mean > 0:
		v.Outcome = VerdictHelps
	default:
		v.Outcome = VerdictHarms
	}
	return v
}

func (r Report) runsOf(arm string) []Run {
	for _, a := range r.Arms {
		if a.Arm.Name == arm {
			return a.Runs
		}
	}
	return nil
}
