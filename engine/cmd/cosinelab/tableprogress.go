package main

import (
	"slices"
	"sync"
	"time"

	"cosinelab/engine/spec"
)

// tableProgress shows how far a table is: a line a cell, and on a terminal bars for the table and each cell
// under way. Cells call it from goroutines of their own; mu guards what follows it.
type tableProgress struct {
	mu       sync.Mutex
	p        *progress
	cells    []*cell
	parallel int
	done     int            // cells with a report
	ended    map[*cell]bool // with a report or an error; those fields of a cell belong to what runs it
	took     map[*cell]time.Duration
	began    map[*cell]time.Time
}

// newTableProgress counts the cells that were finished before, and says how many.
func newTableProgress(a *app, cells []*cell, parallel int) *tableProgress {
	t := &tableProgress{p: newProgress(a), cells: cells, parallel: parallel, ended: map[*cell]bool{},
		took: map[*cell]time.Duration{}, began: map[*cell]time.Time{}}
	for _, c := range cells {
		if c.report != nil {
			t.ended[c] = true
			t.done++
		}
	}
	if t.done > 0 {
		t.p.line(t.p.w.Say("cli-cells-there", t.done, len(cells)))
	}
	return t
}

// event shows what a cell is doing.
func (t *tableProgress) event(c *cell, e spec.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.began[c]; !ok {
		t.began[c] = time.Now()
	}
	w, name := t.p.w, t.name(c)
	doing := name + ", " + t.p.who(e.Arm) + ", "
	switch r := e.Finished; {
	case r != nil && r.Failed != nil:
		t.p.line(w.Say("cli-cell-run-failed", name, t.p.who(e.Arm), r.Failed))
	case r != nil && r.Epochs != nil:
		m := c.Spec.JudgedBy()
		headline := m.Short + " " + w.Points(float64(r.Of(m.Name).Value))
		t.p.line(w.Say("cli-cell-run-done", name, t.p.who(e.Arm), r.Seconds, headline))
	case e.Measured > 0:
		t.p.show(name, e.Measured, doing+w.Say("cli-measuring"))
	case e.Steps > 0:
		t.p.show(name, float64(e.Step)/float64(e.Steps), doing+w.Say("cli-step", e.Step, e.Steps))
	}
	t.p.show("", float64(t.done)/float64(len(t.cells)), w.Say("cli-cells", t.done, len(t.cells))+t.left())
}

// name is that of a cell in words.
func (t *tableProgress) name(c *cell) string { return t.p.w.Say("cli-cell", c.Set, c.What, c.Seed) }

// finished notes a cell that has its report.
func (t *tableProgress) finished(c *cell, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	t.ended[c] = true
	t.took[c] = took
	t.p.done(t.name(c))
	t.p.line(t.p.w.Say("cli-cell-done", t.done, len(t.cells), t.name(c), t.p.w.Duration(took)) + t.left())
}

// elsewhere notes a cell that another process has finished.
func (t *tableProgress) elsewhere(c *cell) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	t.ended[c] = true
	t.p.line(t.p.w.Say("cli-cell-elsewhere", t.done, len(t.cells), t.name(c)))
}

// failed notes a cell that has none. It says little of how long others will take, so that its time is not
// kept.
func (t *tableProgress) failed(c *cell, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended[c] = true
	t.p.done(t.name(c))
	t.p.line(t.p.w.Say("in-place", t.name(c), err))
}

func (t *tableProgress) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.p.end()
}

// left estimates the time until the table from what cells like those to come took; nothing before the first
// is done.
func (t *tableProgress) left() string {
	if len(t.took) == 0 {
		return ""
	}
	var sum time.Duration
	for _, c := range t.cells {
		if t.ended[c] {
			continue
		}
		need := t.expected(c)
		if at, ok := t.began[c]; ok {
			need = max(0, need-time.Since(at))
		}
		sum += need
	}
	return ", " + t.p.w.Say("status-left", t.p.w.Duration(sum/time.Duration(t.parallel)))
}

// expected is the mean over the finished cells that are most like c: same set and model, or same model, or
// all; 0 before the first.
func (t *tableProgress) expected(c *cell) time.Duration {
	for _, like := range []func(*cell) bool{
		func(d *cell) bool { return d.Set == c.Set && d.What == c.What },
		func(d *cell) bool { return d.What == c.What },
		func(d *cell) bool { return true },
	} {
		sum, n := time.Duration(0), 0
		for d, took := range t.took {
			if like(d) {
				sum, n = sum+took, n+1
			}
		}
		if n > 0 {
			return sum / time.Duration(n)
		}
	}
	return 0
}

// setsOf lists the sets of cells, in order.
func setsOf(cells []*cell) (ids []string) {
	for _, c := range cells {
		if !slices.Contains(ids, c.Set) {
			ids = append(ids, c.Set)
		}
	}
	return ids
}
