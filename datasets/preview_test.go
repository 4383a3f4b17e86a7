package datasets

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/found"
)

// pumps is a table with a time a minute, a row number, a channel that lacks a cell, labels, and one gap of three
// hours.
func pumps(newest bool) string {
	var rows []string
	minute := 0
	for r := range 100 {
		if r == 40 {
			minute += 180
		}
		flow := fmt.Sprintf("%.2f", float64(r)/7)
		if r == 20 {
			flow = ""
		}
		label := 0
		if r >= 30 && r < 35 || r >= 80 && r < 90 {
			label = 1
		}
		rows = append(rows, fmt.Sprintf("2024-02-01 %02d:%02d,%d,%s,%d", minute/60, minute%60, r+1, flow, label))
		minute++
	}
	if newest {
		slices.Reverse(rows)
	}
	return "time,id,flow,fault\n" + strings.Join(rows, "\n") + "\n"
}

// A preview shows rows as they stand in the file, whatever order they are used in, with the lines, gaps and
// missing cells that are there.
func TestAPreviewShowsRowsAsTheyStandInTheFile(t *testing.T) {
	for _, newest := range []bool{false, true} {
		text := pumps(newest)
		set, err := ReadFiles(context.Background(), []File{inMemory("pump.csv", text)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := set.Look
		if v.Rows != 100 || v.Cut != 50 || v.Fixed || v.Channel != "flow" || v.Every != 60e9 || len(v.Gaps) != 1 ||
			v.Gaps[0].Row != 40 || v.Gaps[0].Long != "3h1m0s" || len(v.Marked) != 2 || v.Marked[1].From != 80 {
			t.Errorf("newest first %v: %+v", newest, v)
		}
		lines := strings.Split(text, "\n")
		gaps, filled := 0, 0
		for _, r := range v.Cells {
			want := strings.Split(lines[r.Line-1], ",")
			if len(r.Filled) > 0 {
				filled++
				want[2] = r.Cells[2]
			}
			if !slices.Equal(r.Cells, want) {
				t.Errorf("newest first %v: line %d is shown as %q, want %q", newest, r.Line, r.Cells, want)
			}
			if r.Gap != "" {
				gaps++
				if at := map[bool]int{false: 42, true: 62}[newest]; r.Line != at {
					t.Errorf("newest first %v: a gap before line %d, want %d", newest, r.Line, at)
				}
			}
		}
		if gaps != 1 || filled != 1 || len(v.Shapes) != 4 || v.Cells[0].Line != 2 || v.Cells[len(v.Cells)-1].Line != 101 {
			t.Errorf("newest first %v: %d gaps, %d filled, %+v", newest, gaps, filled, v.Cells)
		}
	}
}

// A set that is cut anew is the set that is read so.
func TestRecutIsReadingWithAnotherCut(t *testing.T) {
	file := []File{inMemory("pump.csv", pumps(false))}
	set, err := ReadFiles(context.Background(), file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []Cut{{Share: 0.7}, {Row: 33}, {Time: "2024-02-01 04:00"}, {}} {
		got, err := set.Recut(Options{Cut: cut})
		if err != nil {
			t.Fatal(err)
		}
		want, err := ReadFiles(context.Background(), file, Options{Cut: cut})
		if err != nil {
			t.Fatal(err)
		}
		if got.Digest() != want.Digest() || got.Look.Cut != want.Look.Cut || len(got.Findings) != len(want.Findings) ||
			got.Filled != want.Filled || !slices.Equal(got.Marked, want.Marked) {
			t.Errorf("%+v: %d of %d rows, %v", cut, got.Look.Cut, got.Look.Rows, got.Findings)
		}
	}
	if _, err := set.Recut(Options{Cut: Cut{Row: 100}}); err == nil {
		t.Error("everything is trained on")
	}
	parts := []File{inMemory("train.csv", pumps(false)), inMemory("test.csv", pumps(false))}
	if set, err = ReadFiles(context.Background(), parts, Options{}); err != nil || set.Look.Cut != 100 || !set.Look.Fixed ||
		len(set.Look.Files) != 2 {
		t.Errorf("%+v, %v", set.Look, err)
	}
	if got, err := set.Recut(Options{Cut: Cut{Share: 0.3}}); got != nil || err != nil {
		t.Errorf("two files are cut: %v, %v", got, err)
	}
}

// Several spellings may be the anomaly, parted by commas.
func TestSeveralSpellingsAreTheAnomaly(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,status\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%d\n", i*i%17, map[bool]int{true: 1 + i%3}[i%10 == 0])
	}
	for anomaly, want := range map[string]int{"1": 2, "2,3": 4, "1,2,3": 6, "": 6} {
		set, err := ReadFiles(context.Background(), []File{inMemory("a.csv", b.String())},
			Options{Label: "status", Asked: found.Asked{Anomaly: anomaly}})
		if err != nil {
			t.Fatal(err)
		}
		if got := count(set.Labels) + count(set.Marked); got != want {
			t.Errorf("%q: %d rows, want %d", anomaly, got, want)
		}
	}
	if _, err := ReadFiles(context.Background(), []File{inMemory("a.csv", b.String())},
		Options{Label: "status", Asked: found.Asked{Anomaly: "1,7"}}); err == nil {
		t.Error("a spelling that is not there is taken")
	}
	set, err := ReadFiles(context.Background(), []File{inMemory("a.csv", b.String())}, Options{})
	if err != nil || set.Labels == nil || !slices.ContainsFunc(set.Findings, func(f found.Finding) bool {
		return f.Doubt && f.Flag == "-anomaly"
	}) {
		t.Errorf("a column of a status that mostly rests is a channel in silence: %v, %v", set, err)
	}
}

// What parts cells and decimals can be said, and goes before what it looks like.
func TestSignsThatAreAskedForAreTaken(t *testing.T) {
	var b strings.Builder
	b.WriteString("a;b\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d,125;%d,250\n", i%7, i%5)
	}
	for _, c := range []struct {
		asked    found.Asked
		first    float64
		channels int
	}{
		{found.Asked{}, 1.125, 2},
		{found.Asked{Decimal: "comma"}, 1.125, 2},
		{found.Asked{Decimal: "point"}, 1125, 2},
		{found.Asked{Separator: "semicolon", Decimal: "comma"}, 1.125, 2},
	} {
		set, err := ReadFiles(context.Background(), []File{inMemory("a.csv", b.String())}, Options{Asked: c.asked})
		if err != nil {
			t.Fatal(err)
		}
		if got := set.Train.Columns[0][1]; got != c.first || len(set.Channels) != c.channels || set.Look.Parted != "semicolon" {
			t.Errorf("%+v: %v, %q, parted by %s", c.asked, got, set.Channels, set.Look.Parted)
		}
	}
	_, err := ReadFiles(context.Background(), []File{inMemory("a.csv", b.String())},
		Options{Asked: found.Asked{Separator: "tab", Decimal: "point"}})
	if err == nil {
		t.Error("cells that no tab parts are read as numbers")
	}
}

// A doubt that is settled, and put in doubt again, costs no reading.
func TestDoubtsAreSettledWithoutReadingAnew(t *testing.T) {
	text := "time,flow\n"
	for i := range 100 {
		text += fmt.Sprintf("2024-01-%02d 00:00,%d\n", 1+i/5+i/50*3, i*389%101)
	}
	opened := 0
	f := File{Name: "a.csv", Open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader(text)), nil
	}}
	set, err := ReadFiles(context.Background(), []File{f}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	doubts := func(s *Set) (n int) {
		for _, f := range s.Findings {
			if f.Doubt {
				n++
			}
		}
		return n
	}
	before, reads := doubts(set), opened
	settled, err := set.Recut(Options{Asked: found.Asked{Accept: []string{"doubles", "gaps", "irregular"}}})
	if err != nil {
		t.Fatal(err)
	}
	again, err := settled.Recut(Options{})
	if err != nil || before == 0 || doubts(settled) >= before || doubts(again) != before || doubts(set) != before ||
		opened != reads {
		t.Errorf("%d doubts, %d when settled, %d in doubt again, %d of the first; read %d times, then %d: %v", before,
			doubts(settled), doubts(again), doubts(set), reads, opened, err)
	}
}
