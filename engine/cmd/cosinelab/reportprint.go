package main

import (
	"fmt"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// mark stands behind values that prove nothing (metrics/README.md, section 11).
const mark = "*"

// report prints what an experiment found: every metric in points of 100 with its chance level, honest ones
// first.
func (p printer) report(r spec.Report) {
	d := r.Data
	p.line("cli-report-data", d.Title, len(d.Channels), d.TrainSteps, d.TrainWindows, d.TestSteps,
		d.ScoredSteps)
	if d.Labelled {
		p.line("cli-report-anomalous", d.Anomalous, len(d.Segments))
	} else {
		p.line("cli-report-no-labels")
	}
	p.line("cli-report-seeds", len(r.Spec.Seeds), r.Device, r.Seconds)
	s := r.Summary()
	doubtful := p.group(r, s, metrics.Honest, p.w.Say("cli-honest"))
	if p.group(r, s, metrics.Warned, p.w.Say("cli-warned")) {
		doubtful = true
	}
	var rows []metrics.Metric
	for _, m := range s.Metrics {
		rows = append(rows, m.Metric)
	}
	p.warnings(rows)
	if p.group(r, s, metrics.Flattering, p.w.Say("cli-flattering-chance")) || doubtful {
		p.blank()
		p.line("cli-doubtful", mark)
	}
	p.gains(r, s)
	p.series(r)
	p.failures(r)
	p.thresholds(r)
	p.located(r)
	p.causes(r)
	p.verdict(r, s.Verdict)
}

// group prints one row a metric and one column an arm, if there are any. It returns whether it marked a cell.
func (p printer) group(r spec.Report, s spec.Summary, g metrics.Group, title string) (doubtful bool) {
	headings := []string{"", p.w.Say("chance"), p.w.Say("constant")}
	for _, a := range r.Arms {
		headings = append(headings, a.Arm.Name)
	}
	t := p.grid(append(headings, "")...)
	with := metrics.Defaults
	if r.Parameters != nil {
		with = *r.Parameters
	}
	for _, m := range s.Metrics {
		if m.Metric.Group != g {
			continue
		}
		row := []string{p.metric(m.Metric), p.in(m.Metric.Unit, m.Chance), p.constant(m.Metric, m.Constant)}
		standings := r.Standings(spec.MeasuredBy(m.Metric))
		for i, a := range r.Arms {
			text, marked := p.cellOf(standings[i], a.Arm, m.Metric, r.Spec.Level())
			row = append(row, text)
			doubtful = doubtful || marked
		}
		t.row(append(row, setting(m.Metric, with))...)
	}
	if t.lines > 0 {
		fmt.Fprintf(p.out, "\n%s\n", title)
		t.print()
	}
	return doubtful
}

// cellOf is one arm's value of a metric, and whether it is marked as doubtful. Where a threshold makes chance
// depend on the arm, and help from the labels makes it high, chance stands right beside the value
// (metrics/README.md, section 8). Controls are never doubtful: nothing is claimed of them.
func (p printer) cellOf(s spec.Standing, a spec.Arm, m metrics.Metric, level float64) (text string,
	marked bool) {
	text = p.spread(m.Unit, s.Value)
	if m.Group == metrics.Flattering && m.NeedsThreshold() && s.Chance.Mean.Defined() {
		text += " (" + p.points(s.Chance.Mean) + ")"
	}
	if spec.Controls[a.Control].Trains && s.Doubtful(level) {
		return text + " " + mark, true
	}
	return text, false
}

// failures names and counts the runs that have no scores.
func (p printer) failures(r spec.Report) {
	for _, t := range r.Teachers {
		if t.Failed != nil {
			p.blank()
			p.line("cli-run-failed", p.w.Say("arm-teacher"), t.Seed, t.Failed)
		}
	}
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Failed != nil {
				p.blank()
				p.line("cli-run-failed", run.Arm, run.Seed, run.Failed)
			}
		}
	}
	if r.FailedRuns > 0 {
		p.blank()
		p.line("cli-runs-failed", r.FailedRuns, r.RunCount())
	}
}

// thresholds says how thresholds were chosen, what that looked at, and what came out: a threshold a seed, the
// rest as means over seeds.
func (p printer) thresholds(r spec.Report) {
	p.blank()
	p.line("cli-scores-line", r.Spec.Detect.Score.String(), p.scoring(r.Spec.Detect))
	p.line("cli-threshold-line", r.Spec.Detect.Threshold.String())
	headings := []string{"", p.w.Say("cli-saw"), p.w.Say("cli-by-seed"), p.w.Say("cli-flagged")}
	if r.Data.Labelled {
		headings = append(headings, p.w.Say("cli-hit"), p.w.Say("cli-false-alarms"))
	}
	t := p.grid(headings...)
	for _, a := range r.Arms {
		c := p.count(a.Runs)
		if c.runs == 0 {
			continue
		}
		flagged := 100 * float64(c.flagged) / c.runs / float64(r.Data.ScoredSteps)
		row := []string{a.Arm.Name, p.w.Say(sawKeys[c.saw]), strings.Join(c.cuts, ", "),
			p.w.Fixed(flagged, 2) + " %"}
		if r.Data.Labelled {
			hits := p.w.Say("cli-hits-of", float64(c.hits)/c.runs, len(r.Data.Segments))
			row = append(row, hits, p.w.Fixed(float64(c.falseRuns)/c.runs, 1))
		}
		t.row(row...)
	}
	t.print()
	p.blank()
}

// sawKeys say what a threshold looked at.
var sawKeys = [spec.SawCount]words.Key{
	spec.SawNothing: "cli-saw-nothing",
	spec.SawTrain:   "cli-saw-train",
	spec.SawPast:    "cli-saw-past",
	spec.SawTest:    "cli-saw-test",
	spec.SawLabels:  "cli-saw-labels",
	spec.SawHand:    "cli-saw-hand",
}

// scoring says how the scores of steps were taken from windows.
func (p printer) scoring(d spec.Detect) string {
	text := p.w.Say("cli-cold")
	if d.Warm > 0 {
		text = p.w.Say("cli-warm", d.Warm)
	}
	if d.Smoothing > 0 {
		text += ", " + p.w.Say("cli-smoothed", d.Smoothing)
	}
	return text
}

// counted is what the thresholds of an arm's finished runs let through: sums over runs, which divide them.
type counted struct {
	saw                      spec.SawKind
	cuts                     []string
	flagged, hits, falseRuns int
	runs                     float64
}

// count passes over runs that failed.
func (p printer) count(runs []spec.Run) (c counted) {
	for _, run := range runs {
		if run.Failed != nil {
			continue
		}
		c.saw = run.Threshold.Saw
		c.cuts = append(c.cuts, p.cut(run))
		for _, alarm := range run.Alarms {
			c.flagged += alarm.To - alarm.From
		}
		c.hits += run.Hits
		c.falseRuns += run.FalseRuns
		c.runs++
	}
	return c
}

// cut is the threshold of one run, with what makes it unsure.
func (p printer) cut(run spec.Run) string {
	c := run.Threshold
	text := p.w.Say("cli-moving")
	if run.Series != nil && !spec.Policies[c.Policy].Moves {
		text = p.w.Say("cli-each-its-own")
	}
	if c.Value.Defined() {
		text = digits(float64(c.Value), 4)
	}
	switch {
	case c.Tail == nil:
		return text
	case c.Tail.Unreliable:
		return p.w.Say("cli-cut-unreliable", text)
	case c.Tail.Fallback:
		return p.w.Say("cli-cut-exponential", text)
	}
	return text
}

// tail describes a tail in one sentence (metrics/README.md, section 9.3).
func (p printer) tail(t spec.Tail) {
	key := words.Key("cli-tail")
	switch {
	case t.Fallback && t.Unreliable:
		key = "cli-tail-both"
	case t.Fallback:
		key = "cli-tail-exponential"
	case t.Unreliable:
		key = "cli-tail-unreliable"
	}
	p.line(key, t.Excesses, t.Scores, digits(t.Start, 6), digits(t.Shape, 4), digits(t.Scale, 4))
}

// located says how often an arm blames the right channels, where the data tells which are (metrics/README.md,
// section 10); chance stands in brackets. Runs of a report have the same segments, hence the same chance.
func (p printer) located(r spec.Report) {
	t := p.grid("", "HitRate@100%", "HitRate@150%")
	segments := 0
	for _, a := range r.Arms {
		var hit100, hit150 []metrics.Value
		var l spec.Located
		for _, run := range a.Runs {
			if run.Located != nil {
				l = *run.Located
				hit100, hit150 = append(hit100, l.HitRate100), append(hit150, l.HitRate150)
			}
		}
		if hit100 == nil {
			continue
		}
		segments = l.Segments
		t.row(a.Arm.Name, p.spread(metrics.UnitShare, spec.NewSpread(hit100))+" ("+p.points(l.Chance100)+")",
			p.spread(metrics.UnitShare, spec.NewSpread(hit150))+" ("+p.points(l.Chance150)+")")
	}
	if t.lines > 0 {
		p.line("cli-located", segments)
		t.print()
		p.blank()
	}
}

// alarmsShown is the number of alarms whose causes are printed; the report has all.
const alarmsShown = 5

// causes names the channels behind the longest alarms of the first run that has causes.
func (p printer) causes(r spec.Report) {
	for _, a := range r.Arms {
		if len(a.Runs) == 0 || len(a.Runs[0].Causes) == 0 {
			continue
		}
		run := a.Runs[0]
		order := make([]int, len(run.Alarms))
		for i := range order {
			order[i] = i
		}
		length := func(i int) int { return run.Alarms[i].To - run.Alarms[i].From }
		slices.SortStableFunc(order, func(i, j int) int { return length(j) - length(i) })
		p.line("cli-longest-alarms", run.Arm, run.Seed)
		for _, i := range order[:min(len(order), alarmsShown)] {
			p.alarm(r.Data, run.Alarms[i], causeText(run.Causes[i], r.Data.Channels))
		}
		p.blank()
		return
	}
}

func causeText(causes []spec.Cause, names []string) string {
	var texts []string
	for _, c := range causes {
		texts = append(texts, fmt.Sprintf("%s %.0f %%", names[c.Channel], 100*c.Share))
	}
	return strings.Join(texts, ", ")
}
