package state

import (
	"slices"

	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
)

// primary is the metric of the verdict: it needs no threshold, and its chance level is the share of anomalies.
const primary = experiment.Headline

// shortTitles are the metrics whose titles are too long for the head of a column.
var shortTitles = []struct{ name, title string }{
	{primary, "AP"},
	{"pa_precision", "PA precision"},
	{"pa_recall", "PA recall"},
	{"pa_f1", "PA F1"},
}

// headline are the metrics that stay when the page is narrow.
var headline = []string{primary, "auroc", "f1", "pa_f1"}

func shortTitle(m metrics.Metric) string {
	for _, s := range shortTitles {
		if s.name == m.Name {
			return s.title
		}
	}
	return m.Title
}

// columns returns the metrics in the order of the table: honest before flattering, and among the honest the primary
// one first.
func columns() []metrics.Metric {
	all := slices.Clone(metrics.All)
	place := func(m metrics.Metric) int {
		switch {
		case m.Group == metrics.Flattering:
			return 3
		case m.Name == primary:
			return 0
		case !m.NeedsThreshold():
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b metrics.Metric) int { return place(a) - place(b) })
	return all
}

// report returns what is finished as a report, so that a run that is live is summed up like one that is done.
func (p *Progress) report() experiment.Report {
	r := experiment.Report{Version: experiment.Version, Spec: p.Spec}
	if p.Report != nil {
		r = *p.Report
	}
	r.Arms = nil
	for _, a := range p.Spec.Arms {
		r.Arms = append(r.Arms, experiment.ArmReport{Arm: a, Runs: p.runsOf(a.Name)})
	}
	return r
}

// runsOf returns the finished runs of an arm in the order of the spec's seeds.
func (p *Progress) runsOf(arm string) []experiment.Run {
	var runs []experiment.Run
	for _, seed := range p.Spec.Seeds {
		if r := p.runOf(arm, seed); r != nil {
			runs = append(runs, *r)
		}
	}
	return runs
}

// effect is a metric of one arm minus the same of another, over the seeds that both have.
func (p *Progress) effect(arm, base, metric string) experiment.Spread {
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
	return experiment.NewSpread(diffs)
}

// outcome judges an effect as Report.Summary does: it counts only when it is larger than its spread over seeds.
func outcome(e experiment.Spread) string {
	switch n := len(e.Values); {
	case n == 0:
		return experiment.VerdictNone
	case n == 1:
		return experiment.VerdictOneSeed
	case e.Mean > e.SD:
		return experiment.VerdictHelps
	case -e.Mean > e.SD:
		return experiment.VerdictHarms
	}
	return experiment.VerdictNull
}

// mean returns the mean of a metric over the runs of an arm, undefined when there are none.
func (p *Progress) mean(arm string, of func(experiment.Measure) metrics.Value, metric string) metrics.Value {
	var values []metrics.Value
	for _, r := range p.runsOf(arm) {
		values = append(values, of(r.Of(metric)))
	}
	return experiment.NewSpread(values).Mean
}

func value(m experiment.Measure) metrics.Value  { return m.Value }
func chance(m experiment.Measure) metrics.Value { return m.Chance }

// examined returns the name of the arm that the verdict is about: the first with a cosine term, else the first with
// a teacher, else empty.
func examined(s experiment.Spec) string {
	for _, kind := range []string{Cosine, MSE} {
		if a := armOfKind(&s, kind); a != nil {
			return a.Name
		}
	}
	return ""
}

// baseline returns the name of the arm that everything is compared with: the student alone.
func baseline(s experiment.Spec) string {
	if a := armOfKind(&s, Alone); a != nil {
		return a.Name
	}
	return ""
}
