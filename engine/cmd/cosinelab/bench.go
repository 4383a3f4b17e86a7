package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"cosinelab/assets/words"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/bench"
	"cosinelab/engine/bench/timing"
)

// bench declares the flags of the bench command and returns its action, as each command's function does
// (commands).
func (a *app) bench(f *flag.FlagSet) action {
	name := a.deviceFlag(f)
	only := f.String("only", "", a.w.Say("cli-flag-only"))
	runs := f.Int("runs", 30, a.w.Say("cli-flag-runs"))
	asJSON := f.Bool("json", false, a.w.Say("cli-flag-json"))
	return func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return usage("cli-flags-only", "bench")
		}
		if *runs < 1 {
			return usage("cli-flag-value", "-runs", strconv.Itoa(*runs), a.w.Say("cli-want-at-least", 1))
		}
		var names []string
		if *only != "" {
			names = strings.Split(*only, ",")
		}
		return a.time(ctx, *name, bench.Options{Runs: *runs, Only: names, Roofline: cpu.Roofline}, *asJSON)
	}
}

// time carries out the measurements, and prints each as soon as it is there; JSON comes as a whole, at the
// end.
func (a *app) time(ctx context.Context, name string, o bench.Options, asJSON bool) error {
	// Workers of one core each, so that two of them are compared with one.
	dev, others, err := openWorkers(name, runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	o.Workers = others[:min(1, len(others))]
	if !asJSON {
		t := timings{printer{a.out, a.w}}
		t.head()
		o.Done = t.print
	}
	lines, err := bench.Run(ctx, dev, o)
	if err != nil || !asJSON {
		return err
	}
	out := json.NewEncoder(a.out)
	out.SetIndent("", "  ")
	report := timing.Report{Machine: machine(), Device: dev.Name(), Cores: runtime.NumCPU(), Lines: lines}
	return out.Encode(report)
}

// timingWidths are those of the columns; the first two and the last are flush left. They are fixed, since
// rows come one at a time, before it is known how wide the widest is.
var timingWidths = []int{14, 15, 7, 10, 11, 10, 8, 10, 10, 9, 0}

// timings prints measurements as they come.
type timings struct{ printer }

func (p timings) row(texts ...string) {
	var b strings.Builder
	for i, t := range texts {
		align := text.AlignRight
		if i < 2 || i == len(texts)-1 {
			align = text.AlignLeft
		}
		b.WriteString(align.Apply(t, timingWidths[i]) + "  ")
	}
	fmt.Fprintln(p.out, strings.TrimRight(b.String(), " "))
}

func (p timings) head() {
	headings := []string{"", ""}
	for _, key := range []words.Key{"bench-workers", "bench-gflop", "bench-median", "bench-p10",
		"bench-speed", "bench-share",
		"bench-p10", "bench-roofline"} {
		headings = append(headings, p.w.Say(key))
	}
	p.row(append(headings, "")...)
}

// print writes one measurement; what is not known is a dash.
func (p timings) print(l timing.Line) {
	group, rate := p.w.Say("cli-product"), ""
	switch l.Group {
	case timing.GroupStep:
		group = p.w.Say("cli-training-step")
	case timing.GroupScoring:
		group, rate = p.w.Say("cli-scoring"), p.w.Say("bench-windows", p.w.Count(int(math.Round(l.Rate()))))
	case timing.GroupExperiment:
		group = p.w.Say("bench-experiment")
	}
	p.row(group, l.Name, p.known(float64(l.Workers), 0), p.known(l.FLOP/1e9, 4), p.known(l.Median, 4),
		p.known(l.P10, 4), p.known(l.GFLOPS(), 1), p.percent(l.Share()), p.percent(l.BestShare()),
		p.known(l.Roofline, 1), rate)
}

// known is a number, or a dash for what was not measured.
func (p timings) known(x float64, decimals int) string {
	if x == 0 || math.IsNaN(x) {
		return "-"
	}
	return p.w.Fixed(x, decimals)
}

// percent is a share in whole per cent, or a dash.
func (p timings) percent(share float64) string {
	if text := p.known(100*share, 0); text != "-" {
		return text + " %"
	}
	return "-"
}
