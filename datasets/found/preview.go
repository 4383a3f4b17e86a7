package found

import "cosinelab/datasets/steps"

// Preview is a look at a table as it is used: some of its rows, every column in small, one channel over all rows
// of both parts, which count on from one to the other.
type Preview struct {
	Rows     int           `json:"rows"`
	Cut      int           `json:"cut"`                // rows of the training part
	Array    bool          `json:"array,omitempty"`    // there is no text, and no row that may hold names
	Nameless bool          `json:"nameless,omitempty"` // columns are called by their places, since nothing names them
	Parted   string        `json:"parted,omitempty"`   // the cells of a text: one of Separators
	Comma    bool          `json:"comma,omitempty"`    // numbers have a decimal comma
	Fixed    bool          `json:"fixed,omitempty"`    // the parts are files of their own: nothing can cut them anew
	Files    []string      `json:"files,omitempty"`    // that were read, where there are several
	Cells    []Row         `json:"cells"`              // in their order
	Shapes   [][]byte      `json:"shapes"`             // one a column of Rows: Sketch values; empty = none
	Channel  string        `json:"channel"`            // that Line shows
	Line     []byte        `json:"line"`               // lowest and highest of each stretch, as in Shapes
	Marked   []steps.Range `json:"marked,omitempty"`   // labelled rows
	Gaps     []Gap         `json:"gaps,omitempty"`
	Ticks    []Tick        `json:"ticks,omitempty"` // round times
	Every    int64         `json:"every,omitempty"` // nanoseconds between rows; 0 = nobody knows, or irregular
}

// Sketch is how many values a column in small has: the lowest and the highest of each of half as many stretches
// of rows, 1 to 255 for the least to the largest of all; 0 = nothing is there.
const Sketch = 2 * 40

// Row is one row of a table as it stands there.
type Row struct {
	Line   int      `json:"line"`             // of the text, or of the array, from 1
	Cells  []string `json:"cells"`            // one a column
	Filled []int    `json:"filled,omitempty"` // columns whose cell is missing and takes what Cells says
	Gap    string   `json:"gap,omitempty"`    // how long after the row before it
	Test   string   `json:"test,omitempty"`   // the file that begins with it
}

// Gap is a place where rows are missing.
type Gap struct {
	Row  int    `json:"row"`  // the first behind it
	Long string `json:"long"` // from the row before
}

// Tick is a row at a round time.
type Tick struct {
	Row  int    `json:"row"`
	Text string `json:"text"` // 2024-02-01, or 2024-02-01 12:00:00
}

// Spelt is one spelling in a label column.
type Spelt struct {
	Text    string `json:"text"`
	Count   int    `json:"count"`
	Anomaly bool   `json:"anomaly,omitempty"` // it is taken for one
}
