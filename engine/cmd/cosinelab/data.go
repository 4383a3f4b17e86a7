package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/disk"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

func (a *app) data(f *flag.FlagSet) action {
	folder := a.dataFlag(f)
	seed := f.Uint64("seed", 1, a.w.Say("cli-flag-data-seed"))
	asJSON := f.Bool("json", false, a.w.Say("cli-flag-controls-json"))
	label := f.String("label", "", a.w.Say("cli-flag-data-label"))
	return func(ctx context.Context, args []string) error {
		switch {
		case len(args) == 1 && args[0] == "list":
			return printer{a.out, a.w}.dataList(ctx, *folder)
		case len(args) == 2 && (args[0] == "describe" || args[0] == "controls"):
			set, err := openSet(ctx, *folder, spec.Data{Source: args[1], Seed: *seed, Label: *label})
			if err != nil {
				return err
			}
			if args[0] == "controls" {
				return a.controls(ctx, set, *asJSON)
			}
			printer{a.out, a.w}.describe(set)
			return nil
		}
		return usage("cli-data-needs")
	}
}

// dataList lists what is built in, and what the folder holds and what in it was passed over, or which sets a
// folder may hold.
func (p printer) dataList(ctx context.Context, folder string) error {
	t := p.grid()
	for _, s := range datasets.All {
		if s.Group() == datasets.GroupBuiltin {
			t.row(s.ID, s.Title)
		}
	}
	if folder == "" {
		for _, s := range datasets.All {
			if s.Group() == datasets.GroupBenchmark {
				t.row(s.ID, p.w.Say("cli-data-elsewhere", s.Title))
			}
		}
		t.print()
		return nil
	}
	inv, err := disk.Survey(ctx, disk.At(folder))
	if err != nil {
		return err
	}
	entries, err := datasets.List(ctx, inv)
	if err != nil {
		return err
	}
	for _, e := range entries {
		text := e.Title
		if e.Test > 0 {
			text += ": " + p.w.Say("source-size", e.Channels, e.Train, e.Test)
		}
		t.row(datasets.Visible(e.ID), text)
	}
	t.print()
	for _, passed := range inv.Passed {
		p.line("data-passed", datasets.Visible(passed.Path), passed.Fault)
	}
	return nil
}

// describe prints what a set holds, channel by channel.
func (p printer) describe(set *datasets.Set) {
	fmt.Fprintf(p.out, "%s (%s)\n", set.Title, datasets.Visible(set.Name))
	fmt.Fprintln(p.out, p.origin(set))
	p.line("source-size", set.Train.Channels, set.Train.Rows, set.Test.Rows)
	if set.Filled > 0 {
		p.line("series-filled", set.Filled, set.FillRule)
	}
	if len(set.Dropped) > 0 {
		p.line("series-dropped", len(set.Dropped), p.dropped(set.Dropped))
	}
	if set.Blank > 0 {
		p.line("series-blank", set.Blank)
	}
	p.labels(set)
	p.blank()
	p.channels(set)
}

// origin says where a set comes from and what may be done with it.
func (p printer) origin(set *datasets.Set) string {
	switch datasets.GroupOf(set.Name) {
	case datasets.GroupBuiltin:
		return p.w.Say("set-generated")
	case datasets.GroupFile:
		return p.w.Say("set-own")
	}
	return p.w.Say("set-from", set.Source, set.Licence)
}

// dropped names the first columns that are not used.
func (p printer) dropped(columns []datasets.Dropped) string {
	const most = 5
	var names []string
	for _, c := range columns[:min(len(columns), most)] {
		names = append(names, p.w.Say("series-dropped-one", c.Name, c.Why))
	}
	if len(columns) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

func (p printer) labels(set *datasets.Set) {
	if set.Labels == nil {
		p.line("cli-data-no-labels")
		return
	}
	n := 0
	for _, l := range set.Labels {
		n += int(l)
	}
	percent := 100 * float64(n) / float64(len(set.Labels))
	p.line("cli-data-anomalous", n, percent, len(metrics.Segments(set.Labels)))
}

func (p printer) channels(set *datasets.Set) {
	scale := datasets.FitScaler(set.Train)
	t := p.grid(p.w.Say("cli-channel"), p.w.Say("cli-name"), p.w.Say("cli-train-mean"),
		p.w.Say("cli-deviation"),
		p.w.Say("cli-train-range"), p.w.Say("cli-test-range")).right(1, 3, 4)
	for c, name := range set.Channels {
		t.row(fmt.Sprint(c), name, digits(scale.Mean[c], 4), digits(deviation(set.Train, scale, c), 4),
			p.extent(set.Train, c), p.extent(set.Test, c))
	}
	t.print()
}

// deviation is 0 for a channel that never changes, which the scaler divides by 1.
func deviation(s datasets.Series, k datasets.Scaler, c int) float64 {
	for t := range s.Rows {
		if s.Row(t)[c] != s.Row(0)[c] {
			return k.Scale[c]
		}
	}
	return 0
}

func (p printer) extent(s datasets.Series, c int) string {
	if s.Rows == 0 {
		return p.w.Say("cli-empty")
	}
	lo, hi := s.Row(0)[c], s.Row(0)[c]
	for t := range s.Rows {
		lo, hi = min(lo, s.Row(t)[c]), max(hi, s.Row(t)[c])
	}
	return p.w.Say("cli-range", digits(float64(lo), 4), digits(float64(hi), 4))
}
