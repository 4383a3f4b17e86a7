// Package datasets reads, generates or fetches labelled multivariate time series.
package datasets

import (
	"slices"

	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
)

// Raw is a multivariate time series as it was measured, in the units of whoever measured it: the value of
// channel c at step t is Columns[c][t].
type Raw struct {
	Columns [][]float64
	Rows    int // time steps

	made [][]steps.Range // of each channel, the steps whose values were filled in; nil = none of any
}

// Channels is the number of channels.
func (r Raw) Channels() int { return len(r.Columns) }

// Slice returns the steps from a up to, not including, b; it shares memory with r.
func (r Raw) Slice(a, b int) Raw {
	out := Raw{Columns: make([][]float64, len(r.Columns)), Rows: b - a}
	for c, values := range r.Columns {
		out.Columns[c] = values[a:b:b]
	}
	for _, made := range r.made {
		var inside []steps.Range
		for _, g := range made {
			if cut := (steps.Range{From: max(g.From, a) - a, To: min(g.To, b) - a}); cut.Len() > 0 {
				inside = append(inside, cut)
			}
		}
		out.made = append(out.made, inside)
	}
	return out
}

// Measured returns the values of a channel that were measured, without those that were filled in.
func (r Raw) Measured(c int) []float64 {
	if r.made == nil || len(r.made[c]) == 0 {
		return r.Columns[c]
	}
	var out []float64
	from := 0
	for _, g := range r.made[c] {
		out = append(out, r.Columns[c][from:g.From]...)
		from = g.To
	}
	return append(out, r.Columns[c][from:]...)
}

// Only returns the channels with these numbers, in their order; it shares memory with r.
func (r Raw) Only(channels []int) Raw {
	out := Raw{Rows: r.Rows}
	for _, c := range channels {
		out.Columns = append(out.Columns, r.Columns[c])
		if r.made != nil {
			out.made = append(out.made, r.made[c])
		}
	}
	return out
}

// Series is a multivariate time series as models see it, in row-major order: the value of channel c at step t
// is Values[t*Channels+c].
type Series struct {
	Values   []float32
	Rows     int // time steps
	Channels int
}

// Row returns the values of all channels at step t; it shares memory with s.
func (s Series) Row(t int) []float32 {
	return s.Values[t*s.Channels : (t+1)*s.Channels : (t+1)*s.Channels]
}

// Slice returns the steps from a up to, not including, b; it shares memory with s.
func (s Series) Slice(a, b int) Series {
	values := s.Values[a*s.Channels : b*s.Channels : b*s.Channels]
	return Series{Values: values, Rows: b - a, Channels: s.Channels}
}

// Kinds of anomalies, in the order charts list them.
const (
	KindPoint       = "point"       // one to three steps off
	KindContextual  = "contextual"  // usual values at an unusual time
	KindCollective  = "collective"  // a stretch that is frozen or drifts
	KindCorrelation = "correlation" // channels that no longer move with the others
	KindFrequency   = "frequency"   // an oscillation that does not belong there
)

// Anomaly is one labelled stretch of the test part.
type Anomaly struct {
	steps.Range
	Kind     string // one of the kinds above; empty when the source does not say
	Channels []int  // the channels it shows in; nil when the source does not say
}

// Set is a series in two parts: one to train on, one to detect anomalies in.
type Set struct {
	Name      string   // as the catalogue spells it: smd/machine-1-2
	Title     string   // as people read it: SMD machine-1-2
	Channels  []string // channel names, one a column
	Train     Raw
	Test      Raw
	Members   []Member   // the series that it has, if there are several; nil = one
	Labels    []uint8    // one a test step, 1 = anomalous; nil when the source has no labels
	Marked    []uint8    // one a training step, 1 = labelled as anomalous; nil when nobody says
	TrainAt   table.Axis // when the steps were measured, where that is known
	TestAt    table.Axis
	Anomalies []Anomaly       // the maximal runs of ones in Labels, in order
	Missing   []int           // missing cells that were filled, one number a channel; nil where none was
	Filled    int             // all of them, both parts together
	FillRule  Fill            // how they were filled; empty when nothing was missing
	Columns   []found.Column  // of the source, with their roles; of files of a user's own
	Findings  []found.Finding // what to know about them
	Dropped   []Dropped       // columns of the source that are no channels
	Blank     int             // blank lines that were left out
	Look      *found.Preview  // at the files; nil unless they are a user's own
	Licence   string          // its name; empty for what is generated, or a user's own
	Source    string          // where its publishers offer it; empty as well

	uncut *uncut // of a single file; else nil
}

// Dropped is a column that is not used.
type Dropped struct {
	Name string
	Why  Reason
}

// Reason is why a column is not used.
type Reason string

// Reasons for which a column is dropped.
const (
	ReasonTime   Reason = "time"   // it holds times
	ReasonNumber Reason = "number" // it numbers the rows
	ReasonLabel  Reason = "label"  // its name says that it holds labels, and another column does
	ReasonText   Reason = "text"   // it holds words
	ReasonEmpty  Reason = "empty"  // it holds nothing
	ReasonAsked  Reason = "asked"  // whoever uses it said so
)

// Reasons lists every reason once.
var Reasons = []Reason{ReasonTime, ReasonNumber, ReasonLabel, ReasonText, ReasonEmpty, ReasonAsked}

// WordKey returns the key of the reason in words.
func (r Reason) WordKey() string { return "data-dropped-" + string(r) }

// segments returns the maximal runs of ones in labels.
func segments(labels []uint8) []Anomaly {
	var runs []Anomaly
	for t, l := range labels {
		switch {
		case l == 0:
		case t > 0 && labels[t-1] == 1:
			runs[len(runs)-1].To = t + 1
		default:
			runs = append(runs, Anomaly{Range: steps.Range{From: t, To: t + 1}})
		}
	}
	return runs
}

// annotate gives every run the channels of all notes that overlap it, and their kind where they agree.
func annotate(runs, notes []Anomaly) {
	for i := range runs {
		run := &runs[i]
		first := true
		for _, n := range notes {
			if n.From >= run.To || n.To <= run.From {
				continue
			}
			if first {
				run.Kind, first = n.Kind, false
			} else if run.Kind != n.Kind {
				run.Kind = ""
			}
			run.Channels = append(run.Channels, n.Channels...)
		}
		slices.Sort(run.Channels)
		run.Channels = slices.Compact(run.Channels)
	}
}
