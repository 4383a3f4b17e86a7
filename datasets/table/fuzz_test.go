package table

import (
	"bufio"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The reader of rows agrees with that of the standard library on what both take.
func FuzzRows(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\n\"\"b\",c\n\n1,\"2\"\n", "a,\"b", "a,\"b\"c\n", "x\"y",
		" \n, ,\n\"\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for line := range strings.SplitSeq(text, "\n") {
			if line != "" && strings.Trim(line, " ") == "" || strings.ContainsAny(line, "\r\x00") {
				return // spaces alone are no blank line there, and the others no errors
			}
		}
		mine := &Rows{file: "x.csv", comma: ',', r: bufio.NewReader(strings.NewReader(text))}
		other := csv.NewReader(strings.NewReader(text))
		other.FieldsPerRecord = -1
		for {
			want, failed := other.Read()
			got, err := mine.Next()
			if (err == nil) != (failed == nil) || (err == io.EOF) != (failed == io.EOF) {
				t.Fatalf("error %v, want %v", err, failed)
			}
			if err != nil {
				return
			}
			line, _ := other.FieldPos(0)
			same := func(a []byte, b string) bool { return string(a) == b }
			if !slices.EqualFunc(got, want, same) || mine.Line != line {
				t.Fatalf("line %d: %q, want line %d: %q", mine.Line, got, line, want)
			}
		}
	})
}

// What is shown has no character that a terminal obeys or that turns a line.
func FuzzVisible(f *testing.F) {
	f.Add("a\x1b[2J\u202e\xff\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		obeyed := strings.IndexFunc(got, func(r rune) bool { return !harmless(r) }) >= 0
		if obeyed || !utf8.ValidString(got) || Visible(got) != got {
			t.Errorf("%q is shown as %q", text, got)
		}
		if n := utf8.RuneCountInString(Short(text)); n > 10*shown {
			t.Errorf("short is %d characters long", n)
		}
	})
}

// The parser of the header is fuzzed on its own too, because few inputs get past the magic.
func FuzzNpyHeader(f *testing.F) {
	f.Add("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n")
	f.Add("{\"shape\": (3L,), \"descr\": \"|b1\", \"fortran_order\": True}")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := parseShape(header)
		if err == nil && (a.Rows < 1 || a.Columns < 1 || a.Rows > MaxValues/a.Columns || a.size < 1 ||
			len(a.fields) > 1 && len(a.fields) != a.Columns) {
			t.Errorf("%q is accepted as %+v", header, a)
		}
	})
}

// Whatever a text is taken for, its columns are as long as the table, and every cell that is a time can be
// written and read again.
func FuzzStamp(f *testing.F) {
	for _, s := range []string{"2024-02-11 04:05:06", "11.02.2024", "2/11/24 4:05 PM", "20240211T040506Z",
		"Feb 11, 2024 04:05", "2024년 2월 11일 오후 4시 5분", "04:05:06.789"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := parseStamp([]byte(text), "")
		if !ok || !s.date {
			return
		}
		a := Axis{Clock: true, Unit: 1, At: []int64{s.ns}}
		if back, ok := a.Parse(a.Text(s.ns)); !ok || back != s.ns {
			t.Errorf("%q is %s, which is read as %s", text, a.Text(s.ns), a.Text(back))
		}
	})
}
