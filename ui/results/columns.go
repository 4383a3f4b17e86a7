package results

import (
	"slices"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// flattering is the metric that the verdict shows next to what a random score gets: with point adjustment,
// one alarm in an anomaly counts for all of it.
const flattering = "pa_f1"

// headline is the metrics that the table shows unless a person asks for all: in this order, honest ones
// first. Extra ones leave when the page is narrow.
var headline = []struct {
	name  string
	extra bool
}{
	{name: spec.DefaultHeadline},
	{name: "auroc"},
	{name: "precision_at_k"},
	{name: "etapr_f1", extra: true},
	{name: "f1"},
	{name: "composite_f1", extra: true},
	{name: flattering},
}

// metricColumn is a metric as a column of the table.
type metricColumn struct {
	metrics.Metric
	extra bool
}

// columns returns the metrics of the table: the one that the verdict is about, then the headline, or all of
// them with these first in each group.
func columns(all bool, judged metrics.Metric) []metricColumn {
	list := []metricColumn{{judged, false}}
	for _, h := range headline {
		if m := metricNamed(h.name); m.Name != judged.Name {
			list = append(list, metricColumn{m, h.extra && !all})
		}
	}
	if all {
		for _, m := range metrics.All {
			if !slices.ContainsFunc(list, func(c metricColumn) bool { return c.Name == m.Name }) {
				list = append(list, metricColumn{m, false})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b metricColumn) int { return a.Group.Compare(b.Group) })
	return list
}

// metricNamed returns a metric that exists. Names of metrics stand in this file only, so that a wrong one
// fails every test.
func metricNamed(name string) metrics.Metric {
	m, ok := metrics.Find(name)
	if !ok {
		panic("no metric " + name)
	}
	return m
}
