package experiment

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Store keeps checkpoints, so that an interrupted experiment can resume. Runs that train side by side may
// save at the same time, but each under a name of its own.
type Store interface {
	Save(c Checkpoint, write func(io.Writer) error) error
	Load(c Checkpoint) (io.ReadCloser, error) // nil, nil if there is none
	// Done tells that a training run is over, however it ended: nothing of it is saved or loaded any more.
	Done(c Checkpoint) error
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

// trained is what of a spec the training run depends on: whatever else differs, it comes to the same
// checkpoint. Fields that this function does not know count.
func (c Checkpoint) trained(s spec.Spec) spec.Spec {
	if c.OfTeacher() {
		s.Student, s.Arms = spec.Model{}, nil
		s.Train.Epochs = 0 // a teacher has its own
	} else {
		a := s.Arms[c.Arm]
		s.Student = s.StudentOf(a)
		if !s.Teaches() {
			s.Teacher = spec.Teacher{}
		}
		a.Name, a.Student = "", nil
		s.Arms = []spec.Arm{a}
	}
	if c.OfTeacher() || s.Evaluate != spec.EvaluateEachEpoch { // what was seen after an epoch is part of its history
		s.Detect = spec.Detect{}
	}
	s.Seeds = []uint64{c.Seed}
	s.Headline, s.Looks, s.Looked = "", 0, nil // who judges the results does not change them
	return s
}

// origin is what the training run's checkpoint belongs to, as far as spec and data say it.
func (c Checkpoint) origin(p *Prepared) (train.Origin, error) {
	text, err := json.Marshal(c.trained(p.Spec))
	if err != nil {
		return train.Origin{}, err
	}
	d := datasets.NewDigest()
	d.Text(string(text))
	return train.Origin{Spec: d.String(), Data: p.Summary.Digest}, nil
}

// Key names what a training run comes to, by all that it depends on: the spec, the data by their digest, the
// device by its name in reports. Runs of other experiments that have the same key end in the same checkpoint.
func (c Checkpoint) Key(sp spec.Spec, data, device string) (string, error) {
	text, err := json.Marshal(c.trained(sp))
	if err != nil {
		return "", err
	}
	d := datasets.NewDigest()
	for _, part := range []string{train.Version, strconv.FormatBool(c.OfTeacher()), string(text), data, device} {
		d.Text(part)
	}
	return d.String(), nil
}

// ReadHistory reads the finished epochs of a training run of p from its checkpoint.
func (c Checkpoint) ReadHistory(p *Prepared, in io.Reader) ([]spec.Epoch, error) {
	of, err := c.origin(p)
	if err != nil {
		return nil, err
	}
	return train.ReadHistory(in, of)
}

// origin is what the job's checkpoint belongs to, the teacher and the device included.
func (r *run) origin(j job) (train.Origin, error) {
	of, err := j.Checkpoint.origin(r.data)
	of.Teacher, of.Device = j.teacher, r.named
	return of, err
}

// restore brings a trainer to where the run's checkpoint stands, if there is one.
func (r *run) restore(t *train.Trainer, j job) error {
	if r.o.Store == nil {
		return nil
	}
	f, err := r.o.Store.Load(j.Checkpoint)
	if err != nil || f == nil {
		return err
	}
	defer f.Close()
	of, err := r.origin(j)
	if err != nil {
		return err
	}
	if err := t.Restore(f, of); err != nil {
		return fault.New("in-place", j.File(), err)
	}
	return nil
}

// save keeps where a trainer stands, if anybody keeps it. Its error is that of the whole experiment, whatever
// else ends it: what cannot be kept is lost, and must not pass for an interruption.
func (r *run) save(t *train.Trainer, j job) error {
	if r.o.Store == nil {
		return nil
	}
	of, err := r.origin(j)
	if err == nil {
		err = r.o.Store.Save(j.Checkpoint, func(out io.Writer) error { return t.Save(out, of) })
	}
	if err != nil {
		r.measured(func(*meter) { r.unsaved = err })
	}
	return err
}
