// Package experiment carries out what a spec describes on a device.
package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Options connects a run with the program around it. Every field may be zero.
type Options struct {
	Events  func(spec.Event)                         // progress; one call at a time of this and Lost
	Gate    func(context.Context) error              // called before every training step; it may wait, its error ends the run
	Weights func(name string) (io.ReadCloser, error) // opens Teacher.Weights
	Store   Store
	Machine string      // what the device ran on, for the report: linux/amd64
	Crew    []Hand      // workers beside this one
	Lost    func(error) // told when one of them is gone
	// Outputs keeps every arm's and teacher's output for the test part in the report's unsaved fields.
	Outputs bool
}

// Store keeps checkpoints by name, so that an interrupted experiment can go on. A nil function is not called. Trainings that
// go on side by side may save at the same time.
type Store struct {
	Save func(name string, write func(io.Writer) error) error
	Load func(name string) (io.ReadCloser, error) // nil, nil if there is none of this name
	// Every is how long a training goes on, at most about, until it is saved again, should the program be ended without a
	// word. Where saving takes long it is done less often. 0 = only at its end, or where it is stopped.
	Every time.Duration
}

// run is an experiment under way.
type run struct {
	spec   spec.Spec
	device backend.Device
	o      Options
	data   *prepared
	crew   *crew

	mu       sync.Mutex // guards what follows: trainings run side by side
	meter    meter
	teachers []*spec.TeacherRun // one a seed; nil = not there yet
	runs     [][]*spec.Run      // by arm, then seed

	chance        sync.Mutex       // guards what follows
	rankingChance []metrics.Chance // nil = not drawn yet
}

// failure is why a run has no scores: its numbers stopped being finite. The experiment goes on without it.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// Run carries out the experiment and returns its report. If ctx or the gate ends it early, the error comes with a
// report of the runs that were finished until then. A run whose numbers stop being finite is reported as failed; the
// others go on.
func Run(ctx context.Context, sp spec.Spec, set *datasets.Set, dev backend.Device, o Options) (spec.Report, error) {
	start := time.Now()
	if o.Events == nil {
		o.Events = func(spec.Event) {}
	}
	if err := sp.Validate(); err != nil {
		return spec.Report{}, err
	}
	o.Events(spec.Event{Phase: spec.PhaseData, Left: -1})
	data, err := prepare(sp, set)
	if err != nil {
		return spec.Report{}, err
	}
	r := &run{spec: sp, device: dev, o: o, data: data, crew: newCrew(o.Crew), meter: newMeter(sp, data),
		teachers: make([]*spec.TeacherRun, len(sp.Seeds))}
	for range sp.Arms {
		r.runs = append(r.runs, make([]*spec.Run, len(sp.Seeds)))
	}
	err = r.seeds(ctx)
	report := r.report()
	report.Seconds = time.Since(start).Seconds()
	if err == nil {
		r.o.Events(spec.Event{Phase: spec.PhaseDone, Run: r.meter.runs, Runs: r.meter.runs})
	}
	return report, err
}

// seeds makes all runs, as many at once as the crew has workers. The first error ends the others. The context goes to
// devices as it came: they ask it often, and whoever made it may want to know.
func (r *run) seeds(ctx context.Context) error {
	places := make([]int, len(r.spec.Seeds))
	for i := range places {
		places[i] = r.place(i)
	}
	var group errgroup.Group
	for i, first := range r.crew.queue(places...) {
		group.Go(func() error { return r.seed(ctx, i, first) })
	}
	return group.Wait()
}

// place is that of a seed's first training in the order of all.
func (r *run) place(seed int) int { return seed * (1 + len(r.spec.Arms)) }

// report puts what is there in the order of the spec.
func (r *run) report() spec.Report {
	out := spec.Report{Version: spec.Version, Spec: r.spec, Device: deviceName(r.device, r.o.Machine), Data: r.data.summary,
		Teachers: present(r.teachers)}
	for i, a := range r.spec.Arms {
		out.Arms = append(out.Arms, spec.ArmReport{Arm: a, Runs: present(r.runs[i])})
	}
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

func deviceName(dev backend.Device, machine string) string {
	if machine == "" {
		return dev.Name()
	}
	return dev.Name() + " " + machine
}

// send completes an event by what the meter knows. Controls count as part of the training before them.
func (r *run) send(e spec.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Run, e.Runs, e.Left = max(0, r.meter.run-1), r.meter.runs, r.meter.left()
	r.o.Events(e)
}

// measured updates the meter.
func (r *run) measured(f func(m *meter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.meter)
}

// seed trains the teacher, if there is one, then every arm, with one seed.
func (r *run) seed(ctx context.Context, seed int, first claim) error {
	hands, err := r.crew.wait(ctx, first)
	if err != nil {
		return err
	}
	var from teacher
	if r.spec.Teaches() {
		if from, err = r.teach(ctx, seed, hands); err != nil {
			err = fmt.Errorf("teacher, seed %d: %w", r.spec.Seeds[seed], err)
			r.crew.end(err)
			return err
		}
	}
	places := make([]int, len(r.spec.Arms))
	for i := range places {
		places[i] = r.place(seed) + 1 + i
	}
	arms := r.crew.queue(places...) // before the teacher's workers are free, so that no later seed takes them
	r.crew.give(hands)
	var group errgroup.Group
	for i, place := range arms {
		group.Go(func() error { return r.arm(ctx, i, seed, from, place) })
	}
	return group.Wait()
}

// arm makes one run: trained, or one of the controls.
func (r *run) arm(ctx context.Context, arm, seed int, from teacher, place claim) error {
	hands, err := r.crew.wait(ctx, place)
	if err != nil {
		return err
	}
	defer r.crew.give(hands)
	start := time.Now()
	out := &spec.Run{Arm: r.spec.Arms[arm].Name, Seed: r.spec.Seeds[seed], Alarms: []spec.Range{}}
	err = r.scored(ctx, arm, from, hands, out)
	if failed := (failure{}); errors.As(err, &failed) {
		out.Failed, out.Output = fault.Of(failed.error), nil
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("arm %s, seed %d: %w", out.Arm, out.Seed, err)
		r.crew.end(err) // before the workers are free for another
		return err
	}
	out.Seconds = time.Since(start).Seconds()
	r.measured(func(*meter) { r.runs[arm][seed] = out })
	r.send(spec.Event{Phase: spec.PhaseScore, Arm: out.Arm, Seed: out.Seed, Finished: out})
	return nil
}

// scored fills in a run up to its metrics.
func (r *run) scored(ctx context.Context, arm int, from teacher, hands []*hand, out *spec.Run) (err error) {
	var s scores
	if !spec.Controls[r.spec.Arms[arm].Control].Student {
		s = r.randomScores(out.Seed)
	} else if s, err = r.student(ctx, arm, from, hands, out); err != nil {
		return err
	}
	return r.decide(ctx, s, out)
}
