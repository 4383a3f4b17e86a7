package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

func (a *app) data(ctx context.Context, args []string) error {
	f := a.flags("data")
	folder := f.String("data", "", "the `folder` of real sets (smd, msl, psm) or of your own files")
	seed := f.Uint64("seed", 1, "of a built-in generator")
	label := f.String("label", "", "the label `column` of a file of your own")
	rest, err := parse(f, args)
	switch {
	case err != nil:
		return err
	case len(rest) == 1 && rest[0] == "list":
		return a.listData(ctx, *folder)
	case len(rest) == 2 && rest[0] == "describe":
		return a.describe(ctx, *folder, spec.Data{Source: rest[1], Seed: *seed, Label: *label})
	}
	return fmt.Errorf("%w: data takes list, or describe and a source, see cosinelab data -h", errUsage)
}

func (a *app) listData(ctx context.Context, folder string) error {
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, s := range datasets.All {
		if s.Group() == datasets.GroupBuiltin {
			fmt.Fprintf(t, "%s\t%s\n", s.ID, s.Title)
		}
	}
	if folder == "" {
		for _, s := range datasets.All {
			if s.Group() == datasets.GroupBenchmark {
				fmt.Fprintf(t, "%s\t%s: name the folder that holds it with -data\n", s.ID, s.Title)
			}
		}
		return t.Flush()
	}
	entries, err := datasets.List(ctx, os.DirFS(folder))
	if err != nil {
		return err
	}
	for _, e := range entries {
		fmt.Fprintf(t, "%s\t%s%s\n", datasets.Visible(e.ID), e.Title, size(e))
	}
	return t.Flush()
}

func size(e datasets.Entry) string {
	if e.Test == 0 {
		return ""
	}
	return ": " + words.English().Say("source-size", e.Channels, e.Train, e.Test)
}

// describe prints what a set holds, channel by channel.
func (a *app) describe(ctx context.Context, folder string, d spec.Data) error {
	set, err := openSet(ctx, folder, d)
	if err != nil {
		return err
	}
	w := words.English()
	fmt.Fprintf(a.out, "%s (%s)\n%s\n%s\n", set.Title, datasets.Visible(set.Name), origin(w, set),
		w.Say("source-size", set.Train.Channels, set.Train.Rows, set.Test.Rows))
	if set.Filled > 0 {
		fmt.Fprintln(a.out, w.Say("series-filled", set.Filled, set.FillRule))
	}
	if len(set.Dropped) > 0 {
		fmt.Fprintln(a.out, w.Say("series-dropped", len(set.Dropped), dropped(w, set.Dropped)))
	}
	if set.Blank > 0 {
		fmt.Fprintln(a.out, w.Say("series-blank", set.Blank))
	}
	printLabels(a.out, set)
	return printChannels(a.out, set)
}

// origin says where a set comes from and what may be done with it.
func origin(w *words.Language, set *datasets.Set) string {
	switch datasets.GroupOf(set.Name) {
	case datasets.GroupBuiltin:
		return w.Say("set-generated")
	case datasets.GroupFile:
		return w.Say("set-own")
	}
	return w.Say("set-from", set.Source, set.Licence)
}

// dropped names the first columns that are not used.
func dropped(w *words.Language, columns []datasets.Dropped) string {
	const most = 5
	var names []string
	for _, c := range columns[:min(len(columns), most)] {
		names = append(names, w.Say("series-dropped-one", c.Name, c.Why))
	}
	if len(columns) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

func printLabels(w io.Writer, set *datasets.Set) {
	if set.Labels == nil {
		fmt.Fprintln(w, "no labels")
		return
	}
	n := 0
	for _, l := range set.Labels {
		n += int(l)
	}
	fmt.Fprintf(w, "%d test steps anomalous (%.2f %%) in %d segments\n", n, 100*float64(n)/float64(len(set.Labels)), len(metrics.Segments(set.Labels)))
}

func printChannels(w io.Writer, set *datasets.Set) error {
	scale := datasets.FitScaler(set.Train)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nchannel\tname\ttrain mean\tdeviation\ttrain range\ttest range")
	for c, name := range set.Channels {
		fmt.Fprintf(t, "%d\t%s\t%.4g\t%.4g\t%s\t%s\n", c, name, scale.Mean[c], deviation(set.Train, scale, c), extent(set.Train, c), extent(set.Test, c))
	}
	return t.Flush()
}

// deviation is 0 for a channel that never changes, which the scaler divides by 1.
func deviation(s datasets.Series, k datasets.Scaler, c int) float64 {
	for t := range s.Rows {
		if s.Row(t)[c] != s.Row(0)[c] {
			return k.Scale[c]
		}
	}
	return 0
}

func extent(s datasets.Series, c int) string {
	if s.Rows == 0 {
		return "empty"
	}
	lo, hi := s.Row(0)[c], s.Row(0)[c]
	for t := range s.Rows {
		lo, hi = min(lo, s.Row(t)[c]), max(hi, s.Row(t)[c])
	}
	return fmt.Sprintf("%.4g to %.4g", lo, hi)
}
