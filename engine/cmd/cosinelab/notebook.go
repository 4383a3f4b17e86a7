package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot/vg"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/detector"
	"cosinelab/engine/figure"
	"cosinelab/engine/jupyter"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// notebook writes a run as a Jupyter notebook, whose cells read the run from where it lies.
func (a *app) notebook(ctx context.Context, o reportOptions) error {
	files, err := openRun(o.run)
	if err != nil {
		return err
	}
	defer files.close()
	report, finished, err := files.report()
	if err != nil {
		return err
	}
	if !finished {
		return fault.New("plot-interrupted", o.run)
	}
	in, err := a.inputOf(ctx, files, *o.data, report, finished)
	if err != nil {
		return err
	}
	about, err := runfile.ReadAbout(files)
	if err != nil {
		return inRun(o.run, err)
	}
	there, err := runfile.Detectors(files)
	if err != nil {
		return inRun(o.run, err)
	}
	path, err := seenFrom(o.notebook, o.run)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	printer{&text, a.w}.report(in.Report, o.metrics == everyMetric)
	run := jupyter.Run{Report: in.Report, Words: a.w, Path: path, Text: text.String(), Program: about.Program,
		Command: about.Command, Detector: detectorFiles(in.Report.Spec, there)}
	if run.Figures, err = pictures(in); err != nil {
		return err
	}
	if err := keep.Write(o.notebook, run.Write); err != nil {
		return err
	}
	fmt.Fprintln(a.out, o.notebook)
	return nil
}

// seenFrom is the path of a run as a notebook finds it, which starts where it lies.
func seenFrom(notebook, run string) (string, error) {
	from, err := filepath.Abs(filepath.Dir(notebook))
	if err != nil {
		return "", told(notebook, err)
	}
	to, err := filepath.Abs(run)
	if err != nil {
		return "", told(run, err)
	}
	if path, err := filepath.Rel(from, to); err == nil {
		return filepath.ToSlash(path), nil
	}
	return filepath.ToSlash(to), nil // on another drive
}

// detectorFiles finds the file of a run's detector among those that are there.
func detectorFiles(sp spec.Spec, there []string) func(spec.Run) string {
	names := armFiles(sp)
	return func(r spec.Run) string {
		if name := detectorName(names[r.Arm], r.Seed); slices.Contains(there, name) {
			return name + detector.Ending
		}
		return ""
	}
}

// pictures are the figures of a run as PNG. Those that have nothing to show are left out.
func pictures(in figure.Input) (all []jupyter.Figure, err error) {
	for _, name := range figure.Names() {
		f, err := figure.New(name, in, figure.Options{Width: pageWidth * vg.Millimeter})
		if err != nil {
			continue
		}
		var b bytes.Buffer
		if err := f.Write(&b, "png"); err != nil {
			return nil, err
		}
		all = append(all, jupyter.Figure{Name: f.Name, Caption: f.Caption, PNG: b.Bytes()})
	}
	return all, nil
}
