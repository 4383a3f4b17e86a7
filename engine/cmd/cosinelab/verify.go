package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/golden"
)

// verify compares a device with files of golden vectors. It goes through all files before it fails.
func (a *app) verify(f *flag.FlagSet) action {
	name := a.deviceFlag(f)
	return func(ctx context.Context, files []string) error {
		if len(files) == 0 {
			return usage("cli-verify-needs")
		}
		dev, err := openDevice(*name)
		if err != nil {
			return err
		}
		p := printer{a.out, a.w}
		wrong, unread := 0, 0
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := p.verify(file, dev)
			if err != nil {
				p.line("cli-not-verified", file, err)
				unread++
			}
			wrong += n
		}
		if wrong+unread > 0 {
			return fault.New("cli-beyond-tolerance", wrong, unread, len(files))
		}
		return nil
	}
}

// verify prints a row for every quantity of a file and returns how many are beyond their tolerance.
func (p printer) verify(file string, dev backend.Device) (wrong int, err error) {
	f, err := openFile(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	// One byte more than there may be, so that a file that is too long shows.
	text, err := io.ReadAll(io.LimitReader(f, golden.MaxFile+1))
	if err != nil {
		return 0, told(file, err)
	}
	r, err := golden.Verify(text, dev)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(p.out, "%s: %s\n", file, r.What)
	t := p.grid("  "+p.w.Say("cli-quantity"), p.w.Say("cli-largest-error"), p.w.Say("cli-tolerance"),
		"", p.w.Say("cli-in-tensor")).right(2, 3)
	for _, c := range r.Checks {
		verdict := p.w.Say("cli-ok")
		if !c.OK() {
			verdict = p.w.Say("cli-beyond")
			wrong++
		}
		t.row("  "+c.Name, digits(c.Error, 2), digits(c.Limit, 2), verdict, c.At)
	}
	t.print()
	return wrong, nil
}
