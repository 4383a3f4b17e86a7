package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"cosinelab/engine/distill"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// job is one training: what it is called, and what the spec's training options do not say.
type job struct {
	name    string // of its checkpoint, without what the file system might not like
	phase   spec.PhaseKind
	arm     string // empty for a teacher
	model   spec.Model
	seed    uint64
	epochs  int
	shuffle uint64 // seed of the order of windows
	lambda  func(epoch int) float64
}

func teacherJob(sp spec.Spec, seed uint64) job {
	return job{name: teacherName(seed), phase: spec.PhaseTeacher, model: sp.Teacher.Model, seed: seed,
		epochs: sp.Teacher.Epochs, shuffle: teacherSeed(seed)}
}

func armJob(sp spec.Spec, arm int, seed uint64) job {
	a := sp.Arms[arm]
	j := job{name: armName(seed, arm), phase: spec.PhaseStudent, arm: a.Name, model: sp.StudentOf(a), seed: seed,
		epochs: sp.Train.Epochs, shuffle: seed}
	if o := a.Objective; a.Distils() {
		j.lambda = func(epoch int) float64 { return distill.Weight(o, epoch, j.epochs) }
	}
	return j
}

// fit trains, from the job's checkpoint if there is one, and leaves a checkpoint at its end or where it was stopped.
// A training that failed leaves what was saved on its way, if anything was.
func (r *run) fit(ctx context.Context, t *train.Trainer, j job) (train.Result, error) {
	if err := r.restore(t, j); err != nil {
		return train.Result{}, err
	}
	r.measured(func(m *meter) { m.begin(t.Steps()) })
	planned := j.epochs * train.Batches(r.data.fit.Len(), r.spec.Train.Batch, r.data.microBatch(j.model, r.spec.Train.Batch))
	defer func() { r.measured(func(m *meter) { m.end(planned - t.Steps()) }) }()
	keep := keeper{run: r, due: time.Now().Add(r.o.Store.Every)}
	event := spec.Event{Phase: j.phase, Arm: j.arm, Seed: j.seed, Epochs: j.epochs, Steps: planned}
	res, err := t.Fit(ctx, r.data.fit, r.data.valid, train.Options{
		Train: r.spec.Train, Epochs: j.epochs, Seed: j.shuffle, Lambda: j.lambda,
		Gate: func(ctx context.Context) error {
			if err := keep.now(t, j); err != nil {
				return err // at once: the gate may wait
			}
			return r.gate(ctx)
		},
		OnStep: func(s train.StepInfo) {
			r.measured((*meter).step)
			e := event
			e.Epoch, e.Step, e.Losses, e.GradNorm, e.StepMs = s.Epoch, s.Step, s.Losses, s.GradNorm, 1000*s.Seconds
			r.send(e)
		},
		OnEpoch: func(done spec.Epoch) {
			e := event
			e.Epoch, e.Step, e.EpochDone = done.Epoch, done.Steps, &done
			r.send(e)
		},
	})
	if errors.Is(err, train.ErrNotFinite) {
		return res, failure{err}
	}
	if keep.failed {
		return res, err
	}
	return res, errors.Join(err, r.save(t, j))
}

// keeper saves a training under way now and then, between two steps.
type keeper struct {
	*run
	due    time.Time
	failed bool
}

// keeping is the share of the time that saving may take.
const keeping = 0.01

// now saves the training if that is due.
func (k *keeper) now(t *train.Trainer, j job) error {
	start := time.Now()
	if k.o.Store.Every == 0 || start.Before(k.due) {
		return nil
	}
	err := k.save(t, j)
	k.failed = err != nil
	took := time.Since(start)
	k.due = time.Now().Add(max(k.o.Store.Every, time.Duration(float64(took)/keeping)))
	return err
}

// gate waits for the program around the run; the time is not that of the training.
func (r *run) gate(ctx context.Context) error {
	if err := r.crew.over(); err != nil {
		return err
	}
	if r.o.Gate == nil {
		return nil
	}
	from := time.Now()
	defer r.measured(func(m *meter) { m.waited += time.Since(from) })
	return r.o.Gate(ctx)
}

func (j job) checkpoint() string { return j.name + checkpointEnd }

const checkpointEnd = ".safetensors"

func teacherName(seed uint64) string { return fmt.Sprintf("seed%d-teacher", seed) }

func armName(seed uint64, arm int) string { return fmt.Sprintf("seed%d-arm%d", seed, arm) }

// TeacherCheckpoint is the name under which a Store holds the teacher of a seed.
func TeacherCheckpoint(seed uint64) string { return teacherName(seed) + checkpointEnd }

// ArmCheckpoint is the name under which a Store holds an arm, by its place in the spec, with a seed.
func ArmCheckpoint(seed uint64, arm int) string { return armName(seed, arm) + checkpointEnd }

func (r *run) restore(t *train.Trainer, j job) error {
	if r.o.Store.Load == nil {
		return nil
	}
	f, err := r.o.Store.Load(j.checkpoint())
	if err != nil || f == nil {
		return err
	}
	defer f.Close()
	if err := t.Restore(f); err != nil {
		return fmt.Errorf("%s: %w", j.checkpoint(), err)
	}
	return nil
}

func (r *run) save(t *train.Trainer, j job) error {
	if r.o.Store.Save == nil {
		return nil
	}
	return r.o.Store.Save(j.checkpoint(), func(w io.Writer) error { return t.Save(w) })
}
