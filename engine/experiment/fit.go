package experiment

import (
	"context"
	"errors"
	"time"

	"cosinelab/engine/distill"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// job is one training run: which it is, and what the spec's training options do not say. Everything in it
// follows from the spec and the teacher, so that a resumed run is the same job.
type job struct {
	Checkpoint
	phase   spec.PhaseKind
	arm     string // empty for a teacher
	model   spec.Model
	epochs  int
	shuffle uint64 // seed of the order of windows
	lambda  func(epoch int) float64
	teacher string // tells the parameters that the student learns from; empty = there are none
}

// teacherJob trains a seed's teacher; all students of the seed learn from the same one.
func teacherJob(sp spec.Spec, seed uint64) job {
	return job{Checkpoint: Checkpoint{seed, TeacherArm}, phase: spec.PhaseTeacher, model: sp.Teacher.Model,
		epochs: sp.Teacher.Epochs, shuffle: teacherSeed(seed)}
}

// armJob trains an arm's student. Arms of a seed with the same model share initial values and the order of
// windows, so that they differ by their objective alone.
func armJob(sp spec.Spec, arm int, seed uint64, from teacher) job {
	a := sp.Arms[arm]
	j := job{Checkpoint: Checkpoint{seed, arm}, phase: spec.PhaseStudent, arm: a.Name, model: sp.StudentOf(a),
		epochs: sp.Train.Epochs, shuffle: seed, teacher: from.digest}
	if o := a.Objective; a.Distils() {
		j.lambda = func(epoch int) float64 { return distill.Weight(o, epoch, j.epochs) }
	}
	return j
}

// fit trains, from the job's checkpoint if there is one, and leaves a checkpoint at its end or where it was
// stopped. Its epochs are returned even if it fails. A run whose numbers were not finite is a failure, and
// leaves what was saved on its way, if anything was: the state that led there is no place to resume from.
func (r *run) fit(ctx context.Context, t *train.Trainer, j job) (res train.Result, err error) {
	if r.o.Store != nil {
		defer func() {
			if over := r.o.Store.Done(j.Checkpoint); err == nil {
				err = over
			}
		}()
	}
	if err := r.restore(t, j); err != nil {
		return train.Result{}, err
	}
	r.measured(func(m *meter) { m.begin(j.Checkpoint, t.Steps()) })
	// Steps that a checkpoint brought, and those that an early stop leaves out, are not to come: the meter
	// must not wait for them.
	planned := j.epochs * train.Batches(r.data.fit.Len(), r.spec.Train.Batch,
		r.data.microBatch(j.model, r.spec.Train.Batch))
	defer func() { r.measured(func(m *meter) { m.end(j.Checkpoint, planned-t.Steps()) }) }()
	keep := keeper{run: r, due: time.Now().Add(r.o.SaveEvery)}
	looks := onlooker{run: r, t: t, j: j}
	event := spec.Event{Phase: j.phase, Arm: j.arm, Seed: j.Seed, Epochs: j.epochs, Steps: planned}
	res, err = t.Fit(ctx, r.data.fit, r.data.valid, train.Options{
		Look:  r.look(t, j),
		Train: r.spec.Train, Epochs: j.epochs, Seed: j.shuffle, Lambda: j.lambda,
		Gate: func(ctx context.Context) error {
			if err := keep.now(t, j); err != nil {
				return err // at once: the gate may wait
			}
			if err := looks.look(ctx); err != nil {
				return err
			}
			return r.gate(ctx)
		},
		OnStep: func(s train.StepInfo) {
			r.measured(func(m *meter) { m.step(j.Checkpoint, s.Seconds) })
			looks.stepped(s.Seconds)
			e := event
			e.Epoch, e.Step, e.StepMs = s.Epoch, s.Step, 1000*s.Seconds
			e.Losses, e.GradNorm = s.Losses, s.GradNorm
			r.send(e)
		},
		OnEpoch: func(done spec.Epoch) {
			looks.due = true
			e := event
			r.learnt(t, j, done.Epoch)
			e.Epoch, e.Step, e.EpochDone = done.Epoch, done.Steps, &done
			r.send(e)
		},
	})
	if train.NotFinite(err) {
		return res, failure{err}
	}
	if keep.failed {
		return res, err
	}
	if unsaved := r.save(t, j); unsaved != nil {
		return res, unsaved // rather than that it was stopped: nothing is there to go on from
	}
	return res, err
}

// learnt shows whoever looks what a student has learnt so far. Parameters that cannot be read are not shown: whatever
// needs them next says why.
func (r *run) learnt(t *train.Trainer, j job, epoch int) {
	if r.o.Learnt == nil || j.phase != spec.PhaseStudent {
		return
	}
	if weights, err := t.Params(); err == nil {
		r.o.Learnt(j.arm, j.Seed, epoch, weights)
	}
}

// look scores the test part after each epoch of a student, where the spec asks for it. What it finds chooses
// nothing: the run goes on as if nobody had looked. Scores that are not finite are none.
func (r *run) look(t *train.Trainer, j job) func(context.Context) ([]spec.Measure, error) {
	if j.phase != spec.PhaseStudent || r.spec.Evaluate != spec.EvaluateEachEpoch || r.data.scoredLabels() == nil {
		return nil
	}
	return func(ctx context.Context) ([]spec.Measure, error) {
		all, err := r.forward(ctx, t, r.data.test, len(r.sources(r.spec.Arms[j.Arm])), nil)
		if failed := (failure{}); errors.As(err, &failed) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		scores := all[0]
		if span := r.spec.Detect.Smoothing; span > 0 {
			scores = smoothEach(scores, span, r.data.tests())
		}
		return r.ranking(ctx, scores, func(int, int, int) { r.o.Yield() })
	}
}

// keeper saves a training run now and then, between two steps. failed keeps fit from saving once more in
// vain.
type keeper struct {
	*run
	due    time.Time
	failed bool
}

// keeping is the share of the time that saving may take: after a slow save the next one waits a hundred times
// as long.
const keeping = 0.01

// now saves the run if that is due. Its error ends the run: one that cannot be kept should not go on for
// hours.
func (k *keeper) now(t *train.Trainer, j job) error {
	start := time.Now()
	if k.o.SaveEvery == 0 || start.Before(k.due) {
		return nil
	}
	err := k.save(t, j)
	k.failed = err != nil
	took := time.Since(start)
	k.due = time.Now().Add(max(k.o.SaveEvery, time.Duration(float64(took)/keeping)))
	return err
}

// gate waits for the program around the run, and ends the run if another one has failed. The time it waits
// does not count in the meter's pace.
func (r *run) gate(ctx context.Context) error {
	if err := r.pool.over(); err != nil {
		return err
	}
	if r.o.Gate == nil {
		return nil
	}
	r.measured((*meter).wait)
	defer r.measured((*meter).goOn)
	return r.o.Gate(ctx)
}
