package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

func (a *app) spec(*flag.FlagSet) action {
	return func(_ context.Context, args []string) error {
		switch {
		case len(args) == 0:
			text, err := specWriter{a.w, &strings.Builder{}}.text(spec.Default())
			if err == nil {
				_, err = io.WriteString(a.out, text)
			}
			return err
		case args[0] == "check" && len(args) > 1:
			return a.checkSpecs(args[1:])
		}
		return usage("cli-spec-needs")
	}
}

// checkSpecs says of each file that it is valid, or everything that is wrong with it.
func (a *app) checkSpecs(files []string) error {
	wrong, bad := 0, 0
	for _, file := range files {
		text, err := a.readAll(file)
		if err != nil {
			fmt.Fprintln(a.errOut, a.w.Error(err))
			wrong, bad = wrong+1, bad+1
			continue
		}
		problems := spec.Check(withoutComments(text))
		for _, err := range problems {
			fmt.Fprintln(a.errOut, a.w.Say("in-place", file, err))
		}
		if wrong += len(problems); len(problems) > 0 {
			bad++
		} else {
			fmt.Fprintln(a.out, a.w.Say("cli-spec-valid", file))
		}
	}
	if wrong > 0 {
		return fault.New("cli-spec-wrong", wrong, bad, len(files))
	}
	return nil
}
