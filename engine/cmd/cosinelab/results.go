package main

import (
	"bytes"
	"io"
	"os"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/experiment"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// The values of -signals.
const (
	signalsAuto = "auto"
	signalsYes  = "yes"
	signalsNo   = "no"
)

// signalsChoices lists them.
var signalsChoices = fault.Choices{signalsAuto, signalsYes, signalsNo}

// mostSignals is up to how many bytes signals are kept unless somebody asks for them.
const mostSignals = 64 << 20

// outFolder is the results folder of a run: -out itself, or the one that a zip is made of, which is there as long as
// the run is not finished.
func (o runOptions) outFolder() string {
	if !o.zipped() {
		return o.out
	}
	return o.out + ".unfinished"
}

// zipped reports whether the run is to be one file.
func (o runOptions) zipped() bool { return strings.HasSuffix(o.out, runfile.Ending) }

// unpackBefore lays out what is to be resumed, where it is a zip: the folder of a run that was interrupted is there
// already.
func (o runOptions) unpackBefore() error {
	if !o.zipped() || !o.resume {
		return nil
	}
	if _, err := os.Stat(o.outFolder()); err == nil {
		return nil
	}
	files, err := openRun(o.out)
	if err != nil {
		return err
	}
	defer files.close()
	folder, err := keep.Hold(o.outFolder(), detectorsDir)
	if err != nil {
		return err
	}
	err = told(o.out, runfile.Unpack(files, folder.Write))
	if err != nil {
		os.RemoveAll(o.outFolder())
	}
	if released := folder.Release(); err == nil {
		err = released
	}
	return err
}

// pack makes the zip of a finished run from its folder, which then goes.
func (o runOptions) pack() error {
	if !o.zipped() {
		return nil
	}
	from := o.outFolder()
	err := keep.Write(o.out, func(w io.Writer) error { return runfile.Pack(w, disk.At(from)) })
	if err != nil {
		return err
	}
	return told(from, os.RemoveAll(from))
}

// writeResults writes what a run found to its folder, the report last.
func (a *app) writeResults(folder *keep.Folder, o runOptions, p *experiment.Prepared, set *datasets.Set,
	r spec.Report) error {
	if err := chooseDetectors(folder, r); err != nil {
		return err
	}
	var text bytes.Buffer
	printer{&text, a.w}.report(r, o.metrics == everyMetric)
	signals := signalsOf(p, set, r)
	run := runfile.Run{Report: r, Time: p.Time, Labels: p.Labels, Text: text.String(),
		About: runfile.About{Program: a.buildVersion(), DataSHA256: signals.SHA256(),
			Command: "cosinelab run " + specFile + o.rest(), Link: "#" + link.Link{Spec: r.Spec}.Hash()}}
	left := ""
	if o.signals == signalsYes || o.signals == signalsAuto && signals.Bytes() <= mostSignals {
		run.Signals = signals
	} else {
		left = a.w.Say("runfile-no-signals", float64(signals.Bytes())/(1<<20))
	}
	run.Readme = a.readme(run, left)
	return run.Write(folder.Write)
}

// signalsOf are the data of a run, and what was made of them.
func signalsOf(p *experiment.Prepared, set *datasets.Set, r spec.Report) *runfile.Signals {
	s := &runfile.Signals{Channels: r.Data.Channels, Labels: p.Labels, Outputs: runfile.OutputsOf(r)}
	s.Train, s.Test, s.TrainLabels = p.Raw(set)
	s.Shift, s.Scale = p.Scale()
	return s
}

// readme says what each file holds.
func (a *app) readme(run runfile.Run, left string) string {
	var b strings.Builder
	p := printer{&b, a.w}
	p.line("runfile-readme", a.w.TitleOf(run.Report.Data.Source, run.Report.Data.Title), run.About.Program)
	p.blank()
	for _, f := range runfile.Files {
		p.line("runfile-row", f.Name, a.w.Say(words.Key(f.About)))
	}
	p.line("runfile-row", runfile.DetectorsDir, a.w.Say(runfile.DetectorsAbout))
	if left != "" {
		p.line("runfile-row", runfile.SignalsFile, left)
	}
	p.blank()
	p.line("runfile-again", run.About.Command)
	p.line("runfile-sum", run.About.DataSHA256)
	return b.String()
}
