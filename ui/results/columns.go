package results

import (
	"slices"
	"strings"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// flattering is the metric that the verdict shows next to what a random score gets.
const flattering = "pa_f1"

// headline is the metrics that the table shows unless a person asks for all: in this order, honest ones
// first. Extra ones leave when the page is narrow.
var headline = []struct {
	name  string
	extra bool
}{
	{name: spec.Headline},
	{name: "vus_pr"},
	{name: "auroc"},
	{name: "affiliation_f1", extra: true},
	{name: "f1"},
	{name: flattering},
	{name: "best_f1", extra: true},
}

// metricColumn is a metric as a column of the table.
type metricColumn struct {
	metrics.Metric
	extra bool
}

// columns returns the metrics of the table: the headline, or all of them with the headline first in each
// group.
func columns(all bool) []metricColumn {
	var list []metricColumn
	for _, h := range headline {
		m := metricNamed(h.name)
		list = append(list, metricColumn{m, h.extra && !all})
	}
	if all {
		for _, m := range metrics.All {
			if !slices.ContainsFunc(list, func(c metricColumn) bool { return c.Name == m.Name }) {
				list = append(list, metricColumn{m, false})
			}
		}
	}
	honestFirst := func(a, b metricColumn) int { return strings.Compare(string(b.Group), string(a.Group)) }
	slices.SortStableFunc(list, honestFirst)
	return list
}

// metricNamed wants a metric that exists: names of metrics stand in this file only.
func metricNamed(name string) metrics.Metric {
	m, ok := metrics.Find(name)
	if !ok {
		panic("no metric " + name)
	}
	return m
}
