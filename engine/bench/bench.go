package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/experiment"
	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
	"cosinelab/engine/train"
)

// Options says what to measure, and for how long.
type Options struct {
	Runs int // of each training step
	// Roofline measures for a time how many multiply-adds a worker can do at most, in GFLOP/s; nil = not
	// known. It is called between all other measurements, for as long as those take: what else runs on the
	// machine slows down both.
	Roofline func(time.Duration) float64
	// Workers compute beside this one: every training step, and scoring, is timed without them and with them,
	// in turn.
	Workers []experiment.Worker
	// Only names what to time: training steps, products by their sizes, or Products for all of them, Whole for
	// the default experiment. Empty = everything.
	Only []string
	// Yield is that of experiment.Options.
	Yield func()
	// Begin is called with what comes next, before it is timed, and Done after every line; nil = not.
	Begin, Done func(timing.Line)
}

// Products stands for all products in Options.Only.
const Products = "products"

// wants reports whether something that goes by any of these names is to be timed.
func (o Options) wants(names ...string) bool {
	return len(o.Only) == 0 || slices.ContainsFunc(names,
		func(n string) bool { return slices.Contains(o.Only, n) })
}

// Check says which name in Only stands for nothing.
func (o Options) Check() error {
	known := []string{Products, Whole}
	for _, p := range products {
		known = append(known, p.name())
	}
	for _, s := range Steps {
		known = append(known, s.Name)
	}
	for _, name := range o.Only {
		if !slices.Contains(known, name) {
			return fault.New("bench-unknown", name, fault.Choices(known))
		}
	}
	return nil
}

// size is that of a product: rows, inner extent, columns.
type size [3]int

func (p size) name() string { return fmt.Sprintf("%dx%dx%d", p[0], p[1], p[2]) }

// products are squares of several sizes, and what a transformer multiplies: many rows by the widths of steps
// T and F.
var products = []size{{64, 64, 64}, {256, 256, 256}, {512, 512, 512}, {1600, 64, 64}, {1600, 512, 512}}

// Run times products, training steps, scoring and the default experiment on the device. It returns what was measured, even with an
// error, be it that of ctx.
func Run(ctx context.Context, dev backend.Device, o Options) ([]timing.Line, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	r := &run{Options: o, dev: dev}
	for _, p := range products {
		if !o.wants(Products, p.name()) {
			continue
		}
		if err := r.product(ctx, p); err != nil {
			return r.lines, err
		}
	}
	for _, s := range Steps {
		if !o.wants(s.Name) {
			continue
		}
		if err := r.step(ctx, s); err != nil {
			return r.lines, fault.New("bench-step", s.Name, err)
		}
	}
	if o.wants(Whole) {
		if err := r.whole(ctx); err != nil {
			return r.lines, err
		}
	}
	return r.lines, nil
}

// run is a benchmark under way.
type run struct {
	Options
	dev   backend.Device
	lines []timing.Line
}

func (r *run) begin(l timing.Line) {
	if r.Begin != nil {
		r.Begin(l)
	}
}

func (r *run) add(l timing.Line) {
	r.lines = append(r.lines, l)
	if r.Done != nil {
		r.Done(l)
	}
}

// clock collects the times of runs, with the roofline in between.
type clock struct {
	roofline   func(time.Duration) float64
	ms, speeds []float64
	perRun     int // what one run counts for
}

// clocks time what n sets of workers do in turn: what else the machine does then slows all of them down
// alike.
func (r *run) clocks(n, perRun int) []clock {
	out := make([]clock, n)
	for i := range out {
		out[i] = clock{roofline: r.Roofline, perRun: perRun}
	}
	return out
}

// addAll completes a line for each set of workers.
func (r *run) addAll(line timing.Line, clocks []clock, sets [][]train.Worker) {
	for i, c := range clocks {
		line.Workers = 1 + len(sets[i])
		r.add(c.time(line))
	}
}

// longest bounds a measurement of the roofline, which otherwise takes as long as the run before it.
const longest = 100 * time.Millisecond

// add notes a run that took d, right after it.
func (c *clock) add(d time.Duration) {
	if c.roofline != nil {
		c.speeds = append(c.speeds, c.roofline(min(d, longest)))
	}
	c.ms = append(c.ms, d.Seconds()*1000/float64(c.perRun))
}

// time completes a line by what was measured. The best roofline is a high quantile, since a single fast
// reading may be an error of the clock.
func (c *clock) time(l timing.Line) timing.Line {
	l.Times = timing.Of(c.ms)
	if len(c.speeds) > 0 {
		l.Roofline, l.RooflineBest = timing.Quantile(c.speeds, 0.5), timing.Quantile(c.speeds, 0.9)
	}
	return l
}

// product times x y, repeated so that a run takes some milliseconds: clocks of browsers are coarse.
func (r *run) product(ctx context.Context, size size) error {
	m, k, n := size[0], size[1], size[2]
	line := timing.Line{Group: timing.GroupProduct, Name: size.name(), Workers: 1, FLOP: 2 * float64(m*k*n)}
	r.begin(line)
	var result, corner *graph.Node
	g, err := graph.Build(func(g *graph.Graph) {
		result = graph.MatMul(g.Input("x", m, k), g.Input("y", k, n),
			1)
		// One number of it, to wait for where it is computed elsewhere.
		corner = graph.SliceAxis(graph.SliceAxis(result, 0, 0, 1), 1, 0, 1)
	})
	if err != nil {
		return err
	}
	p, err := plan.Build(g, plan.Options{}, plan.Proc{Name: "product",
		Results: []plan.Result{{Name: "xy", Node: result}, {Name: "corner", Node: corner}}})
	if err != nil {
		return err
	}
	program, err := r.dev.Compile(p)
	if err != nil {
		return err
	}
	defer program.Close()
	// Memory that was never written is one page of zeros under many addresses, which caches take badly.
	for name, values := range map[string]int{"x": m * k, "y": k * n} {
		slot, _ := p.Slot(plan.ClassInput, name)
		if err := program.Write(slot, windows(1, 1, values).Series.Values); err != nil {
			return err
		}
	}
	last, _ := p.Slot(plan.ClassResult, "corner")
	c := clock{roofline: r.Roofline, perRun: int(max(1, 2e8/line.FLOP))}
	for i := range 23 {
		start := time.Now()
		for range c.perRun {
			if err := program.Run(ctx, 0, r.Yield); err != nil {
				return err
			}
		}
		if err := program.ReadLater([]plan.Slot{last}, [][]float32{make([]float32, 1)})(); err != nil {
			return err
		}
		// The first runs fill caches and wait for compilers.
		if i > 2 {
			c.add(time.Since(start))
		}
	}
	r.add(c.time(line))
	return nil
}

// witness remembers the plan that a device compiles, to count its products.
type witness struct {
	backend.Device
	plan *plan.Plan
}

func (w *witness) Compile(p *plan.Plan) (backend.Program, error) {
	w.plan = p
	return w.Device.Compile(p)
}

// flop counts the floating-point operations of the products in one run of a procedure; a multiply-add is two.
func (w *witness) flop(name string) float64 {
	i, _ := w.plan.Proc(name)
	return w.plan.Procs[i].FLOP()
}

// perWindow is flop for one window of the micro-batch.
func (w *witness) perWindow(name string) float64 {
	slot, _ := w.plan.Slot(plan.ClassInput, "x")
	return w.flop(name) / float64(w.plan.Slots[slot].Shape[0])
}

// errEnough ends a training run when enough steps were timed.
var errEnough = errors.New("enough")

// step times a training step on one worker, in turn with all workers if there are several; then scoring with
// the same model in the same way. Steps are those of Fit, which the gate ends once enough are timed. Without
// a worker that was lost on the way the times would mean something else, so its loss is an error.
func (r *run) step(ctx context.Context, s Step) error {
	line := timing.Line{Group: timing.GroupStep, Name: s.Name, About: s.About, Workers: 1}
	r.begin(line)
	t, w, err := s.trainer(r.dev)
	if err != nil {
		return err
	}
	defer t.Close()
	t.Yield(r.Yield)
	workers, err := r.join(ctx, s.task())
	if err != nil {
		return err
	}
	sets := [][]train.Worker{nil}
	if len(workers) > 0 {
		sets = append(sets, workers)
	}
	// Browsers compile quickly first and well later, in each worker: the first steps tell little.
	const least, most, enough = 2, 20, 2 * time.Second
	clocks, begin, warm, done := r.clocks(len(sets), 1), time.Now(), 0, 0 // warm = 0 until steps count
	var gone error
	sp, _ := s.spec()
	_, err = t.Fit(ctx, s.windows(sp.Train.Batch*(len(sets)*(r.Runs+most)+1)), datasets.Windows{},
		train.Options{Train: sp.Train, Epochs: 1,
			Lambda: func(int) float64 { return 1 },
			Gate: func(ctx context.Context) error {
				if err := errors.Join(gone, ctx.Err()); err != nil {
					return err
				}
				if warm > 0 && done == warm+len(sets)*r.Runs {
					return errEnough
				}
				t.Share(sets[done%len(sets)], false, func(err error) { gone = err })
				return nil
			},
			OnStep: func(i train.StepInfo) {
				if warm > 0 {
					clocks[done%len(sets)].add(time.Duration(i.Seconds * float64(time.Second)))
				}
				done++
				if rounds := done / len(sets); warm == 0 && done%len(sets) == 0 &&
					(rounds == most || rounds >= least && time.Since(begin) > enough) {
					warm = done
				}
			}})
	if !errors.Is(err, errEnough) {
		return err // never nil: there are windows for more steps
	}
	line.FLOP = w.perWindow("gradient") * float64(sp.Train.Batch)
	r.addAll(line, clocks, sets)
	if !s.Scored {
		return nil
	}
	return r.score(ctx, t, s, sets, w.perWindow("forward"))
}

// join makes the other workers ready for a step, which each of them compiles.
func (r *run) join(ctx context.Context, task experiment.Task) (joined []train.Worker, err error) {
	for _, w := range r.Workers {
		there, err := w.Join(ctx, task)
		if err != nil {
			return nil, err
		}
		joined = append(joined, there)
	}
	return joined, nil
}

// score times the forward pass of many windows on each set of workers in turn. It counts the products of one
// window.
func (r *run) score(ctx context.Context, t *train.Trainer, s Step, sets [][]train.Worker,
	flop float64) error {
	line := timing.Line{Group: timing.GroupScoring, Name: s.Name, About: "one window", Workers: 1, FLOP: flop}
	r.begin(line)
	sp, _ := s.spec()
	clocks, w := r.clocks(len(sets), sp.Train.Batch), s.windows(sp.Train.Batch)
	const warm = 2 // the first passes tell little, as the first steps
	for i := range (warm + r.Runs) * len(sets) {
		c := i % len(sets)
		d, err := pass(ctx, t, w, sets[c])
		if err != nil {
			return err
		}
		if i >= warm*len(sets) {
			clocks[c].add(d)
		}
	}
	r.addAll(line, clocks, sets)
	return nil
}

// pass times one forward pass; a worker that is lost on the way ends it.
func pass(ctx context.Context, t *train.Trainer, w datasets.Windows, workers []train.Worker) (time.Duration,
	error) {
	var gone error
	t.Share(workers, false, func(err error) { gone = err })
	start := time.Now()
	err := t.Forward(ctx, w, func(int, [][]float32) error { return nil })
	return time.Since(start), errors.Join(err, gone)
}

// windows are n windows of the step's size.
func (s Step) windows(n int) datasets.Windows {
	sp, channels := s.spec()
	return windows(n, sp.Data.Window, channels)
}

// windows are n windows of made-up data: waves of a length of their own in each channel, with noise from a
// formula.
func windows(n, length, channels int) datasets.Windows {
	s := datasets.Series{Rows: n + length - 1, Channels: channels,
		Values: make([]float32, (n+length-1)*channels)}
	for i := range s.Values {
		t, c := float64(i/channels), float64(i%channels)
		s.Values[i] = float32(math.Sin(t*(0.05+0.01*c)) + 0.1*math.Sin(1000*math.Sin(float64(i))))
	}
	return datasets.Slide(s, length, 1)
}
