package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// description is what a set holds, as data describe -json prints it.
type description struct {
	Source     string         `json:"source"`
	Title      string         `json:"title"`
	TrainSteps int            `json:"train_steps"`
	TestSteps  int            `json:"test_steps"`
	Labelled   bool           `json:"labelled"`
	Anomalous  int            `json:"anomalous"`
	Segments   int            `json:"segments"`
	Marked     int            `json:"marked"` // labelled training steps
	Filled     int            `json:"filled"`
	FillRule   datasets.Fill  `json:"fill_rule,omitempty"`
	Blank      int            `json:"blank"`
	Times      *times         `json:"times,omitempty"`
	Series     []member       `json:"series,omitempty"` // where there are several
	Channels   []channelInfo  `json:"channels"`
	Columns    []found.Column `json:"columns,omitempty"`
	Findings   []saidFinding  `json:"findings"`
}

// times are the first and last time of either part.
type times struct {
	TrainFrom string `json:"train_from"`
	TrainTo   string `json:"train_to"`
	TestFrom  string `json:"test_from"`
	TestTo    string `json:"test_to"`
}

// member is one of several series.
type member struct {
	Name       string `json:"name"`
	TrainSteps int    `json:"train_steps"`
	TestSteps  int    `json:"test_steps"`
	Anomalous  int    `json:"anomalous"`
}

// channelInfo is one channel.
type channelInfo struct {
	Name      string     `json:"name"`
	Mean      float64    `json:"train_mean"`
	Deviation float64    `json:"train_deviation"`
	Train     [2]float64 `json:"train_range"`
	Test      [2]float64 `json:"test_range"`
	Missing   int        `json:"missing"`
}

// saidFinding is a finding with its sentence.
type saidFinding struct {
	found.Finding
	Text string `json:"text"`
}

// descriptionOf measures a set.
func descriptionOf(set *datasets.Set, w *words.Language) description {
	d := description{Source: set.Name, Title: set.Title, TrainSteps: set.Train.Rows, TestSteps: set.Test.Rows,
		Labelled: set.Labels != nil, Filled: set.Filled, FillRule: set.FillRule, Blank: set.Blank,
		Columns: set.Columns, Findings: []saidFinding{}, Times: timesOf(set), Anomalous: count(set.Labels),
		Marked: count(set.Marked), Segments: len(metrics.Segments(set.Labels, set.Borders()...))}
	scale := datasets.Standard(set.Train)
	for c, name := range set.Channels {
		info := channelInfo{Name: name, Mean: scale.Shift[c], Train: extent(set.Train.Columns[c]),
			Test: extent(set.Test.Columns[c])}
		if !datasets.Constant(set.Train.Columns[c]) {
			info.Deviation = scale.Scale[c]
		}
		if set.Missing != nil {
			info.Missing = set.Missing[c]
		}
		d.Channels = append(d.Channels, info)
	}
	for _, m := range set.Members {
		one := member{Name: m.Name, TrainSteps: m.Train.Len(), TestSteps: m.Test.Len()}
		if set.Labels != nil {
			one.Anomalous = count(set.Labels[m.Test.From:m.Test.To])
		}
		d.Series = append(d.Series, one)
	}
	for _, f := range set.Findings {
		d.Findings = append(d.Findings, saidFinding{f, w.Error(f.Said)})
	}
	return d
}

func timesOf(set *datasets.Set) *times {
	if set.TrainAt.None() || set.TestAt.None() || set.Members != nil {
		return nil
	}
	ends := func(a table.Axis) (from, to string) { return a.Text(a.At[0]), a.Text(a.At[len(a.At)-1]) }
	var t times
	t.TrainFrom, t.TrainTo = ends(set.TrainAt)
	t.TestFrom, t.TestTo = ends(set.TestAt)
	return &t
}

func count(labels []uint8) (n int) {
	for _, l := range labels {
		n += int(l)
	}
	return n
}

func extent(values []float64) [2]float64 {
	if len(values) == 0 {
		return [2]float64{}
	}
	return [2]float64{slices.Min(values), slices.Max(values)}
}

// json prints a value as JSON.
func (p printer) json(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// describe prints what a set holds: what was found, then column by column of a file, channel by channel.
func (p printer) describe(set *datasets.Set, o readingOptions) {
	d := descriptionOf(set, p.w)
	fmt.Fprintf(p.out, "%s (%s)\n", p.w.TitleOf(set.Name, set.Title), table.Visible(set.Name))
	fmt.Fprintln(p.out, p.origin(set))
	p.line("source-size", len(d.Channels), d.TrainSteps, d.TestSteps)
	if d.Series != nil {
		p.line("cli-series-of", len(d.Series))
	}
	if t := d.Times; t != nil {
		p.line("cli-data-times", t.TrainFrom, t.TrainTo, t.TestFrom, t.TestTo)
	}
	if d.Filled > 0 {
		p.line("series-filled", d.Filled, d.FillRule)
	}
	if len(set.Dropped) > 0 {
		p.line("series-dropped", len(set.Dropped), p.dropped(set.Dropped))
	}
	if d.Blank > 0 {
		p.line("series-blank", d.Blank)
	}
	if d.Labelled {
		p.line("cli-data-anomalous", d.Anomalous, 100*float64(d.Anomalous)/float64(d.TestSteps), d.Segments)
	} else {
		p.line("cli-data-no-labels")
	}
	if d.Marked > 0 && o.leaveOut {
		p.line("sheet-why-leave", d.Marked)
	}
	if o.scaling != "" {
		p.line("cli-data-scaling", o.scaling)
	}
	p.findings(d.Findings, d.Series != nil)
	p.members(d)
	p.columns(d.Columns)
	p.blank()
	p.channels(d.Channels)
}

// members prints the series that a set has, if there are several.
func (p printer) members(d description) {
	if d.Series == nil {
		return
	}
	t := p.grid(p.w.Say("cli-series"), p.w.Say("cli-train-steps"), p.w.Say("cli-test-steps"),
		p.w.Say("cli-anomalous")).right(2, 3, 4)
	for _, m := range d.Series {
		anomalous := "–"
		if d.Labelled {
			anomalous = fmt.Sprint(m.Anomalous)
		}
		t.row(table.Visible(m.Name), fmt.Sprint(m.TrainSteps), fmt.Sprint(m.TestSteps), anomalous)
	}
	p.blank()
	t.print()
}

// findings prints what was found, with the flag that decides it and, of several series, the file; what is in doubt
// begins with a question mark.
func (p printer) findings(all []saidFinding, several bool) {
	for _, f := range all {
		mark := "-"
		if f.Doubt {
			mark = "?"
		}
		text := f.Text
		if several && f.File != "" {
			text = f.File + ": " + text
		}
		if f.Flag != "" {
			text += " (" + f.Flag + ")"
		}
		fmt.Fprintln(p.out, mark, text)
	}
}

// columns prints the columns of a file with their roles and the reasons.
func (p printer) columns(columns []found.Column) {
	t := p.grid(p.w.Say("cli-column"), p.w.Say("cli-name"), p.w.Say("cli-role"), p.w.Say("cli-why"),
		p.w.Say("cli-missing")).right(1, 5)
	for _, c := range columns {
		t.row(fmt.Sprint(c.Place), table.Visible(c.Name), p.w.Say(words.Key(c.Role.WordKey())),
			p.w.Error(c.Why), fmt.Sprint(c.Missing))
	}
	if t.lines > 0 {
		p.blank()
		t.print()
	}
}

// channels prints the channels that are left.
func (p printer) channels(channels []channelInfo) {
	t := p.grid(p.w.Say("cli-channel"), p.w.Say("cli-name"), p.w.Say("cli-train-mean"),
		p.w.Say("cli-deviation"),
		p.w.Say("cli-train-range"), p.w.Say("cli-test-range")).right(1, 3, 4)
	for i, c := range channels {
		t.row(fmt.Sprint(i), c.Name, digits(c.Mean, 4), digits(c.Deviation, 4), p.extent(c.Train),
			p.extent(c.Test))
	}
	t.print()
}

// extent writes a range with as many digits as show that both ends differ.
func (p printer) extent(r [2]float64) string {
	n := 4
	for r[0] != r[1] && n < 17 && digits(r[0], n-2) == digits(r[1], n-2) {
		n++
	}
	return p.w.Say("cli-range", digits(r[0], n), digits(r[1], n))
}

// origin says where a set comes from and what may be done with it.
func (p printer) origin(set *datasets.Set) string {
	switch datasets.GroupOf(set.Name) {
	case datasets.GroupBuiltin:
		return p.w.Say("set-generated")
	case datasets.GroupFile:
		return p.w.Say("set-own")
	}
	return p.w.Say("set-from", set.Source, set.Licence)
}

// dropped names the first columns that are not used.
func (p printer) dropped(columns []datasets.Dropped) string {
	const most = 5
	var names []string
	for _, c := range columns[:min(len(columns), most)] {
		names = append(names, p.w.Say("series-dropped-one", c.Name, c.Why))
	}
	if len(columns) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// sayFindings tells on standard error what is in doubt about a file that is used.
func (a *app) sayFindings(findings []found.Finding) {
	for _, f := range findings {
		if f.Doubt {
			var file any = fault.Word("cli-data")
			if f.File != "" {
				file = f.File
			}
			flag := f.Flag
			if flag != "" {
				flag = "(" + flag + ")"
			}
			fmt.Fprintln(a.errOut, strings.TrimRight(a.w.Say("cli-finding", file, f.Said, flag), " "))
		}
	}
}

// sayData tells on standard error what is in doubt about the data of a run, and what was made to fit them.
func (a *app) sayData(s spec.DataSummary) {
	a.sayFindings(s.Findings)
	if f := s.Fitted; f != nil {
		fmt.Fprintln(a.errOut, a.w.Say("cli-fitted", f.Window, f.Stride, 100*f.Validation))
	}
}
