package main

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cosinelab/datasets"
	"cosinelab/datasets/keep"
	"cosinelab/engine/backend"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// filling is how a process fills its cells, beside others that do the same in the same folder.
type filling struct {
	a        *app
	ctx      context.Context
	folder   *keep.Folder
	cells    []*cell
	sets     map[string]*datasets.Set // by digest
	shared   map[*cell]map[experiment.Checkpoint]string
	side     int // cells at once
	progress *tableProgress

	mu    sync.Mutex
	begun map[*cell]bool // computed here, or finished
}

// backend is the device of one cell. Cores are divided among the cells that go on side by side: one training run
// on many cores leaves more of them idle than many on one each.
func (w *filling) backend() backend.Device {
	return cpu.New().OnCores(runtime.GOMAXPROCS(0) / max(1, w.side))
}

// device is what reports call it.
func (w *filling) device() string { return experiment.DeviceName(w.backend(), machine()) }

// run computes the cells that are not finished and waits for those that others compute. A cell that fails does
// not stop the others; the errors of all are returned together, an interruption, if there was one, beside them.
func (w *filling) run() (err, stopped error) {
	w.begun = map[*cell]bool{}
	dev := w.backend()
	var group errgroup.Group
	for range w.side {
		group.Go(func() error {
			for {
				c, claim, err := w.next()
				if err != nil || c == nil {
					return err
				}
				if err := w.compute(c, claim, dev); errors.Is(err, context.Canceled) {
					return err
				}
			}
		})
	}
	stopped = group.Wait()
	if stopped != nil && !errors.Is(stopped, context.Canceled) {
		return stopped, nil
	}
	var failed []error
	for _, c := range w.cells {
		if c.err != nil && !errors.Is(c.err, context.Canceled) {
			failed = append(failed, c.fault(c.err))
		}
	}
	return errors.Join(failed...), stopped
}

// next claims the first cell that nobody computes yet; nil once all are finished, or have failed here. As long
// as others compute the rest it waits: should they die, it takes over.
func (w *filling) next() (*cell, *keep.Claim, error) {
	for {
		c, claim, rest, err := w.tryNext()
		if err != nil || claim != nil || !rest {
			return c, claim, err
		}
		if err := wait(w.ctx); err != nil {
			return nil, nil, err
		}
	}
}

// tryNext is next without the wait: rest says that others are at what is left.
func (w *filling) tryNext() (c *cell, claim *keep.Claim, rest bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.ctx.Err(); err != nil {
		return nil, nil, false, err
	}
	for _, c := range w.cells {
		if w.begun[c] {
			continue
		}
		claim, err := w.claim(c)
		if err != nil {
			return nil, nil, false, err
		}
		switch {
		case c.report != nil:
			w.begun[c] = true
		case claim != nil:
			w.begun[c] = true
			return c, claim, false, nil
		default:
			rest = true
		}
	}
	return nil, nil, rest, nil
}

// claim claims a cell that is not finished; nil if it is, or if another process is at it.
func (w *filling) claim(c *cell) (*keep.Claim, error) {
	here := c.report != nil // before anything was begun
	if !here {
		if err := c.find(w.folder); err != nil {
			return nil, err
		}
	}
	if c.report == nil {
		claim, err := w.folder.Claim(c.work())
		if err != nil || claim == nil {
			return nil, err
		}
		if err = c.find(w.folder); err == nil && c.report == nil {
			return claim, nil
		}
		w.folder.Remove(c.work()) // its owner has just finished
		if over := claim.Release(); err == nil {
			err = over
		}
		if err != nil {
			return nil, err
		}
	}
	if !here {
		w.progress.elsewhere(c)
	}
	return nil, w.sweepUp(c)
}

// sweepUp removes what a process that was killed right after it had finished a cell has left.
func (w *filling) sweepUp(c *cell) error {
	if !w.folder.Has(c.work()) {
		return nil
	}
	claim, err := w.folder.Claim(c.work())
	if err != nil || claim == nil {
		return err
	}
	w.folder.Remove(c.work())
	return claim.Release()
}

// compute carries out a cell that was claimed.
func (w *filling) compute(c *cell, claim *keep.Claim, dev backend.Device) error {
	start := time.Now()
	prepared, err := experiment.Prepare(c.Spec, w.sets[c.Data])
	if err == nil {
		store := &cellStore{ctx: w.ctx, folder: w.folder, cell: c, shared: w.shared[c],
			claims: map[experiment.Checkpoint]*keep.Claim{}}
		err = c.run(w.ctx, prepared, dev, store, func(e spec.Event) { w.progress.event(c, e) })
	}
	if over := claim.Release(); err == nil {
		err = over
	}
	if c.err = err; err != nil {
		if !errors.Is(err, context.Canceled) {
			w.progress.failed(c, err)
		}
		return err
	}
	w.progress.finished(c, time.Since(start))
	return nil
}

// groups are the cells that are not finished, together those that differ in their seed alone.
func groups(cells []*cell) (all [][]*cell) {
	at := map[string]int{}
	for _, c := range cells {
		if c.report != nil {
			continue
		}
		sp := c.Spec
		sp.Seeds = nil
		text, _ := json.Marshal(sp) // plain data always can be written
		i, ok := at[string(text)]
		if !ok {
			i = len(all)
			at[string(text)] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], c)
	}
	return all
}

// side is how many cells can go on side by side: as many as asked for, fewer where memory is short. A cell that
// has no room at all is an error.
func (o *fillOptions) side(ctx context.Context, cells []*cell, sets map[string]*datasets.Set) (int, error) {
	side, limit := max(1, min(o.parallel, len(cells))), o.memory()
	for _, group := range groups(cells) {
		c := group[0]
		prepared, err := experiment.Prepare(c.Spec, sets[c.Data])
		if err != nil {
			continue // the cell says so itself, and the others go on
		}
		n, err := afford(ctx, prepared, side, false, limit)
		switch _, tooMuch := errors.AsType[*spec.FieldError](err); {
		case err == nil:
			side = n
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case tooMuch:
			return 0, c.fault(err)
		}
	}
	return side, nil
}

// foresee says how long the cells that are not finished will take, from steps that it measures. Trainings that
// cells share count once.
func (w *filling) foresee(must bool) error {
	all := groups(w.cells)
	p := printer{w.a.errOut, w.a.w}
	if len(all) == 0 {
		if must {
			p.line("cli-estimate-none")
		}
		return nil
	}
	clock := experiment.NewClock(w.backend())
	seconds, cells := 0.0, 0
	counted := map[string]bool{}
	for _, group := range all {
		set := w.sets[group[0].Data]
		prepared, err := experiment.Prepare(group[0].Spec, set)
		if err != nil {
			continue // the cell says so itself
		}
		cost, err := clock.Cost(w.ctx, prepared, set)
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		if err != nil {
			continue
		}
		cells += len(group)
		for _, c := range group {
			seconds += cost.Rest + w.training(c, cost, counted)
		}
	}
	took := time.Duration(seconds / float64(w.side) * float64(time.Second))
	p.line("cli-estimate", cells, p.w.Duration(took), w.side)
	return nil
}

// training is what the trainings of a cell take that were not counted with another.
func (w *filling) training(c *cell, cost experiment.Cost, counted map[string]bool) (seconds float64) {
	for training, s := range cost.Trainings {
		key, shared := w.shared[c][experiment.Checkpoint{Seed: c.Seed, Arm: training.Arm}]
		if shared && counted[key] {
			continue
		}
		if shared {
			counted[key] = true
		}
		seconds += s
	}
	return seconds
}
