// Package alarms writes alarms as other programs read them.
package alarms

import (
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
}

// Writer writes alarms one by one; Close ends what it writes.
type Writer struct {
	out    io.Writer
	format Format
	csv    *csv.Writer
	n      int
	name   string // of NAB's last list
}

// NewWriter begins to write. What is written first comes with the first alarm, or with Close.
func NewWriter(out io.Writer, f Format) *Writer {
	w := &Writer{out: out, format: f}
	if f == CSV {
		w.csv = csv.NewWriter(out)
	}
	return w
}

// Head is the first row of CSV.
var Head = []string{"arm", "seed", "start", "end", "from", "to", "length", "peak_time", "peak_step", "peak_score",
	"channels"}

// object is an alarm as JSON has it.
type object struct {
	Name string  `json:"name,omitempty"`
	Arm  string  `json:"arm,omitempty"`
	Seed *uint64 `json:"seed,omitempty"`
	spec.Alarm
	Length   int     `json:"length"`
	Channels []share `json:"channels,omitempty"`
}

type share struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"`
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
	o := object{Name: s.Name, Arm: s.Arm, Seed: s.Seed, Alarm: a, Length: a.Len(), Channels: sharesOf(s, a)}
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
		out = append(out, share{channelName(s, c.Channel), c.Share})
	}
	return out
}

func channelName(s Source, c int) string {
	if c < len(s.Channels) {
		return s.Channels[c]
	}
	return strconv.Itoa(c)
}

// Causes are the channels behind an alarm with their shares, in one line: cpu 62 %; load 20 %.
func Causes(s Source, a spec.Alarm) string {
	var parts []string
	for _, c := range a.Causes {
		parts = append(parts, fmt.Sprintf("%s %.0f %%", channelName(s, c.Channel), 100*c.Share))
	}
	return strings.Join(parts, "; ")
}

// row writes a row of CSV: steps from, up to but not including to.
func (w *Writer) row(s Source, a spec.Alarm) error {
	if w.n == 1 {
		w.csv.Write(Head)
	}
	seed := ""
	if s.Seed != nil {
		seed = strconv.FormatUint(*s.Seed, 10)
	}
	w.csv.Write([]string{s.Arm, seed, a.Start, a.End, strconv.Itoa(a.From), strconv.Itoa(a.To),
		strconv.Itoa(a.Len()), a.PeakAt, strconv.Itoa(a.Peak.Step), digits(a.Peak.Score), Causes(s, a)})
	w.csv.Flush()
	return w.csv.Error()
}

// window writes an interval of NAB, times where they are known, else steps; both ends lie in it.
func (w *Writer) window(s Source, a spec.Alarm) error {
	name := s.Name
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
	if err != nil {
		return err
	}
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	before := ",\n    "
	switch {
	case w.n == 1:
		before = "{\n  " + string(key) + ": [\n    "
	case name != w.name:
		before = "\n  ],\n  " + string(key) + ": [\n    "
	}
	w.name = name
	_, err = fmt.Fprintf(w.out, "%s%s", before, text)
	return err
}

// micro is a time with microseconds, as the Numenta benchmark writes them; what is none of a clock stays.
func micro(stamp string) string {
	if len(stamp) == len("2006-01-02 15:04:05") && stamp[4] == '-' {
		return stamp + ".000000"
	}
	return stamp
}

// Scores writes the scores of a run as CSV, with the threshold and whether a step lies in an alarm; at says when it
// was.
func Scores(out io.Writer, r spec.Run, at func(step int) string) error {
	w := csv.NewWriter(out)
	w.Write([]string{"step", "time", "score", "threshold", "alarm"})
	next := 0
	for t, x := range r.Scores {
		for next < len(r.Alarms) && r.Alarms[next].To <= t {
			next++
		}
		in := "0"
		if next < len(r.Alarms) && r.Alarms[next].From <= t {
			in = "1"
		}
		w.Write([]string{strconv.Itoa(t), at(t), digits(metrics.Value(x)), digits(r.Threshold.Value), in})
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
		text = "\n  ]\n}\n"
	}
	_, err := io.WriteString(w.out, text)
	return err
}
