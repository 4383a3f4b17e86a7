package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// Adam's constants (Kingma and Ba, 2015; models/README.md, section 9.1).
const (
	beta1       = 0.9
	beta2       = 0.999
	adamEpsilon = 1e-8
)

// NotFinite reports whether err says that numbers stopped being finite, here or in another worker: that is
// the problem's doing, not the worker's.
func NotFinite(err error) bool { return fault.Has(err, "not-finite") }

// Positions of the procedures in a trainer's plan, in the order in which procedures returns them.
const (
	procGradient = iota // add one micro-batch's gradient to the accumulators
	procFold            // add the accumulators to the totals, clear the accumulators
	procUpdate          // clip, step, clear the totals
	procEvaluate        // the losses of one micro-batch
	procForward         // Problem.Outputs of one micro-batch
)

// weight is one parameter with everything that training keeps for it. Where it is not trainable, only param
// is a slot.
type weight struct {
	node                      *graph.Node
	name                      string
	shape                     tensor.Shape
	param, m, v, accum, total plan.Slot
	trainable                 bool
}

// compiled is a problem's plan on a device, with the parameters in its memory: what computes, for this
// training run or for another worker's.
type compiled struct {
	problem Problem
	plan    *plan.Plan
	program backend.Program
	weights []weight
	idle    []string // parameters of the graph that nothing computes with
	micro   int      // windows in a micro-batch

	windows, share, lambda, hyper plan.Slot
	others                        plan.Slot // -1 = nothing is computed with them
	norm                          plan.Slot
	reported                      []plan.Slot // the monitored loss, then Parts and Checks
	outputs                       []plan.Slot
	batch, otherBatch             []float32 // one micro-batch, and the windows beside it
	noise                         []noise
	draws                         Draws
	kept                          kept
	yield                         func() // nil = nobody waits for a turn
}

// Trainer fits a problem's parameters, alone or together with other workers.
type Trainer struct {
	compiled
	at      progress
	workers []Worker
	away    bool // workers compute everything
	lost    func(error)
	best    [][]float32 // of the best epoch, in the order of weights; nil = none yet
}

// Design is what training on a problem computes, laid out for any number of trainers: laying it out takes longer
// than many steps of a small model. It does not change.
type Design struct {
	problem Problem
	params  []*graph.Node // of the problem's graph: training adds others
	plan    *plan.Plan
}

// NewDesign lays out the problem. Gradients are clipped to the global norm clip; 0 = not clipped. The problem's
// graph grows by the gradients: it serves one design. pause, which may be nil, is called now and then until the
// design is there; its error ends NewDesign.
func NewDesign(p Problem, clip float64, pause func() error) (*Design, error) {
	d := &Design{problem: p, params: p.Graph.Params()}
	var err error
	d.plan, err = Plan(p, clip, pause)
	return d, err
}

// MicroBatch is how many windows are computed at once.
func (d *Design) MicroBatch() int { return d.problem.Windows.Shape[0] }

// New is the trainer of a problem of which there is one: Design.New for its design.
func New(dev backend.Device, p Problem, clip float64, seed uint64, pause func() error) (*Trainer, error) {
	d, err := NewDesign(p, clip, pause)
	if err != nil {
		return nil, err
	}
	return d.New(dev, seed, pause)
}

// New compiles the design for the device. All parameters start as Initial draws them; noise comes from the same
// seed. pause, which may be nil, is called now and then until the trainer is there; its error ends New.
func (d *Design) New(dev backend.Device, seed uint64, pause func() error) (*Trainer, error) {
	if pause == nil {
		pause = func() error { return nil }
	}
	p := d.problem
	t := &Trainer{at: progress{Epoch: 1}, compiled: compiled{problem: p, plan: d.plan, micro: d.MicroBatch(),
		batch: make([]float32, p.Windows.Shape.Len())}}
	if p.Others != nil {
		t.otherBatch = make([]float32, p.Others.Shape.Len())
	}
	var err error
	if t.program, err = dev.Compile(t.plan); err != nil {
		return nil, fmt.Errorf("train: compile for %s: %w", dev.Name(), err)
	}
	t.findSlots(d.params)
	t.findNoise(p.Graph.Nodes(), seed)
	if err := t.initialise(seed, pause); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// Yield has f called between any two operations on the device from now on, so that others on the same thread
// get their turn. It must not use the trainer.
func (t *compiled) Yield(f func()) { t.yield = f }

// Close frees the device's memory. The trainer must not be used afterwards.
func (t *compiled) Close() error { return t.program.Close() }

// MicroBatch is how many windows are computed at once.
func (t *compiled) MicroBatch() int { return t.micro }

// Parameters is the number of trainable values.
func (t *compiled) Parameters() int {
	n := 0
	for _, w := range t.weights {
		if w.trainable {
			n += w.shape.Len()
		}
	}
	return n
}

// slot is where the plan keeps a value, -1 if it has none of this name: nothing that is computed needs it.
func (t *compiled) slot(c plan.Class, name string) plan.Slot {
	s, ok := t.plan.Slot(c, name)
	if !ok {
		return -1
	}
	return s
}

// findSlots looks up the plan's names once, so that steps go by number. A parameter is trainable if it has an
// accumulator for its gradient.
func (t *compiled) findSlots(params []*graph.Node) {
	p := t.problem
	t.windows, t.share, t.hyper = t.slot(plan.ClassInput, p.Windows.Name), t.slot(plan.ClassInput,
		"share"), t.slot(plan.ClassInput, "hyper")
	t.lambda, t.others = -1, -1
	if p.Others != nil {
		t.others = t.slot(plan.ClassInput, p.Others.Name)
	}
	if p.Weight != nil {
		t.lambda = t.slot(plan.ClassInput, p.Weight.Name)
	}
	t.norm, t.reported = t.slot(plan.ClassResult, "norm"), []plan.Slot{t.slot(plan.ClassResult, "monitor")}
	for _, r := range slices.Concat(p.Parts, p.Checks) {
		t.reported = append(t.reported, t.slot(plan.ClassResult, r.Name))
	}
	for _, r := range p.Outputs {
		t.outputs = append(t.outputs, t.slot(plan.ClassResult, r.Name))
	}
	for _, n := range params {
		find := func(prefix string) plan.Slot { return t.slot(plan.ClassParam, prefix+n.Name) }
		w := weight{param: find(""), m: find("m/"), v: find("v/"), accum: find("gradient/"),
			total: find("total/"),
			node:  n, name: n.Name, shape: n.Shape}
		w.trainable = w.accum >= 0
		if w.param < 0 {
			t.idle = append(t.idle, n.Name)
		} else {
			t.weights = append(t.weights, w)
		}
	}
}

// initialise writes the starting values, and zeros to what the optimiser keeps.
func (t *compiled) initialise(seed uint64, pause func() error) error {
	for _, w := range t.weights {
		if err := pause(); err != nil {
			return err
		}
		if err := t.program.Write(w.param, Initial(w.node, seed)); err != nil {
			return err
		}
		if !w.trainable {
			continue
		}
		zero := make([]float32, w.shape.Len())
		for _, s := range []plan.Slot{w.m, w.v, w.accum, w.total} {
			if err := t.program.Write(s, zero); err != nil {
				return err
			}
		}
	}
	return nil
}

// Steps is the number of optimiser steps that the parameters have seen.
func (t *Trainer) Steps() int { return t.at.Adam }

// finite is the value of a result without axes, which is a loss or of the gradient; NaN and infinities are
// errors.
func (t *compiled) finite(what fault.Word, s plan.Slot, x float32) (float64, error) {
	v := float64(x)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fault.New("not-finite", what, t.plan.Slots[s].Name, v)
	}
	return v, nil
}

// measured waits for losses that a device may not have yet.
type measured func() (sums, error)

// measure asks for the losses of the micro-batch that has just been trained on. Checks are not among them:
// training does not compute them.
func (t *compiled) measure() measured {
	values := make([]float32, 1+len(t.problem.Parts))
	dst := make([][]float32, len(values))
	for i := range dst {
		dst[i] = values[i : i+1]
	}
	wait := t.program.ReadLater(t.reported[:len(values)], dst)
	return func() (sums, error) {
		if err := wait(); err != nil {
			return sums{}, err
		}
		return t.losses(values)
	}
}

// losses are those of one micro-batch: the monitored one, then Parts, and Checks if they are there. It fails
// if one is not finite. Parts come before the monitored loss, so that the error names the part, where there
// is one.
func (t *compiled) losses(values []float32) (one sums, err error) {
	one = sums{Micro: 1, Parts: make([]float64, len(values)-1)}
	for i, x := range values[1:] {
		if one.Parts[i], err = t.finite("a-loss", t.reported[1+i], x); err != nil {
			return one, err
		}
	}
	one.Monitor, err = t.finite("a-loss", t.reported[0], values[0])
	return one, err
}

// named turns sums into mean losses under the names of Parts and Checks.
func (t *compiled) named(s sums) []spec.Part {
	out := make([]spec.Part, len(s.Parts))
	for i, x := range s.Parts {
		out[i] = spec.Part{Name: t.plan.Slots[t.reported[1+i]].Name, Value: s.mean(x)}
	}
	return out
}

// loadInto writes the windows of these positions to an input, by way of memory that keeps what they do not
// fill.
func (t *compiled) loadInto(s plan.Slot, batch []float32, w datasets.Windows, at []int) error {
	size := w.Size()
	for i, k := range at {
		w.Copy(k, batch[i*size:(i+1)*size])
	}
	return t.program.Write(s, batch)
}

// fits says whether windows have the shape of the problem.
func (t *compiled) fits(w datasets.Windows) error {
	if s := t.problem.Windows.Shape; w.Length != s[1] || w.Series.Channels != s[2] {
		return fmt.Errorf("windows of %d steps with %d channels, the model wants %d with %d", w.Length,
			w.Series.Channels, s[1], s[2])
	}
	return nil
}

// step trains on one batch: the windows of w at these positions, in micro-batches. It returns its losses and
// the norm of its gradient before clipping. If it fails or is interrupted before the update, nothing has
// changed.
func (t *Trainer) step(ctx context.Context, w datasets.Windows, at []int, rate, lambda float64) (losses sums,
	norm float64, err error) {
	batch := t.whole(t.lotOf(at))
	losses, err = t.batchGradient(ctx, w, batch, 1/float64(len(batch.at)/t.micro), lambda)
	if err != nil {
		return losses, 0, errors.Join(err, t.clearGradients())
	}
	norm, err = t.update(rate)
	return losses, norm, err
}

// gradient adds the gradient of the micro-batch of this number to the accumulators and returns its losses.
func (t *compiled) gradient(ctx context.Context, w datasets.Windows, l lot, micro int) (measured, error) {
	if err := errors.Join(t.load(w, l), t.drawTraining(micro)); err != nil {
		return nil, err
	}
	if err := t.program.Run(ctx, procGradient, t.yield); err != nil {
		return nil, err
	}
	return t.measure(), nil
}

// update makes one step of Adam (models/README.md, section 9.1). It is not interrupted: half an update would
// leave a state that no resumed run has.
func (t *Trainer) update(rate float64) (norm float64, err error) {
	n := float64(t.at.Adam + 1)
	// The corrections for moments that start at 0, computed in float64: 1 - beta2^n has few digits in
	// float32.
	hyper := []float32{float32(rate), float32(1 - math.Pow(beta1, n)), float32(1 - math.Pow(beta2, n))}
	if err := t.program.Write(t.hyper, hyper); err != nil {
		return 0, err
	}
	if err := t.program.Run(context.Background(), procUpdate, t.yield); err != nil {
		return 0, err
	}
	var x [1]float32
	if err := t.program.Read(t.norm, x[:]); err != nil {
		return 0, err
	}
	if norm, err = t.finite("a-gradient", t.norm, x[0]); err != nil {
		return 0, err
	}
	t.at.Adam++
	return norm, nil
}

// clearGradients forgets what an unfinished step has gathered, so that the next one starts from zero.
func (t *compiled) clearGradients() error {
	return errors.Join(t.clear(func(w weight) plan.Slot { return w.accum }),
		t.clear(func(w weight) plan.Slot { return w.total }))
}

// clear writes zeros to one slot of every trainable parameter.
func (t *compiled) clear(slot func(weight) plan.Slot) error {
	for _, w := range t.weights {
		if !w.trainable {
			continue
		}
		if n := w.shape.Len(); n > len(t.kept.zeros) {
			t.kept.zeros = make([]float32, n)
		}
		if err := t.program.Write(slot(w), t.kept.zeros[:w.shape.Len()]); err != nil {
			return err
		}
	}
	return nil
}

func (t *compiled) write(s plan.Slot, x float64) error {
	return t.program.Write(s, []float32{float32(x)})
}

// writeWeight sets the weight of the distillation term, if the problem has one.
func (t *compiled) writeWeight(lambda float64) error {
	if t.lambda < 0 {
		return nil
	}
	return t.write(t.lambda, lambda)
}

// count returns the n integers from a on.
func count(a, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = a + i
	}
	return out
}
