package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/keep"
	"cosinelab/datasets/table"
	"cosinelab/engine/alarms"
	"cosinelab/engine/detector"
	"cosinelab/engine/runfile"
	"cosinelab/engine/scoring"
	"cosinelab/engine/spec"
)

// scoreOptions are the flags of the score command, and its arguments.
type scoreOptions struct {
	arm            string // of a run, whose detectors are one for each arm and seed; empty = it has one arm
	seed           string // as well; empty = the one in the middle
	detector, file string
	out            string
	print, format  string
	follow         bool
	decimal        string
	merge, least   *int
	device         *string
}

// What score prints.
const (
	printAlarms = "alarms"
	printScores = "scores"
)

// formatTable is for people.
const formatTable = "table"

func (a *app) score(f *flag.FlagSet) action {
	o := scoreOptions{device: a.deviceFlag(f)}
	f.StringVar(&o.out, "out", "", a.w.Say("cli-flag-score-out"))
	f.StringVar(&o.print, "print", printAlarms, a.w.Say("cli-flag-print"))
	f.StringVar(&o.format, "format", "", a.w.Say("cli-flag-score-format"))
	f.StringVar(&o.decimal, "decimal", "", a.w.Say("cli-flag-decimal"))
	f.BoolVar(&o.follow, "follow", false, a.w.Say("cli-flag-follow"))
	f.StringVar(&o.arm, "arm", "", a.w.Say("cli-flag-score-arm"))
	f.StringVar(&o.seed, "seed", "", a.w.Say("cli-flag-score-seed"))
	alarmFlags(a, f, &o.merge, &o.least)
	return func(ctx context.Context, args []string) error {
		if len(args) != 2 {
			return usage("cli-score-needs")
		}
		o.detector, o.file = args[0], args[1]
		if err := o.check(); err != nil {
			return err
		}
		return a.scoreFile(ctx, o)
	}
}

// alarmFlags declares the flags that say how flagged steps become alarms; nil = they were not given.
func alarmFlags(a *app, f *flag.FlagSet, merge, least **int) {
	for _, x := range []struct {
		name string
		key  words.Key
		to   **int
	}{{"merge", "cli-flag-merge", merge}, {"least", "cli-flag-least", least}} {
		f.Func(x.name, a.w.Say(x.key), func(text string) error {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || n > mostSteps {
				return fault.New("want-span", mostSteps)
			}
			*x.to = &n
			return nil
		})
	}
}

// mostSteps bounds -merge and -least as a spec does.
const mostSteps = 1_000_000

// check checks the flags that hang together.
func (o *scoreOptions) check() error {
	formats := fault.Choices{"csv", "jsonl"}
	switch o.print {
	case printAlarms:
		formats = append(fault.Choices{formatTable}, formats...)
		formats = append(formats, "json", "nab")
	case printScores:
	default:
		return usage("cli-flag-value", "-print", o.print, fault.New("want-choice",
			fault.Choices{printAlarms, printScores}))
	}
	if o.format == "" {
		o.format = formats[0]
	}
	ok := false
	for _, f := range formats {
		ok = ok || f == o.format
	}
	if !ok {
		return usage("cli-flag-value", "-format", o.format, fault.New("want-choice", formats))
	}
	if o.decimal != "" && !slices.Contains(found.Decimals, o.decimal) {
		return usage("cli-flag-value", "-decimal", o.decimal, fault.New("want-choice", fault.Choices(found.Decimals)))
	}
	if o.follow && o.out != "" {
		return usage("cli-follow-out")
	}
	return nil
}

// readDetector reads a .detector, or one of those of a run.
func readDetector(o scoreOptions) (*detector.Detector, error) {
	info, err := os.Stat(o.detector)
	if err == nil && (info.IsDir() || strings.HasSuffix(o.detector, runfile.Ending)) {
		return detectorOfRun(o)
	}
	if o.arm != "" || o.seed != "" {
		return nil, usage("cli-score-no-run", o.detector)
	}
	f, err := os.Open(o.detector)
	if err != nil {
		return nil, told(o.detector, err)
	}
	defer f.Close()
	d, err := detector.Read(f, info.Size())
	return d, told(o.detector, err)
}

// detectorOfRun reads the detector of an arm and a seed: of the one in the middle by the metric of the verdict,
// unless somebody chose.
func detectorOfRun(o scoreOptions) (*detector.Detector, error) {
	files, err := openRun(o.detector)
	if err != nil {
		return nil, err
	}
	defer files.close()
	r, finished, err := files.report()
	if err != nil {
		return nil, err
	}
	if !finished {
		return nil, fault.New("plot-interrupted", o.detector)
	}
	names := armFiles(r.Spec)
	there, err := runfile.Detectors(files)
	if err != nil {
		return nil, told(o.detector, err)
	}
	var arms fault.Choices
	for _, a := range r.Arms {
		if run := middle(a.Runs, r.Spec); run != nil && slices.Contains(there, detectorName(names[run.Arm], run.Seed)) {
			arms = append(arms, run.Arm)
		}
	}
	if o.arm == "" && len(arms) == 1 {
		o.arm = arms[0]
	}
	at := slices.IndexFunc(r.Arms, func(a spec.ArmReport) bool { return a.Arm.Name == o.arm })
	if at < 0 || !slices.Contains(arms, o.arm) {
		return nil, usage("cli-score-which-arm", o.detector, arms)
	}
	seed, err := seedOf(o, r.Arms[at].Runs, r.Spec)
	if err != nil {
		return nil, err
	}
	d, err := runfile.ReadDetector(files, detectorName(names[o.arm], seed))
	return d, told(o.detector, err)
}

// seedOf is the seed that is meant among the runs of an arm.
func seedOf(o scoreOptions, runs []spec.Run, sp spec.Spec) (uint64, error) {
	if o.seed == "" {
		return middle(runs, sp).Seed, nil
	}
	var seeds fault.Choices
	for _, run := range runs {
		text := strconv.FormatUint(run.Seed, 10)
		if text == o.seed && run.Failed == nil {
			return run.Seed, nil
		}
		seeds = append(seeds, text)
	}
	return 0, usage("cli-flag-value", "-seed", o.seed, seeds)
}

// scoreFile scores a file or standard input, and writes to standard output or into a folder.
func (a *app) scoreFile(ctx context.Context, o scoreOptions) error {
	d, err := readDetector(o)
	if err != nil {
		return err
	}
	if o.out == "" {
		s := newSink(a, o, d)
		return errors.Join(a.scoreInto(ctx, o, d, scoring.Options{Step: s.step, Alarm: s.alarm}, s.flush, s.close))
	}
	folder, err := keep.Hold(o.out)
	if err != nil {
		return err
	}
	return errors.Join(a.scoreFolder(ctx, o, d, folder), folder.Release())
}

// The files of a folder of scores.
const windowsFile = "alarms.json" // as NAB has them

// scoreFolder writes scores and alarms as files, all of them whole or none.
func (a *app) scoreFolder(ctx context.Context, o scoreOptions, d *detector.Detector, folder *keep.Folder) error {
	for _, name := range []string{scoresFile, alarmsFile, windowsFile} {
		if folder.Has(name) {
			return fault.New("cli-there-already", folder.Path(name))
		}
	}
	from := sourceOf(o, d)
	return folder.Write(windowsFile, func(windows io.Writer) error {
		return folder.Write(alarmsFile, func(list io.Writer) error {
			return folder.Write(scoresFile, func(scores io.Writer) error {
				rows := scoring.NewRows(scores, scoring.CSV)
				lists := []*alarms.Writer{alarms.NewWriter(list, alarms.CSV), alarms.NewWriter(windows, alarms.NAB)}
				alarm := func(in string, x spec.Alarm) error {
					from.In = in
					return errors.Join(lists[0].Write(from, x), lists[1].Write(from, x))
				}
				return a.scoreInto(ctx, o, d, scoring.Options{Step: rows.Step, Alarm: alarm}, nil, func() error {
					return errors.Join(rows.Close(), lists[0].Close(), lists[1].Close())
				})
			})
		})
	})
}

// sourceOf names what alarms are of.
func sourceOf(o scoreOptions, d *detector.Detector) alarms.Source {
	s := alarms.Source{Name: filepath.Base(o.file), Usual: d.Expected.Usual}
	if o.file == "-" {
		s.Name = "stdin"
	}
	for _, c := range d.Channels {
		s.Channels = append(s.Channels, c.Name)
	}
	return s
}

// scoreInto scores, then says on standard error what came of it. flush, which may be nil, writes what waits to be
// written.
func (a *app) scoreInto(ctx context.Context, o scoreOptions, d *detector.Detector, to scoring.Options,
	flush, end func() error) error {
	dev, err := openDevice(*o.device)
	if err != nil {
		return err
	}
	to.Merge, to.Least, to.Decimal = o.merge, o.least, o.decimal
	to.Note = func(file string, said error) {
		fmt.Fprintln(a.errOut, strings.TrimRight(a.w.Say("cli-finding", table.Visible(file), said, ""), " "))
	}
	run, err := scoring.New(ctx, dev, d, to)
	if err != nil {
		return fault.New("in-place", o.detector, err)
	}
	defer run.Close()
	a.sayDetector(d, run.Late())
	idle := func() error {
		err := run.Flush(ctx)
		if flush != nil {
			err = errors.Join(err, flush())
		}
		return err
	}
	err = a.feed(ctx, o, run, idle)
	stopped := ctx.Err() != nil && o.follow // Ctrl-C is how one ends it
	if err != nil && !stopped {
		return err
	}
	sum, err := run.End(context.WithoutCancel(ctx))
	if err == nil {
		err = end()
	}
	if err == nil {
		a.saySummary(d, sum)
	}
	return err
}

// feed reads what is to be scored.
func (a *app) feed(ctx context.Context, o scoreOptions, run *scoring.Run, idle func() error) error {
	if o.file == "-" {
		rows, err := datasets.Rows(newPatient(ctx, a.stdin, idle), "-")
		if err != nil {
			return err
		}
		return run.Read(ctx, "-", rows)
	}
	if o.follow {
		return a.tail(ctx, o.file, run, idle)
	}
	f, err := os.Open(o.file)
	if err != nil {
		return told(o.file, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return run.ReadFile(ctx, datasets.File{Name: o.file, Open: func() (io.ReadCloser, error) { return os.Open(o.file) }})
	}
	rows, err := datasets.Rows(f, o.file)
	if err != nil {
		return err
	}
	return run.Read(ctx, o.file, rows)
}

// tail reads a file that grows, and whatever takes its place, until it is told to stop.
func (a *app) tail(ctx context.Context, path string, run *scoring.Run, idle func() error) error {
	f := &follower{ctx: ctx, path: path, idle: idle, missing: func() {
		fmt.Fprintln(a.errOut, a.w.Say("cli-finding", table.Visible(path), fault.Word("score-waits"), ""))
	}}
	for ctx.Err() == nil {
		if err := f.open(); err != nil {
			return err
		}
		err := run.Read(ctx, path, f)
		f.file.Close()
		if err != nil && !fault.Has(err, "data-empty") {
			return err
		}
		if n := f.lost(); n > 0 && ctx.Err() == nil {
			fmt.Fprintln(a.errOut, a.w.Say("cli-finding", table.Visible(path), fault.New("score-partial", n), ""))
		}
	}
	return ctx.Err()
}

// sayDetector says what scores, and how late.
func (a *app) sayDetector(d *detector.Detector, late int) {
	what := d.Arm().Control.String()
	if !d.Closed() {
		what = d.Spec.StudentOf(d.Arm()).Kind.String()
	}
	p := printer{a.errOut, a.w}
	p.line("cli-score-detector", d.Arm().Name, what, p.w.TitleOf(d.Data.Source, d.Data.Title), len(d.Channels), late)
	p.expected(d.Expected)
}

// expected says how often alarms are to be expected where all is well.
func (p printer) expected(e detector.Expected) {
	if e.TrainShare.Defined() {
		p.line("cli-expected-share", p.w.Fixed(100*float64(e.TrainShare), 2))
	} else {
		p.line("cli-expected-unknown")
	}
	if e.PerDay.Defined() {
		p.line("cli-expected-day", e.TestAlarms, p.w.Fixed(float64(e.PerDay), 1))
	} else {
		p.line("cli-expected-steps", e.TestAlarms, e.TestSteps)
	}
}

// saySummary says what came of all rows.
func (a *app) saySummary(d *detector.Detector, s scoring.Summary) {
	p := printer{a.errOut, a.w}
	p.line("cli-score-summary", s.Steps, s.Scored, s.Alarms, s.Flagged)
	if left := s.Steps - s.Scored; left > 0 {
		p.line("cli-score-left", left, d.Spec.Data.Window)
	}
	if s.Filled > 0 {
		p.line("series-filled", s.Filled, datasets.Fill(d.Reading.Fill))
	}
	if s.Series > 0 {
		p.line("cli-score-series", s.Series, scoring.EntityOf(d).Name)
	}
	if s.Backward > 0 {
		p.line("cli-score-backward", s.Backward)
	}
	if s.Untimed > 0 {
		p.line("cli-score-untimed", s.Untimed)
	}
	if s.Repeated > 0 {
		p.line("cli-score-repeated", s.Repeated)
	}
	if g := s.Longest; g != nil {
		where := g.After
		if g.Series != "" {
			where += " (" + g.Series + ")"
		}
		p.line("cli-score-gaps", s.Gaps, (time.Duration(g.Seconds) * time.Second).String(), where)
	}
	for i, o := range s.Outside {
		if i == outsideShown {
			p.line("cli-score-outside-more", len(s.Outside)-i)
			break
		}
		c := d.Channels[o.Channel]
		at := o.At
		if at == "" {
			at = p.w.Say("cli-at-step", o.First)
		}
		p.line("cli-score-outside", c.Name, o.Steps, at, digits(o.Value, 6), digits(c.Low, 6), digits(c.High, 6))
	}
}

// outsideShown is how many channels are named that left the range of the training part.
const outsideShown = 8

// sink writes to standard output, as it comes.
type sink struct {
	p      printer
	o      scoreOptions
	from   alarms.Source
	rows   *scoring.Rows
	alarms *alarms.Writer
	n      int
}

func newSink(a *app, o scoreOptions, d *detector.Detector) *sink {
	s := &sink{p: printer{a.out, a.w}, o: o, from: sourceOf(o, d)}
	switch {
	case o.print == printScores:
		s.rows = scoring.NewRows(a.out, scoring.Form(o.format))
	case o.format != formatTable:
		s.alarms = alarms.NewWriter(a.out, alarms.Format(o.format))
	}
	return s
}

func (s *sink) step(x scoring.Step) error {
	if s.rows == nil {
		return nil
	}
	return s.rows.Step(x)
}

func (s *sink) alarm(in string, x spec.Alarm) error {
	s.from.In = in
	switch {
	case s.rows != nil:
		return nil
	case s.alarms != nil:
		return s.alarms.Write(s.from, x)
	}
	if s.n++; s.n == 1 {
		s.line(in, s.p.w.Say("cli-series"), s.p.w.Say("cli-alarm-start"), s.p.w.Say("cli-alarm-end"), s.p.w.Say("cli-alarm-length"),
			s.p.w.Say("cli-alarm-peak"), s.p.w.Say("cli-alarm-channels"))
	}
	start, end := x.Start, x.End
	if start == "" {
		start, end = strconv.Itoa(x.From), strconv.Itoa(x.To-1)
	}
	s.line(in, in, start, end, strconv.Itoa(x.Len()), digits(float64(x.Peak.Score), 4), alarms.Causes(s.from, x))
	return nil
}

// line writes a line of the table: alarms come one by one, so that no column is as wide as its widest cell.
// first is its first cell where alarms are of a series.
func (s *sink) line(in, first string, cells ...string) {
	widths := []int{20, 20, 6, 10}
	if in != "" {
		cells, widths = append([]string{first}, cells...), append([]int{12}, widths...)
	}
	for i, width := range widths {
		if n := width - len([]rune(cells[i])); n > 0 {
			cells[i] += strings.Repeat(" ", n)
		}
	}
	fmt.Fprintln(s.p.out, strings.TrimRight(strings.Join(cells, "  "), " "))
}

// flush writes what waits.
func (s *sink) flush() error {
	if s.rows != nil {
		return s.rows.Flush()
	}
	return nil
}

func (s *sink) close() error {
	switch {
	case s.rows != nil:
		return s.rows.Close()
	case s.alarms != nil:
		return s.alarms.Close()
	case s.n == 0:
		s.p.line("cli-no-alarms")
	}
	return nil
}
