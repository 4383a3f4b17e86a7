package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"cosinelab/datasets"
	"cosinelab/engine/backend"
	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
	"cosinelab/engine/train"
)

// Options says how long to measure.
type Options struct {
	Runs int // of each training step
	// Roofline measures for a time how many multiply-adds this machine can do at most, in GFLOP/s; nil = not known. It is
	// called between all other measurements, for as long as those take: what else runs on the machine slows down both.
	Roofline func(time.Duration) float64
	// Only names the training steps to time; products stands for all products. Empty = everything.
	Only []string
	// Done is called after every line; nil = not.
	Done func(Line)
}

// Line is one thing that was timed.
type Line struct {
	Group string  `json:"group"` // product, training step, scoring
	Name  string  `json:"name"`
	About string  `json:"about,omitempty"`
	FLOP  float64 `json:"flop"` // of the products in it
	Times         // of one product, one training step, one window
	// Median and 10th percentile of the roofline measured in between, in GFLOP/s; 0 = not known.
	Roofline     float64 `json:"roofline_gflops,omitempty"`
	RooflineBest float64 `json:"roofline_best_gflops,omitempty"`
}

// Times are milliseconds over all runs.
type Times struct {
	Median float64 `json:"median_ms"`
	P10    float64 `json:"p10_ms"` // the 10th percentile
	Runs   int     `json:"runs"`
}

// GFLOPS is the speed of the median.
func (l Line) GFLOPS() float64 { return l.FLOP / l.Median / 1e6 }

// Share is GFLOPS as a part of the roofline; NaN if that is not known.
func (l Line) Share() float64 {
	if l.Roofline == 0 {
		return math.NaN()
	}
	return l.GFLOPS() / l.Roofline
}

// BestShare compares the 10th percentiles of both, which other programs on the machine disturb least.
func (l Line) BestShare() float64 {
	if l.Roofline == 0 {
		return math.NaN()
	}
	return l.FLOP / l.P10 / 1e6 / l.RooflineBest
}

// products lists the sizes of products: rows, inner extent, columns.
var products = [][3]int{{64, 64, 64}, {256, 256, 256}, {512, 512, 512}, {1600, 64, 64}, {1600, 512, 512}}

// Run times products, training steps and scoring on the device.
func Run(ctx context.Context, dev backend.Device, o Options) ([]Line, error) {
	for _, name := range o.Only {
		if name != "products" && !slices.ContainsFunc(Steps, func(s Step) bool { return s.Name == name }) {
			return nil, fmt.Errorf("there is no training step %q", name)
		}
	}
	var lines []Line
	add := func(l Line, err error) error {
		if err != nil {
			return err
		}
		lines = append(lines, l)
		if o.Done != nil {
			o.Done(l)
		}
		return nil
	}
	if len(o.Only) == 0 || slices.Contains(o.Only, "products") {
		for _, p := range products {
			if err := add(o.product(ctx, dev, p[0], p[1], p[2])); err != nil {
				return lines, err
			}
		}
	}
	for _, s := range Steps {
		if len(o.Only) > 0 && !slices.Contains(o.Only, s.Name) {
			continue
		}
		if err := o.step(ctx, dev, s, add); err != nil {
			return lines, fmt.Errorf("step %s: %w", s.Name, err)
		}
	}
	return lines, nil
}

// clock collects runs, with the roofline in between.
type clock struct {
	roofline   func(time.Duration) float64
	ms, speeds []float64
	perRun     int // what one run counts for
}

// longest bounds a measurement of the roofline.
const longest = 100 * time.Millisecond

// add notes a run that took d.
func (c *clock) add(d time.Duration) {
	if c.roofline != nil {
		c.speeds = append(c.speeds, c.roofline(min(d, longest)))
	}
	c.ms = append(c.ms, d.Seconds()*1000/float64(c.perRun))
}

func (c *clock) line(group, name, about string, flop float64) Line {
	l := Line{Group: group, Name: name, About: about, FLOP: flop,
		Times: Times{Median: quantile(c.ms, 0.5), P10: quantile(c.ms, 0.1), Runs: len(c.ms)}}
	if len(c.speeds) > 0 {
		l.Roofline, l.RooflineBest = quantile(c.speeds, 0.5), quantile(c.speeds, 0.9)
	}
	return l
}

// quantile is the value below which the share q of x lies.
func quantile(x []float64, q float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[int(math.Round(q*float64(len(x)-1)))]
}

// product times x y, repeated so that a run takes some milliseconds.
func (o Options) product(ctx context.Context, dev backend.Device, m, k, n int) (Line, error) {
	var result *graph.Node
	g, err := graph.Build(func(g *graph.Graph) { result = graph.MatMul(g.Input("x", m, k), g.Input("y", k, n), 1) })
	if err != nil {
		return Line{}, err
	}
	p, err := plan.Build(g, plan.Options{}, plan.Proc{Name: "product", Results: []plan.Result{{Name: "xy", Node: result}}})
	if err != nil {
		return Line{}, err
	}
	program, err := dev.Compile(p)
	if err != nil {
		return Line{}, err
	}
	defer program.Close()
	// Memory that was never written is one page of zeros under many addresses, which caches take badly.
	for name, size := range map[string]int{"x": m * k, "y": k * n} {
		slot, _ := p.Slot(plan.ClassInput, name)
		if err := program.Write(slot, windows(size/Channels + 1).Series.Values[:size]); err != nil {
			return Line{}, err
		}
	}
	flop := 2 * float64(m*k*n)
	c := clock{roofline: o.Roofline, perRun: int(max(1, 2e8/flop))}
	for i := range 23 {
		start := time.Now()
		for range c.perRun {
			if err := program.Run(ctx, 0); err != nil {
				return Line{}, err
			}
		}
		if i > 2 {
			c.add(time.Since(start))
		}
	}
	return c.line("product", fmt.Sprintf("%dx%dx%d", m, k, n), "", flop), nil
}

// witness remembers the plan that a device compiles.
type witness struct {
	backend.Device
	plan *plan.Plan
}

func (w *witness) Compile(p *plan.Plan) (backend.Program, error) {
	w.plan = p
	return w.Device.Compile(p)
}

// flop counts the products in one run of a procedure.
func (w *witness) flop(name string) float64 {
	total := 0.0
	i, _ := w.plan.Proc(name)
	for _, s := range w.plan.Procs[i].Steps {
		total += flop(s)
	}
	return total
}

// perWindow is flop for one window of the micro-batch.
func (w *witness) perWindow(name string) float64 {
	slot, _ := w.plan.Slot(plan.ClassInput, "x")
	return w.flop(name) / float64(w.plan.Slots[slot].Shape[0])
}

// flop counts the multiplications and additions of a product.
func flop(s plan.Step) float64 {
	switch s.Kind {
	case op.MatMul, op.MatMulAdd, op.MatMulGelu:
		return 2 * float64(s.Out.Shape.Len()*s.In[0].Shape[len(s.In[0].Shape)-1])
	}
	return 0
}

// errEnough ends a training when enough steps were timed.
var errEnough = errors.New("enough")

// step times a training step, and scoring with the same model.
func (o Options) step(ctx context.Context, dev backend.Device, s Step, add func(Line, error) error) error {
	p, err := s.Problem()
	if err != nil {
		return err
	}
	w := &witness{Device: dev}
	t, err := train.New(w, p, clip, 1)
	if err != nil {
		return err
	}
	defer t.Close()
	c := clock{roofline: o.Roofline, perRun: 1}
	const warm = 2
	spec := experiment.Train{Rate: 1e-4, Schedule: "constant", Epochs: 1, Batch: Batch, Clip: clip}
	_, err = t.Fit(ctx, windows(Batch*(o.Runs+warm+1)), detect.Windows{}, train.Options{Train: spec, Epochs: 1, Lambda: func(int) float64 { return 1 },
		OnStep: func(i train.StepInfo) {
			if i.Step > warm {
				c.add(time.Duration(i.Seconds * float64(time.Second)))
			}
		},
		Gate: func(context.Context) error {
			if len(c.ms) == o.Runs {
				return errEnough
			}
			return nil
		}})
	if !errors.Is(err, errEnough) {
		return errors.Join(err, errors.New("training ended early"))
	}
	if err := add(c.line("training step", s.Name, s.About, w.perWindow("gradient")*Batch), nil); err != nil || !s.Scored {
		return err
	}
	return add(o.score(ctx, t, s, w.perWindow("forward")))
}

// score times the forward pass of many windows.
func (o Options) score(ctx context.Context, t *train.Trainer, s Step, flop float64) (Line, error) {
	c := clock{roofline: o.Roofline, perRun: Batch}
	for i := range o.Runs + 1 {
		start := time.Now()
		if err := t.Forward(ctx, windows(Batch), func(int, [][]float32) error { return nil }); err != nil {
			return Line{}, err
		}
		if i > 0 {
			c.add(time.Since(start))
		}
	}
	return c.line("scoring", s.Name, "one window", flop), nil
}

// windows are n windows of made-up data.
func windows(n int) detect.Windows {
	s := datasets.Series{Rows: n + Length - 1, Channels: Channels, Values: make([]float32, (n+Length-1)*Channels)}
	for i := range s.Values {
		t, c := float64(i/Channels), float64(i%Channels)
		s.Values[i] = float32(math.Sin(t*(0.05+0.01*c)) + 0.1*math.Sin(1000*math.Sin(float64(i))))
	}
	return detect.Slide(s, Length, 1)
}
