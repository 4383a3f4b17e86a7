package main

import (
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
