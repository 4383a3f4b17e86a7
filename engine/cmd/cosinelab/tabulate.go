package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// formats are the ways to write a table.
var formats = []string{"text", "markdown", "csv", "json"}

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
	// Scoring is how scores were taken from windows: experiment.Detect.Scoring; empty for published and random scores.
	Scoring string  `json:"scoring,omitempty"`
	Values  []value `json:"values"` // one for each of tableColumns
}

// value is a metric over seeds, as shares of one.
type value struct {
	Metric    string        `json:"metric"`
	Mean      metrics.Value `json:"mean"`
	Deviation metrics.Value `json:"deviation"`
	Chance    metrics.Value `json:"chance"`             // at the share of steps that the arm flags
	Doubtful  bool          `json:"doubtful,omitempty"` // not above chance and untrained, or not away from 0, by more than the spread
}

// tabulate makes the rows of all finished cells: by set, then model, each with its arms; the random score, which no
// model changes, and the published numbers once a set.
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
					line.Model, line.Scoring = "", ""
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
	return rows
}

func modelsOf(cells []*cell, set string) (names []string) {
	for _, c := range cells {
		if c.set == set && c.report != nil && !slices.Contains(names, c.model) {
			names = append(names, c.model)
		}
	}
	return names
}

// merged is the report of all seeds of a model on a set.
func merged(cells []*cell, set, model string) (out spec.Report) {
	for _, c := range cells {
		if c.set != set || c.model != model || c.report == nil {
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

func armRow(r spec.Report, a spec.ArmReport) row {
	out := row{Kind: kindRun, Arm: a.Arm.Name, Seeds: len(a.Runs), Scoring: r.Spec.Detect.Scoring()}
	for _, run := range a.Runs {
		if run.Failed != nil {
			out.Failed++
		}
	}
	for _, c := range tableColumns {
		s := r.Standing(a.Arm.Name, c.metric)
		out.Values = append(out.Values, value{c.metric, s.Value.Mean, s.Value.SD, s.Chance.Mean, spec.Controls[a.Arm.Control].Trains && s.Doubtful()})
	}
	return out
}

// differences are what each distilled arm gains over the student alone.
func differences(r spec.Report, set, model string) (rows []row) {
	for _, a := range r.Arms {
		if !a.Arm.Distils() {
			continue
		}
		out := row{Set: set, Title: r.Data.Title, Kind: kindDifference, Model: model, Arm: a.Arm.Name + " - " + spec.ArmAlone,
			Seeds: len(a.Runs), Scoring: r.Spec.Detect.Scoring()}
		for _, c := range tableColumns {
			d := r.Gain(a.Arm.Name, spec.ArmAlone, c.metric)
			out.Values = append(out.Values, value{c.metric, d.Mean, d.SD, metrics.Undefined, d.Within()})
		}
		rows = append(rows, out)
	}
	return rows
}

func publishedRow(p published, set, title string) row {
	out := row{Set: set, Title: title, Kind: kindPublished, Model: p.model, Arm: p.method}
	for i, c := range tableColumns {
		v := value{Metric: c.metric, Mean: metrics.Undefined, Deviation: metrics.Undefined, Chance: metrics.Undefined}
		if printed := []float64{p.precision, p.recall, p.f1}; i < len(printed) {
			v.Mean = metrics.Value(printed[i] / 100)
		}
		out.Values = append(out.Values, v)
	}
	return out
}

// cell is a value as text tables show it, in points of 100; chance stands beside what the labels helped.
func (v value) cell(kind string) string {
	if !v.Mean.Defined() {
		return "-"
	}
	text := points(v.Mean)
	switch kind {
	case kindDifference:
		text = fmt.Sprintf("%+.1f", 100*float64(v.Mean))
	case kindPublished:
		text = fmt.Sprintf("%.2f", 100*float64(v.Mean))
	}
	if v.Deviation.Defined() {
		text += " ± " + points(v.Deviation)
	}
	if strings.HasPrefix(v.Metric, "pa_") && v.Chance.Defined() {
		text += " (" + points(v.Chance) + ")"
	}
	if v.Doubtful {
		text += " *"
	}
	return text
}

// cells are the texts of a row, the method first.
func (r row) cells() []string {
	name := strings.TrimSpace(r.Model + " " + r.Arm)
	switch {
	case r.Kind == kindPublished:
		name = "published: " + r.Arm
	case r.Failed > 0:
		name += fmt.Sprintf(" (%d of %d failed)", r.Failed, r.Seeds)
	}
	if r.Scoring != "" && r.Scoring != scoredCold {
		name += " [" + r.Scoring + "]"
	}
	texts := []string{name}
	for _, v := range r.Values {
		texts = append(texts, v.cell(r.Kind))
	}
	return texts
}

func headings() []string {
	heads := []string{""}
	for _, c := range tableColumns {
		heads = append(heads, c.heading)
	}
	return heads
}

// scoredCold is how rows are scored that do not say how.
var scoredCold = spec.Detect{}.Scoring()

// legend explains what stands in the cells.
const legend = `Points of 100, mean ± deviation over seeds. PA: point-adjusted, in brackets the chance level at the same share of flags;
all others are not adjusted. Scores are cold, of every step of windows that do not overlap, unless a row says otherwise.
* does not beat both chance and the untrained student by more than its spread over seeds; beside a difference: not larger
than its spread. Published numbers are percent as printed, point-adjusted, with thresholds that
saw the test part; those of SMD are of all 28 machines.`

// writeTable writes the rows in one of the formats.
func writeTable(w io.Writer, format string, rows []row) error {
	switch format {
	case "csv":
		return writeTableCSV(w, rows)
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(rows)
	}
	for i := 0; i < len(rows); {
		n := i
		for n < len(rows) && rows[n].Set == rows[i].Set {
			n++
		}
		write := writeText
		if format == "markdown" {
			write = writeMarkdown
		}
		if err := write(w, rows[i:n]); err != nil {
			return err
		}
		i = n
	}
	_, err := fmt.Fprintln(w, legend)
	return err
}

func writeText(w io.Writer, rows []row) error {
	fmt.Fprintf(w, "%s\n", rows[0].Title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(headings(), "\t"))
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join(r.cells(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

func writeMarkdown(w io.Writer, rows []row) error {
	lines := [][]string{headings()}
	for _, r := range rows {
		cells := r.cells()
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "*", `\*`)
		}
		lines = append(lines, cells)
	}
	widths := make([]int, len(lines[0]))
	for _, l := range lines {
		for i, c := range l {
			widths[i] = max(widths[i], 3, utf8.RuneCountInString(c))
		}
	}
	rule := make([]string, len(widths))
	for i, n := range widths {
		rule[i] = strings.Repeat("-", n)
	}
	lines = slices.Insert(lines, 1, rule)
	fmt.Fprintf(w, "### %s\n\n", rows[0].Title)
	for _, l := range lines {
		for i, c := range l {
			fmt.Fprintf(w, "| %s%s ", c, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)))
		}
		fmt.Fprintln(w, "|")
	}
	_, err := fmt.Fprintln(w)
	return err
}

// writeTableCSV writes one line a value, so that nothing has to be taken apart again.
func writeTableCSV(w io.Writer, rows []row) error {
	c := csv.NewWriter(w)
	c.Write([]string{"set", "kind", "model", "arm", "seeds", "failed", "metric", "mean", "deviation", "chance", "doubtful", "scoring"})
	for _, r := range rows {
		for _, v := range r.Values {
			c.Write([]string{r.Set, r.Kind, r.Model, r.Arm, strconv.Itoa(r.Seeds), strconv.Itoa(r.Failed), v.Metric, orEmpty(v.Mean),
				orEmpty(v.Deviation), orEmpty(v.Chance), strconv.FormatBool(v.Doubtful), r.Scoring})
		}
	}
	c.Flush()
	return c.Error()
}

func orEmpty(v metrics.Value) string {
	if !v.Defined() {
		return ""
	}
	return number(float64(v))
}
