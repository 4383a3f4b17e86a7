package experiment

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Watch lets somebody see what a training run makes of the test part while it goes on. It decides nothing: with
// and without it a run comes to the same bits.
type Watch struct {
	// Wants is asked between steps what somebody wants to see of a run now.
	Wants func(Checkpoint) Want
	// Show is given what was asked for. Nothing in it changes any more.
	Show func(Glimpse)
}

// Want is the steps of the test part that somebody wants to see; the zero value wants nothing.
type Want struct {
	steps.Range
	// Now tells that somebody waits for it: the run is held, so that it costs no time of training.
	Now bool
}

// Glimpse is what a student or a teacher makes of some windows of the test part with the parameters of the
// moment.
type Glimpse struct {
	Checkpoint
	Windows, Of int           // how many were computed, evenly spread over those in which the wanted steps lie
	Spans       []steps.Range // of the steps, ascending
	Output      []float32     // [steps of all spans, channels]
	Scores      []float64     // one a step; nil = a teacher's, which has none
}

// watching is the share of a training run's time that looking at it takes: a twentieth is the most it may, and what a
// look takes varies.
const watching = 0.04

// Between two looks pass at least so many seconds of training, unless an epoch ends. Where somebody waits a look
// takes no longer than patience, about.
const (
	lookPause = 0.25
	patience  = 0.2 // seconds
)

// onlooker looks at one training run between its steps, within a budget of measured time.
type onlooker struct {
	*run
	t *train.Trainer
	j job

	trained, spent float64 // seconds
	due            bool    // an epoch has ended, or there was a step of a run that is held
	last           float64 // what had been trained at the last look
	window         float64 // seconds that a window takes; 0 = not known yet
	counted        []steps.Range
}

// stepped notes a step that took so many seconds.
func (o *onlooker) stepped(seconds float64) { o.trained += seconds }

// look shows what is wanted if there is time for it.
func (o *onlooker) look(ctx context.Context) error {
	if o.o.Watch == nil || o.trained == 0 || o.trained == o.last {
		return nil
	}
	want := o.o.Watch.Wants(o.j.Checkpoint)
	failed := failure{}
	if want.Len() == 0 || !want.Now && !o.due && o.last > 0 && o.trained-o.last < lookPause {
		return nil
	}
	at, of := o.choose(want)
	if len(at) == 0 {
		return nil
	}
	if o.window == 0 && want.Now { // now it is known what there is time for
		if _, err := o.timed(ctx, at, want); err != nil && !errors.As(err, &failed) {
			return err
		}
		at, of = o.choose(want)
	}
	g, err := o.timed(ctx, at, want)
	o.due, o.last = false, o.trained
	if errors.As(err, &failed) {
		return nil
	}
	if err != nil {
		return err
	}
	g.Of = of
	o.o.Watch.Show(g)
	e := spec.Event{Phase: o.j.phase, Arm: o.j.arm, Seed: o.j.Seed, Epochs: o.j.epochs, Step: o.t.Steps(),
		Glimpse: &spec.Glimpse{Windows: g.Windows, Of: of}}
	o.send(e)
	return nil
}

// timed computes windows, and notes how long that takes.
func (o *onlooker) timed(ctx context.Context, at []int, want Want) (Glimpse, error) {
	start := time.Now()
	g, err := o.glimpse(ctx, at)
	took := time.Since(start).Seconds()
	o.window = took / float64(len(at))
	if !want.Now {
		o.spent += took
	}
	return g, err
}

// choose returns the windows to look at, of so many in which what is wanted lies: as many as there is time for,
// evenly spread.
func (o *onlooker) choose(want Want) (at []int, of int) {
	w, micro := o.data.test, o.t.MicroBatch()
	if o.counted == nil {
		o.counted = countedSpans(w)
	}
	first, _ := slices.BinarySearchFunc(o.counted, want.From, func(r steps.Range, t int) int { return r.To - 1 - t })
	last, _ := slices.BinarySearchFunc(o.counted, want.To, func(r steps.Range, t int) int { return r.From - t })
	of = last - first
	free := watching*o.trained - o.spent
	if want.Now {
		free = patience
	}
	n := of
	switch {
	case o.window == 0: // a first look is as small as can be
		n = min(of, micro)
	case float64(of)*o.window > free:
		n = int(max(0, free/o.window)) / micro * micro
	}
	if n < min(micro, of) && want.Now {
		n = min(micro, of)
	}
	for i := range n {
		at = append(at, first+i*of/n)
	}
	return at, of
}

// countedSpans is where in the test part what counts of each window lies.
func countedSpans(w datasets.Windows) []steps.Range {
	spans, all, at := make([]steps.Range, w.Len()), make([]struct{}, w.Length), 0
	for i := range spans {
		n := len(datasets.Counted(w, i, all))
		spans[i] = steps.Range{From: at, To: at + n}
		at += n
	}
	return spans
}

// glimpse computes these windows.
func (o *onlooker) glimpse(ctx context.Context, at []int) (Glimpse, error) {
	w := o.data.test
	g := Glimpse{Checkpoint: o.j.Checkpoint, Windows: len(at)}
	err := o.t.ForwardAt(ctx, w, at, func(i int, outputs [][]float32) error {
		g.Spans = append(g.Spans, o.counted[i])
		if o.j.OfTeacher() { // it computes its series alone
			g.Output = append(g.Output, datasets.Counted(w, i, outputs[0])...)
			return nil
		}
		for _, x := range datasets.Counted(w, i, outputs[0]) {
			v := float64(x)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return failure{fault.New("score-not-finite", o.counted[i].From, v)}
			}
			g.Scores = append(g.Scores, v)
		}
		g.Output = append(g.Output, datasets.Counted(w, i, outputs[1])...)
		return nil
	})
	return g, err
}
