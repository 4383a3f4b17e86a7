package spec

import (
	"math"

	"cosinelab/engine/metrics"
)

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
	Constant  metrics.Value // of a constant score, the same for all runs; undefined in older reports
	Untrained metrics.Value // mean of the untrained arm; undefined if the report has none
}

// Spread is a value over seeds.
type Spread struct {
	Values []metrics.Value // of the finished runs, in seed order
	Mean   metrics.Value
	SD     metrics.Value // sample standard deviation; undefined for fewer than two values
}

// NewSpread computes mean and sample standard deviation, by hand, since the page would load 29 kB for gonum's; undefined values make both undefined.
func NewSpread(values []metrics.Value) Spread {
	s := Spread{Values: values, Mean: metrics.Undefined, SD: metrics.Undefined}
	if len(values) == 0 {
		return s
	}
	n := float64(len(values))
	sum, squares := 0.0, 0.0
	for _, v := range values {
		sum += float64(v)
	}
	mean := sum / n
	for _, v := range values {
		squares += (float64(v) - mean) * (float64(v) - mean)
	}
	s.Mean, s.SD = metrics.Value(mean), metrics.Value(math.Sqrt(squares/(n-1))) // 0/0 of one value
	return s
}

// Of returns the value of a metric; it is undefined if the run does not have it.
func (r Run) Of(metric string) Measure {
	for _, m := range r.Metrics {
		if m.Name == metric {
			return m
		}
	}
	return unmeasured(metric)
}

// Summary computes means and spreads over seeds, and the verdict.
func (r Report) Summary() Summary {
	var s Summary
	for _, m := range metrics.All {
		if ms, ok := r.Summarise(m); ok {
			s.Metrics = append(s.Metrics, ms)
		}
	}
	s.Verdict = r.Verdict()
	return s
}

// Summarise is one metric of every arm; false if no run has it. Chance is that of trained arms, whose flag rates are the
// ones of interest.
func (r Report) Summarise(m metrics.Metric) (MetricSummary, bool) {
	out := MetricSummary{Metric: m, Untrained: metrics.Undefined, Constant: metrics.Undefined}
	var chance []metrics.Value
	for _, a := range r.Arms {
		var values []metrics.Value
		for _, run := range a.Runs {
			if got := run.Of(m.Name); got.Value.Defined() {
				values = append(values, got.Value)
				out.Constant = got.Constant
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

// runsOf are the runs of the arm of this name; nil if there is none.
func (r Report) runsOf(arm string) []Run {
	for _, a := range r.Arms {
		if a.Arm.Name == arm {
			return a.Runs
		}
	}
	return nil
}
