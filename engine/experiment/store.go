package experiment

import (
	"fmt"
	"io"

	"cosinelab/datasets/fault"
	"cosinelab/engine/train"
)

// Store keeps checkpoints, so that an interrupted experiment can resume. Runs that train side by side may
// save at the same time, but each under a name of its own.
type Store interface {
	Save(c Checkpoint, write func(io.Writer) error) error
	Load(c Checkpoint) (io.ReadCloser, error) // nil, nil if there is none
}

// Checkpoint names the training run that a checkpoint is of.
type Checkpoint struct {
	Seed uint64
	Arm  int // position in Spec.Arms, or TeacherArm
}

// TeacherArm stands where the position of an arm would: the run is that of a teacher.
const TeacherArm = -1

// OfTeacher reports whether the run is that of a teacher, which does not depend on the students.
func (c Checkpoint) OfTeacher() bool { return c.Arm == TeacherArm }

// File is the name of the checkpoint's file. It numbers the arm: names of arms may hold what a file system
// does not allow.
func (c Checkpoint) File() string {
	if c.OfTeacher() {
		return fmt.Sprintf("seed%d-teacher.safetensors", c.Seed)
	}
	return fmt.Sprintf("seed%d-arm%d.safetensors", c.Seed, c.Arm)
}

// restore brings a trainer to where the run's checkpoint stands, if there is one.
func (r *run) restore(t *train.Trainer, c Checkpoint) error {
	if r.o.Store == nil {
		return nil
	}
	f, err := r.o.Store.Load(c)
	if err != nil || f == nil {
		return err
	}
	defer f.Close()
	if err := t.Restore(f); err != nil {
		return fault.New("in-place", c.File(), err)
	}
	return nil
}

// save keeps where a trainer stands, if anybody keeps it.
func (r *run) save(t *train.Trainer, c Checkpoint) error {
	if r.o.Store == nil {
		return nil
	}
	return r.o.Store.Save(c, t.Save)
}
