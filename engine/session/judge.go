package session

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// judge measures the finished runs of an arm at a threshold set by hand. The runs in the results stay as they are.
// A later request ends it.
func (s *Session) judge(ctx context.Context, req protocol.Request) {
	on := s.shown()
	runs, err := s.judgedRuns(ctx, on, req.Judge)
	switch {
	case errors.Is(err, context.Canceled):
		s.fail(req.ID, "view", fault.New("judge-ended"))
	case err != nil:
		s.fail(req.ID, "view", err)
	default:
		s.send(protocol.Response{Type: protocol.TypeJudged, ID: req.ID, Runs: runs, Rough: req.Judge.Rough})
	}
}

// judgedRuns are the runs of the arm that j names, that of the seed that is shown first, then the one beside it.
func (s *Session) judgedRuns(ctx context.Context, on shown, j *protocol.Judge) ([]spec.Run, error) {
	first, err := on.judged(j)
	if err != nil {
		return nil, err
	}
	data, err := s.judging(on)
	if err != nil {
		return nil, err
	}
	if err := s.measureRun(ctx, data, &first, j); err != nil {
		return nil, err
	}
	runs := []spec.Run{first}
	threshold := float64(first.Threshold.Value)
	for _, run := range on.runs {
		if run.Arm != j.Arm || run.Seed == j.Seed || run.Scores == nil {
			continue
		}
		if j.Threshold != nil {
			experiment.ByHand(&run, threshold)
		}
		join(j, &run)
		if err := s.measureRun(ctx, data, &run, j); err != nil {
			return nil, err
		}
		if j.Rough {
			run.Alarms = nil
		}
		runs = append(runs, run)
	}
	if of := j.Beside; of != nil {
		if run := on.runOf(of.Arm, of.Seed); run != nil && run.Scores != nil {
			beside := *run
			experiment.AtRate(&beside, flagged(first.Alarms))
			join(j, &beside)
			if err := s.measureRun(ctx, data, &beside, j); err != nil {
				return nil, err
			}
			runs = append(runs, beside)
		}
	}
	for i := range runs {
		runs[i].Epochs = nil // the page has them
	}
	return runs, nil
}

// measureRun measures a run, exactly or as one does for what moves.
func (s *Session) measureRun(ctx context.Context, data *experiment.Prepared, run *spec.Run,
	j *protocol.Judge) error {
	if j.Rough {
		return data.Glance(ctx, run, j.Shown, s.Yield)
	}
	return data.Judge(ctx, run, s.Yield)
}

func flagged(alarms []steps.Range) (n int) {
	for _, a := range alarms {
		n += a.Len()
	}
	return n
}

// judged returns a copy of the run that j names, with what j sets of its threshold. The copy shares scores with the
// run, which nobody changes.
func (s shown) judged(j *protocol.Judge) (spec.Run, error) {
	if j == nil {
		return spec.Run{}, fault.New("judge-nothing")
	}
	run := s.runOf(j.Arm, j.Seed)
	if run == nil || run.Scores == nil {
		return spec.Run{}, fault.New("judge-no-scores", j.Arm, j.Seed)
	}
	out := *run
	switch {
	case j.Threshold != nil && j.Ranks != 0:
		experiment.ByRank(&out, *j.Threshold, j.Ranks)
	case j.Threshold != nil:
		experiment.ByHand(&out, *j.Threshold)
	}
	join(j, &out)
	return out, nil
}

// join sets how flags become alarms.
func join(j *protocol.Judge, run *spec.Run) {
	if j.Merge != nil {
		run.Threshold.Merge = max(0, *j.Merge)
	}
	if j.Least != nil {
		run.Threshold.Least = max(0, *j.Least)
	}
}

// judging is the open set as the experiment of the results uses it: it may have been opened anew since, for
// whoever looks at it alone.
func (s *Session) judging(on shown) (*experiment.Prepared, error) {
	s.mu.Lock()
	report, sp := s.results.report, s.results.spec
	s.mu.Unlock()
	if report != nil {
		sp = report.Spec // as it was fitted to the data
	}
	open := on.Spec
	if open.Detect = sp.Detect; !reflect.DeepEqual(open, sp) {
		return experiment.Prepare(sp, on.set)
	}
	data := *on.Prepared
	data.Spec = sp
	return &data, nil
}

// rejudge decides about all finished runs by another Detect, which is then that of the experiment.
func (s *Session) rejudge(ctx context.Context, req protocol.Request) {
	report, detectors, err := s.rejudged(ctx, req.Detect)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && ctx.Err() == nil && s.work == nil:
		s.results.report, s.results.spec.Detect, s.results.kept = &report, *req.Detect, detectors
		s.results.runs = nil
		for _, a := range report.Arms {
			s.results.runs = append(s.results.runs, a.Runs...)
		}
		s.send(protocol.Response{Type: protocol.TypeRejudged, ID: req.ID, Report: &report})
	case err == nil || errors.Is(err, context.Canceled):
		s.fail(req.ID, "rejudge", fault.New("judge-ended"))
	default:
		s.fail(req.ID, "rejudge", err)
	}
}

func (s *Session) rejudged(ctx context.Context, d *spec.Detect) (spec.Report, []*detector.Detector, error) {
	on := s.shown()
	s.mu.Lock()
	before, learnt, busy := s.results.report, slices.Clone(s.results.made), s.work != nil
	s.mu.Unlock()
	switch {
	case busy:
		return spec.Report{}, nil, errBusy
	case before == nil || on.runs == nil || d == nil:
		return spec.Report{}, nil, fault.New("judge-nothing")
	}
	data, err := s.judging(on)
	if err != nil {
		return spec.Report{}, nil, err
	}
	return data.Rejudge(ctx, *before, *d, learnt, s.Yield)
}

// judgement ends the last one, which last ends, and returns the context of the next.
func (s *Session) judgement(last *context.CancelFunc) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *last != nil {
		(*last)()
	}
	ctx, end := context.WithCancel(context.Background())
	*last = end
	return ctx
}

// drawCurves sends what every threshold of some runs gives. Without labels, or without scores, a run has no points.
func (s *Session) drawCurves(req protocol.Request) {
	on := s.shown()
	out := make([]float32, 3*protocol.CurvePoints*min(len(req.Curves), maxBuckets/protocol.CurvePoints))
	for i := range out {
		out[i] = float32(math.NaN())
	}
	for i, of := range req.Curves[:len(out)/3/protocol.CurvePoints] {
		run := on.runOf(of.Arm, of.Seed)
		if run == nil || len(run.Scores) == 0 || len(on.Labels) < len(run.Scores) {
			continue
		}
		e, err := metrics.NewEvaluation(run.Scores, on.Labels[:len(run.Scores)], metrics.LowestUnscored)
		if err != nil {
			s.fail(req.ID, "view", err)
			return
		}
		for k, p := range e.Curve(protocol.CurvePoints) {
			at := 3 * (i*protocol.CurvePoints + k)
			out[at], out[at+1], out[at+2] = float32(p.Recall), float32(p.Precision), float32(p.FalseRate)
		}
	}
	s.sendWith(protocol.Response{Type: protocol.TypeDrawn, ID: req.ID}, out)
}
