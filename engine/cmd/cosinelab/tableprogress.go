package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// tableProgress shows how far a table is: a line a cell, and on a terminal a last line with the trainings under way.
type tableProgress struct {
	mu       sync.Mutex
	p        *progress
	cells    []*cell
	parallel int
	done     int            // cells with a report
	ended    map[*cell]bool // with a report or an error; those fields of a cell belong to what runs it
	took     map[*cell]time.Duration
	began    map[*cell]time.Time
	state    map[*cell]string
}

func newTableProgress(a *app, cells []*cell, parallel int) *tableProgress {
	t := &tableProgress{p: newProgress(a), cells: cells, parallel: parallel, ended: map[*cell]bool{},
		took: map[*cell]time.Duration{}, began: map[*cell]time.Time{}, state: map[*cell]string{}}
	for _, c := range cells {
		if c.report != nil {
			t.ended[c] = true
			t.done++
		}
	}
	if t.done > 0 {
		t.p.line(fmt.Sprintf("%d of %d cells are there already", t.done, len(cells)))
	}
	return t
}

// event notes what a cell is doing.
func (t *tableProgress) event(c *cell, e spec.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.began[c]; !ok {
		t.began[c] = time.Now()
	}
	who := e.Arm
	if who == "" {
		who = "teacher"
	}
	t.state[c] = fmt.Sprintf("%s/%s/%d %s %d of %d", c.set, c.model, c.seed, who, e.Step, e.Steps)
	if e.Measured > 0 {
		t.state[c] = fmt.Sprintf("%s/%s/%d %s %.0f %% measured", c.set, c.model, c.seed, who, 100*e.Measured)
	}
	if r := e.Finished; r != nil && r.Failed != nil {
		t.p.line(fmt.Sprintf("%s: %s failed: %s", c, who, words.English().Error(r.Failed)))
	} else if r != nil && r.Epochs != nil {
		t.p.line(fmt.Sprintf("%s: %s trained in %.0f s, average precision %s", c, who, r.Seconds, points(r.Of(spec.Headline).Value)))
	}
	if t.p.bar && (e.Steps > 0 || e.Measured > 0) && time.Since(t.p.drawn) > redraw {
		t.p.show(fmt.Sprintf("[%d/%d] %s%s", t.done, len(t.cells), strings.Join(t.states(), " | "), t.left()))
	}
}

// states are those of the cells under way, in their order.
func (t *tableProgress) states() (texts []string) {
	for _, c := range t.cells {
		if s, ok := t.state[c]; ok {
			texts = append(texts, s)
		}
	}
	return texts
}

func (t *tableProgress) finished(c *cell, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	t.ended[c] = true
	t.took[c] = took
	delete(t.state, c)
	t.p.line(fmt.Sprintf("[%d/%d] %s: done in %s%s", t.done, len(t.cells), c, took.Round(time.Second), t.left()))
}

func (t *tableProgress) failed(c *cell, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended[c] = true
	delete(t.state, c)
	t.p.line(fmt.Sprintf("%s: %v", c, err))
}

func (t *tableProgress) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.p.end()
}

// left estimates the time until the table from what cells like those to come took; nothing before the first is done.
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
	return ", about " + (sum / time.Duration(t.parallel)).Round(time.Second).String() + " left"
}

// expected is the mean over the finished cells that are most like c: same set and model, or same model, or all.
func (t *tableProgress) expected(c *cell) time.Duration {
	for _, like := range []func(*cell) bool{
		func(d *cell) bool { return d.set == c.set && d.model == c.model },
		func(d *cell) bool { return d.model == c.model },
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
		if !slices.Contains(ids, c.set) {
			ids = append(ids, c.set)
		}
	}
	return ids
}
