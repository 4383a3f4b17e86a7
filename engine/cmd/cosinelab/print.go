package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// printReport prints the table of arms: every metric in points of 100 with its chance level, honest ones first.
func printReport(w io.Writer, r spec.Report) {
	d := r.Data
	fmt.Fprintf(w, "%s: %d channels, %d train steps in %d windows, %d test steps, %d scored", d.Title, len(d.Channels), d.TrainSteps,
		d.TrainWindows, d.TestSteps, d.ScoredSteps)
	if d.Labelled {
		fmt.Fprintf(w, ", %d of the test steps anomalous in %d segments", d.Anomalous, len(d.Segments))
	}
	fmt.Fprintf(w, ".\n%d seeds, %s, %.0f s.\n", len(r.Spec.Seeds), r.Device, r.Seconds)
	if !d.Labelled {
		fmt.Fprintln(w, "No labels: alarms, no metrics.")
	}
	s := r.Summary()
	doubtful := false
	for _, g := range []struct {
		group metrics.Group
		title string
	}{
		{metrics.Honest, "Honest (points of 100, mean ± deviation over seeds)"},
		{metrics.Flattering, flattering + " (in brackets the chance level at the arm's own share of flags)"},
	} {
		doubtful = printGroup(w, r, s, g.group, g.title) || doubtful
	}
	if doubtful {
		fmt.Fprintln(w, "\n* does not beat both chance and the untrained student by more than its spread over seeds.")
	}
	printFailures(w, r)
	printThresholds(w, r)
	printLocated(w, r)
	printCauses(w, r)
	fmt.Fprintln(w, verdict(s.Verdict))
}

// flattering is the heading of metrics that may not be read alone.
const flattering = "Flattering: adjusted with the test labels, or tuned on them"

// printGroup prints one row a metric and one column an arm. It returns whether it marked a cell.
func printGroup(w io.Writer, r spec.Report, s spec.Summary, g metrics.Group, title string) (doubtful bool) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\tchance")
	for _, a := range r.Arms {
		fmt.Fprintf(t, "\t%s", a.Arm.Name)
	}
	fmt.Fprintln(t)
	rows := 0
	for _, m := range s.Metrics {
		if m.Metric.Group != g {
			continue
		}
		rows++
		fmt.Fprintf(t, "%s\t%s", m.Metric.Title, points(m.Chance))
		for _, a := range r.Arms {
			text, marked := cellOf(r, a.Arm, m.Metric)
			fmt.Fprintf(t, "\t%s", text)
			doubtful = doubtful || marked
		}
		fmt.Fprintln(t)
	}
	if rows > 0 {
		fmt.Fprintf(w, "\n%s\n", title)
		t.Flush()
	}
	return doubtful
}

// cellOf is one arm's value of a metric. Where a threshold makes chance depend on the arm, and help from the labels
// makes it high, chance stands right beside the value.
func cellOf(r spec.Report, a spec.Arm, m metrics.Metric) (text string, marked bool) {
	s := r.Standing(a.Name, m.Name)
	text = spread(s.Value)
	if m.Group == metrics.Flattering && m.NeedsThreshold() && s.Chance.Mean.Defined() {
		text += " (" + points(s.Chance.Mean) + ")"
	}
	if spec.Controls[a.Control].Trains && s.Doubtful() {
		return text + " *", true
	}
	return text, false
}

func points(v metrics.Value) string {
	if !v.Defined() {
		return "n/a"
	}
	return strconv.FormatFloat(100*float64(v), 'f', 1, 64)
}

func spread(s spec.Spread) string {
	if !s.SD.Defined() {
		return points(s.Mean)
	}
	return points(s.Mean) + " ± " + points(s.SD)
}

// printFailures names the runs that have no scores.
func printFailures(w io.Writer, r spec.Report) {
	for _, t := range r.Teachers {
		if t.Failed != nil {
			fmt.Fprintf(w, "\nTeacher, seed %d failed: %s\n", t.Seed, words.English().Error(t.Failed))
		}
	}
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Failed != nil {
				fmt.Fprintf(w, "\n%s, seed %d failed: %s\n", run.Arm, run.Seed, words.English().Error(run.Failed))
			}
		}
	}
}

// printThresholds says how thresholds were chosen, what that looked at, and what came out.
func printThresholds(w io.Writer, r spec.Report) {
	fmt.Fprintf(w, "\nScores: %s, %s\nThreshold: %s\n", r.Spec.Detect.Score, r.Spec.Detect.Scoring(), r.Spec.Detect.Threshold)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\tsaw\tvalue by seed\tflagged")
	if r.Data.Labelled {
		fmt.Fprint(t, "\tsegments hit\tfalse alarms")
	}
	fmt.Fprintln(t)
	for _, a := range r.Arms {
		c := count(a.Runs)
		if c.runs == 0 {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.2f %%", a.Arm.Name, c.saw, strings.Join(c.cuts, ", "), 100*float64(c.flagged)/c.runs/float64(r.Data.ScoredSteps))
		if r.Data.Labelled {
			fmt.Fprintf(t, "\t%.1f of %d\t%.1f", float64(c.hits)/c.runs, len(r.Data.Segments), float64(c.falseRuns)/c.runs)
		}
		fmt.Fprintln(t)
	}
	t.Flush()
	fmt.Fprintln(w)
}

// counted is what the thresholds of an arm's finished runs let through.
type counted struct {
	saw                      spec.SawKind
	cuts                     []string
	flagged, hits, falseRuns int
	runs                     float64
}

func count(runs []spec.Run) (c counted) {
	for _, run := range runs {
		if run.Failed != nil {
			continue
		}
		c.saw = run.Threshold.Saw
		c.cuts = append(c.cuts, cutWords(run.Threshold))
		for _, alarm := range run.Alarms {
			c.flagged += alarm.To - alarm.From
		}
		c.hits += run.Hits
		c.falseRuns += run.FalseRuns
		c.runs++
	}
	return c
}

// printLocated says how often an arm blames the right channels, where the data tells which are.
func printLocated(w io.Writer, r spec.Report) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rows := 0
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
		if rows++; rows == 1 {
			fmt.Fprintf(w, "Right channels among those with the largest errors, in %d true segments (in brackets chance)\n", l.Segments)
			fmt.Fprintln(t, "\tHitRate@100%\tHitRate@150%")
		}
		fmt.Fprintf(t, "%s\t%s (%s)\t%s (%s)\n", a.Arm.Name, spread(spec.NewSpread(hit100)), points(l.Chance100),
			spread(spec.NewSpread(hit150)), points(l.Chance150))
	}
	if rows > 0 {
		t.Flush()
		fmt.Fprintln(w)
	}
}

// alarmsShown is the number of alarms whose causes are printed; the report has all.
const alarmsShown = 5

// printCauses names the channels behind the longest alarms of the first run that has causes.
func printCauses(w io.Writer, r spec.Report) {
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
		fmt.Fprintf(w, "Longest alarms of %s, seed %d, with the channels' shares of the squared error\n", run.Arm, run.Seed)
		for _, i := range order[:min(len(order), alarmsShown)] {
			fmt.Fprintf(w, "  steps %d to %d:%s\n", run.Alarms[i].From, run.Alarms[i].To-1, causeWords(run.Causes[i], r.Data.Channels))
		}
		fmt.Fprintln(w)
		return
	}
}

func causeWords(causes []spec.Cause, names []string) (text string) {
	for i, c := range causes {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %s %.0f %%", names[c.Channel], 100*c.Share)
	}
	return text
}

// cutWords is the threshold of one run, with what makes it unsure.
func cutWords(c spec.Cut) string {
	text := "moving"
	if c.Value.Defined() {
		text = fmt.Sprintf("%.4g", float64(c.Value))
	}
	switch {
	case c.Tail == nil:
		return text
	case c.Tail.Unreliable:
		return text + " (unreliable: few excesses)"
	case c.Tail.Fallback:
		return text + " (exponential tail)"
	}
	return text
}

// tailWords is a tail in one sentence.
func tailWords(t spec.Tail) string {
	text := fmt.Sprintf("Tail: %d of %d scores above %.6g, generalised Pareto with shape %.4g and scale %.4g", t.Excesses, t.Scores, t.Start, t.Shape, t.Scale)
	if t.Fallback {
		text += "; exponential, because the likelihood has no maximum inside"
	}
	if t.Unreliable {
		text += "; too few scores to rely on"
	}
	return text + "."
}

// verdict is the outcome in one sentence.
func verdict(v spec.Verdict) string {
	d := v.Differences
	diff := fmt.Sprintf("Cosine distillation: %+.1f points of average precision against the student alone", 100*float64(d.Mean))
	switch v.Outcome {
	case spec.VerdictNull:
		return diff + fmt.Sprintf(", within the spread of %d seeds: no evidence that it helps on this data.", len(d.Values))
	case spec.VerdictHelps:
		return diff + fmt.Sprintf(", larger than the spread of %d seeds, on this data only.", len(d.Values))
	case spec.VerdictHarms:
		return diff + ": the teacher makes it worse here."
	case spec.VerdictOneSeed:
		return diff + ". One seed: no spread, so no verdict."
	case spec.VerdictNoLabels:
		return "No labels, so no verdict."
	}
	return "No verdict: it needs the arms alone and cosine."
}
