package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// spec prints the default spec or a preset with comments, to be changed and run, lists presets, or checks files.
func (a *app) spec(f *flag.FlagSet) action {
	data := a.dataFlag(f)
	presets := f.Bool("presets", false, a.w.Say("cli-flag-presets"))
	return func(ctx context.Context, args []string) error {
		switch {
		case *presets && len(args) == 0:
			for _, p := range spec.Presets {
				title := a.w.Say(words.Key(p.WordKey()))
				fmt.Fprintf(a.out, "%-12s %s\n%13s%s\n", p.Name, title, "", a.w.Say(words.Key(p.WordKey()+"-about")))
			}
			return nil
		case len(args) == 0:
			return a.printSpec(spec.Default())
		case len(args) == 1 && args[0] != "check":
			if p, ok := spec.PresetOf(args[0]); ok {
				return a.printSpec(p.Spec())
			}
		case args[0] == "check" && len(args) > 1:
			return a.checkSpecs(ctx, args[1:], *data)
		}
		return usage("cli-spec-needs")
	}
}

func (a *app) printSpec(sp spec.Spec) error {
	text, err := specWriter{a.w, &strings.Builder{}}.text(sp)
	if err == nil {
		_, err = io.WriteString(a.out, text)
	}
	return err
}

// checkSpecs says of each file that it is valid, and what the experiment takes where its data are at hand, or
// everything that is wrong with it. A file that cannot be read does not keep the others from being checked.
func (a *app) checkSpecs(ctx context.Context, files []string, data string) error {
	wrong, bad := 0, 0
	for _, file := range files {
		text, err := a.readAll(file)
		if err != nil {
			fmt.Fprintln(a.errOut, a.w.Error(err))
			wrong, bad = wrong+1, bad+1
			continue
		}
		problems := spec.Check(withoutComments(text))
		if len(problems) > 0 && !beginsSpec(file) {
			problems = []error{fault.New("cli-is-data", "cosinelab run default -file "+file)}
		}
		var need *experiment.Need
		if len(problems) == 0 {
			if need, err = takes(ctx, text, data); err != nil {
				problems = []error{err}
			}
		}
		for _, err := range problems {
			fmt.Fprintln(a.errOut, a.w.Say("in-place", file, err))
		}
		if wrong += len(problems); len(problems) > 0 {
			bad++
		} else {
			fmt.Fprintln(a.out, a.w.Say("cli-spec-valid", file))
		}
		if need != nil {
			printer{a.out, a.w}.need(*need)
		}
	}
	if wrong > 0 {
		return fault.New("cli-spec-wrong", wrong, bad, len(files))
	}
	return nil
}

// takes is what the experiment of a valid spec takes; nil if its data are not built in, and no folder is given.
func takes(ctx context.Context, text []byte, data string) (*experiment.Need, error) {
	sp, err := spec.Parse(withoutComments(text))
	if err != nil {
		return nil, err
	}
	if data == "" && datasets.GroupOf(sp.Data.Source) != datasets.GroupBuiltin {
		return nil, nil
	}
	set, err := openSet(ctx, data, sp.Data)
	if err != nil {
		return nil, err
	}
	prepared, err := experiment.Prepare(sp, set)
	if err != nil {
		return nil, err
	}
	need, err := experiment.Estimate(prepared, false, ctx.Err)
	return &need, err
}
