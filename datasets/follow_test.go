package datasets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// hourly is a file of so many hours from a day of January 2024 on; flow tells the hour.
func hourly(header string, day, hours int) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	begin := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range hours {
		at := begin.Add(time.Duration(24*(day-1)+i) * time.Hour)
		cells := map[string]string{"time": at.Format("2006-01-02 15:04"), "flow": fmt.Sprint(flowAt(24*(day-1) + i)),
			"level": fmt.Sprint((i * i) % 11), "fault": fmt.Sprint(min(1, i/(hours-2)))}
		var row []string
		for name := range strings.SplitSeq(header, ",") {
			row = append(row, cells[name])
		}
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return b.String()
}

func flowAt(hour int) int { return hour * 389 % 1009 }

// readAll reads files that were dropped together, given as names and contents.
func readAll(opts Options, named ...string) (*Set, error) {
	var files []File
	fsys := fstest.MapFS{}
	for i := 0; i < len(named); i += 2 {
		fsys[named[i]] = &fstest.MapFile{Data: []byte(named[i+1])}
		files = append(files, FileIn(fsys, named[i]))
	}
	return ReadFiles(context.Background(), files, opts)
}

// said returns the finding of a key; nil = there is none.
func said(set *Set, key string) *found.Finding {
	for i, f := range set.Findings {
		if string(f.Said.Key) == key {
			return &set.Findings[i]
		}
	}
	return nil
}

func TestFilesThatFollowOneAnotherAreOneSeries(t *testing.T) {
	const head = "time,flow,level"
	set, err := readAll(Options{}, "week-10.csv", hourly(head, 15, 7*24), "week-2.csv", hourly("time,level,flow", 8, 7*24),
		"week-1.csv", hourly(head, 1, 7*24))
	if err != nil {
		t.Fatal(err)
	}
	if set.Members != nil || set.Train.Rows+set.Test.Rows != 3*7*24 {
		t.Fatalf("%d members, %d + %d rows", len(set.Members), set.Train.Rows, set.Test.Rows)
	}
	for i, v := range slices.Concat(set.Train.Columns[0], set.Test.Columns[0]) {
		if int(v) != flowAt(i) {
			t.Fatalf("hour %d holds %g", i, v)
		}
	}
	if f := said(set, "find-files-follow"); f == nil || f.Doubt || f.Flag != "-files" || f.Guess != "join" {
		t.Errorf("what is said: %+v", f)
	}
	if said(set, "find-files-gaps") != nil || set.Look.Fixed || len(set.Look.Files) != 3 {
		t.Errorf("a gap is found where none is, or the cut is fixed: %+v", set.Look)
	}
	if set.Name != "file/week-1.csv,file/week-2.csv,file/week-10.csv" {
		t.Error("it is called", set.Name)
	}
	moved, err := set.Recut(Options{Cut: Cut{Row: 100}})
	if err != nil || moved.Train.Rows != 100 || said(moved, "find-files-follow") == nil || len(moved.Look.Files) != 3 {
		t.Errorf("cut elsewhere: %v %v", moved, err)
	}
	apart, err := readAll(Options{Asked: found.Asked{Files: "apart"}}, "a.csv", hourly(head, 1, 48), "b.csv", hourly(head, 3, 48))
	if err != nil || len(apart.Members) != 2 {
		t.Errorf("asked to stay apart: %v %v", apart, err)
	}
}

func TestPausesBetweenFilesAreListedAndDecide(t *testing.T) {
	const head = "time,flow,level,fault"
	set, err := readAll(Options{}, "a.csv", hourly(head, 1, 48), "b.csv", hourly(head, 3, 48), "c.csv", hourly(head, 8, 48),
		"d.csv", hourly("time,flow,level", 10, 48))
	if err != nil {
		t.Fatal(err)
	}
	f := said(set, "find-files-gaps")
	if f == nil || !f.Doubt || f.Flag != "-accept files-gaps" || f.Said.Args[0] != 1 {
		t.Fatalf("%+v", f)
	}
	if set.Members != nil || len(set.Look.Gaps) != 1 || set.Look.Gaps[0].Row != 96 || set.Look.Gaps[0].Long != "73h0m0s" {
		t.Errorf("gaps %+v", set.Look.Gaps)
	}
	if said(set, "find-unlabelled-file") == nil {
		t.Error("nobody says that d.csv has no labels")
	}
	far, err := readAll(Options{}, "a.csv", hourly(head, 1, 48), "b.csv", hourly(head, 21, 48))
	if err != nil || len(far.Members) != 2 {
		t.Fatalf("files that lie far apart: %v %v", far, err)
	}
	if f := said(far, "find-files-far"); f == nil || !f.Doubt || f.Flag != "-files" {
		t.Errorf("%+v", f)
	}
	if joined, err := readAll(Options{Asked: found.Asked{Files: "join"}}, "a.csv", hourly(head, 1, 48), "b.csv",
		hourly(head, 21, 48)); err != nil || joined.Members != nil {
		t.Errorf("asked to join: %v %v", joined, err)
	}
}

func TestFilesThatOverlapAreNotJoined(t *testing.T) {
	const head = "time,flow,level"
	at := []string{"a.csv", hourly(head, 1, 48), "b.csv", hourly(head, 1, 48)}
	if set, err := readAll(Options{}, at...); err != nil || len(set.Members) != 2 || said(set, "find-files-overlap") != nil {
		t.Errorf("machines at the same time: %v %v", set, err)
	}
	edge := []string{"a.csv", hourly(head, 1, 49), "b.csv", hourly(head, 3, 48)}
	set, err := readAll(Options{}, edge...)
	if err != nil || len(set.Members) != 2 {
		t.Fatal(set, err)
	}
	if f := said(set, "find-files-overlap"); f == nil || !f.Doubt || f.File != "b.csv" {
		t.Errorf("%+v", f)
	}
	for _, files := range [][]string{at, edge} {
		if _, err := readAll(Options{Asked: found.Asked{Files: "join"}}, files...); !fault.Has(err, "data-files-overlap") ||
			!strings.Contains(fmt.Sprint(err), "a.csv") || !strings.Contains(fmt.Sprint(err), "b.csv") {
			t.Errorf("asked to join what overlaps: %v", err)
		}
	}
}

func TestLabelsOfFilesThatAreJoinedComeFromOneFile(t *testing.T) {
	const head = "time,flow,level"
	files := []string{"a.csv", hourly(head, 1, 48), "b.csv", hourly(head, 3, 48), "log.csv",
		"start,end\n2024-01-02 22:00,2024-01-03 01:00\n2024-01-04 10:00,2024-01-04 11:00\n"}
	set, err := readAll(Options{LabelFile: "log.csv", Cut: Cut{Row: 24}}, files...)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Anomalies) != 2 || set.Anomalies[0].Len() != 4 || set.Anomalies[0].From != 46-24 {
		t.Errorf("%+v", set.Anomalies)
	}
	if set.Name != "file/a.csv,file/b.csv,file/log.csv" {
		t.Error("it is called", set.Name)
	}
	if set, err := readAll(Options{}, files...); err != nil || len(set.Anomalies) == 0 || said(set, "find-labels-file") == nil {
		t.Errorf("a file without channels beside others: %v %v", set, err)
	}
	faults := "time,is_fault\n"
	for i, line := range strings.Split(strings.TrimSpace(hourly(head, 1, 48)), "\n")[1:] {
		faults += fmt.Sprintf("%s,%d\n", line[:16], i/44)
	}
	if set, err := readAll(Options{}, "a.csv", hourly(head, 1, 48), "seen by us.csv", faults); err != nil ||
		len(set.Anomalies) != 1 || set.Members != nil || set.Anomalies[0].Len() != 4 {
		t.Errorf("labels beside one file: %v %v", set, err)
	}
	if _, err := readAll(Options{LabelFile: "other.csv"}, files...); !fault.Has(err, "data-file-named") {
		t.Error(err)
	}
	if _, err := readAll(Options{Asked: found.Asked{Files: "apart"}, LabelFile: "log.csv"}, files...); !fault.Has(err,
		"data-labels-of-many") {
		t.Error(err)
	}
}

func TestNamesOfColumnsComeFromAnotherFile(t *testing.T) {
	rows := ""
	for i := range 60 {
		rows += fmt.Sprintf("%d.5,%d,%d\n", i%13, i%7, min(1, i/55))
	}
	for _, names := range []string{"flow\nlevel\nfault\n", "flow,level,fault\n", "\ufeff\"flow\";\"level\";\"fault\"\r\n"} {
		set, err := readAll(Options{}, "plant.csv", rows, "column_names.txt", names)
		if err != nil {
			t.Errorf("%q: %v", names, err)
			continue
		}
		if !slices.Equal(set.Channels, []string{"flow", "level"}) || set.Labels == nil || said(set, "find-names-file") == nil {
			t.Errorf("%q: %v, labels %v", names, set.Channels, set.Labels != nil)
		}
	}
	set, err := readAll(Options{NamesFile: "old.csv"}, "plant.csv", rows, "old.csv", "flow,level,fault\n1,2,0\n2,3,0\n")
	if err != nil || !slices.Equal(set.Channels, []string{"flow", "level"}) {
		t.Errorf("the header of a table: %v %v", set, err)
	}
	for names, want := range map[string]string{"flow,level\n": "data-names-count", "flow,2,fault\n": "data-name-is-number"} {
		if _, err := readAll(Options{NamesFile: "n.txt"}, "plant.csv", rows, "n.txt", names); !fault.Has(err, want) {
			t.Errorf("%q: %v, want %s", names, err, want)
		}
	}
	if set, err := readAll(Options{}, "channels.csv", hourly("time,flow,level", 1, 48), "b.csv",
		hourly("time,flow,level", 3, 48)); err != nil || set.Test.Rows != 48 {
		t.Errorf("a table that is called so: %v %v", set, err)
	}
}

func TestAListOfFilesIsReadAsIfTheyWereDroppedTogether(t *testing.T) {
	const head = "time,flow,level"
	files := fstest.MapFS{"a.csv": {Data: []byte(hourly(head, 1, 48))}, "b.csv": {Data: []byte(hourly(head, 3, 48))},
		"train.csv": {Data: []byte(hourly(head, 1, 48))}, "test.csv": {Data: []byte(hourly(head, 3, 48))}}
	for source, members := range map[string]int{"file/a.csv,file/b.csv": 0, "file/b.csv, file/a.csv": 0,
		"file/train.csv,file/test.csv": 0} {
		set, err := openFiles(t, files, source)
		if err != nil || len(set.Members) != members || set.Test.Rows != 48 {
			t.Errorf("%s: %v %v", source, set, err)
		}
	}
}
