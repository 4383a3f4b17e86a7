package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
)

// writeResults writes the report, the learning curves and the scores to a folder; none without one.
func writeResults(dir string, r experiment.Report) error {
	if dir == "" {
		return nil
	}
	if err := writeJSON(filepath.Join(dir, reportFile), r); err != nil {
		return err
	}
	if err := writeCSV(filepath.Join(dir, historyFile), func(w *csv.Writer) { history(w, r) }); err != nil {
		return err
	}
	return writeCSV(filepath.Join(dir, scoresFile), func(w *csv.Writer) { scores(w, r) })
}

func writeCSV(path string, rows func(*csv.Writer)) error {
	return writeFile(path, func(w io.Writer) error {
		c := csv.NewWriter(w)
		rows(c)
		c.Flush()
		return c.Error()
	})
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// history writes one row for every epoch and part of a loss.
func history(w *csv.Writer, r experiment.Report) {
	w.Write([]string{"arm", "seed", "epoch", "steps", "rate", "weight", "grad_norm", "seconds", "part", "train", "validation"})
	for _, t := range r.Teachers {
		epochs(w, "teacher", t.Seed, t.Epochs)
	}
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			epochs(w, run.Arm, run.Seed, run.Epochs)
		}
	}
}

func epochs(w *csv.Writer, arm string, seed uint64, history []experiment.Epoch) {
	for _, e := range history {
		row := []string{arm, strconv.FormatUint(seed, 10), strconv.Itoa(e.Epoch), strconv.Itoa(e.Steps), number(e.Rate),
			number(e.Weight), number(e.GradNorm), number(e.Seconds)}
		for i := range max(len(e.Losses), len(e.Validation)) {
			name, train, valid := "", "", ""
			if i < len(e.Validation) {
				name, valid = e.Validation[i].Name, number(e.Validation[i].Value)
			}
			if i < len(e.Losses) {
				name, train = e.Losses[i].Name, number(e.Losses[i].Value)
			}
			w.Write(append(row[:8:8], name, train, valid))
		}
	}
}

// scores writes one row a scored step and one column a run.
func scores(w *csv.Writer, r experiment.Report) {
	head := []string{"step"}
	var columns [][]float64
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Scores != nil {
				head = append(head, fmt.Sprintf("%s/%d", run.Arm, run.Seed))
				columns = append(columns, run.Scores)
			}
		}
	}
	w.Write(head)
	for t := range r.Data.ScoredSteps {
		row := []string{strconv.Itoa(t)}
		for _, c := range columns {
			row = append(row, number(c[t]))
		}
		w.Write(row)
	}
}

// printReport prints the table of arms: every metric in points of 100 with its chance level, honest ones first.
func printReport(w io.Writer, r experiment.Report) {
	d := r.Data
	fmt.Fprintf(w, "\n%s: %d channels, %d train steps in %d windows, %d test steps, %d scored", d.Title, len(d.Channels), d.TrainSteps,
		d.TrainWindows, d.TestSteps, d.ScoredSteps)
	if d.Labelled {
		fmt.Fprintf(w, ", %d of the test steps anomalous in %d segments", d.Anomalous, len(d.Segments))
	}
	fmt.Fprintf(w, ".\n%d seeds, %s, %.0f s.\n", len(r.Spec.Seeds), r.Device, r.Seconds)
	if !d.Labelled {
		fmt.Fprintln(w, "No labels: alarms, no metrics.")
	}
	s := r.Summary()
	printGroup(w, r, s, metrics.Honest, "Honest (points of 100, mean ± deviation over seeds)")
	printGroup(w, r, s, metrics.Flattering, "Flattering: adjusted with the test labels, or tuned on them")
	printThresholds(w, r)
	fmt.Fprintln(w, verdict(s.Verdict))
}

func printGroup(w io.Writer, r experiment.Report, s experiment.Summary, g metrics.Group, title string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%s\tchance", title)
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
		for _, a := range m.Arms {
			fmt.Fprintf(t, "\t%s", spread(a))
		}
		fmt.Fprintln(t)
	}
	if rows > 0 {
		t.Flush()
	}
}

func points(v metrics.Value) string {
	if !v.Defined() {
		return "n/a"
	}
	return strconv.FormatFloat(100*float64(v), 'f', 1, 64)
}

func spread(s experiment.Spread) string {
	if !s.SD.Defined() {
		return points(s.Mean)
	}
	return points(s.Mean) + " ± " + points(s.SD)
}

// printThresholds says what each threshold saw, and which runs failed.
func printThresholds(w io.Writer, r experiment.Report) {
	fmt.Fprintln(w)
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Failed != "" {
				fmt.Fprintf(w, "%s, seed %d: %s\n", run.Arm, run.Seed, run.Failed)
			}
		}
	}
	for _, a := range r.Arms {
		if len(a.Runs) > 0 && a.Runs[0].Failed == "" {
			c := a.Runs[0].Threshold
			fmt.Fprintf(w, "Threshold: %s, %s.\n", c.Policy, c.Saw)
			return
		}
	}
}

// verdict is the outcome in one sentence.
func verdict(v experiment.Verdict) string {
	d := v.Differences
	diff := fmt.Sprintf("Cosine distillation: %+.1f points of average precision against the student alone", 100*float64(d.Mean))
	switch v.Outcome {
	case experiment.VerdictNull:
		return diff + fmt.Sprintf(", within the spread of %d seeds: no evidence that it helps on this data.", len(d.Values))
	case experiment.VerdictHelps:
		return diff + fmt.Sprintf(", larger than the spread of %d seeds, on this data only.", len(d.Values))
	case experiment.VerdictHarms:
		return diff + ": the teacher makes it worse here."
	case experiment.VerdictOneSeed:
		return diff + ". One seed: no spread, so no verdict."
	case experiment.VerdictNoLabels:
		return "No labels, so no verdict."
	}
	return "No verdict: it needs the arms alone and cosine."
}
