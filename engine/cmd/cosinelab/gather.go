package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
)

// cellsMissing says that what was gathered is not all. It ends with exitMissing.
type cellsMissing struct{ error }

func (c cellsMissing) Unwrap() error { return c.error }

// gather shows what the folders of a table or a sweep hold together, and what is missing.
func (a *app) gather(f *flag.FlagSet) action {
	out := f.String("out", "", a.w.Say("cli-flag-gather-out"))
	format := f.String("format", "text", a.w.Say("cli-flag-format", strings.Join(formats, ", ")))
	return func(ctx context.Context, args []string) error {
		if len(args) == 0 {
			return usage("cli-gather-needs")
		}
		if !slices.Contains(formats, *format) {
			return usage("cli-flag-value", "-format", *format, fault.Choices(formats))
		}
		g, err := gatherFrom(args)
		if err != nil {
			return err
		}
		defer g.close()
		show, err := g.plan.results()
		if err != nil {
			return err
		}
		if *out != "" {
			if err := a.keepGathered(ctx, g, *out, show); err != nil {
				return err
			}
		}
		if err := show.print(a, a.out, *format, g.plan.Cells); err != nil {
			return err
		}
		return g.missing(printer{a.errOut, a.w})
	}
}

// gathered is what some folders hold together.
type gathered struct {
	folders []*keep.Folder
	plan    planned
	array   array // of the first folder that has one
	alike   bool  // all folders are for the same cells, which the array numbers
}

func (g *gathered) close() {
	for _, f := range g.folders {
		f.Release()
	}
}

// finished reports whether a cell is.
func (g *gathered) finished() bool {
	return slices.ContainsFunc(g.plan.Cells, func(c *cell) bool { return c.report != nil })
}

// gatherFrom reads the plans of folders, which must be of the same table or sweep, and the reports of all cells.
func gatherFrom(dirs []string) (g *gathered, err error) {
	g = &gathered{alike: true}
	defer func() {
		if err != nil {
			g.close()
		}
	}()
	for i, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, planFile)); err != nil {
			return g, told(filepath.Join(dir, planFile), err) // before a folder is made
		}
		folder, err := keep.Share(dir)
		if err != nil {
			return g, err
		}
		g.folders = append(g.folders, folder)
		var p planned
		if err := readJSON(folder, planFile, &p); err != nil {
			return g, err
		}
		if i == 0 {
			g.plan = p
			g.plan.Cells = nil
		}
		if !g.plan.sameAs(&p) {
			return g, fault.New("cli-table-of-another", folder.Path(planFile))
		}
		if err := g.add(p.Cells, i == 0); err != nil {
			return g, fault.New("cli-file-damaged", folder.Path(planFile), err)
		}
		if g.array.Count == 0 {
			if err := readJSON(folder, arrayFile, &g.array); err != nil {
				return g, err
			}
		}
	}
	for _, c := range g.plan.Cells {
		for _, folder := range g.folders {
			if c.report == nil {
				if err := c.find(folder); err != nil {
					return g, err
				}
			}
		}
	}
	return g, nil
}

// sameAs reports whether two plans are of the same table or sweep, whatever their cells.
func (p *planned) sameAs(other *planned) bool {
	if p.Kind != other.Kind || !bytes.Equal(compact(p.Sweep), compact(other.Sweep)) || (p.Base == nil) != (other.Base == nil) {
		return false
	}
	return p.Base == nil || same(*p.Base, *other.Base)
}

// add adds the cells of a plan that are not there yet. What a plan says of a cell must be what it is named by.
func (g *gathered) add(cells []*cell, first bool) error {
	there := map[string]bool{}
	for _, c := range g.plan.Cells {
		there[c.Name] = true
	}
	g.alike = g.alike && (first || len(cells) == len(there))
	for _, c := range cells {
		if c == nil {
			return fault.New("cli-plan-cell", "null")
		}
		name := c.Name
		if err := c.Spec.Validate(); err != nil {
			return fault.New("in-place", name, err)
		}
		if c.named().Name != name {
			return fault.New("cli-plan-cell", name)
		}
		if !there[name] {
			there[name] = true
			g.plan.Cells = append(g.plan.Cells, c)
			g.alike = g.alike && first
		}
	}
	return nil
}

// results is how the cells of a plan are shown.
func (p *planned) results() (results, error) {
	if p.Kind == kindSweep {
		return sweepShownOf(p.Sweep)
	}
	return tableShown{}, nil
}

// keepGathered puts everything into one folder.
func (a *app) keepGathered(ctx context.Context, g *gathered, out string, show results) (err error) {
	folder, err := keep.Share(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Release()) }()
	if err := folder.Alone(".", look, ctx.Err, func() error {
		if err := g.plan.settle(folder); err != nil {
			return err
		}
		if g.array.Count > 0 && g.alike {
			if err := writeJSON(folder, arrayFile, g.array); err != nil {
				return err
			}
		}
		for _, c := range g.plan.Cells {
			if c.report != nil && !folder.Has(c.file()) {
				if err := writeJSON(folder, c.file(), c.report); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return a.keep(ctx, folder, show, g.plan.Cells)
}

// listed is how many missing cells are named one by one.
const listed = 20

// missing names the cells that are not finished, who is at them, and what computes them.
func (g *gathered) missing(p printer) error {
	var shards []int
	n := 0
	for i, c := range g.plan.Cells {
		if c.report != nil {
			continue
		}
		if n++; n <= listed {
			g.sayMissing(c, p)
		}
		if g.array.Count > 0 && !slices.Contains(shards, i%g.array.Count) {
			shards = append(shards, i%g.array.Count)
		}
	}
	if n == 0 {
		p.line("cli-gathered", len(g.plan.Cells))
		return nil
	}
	if n > listed {
		p.line("cli-missing-more", n-listed)
	}
	switch {
	case len(shards) > 0 && g.alike:
		p.line("cli-missing-array", "sbatch --array="+g.array.numbers(shards), g.array.numbers(shards))
	default:
		p.line("cli-missing-again", g.plan.Command)
	}
	return cellsMissing{fault.New("cli-cells-missing", n, len(g.plan.Cells))}
}

// sayMissing names a cell, and who has it under way, as far as its claim knows.
func (g *gathered) sayMissing(c *cell, p printer) {
	name := p.w.Say("cli-cell", c.Set, c.What, c.Seed)
	for _, folder := range g.folders {
		if o, ok := folder.ClaimedBy(c.work()); ok {
			p.line("cli-cell-claimed", name, o.Host, o.Process)
			return
		}
	}
	p.line("cli-cell-missing", name)
}
