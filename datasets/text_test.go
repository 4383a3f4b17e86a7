package datasets

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// droppedOf are the columns of a portion that are no channels.
func droppedOf(p *portion) []Dropped {
	set := &Set{}
	set.drop(p.columns)
	return set.Dropped
}

func TestTextTablesInEveryShape(t *testing.T) {
	tests := []struct {
		name, content string
		want          table.Want
		names         []string
		rows          int
		values        []float64
		labels        []uint8
		dropped       []Dropped
	}{
		{name: "no header", content: "1,2\n3,4\n", rows: 2, values: []float64{1, 2, 3, 4}},
		{name: "no last line end", content: "1,2\n3,4", rows: 2, values: []float64{1, 2, 3, 4}},
		{name: "header", content: "a,b\n1,2\n", names: []string{"a", "b"}, rows: 1, values: []float64{1, 2}},
		{name: "semicolon", content: "a;b\n1;2\n", names: []string{"a", "b"}, rows: 1,
			values: []float64{1, 2}},
		{name: "tab", content: "a\tb\n1\t2\n", names: []string{"a", "b"}, rows: 1, values: []float64{1, 2}},
		{name: "bar", content: "1|2\n3|4\n", rows: 2, values: []float64{1, 2, 3, 4}},
		{name: "single column", content: "1\n2\n", rows: 2, values: []float64{1, 2}},
		{name: "windows lines and spaces", content: "a , b\r\n 1 , 2 \r\n", names: []string{"a", "b"},
			rows: 1, values: []float64{1, 2}},
		{name: "byte order mark", content: "\xef\xbb\xbfa,b\n1,2\n", names: []string{"a", "b"}, rows: 1,
			values: []float64{1, 2}},
		{name: "quoted separator", content: "\"a,x\",b\n1,2\n", names: []string{"a,x", "b"}, rows: 1,
			values: []float64{1, 2}},
		{name: "semicolon in a quoted name", content: "\"a;x\",b\n1,2\n", names: []string{"a;x", "b"},
			rows: 1, values: []float64{1, 2}},
		{name: "exponents", content: "1e-3,-2E2\n+.5,7.\n", rows: 2, values: []float64{1e-3, -200, .5, 7}},
		{name: "label by its usual name", content: "a,Label\n1,0\n2,1\n", names: []string{"a"}, rows: 2,
			values: []float64{1, 2}, labels: []uint8{0, 1}},
		{name: "label by name", content: "a,attack\n1,0.0\n2,True\n", want: Options{Label: "attack"}.want(),
			names: []string{"a"}, rows: 2, values: []float64{1, 2}, labels: []uint8{0, 1}},
		{name: "label by position", content: "1,0\n2,1\n", want: Options{Label: "column 2"}.want(), rows: 2,
			values: []float64{1, 2}, labels: []uint8{0, 1}},
		{name: "time stamps", content: "timestamp,a\n2020-01-01 00:00,1\n", names: []string{"a"}, rows: 1,
			values: []float64{1}, dropped: []Dropped{{"timestamp", ReasonTime}}},
		{name: "row numbers", content: ",a\n0,1\n", names: []string{"a"}, rows: 1, values: []float64{1},
			dropped: []Dropped{{"", ReasonNumber}}},
		{name: "labels alone", content: "0\n1\n", want: table.Want{Labels: true}, rows: 2, labels: []uint8{0, 1}},
		{name: "labels beside time", content: "timestamp_(min),label\n0.0,0\n1.0,1\n",
			want: table.Want{Labels: true}, rows: 2, labels: []uint8{0, 1},
			dropped: []Dropped{{"timestamp_(min)", ReasonTime}}},
	}
	for _, test := range tests {
		for _, content := range []string{test.content, gzipped(t, test.content)} {
			got, err := readPortion(t.Context(), inMemory("x.csv", content), test.want, "")
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
				continue
			}
			if !slices.Equal(got.names, test.names) || got.raw.Rows != test.rows ||
				!slices.Equal(flat(got.raw), test.values) || !slices.Equal(got.labels, test.labels) ||
				!slices.Equal(droppedOf(got), test.dropped) {
				t.Errorf("%s: got %+v", test.name, got)
			}
		}
	}
}

func TestTextErrorsSayFileLineAndColumn(t *testing.T) {
	for _, test := range []struct {
		content string
		want    table.Want
		message string
	}{
		{"", table.Want{}, "x.csv: empty file, want rows of numbers"},
		{"\n\n", table.Want{}, "x.csv: empty file, want rows of numbers"},
		{"a,b\n", table.Want{}, "x.csv: no rows after the header"},
		{"1,2\n3\n", table.Want{}, "x.csv:2: 1 field, want 2"},
		{"1,2\n3,4,5\n", table.Want{}, "x.csv:2: 3 fields, want 2"},
		{"1,2\n", table.Want{Fields: 38}, "x.csv:1: 2 fields, want 38"},
		{"a,b\n1,2\n3,oops\n", table.Want{}, "x.csv:3: column 2 (b): text “oops”, want a number; text in 1 cell of the column: -no-value \"oops\" takes it for missing, -drop leaves the column out"},
		{"1,2\n3,oops\n", table.Want{}, "x.csv:2: column 2: text “oops”, want a number; text in 1 cell of the column: -no-value \"oops\" takes it for missing, -drop leaves the column out"},
		{"1,2\n3,-Inf\n", table.Want{}, "x.csv:2: column 2: -Inf, want a finite number (leave a missing cell empty)"},
		{"1,2\n3,1e99\n", table.Want{}, "x.csv:2: column 2: 1e99, want a number within ±1.8e19, whose square is still finite (leave a missing cell empty, or name the number with -no-value)"},
		{"a,b\n1,2\n", Options{Label: "c"}.want(), "x.csv: no column “c”, want one of a or b"},
		{"a,b\n1,2\n", table.Want{Labels: true}, "x.csv: 2 columns, want one with the labels, or one named label"},
		{"time,label\n1,0\n", table.Want{}, "x.csv: no column with values, only time, label"},
		{"1,\"2\n", table.Want{}, "x.csv:1: character 3: a field in quotation marks does not end where it should"},
		{"1,2\n3,a\"b\n", table.Want{}, "x.csv:2: character 4: a quotation mark inside a field that does not begin with one"},
		{strings.Repeat("7", 2<<20), table.Want{}, "x.csv:1: a row of more than 1\u2009048\u2009576 bytes, want rows of numbers"},
		{"\"" + strings.Repeat("7\n", 1<<20), table.Want{}, "x.csv:1: a row of more than 1\u2009048\u2009576 bytes, want rows of numbers"},
	} {
		_, err := readPortion(t.Context(), inMemory("x.csv", test.content), test.want, "")
		wantError(t, err, test.message)
	}
}

func TestACutOffGzipFileIsAnError(t *testing.T) {
	var content strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&content, "%d,%d\n", i, i*i%977)
	}
	whole := gzipped(t, content.String())
	for _, n := range []int{2, 9, len(whole) / 2, len(whole) - 1} {
		if _, err := readTable(t.Context(), inMemory("x.csv.gz", whole[:n]), table.Want{}); err == nil || !fault.Has(err, "file-cut-off") && !fault.Has(err, "data-gzip") || !strings.Contains(err.Error(), "x.csv.gz") {
			t.Errorf("cut at %d of %d: error %v", n, len(whole), err)
		}
	}
}
