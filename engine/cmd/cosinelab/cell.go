package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"reflect"
	"strings"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
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
	data       string       // digest of the set
	kept       *keep.Folder // of the table; nil = nothing is kept

	report *spec.Report // nil = not finished
	err    error        // why not
}

// fault is what is wrong with a cell.
func (c *cell) fault(err error) error { return fault.New("cli-in-cell", c.set, c.model, c.seed, err) }

// place is the folder of the cell's set in that of the table.
func (c *cell) place() string { return folders([]string{c.set})[0] }

// folders are those of sets in that of a table.
func folders(sets []string) (names []string) {
	for _, id := range sets {
		names = append(names, strings.ReplaceAll(id, "/", "-"))
	}
	return names
}

// in is the name of what lies in the cell's own folder, within that of its set.
func (c *cell) in(name string) string {
	return path.Join(c.place(), fmt.Sprintf("%s-seed%d", c.model, c.seed), name)
}

// foldersOf are all folders of cells in that of the table.
func foldersOf(cells []*cell) (names []string) {
	for _, c := range cells {
		names = append(names, c.place(), c.in(""), c.in(checkpointsDir))
	}
	return names
}

// check reads the report of a cell that was finished before. A folder with another spec is another table's:
// it is an error, so that nothing is overwritten and no foreign number gets into the table; and so is a report
// that is not the cell's own, whole and right.
func (c *cell) check() error {
	if c.kept == nil {
		return nil
	}
	if c.kept.Has(c.in(specFile)) {
		before, err := specIn(c.kept, c.in(specFile))
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(before, c.spec) {
			return fault.New("cli-cell-of-another", c.kept.Path(c.in("")))
		}
	}
	f, err := openIn(c.kept, c.in(reportFile))
	if f == nil {
		return err
	}
	defer f.Close()
	report, err := spec.ReadReport(f)
	switch {
	case err != nil:
	case !reflect.DeepEqual(report.Spec, c.spec) || !report.Whole():
		err = fault.New("cli-cell-report-spec")
	case report.Data.Digest != c.data:
		err = fault.New("cli-cell-report-data")
	}
	if err != nil {
		return fault.New("cli-cell-report", c.kept.Path(c.in(reportFile)), err)
	}
	c.report = &report
	return c.kept.Remove(c.in(checkpointsDir)) // they may be there still if the process was killed
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
	if err == nil && c.kept != nil {
		// Checkpoints go last: on a full disk they are all that is left of the cell.
		if err = writeJSON(c.kept, c.in(reportFile), report); err == nil {
			err = c.kept.Remove(c.in(checkpointsDir))
		}
	}
	if fault.Has(err, "checkpoint") && c.kept != nil {
		err = fault.New("cli-cell-checkpoint", err, c.kept.Path(c.refused(err)))
	}
	if err != nil {
		c.err = err
		return err
	}
	c.report = &report
	p.finished(c, time.Since(start))
	return nil
}

// refused names the checkpoint that an error is about: that of the teacher, or those of the students.
func (c *cell) refused(err error) string {
	if fault.Has(err, "teacher-error") {
		return c.teacher()
	}
	return c.in(checkpointsDir)
}

// teacher is the name of the teacher's checkpoint, which is that of all cells of the set and seed.
func (c *cell) teacher() string {
	return path.Join(c.place(), fmt.Sprintf("teacher-seed%d.safetensors", c.seed))
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
	if c.kept == nil {
		return s, nil
	}
	s.own = folderStore{c.kept, c.in(checkpointsDir), true}
	return s, writeJSON(c.kept, c.in(specFile), c.spec)
}

// teacherStore keeps the teacher of one set and seed, which is the same for every student. Cells that share
// it run one after the other, so that it needs no lock.
type teacherStore struct {
	folder *keep.Folder // nil = in memory
	name   string       // in it
	kept   []byte
}

func (t *teacherStore) save(write func(io.Writer) error) error {
	if t.folder != nil {
		return t.folder.Write(t.name, write)
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
	case t.folder != nil:
		return openIn(t.folder, t.name)
	case t.kept != nil:
		return io.NopCloser(bytes.NewReader(t.kept)), nil
	}
	return nil, nil
}
