package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"runtime/pprof"
	"runtime/trace"
)

// profiled adds the flags that ask for files about the command's own work, and writes them around it.
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

// recorded is do with a record of it in a file, which is there even if do fails.
func recorded(file string, start func(io.Writer) error, stop func(), do func() error) func() error {
	return func() error {
		var failed error
		err := writeFile(file, func(w io.Writer) error {
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
