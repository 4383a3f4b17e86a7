package datasets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cosinelab/datasets/fault"
)

// Files of the same shapes as owners of public sets hand them out.

func TestSWaTIsReadAsItsOwnerHandsItOut(t *testing.T) {
	part := func(label func(t int) string) string {
		start := time.Date(2015, 12, 28, 22, 0, 0, 0, time.UTC)
		return text(" Timestamp,FIT101, LIT101,Normal/Attack", func(t int) string {
			return start.Add(time.Duration(t)*time.Second).Format(" 2/1/2006 3:04:05 PM") + "," + values(t, ",") + "," + label(t)
		})
	}
	set := read(t, Options{}, inMemory("SWaT_Dataset_Attack_v0.csv", part(func(t int) string {
		switch {
		case t == 46:
			return "A ttack"
		case wrong(t):
			return "Attack"
		}
		return "Normal"
	})), inMemory("SWaT_Dataset_Normal_v1.csv", part(func(int) string { return "Normal" })))
	if count(set.Labels) != 6 || len(set.Anomalies) != 1 || set.Anomalies[0].From != 45 || count(set.Marked) != 0 ||
		!slices.Equal(set.Channels, []string{"FIT101", "LIT101"}) {
		t.Errorf("channels %q, labels %v, %d marked", set.Channels, set.Anomalies, count(set.Marked))
	}
	if got := set.TestAt.Text(set.TestAt.At[0]); got != "2015-12-28 22:00:00" {
		t.Errorf("the test part begins at %s", got)
	}
}

func TestWADIIsReadAsItsOwnerHandsItOut(t *testing.T) {
	row := func(t int) string {
		at := time.Date(2017, 10, 9, 18, 0, 0, 0, time.UTC).Add(time.Duration(t) * time.Second)
		return fmt.Sprintf("%d,%s,%s,%s,", t+1, at.Format("1/2/2006"), at.Format("3:04:05.000 PM"), values(t, ","))
	}
	set := read(t, Options{},
		inMemory("WADI_14days_new.csv", text("Row,Date,Time,1_AIT_001_PV,1_AIT_002_PV,2_LS_001_AL", row)),
		inMemory("WADI_attackdataLABLE.csv", text("Row ,Date ,Time,1_AIT_001_PV,1_AIT_002_PV,2_LS_001_AL,"+
			`"Attack LABLE (1:No Attack, -1:Attack)"`, func(t int) string { return row(t) + "," + pick(t, "-1", "1") })))
	if count(set.Labels) != 6 || set.Anomalies[0].From != 45 || !slices.Equal(set.Channels,
		[]string{"1_AIT_001_PV", "1_AIT_002_PV"}) {
		t.Errorf("channels %q, anomalies %v", set.Channels, set.Anomalies)
	}
	if got := set.TrainAt.Text(set.TrainAt.At[59]); got != "2017-10-09 18:00:59" {
		t.Errorf("the training part ends at %s", got)
	}
}

// NAB's windows are times, both ends included, of many files by their names.
func TestNABIsReadWithItsWindows(t *testing.T) {
	start := time.Date(2014, 2, 14, 14, 30, 0, 0, time.UTC)
	at := func(t int) string { return start.Add(time.Duration(t) * 5 * time.Minute).Format(time.DateTime) }
	series := text("timestamp,value", func(t int) string { return at(t) + "," + num(flow(t)) })
	windows := fmt.Sprintf(`{"realKnownCause/other.csv": [], "realAWSCloudwatch/cpu.csv": [["%s.000000", "%s.000000"]]}`,
		at(45), at(50))
	set := read(t, Options{}, inMemory("cpu.csv", series), inMemory("combined_windows.json", windows))
	if count(set.Labels) != 6 || set.Anomalies[0].From != 15 {
		t.Errorf("labels %v", set.Anomalies)
	}
	_, err := ReadFiles(t.Context(), []File{inMemory("mine.csv", series), inMemory("combined_windows.json", windows)},
		Options{})
	if !fault.Has(err, "data-windows-of-many") {
		t.Errorf("windows of other files: %v", err)
	}
}

func TestIntervalsAreRowsOrTimes(t *testing.T) {
	series := text("flow,level", func(t int) string { return values(t, ",") })
	for name, labels := range map[string]string{
		"x_label.csv":     "start,end\n45,50\n",
		"labels_x.csv":    "from;to\n45;50\n",
		"x_windows.json":  "[[45, 50]]",
		"x_interval.json": `{"x.csv": [[45, 47], [48, 50]]}`,
	} {
		set := read(t, Options{}, inMemory("x.csv", series), inMemory(name, labels))
		if count(set.Labels) != 6 || len(set.Anomalies) != 1 || set.Anomalies[0].From != 15 {
			t.Errorf("%s: %v", name, set.Anomalies)
		}
	}
	for _, labels := range []string{"start,end\n50,45\n", "start,end\n45,5000\n", "start,end\n45,soon\n"} {
		_, err := ReadFiles(t.Context(), []File{inMemory("x.csv", series), inMemory("x_label.csv", labels)}, Options{})
		if err == nil || !strings.Contains(err.Error(), "x_label.csv") {
			t.Errorf("%q: %v", labels, err)
		}
	}
}

func TestForeignFilesAreNamed(t *testing.T) {
	for start, key := range map[string]string{"PAR1\x15": "refuse-parquet", "\x80\x04\x95\x00": "refuse-pickle",
		"\x89HDF\r\n\x1a\n": "refuse-hdf", "SQLite format 3\x00": "refuse-database", "%PDF-1.7": "refuse-document",
		"7z\xbc\xaf\x27": "refuse-archive", "<!DOCTYPE html>": "refuse-page", "{\"a\": 1}": "refuse-json",
		"@relation x\n": "refuse-arff", "\xd0\xcf\x11\xe0\xa1": "refuse-workbook"} {
		_, err := ReadFiles(t.Context(), []File{inMemory("x", start)}, Options{})
		if !fault.Has(err, key) {
			t.Errorf("%q: %v, want %s", start, err, key)
		}
		isSaid(t, err)
	}
	for name, key := range map[string]string{"xl/workbook.xml": "refuse-workbook", "content.xml": "refuse-document",
		"archive/data.pkl": "refuse-pickle"} {
		_, err := ReadFiles(t.Context(), []File{inMemory("x", npzFile(t, []string{name}, "1"))}, Options{})
		if !fault.Has(err, key) {
			t.Errorf("%s: %v, want %s", name, err, key)
		}
	}
}

func TestArraysByAnyUsualNames(t *testing.T) {
	train, test := npyFile(2, 1, 1, 2), npyFile(2, 1, 3, 4)
	labels := npyHeader("|b1", "False", "(2,)") + "\x00\x01"
	for _, names := range [][]string{
		{"x_train", "x_test", "y_test"}, {"X_train", "X_test", "Y_test"}, {"train_data", "test_data", "test_labels"},
		{"train", "test", "label"}, {"training", "testing", "ground_truth"}, {"data_train", "data_test", "labels_test"},
		{"train_x", "test_x", "test_y"}, {"x_tr", "x_te", "y"},
	} {
		files := make([]string, len(names))
		for i, n := range names {
			files[i] = "__dir/" + n + ".npy"
		}
		content := npzFile(t, append(files, "__MACOSX/._x.npy", ".DS_Store"), train, test, labels, "junk", "junk")
		set := read(t, Options{}, inMemory("test_set.npz", content))
		if !slices.Equal(flat(set.Train), []float64{1, 2}) || !slices.Equal(set.Labels, []uint8{0, 1}) {
			t.Errorf("%v: train %v, labels %v", names, flat(set.Train), set.Labels)
		}
	}
	structured := npyHeader("", "False", "(40,)")
	structured = strings.Replace(structured, "'descr': ''", "'descr': [('flow', '<f4'), ('label', '|b1')]", 1)
	structured = npyRelength(structured)
	for i := range 40 {
		structured += "\x00\x00" + string([]byte{byte(i), 0x40}) + string([]byte{byte(i / 35)})
	}
	set := read(t, Options{}, inMemory("x.npy", structured))
	if !slices.Equal(set.Channels, []string{"flow"}) || count(set.Labels) != 5 {
		t.Errorf("structured: channels %q, %d anomalous", set.Channels, count(set.Labels))
	}
}

// npyRelength writes the length of a changed header.
func npyRelength(header string) string {
	n := len(header) - 10
	return header[:8] + string([]byte{byte(n), byte(n >> 8)}) + header[10:]
}
