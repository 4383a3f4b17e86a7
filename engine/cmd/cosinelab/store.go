package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

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
			return s, fault.New("cli-there-already", file)
		}
	}
	if err := told(s.dir, os.MkdirAll(s.dir, 0o755)); err != nil {
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
	text, err := readFile(file)
	if err != nil {
		return err
	}
	before, err := spec.Parse(text)
	if err != nil {
		return fault.New("in-place", file, err)
	}
	if !reflect.DeepEqual(before, sp) {
		return fault.New("cli-another-experiment", file, given)
	}
	return nil
}

// savePause is how long a training run goes on until it is saved again.
const savePause = 30 * time.Second

// store is nil where nothing is kept.
func (s folderStore) store() experiment.Store {
	if s.dir == "" {
		return nil
	}
	return s
}

// Save writes a checkpoint.
func (s folderStore) Save(c experiment.Checkpoint, write func(io.Writer) error) error {
	return writeFile(filepath.Join(s.dir, c.File()), write)
}

// Load opens a checkpoint of before, to resume from.
func (s folderStore) Load(c experiment.Checkpoint) (io.ReadCloser, error) {
	if !s.resume {
		return nil, nil
	}
	f, err := os.Open(filepath.Join(s.dir, c.File()))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// writeFile writes a file whole or not at all: under another name first, which then takes the right one's
// place.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return told(path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return fault.New("in-place", path, err)
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
