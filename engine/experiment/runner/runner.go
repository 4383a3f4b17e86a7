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
	"cosinelab/engine/tensor"
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
}

// Run carries out the experiment and returns its report. If ctx or the gate ends it early, the error comes with a
// report of the runs that were finished until then. A run whose loss stops being finite is reported as failed; the
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
	r := &run{spec: spec, device: dev, o: o, data: data}
	r.report = experiment.Report{Version: experiment.Version, Spec: spec, Device: dev.Name(), Data: data.summary}
	if o.Machine != "" {
		r.report.Device += " " + o.Machine
	}
	for _, a := range spec.Arms {
		r.report.Arms = append(r.report.Arms, experiment.ArmReport{Arm: a, Runs: []experiment.Run{}})
	}
	r.meter = newMeter(spec, data)
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

// seed trains the teacher and every arm with one seed.
func (r *run) seed(ctx context.Context, seed uint64) error {
	teacher, err := r.teach(ctx, seed)
	if err != nil {
		return fmt.Errorf("teacher, seed %d: %w", seed, err)
	}
	for i, a := range r.spec.Arms {
		done, err := r.arm(ctx, a, seed, teacher)
		if err != nil {
			return fmt.Errorf("arm %s, seed %d: %w", a.Name, seed, err)
		}
		runs := &r.report.Arms[i].Runs
		*runs = append(*runs, done)
		r.o.Events(experiment.Event{Phase: experiment.PhaseScore, Arm: a.Name, Seed: seed, Run: r.meter.run, Runs: r.meter.runs,
			Finished: &done, Left: r.meter.left()})
	}
	return nil
}

// arm makes one run: trained, or one of the controls.
func (r *run) arm(ctx context.Context, a experiment.Arm, seed uint64, teacher map[string]tensor.Tensor) (experiment.Run, error) {
	start := time.Now()
	out := experiment.Run{Arm: a.Name, Seed: seed, Alarms: []experiment.Range{}}
	scores, err := r.armScores(ctx, a, seed, teacher, &out)
	if errors.Is(err, errFailed) {
		out.Failed = err.Error()
		err = nil
	} else if err == nil {
		err = r.judge(ctx, scores, &out)
	}
	out.Seconds = time.Since(start).Seconds()
	return out, err
}

func (r *run) armScores(ctx context.Context, a experiment.Arm, seed uint64, teacher map[string]tensor.Tensor, out *experiment.Run) (scores, error) {
	if a.Control == "random" {
		return r.randomScores(seed), nil
	}
	return r.student(ctx, a, seed, teacher, out)
}
