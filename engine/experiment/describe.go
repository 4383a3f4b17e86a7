package experiment

import (
	"slices"

	"cosinelab/datasets"
	"cosinelab/datasets/table"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// summarise says what a set holds under the cuts of d; train and test are its parts after the cuts, before
// scaling.
func summarise(set *datasets.Set, d spec.Data, train, test datasets.Raw) spec.DataSummary {
	s := spec.DataSummary{Source: d.Source, Title: set.Title, TrainSteps: train.Rows, TestSteps: test.Rows,
		Labelled: set.Labels != nil, Filled: set.Filled, FillRule: string(set.FillRule),
		BlankLines: set.Blank,
		Licence:    set.Licence, Origin: set.Source,
		Channels: channelNames(set, d.Channels), Segments: []spec.Segment{},
		ConstantTrain: constants(train), Columns: set.Columns,
		Findings: set.Findings, Times: timesOf(set)}
	from, to := bounds(d.Test, set.Test.Rows)
	s.Timeline = timelineOf(set.TestAt, from, to)
	for _, m := range set.Marked {
		s.Marked += int(m)
	}
	for _, c := range set.Dropped {
		s.Dropped = append(s.Dropped, spec.Dropped{Name: c.Name, Why: string(c.Why)})
	}
	if set.Labels == nil {
		return s
	}
	for _, seg := range metrics.Segments(set.Labels[from:to], set.Borders()...) {
		out := spec.Segment{Range: seg}
		// Anomalies count steps of the whole test part, segments those of its cut. Of several in one segment
		// the last counts.
		for _, a := range set.Anomalies {
			if a.From < from+seg.To && a.To > from+seg.From {
				out.Kind = a.Kind
				out.Channels = kept(a.Channels, d.Channels)
			}
		}
		s.Segments = append(s.Segments, out)
		s.Anomalous += seg.Len()
	}
	return s
}

// timelineOf is when some steps were measured; nil = nobody knows.
func timelineOf(a table.Axis, from, to int) *spec.Timeline {
	if a.None() || len(a.At) < to {
		return nil
	}
	t := &spec.Timeline{Clock: a.Clock, Unit: a.Unit}
	for _, at := range a.At[from:to] {
		t.Add(at, !table.Missing(at))
	}
	if len(t.Knots) == 0 {
		return nil
	}
	return t
}

// timesOf are the times of the first and last steps of both parts.
func timesOf(set *datasets.Set) *spec.Times {
	a, b := set.TrainAt, set.TestAt
	if a.None() || b.None() || set.Members != nil {
		return nil
	}
	return &spec.Times{TrainFrom: a.Text(a.At[0]), TrainTo: a.Text(a.At[len(a.At)-1]),
		TestFrom: b.Text(b.At[0]), TestTo: b.Text(b.At[len(b.At)-1])}
}

// channelNames are the names of the channels in use; none kept = all.
func channelNames(set *datasets.Set, keep []int) []string {
	if len(keep) == 0 {
		return set.Channels
	}
	names := make([]string, len(keep))
	for i, c := range keep {
		names[i] = set.Channels[c]
	}
	return names
}

// kept translates columns of the set to columns of the experiment and drops those that it does not use.
func kept(columns, keep []int) []int {
	if len(keep) == 0 {
		return columns
	}
	var out []int
	for _, c := range columns {
		if i := slices.Index(keep, c); i >= 0 {
			out = append(out, i)
		}
	}
	return out
}
