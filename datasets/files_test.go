package datasets

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, opts Options, files ...File) *Set {
	t.Helper()
	set, err := ReadFiles(t.Context(), files, opts)
	if err != nil {
		t.Fatal(err)
	}
	checkSet(t, set)
	return set
}

func TestASingleFileIsCutInTwo(t *testing.T) {
	set := read(t, Options{}, inMemory("dir/pump.csv", "a,b,label\n1,2,1\n3,4,0\n5,6,0\n7,8,1\n9,10,1\n"))
	if !slices.Equal(flat(set.Train), []float64{1, 2, 3, 4}) || !slices.Equal(flat(set.Test),
		[]float64{5, 6, 7, 8, 9, 10}) {
		t.Errorf("train %v, test %v", flat(set.Train), flat(set.Test))
	}
	if !slices.Equal(set.Labels, []uint8{0, 1, 1}) || len(set.Anomalies) != 1 ||
		set.Anomalies[0].From != 1 || set.Anomalies[0].To != 3 {
		t.Errorf("labels %v, anomalies %v", set.Labels, set.Anomalies)
	}
	if set.Name != "file/pump.csv" || set.Title != "pump.csv" || !slices.Equal(set.Channels,
		[]string{"a", "b"}) {
		t.Errorf("set %q, %q, channels %v", set.Name, set.Title, set.Channels)
	}
	set = read(t, Options{Cut: Cut{Share: 0.8}}, inMemory("x.csv", "1\n2\n3\n4\n5\n"))
	if set.Train.Rows != 4 || set.Test.Rows != 1 || set.Labels != nil || set.Channels[0] != "channel 1" {
		t.Errorf("split 0.8 gives %d and %d rows", set.Train.Rows, set.Test.Rows)
	}
}

func TestMissingCellsTakeTheLastValue(t *testing.T) {
	set := read(t, Options{}, inMemory("x.csv", "a,b\n,1\n2,\n,3\n,4\n"))
	if !slices.Equal(flat(set.Train), []float64{2, 1, 2, 1}) || !slices.Equal(flat(set.Test),
		[]float64{2, 3, 2, 4}) {
		t.Errorf("train %v, test %v", flat(set.Train), flat(set.Test))
	}
	if set.Filled != 4 || set.FillRule != FillLast {
		t.Errorf("%d cells filled by %q", set.Filled, set.FillRule)
	}
}

func TestSeveralFilesAreToldApartByName(t *testing.T) {
	train, test := inMemory("MSL_train.npy", npyFile(2, 2, 1, 2, 3, 4)),
		inMemory("MSL_test.npy", npyFile(2, 2, 5, 6, 7, 8))
	labels := inMemory("MSL_test_label.npy", npyHeader("|b1", "False", "(2,)")+"\x00\x01")
	for _, files := range [][]File{{train, test, labels}, {labels, test, train}} {
		set := read(t, Options{Labelled: true}, files...)
		if !slices.Equal(flat(set.Train), []float64{1, 2, 3, 4}) || !slices.Equal(set.Labels,
			[]uint8{0, 1}) {
			t.Errorf("train %v, labels %v", flat(set.Train), set.Labels)
		}
	}
	if set := read(t, Options{}, train, test); set.Labels != nil {
		t.Errorf("labels %v from nowhere", set.Labels)
	}
}

func TestFoldersTellFilesApartToo(t *testing.T) {
	set := read(t, Options{}, inMemory("train/m.txt", "1\n2\n"), inMemory("test/m.txt", "3\n4\n"),
		inMemory("test_label/m.txt", "0\n1\n"))
	if set.Test.Columns[0][0] != 3 || !slices.Equal(set.Labels, []uint8{0, 1}) {
		t.Errorf("test %v, labels %v", flat(set.Test), set.Labels)
	}
}

func TestALabelFileMayCoverAllRowsOrTheTestPart(t *testing.T) {
	whole := inMemory("x.csv", "1\n2\n3\n4\n")
	for _, labels := range []string{"1\n0\n0\n1\n", "0\n1\n"} {
		if set := read(t, Options{}, whole, inMemory("x_label.csv", labels)); !slices.Equal(set.Labels,
			[]uint8{0, 1}) {
			t.Errorf("labels %q became %v", labels, set.Labels)
		}
	}
}

func TestTheLabelColumnIsNoChannelOfTheTrainingFile(t *testing.T) {
	set := read(t, Options{Label: "attack"}, inMemory("train.csv", "a,attack\n1,0\n2,0\n"),
		inMemory("test.csv", "a,attack\n3,1\n4,0\n"))
	if !slices.Equal(set.Channels, []string{"a"}) || !slices.Equal(set.Labels, []uint8{1, 0}) {
		t.Errorf("channels %v, labels %v", set.Channels, set.Labels)
	}
	set = read(t, Options{Label: "attack"}, inMemory("train.csv", "a\n1\n2\n"),
		inMemory("test.csv", "a,attack\n3,1\n4,0\n"))
	if !slices.Equal(set.Labels, []uint8{1, 0}) {
		t.Errorf("labels %v", set.Labels)
	}
}

func TestAnNpzCountsAsItsArrays(t *testing.T) {
	train, test := npyFile(2, 1, 1, 2), npyFile(2, 1, 3, 4)
	labels := npyHeader("<i8", "False", "(2,)") + "\x01" + string(make([]byte, 15))
	set := read(t, Options{}, inMemory("x.npz",
		npzFile(t, []string{"x_train.npy", "x_test.npy", "y_test.npy"}, train, test, labels)))
	if set.Name != "file/x.npz" || !slices.Equal(flat(set.Test), []float64{3, 4}) ||
		!slices.Equal(set.Labels, []uint8{1, 0}) {
		t.Errorf("%s: test %v, labels %v", set.Name, flat(set.Test), set.Labels)
	}
	set = read(t, Options{}, inMemory("x.npz", gzipped(t, npzFile(t, []string{"arr_0.npy"}, train))))
	if set.Train.Rows != 1 || set.Test.Rows != 1 {
		t.Errorf("single array: %d and %d rows", set.Train.Rows, set.Test.Rows)
	}
}

func TestReadFilesErrors(t *testing.T) {
	one, two := inMemory("x.csv", "1,2\n3,4\n"), inMemory("x.csv", "1\n2\n")
	for _, test := range []struct {
		files   []File
		opts    Options
		message string
	}{
		{nil, Options{}, "no file to read"},
		{[]File{one}, Options{Cut: Cut{Share: 1}}, "split 1, want a share between 0 and 1"},
		{[]File{one}, Options{Cut: Cut{Share: -0.5}}, "split -0.5, want a share between 0 and 1"},
		{[]File{inMemory("x.csv", "1\n")}, Options{}, "x.csv: 1 row cannot be cut into two parts at 0.5"},
		{[]File{one}, Options{Labelled: true},
			"x.csv: no labels: want a column named label, or a second file with label in its name"},
		{[]File{one, two}, Options{}, "x.csv: neither train nor test nor label is in its name, nor in that of x.csv"},
		{[]File{inMemory("a_test.csv", "1\n"), inMemory("b_test.csv", "1\n")}, Options{}, "b_test.csv: a second file with test in its name beside a_test.csv, want one each for train, test and label"},
		{[]File{one, inMemory("train.csv", "1\n")}, Options{}, "x.csv: neither train nor test nor label is in its name"},
		{[]File{inMemory("train.csv", "1\n"), inMemory("label.csv", "1\n")}, Options{}, "no file with test in its name"},
		{[]File{inMemory("test.csv", "1\n"), inMemory("label.csv", "1\n")}, Options{}, "no file with train in its name"},
		{[]File{inMemory("train.csv", "1,2\n"), inMemory("test.csv", "1\n")}, Options{}, "test.csv: 1 channel, train.csv has 2"},
		{[]File{inMemory("train.csv", "a,b\n1,2\n"), inMemory("test.csv", "a,c\n1,2\n")}, Options{}, "test.csv: channel 2 is “c”, in train.csv it is “b”"},
		{[]File{inMemory("train.csv", "1\n"), inMemory("test.csv", "1\n2\n"), inMemory("label.csv", "0\n")}, Options{}, "label.csv: 1 label, test.csv has 2 rows"},
		{[]File{inMemory("x.npz", "PK\x03\x04broken")}, Options{}, "x.npz: npz: zip: not a valid zip file"},
		{[]File{inMemory("x.npz", npzFile(t, []string{"a.npy", "b.npy"}, "", ""))}, Options{}, "x.npz/b: neither train nor test nor label is in its name, nor in that of x.npz/a"},
	} {
		_, err := ReadFiles(t.Context(), test.files, test.opts)
		wantError(t, err, test.message)
	}
}

func TestAFileThatCannotBeOpenedIsAnError(t *testing.T) {
	gone := File{Name: "x.csv", Open: func() (io.ReadCloser, error) { return nil, fs.ErrNotExist }}
	if _, err := ReadFiles(t.Context(), []File{gone}, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestLinesOfATextAreFoundAndCut(t *testing.T) {
	text := "a,b\r\n1,2\n\n" + strings.Repeat("x", 1<<17) + "\nlast"
	for _, f := range []File{inMemory("t.csv", text), inMemory("t.csv.gz", gzipped(t, text))} {
		got, err := f.Lines(t.Context(), 2, 9, 10)
		if want := []string{"1,2", "", "xxxxxxxxxx", "last"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v, want %q", f.Name, got, err, want)
		}
	}
	if got, err := inMemory("a.npy", npyFile(1, 1, 2)).Lines(t.Context(), 1, 2, 10); err == nil {
		t.Errorf("an array has the lines %q", got)
	}
}

// A list of stretches beside data is their labels, whatever its name, if its columns or its times say so.
func TestStretchesAreFoundByTheirContent(t *testing.T) {
	data := timed("time", layoutOf("2006-01-02 15:04:05"))
	plain := text("time,flow", func(r int) string {
		return time.Date(2024, 2, 11, 4, 7*r, 0, 0, time.UTC).Format("2006-01-02 15:04:05") + "," + num(flow(r))
	})
	const from, to = "2024-02-11 09:15:00", "2024-02-11 09:50:00" // rows 45 to 50
	for name, content := range map[string]string{
		"events.csv":  "start,end\n" + from + "," + to + "\n",
		"stops.csv":   "von;bis;Grund\n" + from + ";" + to + ";Leck\n",
		"b.csv":       from + "," + to + "\n",
		"found.json":  `[["` + from + `","` + to + `"]]`,
		"attacks.csv": "start_time,end_time,kind\n" + from + "," + to + ",dos\n",
	} {
		set := read(t, Options{}, inMemory("pump.csv", plain), inMemory(name, content))
		if count(set.Labels) != 6 || set.Anomalies[0].From != 15 || !says(set, "find-labels-file") {
			t.Errorf("%s: %d labelled, %+v", name, count(set.Labels), set.Findings)
		}
	}
	if _, err := ReadFiles(t.Context(), []File{inMemory("a.csv", data), inMemory("b.csv", data)}, Options{}); err != nil {
		t.Errorf("two series: %v", err)
	}
}
