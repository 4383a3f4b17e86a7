// Package alarms writes alarms as other programs read them.
package alarms

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Format is a form of alarms.
type Format string

// The formats.
const (
	CSV   Format = "csv"   // one row an alarm
	Lines Format = "jsonl" // one object a line
	JSON  Format = "json"  // a list of objects
	NAB   Format = "nab"   // windows of the Numenta benchmark: {"NAME": [["start", "end"], ...]}
)

// Formats lists them.
var Formats = []Format{CSV, Lines, JSON, NAB}

// FormatOf is the format of that name.
func FormatOf(name string) (Format, error) {
	var names fault.Choices
	for _, f := range Formats {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fault.New("want-choice", names)
}

// Ending is that of a file's name.
func (f Format) Ending() string {
	if f == NAB {
		return ".json"
	}
	return "." + string(f)
}

// Source is what alarms are of.
type Source struct {
	Name     string   // of the file or the set, under which NAB has its windows
	Arm      string   // of the run, or the column of scores; empty = of neither
	Seed     *uint64  // of the run; nil = of none
	Channels []string // whose positions causes name
	// Series are those that lie one behind the other, if there are several; steps are counted over all of them.
	Series []spec.Series
	In     string    // the one that an alarm is of, whose steps are counted alone; empty = Series tells
	Usual  []float64 // the usual share of each channel; nil = nobody knows
}

// usual is that of a channel; nil = nobody knows.
func (s Source) usual(channel int) *float64 {
	if channel >= len(s.Usual) {
		return nil
	}
	return &s.Usual[channel]
}

// series is the name of the one that an alarm is in; empty = there is one alone.
func (s Source) series(a spec.Alarm) string {
	if s.In != "" {
		return s.In
	}
	if in := (&spec.DataSummary{Series: s.Series}).SeriesAt(a.From); in != nil {
		return in.Name
	}
	return ""
}

// Writer writes alarms one by one; Close ends what it writes.
type Writer struct {
	out    io.Writer
	format Format
	csv    *csv.Writer
	n      int
	names  []string            // of NAB's lists, which are written at the end, since series take turns
	lists  map[string][][]byte // their windows
}

// NewWriter begins to write. What is written first comes with the first alarm, or with Close; the windows of
// NAB all come with Close.
func NewWriter(out io.Writer, f Format) *Writer {
	w := &Writer{out: out, format: f, lists: map[string][][]byte{}}
	if f == CSV {
		w.csv = csv.NewWriter(out)
	}
	return w
}

// Head is the first row of CSV; the name of the series stands behind it where there are several.
var Head = []string{"arm", "seed", "start", "end", "from", "to", "length", "peak_time", "peak_step", "peak_score",
	"channels"}

// object is an alarm as JSON has it.
type object struct {
	Name string  `json:"name,omitempty"`
	Arm  string  `json:"arm,omitempty"`
	Seed *uint64 `json:"seed,omitempty"`
	In   string  `json:"series,omitempty"`
	spec.Alarm
	Length   int     `json:"length"`
	Channels []share `json:"channels,omitempty"`
}

type share struct {
	Name  string   `json:"name"`
	Share float64  `json:"share"`
	Usual *float64 `json:"usual,omitempty"` // outside of alarms
}

// Write writes an alarm.
func (w *Writer) Write(s Source, a spec.Alarm) error {
	w.n++
	switch w.format {
	case CSV:
		return w.row(s, a)
	case NAB:
		return w.window(s, a)
	}
	before := ""
	if w.format == JSON {
		if before = ",\n  "; w.n == 1 {
			before = "[\n  "
		}
	}
	o := object{Name: s.Name, Arm: s.Arm, Seed: s.Seed, In: s.series(a), Alarm: a, Length: a.Len(), Channels: sharesOf(s, a)}
	o.Alarm.Causes = nil
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if w.format == Lines {
		text = append(text, '\n')
	}
	_, err = fmt.Fprintf(w.out, "%s%s", before, text)
	return err
}

func sharesOf(s Source, a spec.Alarm) (out []share) {
	for _, c := range a.Causes {
		out = append(out, share{channelName(s, c.Channel), c.Share, s.usual(c.Channel)})
	}
	return out
}

func channelName(s Source, c int) string {
	if c < len(s.Channels) {
		return s.Channels[c]
	}
	return strconv.Itoa(c)
}

// Causes are the channels behind an alarm with their shares and, in brackets, their usual ones, in one line:
// cpu 62 % (usually 11 %); load 20 % (usually 9 %).
func Causes(s Source, a spec.Alarm) string {
	var parts []string
	for _, c := range a.Causes {
		text := fmt.Sprintf("%s %.0f %%", channelName(s, c.Channel), 100*c.Share)
		if u := s.usual(c.Channel); u != nil {
			text += fmt.Sprintf(" (usually %.0f %%)", 100**u)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// row writes a row of CSV: steps from, up to but not including to.
func (w *Writer) row(s Source, a spec.Alarm) error {
	in := s.series(a)
	if w.n == 1 && in == "" {
		w.csv.Write(Head)
	} else if w.n == 1 {
		w.csv.Write(append(Head[:len(Head):len(Head)], "series"))
	}
	seed := ""
	if s.Seed != nil {
		seed = strconv.FormatUint(*s.Seed, 10)
	}
	row := []string{s.Arm, seed, a.Start, a.End, strconv.Itoa(a.From), strconv.Itoa(a.To),
		strconv.Itoa(a.Len()), a.PeakAt, strconv.Itoa(a.Peak.Step), digits(a.Peak.Score), Causes(s, a)}
	if in != "" {
		row = append(row, in)
	}
	w.csv.Write(row)
	w.csv.Flush()
	return w.csv.Error()
}

// window writes an interval of NAB, times where they are known, else steps; both ends lie in it.
func (w *Writer) window(s Source, a spec.Alarm) error {
	name := s.Name
	if in := s.series(a); in != "" {
		name = in
	}
	if s.Arm != "" {
		name += " " + s.Arm
	}
	if s.Seed != nil {
		name += fmt.Sprintf("/%d", *s.Seed)
	}
	var ends any = [2]int{a.From, a.To - 1}
	if a.Start != "" && a.End != "" {
		ends = [2]string{micro(a.Start), micro(a.End)}
	}
	text, err := json.Marshal(ends)
	if w.lists[name] == nil {
		w.names = append(w.names, name)
	}
	w.lists[name] = append(w.lists[name], text)
	return err
}

// windows are the lists of NAB.
func (w *Writer) windows() string {
	var b strings.Builder
	for i, name := range w.names {
		key, _ := json.Marshal(name) // a string has one
		before := "{\n  "
		if i > 0 {
			before = "\n  ],\n  "
		}
		fmt.Fprintf(&b, "%s%s: [\n    %s", before, key, bytes.Join(w.lists[name], []byte(",\n    ")))
	}
	return b.String() + "\n  ]\n}\n"
}

// micro is a time with microseconds, as the Numenta benchmark writes them; what is none of a clock stays.
func micro(stamp string) string {
	const whole = len("2006-01-02 15:04:05")
	if len(stamp) < whole || stamp[4] != '-' {
		return stamp
	}
	fraction := strings.TrimPrefix(stamp[whole:], ".")
	if strings.Trim(fraction, "0123456789") != "" {
		return stamp // a zone
	}
	return stamp[:whole] + "." + (fraction + "000000")[:max(6, len(fraction))]
}

// Scores writes the scores of a run as CSV, with the threshold and whether a step lies in an alarm, where there are
// several series with the name of its own; at says when it was.
func Scores(out io.Writer, r spec.Run, d spec.DataSummary, at func(step int) string) error {
	w := csv.NewWriter(out)
	head := []string{"step", "time", "score", "threshold", "alarm"}
	if len(d.Series) > 0 {
		head = append(head, "series")
	}
	w.Write(head)
	next := 0
	for t, x := range r.Scores {
		for next < len(r.Alarms) && r.Alarms[next].To <= t {
			next++
		}
		in := "0"
		if next < len(r.Alarms) && r.Alarms[next].From <= t {
			in = "1"
		}
		row := []string{strconv.Itoa(t), at(t), digits(metrics.Value(x)), digits(r.Threshold.Value), in}
		if s := d.SeriesAt(t); s != nil {
			row = append(row, s.Name)
		}
		w.Write(row)
	}
	w.Flush()
	return w.Error()
}

// digits are all digits of a number; empty where it is none.
func digits(v metrics.Value) string {
	if !v.Defined() {
		return ""
	}
	return strconv.FormatFloat(float64(v), 'g', -1, 64)
}

// Close ends what was written. Without an alarm it is an empty list.
func (w *Writer) Close() error {
	text := ""
	switch {
	case w.format == CSV && w.n == 0:
		w.csv.Write(Head)
		w.csv.Flush()
		return w.csv.Error()
	case w.format == JSON && w.n == 0:
		text = "[]\n"
	case w.format == JSON:
		text = "\n]\n"
	case w.format == NAB && w.n == 0:
		text = "{}\n"
	case w.format == NAB:
		text = w.windows()
	}
	_, err := io.WriteString(w.out, text)
	return err
}
