// Package portable compiles plans to kernels in Go, which a device may replace by faster ones.
package portable

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"

	"cosinelab/engine/backend"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

var _ backend.Device = (*Device)(nil)

// Device compiles plans for the processor. Each of its programs has memory of its own.
type Device struct {
	name    string
	workers int // goroutines that share a step, at least one
	vectors Vectors
	kernel  Kernel // nil = none
}

// Vectors are inner loops in the vector instructions of a processor. Where one is zero, it is written in Go.
type Vectors struct {
	Tile  Tile
	Pairs Pairs
}

// Pairs let vectors*Lanes features of one channel meet those of all channels, whose q lie stride floats
// apart. p, q and y lie as op.Influence has them. Influence writes y; Gradient adds to dp and dq; Weights
// adds to eight sums for each channel, which lie side by side.
type Pairs struct {
	Lanes     int // features in a vector; 0 = there are no such loops
	Influence func(p, q, weights, y *float32, channels, vectors, stride int)
	Gradient  func(p, q, weights, dy, dp, dq *float32, channels, vectors, stride int)
	Weights   func(p, q, dy, sums *float32, channels, vectors, stride int)
}

// New returns a device that uses every core, as GOMAXPROCS counts them. What k makes, if it is not nil, goes
// before the kernels of this package, v into them.
func New(name string, v Vectors, k Kernel) *Device {
	if v.Tile.Run == nil {
		v.Tile = plain
	}
	return &Device{name: name, workers: runtime.GOMAXPROCS(0), vectors: v, kernel: k}
}

// OnCores returns a device that uses at most so many cores, at least one: where several programs run side by
// side.
func (d *Device) OnCores(n int) *Device {
	with := *d
	with.workers = max(1, min(n, d.workers))
	return &with
}

// Kernel makes what runs a step over the arena of its program, which stays where it is. It returns nil for a
// step that it leaves to this package. It may keep the slice and addresses into it. What it returns runs in
// the goroutine that called Run.
type Kernel func(arena []float32, s plan.Step) func()

// Name is that which New was given.
func (d *Device) Name() string { return d.name }

// Supports reports whether there is a kernel; views and sources need none.
func (d *Device) Supports(k op.Kind) bool {
	return k >= 0 && k < op.Count && (kernels[k] != nil || k.IsView() || k.IsSource())
}

// maxFloats is the largest arena: all that an int can address, in WebAssembly the 4 GB of its memory less
// what the program itself needs. Such a plan is refused rather than left to fail in the runtime, which would
// end the process.
func maxFloats() int {
	if runtime.GOARCH == "wasm" {
		return 3 << 28
	}
	return math.MaxInt / 8
}

// Compile resolves every step of the plan to a function over an arena of its own. It fails if a step has no
// kernel or the arena does not fit in memory.
func (d *Device) Compile(p *plan.Plan) (backend.Program, error) {
	if p.Arena > maxFloats() {
		return nil, fmt.Errorf("%s: compile: the plan needs %d floats, %d fit in memory", d.name, p.Arena,
			maxFloats())
	}
	// Tasks hold slices of the arena, so it is made before them; scratch only once they have said how much
	// they need.
	c := newCompiler(p.Arena, d)
	prog := &program{name: d.name, plan: p, arena: c.arena, procs: make([][]stretch, len(p.Procs))}
	for i, q := range p.Procs {
		var tasks []task
		for j, s := range q.Steps {
			if !d.Supports(s.Kind) || kernels[s.Kind] == nil {
				return nil, fmt.Errorf("%s: compile: %s step %d (%v %s): %w", d.name, q.Name, j, s.Kind,
					s.Label,
					backend.ErrUnsupported)
			}
			tasks = append(tasks, d.task(c, s))
		}
		prog.procs[i] = stretches(q.Steps, tasks)
	}
	c.allocate()
	for _, s := range p.Slots {
		if s.Class == plan.ClassConst {
			copy(prog.arena[s.Offset:], s.Value())
		}
	}
	return prog, nil
}

// task finds the kernel of a step. The device's own kernels go first.
func (d *Device) task(c *compiler, s plan.Step) task {
	if d.kernel != nil {
		if t := d.kernel(c.arena, s); t != nil {
			return t
		}
	}
	return kernels[s.Kind](c, s)
}

// program is a plan with its memory and one task for each step.
type program struct {
	name   string
	plan   *plan.Plan
	arena  []float32 // nil once closed
	procs  [][]stretch
	closed bool
}

// stretch is steps that follow one another and together take some tens of microseconds at most, or a single
// step: nobody need look up in between. Small models have a hundred steps that take as long as looking at the
// context and the clock.
type stretch []task

// stretchWork bounds a stretch, in floating-point operations.
const stretchWork = 1 << 20

// stretches cuts the steps of a procedure.
func stretches(steps []plan.Step, tasks []task) (all []stretch) {
	from, work := 0, 0.0
	for i, s := range steps {
		one := workOf(s)
		if work += one; i > from && work > stretchWork {
			all = append(all, tasks[from:i])
			from, work = i, one
		}
	}
	return append(all, tasks[from:])
}

// errClosed is wrapped by every call after Close.
var errClosed = errors.New("the program is closed")

// Write refuses constants, which the plan fixes, and results, which only steps may make.
func (p *program) Write(s plan.Slot, values []float32) error {
	dst, err := p.slot(s, len(values))
	if err != nil {
		return fmt.Errorf("%s: write: %w", p.name, err)
	}
	if c := p.plan.Slots[s].Class; c == plan.ClassConst || c == plan.ClassResult {
		return fmt.Errorf("%s: write: %v slot %q cannot be written", p.name, c, p.plan.Slots[s].Name)
	}
	copy(dst, values)
	return nil
}

// Read copies any slot, whatever its class.
func (p *program) Read(s plan.Slot, dst []float32) error {
	src, err := p.slot(s, len(dst))
	if err != nil {
		return fmt.Errorf("%s: read: %w", p.name, err)
	}
	copy(dst, src)
	return nil
}

// ReadLater reads at once: whatever was asked for has run.
func (p *program) ReadLater(slots []plan.Slot, dst [][]float32) func() error {
	var err error
	for i, s := range slots {
		if err == nil {
			err = p.Read(s, dst[i])
		}
	}
	return func() error { return err }
}

// slot is the memory of a slot, which must hold n floats.
func (p *program) slot(s plan.Slot, n int) ([]float32, error) {
	if p.closed {
		return nil, errClosed
	}
	if s < 0 || int(s) >= len(p.plan.Slots) {
		return nil, fmt.Errorf("slot %d of %d", s, len(p.plan.Slots))
	}
	info := p.plan.Slots[s]
	if want := info.Shape.Len(); n != want {
		return nil, fmt.Errorf("%v slot %q: %d values, want %d", info.Class, info.Name, n, want)
	}
	return p.arena[info.Offset : info.Offset+n], nil
}

// workOf is about how many operations of a product a step takes as long as. What is no product takes some dozens for
// each number that it reads or makes.
func workOf(s plan.Step) float64 {
	const perFloat = 32
	most := s.Out.Shape.Len()
	for _, r := range s.In {
		most = max(most, r.Shape.Len())
	}
	return s.FLOP() + perFloat*float64(most)
}

// Run looks at the context before every stretch of steps and once after the last.
func (p *program) Run(ctx context.Context, proc int, yield func()) error {
	if p.closed {
		return fmt.Errorf("%s: run: %w", p.name, errClosed)
	}
	if proc < 0 || proc >= len(p.procs) {
		return fmt.Errorf("%s: run: procedure %d of %d", p.name, proc, len(p.procs))
	}
	for _, s := range p.procs[proc] {
		// A step is never interrupted: every result is whole or not there yet.
		if yield != nil {
			yield()
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, t := range s {
			t()
		}
	}
	return ctx.Err()
}

// Close drops the arena and every task that holds it.
func (p *program) Close() error {
	if p.closed {
		return fmt.Errorf("%s: close: %w", p.name, errClosed)
	}
	*p = program{name: p.name, closed: true}
	return nil
}
