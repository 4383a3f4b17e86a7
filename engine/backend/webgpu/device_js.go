package webgpu

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"
	"time"
	"unsafe"

	"cosinelab/engine/backend"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

var _ backend.Device = (*Device)(nil)

// Device is one adapter of this browser. What one of its programs does wrong ends all of them.
type Device struct {
	self    js.Value
	adapter string
	limits  Limits
}

// Open asks the browser for an adapter. It fails with ErrUnavailable where there is none. It must not be called
// from a callback of the browser, like everything here that waits.
func Open() (*Device, error) {
	glue := js.Global().Get("webgpu")
	if glue.IsUndefined() {
		return nil, fmt.Errorf("webgpu: the page has not loaded webgpu.js: %w", ErrUnavailable)
	}
	self, err := await(glue.Call("open"))
	if err != nil {
		return nil, fmt.Errorf("webgpu: open: %w", err)
	}
	l := self.Get("limits")
	return &Device{self: self, adapter: l.Get("adapter").String(),
		limits: Limits{BindingBytes: l.Get("bindingBytes").Int(), Groups: l.Get("groups").Int()}}, nil
}

// Name is that of the package.
func (d *Device) Name() string { return Name }

// Adapter is what the browser calls the GPU.
func (d *Device) Adapter() string { return d.adapter }

// Limit bounds what plans may use further, as if the adapter allowed no more.
func (d *Device) Limit(l Limits) {
	d.limits = Limits{min(d.limits.BindingBytes, l.BindingBytes), min(d.limits.Groups, l.Groups)}
}

// Patience sets how long a GPU may take to answer until it counts as gone: a minute unless this was called.
func (d *Device) Patience(t time.Duration) { d.self.Set("patience", t.Milliseconds()) }

// Close gives the GPU up: every program fails with ErrLost from now on.
func (d *Device) Close() { d.self.Call("end") }

// Supports reports whether there is a kernel; views and sources need none.
func (d *Device) Supports(k op.Kind) bool { return Supports(k) }

// Compile renders the plan and waits until the browser has compiled its kernels.
func (d *Device) Compile(p *plan.Plan) (backend.Program, error) {
	list, err := Render(p, d.limits)
	if err != nil {
		return nil, err
	}
	self, err := await(d.self.Call("program", d.parts(list)))
	if err != nil {
		return nil, fmt.Errorf("webgpu: compile: %w", err)
	}
	prog := &program{plan: p, self: self}
	for _, s := range p.Slots {
		if s.Class == plan.ClassConst {
			prog.put(s.Offset, s.Value())
		}
	}
	return prog, nil
}

// parts is a listing as webgpu.js takes it.
func (d *Device) parts(list *Listing) js.Value {
	var calls, ends []uint32
	for _, q := range list.Procs {
		for _, c := range q {
			calls = append(calls, uint32(c.Kernel), uint32(c.Groups[0]), uint32(c.Groups[1]))
		}
		ends = append(ends, uint32(len(calls)/3))
	}
	kernels := make([]any, len(list.Kernels))
	for i, text := range list.Kernels {
		kernels[i] = text
	}
	words := func(x []uint32) js.Value { return js.Global().Get("Uint32Array").New(bytesToJS(x).Get("buffer")) }
	return js.ValueOf(map[string]any{"kernels": kernels, "calls": words(calls), "ends": words(ends),
		"floats": list.Floats, "params": bytesToJS(list.Params)})
}

// program is a plan on the GPU.
type program struct {
	plan   *plan.Plan
	self   js.Value
	closed bool
	// What the arena held from float read.lo on when nothing had changed since; empty after every change.
	read struct {
		lo     int
		values []float32
	}
}

// errClosed is wrapped by every call after Close.
var errClosed = errors.New("the program is closed")

// Write refuses constants, which the plan fixes, and results, which only steps may make.
func (p *program) Write(s plan.Slot, values []float32) error {
	info, err := p.slot(s, len(values))
	if err == nil && (info.Class == plan.ClassConst || info.Class == plan.ClassResult) {
		err = fmt.Errorf("%v slot %q cannot be written", info.Class, info.Name)
	}
	if err != nil {
		return fmt.Errorf("webgpu: write: %w", err)
	}
	p.put(info.Offset, values)
	return nil
}

// put leaves values in the arena before the next procedure runs.
func (p *program) put(offset int, values []float32) {
	p.read.values = nil
	p.self.Call("write", 4*offset, bytesToJS(values))
}

// slot is what the plan knows of a slot, which must have n values.
func (p *program) slot(s plan.Slot, n int) (plan.SlotInfo, error) {
	switch {
	case p.closed:
		return plan.SlotInfo{}, errClosed
	case s < 0 || int(s) >= len(p.plan.Slots):
		return plan.SlotInfo{}, fmt.Errorf("slot %d of %d", s, len(p.plan.Slots))
	}
	info := p.plan.Slots[s]
	if want := info.Shape.Len(); n != want {
		return info, fmt.Errorf("%v slot %q: %d values, want %d", info.Class, info.Name, n, want)
	}
	return info, nil
}

// stretch is how many floats are brought here at once, if there are as many: it takes as long to ask for one.
const stretch = 1 << 16

// Read waits until everything has run that came before. It brings neighbours along, as whoever reads one result
// mostly reads others.
func (p *program) Read(s plan.Slot, dst []float32) error {
	info, err := p.slot(s, len(dst))
	if err != nil {
		return fmt.Errorf("webgpu: read: %w", err)
	}
	from := info.Offset - p.read.lo
	if from < 0 || from+len(dst) > len(p.read.values) {
		if err := p.fetch(info.Offset, info.Offset+len(dst)); err != nil {
			return fmt.Errorf("webgpu: read: %v slot %q: %w", info.Class, info.Name, err)
		}
		from = info.Offset - p.read.lo
	}
	copy(dst, p.read.values[from:])
	return nil
}

// ReadLater copies the slots with all between them when that is their turn on the GPU; meanwhile more can be
// asked for. Results of one procedure lie side by side.
func (p *program) ReadLater(slots []plan.Slot, dst [][]float32) func() error {
	infos, lo, hi := make([]plan.SlotInfo, len(slots)), p.plan.Static, 0
	for i, s := range slots {
		var err error
		if infos[i], err = p.slot(s, len(dst[i])); err != nil {
			return func() error { return fmt.Errorf("webgpu: read: %w", err) }
		}
		lo, hi = min(lo, infos[i].Offset), max(hi, infos[i].Offset+len(dst[i]))
	}
	there := settle(p.self.Call("read", 4*lo, 4*(hi-lo)))
	return func() error {
		o := <-there
		if o.err != nil {
			return fmt.Errorf("webgpu: read: %w", o.err)
		}
		values := make([]float32, hi-lo)
		js.CopyBytesToGo(asBytes(values), o.value)
		for i, info := range infos {
			copy(dst[i], values[info.Offset-lo:])
		}
		return nil
	}
}

// fetch brings the floats from lo up to hi here, and those of the slots around that lie in the same stretch.
func (p *program) fetch(lo, hi int) error {
	lo -= lo % stretch
	hi = min((hi+stretch-1)/stretch*stretch, p.plan.Static)
	bytes, err := await(p.self.Call("read", 4*lo, 4*(hi-lo)))
	if err != nil {
		return err
	}
	values := make([]float32, hi-lo)
	js.CopyBytesToGo(asBytes(values), bytes)
	p.read.lo, p.read.values = lo, values
	return nil
}

// Run submits the procedure and returns before it is over, unless too much is under way already. What goes wrong
// on the GPU is the error of a later call. It looks at the context before and after.
func (p *program) Run(ctx context.Context, proc int, yield func()) error {
	if p.closed {
		return fmt.Errorf("webgpu: run: %w", errClosed)
	}
	if proc < 0 || proc >= len(p.plan.Procs) {
		return fmt.Errorf("webgpu: run: procedure %d of %d", proc, len(p.plan.Procs))
	}
	if yield != nil {
		yield()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	p.read.values = nil
	if wait := p.self.Call("run", proc); !wait.IsNull() {
		if _, err := await(wait); err != nil {
			return fmt.Errorf("webgpu: run: %w", err)
		}
	}
	return ctx.Err()
}

// Close frees the GPU's memory.
func (p *program) Close() error {
	if p.closed {
		return fmt.Errorf("webgpu: close: %w", errClosed)
	}
	p.closed, p.read.values = true, nil
	p.self.Call("close")
	return nil
}

// asBytes is the memory of numbers of four bytes.
func asBytes[T float32 | uint32](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// bytesToJS copies numbers to a Uint8Array.
func bytesToJS[T float32 | uint32](x []T) js.Value {
	bytes := js.Global().Get("Uint8Array").New(4 * len(x))
	js.CopyBytesToJS(bytes, asBytes(x))
	return bytes
}

// outcome is what became of a promise.
type outcome struct {
	value js.Value
	err   error
}

// settle hands over what becomes of a promise, whether anybody waits for that or not.
func settle(promise js.Value) <-chan outcome {
	settled := make(chan outcome, 1)
	var kept, broken js.Func
	end := func(o outcome) any {
		kept.Release()
		broken.Release()
		settled <- o
		return nil
	}
	kept = js.FuncOf(func(_ js.Value, args []js.Value) any { return end(outcome{value: args[0]}) })
	broken = js.FuncOf(func(_ js.Value, args []js.Value) any { return end(outcome{err: faultOf(args[0])}) })
	promise.Call("then", kept, broken)
	return settled
}

// await blocks its goroutine until a promise settles; the event loop runs meanwhile.
func await(promise js.Value) (js.Value, error) {
	o := <-settle(promise)
	return o.value, o.err
}

// faultOf reads an error of webgpu.js.
func faultOf(why js.Value) error {
	kinds := map[string]error{"unavailable": ErrUnavailable, "lost": ErrLost, "memory": ErrMemory,
		"silent": ErrSilent}
	kind, ok := kinds[why.Get("kind").String()]
	if !ok {
		kind = ErrInvalid
	}
	return fmt.Errorf("%s: %w", why.Get("message").String(), kind)
}
