package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// cell is one model on one set with one seed: an experiment of its own, in a folder of its own. Whoever fills
// a table can interrupt it anywhere, and add models, sets or seeds later: finished cells stay.
type cell struct {
	set, title string
	model      string
	seed       uint64
	spec       spec.Spec
	dir        string // of the set; empty = nothing is kept

	report *spec.Report // nil = not finished
	err    error        // why not
}

// fault is what is wrong with a cell.
func (c *cell) fault(err error) error { return fault.New("cli-in-cell", c.set, c.model, c.seed, err) }

// folder is the cell's own, within that of its set.
func (c *cell) folder() string {
	return filepath.Join(c.dir, fmt.Sprintf("%s-seed%d", c.model, c.seed))
}

// check reads the report of a cell that was finished before. A folder with another spec is another table's:
// it is an error, so that nothing is overwritten and no foreign number gets into the table.
func (c *cell) check() error {
	if c.dir == "" {
		return nil
	}
	text, err := readFile(filepath.Join(c.folder(), specFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	before, err := spec.Parse(text)
	if err != nil || !reflect.DeepEqual(before, c.spec) {
		return fault.New("cli-cell-of-another", c.folder())
	}
	text, err = readFile(filepath.Join(c.folder(), reportFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, &c.report)
	}
	if err != nil {
		return fault.New("in-place", filepath.Join(c.folder(), reportFile), err)
	}
	return nil
}

// run carries out the experiment of a cell, from where it was interrupted, and keeps its report in place of
// the checkpoints; a finished cell stays as it is. What goes wrong is left in c.err, too.
func (c *cell) run(ctx context.Context, set *datasets.Set, dev backend.Device, teacher *teacherStore,
	p *tableProgress) error {
	if c.report != nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	prepared, err := experiment.Prepare(c.spec, set)
	if err != nil {
		c.err = err
		return err
	}
	store, err := c.store(teacher)
	if err != nil {
		c.err = err
		return err
	}
	start := time.Now()
	report, err := experiment.Run(ctx, prepared, dev, experiment.Options{Store: store,
		Machine: machine(), Weights: openFile,
		Events: func(e spec.Event) { p.event(c, e) }})
	if err == nil && c.dir != "" {
		// Checkpoints go last: on a full disk they are all that is left of the cell.
		if err = writeJSON(filepath.Join(c.folder(), reportFile), report); err == nil {
			err = os.RemoveAll(filepath.Join(c.folder(), checkpointsDir))
		}
	}
	if err != nil {
		c.err = err
		return err
	}
	c.report = &report
	p.finished(c, time.Since(start))
	return nil
}

// cellStore keeps students' checkpoints with the cell, the teacher's for all cells of its set and seed: the
// first cell trains it, and the others resume from its end.
type cellStore struct {
	teacher *teacherStore
	own     experiment.Store // nil = they are not kept
}

// Save keeps a checkpoint.
func (s cellStore) Save(c experiment.Checkpoint, write func(io.Writer) error) error {
	switch {
	case c.OfTeacher():
		return s.teacher.save(write)
	case s.own == nil:
		return nil
	}
	return s.own.Save(c, write)
}

// Load returns a checkpoint that was kept.
func (s cellStore) Load(c experiment.Checkpoint) (io.ReadCloser, error) {
	switch {
	case c.OfTeacher():
		return s.teacher.load()
	case s.own == nil:
		return nil, nil
	}
	return s.own.Load(c)
}

// store makes the cell's folder, if anything is kept, with the spec first: check goes by it.
func (c *cell) store(teacher *teacherStore) (experiment.Store, error) {
	s := cellStore{teacher: teacher}
	if c.dir == "" {
		return s, nil
	}
	own := folderStore{filepath.Join(c.folder(), checkpointsDir), true}
	if err := told(own.dir, os.MkdirAll(own.dir, 0o755)); err != nil {
		return nil, err
	}
	s.own = own
	return s, writeJSON(filepath.Join(c.folder(), specFile), c.spec)
}

// teacherStore keeps the teacher of one set and seed, which is the same for every student. Cells that share
// it run one after the other, so that it needs no lock.
type teacherStore struct {
	file string // empty = in memory
	kept []byte
}

func (t *teacherStore) save(write func(io.Writer) error) error {
	if t.file != "" {
		return writeFile(t.file, write)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	t.kept = b.Bytes()
	return nil
}

// load returns nil if there is no teacher yet.
func (t *teacherStore) load() (io.ReadCloser, error) {
	switch {
	case t.file != "" && exists(t.file):
		return os.Open(t.file)
	case t.kept != nil:
		return io.NopCloser(bytes.NewReader(t.kept)), nil
	}
	return nil, nil
}
