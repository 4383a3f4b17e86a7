package datasets

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
)

func TestSourcesArePartedAtCommasBeforeIDs(t *testing.T) {
	for source, want := range map[string][]string{
		"builtin/server":                       {"builtin/server"},
		"smd/machine-1-1, smd/machine-1-2,msl": {"smd/machine-1-1", "smd/machine-1-2", "msl"},
		"file/a,b.csv":                         {"file/a,b.csv"},
		"file/a,b.csv,file/c.csv":              {"file/a,b.csv", "file/c.csv"},
		"file/one.csv,builtin/pool,psm":        {"file/one.csv", "builtin/pool", "psm"},
		"file/x, smdlike.csv,psmx,file/*.csv":  {"file/x, smdlike.csv,psmx", "file/*.csv"},
	} {
		if got := Sources(source); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
		if Several(source) != (len(want) > 1 || strings.Contains(source, "*")) {
			t.Errorf("%s: several or not", source)
		}
	}
}

func TestPatternsMatchWithinASlash(t *testing.T) {
	for _, c := range []struct {
		pattern, id string
		want        bool
	}{
		{"smd/*", "smd/machine-1-1", true}, {"smd/*", "smd", false}, {"*", "msl/C-1", false}, {"*/C-?", "msl/C-1", true},
		{"file/*.csv", "file/a.csv", true}, {"file/*.csv", "file/a.tsv", false}, {"file/p?mp*", "file/pump12.csv", true},
		{"smd/machine-?-?", "smd/machine-1-10", false}, {"msl/*", "msl/", true}, {"a?", "a", false},
	} {
		if got := matches(c.pattern, c.id); got != c.want {
			t.Errorf("%s and %s: %v", c.pattern, c.id, got)
		}
	}
}

// machine is a file of one machine: flow says which, rows are numbered by level.
func machine(flow, rows, anomalous int, header string) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := range rows {
		label := 0
		if i >= rows-anomalous {
			label = 1
		}
		fmt.Fprintf(&b, "%d.%d,%d,%d\n", flow, i%7, (i*i)%11, label)
	}
	return b.String()
}

// openFiles opens every set of a folder that a source names.
func openFiles(t *testing.T, files fstest.MapFS, source string) (*Set, error) {
	t.Helper()
	return OpenSeveral(context.Background(), files, source, Options{}, func(id string) (*Set, error) {
		return Open(context.Background(), files, id)
	})
}

func TestSeveralFilesBecomeOneSetOfSeries(t *testing.T) {
	files := fstest.MapFS{
		"m10.csv": {Data: []byte(machine(10, 80, 5, "flow,level,label"))},
		"m2.csv":  {Data: []byte(machine(2, 40, 3, "flow,level,label"))},
	}
	set, err := openFiles(t, files, "file/m*.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []Member{{"m2.csv", steps.Range{To: 20}, steps.Range{To: 20}},
		{"m10.csv", steps.Range{From: 20, To: 60}, steps.Range{From: 20, To: 60}}}
	if !slices.Equal(set.Members, want) || set.Train.Rows != 60 || set.Test.Rows != 60 {
		t.Errorf("%+v", set.Members)
	}
	if v := set.Train.Columns[0]; int(v[19]) != 2 || int(v[20]) != 10 {
		t.Error("rows of both machines are mixed", v)
	}
	if !slices.Equal(set.Borders(), []int{20}) || len(set.Anomalies) != 2 || set.Anomalies[1].To != 60 {
		t.Errorf("borders %v, anomalies %+v", set.Borders(), set.Anomalies)
	}
	short := set.Shortened(func(rows int) int { return rows / 15 * 15 })
	if short.Test.Rows != 45 || len(short.Labels) != 45 || len(short.Anomalies) != 0 ||
		!slices.Equal(short.Borders(), []int{15}) || short.Test.Columns[0][15] != set.Test.Columns[0][20] {
		t.Errorf("%+v %+v", short.Members, short.Anomalies)
	}
	if set.Digest() == short.Digest() {
		t.Error("the digest does not tell that steps were left out")
	}
}

func TestSeriesOfOtherChannelsAreRefusedByTheFirstThatDiffers(t *testing.T) {
	files := fstest.MapFS{
		"a.csv": {Data: []byte(machine(1, 40, 3, "flow,level,label"))},
		"b.csv": {Data: []byte(machine(2, 40, 3, "flow,height,label"))},
		"c.csv": {Data: []byte(strings.ReplaceAll(machine(3, 40, 0, "flow,level,valve"), ",0\n", ",0.5\n"))},
		"d.csv": {Data: []byte(machine(4, 40, 3, "level,flow,label"))},
		"e.csv": {Data: []byte("flow,level\n" + strings.Repeat("1,2\n3,5\n2,2\n", 14))},
	}
	for source, want := range map[string]string{
		"file/a.csv,file/b.csv": "data-series-differ", "file/a.csv,file/c.csv": "data-series-fewer",
		"file/c.csv,file/a.csv": "data-series-fewer", "file/a.csv,file/a.csv": "data-source-twice",
		"file/x*.csv": "data-no-match",
	} {
		if _, err := openFiles(t, files, source); !fault.Has(err, want) {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
	set, err := openFiles(t, files, "file/a.csv,file/d.csv")
	if err != nil || !slices.Equal(set.Channels, []string{"flow", "level"}) || set.Train.Columns[1][20] != 4 {
		t.Errorf("channels in another order: %v, error %v", set, err)
	}
	set, err = openFiles(t, files, "file/a.csv,file/e.csv")
	if err != nil || len(set.Labels) != set.Test.Rows || !slices.ContainsFunc(set.Findings,
		func(f found.Finding) bool { return f.Said.Key == "find-unlabelled-series" && f.Doubt }) {
		t.Errorf("a series without labels beside one that has some: %v", err)
	}
}

// fleet interleaves the rows of three machines, of which one has the times of another out of order.
func fleet(label string) string {
	var b strings.Builder
	b.WriteString("unit,time,flow" + label + "\n")
	for i := range 60 {
		for _, m := range []string{"north", "south", "west"} {
			at := i
			if m == "south" {
				at = 59 - i
			}
			fmt.Fprintf(&b, "%s,2024-01-01 00:%02d:00,%d.%d", m, at, len(m), at)
			if label != "" {
				fmt.Fprintf(&b, ",%d", map[bool]int{true: 1}[m == "west" && at >= 50])
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestAColumnTellsTheSeriesOfAFile(t *testing.T) {
	asked := Options{Asked: found.Asked{Columns: map[string]found.Role{"unit": found.Entity}}}
	files := fstest.MapFS{"fleet.csv": {Data: []byte(fleet(",label"))}}
	set, err := ReadFiles(context.Background(), FilesOf(files, "fleet.csv"), asked)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Members) != 3 || set.Members[1].Name != "south" || set.Members[2].Test.Len() != 30 ||
		!slices.Equal(set.Channels, []string{"flow"}) || count(set.Labels) != 10 || len(set.Anomalies) != 1 {
		t.Errorf("%+v %v %d", set.Members, set.Channels, count(set.Labels))
	}
	// Each is sorted by its own times: that of south runs backwards in the file.
	for _, m := range set.Members {
		if v := set.Train.Columns[0][m.Train.From:m.Train.To]; v[0] != float64(len(m.Name)) {
			t.Errorf("%s begins with %v", m.Name, v[0])
		}
	}
	pair := fstest.MapFS{"train.csv": {Data: []byte(fleet(""))}, "test.csv": {Data: []byte(strings.ReplaceAll(
		fleet(",label"), "north", "lone"))}}
	set, err = ReadFiles(context.Background(), FilesOf(pair, "train.csv"), asked)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Members) != 4 || set.Members[0].Test.Len() != 0 || set.Members[3].Name != "lone" ||
		set.Members[3].Train.Len() != 0 || set.Members[3].Test.Len() != 60 || len(set.Labels) != set.Test.Rows {
		t.Errorf("%+v", set.Members)
	}
}

func TestWhatTellsTheSeriesMustTellThem(t *testing.T) {
	entity := func(names ...string) Options {
		o := Options{Asked: found.Asked{Columns: map[string]found.Role{}}}
		for _, n := range names {
			o.Columns[n] = found.Entity
		}
		return o
	}
	var words strings.Builder
	words.WriteString("unit,flow\n")
	for i := range 100 {
		fmt.Fprintf(&words, "unit%d,%d.5\n", i, i%7)
	}
	for _, c := range []struct {
		text string
		with Options
		want string
	}{
		{"unit,flow\na,1\na,2\n,3\nb,4\n", entity("unit"), "data-no-entity"},
		{words.String(), entity("unit"), "data-entity-words"},
		{"unit,site,flow\na,x,1\na,y,2\nb,x,3\nb,y,4\n", entity("unit", "site"), "data-two-entities"},
		{"unit,flow\na,1\na,2\na,3\nb,4\n", entity("unit"), "data-uncuttable"},
	} {
		files := fstest.MapFS{"f.csv": {Data: []byte(c.text)}}
		if _, err := ReadFiles(context.Background(), FilesOf(files, "f.csv"), c.with); !fault.Has(err, c.want) {
			t.Errorf("%q: %v, want %s", c.text[:20], err, c.want)
		}
	}
	// More numbers than a column keeps spellings of are no matter.
	many := strings.ReplaceAll(words.String(), "unit", "")
	many = "unit" + many
	many = strings.Repeat(many[strings.Index(many, "\n")+1:], 3)
	files := fstest.MapFS{"f.csv": {Data: []byte("unit,flow\n" + many)}}
	if set, err := ReadFiles(context.Background(), FilesOf(files, "f.csv"), entity("unit")); err != nil ||
		len(set.Members) != 100 {
		t.Error("a hundred numbered series:", err)
	}
}

func TestMachinesOfSMDAreOneSetOrSeveralSeries(t *testing.T) {
	files := fstest.MapFS{}
	for k, name := range []string{"machine-1-1", "machine-1-2", "machine-1-10"} {
		row := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("0.%d,", k+1), smdChannels), ",") + "\n"
		rows := strings.Repeat(row, 20+k)
		labels := strings.Repeat("0\n", 18+k) + "1\n1\n"
		for folder, text := range map[string]string{"train": rows, "test": rows, "test_label": labels} {
			files["smd/"+folder+"/"+name+".txt"] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	set, err := Open(context.Background(), files, "smd")
	if err != nil {
		t.Fatal(err)
	}
	several, err := openFiles(t, files, "smd/*")
	if err != nil {
		t.Fatal(err)
	}
	if set.Members != nil || set.Test.Rows != 63 || several.Test.Rows != 63 || count(several.Labels) != 6 {
		t.Errorf("%d and %d test steps", set.Test.Rows, several.Test.Rows)
	}
	// As one set they come in the order of names as texts, as published tables have it; as series, of numbers.
	if len(several.Members) != 3 || several.Members[2].Name != "smd/machine-1-10" ||
		several.Test.Columns[0][62] != 0.3 || set.Test.Columns[0][20] != 0.3 {
		t.Errorf("%+v", several.Members)
	}
}

// Files that come together and are no parts of one set are the series that a list of them names.
func TestFilesThatAreNoPartsOfOneSetAreSeveralSeries(t *testing.T) {
	folder := fstest.MapFS{"pump_1.csv": {Data: []byte(machine(1, 60, 5, "flow,level,label"))},
		"pump_2.csv": {Data: []byte(machine(2, 80, 5, "flow,level,label"))}}
	want, err := openFiles(t, folder, "file/pump_1.csv,file/pump_2.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]string{{"pump_1.csv", "pump_2.csv"}, {"pump_2.csv", "pump_1.csv"}} {
		got, err := ReadFiles(t.Context(), []File{FileIn(folder, order[0]), FileIn(folder, order[1])}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Digest() != want.Digest() || got.Name != want.Name || !slices.Equal(got.Members, want.Members) {
			t.Errorf("%v: %q with %+v, want %q with %+v", order, got.Name, got.Members, want.Name, want.Members)
		}
		if v := got.Look; v == nil || v.Rows != 140 || v.Cut != 70 || len(v.Files) != 2 || len(v.Cells) == 0 {
			t.Errorf("%v looks like %+v", order, v)
		}
	}
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	for _, name := range []string{"pump_1.csv", "pump_2.csv"} {
		out, _ := w.Create("pumps/" + name)
		out.Write(folder[name].Data)
	}
	w.Close()
	folder["pumps.zip"] = &fstest.MapFile{Data: z.Bytes()}
	got, err := ReadFiles(t.Context(), []File{FileIn(folder, "pumps.zip")}, Options{})
	if err != nil || got.Digest() != want.Digest() || got.Name != "file/pumps.zip" {
		t.Errorf("an archive: %v, %+v", err, got)
	}
	// Each series may have its parts in files of their own.
	parts := fstest.MapFS{}
	for _, name := range []string{"a", "b"} {
		parts[name+"_train.csv"] = &fstest.MapFile{Data: []byte(machine(1, 60, 0, "flow,level,label"))}
		parts[name+"_test.csv"] = &fstest.MapFile{Data: []byte(machine(2, 40, 4, "flow,level,label"))}
	}
	var files []File
	for name := range parts {
		files = append(files, FileIn(parts, name))
	}
	got, err = ReadFiles(t.Context(), files, Options{})
	if err != nil || len(got.Members) != 2 || got.Name != "file/a_train.csv,file/b_train.csv" || got.Train.Rows != 120 {
		t.Errorf("pairs: %v, %+v", err, got)
	}
}

// Labels of nobody knows which series are refused, as are parts that lack their other half.
func TestFilesThatFitNoSeriesAreRefused(t *testing.T) {
	one := machine(1, 60, 5, "flow,level,label")
	for _, other := range []string{"labels.csv", "pump_3_test.csv"} {
		folder := fstest.MapFS{"pump_1.csv": {Data: []byte(one)}, "pump_2.csv": {Data: []byte(one)}, other: {Data: []byte(one)}}
		_, err := ReadFiles(t.Context(), []File{FileIn(folder, "pump_1.csv"), FileIn(folder, "pump_2.csv"), FileIn(folder, other)}, Options{})
		if err == nil {
			t.Errorf("with %s they are read", other)
		}
	}
}
