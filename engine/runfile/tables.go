package runfile

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// number writes a number with all its digits, so that others compute the same from it; nothing where it is undefined.
func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// history writes one row for every epoch and part of a loss: a long table, whose columns do not depend on the
// models.
func (r Run) history(w *csv.Writer) {
	w.Write([]string{"arm", "seed", "epoch", "steps", "rate", "weight", "grad_norm", "seconds", "part", "train",
		"validation"})
	for _, t := range r.Report.Teachers {
		epochs(w, "teacher", t.Seed, t.Epochs)
	}
	for _, a := range r.Report.Arms {
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
			number(e.Rate), number(e.Weight), number(e.GradNorm), number(e.Seconds)}
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

// The columns of scores.csv before those of runs. seriesColumn stands there where there are several series,
// timeColumn where times are known, labelColumn where labels are.
const (
	stepColumn   = "step"
	seriesColumn = "series"
	timeColumn   = "time"
	splitColumn  = "split"
	labelColumn  = "label"
)

// The parts of a series, in the column of that name.
const (
	splitTrain = "train"
	splitTest  = "test"
)

// What stands behind a run's name in the columns that are not its scores.
const (
	thresholdOf = " threshold"
	alarmOf     = " alarm"
)

// columnName is that of a run's scores.
func columnName(run spec.Run) string { return fmt.Sprintf("%s/%d", run.Arm, run.Seed) }

// column is one of scores.csv: what it says of a step of the training part, and of the test part. nil = nothing.
type column struct {
	name        string
	train, test func(step int) string
}

// scores writes one row a scored step, and three columns a run: score, threshold, alarm. Steps of the training part
// come first, where their scores were kept.
func (r Run) scores(w *csv.Writer) {
	columns := r.columns()
	trained := 0
	for _, a := range r.Report.Arms {
		for _, run := range a.Runs {
			columns = append(columns, r.columnsOf(run)...)
			trained = max(trained, len(serial(run)))
		}
	}
	row := make([]string, len(columns))
	write := func(cell func(column) func(int) string, step int) {
		for i, c := range columns {
			if row[i] = ""; cell(c) != nil {
				row[i] = cell(c)(step)
			}
		}
		w.Write(row)
	}
	for i, c := range columns {
		row[i] = c.name
	}
	w.Write(row)
	for t := range trained {
		write(func(c column) func(int) string { return c.train }, t)
	}
	for t := range r.Report.Data.ScoredSteps {
		write(func(c column) func(int) string { return c.test }, t)
	}
}

// columns are those before the runs'.
func (r Run) columns() []column {
	d := r.Report.Data
	all := []column{{stepColumn, strconv.Itoa, strconv.Itoa}}
	if len(d.Series) > 0 {
		all = append(all, column{name: seriesColumn, test: func(t int) string {
			if s := d.SeriesAt(t); s != nil {
				return s.Name
			}
			return ""
		}})
	}
	if d.Timeline != nil || r.at(0) != "" { // those of several series are on no one axis
		all = append(all, column{name: timeColumn, test: r.at})
	}
	all = append(all, column{splitColumn, func(int) string { return splitTrain }, func(int) string { return splitTest }})
	if r.Labels != nil {
		all = append(all, column{name: labelColumn, test: func(t int) string { return strconv.Itoa(int(r.Labels[t])) }})
	}
	return all
}

// at says when a step of the test part was.
func (r Run) at(step int) string {
	if r.Time == nil {
		return ""
	}
	return r.Time(step)
}

// columnsOf are those of a run; none without scores.
func (r Run) columnsOf(run spec.Run) []column {
	if run.Scores == nil {
		return nil
	}
	name, train, raised := columnName(run), serial(run), run.Flagged(len(run.Scores))
	score := func(scores []float64) func(int) string {
		return func(t int) string {
			if t >= len(scores) {
				return ""
			}
			return number(scores[t])
		}
	}
	cut := func(t int) string { return number(float64(r.thresholdAt(run, t))) }
	return []column{{name, score(train), score(run.Scores)}, {name + thresholdOf, nil, cut},
		{name + alarmOf, nil, func(t int) string {
			if raised[t] {
				return "1"
			}
			return "0"
		}}}
}

// serial are the scores of a run's training part in order, as its alarms come from them; none where nobody kept
// them.
func serial(run spec.Run) []float64 {
	if run.Kept == nil || len(run.Kept.Scores) == 0 {
		return nil
	}
	return run.Kept.Scores[0].Serial
}

// thresholdAt is the threshold at a step of the test part: that of its series, where each has its own. It is
// undefined where it moves.
func (r Run) thresholdAt(run spec.Run, step int) metrics.Value {
	for i, s := range r.Report.Data.Series {
		if step >= s.Scored.From && step < s.Scored.To && i < len(run.Series) && run.Series[i].Threshold != nil {
			return run.Series[i].Threshold.Value
		}
	}
	return run.Threshold.Value
}

// WriteMetrics writes metrics.csv of a report.
func WriteMetrics(out io.Writer, r spec.Report) error {
	w := csv.NewWriter(out)
	Run{Report: r}.metrics(w)
	w.Flush()
	return w.Error()
}

// metrics writes one row for every arm, seed and metric: the value, what scores without information get, and what
// the arm gains over the one it is compared with, over all seeds, with its interval.
func (r Run) metrics(w *csv.Writer) {
	w.Write([]string{"arm", "seed", "metric", "value", "chance", "constant", "untrained", "mean", "over", "gain",
		"gain_low", "gain_high", "level", "pairs"})
	over := r.Report.Spec.Baseline()
	for _, m := range metrics.All {
		sum, ok := r.Report.Summarise(m)
		if !ok {
			continue
		}
		for i, a := range r.Report.Arms {
			gain := []string{"", "", "", "", "", ""}
			if p := r.Report.Gain(a.Arm.Name, over, m.Name); p.N() > 0 && a.Arm.Name != over {
				gain = []string{over, number(float64(p.Mean)), number(float64(p.Low)), number(float64(p.High)),
					number(p.Level), strconv.Itoa(p.N())}
			}
			for _, run := range a.Runs {
				got := run.Of(m.Name)
				row := []string{run.Arm, strconv.FormatUint(run.Seed, 10), m.Name, number(float64(got.Value)),
					number(float64(got.Chance)), number(float64(got.Constant)), number(float64(sum.Untrained)),
					number(float64(sum.Arms[i].Mean))}
				w.Write(append(row, gain...))
			}
		}
	}
}
