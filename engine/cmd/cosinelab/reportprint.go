package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/table"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// mark stands behind values that prove nothing (metrics/README.md, section 11).
const mark = "*"

// report prints what an experiment found: one screen of it, or everything.
func (p printer) report(r spec.Report, all bool) {
	p.head(r)
	s := r.Summary()
	if all {
		p.everything(r, s)
	} else {
		p.brief(r, s)
	}
	p.overData(r)
	p.verdict(r, s.Verdict)
	if !all {
		p.line("cli-brief-more")
	}
}

// head says what was experimented with.
func (p printer) head(r spec.Report) {
	d := r.Data
	p.line("cli-report-data", p.w.TitleOf(d.Source, d.Title), len(d.Channels), d.TrainSteps, d.TrainWindows, d.TestSteps,
		d.ScoredSteps)
	labels := p.w.Say("cli-report-no-labels")
	if d.Labelled {
		labels = p.w.Say("cli-report-anomalous", d.Anomalous, len(d.Segments))
	}
	fmt.Fprintln(p.out, labels, p.w.Say("cli-report-seeds", len(r.Spec.Seeds), r.Device, r.Seconds))
	if name := r.Spec.Teacher.Weights; name != "" && r.Spec.Teaches() {
		p.line("cli-report-teacher", name)
	}
}

// brief prints the metric of the verdict with the gain over the baseline, and how the alarms fared, all four
// numbers of them: each alone is best for a useless detector. What failed is said, and without labels what was
// flagged.
func (p printer) brief(r spec.Report, s spec.Summary) {
	p.blank()
	if len(s.Metrics) > 0 {
		p.short(r, s).print()
		p.line("cli-brief-units", s.Verdict.Metric.Short)
		p.line("cli-brief-mark", mark)
	}
	p.failures(r)
	if len(s.Metrics) == 0 {
		p.thresholds(r)
	}
	p.blank()
}

// short is the table of brief; it needs metrics.
func (p printer) short(r spec.Report, s spec.Summary) *grid {
	judged, base := r.Spec.JudgedBy(), r.Spec.Baseline()
	columns := append([]metrics.Metric{judged}, metrics.OfDetection()...)
	headings := []string{"", judged.Short, ""}
	if base != "" {
		headings[2] = p.w.Say("cli-brief-gain", base, percent(r.Spec.Level()))
	}
	for _, m := range metrics.OfDetection() {
		headings = append(headings, p.w.Say(words.Key(m.BriefKey())))
	}
	t := p.grid(headings...)
	chance, values := []string{p.w.Say("chance")}, make([][]string, len(r.Arms))
	for _, m := range columns {
		level := metrics.Undefined // no run may have a value: a delay needs a hit
		for _, ms := range s.Metrics {
			if ms.Metric.Name == m.Name {
				level = ms.Chance
			}
		}
		chance = append(chance, p.in(m.Unit, level))
		standings := r.Standings(spec.MeasuredBy(m))
		for k, a := range r.Arms {
			text, _ := p.cellOf(standings[k], a.Arm, m, r.Spec.Level())
			if m.Name != judged.Name {
				text = p.in(m.Unit, standings[k].Value.Mean)
			}
			values[k] = append(values[k], text)
		}
	}
	t.row(slices.Insert(chance, 2, "")...)
	gains := r.Gains(spec.MeasuredBy(judged))
	for k, a := range r.Arms {
		gain := ""
		for _, g := range gains {
			if g.Arm == a.Arm.Name && g.N() > 0 {
				gain = p.gain(judged.Unit, g.Paired)
			}
		}
		t.row(append([]string{a.Arm.Name, values[k][0], gain}, values[k][1:]...)...)
	}
	return t
}

// everything prints every metric in points of 100 with its chance level, honest ones first, then how
// thresholds were chosen and what is behind alarms.
func (p printer) everything(r spec.Report, s spec.Summary) {
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
}

// overData prints where means over seeds would lie for other data like these, if somebody asked.
func (p printer) overData(r spec.Report) {
	o := r.OverData
	if o == nil {
		return
	}
	var rows []metrics.Metric
	headings := []string{""}
	for i, d := range o.Intervals {
		m, ok := metrics.Find(d.Metric)
		if ok && !slices.ContainsFunc(o.Intervals[:i], func(b spec.DataInterval) bool { return b.Metric == d.Metric }) {
			rows = append(rows, m)
			headings = append(headings, m.Short, p.w.Say("cli-over-arm", m.Short, r.Spec.Baseline()))
		}
	}
	t := p.grid(headings...)
	for _, a := range r.Arms {
		row := []string{a.Arm.Name}
		for _, m := range rows {
			value, gain := o.Of(m.Name, a.Arm.Name, ""), o.Of(m.Name, a.Arm.Name, r.Spec.Baseline())
			texts := []string{"", ""}
			if value.Low.Defined() {
				texts[0] = p.w.Say("interval", p.in(m.Unit, value.Low), p.in(m.Unit, value.High))
			}
			if gain.Low.Defined() {
				texts[1] = p.w.Say("interval", p.signed(m.Unit, gain.Low), p.signed(m.Unit, gain.High))
			}
			row = append(row, texts...)
		}
		t.row(row...)
	}
	p.line("cli-over-data", o.Draws, o.Block)
	t.print()
	p.blank()
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
	days, timed := r.Data.Timeline.Days(r.Data.ScoredSteps)
	shares := slices.ContainsFunc(r.Arms, func(a spec.ArmReport) bool { return p.count(a.Runs).shares > 0 })
	if shares {
		headings = append(headings, p.w.Say("cli-train-above"))
	}
	if timed {
		headings = append(headings, p.w.Say("cli-per-day"))
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
		if c.shares > 0 {
			row = append(row, p.w.Fixed(100*c.share/c.shares, 2)+" %")
		} else if shares {
			row = append(row, "")
		}
		if timed {
			row = append(row, p.w.Fixed(float64(c.alarms)/c.runs/days, 1))
		}
		t.row(row...)
	}
	t.print()
	if shares {
		p.line("cli-train-above-means")
	}
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
	alarms                   int
	share, shares            float64 // of the train scores above the threshold; of so many runs
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
		c.alarms += len(run.Alarms)
		if s := run.Threshold.TrainShare; s != nil {
			c.share += *s
			c.shares++
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
			p.alarm(r.Data, run.Alarms[i], p.causeText(run.Causes[i], run.Usual, r.Data.Channels))
		}
		p.blank()
		return
	}
}

// placeOf is a step of the test part, with its time where that is known.
func placeOf(d spec.DataSummary, step int) string {
	at, ok := d.Timeline.At(step)
	if !ok || d.Timeline.Rough {
		return strconv.Itoa(step)
	}
	return fmt.Sprintf("%d (%s)", step, table.Axis{Clock: d.Timeline.Clock, Unit: d.Timeline.Unit}.Text(at))
}

func (p printer) causeText(causes []spec.Cause, usual []float64, names []string) string {
	var texts []string
	for _, c := range causes {
		text := fmt.Sprintf("%s %.0f %%", names[c.Channel], 100*c.Share)
		if usual != nil {
			text += " (" + p.w.Say("cause-usual", p.w.Fixed(100*usual[c.Channel], 0)) + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}
