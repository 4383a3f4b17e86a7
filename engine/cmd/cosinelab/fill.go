package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// fillOptions are the flags that table and sweep have in common.
type fillOptions struct {
	data        *string
	out, format string
	shard       string
	parallel    int
	estimate    bool
	memory      func() experiment.Limit
}

// fillFlags declares them.
func (a *app) fillFlags(f *flag.FlagSet, out words.Key) *fillOptions {
	o := &fillOptions{data: a.dataFlag(f), memory: a.memoryFlag(f)}
	f.StringVar(&o.out, "out", "", a.w.Say(out))
	f.StringVar(&o.format, "format", "text", a.w.Say("cli-flag-format", strings.Join(formats, ", ")))
	f.StringVar(&o.shard, "shard", "", a.w.Say("cli-flag-shard"))
	f.IntVar(&o.parallel, "parallel", runtime.GOMAXPROCS(0), a.w.Say("cli-flag-parallel"))
	f.BoolVar(&o.estimate, "estimate", false, a.w.Say("cli-flag-estimate"))
	return o
}

// check says which flag has a value that it cannot have.
func (o *fillOptions) check() error {
	if o.parallel < 1 {
		return usage("cli-flag-value", "-parallel", strconv.Itoa(o.parallel), fault.New("cli-want-at-least", 1))
	}
	if !slices.Contains(formats, o.format) {
		return usage("cli-flag-value", "-format", o.format, fault.Choices(formats))
	}
	return nil
}

// Kinds of what is filled.
const (
	kindTable = "table"
	kindSweep = "sweep"
)

// planned is what a folder is to hold when all is done. It lies there as a file, so that gather needs neither
// the flags nor the data.
type planned struct {
	Kind  string          `json:"kind"`
	Sweep json.RawMessage `json:"sweep,omitempty"` // the text of a sweep
	Base  *spec.Spec      `json:"base,omitempty"`  // of a table
	Cells []*cell         `json:"cells"`
	// Command is what filled the folder, for reports.
	Command string `json:"command,omitempty"`
}

// Files of what is planned: for people what it began with, for gather the cells.
const (
	planFile  = "plan.json"
	sweepFile = "sweep.json"
)

// maxPlan bounds the file of a plan, in bytes: ten thousand cells have a quarter of that.
const maxPlan = 1 << 28

// fill computes the cells that are not finished, as many at once as asked for, in a folder that any number of
// processes may share; show makes of finished cells what was asked for. Cells that failed leave gaps in what is
// printed; their errors come after it, and files are written only if there are none.
func (a *app) fill(ctx context.Context, o *fillOptions, p *planned, sets map[string]*datasets.Set,
	show results) (err error) {
	number, err := numberedBy(o.shard, a.getenv)
	if err != nil {
		return err
	}
	at := o.out
	if at == "" { // a folder all the same: cells go the same ways
		if at, err = os.MkdirTemp("", "cosinelab-"); err != nil {
			return told(os.TempDir(), err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(at)) }()
	}
	folder, err := keep.Share(at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Release()) }()
	var part shard
	if err := folder.Alone(".", look, ctx.Err, func() (err error) {
		if err = p.settle(folder); err == nil {
			part, err = number.shard(folder)
		}
		return err
	}); err != nil {
		return a.ended(ctx, o, nil, err)
	}
	var mine []*cell
	for i, c := range p.Cells {
		if part.has(i) {
			mine = append(mine, c)
			if err := c.find(folder); err != nil {
				return err
			}
		}
	}
	if part.count > 1 {
		printer{a.errOut, a.w}.line("cli-shard", part.index, part.count, len(mine), len(p.Cells))
	}
	w := &filling{a: a, ctx: ctx, folder: folder, cells: mine, sets: sets}
	if w.shared, err = shares(p.Cells, w.device()); err != nil {
		return err
	}
	if w.side, err = o.side(ctx, mine, sets); err != nil {
		return a.ended(ctx, o, nil, err)
	}
	if err := w.foresee(o.estimate); err != nil || o.estimate {
		return a.ended(ctx, o, nil, err)
	}
	w.progress = newTableProgress(a, mine, w.side)
	err, stopped := w.run()
	w.progress.end()
	if stopped != nil {
		return errors.Join(err, a.ended(ctx, o, w.progress, stopped))
	}
	if part.count > 1 {
		return errors.Join(err, a.closeShard(ctx, o, folder, p.Cells, mine, show))
	}
	if err == nil && o.out != "" {
		err = a.keep(ctx, folder, show, p.Cells) // before it is printed, which may fail
	}
	if cause := show.print(a, a.out, o.format, p.Cells); err == nil {
		err = cause
	}
	if failed, all := failedRuns(p.Cells); err == nil && failed > 0 {
		err = runsFailed{fault.New("cli-runs-failed", failed, all)}
	}
	return err
}

// results is how finished cells are shown.
type results interface {
	// print writes them in one of formats.
	print(a *app, w io.Writer, format string, cells []*cell) error
	// figures are files to keep beside that, by name.
	figures(a *app, cells []*cell) (map[string]func(io.Writer) error, error)
	name() string
}

// keep writes results in every format, with their figures, one process at a time.
func (a *app) keep(ctx context.Context, folder *keep.Folder, show results, cells []*cell) error {
	return folder.Alone(".", look, ctx.Err, func() error {
		for i, format := range formats {
			write := func(out io.Writer) error { return show.print(a, out, format, cells) }
			if err := folder.Write(show.name()+endings[i], write); err != nil {
				return err
			}
		}
		figures, err := show.figures(a, cells)
		for name, write := range figures {
			err = errors.Join(err, folder.Write(name, write))
		}
		return err
	})
}

// closeShard says how far a shard is. The last one to finish keeps what all have come to.
func (a *app) closeShard(ctx context.Context, o *fillOptions, folder *keep.Folder, all, mine []*cell,
	show results) error {
	done, failed := 0, 0
	for _, c := range mine {
		if c.report != nil {
			done++
			failed += c.report.FailedRuns
		}
	}
	printer{a.errOut, a.w}.line("cli-shard-done", done, len(mine), "cosinelab gather "+o.out)
	for _, c := range all {
		if c.report == nil {
			if err := c.find(folder); err != nil {
				return err
			}
		}
	}
	if o.out != "" && !slices.ContainsFunc(all, func(c *cell) bool { return c.report == nil }) {
		if err := a.keep(ctx, folder, show, all); err != nil {
			return err
		}
	}
	if failed > 0 {
		_, runs := failedRuns(mine)
		return runsFailed{fault.New("cli-runs-failed", failed, runs)}
	}
	return nil
}

// ended says, of an error that is an interruption, how many cells are done, and whether they were kept.
func (a *app) ended(ctx context.Context, o *fillOptions, p *tableProgress, err error) error {
	if err == nil || !errors.Is(err, context.Canceled) {
		return err
	}
	done := 0
	if p != nil {
		done = p.done
	}
	if o.out == "" {
		return fault.New("cli-table-interrupted-lost", done)
	}
	return interruption{fault.New("cli-table-interrupted", done)}
}

// settle makes a folder that of a plan, or checks that it holds the same: cells of different settings must not
// stand in one table. More models, sets or seeds are the same.
func (p *planned) settle(folder *keep.Folder) error {
	switch {
	case p.Base != nil && folder.Has(specFile):
		before, err := specIn(folder, specFile)
		if err != nil {
			return err
		}
		if !same(before, *p.Base) {
			return fault.New("cli-table-of-another", folder.Path(specFile))
		}
	case p.Base != nil && !folder.Has(sweepFile):
		if err := writeJSON(folder, specFile, p.Base); err != nil {
			return err
		}
	case p.Base == nil && folder.Has(sweepFile):
		before, err := textIn(folder, sweepFile)
		if err != nil {
			return err
		}
		if !bytes.Equal(compact(before), compact(p.Sweep)) {
			return fault.New("cli-table-of-another", folder.Path(sweepFile))
		}
	case p.Base == nil && !folder.Has(specFile):
		if err := folder.Write(sweepFile, func(w io.Writer) error {
			_, err := w.Write(p.Sweep)
			return err
		}); err != nil {
			return err
		}
	default:
		return fault.New("cli-table-of-another", folder.Path("."))
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if f, err := openIn(folder, planFile); err == nil && f != nil {
		before, err := io.ReadAll(io.LimitReader(f, maxPlan))
		if f.Close(); err == nil && bytes.Equal(before, text) {
			return nil
		}
	}
	return folder.Write(planFile, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// compact is a JSON text without spaces; a text that is no JSON stays as it is.
func compact(text []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return text
	}
	return b.Bytes()
}

// same reports whether two specs are written the same.
func same(a, b spec.Spec) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// textIn reads a text that is no longer than that of a spec from a folder.
func textIn(folder *keep.Folder, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := spec.Read(f)
	return text, told(folder.Path(name), err)
}

// readJSON reads a file of a folder into v, and leaves v as it is if there is none.
func readJSON(folder *keep.Folder, name string, v any) error {
	f, err := openIn(folder, name)
	if f == nil {
		return err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, maxPlan)).Decode(v); err != nil {
		return fault.New("cli-file-damaged", folder.Path(name), fmt.Sprint(err))
	}
	return nil
}

// failedRuns counts the runs of finished cells that have no scores, and all.
func failedRuns(cells []*cell) (failed, all int) {
	for _, c := range cells {
		if c.report != nil {
			failed += c.report.FailedRuns
			all += c.report.RunCount()
		}
	}
	return failed, all
}
