package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"cosinelab/datasets/keep"
	"cosinelab/engine/spec"
)

// writeResults writes the learning curves, the scores, the alarms, a detector of each arm and the report to a
// folder: the report last, since a
// folder that has it is taken for finished. Numbers in the tables have all their digits, so that others compute
// the same from them.
func writeResults(folder *keep.Folder, r spec.Report, at func(step int) string) error {
	err := writeCSV(folder, historyFile, func(w *csv.Writer) { history(w, r) })
	if err == nil {
		err = writeCSV(folder, scoresFile, func(w *csv.Writer) { scores(w, r, at) })
	}
	if err == nil {
		err = writeAlarms(folder, r, at)
	}
	if err == nil {
		err = chooseDetectors(folder, r)
	}
	if err == nil {
		err = writeJSON(folder, reportFile, r)
	}
	return err
}

// writeCSV writes the file that rows fills. rows need not look at errors: the writer keeps the first.
func writeCSV(folder *keep.Folder, name string, rows func(*csv.Writer)) error {
	return folder.Write(name, func(w io.Writer) error {
		c := csv.NewWriter(w)
		rows(c)
		c.Flush()
		return c.Error()
	})
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// history writes one row for every epoch and part of a loss: a long table, whose columns do not depend on the
// models.
func history(w *csv.Writer, r spec.Report) {
	w.Write([]string{"arm", "seed", "epoch", "steps", "rate", "weight", "grad_norm", "seconds", "part",
		"train",
		"validation"})
	for _, t := range r.Teachers {
		epochs(w, "teacher", t.Seed, t.Epochs)
	}
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			epochs(w, run.Arm, run.Seed, run.Epochs)
		}
	}
}

// epochs writes those of one training run. Validation may have more parts than training; those of both have
// the same order (train.Problem).
func epochs(w *csv.Writer, arm string, seed uint64, history []spec.Epoch) {
	for _, e := range history {
		row := []string{arm, strconv.FormatUint(seed, 10), strconv.Itoa(e.Epoch), strconv.Itoa(e.Steps),
			number(e.Rate),
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

// Columns of scores.csv that only stand there where times are known, or where there are several series. Those of runs
// have a slash.
const (
	seriesColumn = "series"
	timeColumn   = "time"
)

// scores writes one row a scored step and one column a run; at says when a step was.
func scores(w *csv.Writer, r spec.Report, at func(step int) string) {
	head := []string{"step"}
	if len(r.Data.Series) > 0 {
		head = append(head, seriesColumn)
	}
	timed := r.Data.Timeline != nil || at(0) != "" // those of several series are on no one axis
	if timed {
		head = append(head, timeColumn)
	}
	var columns [][]float64
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Scores != nil {
				head = append(head, columnName(run))
				columns = append(columns, run.Scores)
			}
		}
	}
	w.Write(head)
	for t := range r.Data.ScoredSteps {
		row := []string{strconv.Itoa(t)}
		if s := r.Data.SeriesAt(t); s != nil {
			row = append(row, s.Name)
		}
		if timed {
			row = append(row, at(t))
		}
		for _, c := range columns {
			row = append(row, number(c[t]))
		}
		w.Write(row)
	}
}

// columnName is that of a run's scores.
func columnName(run spec.Run) string { return fmt.Sprintf("%s/%d", run.Arm, run.Seed) }
