package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/figure"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// runFiles are the files of a run: in a folder, or in a zip.
type runFiles struct {
	fs.FS
	path string
	file *os.File // the zip; nil = a folder
}

// openRun opens the files of a run.
func openRun(path string) (*runFiles, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return &runFiles{FS: disk.At(path), path: path}, nil // what is missing is said of its files
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, told(path, err)
	}
	files, err := runfile.Open(f, info.Size())
	if err != nil {
		f.Close()
		return nil, told(path, err)
	}
	return &runFiles{files, path, f}, nil
}

// inRun says in which run an error is, which names the file.
func inRun(path string, err error) error {
	if err == nil {
		return nil
	}
	return fault.New("in-place", path, err)
}

func (r *runFiles) close() {
	if r.file != nil {
		r.file.Close()
	}
}

// report reads the report, or the spec of a run that is not finished.
func (r *runFiles) report() (report spec.Report, finished bool, err error) {
	report, finished, err = runfile.ReadReport(r)
	return report, finished, inRun(r.path, err)
}

// scores reads the scores into a report.
func (r *runFiles) scores(report *spec.Report) error {
	return inRun(r.path, runfile.ReadScores(r, report))
}

// readRun reads what a run left: its report and scores, or, if it was interrupted, its spec and checkpoints.
// The test part is that of its signals, or read anew; where that fails figures show scores alone.
func (a *app) readRun(ctx context.Context, o plotOptions) (figure.Input, error) {
	files, err := openRun(o.run)
	if err != nil {
		return figure.Input{}, err
	}
	defer files.close()
	report, finished, err := files.report()
	if err != nil {
		return figure.Input{}, err
	}
	return a.inputOf(ctx, files, *o.data, report, finished)
}

// inputOf completes the report of a run by its scores and its test part, for which data is the folder that somebody
// named.
func (a *app) inputOf(ctx context.Context, files *runFiles, data string, report spec.Report, finished bool) (figure.Input,
	error) {
	in := figure.Input{Words: a.w, Version: a.buildVersion()}
	var err error
	if finished && data == "" {
		in.Test, err = runfile.ReadTest(files, report.Data.Channels)
		if err != nil {
			return in, inRun(files.path, err)
		}
		if in.Test.Rows > 0 {
			err = files.scores(&report)
			in.Report = report
			return in, err
		}
	}
	if data == "" {
		data = dataOf(files.path)
	}
	set, err := openSet(ctx, data, report.Spec.Data)
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
		err = files.scores(&report)
	} else {
		report.Data = prepared.Summary
		err = interruptedReport(files.path, prepared, &report)
		printer{a.errOut, a.w}.line("plot-interrupted", files.path)
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
		return nil, told(filepath.Join(dir, name), err)
	}
	defer f.Close()
	epochs, err := c.ReadHistory(p, f)
	return epochs, told(filepath.Join(dir, name), err)
}
