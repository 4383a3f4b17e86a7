package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/datasets/steps"
	"cosinelab/engine/figure"
	"cosinelab/engine/runfile"
)

// captionsFile holds the captions of all figures of a run.
const captionsFile = "captions.txt"

// plotOptions are the flags of the plot command, and its argument.
type plotOptions struct {
	run, out        string
	data            *string
	format, figures string
	channels, steps string
	metrics         string
	width           float64 // mm
	names, formats  []string
	chosen          bool // the figures were named: one that cannot be drawn is then an error
	figure.Options
}

func (a *app) plot(f *flag.FlagSet) action {
	o := plotOptions{data: a.dataFlag(f)}
	f.StringVar(&o.out, "out", "", a.w.Say("plot-flag-out"))
	f.StringVar(&o.format, "format", figure.Formats()[0],
		a.w.Say("plot-flag-format", fault.Choices(figure.Formats())))
	f.Float64Var(&o.width, "width", pageWidth, a.w.Say("plot-flag-width"))
	f.StringVar(&o.figures, "figure", "", a.w.Say("plot-flag-figure", fault.Choices(figure.Names())))
	f.StringVar(&o.channels, "channels", "", a.w.Say("plot-flag-channels"))
	f.StringVar(&o.steps, "steps", "", a.w.Say("plot-flag-steps"))
	f.StringVar(&o.metrics, "metrics", "", a.w.Say("plot-flag-metrics"))
	return func(ctx context.Context, args []string) error {
		if err := o.read(args); err != nil {
			return err
		}
		in, err := a.readRun(ctx, o)
		if err != nil {
			return err
		}
		if o.Channels, err = channelList(o.channels, in.Report.Data.Channels); err != nil {
			return err
		}
		folder, err := keep.Hold(o.out)
		if err != nil {
			return err
		}
		return errors.Join(a.drawAll(o, in, folder), folder.Release())
	}
}

// pageWidth is the width of a figure over a page, in mm.
const pageWidth = 180

// read takes the argument of the command, and splits the flags that are lists. What can be checked without
// the run is checked here, before it is read.
func (o *plotOptions) read(args []string) error {
	if len(args) != 1 {
		return usage("plot-takes-run")
	}
	o.run = args[0]
	if o.out == "" {
		if o.out = filepath.Join(o.run, "figures"); strings.HasSuffix(o.run, runfile.Ending) {
			o.out = strings.TrimSuffix(o.run, runfile.Ending) + "-figures"
		}
	}
	o.Width = vg.Length(o.width) * vg.Millimeter
	o.Metrics = split(o.metrics)
	if o.names, o.chosen = split(o.figures), o.figures != ""; !o.chosen {
		o.names = figure.Names()
	}
	o.formats = split(o.format)
	for _, format := range o.formats {
		if !slices.Contains(figure.Formats(), format) {
			return usage("figure-format", format, fault.Choices(figure.Formats()))
		}
	}
	return o.readSteps()
}

// readSteps reads -steps, FROM-TO; TO itself is not shown.
func (o *plotOptions) readSteps() error {
	if o.steps == "" {
		return nil
	}
	from, to, ok := strings.Cut(o.steps, "-")
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if !ok || err1 != nil || err2 != nil {
		return usage("plot-steps", o.steps)
	}
	o.Steps = steps.Range{From: first, To: last}
	return nil
}

// split cuts a list at its commas; nothing is an empty list.
func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// channelList finds channels by name or, where there is none of that name, by number.
func channelList(list string, names []string) (found []int, err error) {
	for _, c := range split(list) {
		at := slices.Index(names, c)
		if at < 0 {
			if at, err = strconv.Atoi(c); err != nil || at < 0 || at >= len(names) {
				return nil, fault.New("plot-channel", c, fault.Choices(names))
			}
		}
		found = append(found, at)
	}
	return found, nil
}

// drawAll writes figures in every format and then their captions. Of figures that nobody named, those that
// have nothing to show are left out with a word; too narrow a width is an error all the same, since no figure
// would fit.
func (a *app) drawAll(o plotOptions, in figure.Input, folder *keep.Folder) error {
	var captions strings.Builder
	for _, name := range o.names {
		f, err := figure.New(name, in, o.Options)
		if err != nil && o.chosen || fault.Has(err, "figure-narrow") {
			return err
		}
		if err != nil {
			printer{a.errOut, a.w}.line("plot-left-out", name, err)
			continue
		}
		for _, format := range o.formats {
			file := name + "." + format
			if err := folder.Write(file, func(w io.Writer) error { return f.Write(w, format) }); err != nil {
				return err
			}
			fmt.Fprintln(a.out, folder.Path(file))
		}
		fmt.Fprintf(&captions, "%s: %s\n\n", name, f.Caption)
	}
	if captions.Len() == 0 {
		return fault.New("plot-nothing", o.run)
	}
	err := folder.Write(captionsFile, func(w io.Writer) error {
		_, err := io.WriteString(w, captions.String())
		return err
	})
	if err == nil {
		fmt.Fprintln(a.out, folder.Path(captionsFile))
	}
	return err
}
