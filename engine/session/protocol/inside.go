package protocol

import (
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// Inside asks what the student of a run computes in the window of a step of the test part. While the student
// trains, it is the one of the last epoch.
type Inside struct {
	Of
	Step  int `json:"step"`
	Layer int `json:"layer,omitempty"` // of attention, from 0
	Head  int `json:"head,omitempty"`  // likewise
	Pick  int `json:"pick"`            // a channel or a centre; -1 = the one that says most
}

// Insight answers Inside. The values of its figures are transferred beside it, one behind the other.
type Insight struct {
	Inside
	Window  steps.Range    `json:"window"`
	Epoch   int            `json:"epoch,omitempty"` // after which the student is looked at; 0 = its run is over
	Model   spec.ModelKind `json:"model"`
	Layers  int            `json:"layers,omitempty"` // of attention; 0 = it has none that is shown
	Heads   int            `json:"heads,omitempty"`
	Figures []Figure       `json:"figures"`
	Notes   []*fault.Fault `json:"notes,omitempty"`
}

// How figures are drawn.
const (
	FigureMap   = "map"   // a value is a rectangle, the darker the larger
	FigureLines = "lines" // a row is a line over the columns
	FigureBars  = "bars"  // a row is a bar, with a tick at its second value, where it has one
	FigureAngle = "angle" // a row is a vector: its length, the degrees that it is turned from the first
	FigureGraph = "graph" // a value is an edge that its row has from its column
	FigureTicks = "ticks" // a value is a tick on the line of its row
)

// Figure is a table of numbers, and how it is drawn.
type Figure struct {
	Name    string       `json:"name"` // one of each in an Insight
	Kind    string       `json:"kind"`
	Title   *fault.Fault `json:"title"`
	Axis    *fault.Fault `json:"axis"` // what runs along it
	Says    *fault.Fault `json:"says"` // what is to be seen, in a sentence
	Rows    Names        `json:"rows"`
	Columns Names        `json:"columns"`
	Low     float64      `json:"low"` // of its scale
	High    float64      `json:"high"`
	Root    bool         `json:"root,omitempty"`   // the scale is one of square roots
	Row     int          `json:"row"`              // that is framed; -1 = none
	Column  int          `json:"column"`           // likewise
	Marked  []int        `json:"marked,omitempty"` // rows that the truth names; of a map, columns
	Parts   []int        `json:"parts,omitempty"`  // first rows of parts behind the first
	Looks   []string     `json:"looks,omitempty"`  // of rows
	Widths  bool         `json:"widths,omitempty"` // behind the map stands a deviation of each row, in columns
	IDs     []int        `json:"ids,omitempty"`    // what Inside.Pick calls a row; nil = it cannot be picked
}

// Size is how many values a figure has beside it: rows by columns, and what Widths says.
func (f Figure) Size() int {
	n := f.Rows.Count * f.Columns.Count
	if f.Widths {
		n += f.Rows.Count
	}
	return n
}

// Looks of rows.
const (
	LookInput   = "input"
	LookTeacher = "teacher"
	LookStudent = "student"
	LookAlone   = "alone"
	LookBand    = "band"
	LookBars    = "bars"
	LookLine    = "line"
	LookUsual   = "usual" // of an angle: a wedge
)

// Names are those of rows or columns.
type Names struct {
	Head  fault.Word   `json:"head"` // what they are
	Count int          `json:"count"`
	First int          `json:"first,omitempty"` // numbers from here on, where nothing names them
	List  []string     `json:"list,omitempty"`  // names that nobody translates
	Words []fault.Word `json:"words,omitempty"` // names in words
}
