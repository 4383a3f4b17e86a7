package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"runtime/pprof"
	"runtime/trace"

	"cosinelab/datasets/keep"
)

// profiled adds the flags that ask for a profile or a trace of the command's own work, and records it around
// act.
func (a *app) profiled(f *flag.FlagSet, act action) action {
	cpuFile := f.String("cpuprofile", "", a.w.Say("cli-flag-cpuprofile"))
	traceFile := f.String("trace", "", a.w.Say("cli-flag-trace"))
	return func(ctx context.Context, args []string) error {
		do := func() error { return act(ctx, args) }
		if *traceFile != "" {
			do = recorded(*traceFile, trace.Start, trace.Stop, do)
		}
		if *cpuFile != "" {
			do = recorded(*cpuFile, pprof.StartCPUProfile, pprof.StopCPUProfile, do)
		}
		return do()
	}
}

// recorded is do with a record of it in a file, which is written even if do fails: a slow failure is worth a
// look, too.
func recorded(file string, start func(io.Writer) error, stop func(), do func() error) func() error {
	return func() error {
		var failed error
		err := keep.Write(file, func(w io.Writer) error {
			if err := start(w); err != nil {
				return err
			}
			defer stop()
			failed = do()
			return nil
		})
		return errors.Join(failed, err)
	}
}
