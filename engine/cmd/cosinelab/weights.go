package main

import (
	"context"
	"flag"
	"os"

	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
)

// weights lists the tensors that the teacher of a spec takes, and says whether a file holds them.
func (a *app) weights(f *flag.FlagSet) action {
	data := a.dataFlag(f)
	channels := f.Int("channels", 0, a.w.Say("cli-flag-channel-count"))
	asJSON := f.Bool("json", false, a.w.Say("cli-flag-weights-json"))
	return func(ctx context.Context, args []string) error {
		if len(args) < 1 || len(args) > 2 || *channels < 0 {
			return usage("cli-weights-needs")
		}
		sp, err := a.readSpec(args[0])
		if err != nil {
			return err
		}
		n := *channels
		if n == 0 {
			set, err := openSet(ctx, *data, sp.Data)
			if err != nil {
				return err
			}
			prepared, err := experiment.PrepareData(sp.Data, set)
			if err != nil {
				return err
			}
			n = len(prepared.Summary.Channels)
			sp.Data = prepared.Spec.Data
		}
		expected, err := experiment.Expects(sp, n)
		if err != nil {
			return err
		}
		p := printer{a.out, a.w}
		if len(args) == 2 {
			return a.fits(p, args[1], func(file string) ([]*fault.Fault, error) {
				in, err := os.Open(file)
				if err != nil {
					return nil, told(file, err)
				}
				defer in.Close()
				values, err := experiment.ReadWeights(in)
				if err != nil {
					return nil, fault.New("in-place", file, err)
				}
				return experiment.Misfits(sp, n, values)
			})
		}
		if *asJSON {
			return p.json(expected)
		}
		t := p.grid(p.w.Say("cli-tensor"), p.w.Say("cli-shape"))
		for _, e := range expected {
			t.row(e.Name, e.Shape.String())
		}
		t.print()
		return nil
	}
}

// fits says whether a file fits, and what of it does not.
func (a *app) fits(p printer, file string, misfits func(string) ([]*fault.Fault, error)) error {
	wrong, err := misfits(file)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		p.line("cli-weights-fit", file)
		return nil
	}
	for _, w := range wrong {
		p.line("cli-weights-wrong", w)
	}
	return fault.New("weights-misfit", file, len(wrong))
}
