package bench

import (
	"context"
	"time"

	"cosinelab/datasets"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/experiment"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Whole stands for the default experiment in Options.Only.
const Whole = "experiment"

// Parts of the default experiment, as its lines name them. Training comes with validation and with what is laid
// out before it, scoring with the threshold, metrics with their chance levels.
const (
	partData     = "data"
	partTraining = "training"
	partScoring  = "scoring"
	partMetrics  = "metrics"
)

// whole carries the default experiment out once on this worker, with where the time goes, and once on all workers.
// Its FLOP are those of all training steps.
func (r *run) whole(ctx context.Context) error {
	for _, workers := range [][]experiment.Worker{nil, r.Workers}[:1+min(1, len(r.Workers))] {
		line := timing.Line{Group: timing.GroupExperiment, Name: Whole, Workers: 1 + len(workers)}
		r.begin(line)
		in, start := &inParts{last: time.Now(), spent: map[string]time.Duration{}}, time.Now()
		report, err := r.carryOut(ctx, workers, in.event)
		if err != nil {
			return err
		}
		c := clock{roofline: r.Roofline, perRun: 1}
		c.add(time.Since(start))
		if line.FLOP, err = trained(report); err != nil {
			return err
		}
		r.add(c.time(line))
		if len(workers) > 0 {
			break // runs go on side by side: events do not tell whose time it was
		}
		for _, name := range []string{partData, partTraining, partScoring, partMetrics} {
			r.add(timing.Line{Group: timing.GroupExperiment, Name: name, Workers: 1,
				Times: timing.Of([]float64{1000 * in.spent[name].Seconds()})})
		}
	}
	return nil
}

// carryOut is the default experiment, as the page has it carried out: everything is kept.
func (r *run) carryOut(ctx context.Context, workers []experiment.Worker, events func(spec.Event)) (spec.Report, error) {
	sp := spec.Default()
	set, err := datasets.Builtin(sp.Data.Source, sp.Data.Seed)
	if err != nil {
		return spec.Report{}, err
	}
	p, err := experiment.Prepare(sp, set)
	if err != nil {
		return spec.Report{}, err
	}
	var gone error
	report, err := experiment.Run(ctx, p, r.dev, experiment.Options{Events: events, Workers: workers,
		Lost: func(err error) { gone = err }, Yield: r.Yield, Outputs: true})
	if err == nil {
		err = gone
	}
	return report, err
}

// inParts adds up where the time of an experiment goes, one run after the other.
type inParts struct {
	last    time.Time // of the last event
	scoring bool      // the last event began scoring
	scored  bool      // the last event was of scoring, of a run that is not finished
	spent   map[string]time.Duration
}

// event counts what passed since the event before.
func (in *inParts) event(e spec.Event) {
	part := partTraining
	switch {
	case e.Phase == spec.PhaseData || e.Phase == spec.PhaseDone:
		part = partData
	case in.scoring:
		part = partScoring
	case in.scored:
		part = partMetrics
	}
	now := time.Now()
	in.spent[part] += now.Sub(in.last)
	scores := e.Phase == spec.PhaseScore && e.Finished == nil
	in.last, in.scoring, in.scored = now, scores && !in.scored, scores
}

// trained is how many floating-point operations the products of all training steps of a report took.
func trained(report spec.Report) (flop float64, err error) {
	sp := report.Spec
	count := func(arm int, model spec.Model, epochs []spec.Epoch) error {
		if len(epochs) == 0 {
			return nil
		}
		micro := models.All[model.Kind].MicroBatch(models.ConfigOf(model))
		p, err := experiment.Task{Spec: sp, Arm: arm, Taught: arm != experiment.TeacherArm && sp.Teaches(),
			Channels: defaultChannels, Micro: micro}.Problem()
		if err != nil {
			return err
		}
		size, err := train.Estimate(p, sp.Train.Clip)
		if err != nil {
			return err
		}
		steps := epochs[len(epochs)-1].Steps
		flop += float64(steps*sp.Train.Batch/micro) * size.FLOP[0]
		return nil
	}
	for _, t := range report.Teachers {
		if err := count(experiment.TeacherArm, sp.Teacher.Model, t.Epochs); err != nil {
			return 0, err
		}
	}
	for i, a := range report.Arms {
		for _, run := range a.Runs {
			if err := count(i, sp.StudentOf(a.Arm), run.Epochs); err != nil {
				return 0, err
			}
		}
	}
	return flop, nil
}
