package main

import (
	"context"
	"errors"
	"flag"
	"reflect"
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

// tableOptions are the flags of the table command.
type tableOptions struct {
	data            *string
	sets, models    string
	seeds           int
	size            string
	score, policy   string
	spec            string
	epochs          int
	warm, smoothing int
	out, format     string
	parallel        int
	memory          func() experiment.Limit
}

// Sizes of models in a table.
const (
	sizeLab  = "lab"
	sizeFull = "full"
)

func (a *app) table(f *flag.FlagSet) action {
	o := &tableOptions{data: a.dataFlag(f), memory: a.memoryFlag(f)}
	for _, x := range []struct {
		value         *string
		name, initial string
		about         words.Key
	}{
		{&o.sets, "sets", "builtin/server", "cli-flag-sets"},
		{&o.size, "size", sizeLab, "cli-flag-size"},
		{&o.score, "score", "", "cli-flag-score"},
		{&o.policy, "threshold", "", "cli-flag-table-threshold"},
		{&o.spec, "spec", "", "cli-flag-spec"},
		{&o.out, "out", "", "cli-flag-table-out"},
	} {
		f.StringVar(x.value, x.name, x.initial, a.w.Say(x.about))
	}
	f.StringVar(&o.models, "models", "all", a.w.Say("cli-flag-models", strings.Join(modelNames(), ", ")))
	f.StringVar(&o.format, "format", "text", a.w.Say("cli-flag-format", strings.Join(formats, ", ")))
	for _, x := range []struct {
		value   *int
		name    string
		initial int
		about   words.Key
	}{
		{&o.seeds, "seeds", 8, "cli-flag-seeds"},
		{&o.warm, "warm", 0, "cli-flag-warm"},
		{&o.smoothing, "smoothing", 0, "cli-flag-smoothing"},
		{&o.epochs, "epochs", 0, "cli-flag-epochs"},
		{&o.parallel, "parallel", runtime.GOMAXPROCS(0), "cli-flag-parallel"},
	} {
		f.IntVar(x.value, x.name, x.initial, a.w.Say(x.about))
	}
	return func(ctx context.Context, args []string) error {
		if err := o.check(args); err != nil {
			return err
		}
		return a.fill(ctx, o)
	}
}

// check says which flag has a value that it cannot have, before any set is opened.
func (o *tableOptions) check(args []string) error {
	if len(args) > 0 {
		return usage("cli-flags-only", "table")
	}
	for _, x := range []struct {
		name        string
		value, from int
	}{{"-seeds", o.seeds, 1}, {"-parallel", o.parallel, 1}, {"-epochs", o.epochs, 0}, {"-warm", o.warm, 0},
		{"-smoothing", o.smoothing, 0}} {
		if x.value < x.from {
			return usage("cli-flag-value", x.name, strconv.Itoa(x.value),
				fault.New("cli-want-at-least", x.from))
		}
	}
	if sizes := []string{sizeLab, sizeFull}; !slices.Contains(sizes, o.size) {
		return usage("cli-flag-value", "-size", o.size, fault.Choices(sizes))
	}
	if !slices.Contains(formats, o.format) {
		return usage("cli-flag-value", "-format", o.format, fault.Choices(formats))
	}
	return nil
}

// fill carries out the experiments of a table, keeps and prints it. Cells that failed leave gaps in what is
// printed; their errors come after it, and the files of the table are written only if there are none.
func (a *app) fill(ctx context.Context, o *tableOptions) (err error) {
	base, err := o.base(a)
	if err != nil {
		return err
	}
	cells, sets, err := o.plan(ctx, base)
	if err != nil {
		return err
	}
	var folder *keep.Folder
	if o.out != "" {
		if folder, err = keep.Hold(o.out, foldersOf(cells)...); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, folder.Release()) }()
		if err := claim(folder, base, cells); err != nil {
			return err
		}
	}
	if o.parallel, err = o.side(ctx, cells, sets); err != nil {
		return err
	}
	progress := newTableProgress(a, cells, o.parallel)
	err, stopped := runCells(ctx, cells, sets, o.parallel, progress)
	progress.end()
	if stopped != nil {
		return errors.Join(err, o.interrupted(progress))
	}
	rows := tabulate(cells)
	if err == nil && folder != nil {
		err = writeTables(folder, a.w, rows) // before it is printed, which may fail
	}
	if cause := (printer{a.out, a.w}).table(o.format, rows); err == nil {
		err = cause
	}
	if failed, all := failedRuns(cells); err == nil && failed > 0 {
		err = runsFailed{fault.New("cli-runs-failed", failed, all)}
	}
	return err
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

func modelNames() (names []string) {
	for k := range spec.Each(spec.ModelCount) {
		names = append(names, k.String())
	}
	return names
}

// base is what all cells have in common: the table's own spec, or that of -spec, with what other flags change
// in it.
func (o tableOptions) base(a *app) (spec.Spec, error) {
	sp := tableSpec(o.size)
	if o.spec != "" {
		var err error
		if sp, err = a.readSpec(o.spec); err != nil {
			return sp, err
		}
	}
	if o.score != "" {
		if err := sp.Detect.Score.UnmarshalText([]byte(o.score)); err != nil {
			return sp, fault.New("in-place", "-score", err)
		}
	}
	if o.warm > 0 {
		sp.Detect.Warm = o.warm
	}
	if o.smoothing > 0 {
		sp.Detect.Smoothing = o.smoothing
	}
	if o.epochs > 0 {
		sp.Train.Epochs = o.epochs
	}
	if o.policy != "" {
		percent := sp.Detect.Threshold.Percent
		sp.Detect.Threshold = spec.Threshold{}
		if err := sp.Detect.Threshold.Policy.UnmarshalText([]byte(o.policy)); err != nil {
			return sp, fault.New("in-place", "-threshold", err)
		}
		if spec.Policies[sp.Detect.Threshold.Policy].Reads(spec.ParamPercent) {
			sp.Detect.Threshold.Percent = percent
		}
	}
	return sp, nil
}

// tableSpec is the experiment behind a cell: the default arms, each model's own score. The full size trains
// as the Anomaly Transformer's authors do, on windows that do not overlap.
func tableSpec(size string) spec.Spec {
	s := spec.Default()
	// A spec has a source; each cell has its own instead.
	s.Data = spec.Data{Source: "builtin/server", Scaling: spec.ScalingStandard, Window: 100, Stride: 50}
	s.Train = spec.Train{Rate: 1e-3, Schedule: spec.RateConstant, Epochs: 5, Batch: 32, Clip: 1,
		Validation: 0.2,
		Patience:   3}
	s.Detect.Score = spec.ScoreModel
	s.Detect.Threshold = spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 99}
	if size == sizeFull {
		s.Data.Stride = 100
		s.Train.Rate, s.Train.Epochs = 1e-4, 10
		s.Teacher.Model = spec.ModelTransformer.Full()
	}
	return s
}

// side is how many cells can go on side by side: as many as asked for, fewer where memory is short. A cell that
// has no room at all is an error.
func (o tableOptions) side(ctx context.Context, cells []*cell, sets map[string]*datasets.Set) (int, error) {
	side, limit := min(o.parallel, len(byTeacher(cells))), o.memory()
	for _, c := range cells {
		if c.report != nil {
			continue
		}
		prepared, err := experiment.Prepare(c.spec, sets[c.set])
		if err != nil {
			continue // the cell says so itself, and the others go on
		}
		n, err := afford(ctx, prepared, side, false, limit)
		switch _, tooMuch := errors.AsType[*spec.FieldError](err); {
		case err == nil:
			side = n
		case tooMuch || ctx.Err() != nil:
			return 0, c.fault(err)
		}
	}
	return side, nil
}

// claim makes a folder that of a table, or checks that it holds cells of the same one: cells of different
// settings must not stand in one table. The cells then know what of them is finished.
func claim(folder *keep.Folder, base spec.Spec, cells []*cell) error {
	if !folder.Has(specFile) {
		if err := writeJSON(folder, specFile, base); err != nil {
			return err
		}
	} else if before, err := specIn(folder, specFile); err != nil {
		return err
	} else if !reflect.DeepEqual(before, base) {
		return fault.New("cli-table-of-another", folder.Path(specFile))
	}
	for _, c := range cells {
		c.kept = folder
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

// plan lists the cells, and opens the sets.
func (o tableOptions) plan(ctx context.Context, base spec.Spec) ([]*cell, map[string]*datasets.Set, error) {
	names := strings.Split(o.models, ",")
	if o.models == "all" {
		names = modelNames()
	}
	ids := strings.Split(o.sets, ",")
	for _, list := range [][]string{names, folders(ids)} { // two cells in one folder would mix
		for i, name := range list {
			if slices.Contains(list[:i], name) {
				return nil, nil, usage("cli-table-twice", name)
			}
		}
	}
	sets := map[string]*datasets.Set{}
	var cells []*cell
	for _, id := range ids {
		sp := base
		sp.Data.Source = id
		if datasets.GroupOf(id) == datasets.GroupBuiltin {
			sp.Data.Seed = 1
		}
		if strings.HasPrefix(id, "smd") && sp.Detect.Threshold.Percent == 99 && o.spec == "" {
			sp.Detect.Threshold.Percent = 99.5 // as in the Anomaly Transformer's paper
		}
		set, err := openSet(ctx, *o.data, sp.Data)
		if err != nil {
			return nil, nil, err
		}
		sets[id] = set
		digest := set.Digest().String()
		for seed := range o.seeds {
			for _, name := range names {
				c := &cell{set: id, title: set.Title, model: name, seed: uint64(seed + 1), data: digest}
				c.spec = sp
				c.spec.Seeds = []uint64{c.seed}
				if c.spec.Student, err = o.student(base, name); err != nil {
					return nil, nil, c.fault(err)
				}
				// It cannot be scored warm: it is scored cold instead, and its rows say so.
				//
				if !c.spec.Student.Causal() {
					c.spec.Detect.Warm = 0
				}
				if err := c.spec.Validate(); err != nil {
					return nil, nil, c.fault(err)
				}
				cells = append(cells, c)
			}
		}
	}
	return cells, sets, nil
}

// student is a model in the size of the table; that of the spec, if it is one, keeps its own size.
func (o tableOptions) student(base spec.Spec, name string) (spec.Model, error) {
	var kind spec.ModelKind
	err := kind.UnmarshalText([]byte(name))
	switch {
	case o.spec != "" && base.Student.Kind == kind:
		return base.Student, err
	case o.size == sizeFull:
		return kind.Full(), err
	}
	return spec.Model{Kind: kind}, err
}

// interrupted says how many cells are done, and whether they were kept.
func (o tableOptions) interrupted(p *tableProgress) error {
	if o.out == "" {
		return fault.New("cli-table-interrupted-lost", p.done)
	}
	return fault.New("cli-table-interrupted", p.done)
}
