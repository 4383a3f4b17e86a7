package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/experiment"
	"cosinelab/engine/figure"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// captionsFile holds the captions of all figures of a run.
const captionsFile = "captions.txt"

// plotOptions are the flags of the plot command, and its argument.
type plotOptions struct {
	run, out        string
	data            *string
	format, figures string
	channels, steps string
	metrics         string
	width           float64 // mm
	names, formats  []string
	chosen          bool // the figures were named: one that cannot be drawn is then an error
	figure.Options
}

func (a *app) plot(f *flag.FlagSet) action {
	o := plotOptions{data: a.dataFlag(f)}
	f.StringVar(&o.out, "out", "", a.w.Say("plot-flag-out"))
	f.StringVar(&o.format, "format", figure.Formats()[0],
		a.w.Say("plot-flag-format", fault.Choices(figure.Formats())))
	f.Float64Var(&o.width, "width", pageWidth, a.w.Say("plot-flag-width"))
	f.StringVar(&o.figures, "figure", "", a.w.Say("plot-flag-figure", fault.Choices(figure.Names())))
	f.StringVar(&o.channels, "channels", "", a.w.Say("plot-flag-channels"))
	f.StringVar(&o.steps, "steps", "", a.w.Say("plot-flag-steps"))
	f.StringVar(&o.metrics, "metrics", "", a.w.Say("plot-flag-metrics"))
	return func(ctx context.Context, args []string) error {
		if err := o.read(args); err != nil {
			return err
		}
		in, err := a.readRun(ctx, o)
		if err != nil {
			return err
		}
		if o.Channels, err = channelList(o.channels, in.Report.Data.Channels); err != nil {
			return err
		}
		if err := os.MkdirAll(o.out, 0o755); err != nil {
			return err
		}
		return a.drawAll(o, in)
	}
}

// pageWidth is the width of a figure over a page, in mm.
const pageWidth = 180

// read takes the argument of the command, and splits the flags that are lists. What can be checked without
// the run is checked here, before it is read.
func (o *plotOptions) read(args []string) error {
	if len(args) != 1 {
		return usage("plot-takes-run")
	}
	o.run = args[0]
	if o.out == "" {
		o.out = filepath.Join(o.run, "figures")
	}
	o.Width = vg.Length(o.width) * vg.Millimeter
	o.Metrics = split(o.metrics)
	if o.names, o.chosen = split(o.figures), o.figures != ""; !o.chosen {
		o.names = figure.Names()
	}
	o.formats = split(o.format)
	for _, format := range o.formats {
		if !slices.Contains(figure.Formats(), format) {
			return usage("figure-format", format, fault.Choices(figure.Formats()))
		}
	}
	return o.readSteps()
}

// readSteps reads -steps, FROM-TO; TO itself is not shown.
func (o *plotOptions) readSteps() error {
	if o.steps == "" {
		return nil
	}
	from, to, ok := strings.Cut(o.steps, "-")
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if !ok || err1 != nil || err2 != nil {
		return usage("plot-steps", o.steps)
	}
	o.Steps = steps.Range{From: first, To: last}
	return nil
}

// split cuts a list at its commas; nothing is an empty list.
func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// channelList finds channels by name or, where there is none of that name, by number.
func channelList(list string, names []string) (found []int, err error) {
	for _, c := range split(list) {
		at := slices.Index(names, c)
		if at < 0 {
			if at, err = strconv.Atoi(c); err != nil || at < 0 || at >= len(names) {
				return nil, fault.New("plot-channel", c, fault.Choices(names))
			}
		}
		found = append(found, at)
	}
	return found, nil
}

// drawAll writes figures in every format and then their captions. Of figures that nobody named, those that
// have nothing to show are left out with a word; too narrow a width is an error all the same, since no figure
// would fit.
func (a *app) drawAll(o plotOptions, in figure.Input) error {
	var captions strings.Builder
	for _, name := range o.names {
		f, err := figure.New(name, in, o.Options)
		if err != nil && o.chosen || fault.Has(err, "figure-narrow") {
			return err
		}
		if err != nil {
			printer{a.errOut, a.w}.line("plot-left-out", name, err)
			continue
		}
		for _, format := range o.formats {
			path := filepath.Join(o.out, name+"."+format)
			if err := writeFile(path, func(w io.Writer) error { return f.Write(w, format) }); err != nil {
				return err
			}
			fmt.Fprintln(a.out, path)
		}
		fmt.Fprintf(&captions, "%s: %s\n\n", name, f.Caption)
	}
	if captions.Len() == 0 {
		return fault.New("plot-nothing", o.run)
	}
	path := filepath.Join(o.out, captionsFile)
	err := writeFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, captions.String())
		return err
	})
	if err == nil {
		fmt.Fprintln(a.out, path)
	}
	return err
}

// readRun reads what a run left: its report and scores, or, if it was interrupted, its spec and checkpoints.
// The test part is read anew; where that fails the signal shows scores alone.
func (a *app) readRun(ctx context.Context, o plotOptions) (figure.Input, error) {
	in := figure.Input{Words: a.w, Version: a.buildVersion()}
	report, finished, err := readReport(o.run)
	if err != nil {
		return in, err
	}
	set, err := openSet(ctx, *o.data, report.Spec.Data)
	if ctx.Err() != nil {
		return in, ctx.Err()
	}
	var prepared *experiment.Prepared
	if err == nil {
		prepared, err = experiment.PrepareData(report.Spec.Data, set)
	}
	if err == nil {
		in.Test = prepared.Scaled
	}
	if d := report.Data; err == nil && finished &&
		(in.Test.Rows != d.TestSteps || in.Test.Channels != len(d.Channels)) {
		err = fault.New("plot-other-data", in.Test.Rows, in.Test.Channels, d.TestSteps, len(d.Channels))
		in.Test = datasets.Series{}
	}
	if err != nil && !finished {
		return in, err // nothing else says how long the series is
	}
	if err != nil {
		printer{a.errOut, a.w}.line("plot-no-data", err)
	}
	if finished {
		err = readScores(filepath.Join(o.run, scoresFile), &report)
	} else {
		report.Data = prepared.Summary
		err = interruptedReport(o.run, &report)
		printer{a.errOut, a.w}.line("plot-interrupted", o.run)
	}
	in.Report = report
	return in, err
}

// readReport reads report.json or, if there is none yet, spec.json: finished tells which. A folder with
// neither holds no run.
func readReport(dir string) (r spec.Report, finished bool, err error) {
	path := filepath.Join(dir, reportFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		path = filepath.Join(dir, specFile)
		if text, err = os.ReadFile(path); errors.Is(err, fs.ErrNotExist) {
			return r, false, fault.New("plot-no-run", dir)
		}
		if err == nil {
			r.Spec, err = spec.Parse(text)
		}
		return r, false, inFile(path, err)
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err == nil {
		err = consistent(r)
	}
	return r, true, inFile(path, err)
}

// inFile names the file that an error is about.
func inFile(path string, err error) error {
	if err == nil {
		return nil
	}
	return fault.New("in-place", path, err)
}

// consistent checks what a report must hold to be drawn: a file can say anything.
func consistent(r spec.Report) error {
	if r.Version != spec.Version {
		return fault.New("plot-version", r.Version, spec.Version)
	}
	if err := r.Spec.Validate(); err != nil {
		return err
	}
	for _, a := range r.Arms {
		if !slices.ContainsFunc(r.Spec.Arms, func(b spec.Arm) bool { return b.Name == a.Arm.Name }) {
			return fault.New("plot-arm", a.Arm.Name)
		}
	}
	return nil
}

// readScores reads scores.csv, as writeResults wrote it, into the runs of its report. Columns without a run,
// and rows missing, mean that the two files do not belong together.
func readScores(path string, r *spec.Report) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	table := csv.NewReader(f)
	head, err := table.Read()
	if err != nil {
		return inFile(path, err)
	}
	columns := make([]*spec.Run, len(head))
	for i, name := range head[1:] {
		if columns[i+1] = runNamed(r, name); columns[i+1] == nil {
			return inFile(path, fault.New("plot-column", name))
		}
	}
	for step := 0; ; step++ {
		row, err := table.Read()
		if err == io.EOF {
			if step != r.Data.ScoredSteps {
				return inFile(path, fault.New("plot-rows", step, r.Data.ScoredSteps))
			}
			return nil
		}
		if err != nil {
			return inFile(path, err)
		}
		for i, cell := range row[1:] {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				line, _ := table.FieldPos(i + 1)
				return fault.New("plot-score", fmt.Sprintf("%s:%d", path, line), head[i+1], cell)
			}
			columns[i+1].Scores = append(columns[i+1].Scores, v)
		}
	}
}

// runNamed finds a run by the name of its column, arm/seed; nil if there is none. It points into the report.
func runNamed(r *spec.Report, name string) *spec.Run {
	for i := range r.Arms {
		for j := range r.Arms[i].Runs {
			if run := &r.Arms[i].Runs[j]; fmt.Sprintf("%s/%d", run.Arm, run.Seed) == name {
				return run
			}
		}
	}
	return nil
}

// interruptedReport completes a spec by what is known before the end: the epochs that checkpoints hold.
func interruptedReport(dir string, r *spec.Report) error {
	for _, seed := range r.Spec.Seeds {
		epochs, err := checkpointEpochs(dir, experiment.Checkpoint{Seed: seed, Arm: experiment.TeacherArm})
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
			epochs, err := checkpointEpochs(dir, experiment.Checkpoint{Seed: seed, Arm: i})
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

// checkpointEpochs reads the finished epochs of a training run; nil if there is no checkpoint.
func checkpointEpochs(dir string, c experiment.Checkpoint) ([]spec.Epoch, error) {
	path := filepath.Join(dir, checkpointsDir, c.File())
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	epochs, err := train.ReadHistory(f)
	return epochs, inFile(path, err)
}
