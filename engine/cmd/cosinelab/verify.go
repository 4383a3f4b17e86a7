package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"cosinelab/engine/backend"
	"cosinelab/engine/golden"
)

func (a *app) verify(_ context.Context, args []string) error {
	f := a.flags("verify")
	name := f.String("device", defaultDevice, "the device to check, see cosinelab devices")
	files, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%w: verify takes golden files", errUsage)
	}
	dev, err := openDevice(*name)
	if err != nil {
		return err
	}
	wrong, unread := 0, 0
	for _, file := range files {
		n, err := a.verifyFile(file, dev)
		if err != nil {
			fmt.Fprintf(a.out, "%s: not verified: %v\n", file, err)
			unread++
		}
		wrong += n
	}
	if wrong+unread > 0 {
		return fmt.Errorf("%d quantities beyond their tolerance, %d of %d files not verified", wrong, unread, len(files))
	}
	return nil
}

// verifyFile prints a row for every quantity and returns how many are beyond their tolerance.
func (a *app) verifyFile(file string, dev backend.Device) (wrong int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	r, err := golden.Verify(text, dev)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(a.out, "%s: %s\n", file, r.What)
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  quantity\tlargest error\ttolerance\t\tin")
	for _, c := range r.Checks {
		verdict := "ok"
		if !c.OK() {
			verdict = "BEYOND"
			wrong++
		}
		fmt.Fprintf(t, "  %s\t%.2g\t%.2g\t%s\t%s\n", c.Name, c.Error, c.Limit, verdict, c.At)
	}
	return wrong, t.Flush()
}
