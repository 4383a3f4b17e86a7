package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cosinelab/engine/backend"
	"cosinelab/engine/plan"
)

// Cost is what the steps of one kind and shape take together.
type Cost struct {
	What  string
	Count int           // of them in one micro-batch
	FLOP  float64       // of the products in all of them
	Time  time.Duration // of all of them, over all runs
}

// Profile runs the gradient of one micro-batch of a training step, step by step, in so many rounds, and
// returns what takes longest first, averaged over the rounds that little else on the machine disturbed.
// Clocks of browsers are coarse, so rounds should be many. The first Costs are those of whole procedures.
func Profile(ctx context.Context, dev backend.Device, s Step, rounds int) (list []Cost, err error) {
	t, w, err := s.trainer(dev)
	if err != nil {
		return nil, err
	}
	params, err := t.Params()
	if err := errors.Join(err, t.Close()); err != nil {
		return nil, err
	}
	single, steps := oneByOne(w.plan)
	program, err := dev.Compile(single)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	for name, x := range params {
		if slot, ok := single.Slot(plan.ClassParam, name); ok {
			if err := program.Write(slot, x.Data); err != nil {
				return nil, err
			}
		}
	}
	for i, slot := range single.Slots {
		if slot.Class == plan.ClassInput {
			n := slot.Shape.Len()
			if err := program.Write(plan.Slot(i), s.windows(n).Series.Values[:n]); err != nil {
				return nil, err
			}
		}
	}
	var quiet quietRounds
	for range rounds {
		took := make([]time.Duration, len(single.Procs))
		for i := range took {
			start := time.Now()
			if err := program.Run(ctx, i, nil); err != nil {
				return nil, err
			}
			took[i] = time.Since(start)
		}
		quiet = append(quiet, took)
	}
	mean := quiet.mean(len(single.Procs))
	for i, q := range w.plan.Procs {
		list = append(list, Cost{q.Name, 1, w.flop(q.Name), mean[len(steps)+i]})
	}
	return append(list, costs(steps, mean)...), nil
}

// quietRounds are the times of every step in every round.
type quietRounds [][]time.Duration

// mean averages over the quarter of the rounds that took least, which it puts first; n is the number of
// steps.
func (q quietRounds) mean(n int) []time.Duration {
	sum := func(took []time.Duration) (total time.Duration) {
		for _, t := range took {
			total += t
		}
		return total
	}
	slices.SortFunc(q, func(a, b []time.Duration) int { return cmp.Compare(sum(a), sum(b)) })
	q = q[:(len(q)+3)/4]
	mean := make([]time.Duration, n)
	for i := range mean {
		for _, took := range q {
			mean[i] += took[i] / time.Duration(len(q))
		}
	}
	return mean
}

// oneByOne is the plan with a procedure for each step of its gradient, and then all of its procedures. They
// share one arena, so that each step finds what those before it left.
func oneByOne(p *plan.Plan) (*plan.Plan, []plan.Step) {
	i, _ := p.Proc("gradient")
	single, steps := *p, p.Procs[i].Steps
	single.Procs = nil
	for k := range steps {
		single.Procs = append(single.Procs, plan.Procedure{Name: fmt.Sprint(k), Steps: steps[k : k+1]})
	}
	single.Procs = append(single.Procs, p.Procs...)
	return &single, steps
}

// costs sums steps up by kind and shapes, the longest first. Strides tell a transposed operand from a plain
// one.
func costs(steps []plan.Step, took []time.Duration) []Cost {
	var all []Cost
	for i, s := range steps {
		what := fmt.Sprintf("%v %v", s.Kind, s.Out.Shape)
		for _, r := range s.In[:min(2, len(s.In))] {
			what += fmt.Sprintf(" %v", r.Shape)
			if !r.Contiguous() {
				what += fmt.Sprint(r.Stride)
			}
		}
		k := slices.IndexFunc(all, func(c Cost) bool { return c.What == what })
		if k < 0 {
			k, all = len(all), append(all, Cost{What: what})
		}
		all[k].Count++
		all[k].Time += took[i]
		all[k].FLOP += s.FLOP()
	}
	slices.SortFunc(all, func(a, b Cost) int { return cmp.Compare(b.Time, a.Time) })
	return all
}
