package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// reportFormats are the ways to write a report; gainsFormats those to write its gains by epoch.
var (
	reportFormats = []string{"text", "markdown", "latex", "csv", "json", "bibtex"}
	gainsFormats  = []string{"text", "markdown", "json"}
)

// reportOptions are the flags of the report command, and its argument.
type reportOptions struct {
	run, html, notebook           string
	data                          *string
	epochs, metrics, over, format string
	bootstrap                     int   // draws; 0 = none
	after                         []int // epochs, in the order in which they were asked for
}

func (a *app) report(f *flag.FlagSet) action {
	o := reportOptions{data: a.dataFlag(f)}
	f.StringVar(&o.html, "html", "", a.w.Say("cli-flag-html"))
	f.StringVar(&o.notebook, "ipynb", "", a.w.Say("cli-flag-ipynb"))
	f.StringVar(&o.epochs, "epochs", "", a.w.Say("cli-flag-report-epochs"))
	f.StringVar(&o.metrics, "metrics", "", a.w.Say("cli-flag-report-metrics"))
	f.StringVar(&o.over, "over", "", a.w.Say("cli-flag-report-over"))
	f.StringVar(&o.format, "format", reportFormats[0],
		a.w.Say("cli-flag-format", strings.Join(reportFormats, ", ")))
	bootstrap := a.bootstrapFlag(f)
	return func(ctx context.Context, args []string) error {
		o.bootstrap = *bootstrap
		if err := o.read(args); err != nil {
			return err
		}
		if o.notebook != "" {
			return a.notebook(ctx, o)
		}
		if o.html == "" {
			if _, err := os.Stat(filepath.Join(o.run, planFile)); err != nil {
				return a.again(ctx, o)
			}
			o.html = filepath.Join(o.run, documentFile) // of a table or a sweep there is nothing else to print
		}
		return a.document(ctx, o.run, *o.data, o.html)
	}
}

// read takes the argument of the command, and what can be checked without the run.
func (o *reportOptions) read(args []string) error {
	if len(args) != 1 {
		return usage("cli-report-takes-run")
	}
	o.run = args[0]
	if !slices.Contains(reportFormats, o.format) {
		return usage("cli-flag-value", "-format", o.format, fault.Choices(reportFormats))
	}
	for _, text := range split(o.epochs) {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || slices.Contains(o.after, n) {
			return usage("cli-flag-value", "-epochs", o.epochs, fault.Word("cli-want-epochs"))
		}
		o.after = append(o.after, n)
	}
	for _, x := range []struct {
		flag string
		set  bool
	}{{"-over", o.over != ""},
		{"-metrics " + o.metrics, o.metrics != "" && o.metrics != everyMetric}} {
		if x.set && o.after == nil {
			return usage("cli-report-needs-epochs", x.flag)
		}
	}
	if o.after != nil && !slices.Contains(gainsFormats, o.format) {
		return usage("cli-flag-value", "-format", o.format, fault.Choices(gainsFormats))
	}
	if o.after != nil && o.bootstrap > 0 {
		return usage("cli-report-or", "-epochs", "-bootstrap")
	}
	return checkDraws(o.bootstrap)
}

// everyMetric is the value of -metrics that asks for all of them.
const everyMetric = "all"

// again prints what a finished run found: what run printed, or its gains by epoch.
func (a *app) again(ctx context.Context, o reportOptions) error {
	files, err := openRun(o.run)
	if err != nil {
		return err
	}
	defer files.close()
	r, finished, err := files.report()
	if err != nil {
		return err
	}
	if !finished {
		return fault.New("plot-interrupted", o.run)
	}
	p := printer{a.out, a.w}
	if o.after == nil {
		if o.bootstrap > 0 {
			if err := files.scores(&r); err != nil {
				return err
			}
			if err := a.resample(ctx, &r, o.bootstrap); err != nil {
				return err
			}
		}
		about, err := runfile.ReadAbout(files)
		if err != nil {
			return inRun(o.run, err)
		}
		if about.Program == "" { // of before it was written down
			about.Program = a.buildVersion()
		}
		return p.reportAs(o.format, r, o.metrics == everyMetric, about)
	}
	g, err := gainsByEpoch(r, o)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return p.json(g)
	}
	p.epochGains(g, o.format == "markdown")
	return nil
}

// epochGains are what trained arms gain over another after some of their epochs.
type epochGains struct {
	Over   string        `json:"over"`
	Level  float64       `json:"level"` // of the intervals
	Epochs []int         `json:"epochs"`
	Tables []metricGains `json:"metrics"`
	// Compared counts the differences that have an interval, Excluding0 those whose own excludes 0, ByChance
	// how many would on average where nothing differs, Shown those that Holm's correction for all leaves.
	Compared   int     `json:"compared"`
	Excluding0 int     `json:"excluding_0"`
	ByChance   float64 `json:"excluding_0_by_chance"`
	Shown      int     `json:"shown"`
}

// metricGains are those of one metric.
type metricGains struct {
	Metric metrics.Metric `json:"-"`
	Name   string         `json:"metric"`
	Chance metrics.Value  `json:"chance"`
	Values []reached      `json:"values"` // of the arm compared with, after each of the epochs
	Arms   []armGains     `json:"arms"`
}

// reached is the value of an arm after an epoch, over seeds.
type reached struct {
	Epoch int           `json:"epoch"`
	Mean  metrics.Value `json:"mean"`
	SD    metrics.Value `json:"sd"`
}

// armGains are those of one arm, in the order of the epochs.
type armGains struct {
	Arm   string       `json:"arm"`
	After []afterEpoch `json:"after"`
}

// afterEpoch is a gain after an epoch.
type afterEpoch struct {
	Epoch int `json:"epoch"`
	spec.Paired
}

// gainsByEpoch compares arms by epoch in the metrics that are asked for, by default the one of the verdict.
// All differences are corrected for one another, since they are read together.
func gainsByEpoch(r spec.Report, o reportOptions) (epochGains, error) {
	g := epochGains{Over: o.over, Level: r.Spec.Level(), Epochs: o.after}
	if g.Over == "" {
		g.Over = r.Spec.Baseline()
	}
	if err := comparable(r, g); err != nil {
		return g, err
	}
	rows, err := epochMetrics(r.Spec.JudgedBy(), o.metrics)
	if err != nil {
		return g, err
	}
	var together []*spec.Paired
	for _, m := range rows {
		g.Tables = append(g.Tables, gainsIn(r, m, g.Over, o.after))
	}
	for _, t := range g.Tables {
		for _, arm := range t.Arms {
			for i := range arm.After {
				together = append(together, &arm.After[i].Paired)
			}
		}
	}
	spec.Correct(together)
	for _, p := range together {
		if p.P.Defined() {
			g.Compared++
		}
		if p.P.Defined() && p.Excludes0() {
			g.Excluding0++
		}
		if p.Shown() {
			g.Shown++
		}
	}
	g.ByChance = float64(g.Compared) * (1 - g.Level)
	return g, nil
}

// comparable says why there are no gains over that arm after those epochs.
func comparable(r spec.Report, g epochGains) error {
	if !r.LooksByEpoch() {
		return fault.New("figure-no-epochs")
	}
	var names fault.Choices
	most := 0
	for _, a := range r.Arms {
		names = append(names, a.Arm.Name)
		most = max(most, len(r.ByEpoch(a.Arm.Name, g.Over, r.Spec.JudgedBy())))
	}
	if !slices.Contains(names, g.Over) {
		return fault.New("cli-report-no-arm", g.Over, names)
	}
	for _, n := range g.Epochs {
		if n > most {
			return fault.New("cli-report-no-epoch", n, most)
		}
	}
	return nil
}

// epochMetrics finds the metrics of a list, all or that of the verdict, among those that are measured by epoch.
func epochMetrics(judged metrics.Metric, list string) (rows []metrics.Metric, err error) {
	switch list {
	case "":
		list = judged.Name
	case everyMetric:
		for _, m := range metrics.All {
			if !m.NeedsThreshold() {
				rows = append(rows, m)
			}
		}
		return rows, nil
	}
	for _, name := range split(list) {
		m, ok := metrics.Find(name)
		if !ok || m.NeedsThreshold() {
			return nil, fault.New("figure-no-epochs-of", name)
		}
		rows = append(rows, m)
	}
	return rows, nil
}

// gainsIn are those of all trained arms in one metric.
func gainsIn(r spec.Report, m metrics.Metric, over string, epochs []int) metricGains {
	t := metricGains{Metric: m, Name: m.Name, Chance: metrics.Undefined}
	for _, s := range r.Summary().Metrics {
		if s.Metric.Name == m.Name {
			t.Chance = s.Chance
		}
	}
	for _, n := range epochs {
		v := r.ReachedBy(over, n, m)
		t.Values = append(t.Values, reached{n, v.Mean, v.SD})
	}
	for _, a := range r.Arms {
		points := r.ByEpoch(a.Arm.Name, over, m)
		if len(points) == 0 || a.Arm.Name == over {
			continue
		}
		row := armGains{Arm: a.Arm.Name}
		for _, n := range epochs {
			gain := spec.NewPaired(nil, nil, r.Spec.Level())
			if n <= len(points) {
				gain = points[n-1].Gain
			}
			row.After = append(row.After, afterEpoch{n, gain})
		}
		t.Arms = append(t.Arms, row)
	}
	return t
}
