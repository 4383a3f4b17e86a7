package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
)

// layout is what a reader expects of a table.
type layout struct {
	fields int    // columns of the file; 0 = as many as the first row has
	label  string // name of the label column; empty = a column named as in labelNames, if there is one
	maybe  bool   // the label column may be absent even if named
	labels bool   // the table is the labels: one column that is left after time stamps, or the label column
}

// table is one file's content, with time stamps dropped. Missing cells are NaN.
type table struct {
	file    string
	names   []string // of the value columns; nil without a header
	dropped []Dropped
	blank   int // lines that were left out
	values  Series
	labels  []uint8 // one a row; nil without a label column
	lines   places  // of the rows of a text; nil for an array
}

// Largest is the largest value of a series: the square of a larger one is no float32, so that every error
// measured at it would be infinite. Larger ones stand for missing values in some files.
const Largest = 1.8446742e19

// largestText is Largest as messages have it.
const largestText = "1.8e19"

// labelNames are the columns taken for labels when none is asked for.
var labelNames = []string{"label", "labels", "anomaly", "is_anomaly"}

// timeNames are columns that say when a row was measured; they are dropped. An unnamed first column is a row
// number.
var timeNames = []string{"time", "timestamp", "timestamp_(min)", "date", "datetime", "index"}

// role is what one column of a text table is used for.
type role int

const (
	roleValue role = iota
	roleLabel
	roleTime
	roleNumber
	roleOtherLabel
	roleRest // of a table whose labels alone count
)

// reasons say why columns of these roles are dropped.
var reasons = map[role]Reason{roleTime: ReasonTime, roleNumber: ReasonNumber, roleOtherLabel: ReasonLabel}

// named reports whether a column name is one of names, ignoring case and space around it.
func named(column string, names []string) bool {
	return slices.Contains(names, strings.ToLower(strings.TrimSpace(column)))
}

// columnName names column i, from 0, of a table without header as people count.
func columnName(i int) string { return fmt.Sprintf("column %d", i+1) }

// roles decides what each column of a table is for; names holds a name for every column.
func roles(names []string, header bool, want layout) ([]role, error) {
	out := make([]role, len(names))
	label, values := slices.IndexFunc(names, func(n string) bool { return isLabel(n, want.label) }), 0
	for i, name := range names {
		switch {
		case i == label:
			out[i] = roleLabel
		case header && named(name, timeNames):
			out[i] = roleTime
		case header && i == 0 && strings.TrimSpace(name) == "":
			out[i] = roleNumber
		case header && (isLabel(name, want.label) || named(name, labelNames)):
			out[i] = roleOtherLabel
		default:
			values++
		}
	}
	switch {
	case want.label != "" && label < 0 && !want.maybe:
		return nil, fault.New("data-no-column", short(want.label), fault.Choices(few(names)))
	case want.labels && label >= 0:
		for i := range out {
			if i != label {
				out[i] = roleRest
			}
		}
	case want.labels && values == 1:
		out[slices.Index(out, roleValue)] = roleLabel
	case want.labels:
		return nil, fault.New("data-label-column-of", values, labelNames[0])
	case values == 0:
		return nil, fault.New("data-no-values", strings.Join(few(names), ", "))
	}
	return out, nil
}

// isLabel reports whether name is the label column that was asked for, or a usual one when none was.
func isLabel(name, asked string) bool {
	if asked != "" {
		return strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(asked))
	}
	return named(name, labelNames)
}

// Fill is a rule for missing cells.
type Fill string

// Rules for missing cells.
const (
	FillLast Fill = "last" // the channel's last value before it; 0 before the first
	FillZero Fill = "zero" // 0, before scaling
)

// fills lists every rule once.
var fills = []Fill{FillLast, FillZero}

// WordKey returns the key of the rule in words.
func (f Fill) WordKey() string { return "data-fill-" + string(f) }

// fill replaces the missing cells of s by the rule, and returns how many there were.
func fill(s Series, rule Fill) int {
	filled := 0
	last := make([]float32, s.Channels)
	for t := range s.Rows {
		row := s.Row(t)
		for c, v := range row {
			if math.IsNaN(float64(v)) {
				row[c] = last[c]
				filled++
			} else if rule == FillLast {
				last[c] = v
			}
		}
	}
	return filled
}

// join makes a set of two parts and, unless labels is nil, the labels of the test part. Missing cells are
// filled by the rule.
func join(train, test *table, labels *table, rule Fill) (*Set, error) {
	if train.values.Channels != test.values.Channels {
		return nil, inFile(test.file,
			fault.New("data-channels-differ", test.values.Channels, Visible(train.file),
				train.values.Channels))
	}
	if train.names != nil && test.names != nil {
		for c, name := range train.names {
			if test.names[c] != name {
				return nil, inFile(test.file,
					fault.New("data-names-differ", c+1, short(test.names[c]), Visible(train.file),
						short(name)))
			}
		}
	}
	set := &Set{Channels: train.names, Train: train.values, Test: test.values,
		Dropped: slices.Clone(train.dropped), Blank: train.blank + test.blank}
	for _, d := range test.dropped {
		if !slices.Contains(set.Dropped, d) {
			set.Dropped = append(set.Dropped, d)
		}
	}
	for c := len(set.Channels); c < train.values.Channels; c++ {
		set.Channels = append(set.Channels, fmt.Sprintf("channel %d", c+1))
	}
	if set.Filled = fill(train.values, rule) + fill(test.values, rule); set.Filled > 0 {
		set.FillRule = rule
	}
	if labels == nil {
		return set, nil
	}
	if len(labels.labels) != test.values.Rows {
		return nil, inFile(labels.file,
			fault.New("data-labels-differ", len(labels.labels), Visible(test.file), test.values.Rows))
	}
	if labels.file != test.file {
		set.Blank += labels.blank
	}
	set.Labels, set.Anomalies = labels.labels, segments(labels.labels)
	return set, nil
}
