package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Clock estimates how long experiments take on a device, from what it measures there: a few training steps of
// each kind of training run, and how long it takes to measure a random score. Experiments that have these in
// common are measured once.
type Clock struct {
	device backend.Device
	paces  map[string]float64 // seconds a FLOP of a kind of training run
	judges map[string]judging
}

// judging is how long it takes to measure runs on a series.
type judging struct{ once, each float64 } // seconds

// NewClock returns a clock that has measured nothing yet.
func NewClock(dev backend.Device) *Clock {
	return &Clock{device: dev, paces: map[string]float64{}, judges: map[string]judging{}}
}

// Cost is how long an experiment takes, in seconds, unless training stops early: each training run by itself,
// and everything else.
type Cost struct {
	Trainings map[Checkpoint]float64
	Rest      float64
}

// Cost estimates what an experiment on a set takes.
func (c *Clock) Cost(ctx context.Context, p *Prepared, set *datasets.Set) (Cost, error) {
	out := Cost{Trainings: map[Checkpoint]float64{}}
	runs, err := needs(p, ctx.Err)
	if err != nil {
		return out, err
	}
	judge, err := c.judging(ctx, p, set)
	if err != nil {
		return out, err
	}
	seeds := p.Spec.Seeds
	for _, a := range p.Spec.Arms {
		out.Rest += judge.each * float64(p.Spec.RunsOf(a))
	}
	out.Rest += judge.once
	for _, n := range runs {
		if n.micro == 0 { // a closed form
			out.Rest += n.runs * (n.learns + n.scores) * closedPace
			continue
		}
		arm := TeacherArm
		for i, a := range p.Spec.Arms {
			if a.Name == n.arm {
				arm = i
			}
		}
		pace, err := c.pace(ctx, p, n, arm)
		if err != nil {
			return out, err
		}
		for _, seed := range seeds {
			if n.learns > 0 {
				out.Trainings[Checkpoint{seed, arm}] = n.learns * pace
			}
			if arm != TeacherArm {
				out.Rest += n.scores * pace
			}
			if n.learns > 0 && arm != TeacherArm && p.Spec.Evaluate == spec.EvaluateEachEpoch {
				out.Rest += float64(p.Spec.Train.Epochs) * (n.scores*pace + judge.each)
			}
		}
	}
	return out, nil
}

// closedPace is that of closed forms, in seconds a FLOP: gonum's products reach some 8 GFLOP/s on a core, its
// decompositions less (engine/README.md, reasons).
const closedPace = 1 / 4e9

// pace is how many seconds a FLOP of a training run takes.
func (c *Clock) pace(ctx context.Context, p *Prepared, n need, arm int) (float64, error) {
	key := fmt.Sprint(n.name, n.parameters, n.gradient, n.micro)
	if s, ok := c.paces[key]; ok {
		return s, nil
	}
	r := &run{spec: p.Spec, data: p, device: c.device}
	problem, err := r.problem(arm)
	if err != nil {
		return 0, err
	}
	t, err := train.New(c.device, problem, p.Spec.Train.Clip, p.Spec.Seeds[0], ctx.Err)
	if err != nil {
		return 0, err
	}
	defer t.Close()
	step, err := timed(ctx, t, p)
	if err != nil {
		return 0, err
	}
	batch := min(p.Spec.Train.Batch, p.fit.Len())
	c.paces[key] = step / (n.gradient * float64(max(1, batch/n.micro)))
	return c.paces[key], nil
}

// problem is that of an arm's training run, or the teacher's.
func (r *run) problem(arm int) (train.Problem, error) {
	if arm == TeacherArm {
		return r.teacherProblem()
	}
	return r.studentProblem(r.spec.Arms[arm], r.spec.Teaches())
}

// errEnough ends a training run that was only begun for the clock.
var errEnough = errors.New("enough steps")

// timed is the seconds that a training step takes: the fastest of three, or of as many as fit into a second,
// but the first, which finds nothing in cache.
func timed(ctx context.Context, t *train.Trainer, p *Prepared) (best float64, err error) {
	const most = 4
	done, sum := 0, 0.0
	_, err = t.Fit(ctx, p.fit, datasets.Windows{}, train.Options{Train: p.Spec.Train, Epochs: most, Seed: 1,
		Lambda: func(int) float64 { return 1 },
		Gate: func(context.Context) error {
			if done == most || done > 0 && sum > 1 {
				return errEnough
			}
			return ctx.Err()
		},
		OnStep: func(s train.StepInfo) {
			if done < 2 || s.Seconds < best {
				best = s.Seconds
			}
			done++
			sum += s.Seconds
		}})
	if errors.Is(err, errEnough) || train.NotFinite(err) {
		err = nil
	}
	return best, err
}

// judged is the most steps of a series that the clock measures on: others take in proportion.
const judged = 20000

// judging measures random scores of the set, of a part of it if it is long.
func (c *Clock) judging(ctx context.Context, p *Prepared, set *datasets.Set) (judging, error) {
	text, err := json.Marshal([]any{p.Spec.Data, p.Spec.Detect})
	if err != nil {
		return judging{}, err
	}
	key := string(text)
	if j, ok := c.judges[key]; ok {
		return j, nil
	}
	sp := p.Spec
	sp.Seeds = sp.Seeds[:1]
	sp.Arms = []spec.Arm{{Name: "1", Control: spec.ControlRandom}, {Name: "2", Control: spec.ControlRandom}}
	sp.Headline, sp.Looks, sp.Looked = "", 0, nil
	from, to := bounds(sp.Data.Test, set.Test.Rows)
	share := 1.0
	short, err := (*Prepared)(nil), error(nil)
	if to-from > judged {
		share = float64(to-from) / judged
		// The end: some sets keep their anomalies there, none only at the beginning.
		sp.Data.Test = steps.Range{From: to - judged, To: to}
	}
	if short, err = Prepare(sp, set); err != nil {
		sp.Data.Test, share = p.Spec.Data.Test, 1
		if short, err = Prepare(sp, set); err != nil {
			return judging{}, err
		}
	}
	start := time.Now()
	var ends []float64
	_, err = Run(ctx, short, c.device, Options{Events: func(e spec.Event) {
		if e.Finished != nil {
			ends = append(ends, time.Since(start).Seconds())
		}
	}})
	if err != nil || len(ends) < 2 {
		return judging{}, err
	}
	each := ends[1] - ends[0]
	c.judges[key] = judging{once: share * max(0, ends[0]-each), each: share * each}
	return c.judges[key], nil
}
