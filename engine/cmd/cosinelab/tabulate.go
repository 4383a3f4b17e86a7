package main

import (
	"fmt"
	"slices"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// tableColumns are the metrics of the paper's table, and those it leaves out, with short headings.
var tableColumns = []struct{ metric, heading string }{
	{"pa_precision", "PA P"}, {"pa_recall", "PA R"}, {"pa_f1", "PA F1"},
	{"precision", "P"}, {"recall", "R"}, {"f1", "F1"},
	{"auroc", "AUROC"}, {"average_precision", "AP"}, {"vus_pr", "VUS-PR"}, {"affiliation_f1", "Aff. F1"},
}

// Kinds of rows.
const (
	kindRun        = "run"        // an arm of a model
	kindDifference = "difference" // an arm minus the student alone, seed by seed
	kindPublished  = "published"  // what papers print
)

// row is one line of the table.
type row struct {
	Set    string `json:"set"`
	Title  string `json:"title"`
	Kind   string `json:"kind"`
	Model  string `json:"model,omitempty"`
	Arm    string `json:"arm"`
	Seeds  int    `json:"seeds,omitempty"`
	Failed int    `json:"failed,omitempty"` // runs without scores
	// Scoring is how scores were taken from windows: scoring; empty for published and random scores.
	Scoring string      `json:"scoring,omitempty"`
	detect  spec.Detect // the same before it is a text
	Values  []value     `json:"values"` // one for each of tableColumns
}

// value is a metric over seeds, as shares of one; undefined where nobody measured it.
type value struct {
	Metric    string        `json:"metric"`
	Mean      metrics.Value `json:"mean"`
	Deviation metrics.Value `json:"deviation"`
	Chance    metrics.Value `json:"chance"` // at the share of steps that the arm flags
	// Evidence is that of a difference. An arm has P alone, the largest of its comparisons with chance and what
	// costs no training. Holm is P corrected for the rows of its kind.
	spec.Evidence
	// Doubtful: not shown to beat chance and what costs no training, or to differ from 0.
	Doubtful bool `json:"doubtful,omitempty"`
}

// newValue is a value of which only the mean may be known.
func newValue(metric string, mean metrics.Value) value {
	return value{Metric: metric, Mean: mean, Deviation: metrics.Undefined, Chance: metrics.Undefined,
		Evidence: spec.NoEvidence()}
}

// tabulate makes the rows of all finished cells: by set, then model, each with its arms and their
// differences; the random score, which no model changes, and the published numbers once a set.
func tabulate(cells []*cell) (rows []row) {
	for _, set := range setsOf(cells) {
		var random []row
		title := ""
		for _, m := range modelsOf(cells, set) {
			r := merged(cells, set, m)
			title = r.Data.Title
			for _, a := range r.Arms {
				line := armRow(r, a)
				line.Set, line.Title, line.Model = set, title, m
				if a.Arm.Control == spec.ControlRandom {
					line.Model, line.Scoring, line.detect = "", "", spec.Detect{}
					random = []row{line}
					continue
				}
				rows = append(rows, line)
			}
			rows = append(rows, differences(r, set, m)...)
		}
		rows = append(rows, random...)
		for _, p := range publishedFor(set) {
			rows = append(rows, publishedRow(p, set, title))
		}
	}
	correct(rows, kindRun)
	correct(rows, kindDifference)
	return rows
}

// correct corrects the p-values of a column for the rows of a kind that stand in it (Holm), and marks what is
// then not shown.
func correct(rows []row, kind string) {
	for c := range tableColumns {
		var column []*value
		var p []metrics.Value
		for i := range rows {
			if rows[i].Kind == kind {
				v := &rows[i].Values[c]
				column, p = append(column, v), append(p, v.P)
			}
		}
		for i, x := range spec.Holm(p) {
			if column[i].Holm = x; x.Defined() {
				column[i].Doubtful = x > spec.Alpha
			}
		}
	}
}

func modelsOf(cells []*cell, set string) (names []string) {
	for _, c := range cells {
		if c.Set == set && c.report != nil && !slices.Contains(names, c.What) {
			names = append(names, c.What)
		}
	}
	return names
}

// merged is the report of all seeds of a model on a set, as if one experiment had run them: spreads need all
// seeds.
func merged(cells []*cell, set, model string) (out spec.Report) {
	for _, c := range cells {
		if c.Set != set || c.What != model || c.report == nil {
			continue
		}
		if out.Arms == nil {
			out.Data, out.Spec = c.report.Data, c.report.Spec
			for _, a := range c.report.Arms {
				out.Arms = append(out.Arms, spec.ArmReport{Arm: a.Arm})
			}
		}
		for i, a := range c.report.Arms {
			out.Arms[i].Runs = append(out.Arms[i].Runs, a.Runs...)
		}
	}
	return out
}

// armRow is an arm over its seeds.
func armRow(r spec.Report, a spec.ArmReport) row {
	out := row{Kind: kindRun, Arm: a.Arm.Name, Seeds: len(a.Runs), Scoring: scoringOf(r.Spec.Detect),
		detect: r.Spec.Detect}
	for _, run := range a.Runs {
		if run.Failed != nil {
			out.Failed++
		}
	}
	for _, c := range tableColumns {
		s := r.Standing(a.Arm.Name, c.metric)
		v := newValue(c.metric, s.Value.Mean)
		v.Deviation, v.Chance = s.Value.SD, s.Chance.Mean
		if spec.Controls[a.Arm.Control].Trains { // nothing is claimed of the others
			v.P, v.Doubtful = s.P, s.Doubtful(1-spec.Alpha)
		}
		out.Values = append(out.Values, v)
	}
	return out
}

// differences are what each distilled arm gains over the student alone.
func differences(r spec.Report, set, model string) (rows []row) {
	for _, a := range r.Arms {
		if !a.Arm.Distils() {
			continue
		}
		out := row{Set: set, Title: r.Data.Title, Kind: kindDifference, Model: model, Arm: a.Arm.Name +
			" - " + spec.ArmAlone,
			Seeds: len(a.Runs), Scoring: scoringOf(r.Spec.Detect), detect: r.Spec.Detect}
		for _, c := range tableColumns {
			d := r.Gain(a.Arm.Name, spec.ArmAlone, c.metric)
			v := newValue(c.metric, d.Mean)
			v.Deviation, v.Evidence = d.SD, d.Evidence
			v.Holm = metrics.Undefined               // until all rows are there
			v.Doubtful = d.N() > 0 && !d.P.Defined() // one seed, or no spread
			out.Values = append(out.Values, v)
		}
		rows = append(rows, out)
	}
	return rows
}

// publishedRow is what a paper prints: the first three columns, which are its metrics; the others are
// undefined.
func publishedRow(p published, set, title string) row {
	out := row{Set: set, Title: title, Kind: kindPublished, Model: p.model, Arm: p.method}
	for i, c := range tableColumns {
		v := newValue(c.metric, metrics.Undefined)
		if printed := []float64{p.precision, p.recall, p.f1}; i < len(printed) {
			v.Mean = metrics.Value(printed[i] / 100)
		}
		out.Values = append(out.Values, v)
	}
	return out
}

// scoringOf says in the files of a table how scores were taken from windows: cold, smoothed over a span of 105.
func scoringOf(d spec.Detect) string {
	text := "cold"
	if d.Warm > 0 {
		text = fmt.Sprintf("warm, the last %d steps of each window", d.Warm)
	}
	if d.Smoothing > 0 {
		text += fmt.Sprintf(", smoothed over a span of %d", d.Smoothing)
	}
	return text
}
