package state

import (
	"slices"
	"strings"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// primary is the metric of the verdict: it needs no threshold, and its chance level is the share of anomalies.
const primary = spec.Headline

// headline is the metrics that the table shows unless a person asks for all: in this order, honest ones first. Extra
// ones leave when the page is narrow.
var headline = []struct {
	name  string
	extra bool
}{
	{name: primary},
	{name: "vus_pr"},
	{name: "auroc"},
	{name: "affiliation_f1", extra: true},
	{name: "f1"},
	{name: "pa_f1"},
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
		list = append(list, metricColumn{m, m.Short, h.extra && !all})
	}
	if all {
		for _, m := range metrics.All {
			if !slices.ContainsFunc(list, func(c metricColumn) bool { return c.Name == m.Name }) {
				list = append(list, metricColumn{m, m.Short, false})
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

// report returns what is finished as a report, so that a run that is live is summed up like one that is done.
func (p *Progress) report() spec.Report {
	r := spec.Report{Version: spec.Version, Spec: p.Spec}
	if p.Report != nil {
		r = *p.Report
	}
	r.Arms = nil
	for _, a := range p.Spec.Arms {
		r.Arms = append(r.Arms, spec.ArmReport{Arm: a, Runs: p.runsOf(a.Name)})
	}
	return r
}

// runsOf returns the finished runs of an arm in the order of the spec's seeds.
func (p *Progress) runsOf(arm string) []spec.Run {
	var runs []spec.Run
	for _, seed := range p.Spec.Seeds {
		if r := p.runOf(arm, seed); r != nil {
			runs = append(runs, *r)
		}
	}
	return runs
}

// effect is a metric of one arm minus the same of another, over the seeds that both have.
func (p *Progress) effect(arm, base, metric string) spec.Spread {
	var diffs []metrics.Value
	for _, a := range p.runsOf(arm) {
		b := p.runOf(base, a.Seed)
		if b == nil {
			continue
		}
		if d := a.Of(metric).Value - b.Of(metric).Value; d.Defined() {
			diffs = append(diffs, d)
		}
	}
	return spec.NewSpread(diffs)
}

// outcome judges an effect as Report.Summary does: it counts only when it is larger than its spread over seeds.
func outcome(e spec.Spread) spec.OutcomeKind {
	switch n := len(e.Values); {
	case n == 0:
		return spec.VerdictNone
	case n == 1:
		return spec.VerdictOneSeed
	case e.Mean > e.SD:
		return spec.VerdictHelps
	case -e.Mean > e.SD:
		return spec.VerdictHarms
	}
	return spec.VerdictNull
}

// mean returns the mean of a metric over the runs of an arm, undefined when there are none.
func (p *Progress) mean(arm string, of func(spec.Measure) metrics.Value, metric string) metrics.Value {
	var values []metrics.Value
	for _, r := range p.runsOf(arm) {
		values = append(values, of(r.Of(metric)))
	}
	return spec.NewSpread(values).Mean
}

func value(m spec.Measure) metrics.Value  { return m.Value }
func chance(m spec.Measure) metrics.Value { return m.Chance }

// examined returns the name of the arm that the verdict is about: the first with a cosine term, else the first with
// a teacher, else empty.
func examined(s spec.Spec) string {
	for _, kind := range []string{Cosine, MSE} {
		if a := armOfKind(&s, kind); a != nil {
			return a.Name
		}
	}
	return ""
}

// baseline returns the name of the arm that everything is compared with: the student alone.
func baseline(s spec.Spec) string {
	if a := armOfKind(&s, Alone); a != nil {
		return a.Name
	}
	return ""
}
