package spec

import (
	"slices"

	"cosinelab/engine/metrics"
)

// OverData says where values would lie for other data like these, with the same seeds: intervals by the
// moving-block bootstrap over true segments and normal stretches (metrics/README.md, section 11.5). It is
// there only where somebody asked for it.
type OverData struct {
	Draws     int            `json:"draws"`
	Block     int            `json:"block"` // steps of a block of a normal stretch
	Intervals []DataInterval `json:"intervals"`
}

// DataInterval is the 95 % interval over the data of an arm's mean over seeds or, where there is another arm,
// of its mean gain over that one.
type DataInterval struct {
	Metric string `json:"metric"`
	Arm    string `json:"arm"`
	Over   string `json:"over,omitempty"`
	metrics.Interval
}

// MaxDraws bounds the series that are drawn.
const MaxDraws = 100_000

// Of finds the interval of an arm in a metric, over another arm unless that is empty; undefined if there is
// none, also of nil.
func (o *OverData) Of(metric, arm, over string) metrics.Interval {
	if o != nil {
		for _, d := range o.Intervals {
			if d.Metric == metric && d.Arm == arm && d.Over == over {
				return d.Interval
			}
		}
	}
	return metrics.Interval{Low: metrics.Undefined, High: metrics.Undefined}
}

// ScoredLabels are the labels of the steps that have scores: those that lie in true segments; nil without
// labels.
func (d DataSummary) ScoredLabels() []uint8 {
	if !d.Labelled {
		return nil
	}
	labels := make([]uint8, d.ScoredSteps)
	for _, s := range d.Segments {
		for t := s.From; t < min(s.To, len(labels)); t++ {
			labels[t] = 1
		}
	}
	return labels
}

// Resampled reports whether other data like these can be drawn: two true segments, and a normal step.
func (d DataSummary) Resampled() bool {
	labels := d.ScoredLabels()
	return len(metrics.Segments(labels)) > 1 && slices.Contains(labels, 0)
}

// Flagged are the steps of a run of n steps that raised its alarms.
func (r Run) Flagged(n int) []bool {
	flags := make([]bool, n)
	for _, a := range r.Alarms {
		for t := a.From; t < min(a.To, n); t++ {
			flags[t] = true
		}
	}
	return flags
}
