package scoring

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
)

// Form is how scores are written.
type Form string

// The forms.
const (
	CSV   Form = "csv"   // step,time,score,threshold,alarm; of several series with that of each row behind
	Lines Form = "jsonl" // an object a line
)

// Rows writes the outcome of rows one by one. Numbers have all their digits.
type Rows struct {
	out  io.Writer
	form Form
	csv  *csv.Writer
	n    int
}

// NewRows begins to write.
func NewRows(out io.Writer, f Form) *Rows { return &Rows{out: out, form: f, csv: csv.NewWriter(out)} }

var head = []string{"step", "time", "score", "threshold", "alarm"}

// line is a row as JSON has it: null where there is no number.
type line struct {
	Step      int      `json:"step"`
	Time      string   `json:"time,omitempty"`
	Score     *float64 `json:"score"`
	Threshold *float64 `json:"threshold"`
	Alarm     bool     `json:"alarm"`
	Series    string   `json:"series,omitempty"`
}

// Step writes a row. Rows of CSV wait for Flush.
func (r *Rows) Step(s Step) error {
	r.n++
	if r.form == Lines {
		text, err := json.Marshal(line{s.Step, s.Time, number(s.Score), number(s.Threshold), s.Alarm, s.Series})
		if err != nil {
			return err
		}
		_, err = r.out.Write(append(text, '\n'))
		return err
	}
	if r.n == 1 && s.Series != "" {
		r.csv.Write(append(head[:len(head):len(head)], "series"))
	} else if r.n == 1 {
		r.csv.Write(head)
	}
	alarm := "0"
	if s.Alarm {
		alarm = "1"
	}
	row := []string{strconv.Itoa(s.Step), s.Time, digits(s.Score), digits(s.Threshold), alarm}
	if s.Series != "" {
		row = append(row, s.Series)
	}
	return r.csv.Write(row)
}

// Flush writes what waits.
func (r *Rows) Flush() error {
	r.csv.Flush()
	return r.csv.Error()
}

// Close ends what was written.
func (r *Rows) Close() error {
	if r.n == 0 && r.form == CSV {
		r.csv.Write(head)
	}
	return r.Flush()
}

// digits are all digits of a number; empty where it is none.
func digits(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
