package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/bench"
	"cosinelab/engine/bench/timing"
)

func (a *app) bench(ctx context.Context, args []string) error {
	f := a.flags("bench")
	name := f.String("device", defaultDevice, "the device to time, see cosinelab devices")
	only := f.String("only", "", "training `STEPS` and products to time, separated by commas, as in T,512x512x512; products = all of them; empty = everything")
	runs := f.Int("runs", 30, "runs of each training step")
	asJSON := f.Bool("json", false, "print JSON instead of a table")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *runs < 1 {
		return fmt.Errorf("%w: bench takes flags only, and at least one run", errUsage)
	}
	// Workers of one core each, so that two of them are compared with one.
	dev, others, err := openWorkers(*name, runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	o := bench.Options{Runs: *runs, Workers: others[:min(1, len(others))], Roofline: cpu.Roofline}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	if !*asJSON {
		fmt.Fprintln(a.out, timing.Head)
		o.Done = func(l timing.Line) { fmt.Fprintln(a.out, l.Row()) }
	}
	lines, err := bench.Run(ctx, dev, o)
	if err != nil || !*asJSON {
		return err
	}
	out := json.NewEncoder(a.out)
	out.SetIndent("", "  ")
	return out.Encode(timing.Report{Machine: runtime.GOOS + "/" + runtime.GOARCH, Device: dev.Name(), Cores: runtime.NumCPU(), Lines: lines})
}
