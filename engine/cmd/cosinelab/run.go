package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"cosinelab/datasets"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// runOptions are the flags of the run command.
type runOptions struct {
	spec, device, data, out string
	resume                  bool
}

func (a *app) run(ctx context.Context, args []string) error {
	o, err := a.runFlags(args)
	if err != nil {
		return err
	}
	sp, err := a.readSpec(o)
	if err != nil {
		return err
	}
	dev, crew, err := openCrew(o.device, train.Shards*len(sp.Seeds)*len(sp.Arms))
	if err != nil {
		return err
	}
	set, err := openSet(ctx, o.data, sp.Data)
	if err != nil {
		return err
	}
	store := folderStore{}
	if o.out != "" {
		if store, err = openStore(o, sp); err != nil {
			return err
		}
	}
	progress := newProgress(a)
	// The first Ctrl-C ends the run after the current step; the step itself is not interrupted.
	gate := func(context.Context) error { return ctx.Err() }
	report, err := experiment.Run(context.WithoutCancel(ctx), sp, set, dev, experiment.Options{Events: progress.event, Gate: gate,
		Machine: machine(), Store: store.store(), Weights: openFile, Crew: crew, Lost: progress.lost})
	progress.end()
	if errors.Is(err, context.Canceled) {
		return a.interrupted(o, report)
	}
	if err != nil {
		return err
	}
	printReport(a.out, report)
	return writeResults(o.out, report)
}

func (a *app) runFlags(args []string) (runOptions, error) {
	var o runOptions
	f := a.flags("run")
	f.StringVar(&o.device, "device", defaultDevice, "the device to compute on, see cosinelab devices")
	f.StringVar(&o.data, "data", "", "the `folder` of real sets (smd, msl, psm) or of your own files")
	f.StringVar(&o.out, "out", "", "the `folder` for report.json, history.csv, scores.csv and checkpoints")
	f.BoolVar(&o.resume, "resume", false, "go on from the checkpoints in -out")
	rest, err := parse(f, args)
	switch {
	case err != nil:
		return o, err
	case o.resume && o.out == "":
		return o, fmt.Errorf("%w: -resume needs -out, where the checkpoints are", errUsage)
	case len(rest) == 0 && o.resume:
		o.spec = filepath.Join(o.out, specFile)
		return o, nil
	case len(rest) != 1:
		return o, fmt.Errorf("%w: run takes one spec: a file, - or default", errUsage)
	}
	o.spec = rest[0]
	return o, nil
}

func (a *app) readSpec(o runOptions) (spec.Spec, error) {
	var text []byte
	var err error
	switch o.spec {
	case "default":
		return spec.Default(), nil
	case "-":
		text, err = spec.Read(a.stdin)
	default:
		var f *os.File
		if f, err = os.Open(o.spec); err == nil {
			text, err = spec.Read(f)
			f.Close()
		}
	}
	if err != nil {
		return spec.Spec{}, fmt.Errorf("spec: %w", err)
	}
	sp, err := spec.Parse(text)
	if err != nil {
		return sp, fmt.Errorf("%s: %w", o.spec, err)
	}
	return sp, nil
}

// openSet reads the series of a spec: built in, or from the data folder.
func openSet(ctx context.Context, folder string, d spec.Data) (*datasets.Set, error) {
	if datasets.GroupOf(d.Source) == datasets.GroupBuiltin {
		return datasets.Builtin(d.Source, d.Seed)
	}
	if folder == "" {
		return nil, fmt.Errorf("data.source %s is not built in: name the folder that holds it with -data", d.Source)
	}
	fsys := os.DirFS(folder)
	if name, ok := strings.CutPrefix(d.Source, string(datasets.GroupFile)+"/"); ok {
		options := datasets.Options{Label: d.Label}
		if d.Split != nil {
			options.Split = *d.Split
		}
		return datasets.ReadFiles(ctx, []datasets.File{datasets.FileIn(fsys, name)}, options)
	}
	return datasets.Open(ctx, fsys, d.Source)
}

func openFile(name string) (io.ReadCloser, error) { return os.Open(name) }

// interrupted says what is kept and how to go on.
func (a *app) interrupted(o runOptions, report spec.Report) error {
	done := 0
	for _, arm := range report.Arms {
		done += len(arm.Runs)
	}
	if o.out == "" {
		return fmt.Errorf("interrupted with %d runs done; nothing is kept without -out", done)
	}
	return fmt.Errorf("interrupted with %d runs done; to go on: cosinelab run -resume -out %s%s", done, o.out, o.rest())
}

// rest are the flags that -resume needs again.
func (o runOptions) rest() (flags string) {
	if o.data != "" {
		flags += " -data " + o.data
	}
	if o.device != defaultDevice {
		flags += " -device " + o.device
	}
	return flags
}

// Names in the results folder.
const (
	specFile       = "spec.json"
	reportFile     = "report.json"
	historyFile    = "history.csv"
	scoresFile     = "scores.csv"
	checkpointsDir = "checkpoints"
)

// folderStore keeps checkpoints in a folder; the zero value keeps none.
type folderStore struct {
	dir    string
	resume bool
}

// openStore makes the results folder, or, to resume, checks that it belongs to the same spec.
func openStore(o runOptions, sp spec.Spec) (folderStore, error) {
	s := folderStore{filepath.Join(o.out, checkpointsDir), o.resume}
	if o.resume {
		return s, sameSpec(filepath.Join(o.out, specFile), o.spec, sp)
	}
	for _, name := range []string{specFile, reportFile, historyFile, scoresFile} {
		if file := filepath.Join(o.out, name); exists(file) {
			return s, fmt.Errorf("%s is there already: use -resume to go on, or another -out", file)
		}
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return s, err
	}
	return s, writeJSON(filepath.Join(o.out, specFile), sp)
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return !errors.Is(err, os.ErrNotExist)
}

// sameSpec checks that a folder's spec is the one to resume.
func sameSpec(file, given string, sp spec.Spec) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	before, err := spec.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if !reflect.DeepEqual(before, sp) {
		return fmt.Errorf("%s is another experiment than %s: resume with the same spec, or without one", file, given)
	}
	return nil
}

// savePause is how long a training goes on until it is saved again.
const savePause = 30 * time.Second

func (s folderStore) store() experiment.Store {
	if s.dir == "" {
		return experiment.Store{}
	}
	store := experiment.Store{Every: savePause, Save: func(name string, write func(io.Writer) error) error {
		return writeFile(filepath.Join(s.dir, name), write)
	}}
	if s.resume {
		store.Load = s.load
	}
	return store
}

func (s folderStore) load(name string) (io.ReadCloser, error) {
	f, err := os.Open(filepath.Join(s.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// writeFile writes a file whole or not at all: under another name first, which then takes the right one's place.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func writeJSON(path string, v any) error {
	return writeFile(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}
