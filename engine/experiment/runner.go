// Package experiment carries out what a spec describes on a device.
package experiment

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend"
	"cosinelab/engine/detector"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// Options connects a run with the program around it. Every field may be zero. Functions are called from the
// goroutines of training runs, which go on side by side.
type Options struct {
	Events  func(spec.Event)                         // progress; one call at a time of this and Lost
	Gate    func(context.Context) error              // called before every step; its error ends the run
	Weights func(name string) (io.ReadCloser, error) // opens Teacher.Weights
	// Before holds the finished runs of an experiment that differs in its seeds alone: seeds that have all of
	// theirs are not trained again.
	Before spec.Report
	// Memory keeps what training runs came to, and has what it kept of earlier ones; nil = nothing is kept.
	Memory *Memory
	Store  Store // keeps checkpoints; nil = nothing does
	// SaveEvery is how long a training run goes on, at most about, until it is saved again, should the
	// program be ended without a word. Where saving takes long it is done less often. 0 = only at its end, or
	// where it is stopped.
	SaveEvery time.Duration
	Machine   string      // what the device ran on, for the report: linux/amd64
	Workers   []Worker    // beside this one
	Lost      func(error) // told when one of them is gone
	// Yield is called between the operations of training, scoring and measuring: where there is one thread
	// for everything, the program around the run gets its turn then.
	Yield func()
	// Kept is called with what scores new data as each finished run did the test part; its error ends the run. nil
	// = nobody keeps it.
	Kept func(*detector.Detector) error
	// Learnt is called after each epoch of a student with its parameters, and those of its teacher, as they are
	// then; nil = nobody looks.
	Learnt  func(arm string, seed uint64, epoch int, weights map[string]tensor.Tensor)
	Program string // the version of the program around the run, which a detector names
	// Outputs keeps every arm's and teacher's output for the test part in the report's unsaved fields.
	Outputs bool
	Watch   *Watch // shows training runs while they go on; nil = nobody looks
}

// run is an experiment under way.
type run struct {
	spec   spec.Spec
	device backend.Device
	named  string // the device, in reports
	o      Options
	data   *Prepared
	pool   *pool

	designs designs

	mu       sync.Mutex // guards what follows: training runs go on side by side
	meter    meter
	teachers []*spec.TeacherRun // one a seed; nil = not there yet
	from     []teacher          // one a seed: those that were kept
	recalled float64            // seconds that runs and teachers that were kept had taken
	runs     [][]*spec.Run      // by arm, then seed
	unsaved  error              // why a checkpoint could not be kept; nil = all were

	parameters    metrics.Parameters
	chance        chan struct{}    // full while one has what follows
	rankingChance []metrics.Chance // nil = not drawn yet
	// of a constant score, in the same order
	rankingConstants []metrics.Value
	seriesChance     []chanceOf // of each of several series
}

// failure is why a run has no scores: its numbers stopped being finite, or its threshold cannot be chosen.
// The experiment goes on without it, while any other error ends it.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// Run carries out the experiment that p was prepared for and returns its report. If ctx or the gate ends it
// early, the error comes with a report of the runs that were finished until then. A run whose numbers stop
// being finite is reported as failed; the others go on. When it returns, nothing of it goes on.
func Run(ctx context.Context, p *Prepared, dev backend.Device, o Options) (spec.Report, error) {
	start := time.Now()
	if o.Events == nil {
		o.Events = func(spec.Event) {}
	}
	if o.Yield == nil {
		o.Yield = func() {}
	}
	o.Events(spec.Event{Phase: spec.PhaseData, Left: -1})
	sp := p.Spec
	r := &run{spec: sp, device: dev, named: DeviceName(dev, o.Machine), o: o, data: p, pool: newPool(o.Workers),
		chance: make(chan struct{}, 1), teachers: make([]*spec.TeacherRun, len(sp.Seeds)),
		from: make([]teacher, len(sp.Seeds)), parameters: p.parameters()}
	for _, a := range sp.Arms {
		r.runs = append(r.runs, make([]*spec.Run, sp.RunsOf(a)))
	}
	fresh, err := r.recall(r.takeOver(o.Before))
	r.meter = newMeter(p, r.missing(fresh))
	if err == nil {
		err = r.seeds(ctx, fresh)
	}
	if errors.Is(err, context.Canceled) && r.unsaved != nil {
		err = r.unsaved
	}
	report := r.report()
	// What was trained earlier took its time then, shared among as many workers.
	report.Seconds = time.Since(start).Seconds() + r.recalled/float64(1+len(o.Workers))
	if err == nil {
		r.o.Events(spec.Event{Phase: spec.PhaseDone, Run: r.meter.runs, Runs: r.meter.runs})
	}
	return report, err
}

// seeds makes all runs of these seeds, as many at once as the pool has workers. The first error ends the
// others. All seeds queue before any of them starts, so that workers go by the order of the report.
func (r *run) seeds(ctx context.Context, fresh []int) error {
	places := make([]int, len(fresh))
	for i, seed := range fresh {
		places[i] = r.place(seed)
	}
	var group errgroup.Group
	for i, first := range r.pool.queue(places...) {
		group.Go(func() error { return r.seed(ctx, fresh[i], first) })
	}
	return group.Wait()
}

// pause lets others have their turn, and says whether the run was given up.
func (r *run) pause(ctx context.Context) func() error {
	return func() error {
		r.o.Yield()
		return ctx.Err()
	}
}

// missing lists what is to be trained or measured of these seeds: teachers and runs.
func (r *run) missing(fresh []int) (list []Checkpoint) {
	for _, i := range fresh {
		seed := r.spec.Seeds[i]
		if r.spec.Teaches() && r.teachers[i] == nil {
			list = append(list, Checkpoint{seed, TeacherArm})
		}
		for arm, a := range r.spec.Arms {
			if i < r.spec.RunsOf(a) && r.runs[arm][i] == nil {
				list = append(list, Checkpoint{seed, arm})
			}
		}
	}
	return list
}

// place is that of a seed's first training run in the order of all.
func (r *run) place(seed int) int { return seed * (1 + len(r.spec.Arms)) }

// report puts what is there in the order of the spec. It is called when no run is under way.
func (r *run) report() spec.Report {
	out := spec.Report{Version: spec.Version, Spec: r.spec, Device: r.named,
		Data:     r.data.Summary,
		Teachers: present(r.teachers), Parameters: &r.parameters}
	for i, a := range r.spec.Arms {
		out.Arms = append(out.Arms, spec.ArmReport{Arm: a, Runs: present(r.runs[i])})
	}
	out.Comparisons = out.Compare()
	out.FailedRuns = out.Failures()
	return out
}

// present copies the values that are there.
func present[T any](from []*T) []T {
	out := []T{}
	for _, x := range from {
		if x != nil {
			out = append(out, *x)
		}
	}
	return out
}

// DeviceName is what reports call a device on a machine.
func DeviceName(dev backend.Device, machine string) string {
	if machine == "" {
		return dev.Name()
	}
	return dev.Name() + " " + machine
}

// send completes an event by what the meter knows, and sends it under the lock: one call at a time. Controls
// count as part of the training run before them.
func (r *run) send(e spec.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Run, e.Runs, e.Left = max(0, r.meter.run-1), r.meter.runs, r.meter.left()
	r.o.Events(e)
}

// measured calls f with the meter, under the lock that guards it and the results.
func (r *run) measured(f func(m *meter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.meter)
}

// seed trains the teacher, if there is one, then every arm, with one seed; first is its place in the queue.
func (r *run) seed(ctx context.Context, seed int, first claim) error {
	workers, err := r.pool.wait(ctx, first)
	if err != nil {
		return err
	}
	var from teacher
	if from = r.from[seed]; r.spec.Teaches() && r.teachers[seed] == nil {
		if from, err = r.teach(ctx, seed, workers); err != nil {
			err = fault.New("teacher-error", r.spec.Seeds[seed], err)
			r.pool.end(err)
			return err
		}
	}
	var arms, places []int
	for i, a := range r.spec.Arms {
		if seed < r.spec.RunsOf(a) && r.runs[i][seed] == nil {
			arms, places = append(arms, i), append(places, r.place(seed)+1+i)
		}
	}
	claims := r.pool.queue(places...) // before the teacher's workers are free, so that no later seed takes them
	r.pool.give(workers)
	var group errgroup.Group
	for i, place := range claims {
		group.Go(func() error { return r.arm(ctx, arms[i], seed, from, place) })
	}
	return group.Wait()
}

// arm makes one run: trained, or one of the controls. A failure is part of its result; any other error ends
// the pool.
func (r *run) arm(ctx context.Context, arm, seed int, from teacher, place claim) error {
	workers, err := r.pool.wait(ctx, place)
	if err != nil {
		return err
	}
	defer r.pool.give(workers)
	if there, err := r.recallRun(arm, seed, from); there || err != nil { // its teacher was not kept, but came to the same
		return err
	}
	start := time.Now()
	out := &spec.Run{Arm: r.spec.Arms[arm].Name, Seed: r.spec.Seeds[seed], Alarms: []steps.Range{}}
	d, err := r.scored(ctx, arm, from, workers, out)
	if failed := (failure{}); errors.As(err, &failed) {
		out.Failed, out.Output = fault.Of(failed.error), nil
		err = nil
	}
	if err != nil {
		err = fault.New("arm-error", out.Arm, out.Seed, err)
		r.pool.end(err) // before the workers are free for another
		return err
	}
	out.Seconds = time.Since(start).Seconds()
	if out.Failed == nil {
		r.memoriseRun(Checkpoint{out.Seed, arm}, from, out, d)
	}
	r.measured(func(m *meter) {
		r.runs[arm][seed] = out
		m.result(Checkpoint{out.Seed, arm}, start)
	})
	r.send(spec.Event{Phase: spec.PhaseScore, Arm: out.Arm, Seed: out.Seed, Finished: out})
	return nil
}

// scored fills in a run up to its metrics, and returns what scores new data as it does; nil = nobody keeps that.
func (r *run) scored(ctx context.Context, arm int, from teacher, workers []*worker,
	out *spec.Run) (d *detector.Detector, err error) {
	var s scores
	a := r.spec.Arms[arm]
	switch row := spec.Controls[a.Control]; {
	case row.Closed:
		s, err = r.closed(ctx, a, out)
	case row.Student:
		s, err = r.student(ctx, arm, from, workers, out)
	default:
		s = r.randomScores(out.Seed)
	}
	if err == nil {
		err = r.decide(ctx, s, out)
	}
	if err != nil {
		return nil, err
	}
	return r.keepDetector(ctx, s, out)
}
