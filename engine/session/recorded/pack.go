package recorded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// packed is a Run as text. Most of it are numbers, which are read in a fraction of the time where they stand in
// strings: the page waits for it.
type packed struct {
	Report    spec.Report       `json:"report"`
	Catalogue []protocol.Source `json:"catalogue"`
	Metrics   []string          `json:"metrics"`
	// Measured has for each of Metrics the values, the chance levels and those of a constant score, each by run.
	Measured string `json:"measured"`
	// Causes has by run the alarms' causes: a channel and its share, a channel and its share.
	Causes []string     `json:"causes"`
	Lines  []packedLine `json:"lines"`
}

// packedLine is a Line: whole numbers of a quantum, as text.
type packedLine struct {
	protocol.Line
	Each    int     `json:"each"`
	N       int     `json:"n"`
	Quantum float64 `json:"quantum"`
	Base    int     `json:"base"` // of all of its numbers
	Mean    string  `json:"mean"`
	Low     string  `json:"low,omitempty"`  // how far below the mean
	High    string  `json:"high,omitempty"` // how far above it
}

// Read reads what Pack has written.
func Read(text []byte) (*Run, error) {
	var p packed
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, err
	}
	r := &Run{Report: p.Report, Catalogue: p.Catalogue, Text: text}
	measured, err := table(p.Measured)
	if err != nil {
		return nil, err
	}
	next := 0
	for _, a := range r.Report.Arms {
		for i := range a.Runs {
			run := &a.Runs[i]
			for k, name := range p.Metrics {
				if 3*k+2 >= len(measured) || next >= len(measured[3*k]) || next >= len(measured[3*k+1]) ||
					next >= len(measured[3*k+2]) {
					return nil, fmt.Errorf("recorded run: no %s of run %d", name, next)
				}
				run.Metrics = append(run.Metrics, spec.Measure{Name: name, Value: metrics.Value(measured[3*k][next]),
					Chance:   metrics.Value(measured[3*k+1][next]),
					Constant: metrics.Value(measured[3*k+2][next])})
			}
			if next < len(p.Causes) {
				if run.Causes, err = causes(p.Causes[next]); err != nil {
					return nil, err
				}
			}
			next++
		}
	}
	for _, l := range p.Lines {
		r.Lines = append(r.Lines, l.line())
	}
	r.score()
	return r, nil
}

// score gives the runs the scores that were recorded.
func (r *Run) score() {
	for _, l := range r.Lines {
		if l.Kind != protocol.LineScore {
			continue
		}
		for _, a := range r.Report.Arms {
			for i := range a.Runs {
				if run := &a.Runs[i]; run.Arm == l.Arm && run.Seed == l.Seed && l.Each == 1 {
					run.Scores = l.Mean
				}
			}
		}
	}
}

// plain is how many digits numbers have that are not metrics: more than are shown of any.
const plain = 5

// Pack writes a report with lines of its test part as text; metrics have so many digits.
func Pack(report spec.Report, catalogue []protocol.Source, lines []Line, digits int) ([]byte, error) {
	p := packed{Catalogue: catalogue}
	p.Report = kept(report)
	var measured [][]float64
	for _, a := range p.Report.Arms {
		for i := range a.Runs {
			run := &a.Runs[i]
			if p.Metrics == nil {
				for _, m := range run.Metrics {
					p.Metrics = append(p.Metrics, m.Name)
				}
				measured = make([][]float64, 3*len(p.Metrics))
			}
			if len(run.Metrics) != len(p.Metrics) {
				return nil, fmt.Errorf("recorded run: %s has other metrics than the arms before", a.Arm.Name)
			}
			for k, m := range run.Metrics {
				if m.Name != p.Metrics[k] {
					return nil, fmt.Errorf("recorded run: %s has %s in the place of %s", a.Arm.Name, m.Name, p.Metrics[k])
				}
				for column, v := range []metrics.Value{m.Value, m.Chance, m.Constant} {
					measured[3*k+column] = append(measured[3*k+column], float64(v))
				}
			}
			var shares [][]float64
			for _, alarm := range run.Causes {
				var row []float64
				for _, c := range alarm {
					row = append(row, float64(c.Channel), c.Share)
				}
				shares = append(shares, row)
			}
			p.Causes = append(p.Causes, written(shares, plain))
			run.Metrics, run.Causes = nil, nil
		}
	}
	for _, l := range lines {
		line, err := pack(l)
		if err != nil {
			return nil, err
		}
		p.Lines = append(p.Lines, line)
	}
	p.Measured = written(measured, digits)
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return rounded(text, plain)
}

// written is rows of numbers as text; what is undefined is empty.
func written(rows [][]float64, digits int) string {
	var out []byte
	for i, row := range rows {
		if i > 0 {
			out = append(out, ';')
		}
		for k, v := range row {
			if k > 0 {
				out = append(out, ',')
			}
			if !math.IsNaN(v) {
				out = strconv.AppendFloat(out, v, 'g', digits, 64)
			}
		}
	}
	return string(out)
}

// table reads what written has written.
func table(text string) (rows [][]float64, err error) {
	for row := range strings.SplitSeq(text, ";") {
		var values []float64
		for cell := range strings.SplitSeq(row, ",") {
			v := math.NaN()
			if cell != "" {
				if v, err = strconv.ParseFloat(cell, 64); err != nil {
					return nil, err
				}
			}
			values = append(values, v)
		}
		rows = append(rows, values)
	}
	return rows, nil
}

// causes reads those of the alarms of a run.
func causes(text string) (list [][]spec.Cause, err error) {
	if text == "" {
		return nil, nil
	}
	rows, err := table(text)
	for _, row := range rows {
		var alarm []spec.Cause
		for k := 0; k+1 < len(row); k += 2 {
			alarm = append(alarm, spec.Cause{Channel: int(row[k]), Share: row[k+1]})
		}
		list = append(list, alarm)
	}
	return list, err
}

// kept is what a page shows of a report: no durations; losses, alarms and what is behind them of the runs that
// stand for their arms in charts, which are those of the first seed.
func kept(r spec.Report) spec.Report {
	r = r.WithoutTimings()
	r.Comparisons = nil // they follow from the runs
	r.Arms = slices.Clone(r.Arms)
	for i := range r.Arms {
		a := &r.Arms[i]
		a.Runs = slices.Clone(a.Runs)
		trained := spec.Controls[a.Arm.Control].Trains
		for k := range a.Runs {
			if run := &a.Runs[k]; !trained || k > 0 {
				run.Causes, run.Peaks, run.Alarms, run.Epochs = nil, nil, nil, nil
			} else {
				run.Epochs = losses(run.Epochs)
			}
		}
	}
	for i := range r.Teachers {
		if t := &r.Teachers[i]; i > 0 {
			t.Epochs = nil
		} else {
			t.Epochs = losses(t.Epochs)
		}
	}
	return r
}

// losses leaves of epochs what a learning plot shows.
func losses(epochs []spec.Epoch) (out []spec.Epoch) {
	for _, e := range epochs {
		out = append(out, spec.Epoch{Epoch: e.Epoch, Losses: e.Losses, Validation: e.Validation})
	}
	return out
}

// The signs of a number: the printable ones of ASCII that need no escape in JSON.
const signs = 80

func sign(d int) byte {
	if d >= 52 {
		d++ // no backslash
	}
	return byte('(' + d)
}

func digit(c byte) int {
	d := int(c) - '('
	if d > 52 {
		d--
	}
	return d
}

// number writes whole numbers from 1, 0 for none, as two signs each: all first signs, then all second ones,
// which compresses better than pairs.
func number(list []int) (string, error) {
	first, second := make([]byte, len(list)), make([]byte, len(list))
	for i, v := range list {
		if v < 0 || v >= signs*signs {
			return "", fmt.Errorf("recorded run: %d is too much for two signs", v)
		}
		first[i], second[i] = sign(v/signs), sign(v%signs)
	}
	return string(first) + string(second), nil
}

func numbers(text string) []int {
	n := len(text) / 2
	list := make([]int, n)
	for i := range list {
		list[i] = digit(text[i])*signs + digit(text[n+i])
	}
	return list
}

// pack rounds a line to its quantum, which is the finest power of ten that two signs have room for, and no finer
// than a thousandth, or, of means of several steps, than a hundredth.
func pack(l Line) (p packedLine, err error) {
	p = packedLine{Line: l.Line, Each: l.Each, N: l.N}
	lo, hi := extent(l.Mean), -extent(negative(l.Mean))
	p.Quantum = 0.001
	if l.Each > 1 {
		p.Quantum = 0.01
	}
	for (hi-lo)/p.Quantum+2 >= signs*signs {
		p.Quantum *= 10
	}
	p.Base = int(math.Round(lo/p.Quantum)) - 1
	var mean, low, high []int
	for i, v := range l.Mean {
		q := 0
		if !math.IsNaN(v) {
			q = int(math.Round(v/p.Quantum)) - p.Base
		}
		mean = append(mean, q)
		if l.Low != nil {
			low = append(low, max(0, int(math.Round((v-l.Low[i])/p.Quantum))))
			high = append(high, max(0, int(math.Round((l.High[i]-v)/p.Quantum))))
		}
	}
	for _, part := range []struct {
		list []int
		to   *string
	}{{mean, &p.Mean}, {low, &p.Low}, {high, &p.High}} {
		if err == nil {
			*part.to, err = number(part.list)
		}
	}
	return p, err
}

// extent is the least of the values that are there.
func extent(list []float64) float64 {
	least := math.Inf(1)
	for _, v := range list {
		if v < least {
			least = v
		}
	}
	return least
}

func negative(list []float64) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = -v
	}
	return out
}

// line reads a line.
func (p packedLine) line() Line {
	l := Line{Line: p.Line, Each: p.Each, N: p.N}
	// A division rounds a decimal as it is written; a product with 0.001 would not.
	per := math.Round(1 / p.Quantum)
	value := func(q int) float64 {
		if p.Quantum >= 1 {
			return float64(q) * p.Quantum
		}
		return float64(q) / per
	}
	low, high := numbers(p.Low), numbers(p.High)
	for i, q := range numbers(p.Mean) {
		if q == 0 {
			l.Mean = append(l.Mean, math.NaN())
		} else {
			l.Mean = append(l.Mean, value(q+p.Base))
		}
		if i < len(low) {
			l.Low, l.High = append(l.Low, value(q+p.Base-low[i])), append(l.High, value(q+p.Base+high[i]))
		}
	}
	return l
}

// rounded returns JSON text with floats of so many digits.
func rounded(text []byte, digits int) ([]byte, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	var out bytes.Buffer
	type level struct {
		object bool
		n      int // tokens so far
	}
	var open []level
	for {
		token, err := in.Token()
		if err == io.EOF {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		if d, is := token.(json.Delim); is && (d == '}' || d == ']') {
			open = open[:len(open)-1]
			out.WriteRune(rune(d))
			continue
		}
		if n := len(open); n > 0 {
			at := &open[n-1]
			switch {
			case at.object && at.n%2 == 1:
				out.WriteByte(':')
			case at.n > 0:
				out.WriteByte(',')
			}
			at.n++
		}
		switch v := token.(type) {
		case json.Delim:
			out.WriteRune(rune(v))
			open = append(open, level{object: v == '{'})
		case json.Number:
			out.WriteString(shorter(v.String(), digits))
		default:
			plain := json.NewEncoder(&out)
			plain.SetEscapeHTML(false)
			if err := plain.Encode(v); err != nil {
				return nil, err
			}
			out.Truncate(out.Len() - 1) // the end of line
		}
	}
}

// shorter writes a number with so many digits; whole numbers stay.
func shorter(number string, digits int) string {
	if !strings.ContainsAny(number, ".eE") {
		return number
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	short := strconv.FormatFloat(v, 'g', digits, 64)
	if len(short) < len(number) {
		return short
	}
	return number
}
