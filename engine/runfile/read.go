package runfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"reflect"
	"strconv"

	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// ReadReport reads report.json or, if there is none yet, spec.json: finished tells which. Where there is neither,
// there is no run. A report of another spec than that beside it is what an earlier run left.
func ReadReport(files fs.FS) (r spec.Report, finished bool, err error) {
	begun, err := read(files, SpecFile, func(in io.Reader) error {
		text, err := spec.Read(in)
		if err == nil {
			r.Spec, err = spec.Parse(text)
		}
		return err
	})
	if err != nil {
		return r, false, err
	}
	kept, finished, err := KeptReport(files)
	if finished && err == nil {
		if begun && !reflect.DeepEqual(kept.Spec, r.Spec) {
			err = fault.New("in-place", ReportFile, fault.New("plot-other-spec", SpecFile))
		}
		r = kept
	}
	if !begun && !finished && err == nil {
		err = fault.New("plot-no-run")
	}
	return r, finished, err
}

// KeptReport reads report.json, if it is there.
func KeptReport(files fs.FS) (r spec.Report, there bool, err error) {
	there, err = read(files, ReportFile, func(in io.Reader) (err error) {
		r, err = spec.ReadReport(in)
		return err
	})
	return r, there, err
}

// read reads a file, if it is there.
func read(files fs.FS, name string, read func(io.Reader) error) (there bool, err error) {
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		defer f.Close()
		err = read(f)
	}
	if err != nil {
		err = fault.New("in-place", name, fault.Cause(err))
	}
	return true, err
}

// cellLength bounds a cell of scores.csv with what separates it from the next, in bytes.
const cellLength = 32

// ReadScores reads scores.csv, as Write wrote it, into the runs of its report. Columns without a run, runs without a
// column and rows missing mean that the two files do not belong together.
func ReadScores(files fs.FS, r *spec.Report) error {
	there, err := read(files, ScoresFile, func(in io.Reader) error {
		return readScores(csv.NewReader(io.LimitReader(in, mostScores(r))), r)
	})
	if !there {
		return fault.New("in-place", ScoresFile, fault.Cause(fs.ErrNotExist))
	}
	return err
}

// mostScores bounds scores.csv, in bytes.
func mostScores(r *spec.Report) int64 {
	length := (r.Data.ScoredSteps + r.Data.TrainSteps + 1) * (3*r.RunCount() + 5) * cellLength
	for _, a := range r.Arms {
		length += 3 * len(r.Spec.Seeds) * (2*len(a.Arm.Name) + cellLength) // in quotes, those in it doubled
	}
	for _, s := range r.Data.Series {
		length += s.Scored.Len() * (2*len(s.Name) + 2)
	}
	return int64(length)
}

func readScores(rows *csv.Reader, r *spec.Report) error {
	rows.ReuseRecord = true
	head, err := rows.Read()
	if err != nil {
		return err
	}
	split, columns, err := columnsIn(head, r)
	if err != nil {
		return err
	}
	for step := 0; ; {
		row, err := rows.Read()
		if err == io.EOF && step == r.Data.ScoredSteps {
			return nil
		}
		if err == io.EOF || err == nil && step == r.Data.ScoredSteps {
			return fault.New("plot-rows", step, r.Data.ScoredSteps)
		}
		if err != nil {
			return err
		}
		if split >= 0 && row[split] != splitTest {
			if row[split] == splitTrain {
				continue
			}
			line, _ := rows.FieldPos(split)
			return fault.New("in-place", fmt.Sprintf("%s:%d", ScoresFile, line), fault.New("runfile-split", row[split]))
		}
		for _, c := range columns {
			v, ok := score(row[c.at])
			if !ok || math.IsNaN(v) && !mayLack(*r, *c.run, step) {
				line, _ := rows.FieldPos(c.at)
				return fault.New("plot-score", fmt.Sprintf("%s:%d", ScoresFile, line), columnName(*c.run), row[c.at])
			}
			c.run.Scores = append(c.run.Scores, v)
		}
		step++
	}
}

// score reads a cell: nothing is no score.
func score(cell string) (v float64, ok bool) {
	if cell == "" {
		return math.NaN(), true
	}
	v, err := strconv.ParseFloat(cell, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// mayLack reports whether a run may have no score at a step: at the beginning or, where there are several series,
// at that of each.
func mayLack(r spec.Report, run spec.Run, step int) bool {
	if len(r.Data.Series) == 0 {
		return step < run.Unscored
	}
	return run.Unscored > 0
}

// runColumn is where a run's scores stand.
type runColumn struct {
	at  int
	run *spec.Run
}

// columnsIn finds the runs of columns, each once; every run with scores has one. They are those in the report.
// split is where rows say their part; -1 = all are of the test part.
func columnsIn(head []string, r *spec.Report) (split int, columns []runColumn, err error) {
	runs := map[string]*spec.Run{}
	for i := range r.Arms {
		for j := range r.Arms[i].Runs {
			if run := &r.Arms[i].Runs[j]; run.Failed == nil {
				runs[columnName(*run)] = run
			}
		}
	}
	beside := map[string]bool{stepColumn: true, seriesColumn: true, timeColumn: true, splitColumn: true,
		labelColumn: true}
	for name := range runs {
		beside[name+thresholdOf], beside[name+alarmOf] = true, true
	}
	want := len(runs)
	split = -1
	for i, name := range head {
		if name == splitColumn {
			split = i
		}
		run := runs[name]
		if run == nil && !beside[name] {
			return split, nil, fault.New("plot-column", name)
		}
		if run != nil {
			columns = append(columns, runColumn{i, run})
			delete(runs, name)
		}
	}
	if len(columns) != want {
		return split, nil, fault.New("plot-columns", len(columns), want)
	}
	return split, columns, nil
}
