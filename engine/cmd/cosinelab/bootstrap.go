package main

import (
	"context"
	"flag"
	"strconv"

	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// bootstrapFlag declares the flag -bootstrap of commands that have reports.
func (a *app) bootstrapFlag(f *flag.FlagSet) *int {
	return f.Int("bootstrap", 0, a.w.Say("cli-flag-bootstrap"))
}

// checkDraws wants as many draws as there may be.
func checkDraws(n int) error {
	if n < 0 || n > spec.MaxDraws {
		return usage("cli-flag-value", "-bootstrap", strconv.Itoa(n), fault.New("want-up-to", spec.MaxDraws))
	}
	return nil
}

// resample puts intervals over the data into a report that has its scores.
func (a *app) resample(ctx context.Context, r *spec.Report, draws int) (err error) {
	p := newProgress(a)
	defer p.end()
	show, done := p.measured("cli-resampling"), 0
	r.OverData, err = experiment.OverData(ctx, *r, draws, func() {
		show(done, draws)
		done++
	})
	return err
}
