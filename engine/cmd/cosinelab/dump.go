package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"cosinelab/engine/experiment"
	"cosinelab/engine/plan"
)

func (a *app) dump(f *flag.FlagSet) action {
	data := a.dataFlag(f)
	steps := f.Bool("steps", false, a.w.Say("cli-flag-steps"))
	return func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return usage("cli-one-spec", "dump")
		}
		sp, err := a.readSpec(args[0])
		if err != nil {
			return err
		}
		set, err := openSet(ctx, *data, sp.Data)
		if err != nil {
			return err
		}
		prepared, err := experiment.Prepare(sp, set)
		if err != nil {
			return err
		}
		plans, err := experiment.Plans(prepared)
		if err != nil {
			return err
		}
		for _, planned := range plans {
			printer{a.out, a.w}.plan(planned, *steps)
		}
		return nil
	}
}

// plan prints what one training run computes: memory, then each procedure with its steps; every step by
// itself if asked to.
func (p printer) plan(planned experiment.Planned, steps bool) {
	who := planned.Arm
	if who == "" {
		who = p.w.Say("arm-teacher")
	}
	p.line("cli-dump-who", who, planned.Model, planned.Parameters, planned.Windows)
	all, static := planned.Plan.Arena, planned.Plan.Static
	p.line("cli-dump-memory", megabytes(all), megabytes(static), megabytes(all-static))
	t := p.grid("  "+p.w.Say("cli-procedure"), p.w.Say("cli-steps"), "MFLOP", p.w.Say("cli-operations"))
	t.right(2, 3)
	for _, q := range planned.Plan.Procs {
		t.row("  "+q.Name, fmt.Sprint(len(q.Steps)), p.w.Fixed(q.FLOP()/1e6, 3), operations(q))
	}
	t.print()
	p.blank()
	if steps {
		fmt.Fprintln(p.out, planned.Plan.Dump())
	}
}

// megabytes is the memory that floats of four bytes take.
func megabytes(floats int) float64 { return 4 * float64(floats) / 1e6 }

// operations counts the steps of a procedure by what they do, in the order of their first.
func operations(q plan.Procedure) string {
	counts := map[string]int{}
	var names []string
	for _, s := range q.Steps {
		name := s.Kind.String()
		if counts[name]++; counts[name] == 1 {
			names = append(names, name)
		}
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", counts[name], name)
	}
	return strings.Join(names, ", ")
}
