package results

import (
	"cmp"
	"slices"
	"strings"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// headline is the metrics that the table shows unless a person asks for all: in this order, honest ones first. Extra
// ones leave when the page is narrow.
var headline = []struct {
	name, short string
	extra       bool
}{
	{name: spec.Headline, short: "AP"},
	{name: "vus_pr"},
	{name: "auroc"},
	{name: "affiliation_f1", short: "Affil. F1", extra: true},
	{name: "f1"},
	{name: "pa_f1", short: "PA F1"},
	{name: "best_f1", extra: true},
}

// metricColumn is a metric as a column of the table.
type metricColumn struct {
	metrics.Metric
	short string
	extra bool
}

// columns returns the metrics of the table: the headline, or all of them with the headline first in each group.
func columns(all bool) []metricColumn {
	var list []metricColumn
	for _, h := range headline {
		m := metricNamed(h.name)
		list = append(list, metricColumn{m, cmp.Or(h.short, m.Title), h.extra && !all})
	}
	if all {
		for _, m := range metrics.All {
			if !slices.ContainsFunc(list, func(c metricColumn) bool { return c.Name == m.Name }) {
				list = append(list, metricColumn{m, m.Title, false})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b metricColumn) int { return strings.Compare(string(b.Group), string(a.Group)) }) // honest first
	return list
}

// metricNamed wants a metric that exists: names of metrics stand in this package only.
func metricNamed(name string) metrics.Metric {
	i := slices.IndexFunc(metrics.All, func(m metrics.Metric) bool { return m.Name == name })
	return metrics.All[i]
}

// primaryTitle is what the verdict calls its metric.
const primaryTitle = "AP"
