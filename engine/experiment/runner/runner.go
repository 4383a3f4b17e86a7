// Package runner carries out experiments on a device.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"cosinelab/datasets"
	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
)

// Options connects a run with the program around it. Every field may be zero.
type Options struct {
	Events  func(experiment.Event)                   // progress; called from the running goroutine
	Gate    func(context.Context) error              // called before every training step; it may wait, its error ends the run
	Weights func(name string) (io.ReadCloser, error) // opens Teacher.Weights
	Store   Store
	Machine string // what the device ran on, for the report: linux/amd64
	// Outputs keeps every arm's and teacher's output for the test part in the report's unsaved fields.
	Outputs bool
}

// Store keeps checkpoints by name, so that an interrupted experiment can go on. A nil function is not called.
type Store struct {
	Save func(name string, write func(io.Writer) error) error
	Load func(name string) (io.ReadCloser, error) // nil, nil if there is none of this name
}

// run is an experiment under way.
type run struct {
	spec   experiment.Spec
	device backend.Device
	o      Options
	data   *prepared
	meter  meter
	report experiment.Report

	rankingChance []metrics.Chance // nil = not drawn yet
}

// failure is why a run has no scores: its numbers stopped being finite. The experiment goes on without it.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// Run carries out the experiment and returns its report. If ctx or the gate ends it early, the error comes with a
// report of the runs that were finished until then. A run whose numbers stop being finite is reported as failed; the
// others go on.
func Run(ctx context.Context, spec experiment.Spec, set *datasets.Set, dev backend.Device, o Options) (experiment.Report, error) {
	start := time.Now()
	if o.Events == nil {
		o.Events = func(experiment.Event) {}
	}
	if err := spec.Validate(); err != nil {
		return experiment.Report{}, err
	}
	o.Events(experiment.Event{Phase: experiment.PhaseData, Left: -1})
	data, err := prepare(spec, set)
	if err != nil {
		return experiment.Report{}, err
	}
	r := &run{spec: spec, device: dev, o: o, data: data, meter: newMeter(spec, data)}
	r.report = experiment.Report{Version: experiment.Version, Spec: spec, Device: deviceName(dev, o.Machine), Data: data.summary,
		Teachers: []experiment.TeacherRun{}}
	for _, a := range spec.Arms {
		r.report.Arms = append(r.report.Arms, experiment.ArmReport{Arm: a, Runs: []experiment.Run{}})
	}
	for _, seed := range spec.Seeds {
		if err = r.seed(ctx, seed); err != nil {
			break
		}
	}
	r.report.Seconds = time.Since(start).Seconds()
	if err == nil {
		o.Events(experiment.Event{Phase: experiment.PhaseDone, Run: r.meter.runs, Runs: r.meter.runs})
	}
	return r.report, err
}

func deviceName(dev backend.Device, machine string) string {
	if machine == "" {
		return dev.Name()
	}
	return dev.Name() + " " + machine
}

// send completes an event by what the meter knows. Controls count as part of the training before them.
func (r *run) send(e experiment.Event) {
	e.Run, e.Runs, e.Left = max(0, r.meter.run-1), r.meter.runs, r.meter.left()
	r.o.Events(e)
}

// seed trains the teacher and every arm with one seed.
func (r *run) seed(ctx context.Context, seed uint64) error {
	var from teacher
	if r.spec.Teaches() {
		var err error
		if from, err = r.teach(ctx, seed); err != nil {
			return fmt.Errorf("teacher, seed %d: %w", seed, err)
		}
	}
	for i, a := range r.spec.Arms {
		done, err := r.arm(ctx, i, seed, from)
		if err != nil {
			return fmt.Errorf("arm %s, seed %d: %w", a.Name, seed, err)
		}
		runs := &r.report.Arms[i].Runs
		*runs = append(*runs, done)
		r.send(experiment.Event{Phase: experiment.PhaseScore, Arm: a.Name, Seed: seed, Finished: &done})
	}
	return nil
}

// arm makes one run: trained, or one of the controls.
func (r *run) arm(ctx context.Context, arm int, seed uint64, from teacher) (experiment.Run, error) {
	start := time.Now()
	out := experiment.Run{Arm: r.spec.Arms[arm].Name, Seed: seed, Alarms: []experiment.Range{}}
	err := r.scored(ctx, arm, seed, from, &out)
	if failed := (failure{}); errors.As(err, &failed) {
		out.Failed, out.Output = failed.Error(), nil
		err = nil
	}
	out.Seconds = time.Since(start).Seconds()
	return out, err
}

// scored fills in a run up to its metrics.
func (r *run) scored(ctx context.Context, arm int, seed uint64, from teacher, out *experiment.Run) (err error) {
	var s scores
	if r.spec.Arms[arm].Control == "random" {
		s = r.randomScores(seed)
	} else if s, err = r.student(ctx, arm, seed, from, out); err != nil {
		return err
	}
	return r.decide(ctx, s, out)
}
