package datasets

import (
	"bufio"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
)

// smdRows is text of SMD's format, n rows that count from first.
func smdRows(first, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(fmt.Sprintf("0.%d,", first+i), smdChannels-1) + "0.5\n")
	}
	return b.String()
}

const telemetryList = "chan_id,spacecraft,anomaly_sequences,class,num_values\n" +
	"M-6,MSL,\"[[1, 2], [4, 4]]\",\"[point, contextual]\",5\n" +
	"P-2,MSL,\"[[0, 1]]\",[point],9\n" +
	"A-1,SMAP,\"[[0, 1]]\",[point],9\n" +
	"C-1,MSL,\"[[3, 3]]\",[contextual],4\n"

// zeroes is an npy file of n rows of two columns whose first value is v.
func zeroes(n int, v float64) string {
	values := make([]float64, 2*n)
	values[0] = v
	return npyFile(n, 2, values...)
}

const psmHeader = "timestamp_(min),feature_0,feature_1,feature_2,feature_3,feature_4,feature_5,feature_6,feature_7,feature_8," +
	"feature_9,feature_10,feature_11,feature_12,feature_13,feature_14,feature_15,feature_16,feature_17,feature_18,feature_19," +
	"feature_20,feature_21,feature_22,feature_23,feature_24\n"

// psmRow is one row whose second metric is missing.
func psmRow(minute int) string { return fmt.Sprintf("%d,7,%s\n", minute, strings.Repeat(",8", 23)) }

// benchmarks is a small folder in the layout of the fetch command, half of it compressed.
func benchmarks(t testing.TB) fstest.MapFS {
	files := fstest.MapFS{}
	add := func(name, content string) { files[name] = &fstest.MapFile{Data: []byte(content)} }
	add("smd/train/machine-1-10.txt", smdRows(1, 3))
	add("smd/test/machine-1-10.txt", smdRows(4, 4))
	add("smd/test_label/machine-1-10.txt", "0\n1\n1\n0\n")
	add("smd/train/machine-1-2.txt.gz", gzipped(t, smdRows(1, 3)))
	add("smd/test/machine-1-2.txt.gz", gzipped(t, smdRows(4, 4)))
	add("smd/test_label/machine-1-2.txt.gz", gzipped(t, "0\n1\n1\n0\n"))
	add("smd/interpretation_label/machine-1-2.txt", "1-3:2,38\n")
	add("smd/train/machine-9-9.txt", "not complete")
	add("msl/labeled_anomalies.csv", telemetryList)
	add("msl/train/C-1.npy", zeroes(2, 1))
	add("msl/test/C-1.npy.gz", gzipped(t, zeroes(4, 2)))
	add("msl/train/M-6.npy", zeroes(3, 3))
	add("msl/test/M-6.npy", zeroes(5, 4))
	add("psm/train.csv", psmHeader+psmRow(0)+psmRow(1))
	add("psm/test.csv", psmHeader+psmRow(2)+psmRow(3))
	add("psm/test_label.csv.gz", gzipped(t, "timestamp_(min),label\n2.0,0\n3.0,1\n"))
	add("pump.csv", "a,b\n1,2\n3,4\n")
	add("README.md", "words")
	return files
}

func open(t *testing.T, fsys fs.FS, id string) *Set {
	t.Helper()
	set, err := Open(t.Context(), fsys, id)
	if err != nil {
		t.Fatal(err)
	}
	checkSet(t, set)
	return set
}

func TestListNamesWhatOpenOpens(t *testing.T) {
	files := benchmarks(t)
	sets, err := List(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{"smd", "SMD", 0, 0, 38},
		{"smd/machine-1-2", "SMD machine-1-2", 0, 0, 38},
		{"smd/machine-1-10", "SMD machine-1-10", 0, 0, 38},
		{"msl", "MSL", 5, 9, 2},
		{"msl/C-1", "MSL C-1", 2, 4, 2},
		{"msl/M-6", "MSL M-6", 3, 5, 2},
		{"psm", "PSM", 0, 0, 25},
		{"file/pump.csv", "pump.csv", 0, 0, 0},
	}
	if !slices.Equal(sets, want) {
		t.Errorf("listed\n  %v\nwant\n  %v", sets, want)
	}
	for _, s := range sets {
		set := open(t, files, s.ID)
		if set.Name != s.ID || set.Title != s.Title || GroupOf(s.ID) == GroupBenchmark && set.Source == "" {
			t.Errorf("%s opens as %q, %q from %q", s.ID, set.Name, set.Title, set.Source)
		}
		if s.Train > 0 && (s.Train != set.Train.Rows || s.Test != set.Test.Rows ||
			s.Channels != set.Train.Channels()) {
			t.Errorf("%s: listed %v, has %d and %d steps", s.ID, s, set.Train.Rows, set.Test.Rows)
		}
	}
}

func TestTheFoldersOfThePublishersAreKnown(t *testing.T) {
	files := benchmarks(t)
	for _, test := range []struct{ from, to, id string }{
		{"smd", "ServerMachineDataset", "smd/machine-1-2"},
		{"smd", ".", "smd/machine-1-2"},
		{"msl", "MSL", "msl/C-1"},
		{"msl", ".", "msl"},
		{"psm", "data", "psm"},
		{"psm", ".", "psm"},
	} {
		moved := fstest.MapFS{}
		for name, f := range files {
			if rest, ok := strings.CutPrefix(name, test.from+"/"); ok && test.to == "." {
				moved[rest] = f
			} else if ok {
				moved[test.to+"/"+rest] = f
			}
		}
		open(t, moved, test.id)
		sets, err := List(t.Context(), moved)
		if err != nil || len(sets) == 0 || strings.HasPrefix(sets[len(sets)-1].ID, "file/") {
			t.Errorf("%s as %s: listed %v, %v", test.from, test.to, sets, err)
		}
	}
	clone := fstest.MapFS{"labeled_anomalies.csv": files["msl/labeled_anomalies.csv"]}
	for _, name := range []string{"train/C-1.npy", "test/C-1.npy.gz", "train/M-6.npy", "test/M-6.npy"} {
		clone["data/"+name] = files["msl/"+name]
	}
	if set := open(t, clone, "msl"); set.Test.Rows != 9 {
		t.Errorf("telemanom's clone: %d steps", set.Test.Rows)
	}
}

func TestMSLStacksChannelsByName(t *testing.T) {
	set := open(t, benchmarks(t), "msl")
	if set.Train.Rows != 5 || set.Train.Columns[0][0] != 1 || set.Train.Columns[0][2] != 3 {
		t.Errorf("train %v", set.Train)
	}
	if !slices.Equal(set.Labels, []uint8{0, 0, 0, 1, 0, 1, 1, 0, 1}) {
		t.Errorf("labels %v", set.Labels)
	}
	var kinds []string
	for _, a := range set.Anomalies {
		kinds = append(kinds, a.Kind)
	}
	if !slices.Equal(kinds, []string{KindContextual, KindPoint, KindContextual}) {
		t.Errorf("kinds %v", kinds)
	}
	if !slices.Equal(set.Channels, []string{"telemetry", "command 1"}) {
		t.Errorf("channels %v", set.Channels)
	}
}

// The satellite is read as the rover is.
func TestSMAPIsReadLikeMSL(t *testing.T) {
	all := benchmarks(t)
	files := fstest.MapFS{"smap/labeled_anomalies.csv": all["msl/labeled_anomalies.csv"],
		"smap/train/A-1.npy": {Data: []byte(zeroes(3, 1))}, "smap/test/A-1.npy": {Data: []byte(zeroes(4, 2))}}
	sets, err := List(t.Context(), files)
	if err != nil || len(sets) != 2 || sets[0].ID != "smap" || sets[1].ID != "smap/A-1" {
		t.Fatalf("listed %v, %v", sets, err)
	}
	for _, s := range sets {
		set := open(t, files, s.ID)
		if set.Train.Rows != 3 || !slices.Equal(set.Labels, []uint8{1, 1, 0, 0}) || set.Title != s.Title {
			t.Errorf("%s: %d steps, labels %v, %q", s.ID, set.Train.Rows, set.Labels, set.Title)
		}
	}
}

func TestSMDNamesTheChannelsOfItsAnomalies(t *testing.T) {
	set := open(t, benchmarks(t), "smd/machine-1-2")
	if len(set.Anomalies) != 1 || !slices.Equal(set.Anomalies[0].Channels, []int{1, 37}) {
		t.Errorf("anomalies %v", set.Anomalies)
	}
	if set := open(t, benchmarks(t), "smd/machine-1-10"); set.Anomalies[0].Channels != nil {
		t.Errorf("channels %v without interpretation", set.Anomalies[0].Channels)
	}
}

// The machines stand one behind the other in the order of their names as strings, with their labels, and what
// is known of channels counts on.
func TestSMDIsOneSeriesOfAllMachinesToo(t *testing.T) {
	set := open(t, benchmarks(t), "smd")
	if set.Train.Rows != 6 || set.Test.Rows != 8 || !slices.Equal(set.Labels, []uint8{0, 1, 1, 0, 0, 1, 1, 0}) {
		t.Errorf("%d and %d steps, labels %v", set.Train.Rows, set.Test.Rows, set.Labels)
	}
	if a := set.Anomalies; len(a) != 2 || a[0].Channels != nil || !slices.Equal(a[1].Channels, []int{1, 37}) {
		t.Errorf("anomalies %v", a)
	}
	files := benchmarks(t)
	delete(files, "smd/train/machine-1-10.txt")
	if _, err := Open(t.Context(), files, "smd"); err == nil {
		t.Error("one machine alone is all of them")
	}
}

// Files that belong together are one set, whatever the order of the words in their names; labels never are one.
func TestFilesThatBelongTogetherAreListedAsOne(t *testing.T) {
	part := func(rows string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("a,b\n" + rows)} }
	labels := &fstest.MapFile{Data: []byte("label\n0\n1\n")}
	for _, c := range []struct {
		files fstest.MapFS
		want  []string
	}{
		{fstest.MapFS{"train.csv": part("1,2\n3,4\n"), "test.csv": part("5,6\n7,8\n"), "test_label.csv": labels},
			[]string{"file/train.csv"}},
		{fstest.MapFS{"Pump_Train.csv": part("1,2\n3,4\n"), "Pump_TEST.csv": part("5,6\n7,8\n"),
			"label_pump.csv": labels, "other.csv": part("1,2\n3,4\n")},
			[]string{"file/Pump_Train.csv", "file/other.csv"}},
		{fstest.MapFS{"x.csv": part("1,2\n3,4\n5,6\n7,8\n"), "x_labels.csv": labels}, []string{"file/x.csv"}},
		{fstest.MapFS{"SWaT_Normal_v1.csv": part("1,2\n3,4\n"), "SWaT_Attack_v0.csv": part("5,6\n7,8\n")},
			[]string{"file/SWaT_Normal_v1.csv"}},
		{fstest.MapFS{"rig/train_1.csv": part("1,2\n"), "rig/train_2.csv": part("3,4\n"),
			"rig/test.csv": part("5,6\n7,8\n")}, []string{"file/rig"}},
		{fstest.MapFS{"label.csv": labels, "latest.csv": part("1,2\n3,4\n")}, []string{"file/label.csv", "file/latest.csv"}},
	} {
		sets, err := List(t.Context(), c.files)
		var ids []string
		for _, s := range sets {
			ids = append(ids, s.ID)
		}
		if err != nil || !slices.Equal(ids, c.want) {
			t.Errorf("%v: listed %v, %v", slices.Sorted(maps.Keys(c.files)), ids, err)
			continue
		}
		if strings.Contains(ids[0], "label") {
			continue
		}
		set := open(t, c.files, ids[0])
		if set.Name != ids[0] || !slices.Equal(flat(set.Test), []float64{5, 6, 7, 8}) || set.Train.Rows != 2 {
			t.Errorf("%s opens as %s: %d rows, then %v", ids[0], set.Name, set.Train.Rows, flat(set.Test))
		}
	}
}

func TestPSMDropsTimeAndFillsWithZero(t *testing.T) {
	set := open(t, benchmarks(t), "psm")
	if set.Train.Channels() != 25 || set.Channels[0] != "feature_0" || !slices.Equal(set.Dropped,
		[]Dropped{{"timestamp_(min)", ReasonTime}}) {
		t.Errorf("channels %v, dropped %v", set.Channels, set.Dropped)
	}
	if row := flat(set.Test.Slice(1, 2)); row[0] != 7 || row[1] != 0 || row[2] != 8 {
		t.Errorf("row %v", row)
	}
	if set.Filled != 4 || set.FillRule != FillZero {
		t.Errorf("%d filled by %q", set.Filled, set.FillRule)
	}
}

func TestOpenErrors(t *testing.T) {
	files := benchmarks(t)
	for _, test := range []struct{ name, content, id, message string }{
		{"", "", "moon", "no data source “moon”, want one of smd, msl, smap, psm, swat, wadi, nab, ucr, tsb-ad or file/NAME"},
		{"", "", "builtin/server", "no data source “builtin/server”, want one of smd, msl, smap, psm, swat, wadi, nab, ucr, tsb-ad or file/NAME"},
		{"", "", "smd/../../etc", "smd: no set “smd/../../etc”, want one of smd, smd/machine-1-2 or " +
			"smd/machine-1-10"},
		{"", "", "msl/P-2", "msl: no set “msl/P-2”, want one of msl, msl/C-1 or msl/M-6"},
		{"", "", "psm/2", "psm: no set “psm/2”, want one of psm"},
		{"", "", "file/../x", "../x: file does not exist"},
		{"smd/train/machine-1-10.txt", smdRows(0, 1) + "1,2\n", "smd/machine-1-10",
			"smd: train/machine-1-10.txt:2: 2 fields, want 38"},
		{"smd/test_label/machine-1-10.txt", "0\n", "smd/machine-1-10",
			"smd: test_label/machine-1-10.txt: 1 label, test/machine-1-10.txt has 4 rows"},
		{"smd/interpretation_label/machine-1-2.txt", "1-3:2\n1-3:39\n", "smd/machine-1-2",
			"smd: interpretation_label/machine-1-2.txt:2: “1-3:39”, want start-end:dims such as 15-32:1,9"},
		{"msl/test/M-6.npy", zeroes(4, 0), "msl",
			"msl: labeled_anomalies.csv:2: M-6: anomaly 4-4 ends after the 4 steps of the test file"},
		{"msl/test/M-6.npy", npyFile(1, 1, 0), "msl", "msl: test/M-6.npy: 1 column, want 2"},
		{"msl/labeled_anomalies.csv", "chan_id\n", "msl/C-1",
			"msl: labeled_anomalies.csv:1: no column “spacecraft”, want one of chan_id"},
		{"psm/test_label.csv.gz", "timestamp_(min),label\n2,0\n", "psm",
			"psm: test_label.csv.gz: 1 label, test.csv has 2 rows"},
	} {
		broken := fstest.MapFS{}
		for name, f := range files {
			broken[name] = f
		}
		if test.name != "" {
			broken[test.name] = &fstest.MapFile{Data: []byte(test.content)}
		}
		_, err := Open(t.Context(), broken, test.id)
		wantError(t, err, test.message)
	}
}

func TestTelemetryErrorsSayLineAndChannel(t *testing.T) {
	const head = "chan_id,spacecraft,anomaly_sequences,class,num_values\n"
	for content, message := range map[string]string{
		"":                                 "x.csv: empty file, want rows of numbers",
		"a,b\n":                            "x.csv:1: no column “chan_id”, want one of a or b",
		head:                               "x.csv: no rows of MSL",
		head + "C-1,MSL,[[1]],[],5":        "x.csv:2: C-1: interval [1], want [first, last]",
		head + "C-1,MSL,[],[],5":           "x.csv:2: C-1: no anomaly_sequences",
		head + "C-1,MSL,\"[[5, 2]]\",[],5": "x.csv:2: C-1: interval [5 2], want [first, last]",
		head + "C-1,MSL,many,[],5": "x.csv:2: C-1: anomaly_sequences “many”, want [[first, last], " +
			"...]",
		head + "C-1,MSL\n": "x.csv:2: 2 fields, want 5",
		head + "\n\"C-1,MSL\n": "x.csv:3: character 1: a field in quotation marks does not end where it " +
			"should",
	} {
		_, err := readTelemetry(bufio.NewReader(strings.NewReader(content)), "x.csv", "MSL")
		wantError(t, err, message)
	}
}

func TestTheCatalogueIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All {
		if s.ID == "" || seen[s.ID] || s.Title == "" {
			t.Errorf("source %q lacks a unique id or a title", s.ID)
		}
		seen[s.ID] = true
		said := []fault.Word{s.About()}
		switch s.Group() {
		case GroupBuiltin:
			if s.generate == nil {
				t.Errorf("%s has no generator", s.ID)
			}
			said = append(said, s.word("data-title-"))
			if got := words.English().TitleOf(s.ID, ""); got != s.Title {
				t.Errorf("%s is called %q on the page and %q in files", s.ID, got, s.Title)
			}
		case GroupBenchmark:
			if s.list == nil || s.open == nil || len(s.folders) == 0 || s.Licence == "" || s.Origin == "" {
				t.Errorf("%s lacks a function, its folders, its licence or its origin", s.ID)
			}
			said = append(said, s.Expects())
		default:
			t.Errorf("%s is of no group that has sources", s.ID)
		}
		for _, key := range said {
			hasText(t, key)
		}
	}
	for _, f := range fills {
		hasText(t, fault.Word(f.WordKey()))
	}
	for _, r := range Reasons {
		hasText(t, fault.Word(r.WordKey()))
	}
}

// A text that no source has is seen here, since it is not said anywhere else.
func TestNoSourceIsDescribedThatIsNotInTheCatalogue(t *testing.T) {
	known := map[words.Key]bool{}
	for _, s := range All {
		known[words.Key(s.About())], known[words.Key(s.Expects())] = true, true
		known[words.Key(s.word("data-title-"))] = s.Group() == GroupBuiltin
	}
	for _, key := range words.English().Keys() {
		if (strings.HasPrefix(string(key), "data-about-") || strings.HasPrefix(string(key),
			"data-expects-") || strings.HasPrefix(string(key), "data-title-")) && !known[key] {
			t.Errorf("no source has the text %s", key)
		}
	}
}

// hasText fails unless every language says the key.
func hasText(t *testing.T, key fault.Word) {
	t.Helper()
	for _, tag := range words.Tags() {
		if !words.In(tag).Has(words.Key(key)) {
			t.Errorf("%s.txt has no text for %s", tag, key)
		}
	}
}
