package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/datasets"
)

func TestDataListsBuiltInSetsAndWhatAFolderHolds(t *testing.T) {
	alone := do(t, "data", "list").must(t).out
	for _, s := range datasets.All {
		if !strings.Contains(alone, s.ID) {
			t.Errorf("%s is not listed", s.ID)
		}
	}
	file := write(t, "mine.csv", "a,b\n1,2\n")
	if got := do(t, "data", "list", "-data", filepath.Dir(file)).must(t).out; !strings.Contains(got,
		"builtin/server") || !strings.Contains(got, "file/mine.csv") {
		t.Error(got)
	}
}

func TestDataDescribesASetChannelByChannel(t *testing.T) {
	got := do(t, "data", "describe", "builtin/server", "-seed", "3").must(t).out
	set, err := datasets.Builtin("builtin/server", 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(set.Channels, set.Title, "14 channels", "test steps anomalous") {
		if !strings.Contains(got, name) {
			t.Errorf("no %q in\n%s", name, got)
		}
	}
	file := write(t, "mine.csv", "a,b\n1,2\n1,4\n1,\n1,8\n1,9\n1,9\n")
	got = do(t, "data", "describe", "file/mine.csv", "-data", filepath.Dir(file)).must(t).out
	if !strings.Contains(got, "no labels") || !strings.Contains(got, "1 missing cell filled") {
		t.Error(got)
	}
}

// realData is the folder of public sets, where there is one.
func realData(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "..", "shared", "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no real data in ../shared/data")
	}
	return dir
}

// Several series are described as one set, and a pattern without a folder asks for one.
func TestDataDescribesSeveralSeries(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"pump1.csv", "pump2.csv"} {
		text := "flow,level\n" + strings.Repeat("1.5,2\n2.5,1\n0.5,3\n", 20)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := do(t, "data", "describe", "file/pump*.csv", "-data", dir).must(t).out
	for _, want := range []string{"2 series", "\npump1.csv", "\npump2.csv"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if got := do(t, "data", "describe", "file/pump*.csv"); got.code == exitOK || !strings.Contains(got.err, "-data") {
		t.Errorf("%d, %q", got.code, got.err)
	}
}

// Who takes a wrong turn is told the right one.
func TestWrongTurnsAreToldTheRightOne(t *testing.T) {
	for want, args := range map[string][]string{
		"data describe":                        {"describe", "x.csv"},
		"did you mean data describe in/x.csv?": {"data", "in/x.csv"},
		"cosinelab version":                    {"--version"},
		"it is a field of the spec (seeds)":    {"run", "default", "-seeds", "3"},
		"train.epochs)":                        {"run", "default", "-epochs", "3"},
		"-scaling foo, want standard":          {"data", "describe", "builtin/server", "-scaling", "foo"},
	} {
		if got := do(t, args...); got.code != exitUsage || !strings.Contains(got.err, want) {
			t.Errorf("%v: %d %q, want %q in it", args, got.code, got.err, want)
		}
	}
}

// months are three files of a day each, an hour of which has one row a minute, and labels for them, in a folder.
func months(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for day := 1; day <= 3; day++ {
		text := "time,flow,level\n"
		for i := range 144 {
			text += fmt.Sprintf("2024-01-%02d %02d:%02d,%d.5,%d\n", day, i/6, i%6*10, (144*day+i)*389%101, i%7)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("day-%d.csv", day)), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSeveralFilesOfOnesOwnAreReadTogether(t *testing.T) {
	dir := months(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	log := write(t, "log.csv", "start,end\n2024-01-03 10:00,2024-01-03 11:00\n")
	data, _ := pump(t)
	sp := filepath.Join(data, "spec.json")
	reads := func(args ...string) string {
		t.Helper()
		out := filepath.Join(t.TempDir(), "out")
		got := do(t, append(args, "-out", out)...).must(t)
		return read(t, out, "report.json") + got.err
	}
	for _, args := range [][]string{
		{"run", sp, "-file", at("day-1.csv"), "-file", at("day-2.csv"), "-file", at("day-3.csv")},
		{"run", sp, at("day-1.csv"), at("day-2.csv"), at("day-3.csv")},
		{"run", sp, at("day-*.csv")}, {"run", sp, "-file", at("day-*.csv")}, {"run", sp, dir},
	} {
		text := reads(args...)
		for _, want := range []string{`"train_steps": 216`, "find-files-follow"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the report has no %s", args, want)
			}
		}
	}
	if text := reads("run", sp, at("day-*.csv"), "-label-file", log); !strings.Contains(text, `"label_file": "log.csv"`) ||
		!strings.Contains(text, `"labelled": true`) {
		t.Error("the labels of another folder are not read")
	}
	if text := reads("run", sp, at("day-*.csv"), "-files", "apart"); !strings.Contains(text, `"name": "day-2.csv"`) {
		t.Error("files are joined that were asked to stay apart")
	}
	described := do(t, "data", "describe", at("day-*.csv"), "-label-file", log).must(t).out
	if !strings.Contains(described, "3 files follow one another") || !strings.Contains(described, "7 test steps anomalous") {
		t.Error(described)
	}
}

func TestDataInThePlaceOfASpecAreRecognized(t *testing.T) {
	dir := months(t)
	file := filepath.Join(dir, "day-1.csv")
	for _, args := range [][]string{{"dump", file}, {"spec", "check", file}} {
		got := do(t, args...)
		if got.code == exitOK || !strings.Contains(got.err, "cosinelab run default -file "+file) {
			t.Errorf("%s: %d %s", args, got.code, got.err)
		}
	}
	o := runOptions{data: new(string), bootstrap: new(int), signals: signalsAuto}
	if err := o.read([]string{file, filepath.Join(dir, "day-2.csv")}); err != nil || o.spec != "default" || !o.assumed ||
		len(o.files) != 2 {
		t.Errorf("%+v: %v", o, err)
	}
	if got := do(t, "run", file, "-data", dir); got.code != exitUsage {
		t.Error(got.code, got.err)
	}
	if got := do(t, "run", filepath.Join(dir, "week-*.csv")); got.code == exitOK || !strings.Contains(got.err, "week-") {
		t.Error(got.code, got.err)
	}
}
