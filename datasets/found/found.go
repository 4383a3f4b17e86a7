// Package found is what a reader found in a table with what it decided, as plain data.
package found

import (
	"maps"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
)

// Role is what a column of a table is used for. In JSON it is its name.
type Role string

// The roles.
const (
	Channel     Role = "channel"
	Constant    Role = "constant" // a channel whose value never changes
	Time        Role = "time"
	Label       Role = "label"
	SecondLabel Role = "second_label" // a label as well; another column is the one that counts
	RowNumber   Role = "row_number"
	Text        Role = "text"
	OneHot      Role = "one_hot" // text of which each value becomes a channel
	Empty       Role = "empty"
	Dropped     Role = "dropped" // by whoever asked for it
	Names       Role = "names"   // of the channels that rows hold one value of each
	Entity      Role = "entity"  // tells which of several series a row belongs to
)

// Given lists the roles that a person may give a column.
var Given = []Role{Channel, Time, Label, OneHot, Dropped, Entity, Names}

// roleWords are the keys of the roles in words.
var roleWords = map[Role]fault.Word{Channel: "role-channel", Constant: "role-constant", Time: "role-time",
	Label: "role-label", SecondLabel: "role-second-label", RowNumber: "role-row-number", Text: "role-text",
	OneHot: "role-one-hot", Empty: "role-empty", Dropped: "role-dropped", Entity: "role-entity", Names: "role-names"}

// WordKey returns the key of the role in words.
func (r Role) WordKey() string { return string(roleWords[r]) }

// Used reports whether columns of this role are channels.
func (r Role) Used() bool { return r == Channel || r == Constant || r == OneHot }

// Column is one column of a table, as it is used.
type Column struct {
	Name    string       `json:"name"`
	Place   int          `json:"place"` // in the file, from 1
	Role    Role         `json:"role"`
	Why     *fault.Fault `json:"why"`            // the reason for the role
	Unit    string       `json:"unit,omitempty"` // behind its numbers
	Missing int          `json:"missing,omitempty"`
	Spelt   []Spelt      `json:"spelt,omitempty"` // of labels, the most frequent first
}

// Finding is something about a table that a person should know. One in doubt may be wrong: Flag decides it.
type Finding struct {
	Doubt   bool         `json:"doubt,omitempty"`
	File    string       `json:"file,omitempty"`
	Column  string       `json:"column,omitempty"`
	Line    int          `json:"line,omitempty"` // from 1; 0 = none in particular
	Said    *fault.Fault `json:"said"`
	Guess   string       `json:"guess,omitempty"`   // what was taken
	Choices []string     `json:"choices,omitempty"` // what else it may be
	Flag    string       `json:"flag,omitempty"`    // by which a person says so: -header
}

// Asked is what a person has said about a table. The zero value leaves every decision to the reader.
type Asked struct {
	Header    string          `json:"header,omitempty"`    // yes, no
	Skip      int             `json:"skip,omitempty"`      // lines before the table
	Separator string          `json:"separator,omitempty"` // of Separators
	Decimal   string          `json:"decimal,omitempty"`   // of Decimals
	Columns   map[string]Role `json:"columns,omitempty"`   // by name or place; Others = all that are not named
	Anomaly   string          `json:"anomaly,omitempty"`   // how an anomaly is spelt in the label column
	NoValue   []float64       `json:"no_value,omitempty"`  // numbers that stand for missing cells
	NoWord    []string        `json:"no_word,omitempty"`   // words that do
	Order     string          `json:"order,omitempty"`     // of Orders
	Dates     string          `json:"dates,omitempty"`     // of DateOrders
	Accept    []string        `json:"accept,omitempty"`    // doubts that are settled: of Acceptable
	Files     string          `json:"files,omitempty"`     // of Together: whether files of the same columns are one series
}

// DateOrders are those of year, month and day in dates of numbers alone.
var DateOrders = []string{"ymd", "dmy", "mdy"}

// Acceptable are the doubts that nothing but a person's word can settle: keys of findings without find-.
var Acceptable = []string{"gaps", "doubles", "irregular", "no-time", "restarts", "parts-overlap", "zones",
	"intervals-outside", "intervals-by-row", "transposed", "encoding-other", "marked-training", "unlabelled-series",
	"only-marked", "labels-late", "unlabelled", "bad-words",
	"unit-some", "titles", "footer", "zones-some", "offsets", "long", "long-doubles", "unlabelled-file", "files-gaps"}

// Settle takes from findings the doubts that a person has answered: by a role for the column, or by accepting them. What
// only a word can settle names the flag for it.
func (a Asked) Settle(findings []Finding, column func(name string) bool) {
	for i := range findings {
		f := &findings[i]
		if !f.Doubt {
			continue
		}
		kind := strings.TrimPrefix(string(f.Said.Key), "find-")
		byRole := f.Flag == "-channels" || f.Flag == "-drop" || f.Flag == "-label" || f.Flag == "-no-value" || f.Flag == "-pivot" ||
			kind == "time-text"
		parted := f.Flag == "-entity" && slices.Contains(slices.Collect(maps.Values(a.Columns)), Entity)
		switch {
		case parted || slices.Contains(a.Accept, kind), f.Flag == "-files" && a.Files != "", byRole && f.Column != "" && column(f.Column):
			f.Doubt = false
		case kind == "time-text":
			f.Flag = "-time"
		case f.Flag == "" && slices.Contains(Acceptable, kind):
			f.Flag = "-accept " + kind
		}
	}
}

// Together is how files of the same columns can belong together: as one series, or each by itself.
var Together = []string{"join", "apart"}

// Orders are how rows can be ordered: by their times, or as they stand in the file.
var Orders = []string{"time", "file"}

// Separators are what parts the cells of a text, Decimals what parts the decimals of a number, by name.
var (
	Separators = []string{"comma", "semicolon", "tab", "bar", "space"}
	Decimals   = []string{"point", "comma"}
)

// Others stands for the channels that Asked.Columns does not name.
const Others = "*"
