package main

import (
	"context"
	"flag"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// dataActions are what the data command takes first.
var dataActions = []string{"list", "describe", "check", "controls"}

func (a *app) data(f *flag.FlagSet) action {
	o := a.readingFlags(f)
	f.BoolVar(&o.json, "json", false, a.w.Say("cli-flag-data-json"))
	return func(ctx context.Context, args []string) error {
		switch {
		case len(args) == 1 && args[0] == "list":
			return printer{a.out, a.w}.dataList(ctx, o.folder)
		case len(args) >= 2 && (args[0] == "describe" || args[0] == "check"):
			return a.describeData(ctx, *o, args[1:], args[0] == "check")
		case len(args) == 2 && args[0] == "controls":
			return a.dataControls(ctx, *o, args[1])
		case len(args) == 1 && !slices.Contains(dataActions, args[0]) && strings.ContainsAny(args[0], "./"):
			return usage("cli-unknown-command-like", args[0], "data describe "+args[0])
		}
		return usage("cli-data-needs")
	}
}

// describeData prints what a set holds, with what was decided about it; check fails if anything is in doubt.
func (a *app) describeData(ctx context.Context, o readingOptions, sources []string, check bool) error {
	set, err := o.open(ctx, sources...)
	if err != nil {
		return err
	}
	p := printer{a.out, a.w}
	if o.json {
		err = p.json(descriptionOf(set, a.w))
	} else {
		p.describe(set, o)
	}
	if doubts := doubts(set.Findings); err == nil && check && doubts > 0 {
		return fault.New("cli-data-doubts", doubts)
	}
	return err
}

// dataControls prints what needs no training reaches on a set.
func (a *app) dataControls(ctx context.Context, o readingOptions, source string) error {
	set, err := o.open(ctx, source)
	if err != nil {
		return err
	}
	return a.controls(ctx, set, o.json)
}

// doubts is the number of findings that a person should look at.
func doubts(findings []found.Finding) (n int) {
	for _, f := range findings {
		if f.Doubt {
			n++
		}
	}
	return n
}

// dataList lists what is built in, and what the folder holds and what in it was passed over, or which sets a
// folder may hold.
func (p printer) dataList(ctx context.Context, folder string) error {
	t := p.grid()
	for _, s := range datasets.All {
		if s.Group() == datasets.GroupBuiltin {
			t.row(s.ID, p.w.TitleOf(s.ID, s.Title))
		}
	}
	if folder == "" {
		for _, s := range datasets.All {
			if s.Group() == datasets.GroupBenchmark {
				key := words.Key("cli-data-elsewhere")
				if s.Asked {
					key = "cli-data-asked"
				}
				t.row(s.ID, p.w.Say(key, s.Title, s.Origin))
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
		t.row(table.Visible(e.ID), text)
	}
	t.print()
	for _, passed := range inv.Passed {
		p.line("data-passed", table.Visible(passed.Path), passed.Fault)
	}
	return nil
}
