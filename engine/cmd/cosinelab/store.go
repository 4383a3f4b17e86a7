package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/experiment"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// Names in the results folder.
const (
	specFile       = runfile.SpecFile
	reportFile     = runfile.ReportFile
	historyFile    = runfile.HistoryFile
	scoresFile     = runfile.ScoresFile
	alarmsFile     = runfile.AlarmsFile
	detectorsDir   = runfile.DetectorsDir
	checkpointsDir = "checkpoints"
)

// folderStore keeps checkpoints in a folder that is held. Without resume it only writes: a new run must not go
// on from what lies there.
type folderStore struct {
	folder *keep.Folder
	dir    string // in it
	resume bool
}

// holdResults makes the results folder, or, to resume, checks that it belongs to the same spec; no other
// process has it meanwhile. Results that lie there already are never overwritten, but by those that add seeds to
// them: before is what they were.
func holdResults(o runOptions, sp spec.Spec, before spec.Report) (*keep.Folder, error) {
	if o.resume { // before anything is made: a folder that is not there has nothing to go on from
		file := filepath.Join(o.outFolder(), specFile)
		if _, err := os.Stat(file); err != nil {
			return nil, told(file, err)
		}
	}
	if o.zipped() && !o.resume {
		if _, err := os.Lstat(o.out); err == nil {
			return nil, fault.New("cli-there-already", o.out)
		}
	}
	folder, err := keep.Hold(o.outFolder(), checkpointsDir, detectorsDir)
	if err != nil {
		return nil, err
	}
	switch {
	case o.resume && before.Arms != nil:
		err = grow(folder, o.spec, before.Spec, sp)
	case o.resume:
		err = sameSpec(folder, o.spec, sp)
	default:
		err = beginResults(folder, sp)
	}
	if err != nil {
		return nil, errors.Join(err, folder.Release())
	}
	return folder, nil
}

// beginResults makes a folder one of a spec, unless there are results in it.
func beginResults(folder *keep.Folder, sp spec.Spec) error {
	for _, name := range []string{specFile, reportFile, historyFile, scoresFile, alarmsFile, detectorsDir} {
		if folder.Has(name) {
			return fault.New("cli-there-already", folder.Path(name))
		}
	}
	return writeJSON(folder, specFile, sp)
}

// sameSpec checks that a folder's spec is the one to resume.
func sameSpec(folder *keep.Folder, given string, sp spec.Spec) error {
	before, err := specIn(folder, specFile)
	if err == nil && !reflect.DeepEqual(before, sp) {
		err = fault.New("cli-another-experiment", folder.Path(specFile), given)
	}
	return err
}

// specIn reads a spec from a folder.
func specIn(folder *keep.Folder, name string) (sp spec.Spec, err error) {
	f, err := folder.Open(name)
	if err != nil {
		return sp, err
	}
	defer f.Close()
	text, err := spec.Read(f)
	if err == nil {
		sp, err = spec.Parse(text)
	}
	return sp, told(folder.Path(name), err)
}

// savePause is how long a training run goes on until it is saved again: what a crash may cost. Tests shorten it.
var savePause = 30 * time.Second

// Save writes a checkpoint.
func (s folderStore) Save(c experiment.Checkpoint, write func(io.Writer) error) error {
	return s.folder.Write(path.Join(s.dir, c.File()), write)
}

// Load opens a checkpoint of before, to resume from; nil if there is none.
func (s folderStore) Load(c experiment.Checkpoint) (io.ReadCloser, error) {
	if !s.resume {
		return nil, nil
	}
	return openIn(s.folder, path.Join(s.dir, c.File()))
}

// Done has nothing to let go of: the folder is held for the whole experiment.
func (s folderStore) Done(experiment.Checkpoint) error { return nil }

// openIn opens a file of a folder; nil if there is none.
func openIn(folder *keep.Folder, name string) (io.ReadCloser, error) {
	f, err := folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func writeJSON(folder *keep.Folder, name string, v any) error {
	return runfile.PutJSON(folder.Write, name, v)
}
