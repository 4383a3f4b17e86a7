package main

import (
	"context"
	"flag"
	"io"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// tableOptions are the flags of the table command.
type tableOptions struct {
	*fillOptions
	sets, models    string
	seeds           int
	size            string
	score, policy   string
	spec            string
	epochs          int
	warm, smoothing int
}

// Sizes of models in a table.
const (
	sizeLab   = "lab"
	sizeFull  = "full"
	sizeShort = "paper-short"
)

var sizes = []string{sizeLab, sizeFull, sizeShort}

// Sets of a table unless it names some: the built-in one, or those of the papers.
const (
	labSets   = "builtin/server"
	paperSets = "msl,psm,smd"
)

func (a *app) table(f *flag.FlagSet) action {
	o := &tableOptions{fillOptions: a.fillFlags(f, "cli-flag-table-out")}
	for _, x := range []struct {
		value         *string
		name, initial string
		about         words.Key
	}{
		{&o.sets, "sets", "", "cli-flag-sets"},
		{&o.size, "size", sizeLab, "cli-flag-size"},
		{&o.score, "score", "", "cli-flag-score"},
		{&o.policy, "threshold", "", "cli-flag-table-threshold"},
		{&o.spec, "spec", "", "cli-flag-spec"},
	} {
		f.StringVar(x.value, x.name, x.initial, a.w.Say(x.about))
	}
	f.StringVar(&o.models, "models", "all", a.w.Say("cli-flag-models", strings.Join(modelNames(), ", ")))
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
	} {
		f.IntVar(x.value, x.name, x.initial, a.w.Say(x.about))
	}
	return func(ctx context.Context, args []string) error {
		if err := o.check(args); err != nil {
			return err
		}
		base, err := o.base(a)
		if err != nil {
			return err
		}
		cells, sets, err := o.plan(ctx, base)
		if err != nil {
			return err
		}
		p := &planned{Kind: kindTable, Base: &base, Cells: cells, Command: commandOf("table", f)}
		return a.fill(ctx, o.fillOptions, p, sets, tableShown{})
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
	}{{"-seeds", o.seeds, 1}, {"-epochs", o.epochs, 0}, {"-warm", o.warm, 0}, {"-smoothing", o.smoothing, 0}} {
		if x.value < x.from {
			return usage("cli-flag-value", x.name, strconv.Itoa(x.value),
				fault.New("cli-want-at-least", x.from))
		}
	}
	if !slices.Contains(sizes, o.size) {
		return usage("cli-flag-value", "-size", o.size, fault.Choices(sizes))
	}
	if o.sets == "" {
		if o.sets = labSets; o.size != sizeLab {
			o.sets = paperSets
		}
	}
	return o.fillOptions.check()
}

// commandOf is the command line that has the flags set that are, without what says where and how it runs.
func commandOf(name string, f *flag.FlagSet, args ...string) string {
	text := "cosinelab " + name
	for _, arg := range args {
		text += " " + arg
	}
	f.Visit(func(x *flag.Flag) {
		if slices.Contains([]string{"sets", "models", "seeds", "size", "score", "threshold", "spec", "epochs", "warm",
			"smoothing", "data"}, x.Name) {
			text += " -" + x.Name + " " + x.Value.String()
		}
	})
	return text
}

// tableShown shows cells as the paper's table.
type tableShown struct{}

func (tableShown) name() string { return "table" }

func (tableShown) print(a *app, w io.Writer, format string, cells []*cell) error {
	return printer{w, a.w}.table(format, tabulate(cells))
}

func (tableShown) figures(*app, []*cell) (map[string]func(io.Writer) error, error) { return nil, nil }

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
	if size != sizeLab {
		s.Data.Stride = 100
		s.Train.Rate, s.Train.Epochs = 1e-4, 10
		s.Teacher.Model = spec.ModelTransformer.Full()
	}
	if size == sizeShort {
		s.Data.Stride *= 10 // every tenth window
	}
	return s
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
		digest := set.Digest().String()
		sets[digest] = set
		// Seeds vary fastest: cells that go on side by side then have teachers of their own, for which none waits.
		for _, name := range names {
			for seed := range o.seeds {
				c := &cell{Set: id, Title: set.Title, What: name, Seed: uint64(seed + 1), Data: digest}
				c.Spec = sp
				c.Spec.Seeds = []uint64{c.Seed}
				if c.Spec.Student, err = o.student(base, name); err != nil {
					return nil, nil, c.fault(err)
				}
				// It cannot be scored warm: it is scored cold instead, and its rows say so.
				if !c.Spec.Student.Causal() {
					c.Spec.Detect.Warm = 0
				}
				if err := c.Spec.Validate(); err != nil {
					return nil, nil, c.fault(err)
				}
				cells = append(cells, c.named())
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
	case o.size != sizeLab:
		return kind.Full(), err
	}
	return spec.Model{Kind: kind}, err
}
