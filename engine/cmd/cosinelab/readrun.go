package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"

	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/figure"
	"cosinelab/engine/spec"
)

// readRun reads what a run left: its report and scores, or, if it was interrupted, its spec and checkpoints.
// The test part is read anew; where that fails the signal shows scores alone.
func (a *app) readRun(ctx context.Context, o plotOptions) (figure.Input, error) {
	in := figure.Input{Words: a.w, Version: a.buildVersion()}
	report, finished, err := readReport(o.run)
	if err != nil {
		return in, err
	}
	folder := *o.data
	if folder == "" {
		folder = dataOf(o.run)
	}
	set, err := openSet(ctx, folder, report.Spec.Data)
	if ctx.Err() != nil {
		return in, ctx.Err()
	}
	var prepared *experiment.Prepared
	if err == nil {
		prepared, err = experiment.Prepare(report.Spec, set)
	}
	if err == nil && finished {
		err = sameData(prepared, report.Data)
	}
	if err != nil && !finished {
		return in, err // nothing else says how long the series is
	}
	if err != nil {
		printer{a.errOut, a.w}.line("plot-no-data", err)
	} else {
		in.Test = prepared.Scaled
	}
	if finished {
		err = readScores(filepath.Join(o.run, scoresFile), &report)
	} else {
		report.Data = prepared.Summary
		err = interruptedReport(o.run, prepared, &report)
		printer{a.errOut, a.w}.line("plot-interrupted", o.run)
	}
	in.Report = report
	return in, err
}

// sameData checks that the data are those that a report is of. Earlier reports say only how large they are.
func sameData(p *experiment.Prepared, d spec.DataSummary) error {
	if p.Scaled.Rows != d.TestSteps || p.Scaled.Channels != len(d.Channels) {
		return fault.New("plot-other-data", p.Scaled.Rows, p.Scaled.Channels, d.TestSteps, len(d.Channels))
	}
	if d.Digest != "" && d.Digest != p.Summary.Digest {
		return fault.New("plot-changed-data")
	}
	return nil
}

// readReport reads report.json or, if there is none yet, spec.json: finished tells which. A folder with
// neither holds no run. A report of another spec than that in the folder is what an earlier run left.
func readReport(dir string) (r spec.Report, finished bool, err error) {
	begun, err := readIn(dir, specFile, func(in io.Reader) error {
		text, err := spec.Read(in)
		if err == nil {
			r.Spec, err = spec.Parse(text)
		}
		return err
	})
	if err != nil {
		return r, false, err
	}
	kept, finished, err := keptReport(dir)
	if finished && err == nil {
		if begun && !reflect.DeepEqual(kept.Spec, r.Spec) {
			err = inFile(filepath.Join(dir, reportFile), fault.New("plot-other-spec", specFile))
		}
		r = kept
	}
	if !begun && !finished && err == nil {
		err = fault.New("plot-no-run", dir)
	}
	return r, finished, err
}

// keptReport reads report.json of a folder, if it is there.
func keptReport(dir string) (r spec.Report, there bool, err error) {
	there, err = readIn(dir, reportFile, func(in io.Reader) (err error) {
		r, err = spec.ReadReport(in)
		return err
	})
	return r, there, err
}

// readIn reads a file of a folder, if it is there.
func readIn(dir, name string, read func(io.Reader) error) (there bool, err error) {
	f, err := disk.At(dir).Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		defer f.Close()
		err = read(f)
	}
	return true, inFile(filepath.Join(dir, name), err)
}

// inFile names the file that an error is about.
func inFile(path string, err error) error { return told(path, err) }

// scoreLength bounds a score in scores.csv with what separates it from the next, in bytes.
const scoreLength = 32

// readScores reads scores.csv, as writeResults wrote it, into the runs of its report. Columns without a run,
// runs without a column and rows missing mean that the two files do not belong together.
func readScores(file string, r *spec.Report) error {
	f, err := disk.At(filepath.Dir(file)).Open(filepath.Base(file))
	if err != nil {
		return inFile(file, err)
	}
	defer f.Close()
	length := (r.Data.ScoredSteps + 1) * (r.RunCount() + 2) * scoreLength
	for _, a := range r.Arms {
		length += len(r.Spec.Seeds) * (2*len(a.Arm.Name) + scoreLength) // in quotes, those in it doubled
	}
	for _, s := range r.Data.Series {
		length += s.Scored.Len() * (2*len(s.Name) + 2)
	}
	table := csv.NewReader(io.LimitReader(f, int64(length)))
	table.ReuseRecord = true
	head, err := table.Read()
	if err != nil {
		return inFile(file, err)
	}
	first := 1 // column of a run
	for _, name := range []string{seriesColumn, timeColumn} {
		if len(head) > first && head[first] == name {
			first++
		}
	}
	head = slices.Clone(head)
	columns, err := columnsOf(head[first:], r)
	if err != nil {
		return inFile(file, err)
	}
	for step := 0; ; step++ {
		row, err := table.Read()
		if err == io.EOF && step == r.Data.ScoredSteps {
			return nil
		}
		if err == io.EOF || err == nil && step == r.Data.ScoredSteps {
			return inFile(file, fault.New("plot-rows", step, r.Data.ScoredSteps))
		}
		if err != nil {
			return inFile(file, err)
		}
		for i, cell := range row[first:] {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil || math.IsInf(v, 0) || math.IsNaN(v) && !mayLack(*r, *columns[i], step) {
				line, _ := table.FieldPos(i + first)
				return fault.New("plot-score", fmt.Sprintf("%s:%d", file, line), head[i+first], cell)
			}
			columns[i].Scores = append(columns[i].Scores, v)
		}
	}
}

// mayLack reports whether a run may have no score at a step: at the beginning or, where there are several series,
// at that of each.
func mayLack(r spec.Report, run spec.Run, step int) bool {
	if len(r.Data.Series) == 0 {
		return step < run.Unscored
	}
	return run.Unscored > 0
}

// columnsOf finds the runs of columns, each once; every run with scores has one. They are
// those in the report.
func columnsOf(head []string, r *spec.Report) (columns []*spec.Run, err error) {
	scored := map[string]*spec.Run{}
	for i := range r.Arms {
		for j := range r.Arms[i].Runs {
			if run := &r.Arms[i].Runs[j]; run.Failed == nil {
				scored[columnName(*run)] = run
			}
		}
	}
	want := len(scored)
	for _, name := range head {
		run := scored[name]
		if run == nil {
			return nil, fault.New("plot-column", name)
		}
		columns = append(columns, run)
		delete(scored, name)
	}
	if len(columns) != want {
		return nil, fault.New("plot-columns", len(columns), want)
	}
	return columns, nil
}

// interruptedReport completes a spec by what is known before the end: the epochs that checkpoints hold.
func interruptedReport(dir string, p *experiment.Prepared, r *spec.Report) error {
	epochsOf := func(seed uint64, arm int) ([]spec.Epoch, error) {
		return checkpointEpochs(dir, p, experiment.Checkpoint{Seed: seed, Arm: arm})
	}
	for _, seed := range r.Spec.Seeds {
		epochs, err := epochsOf(seed, experiment.TeacherArm)
		if err != nil {
			return err
		}
		if epochs != nil {
			r.Teachers = append(r.Teachers, spec.TeacherRun{Seed: seed, Epochs: epochs})
		}
	}
	for i, arm := range r.Spec.Arms {
		out := spec.ArmReport{Arm: arm}
		for _, seed := range r.Spec.Seeds {
			epochs, err := epochsOf(seed, i)
			if err != nil {
				return err
			}
			if epochs != nil {
				out.Runs = append(out.Runs, spec.Run{Arm: arm.Name, Seed: seed, Epochs: epochs})
			}
		}
		r.Arms = append(r.Arms, out)
	}
	return nil
}

// checkpointEpochs reads the finished epochs of a training run of p; nil if there is no checkpoint.
func checkpointEpochs(dir string, p *experiment.Prepared, c experiment.Checkpoint) ([]spec.Epoch, error) {
	name := path.Join(checkpointsDir, c.File())
	f, err := disk.At(dir).Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, inFile(filepath.Join(dir, name), err)
	}
	defer f.Close()
	epochs, err := c.ReadHistory(p, f)
	return epochs, inFile(filepath.Join(dir, name), err)
}
