package main

import (
	"bytes"
	"context"
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

	"cosinelab/datasets"
	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// runOptions are the flags of the run command, and its argument.
type runOptions struct {
	spec, out    string
	device, data *string
	memory       func() experiment.Limit
	resume       bool
	addSeeds     int      // to a finished run; 0 = none
	bootstrap    *int     // draws; 0 = none
	metrics      string   // everyMetric, or empty
	teacher      string   // a file; empty = as the spec says
	merge, least *int     // of alarms; nil = as the spec says
	signals      string   // one of signalsChoices
	files        []string // of one's own, in place of the spec's data; nil = none
	reading      readingOptions
	assumed      bool // there was no spec among the arguments, but data: it is the default one
}

func (a *app) run(f *flag.FlagSet) action {
	o := runOptions{device: a.deviceFlag(f), data: a.dataFlag(f), memory: a.memoryFlag(f)}
	f.StringVar(&o.out, "out", "", a.w.Say("cli-flag-run-out"))
	f.BoolVar(&o.resume, "resume", false, a.w.Say("cli-flag-resume"))
	f.IntVar(&o.addSeeds, "add-seeds", 0, a.w.Say("cli-flag-add-seeds"))
	o.bootstrap = a.bootstrapFlag(f)
	f.StringVar(&o.metrics, "metrics", "", a.w.Say("cli-flag-run-metrics"))
	f.StringVar(&o.teacher, "teacher", "", a.w.Say("cli-flag-teacher"))
	alarmFlags(a, f, &o.merge, &o.least)
	f.Func("file", a.w.Say("cli-flag-run-file"), func(path string) error {
		o.files = append(o.files, path)
		return nil
	})
	a.fileFlags(f, &o.reading)
	f.StringVar(&o.signals, "signals", signalsAuto, a.w.Say("cli-flag-signals", mostSignals>>20))
	return func(ctx context.Context, args []string) error {
		if err := o.read(args); err != nil {
			return err
		}
		if o.assumed {
			fmt.Fprintln(a.errOut, a.w.Say("cli-data-as-spec", "cosinelab run default -file "+strings.Join(o.files, " -file ")))
		}
		if err := o.unpackBefore(); err != nil {
			return err
		}
		return a.carryOut(ctx, o)
	}
}

// dataFlag declares the flag -data.
func (a *app) dataFlag(f *flag.FlagSet) *string {
	return f.String("data", "", a.w.Say("cli-flag-data"))
}

// runsFailed says that all is done, but some runs have no scores. It ends with exitRunsFailed.
type runsFailed struct{ error }

// read takes the argument of the command: without one, -resume goes on with the spec in its folder.
func (o *runOptions) read(args []string) error {
	switch {
	case o.resume && o.out == "":
		return usage("cli-resume-needs-out")
	case o.addSeeds < 0:
		return usage("cli-flag-value", "-add-seeds", strconv.Itoa(o.addSeeds), fault.New("cli-want-at-least", 0))
	case o.addSeeds > 0 && !o.resume:
		return usage("cli-add-seeds-needs")
	case !slices.Contains(signalsChoices, o.signals):
		return usage("cli-flag-value", "-signals", o.signals, signalsChoices)
	case o.metrics != "" && o.metrics != everyMetric:
		return usage("cli-flag-value", "-metrics", o.metrics, everyMetric)
	}
	if err := checkDraws(*o.bootstrap); err != nil {
		return err
	}
	var specs []string
	for _, arg := range args {
		if holdsData(arg) {
			o.files = append(o.files, arg)
		} else {
			specs = append(specs, arg)
		}
	}
	if len(o.files) > 0 && *o.data != "" {
		return usage("cli-file-or-data")
	}
	switch {
	case len(specs) == 1:
		o.spec = specs[0]
	case len(specs) == 0 && o.resume:
		o.spec = filepath.Join(o.outFolder(), specFile)
	case len(args) > 0 && len(specs) == 0:
		o.spec, o.assumed = "default", true
	default:
		return usage("cli-one-spec", "run")
	}
	return nil
}

// holdsData reports whether an argument names data, not a spec: a file that is no JSON object, a folder of tables, or a
// pattern of files.
func holdsData(arg string) bool {
	if _, preset := spec.PresetOf(arg); arg == "-" || arg == "default" || preset && !isFile(arg) {
		return false
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		matched, _ := filepath.Glob(arg)
		return len(matched) > 0
	case info.IsDir():
		return !isFile(filepath.Join(arg, specFile)) && len(datasets.FilesOf(disk.At(arg), ".")) > 0
	}
	return info.Mode().IsRegular() && !beginsSpec(arg) && !strings.HasSuffix(arg, runfile.Ending)
}

// beginsSpec reports whether a file begins as a spec does, which is a JSON object that may hold comments.
func beginsSpec(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return true // reading it says what is wrong
	}
	defer f.Close()
	start := make([]byte, 1<<12)
	n, _ := io.ReadFull(f, start)
	start = bytes.TrimSpace(withoutComments(bytes.TrimPrefix(start[:n], []byte("\ufeff"))))
	return len(start) == 0 || start[0] == '{'
}

// carryOut runs the experiment, in its results folder if it has one. Spec, device and data are checked before
// that is made.
func (a *app) carryOut(ctx context.Context, o runOptions) error {
	sp, err := a.readSpec(o.spec)
	if err != nil {
		return err
	}
	if err := o.into(&sp); err != nil {
		return err
	}
	before, err := o.before(&sp)
	if err != nil {
		return err
	}
	if _, err := openDevice(*o.device); err != nil {
		return err
	}
	if o.resume && *o.data == "" {
		*o.data = dataOf(o.outFolder())
	}
	set, err := openSet(ctx, *o.data, sp.Data)
	if err != nil {
		return err
	}
	prepared, err := experiment.Prepare(sp, set)
	if err != nil {
		return err
	}
	sp = prepared.Spec
	if err := o.fits(prepared, before); err != nil {
		return err
	}
	a.sayData(prepared.Summary)
	workers, err := afford(ctx, prepared, workersOf(sp), true, o.memory())
	if errors.Is(err, context.Canceled) && o.out == "" {
		return interrupted(o, spec.Report{})
	}
	if err != nil {
		return err
	}
	dev, others, err := openWorkers(*o.device, workers)
	if err != nil {
		return err
	}
	options := experiment.Options{Before: before, Machine: machine(), Weights: openFile, SaveEvery: savePause,
		Workers: others}
	if o.out == "" {
		return a.experiment(ctx, o, prepared, set, dev, options, nil)
	}
	folder, err := holdResults(o, sp, before)
	if err != nil {
		return err
	}
	if err := keepDataOf(folder, *o.data); err != nil {
		return errors.Join(err, folder.Release())
	}
	options.Store = folderStore{folder, checkpointsDir, o.resume}
	options.Kept, options.Program = keepDetectors(folder, sp), a.buildVersion()
	return a.finish(o, folder, a.experiment(ctx, o, prepared, set, dev, options, folder))
}

// experiment runs what was prepared, keeps what it found in a folder, if there is one, then prints it. The first
// Ctrl-C ends the run between two operations; a step that is not whole then leaves nothing.
func (a *app) experiment(ctx context.Context, o runOptions, p *experiment.Prepared, set *datasets.Set,
	dev backend.Device, options experiment.Options, folder *keep.Folder) error {
	progress := newProgress(a)
	options.Events, options.Lost = progress.event, progress.lost
	report, err := experiment.Run(ctx, p, dev, options)
	progress.end()
	switch {
	case errors.Is(err, context.Canceled):
		return interrupted(o, report)
	case fault.Has(err, "checkpoint"):
		return fault.New("cli-start-anew", err)
	case err != nil:
		return err
	}
	var unsure error
	if *o.bootstrap > 0 {
		unsure = a.resample(ctx, &report, *o.bootstrap)
	}
	// Keeping comes first: printing may fail. Where it is keeping that fails, what is printed is all there is.
	if folder != nil {
		err = a.writeResults(folder, o, p, set, report)
	}
	printer{a.out, a.w}.report(report, o.metrics == everyMetric)
	if err == nil {
		err = unsure
	}
	if err == nil && report.FailedRuns > 0 {
		err = runsFailed{fault.New("cli-runs-failed", report.FailedRuns, report.RunCount())}
	}
	return err
}

// finish lets others hold the folder of a run that ended with err, which is made a zip where it is whole.
func (a *app) finish(o runOptions, folder *keep.Folder, err error) error {
	whole := folder.Has(reportFile)
	if err = errors.Join(err, folder.Release()); !whole || err != nil && !errors.As(err, new(runsFailed)) {
		return err
	}
	return errors.Join(err, o.pack())
}

// into writes the flags that were given over what a spec says.
func (o runOptions) into(sp *spec.Spec) error {
	if len(o.files) > 0 {
		was := sp.Data
		sp.Data = spec.Data{Scaling: was.Scaling, Window: was.Window, Stride: was.Stride}
		var err error
		if *o.data, sp.Data.Source, err = placeOfFiles(o.reading.beside(o.files)); err != nil {
			return err
		}
	}
	if o.teacher != "" {
		sp.Teacher.Weights = o.teacher
	}
	if o.merge != nil {
		sp.Detect.Merge = *o.merge
	}
	if o.least != nil {
		sp.Detect.Least = *o.least
	}
	return o.reading.into(&sp.Data)
}

// readSpec reads a spec by the argument that names it: a file, -, default or a preset. It may hold comments, as the
// spec command writes them.
func (a *app) readSpec(name string) (spec.Spec, error) {
	if name == "default" {
		return spec.Default(), nil
	}
	if p, ok := spec.PresetOf(name); ok {
		if _, err := os.Stat(name); err != nil { // a file goes first
			return p.Spec(), nil
		}
	}
	if strings.HasSuffix(name, runfile.Ending) { // its experiment again
		files, err := openRun(name)
		if err != nil {
			return spec.Spec{}, err
		}
		defer files.close()
		r, _, err := files.report()
		return r.Spec, err
	}
	text, err := a.readAll(name)
	if err != nil {
		return spec.Spec{}, err
	}
	sp, err := spec.Parse(withoutComments(text))
	if err != nil && name != "-" && !beginsSpec(name) {
		err = fault.New("cli-is-data", "cosinelab run default -file "+name)
	}
	if err != nil {
		return sp, fault.New("in-place", name, err)
	}
	return sp, nil
}

// readAll reads the text of a spec, - for standard input.
func (a *app) readAll(name string) ([]byte, error) {
	if name == "-" {
		return spec.Read(a.stdin)
	}
	f, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := spec.Read(f)
	return text, told(name, err)
}

// readFile reads a file; its error can be put in words.
func readFile(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	return text, told(name, err)
}

// told is the error of the operating system about a file, if there is one, as a fault that can be said in
// words. errors.Is still finds what it was.
func told(name string, err error) error {
	if err == nil {
		return nil
	}
	return fault.New("in-place", name, fault.Cause(err))
}

// openSet reads the series of a spec: built in, or from the data folder; several as one set.
func openSet(ctx context.Context, folder string, d spec.Data) (*datasets.Set, error) {
	if datasets.Several(d.Source) {
		var fsys fs.FS
		if folder != "" {
			fsys = disk.At(folder)
		} else if slices.ContainsFunc(datasets.Sources(d.Source), func(id string) bool {
			return datasets.GroupOf(id) != datasets.GroupBuiltin
		}) {
			return nil, fault.New("cli-not-built-in", d.Source)
		}
		return datasets.OpenSeveral(ctx, fsys, d.Source, experiment.FileOptions(d), func(id string) (*datasets.Set, error) {
			one := d
			one.Source = id
			return openSet(ctx, folder, one)
		})
	}
	if datasets.GroupOf(d.Source) == datasets.GroupBuiltin {
		return datasets.Builtin(d.Source, d.Seed)
	}
	if folder == "" {
		return nil, fault.New("cli-not-built-in", d.Source)
	}
	fsys := disk.At(folder)
	if name, ok := strings.CutPrefix(d.Source, string(datasets.GroupFile)+"/"); ok {
		return datasets.ReadFiles(ctx, datasets.FilesOf(fsys, name), experiment.FileOptions(d))
	}
	return datasets.Open(ctx, fsys, d.Source)
}

// dataFile holds where the data of a run lie: plots, reports and -resume read them again.
const dataFile = "data.path"

// keepDataOf notes the data folder of a run, unless its data are built in.
func keepDataOf(folder *keep.Folder, data string) error {
	if data == "" {
		return nil
	}
	whole, err := filepath.Abs(data)
	if err != nil {
		return told(data, err)
	}
	return folder.Write(dataFile, func(out io.Writer) error {
		_, err := io.WriteString(out, whole+"\n")
		return err
	})
}

// dataOf is the data folder that a run's folder notes; empty = none, or it is gone.
func dataOf(out string) string {
	text, err := os.ReadFile(filepath.Join(out, dataFile))
	data := strings.TrimSuffix(string(text), "\n")
	if info, wrong := os.Stat(data); err != nil || wrong != nil || !info.IsDir() {
		return ""
	}
	return data
}

// openFile opens a teacher's weights for experiment.Options.
func openFile(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	return f, told(name, err)
}

// interrupted says what is kept and how to go on.
func interrupted(o runOptions, report spec.Report) error {
	done := 0
	for _, arm := range report.Arms {
		done += len(arm.Runs)
	}
	if o.out == "" {
		return fault.New("cli-interrupted-lost", done)
	}
	return interruption{fault.New("cli-interrupted", done, "cosinelab run -resume -out "+o.out+o.rest())}
}

// rest are the flags that -resume needs again, since the spec does not hold them.
func (o runOptions) rest() (flags string) {
	if *o.data != "" {
		flags += " -data " + *o.data
	}
	if *o.device != defaultDevice {
		flags += " -device " + *o.device
	}
	if *o.bootstrap > 0 {
		flags += " -bootstrap " + strconv.Itoa(*o.bootstrap)
	}
	if o.metrics != "" {
		flags += " -metrics " + o.metrics
	}
	return flags
}
