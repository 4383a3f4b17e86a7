package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"reflect"
	"strings"
	"time"
	"unicode"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// cell is one experiment with one seed: of a table one model on one set, of a sweep one place of its grid. What
// came of it is one file, named by all that it depends on, so that whoever fills a table or a sweep can
// interrupt it anywhere, share it among machines, and add models, sets or seeds later: finished cells stay.
type cell struct {
	Name  string    `json:"name"` // of its file
	Set   string    `json:"set"`
	Title string    `json:"title"` // of the set
	What  string    `json:"what"`  // the model of a table, the values of a sweep
	Seed  uint64    `json:"seed"`
	At    []int     `json:"at,omitempty"` // its place in a sweep: which value of each axis
	Data  string    `json:"data"`         // digest of the set
	Spec  spec.Spec `json:"spec"`

	report *spec.Report // nil = not finished
	err    error        // why not
}

// named gives a cell its name: what a person looks for, then a digest of all that its report depends on.
func (c *cell) named() *cell {
	d := datasets.NewDigest()
	text, _ := json.Marshal(c.Spec) // plain data always can be written
	for _, part := range []string{train.Version, string(text), c.Data} {
		d.Text(part)
	}
	of := folders([]string{c.Set, c.What})
	c.Name = fmt.Sprintf("%.60s-%.60s-seed%d-%s", of[0], of[1], c.Seed, d)
	return c
}

// fault is what is wrong with a cell.
func (c *cell) fault(err error) error { return fault.New("cli-in-cell", c.Set, c.What, c.Seed, err) }

// folders are the names of sets in those of files.
func folders(sets []string) (names []string) {
	for _, id := range sets {
		names = append(names, strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.=", r) {
				return r
			}
			return '-'
		}, id))
	}
	return names
}

// Names in the folder of a table or a sweep.
const (
	cellsDir     = "cells"
	trainingsDir = "trainings" // those that several cells share
	trainingFile = "training.safetensors"
)

// file is the name of a finished cell's report.
func (c *cell) file() string { return path.Join(cellsDir, c.Name+".json") }

// work is the folder in which a cell's checkpoints lie while it is computed.
func (c *cell) work() string { return path.Join(cellsDir, c.Name) }

// find reads the report of a cell that is finished, whoever finished it. One that is not the cell's own, whole
// and right, is an error: no foreign number gets into a table, and nothing is overwritten.
func (c *cell) find(folder *keep.Folder) error {
	f, err := openIn(folder, c.file())
	if f == nil {
		return err
	}
	defer f.Close()
	report, err := spec.ReadReport(f)
	switch {
	case err != nil:
	case !reflect.DeepEqual(report.Spec, c.Spec) || !report.Whole():
		err = fault.New("cli-cell-report-spec")
	case report.Data.Digest != c.Data:
		err = fault.New("cli-cell-report-data")
	}
	if err != nil {
		return fault.New("cli-cell-report", folder.Path(c.file()), err)
	}
	c.report = &report
	return nil
}

// run carries out the experiment of a cell that this process has claimed, from where it was interrupted, and
// keeps its report in place of the checkpoints. What goes wrong is left in c.err, too.
func (c *cell) run(ctx context.Context, p *experiment.Prepared, dev backend.Device, store *cellStore,
	events func(spec.Event)) error {
	report, err := experiment.Run(ctx, p, dev, experiment.Options{Store: store, SaveEvery: savePause,
		Machine: machine(), Weights: openFile, Events: events})
	if over := store.release(); err == nil {
		err = over
	}
	if err == nil {
		// Checkpoints go last: on a full disk they are all that is left of the cell.
		whole := path.Join(c.work(), reportFile)
		if err = writeJSON(store.folder, whole, report); err == nil {
			err = store.folder.Move(whole, c.file())
		}
	}
	if fault.Has(err, "checkpoint") {
		err = fault.New("cli-cell-checkpoint", err, store.folder.Path(store.refused()))
	}
	if err != nil {
		c.err = err
		return err
	}
	// Another process may just be looking whether the cell is free: then that removes the folder.
	store.folder.Remove(c.work())
	c.report = &report
	return nil
}

// cellStore keeps a cell's checkpoints with the cell, but those of trainings that other cells have as well in a
// folder of their own: the first cell trains, and the others resume from its end. Who comes second waits. No
// process holds one such training while it waits for another, so that none waits for ever.
type cellStore struct {
	ctx    context.Context
	folder *keep.Folder
	cell   *cell
	shared map[experiment.Checkpoint]string // keys
	claims map[experiment.Checkpoint]*keep.Claim
	last   experiment.Checkpoint // that was asked for
}

// look is how long a process waits until it looks again whether others have finished. Tests shorten it.
var look = time.Second

// place is where a checkpoint is kept.
func (s *cellStore) place(c experiment.Checkpoint) string {
	if key, ok := s.shared[c]; ok {
		return path.Join(trainingsDir, key, trainingFile)
	}
	return path.Join(s.cell.work(), c.File())
}

// Save keeps a checkpoint.
func (s *cellStore) Save(c experiment.Checkpoint, write func(io.Writer) error) error {
	return s.folder.Write(s.place(c), write)
}

// Load returns a checkpoint that was kept, once nobody else is at it.
func (s *cellStore) Load(c experiment.Checkpoint) (io.ReadCloser, error) {
	s.last = c
	if key, ok := s.shared[c]; ok {
		for s.claims[c] == nil {
			claim, err := s.folder.Claim(path.Join(trainingsDir, key))
			if err != nil {
				return nil, err
			}
			if claim != nil {
				s.claims[c] = claim
				break
			}
			if err := wait(s.ctx); err != nil {
				return nil, err
			}
		}
	}
	return openIn(s.folder, s.place(c))
}

// wait lets others go on for a moment.
func wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(look):
		return nil
	}
}

// Done lets others have the training.
func (s *cellStore) Done(c experiment.Checkpoint) error {
	claim := s.claims[c]
	if claim == nil {
		return nil
	}
	delete(s.claims, c)
	return claim.Release()
}

// release lets others have what an error left claimed.
func (s *cellStore) release() (err error) {
	for c := range s.claims {
		if over := s.Done(c); over != nil {
			err = over
		}
	}
	return err
}

// refused is the folder of the checkpoint that was asked for last: the one that an error is about.
func (s *cellStore) refused() string { return path.Dir(s.place(s.last)) }

// shares are the keys of the trainings that several cells have: always those of teachers, which cells that are
// added later have as well, and of students those that occur more than once.
func shares(cells []*cell, device string) (map[*cell]map[experiment.Checkpoint]string, error) {
	out := map[*cell]map[experiment.Checkpoint]string{}
	users := map[string]int{}
	for _, c := range cells {
		keys := map[experiment.Checkpoint]string{}
		for _, training := range trainingsOf(c.Spec) {
			key, err := training.Key(c.Spec, c.Data, device)
			if err != nil {
				return nil, err
			}
			keys[training] = key
			users[key]++
		}
		out[c] = keys
	}
	for _, keys := range out {
		for training, key := range keys {
			if !training.OfTeacher() && users[key] < 2 {
				delete(keys, training)
			}
		}
	}
	return out, nil
}

// trainingsOf are the training runs of an experiment.
func trainingsOf(sp spec.Spec) (all []experiment.Checkpoint) {
	for _, seed := range sp.Seeds {
		if sp.Teaches() && sp.Teacher.Weights == "" {
			all = append(all, experiment.Checkpoint{Seed: seed, Arm: experiment.TeacherArm})
		}
		for i, a := range sp.Arms {
			if spec.Controls[a.Control].Trains {
				all = append(all, experiment.Checkpoint{Seed: seed, Arm: i})
			}
		}
	}
	return all
}
