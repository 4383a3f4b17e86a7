package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/engine/spec"
)

func TestASpecOutOfBoundsIsRefusedByItsField(t *testing.T) {
	for _, command := range [][]string{{"run"}, {"dump"}, {"spec", "check"}} {
		got := do(t, append(command, "testdata/spec-stride-max.json")...)
		if got.code != exitFailed || !strings.Contains(got.err, "data.stride") || got.out != "" {
			t.Errorf("%s: exit code %d, %q", command, got.code, got.err)
		}
	}
}

// A value that no model can compute with is named by its line, wherever it stands and whatever it is.
func TestAValueBeyondAllNumbersIsNamedByItsLine(t *testing.T) {
	var sp spec.Spec
	if err := json.Unmarshal([]byte(read(t, "testdata", "tiny.json")), &sp); err != nil {
		t.Fatal(err)
	}
	good := read(t, "testdata", "sentinel.csv")
	cells := strings.Split(good, "\n")
	row := func(line int, text string) string {
		changed := append([]string{}, cells...)
		changed[301] = "0.1,0.4310,0" // what the file as it is has there
		changed[line-1] = text
		return strings.Join(changed, "\n")
	}
	for _, c := range []struct{ text, want string }{
		{good, ":302: column 1 (a): 3.4028235e38"},
		{row(30, "0.1,1e38,0"), ":30: column 2 (b): 1e38"},
		{row(310, "inf,0,0"), ":310: column 1 (a): inf"},
		{row(310, "0,-Infinity,0"), ":310: column 2 (b): -Infinity"},
		{row(310, "1e400,0,0"), ":310: column 1 (a): 1e400"},
		{row(310, "-3.4028235e38,1e38,0"), ":310: column 1 (a): -3.4028235e38"},
		// Within what a file may hold, but not within what a model can square and add up.
		{row(310, "1e18,0,0"), "step 108 of the test part"},
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "odd.csv"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := sp
		s.Data = spec.Data{Source: "file/odd.csv", Scaling: spec.ScalingStandard, Window: 20, Stride: 10}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		got := do(t, "run", write(t, "odd.json", string(text)), "-data", folder)
		if got.code != exitFailed || !strings.Contains(got.err, c.want) || got.out != "" {
			t.Errorf("%s: exit code %d, %q", c.want, got.code, got.err)
		}
	}
}

// The memory of a model is named before anything of it is there, by every command that would take it.
func TestAModelBeyondTheMemoryIsRefusedInWords(t *testing.T) {
	const file, want = "testdata/spec-263-gb.json", "12\u2009955\u2009672\u2009590 parameters"
	out := filepath.Join(t.TempDir(), "out")
	for _, args := range [][]string{
		{"run", file, "-memory", "4GB", "-out", out},
		{"run", file, "-memory", "100", "-device", "cpu"},
		{"table", "-spec", file, "-models", "anomaly_transformer", "-memory", "500MB", "-seeds", "1"},
	} {
		got := do(t, args...)
		if got.code != exitFailed || !strings.Contains(got.err, "student: "+want) || !strings.Contains(got.err, "-memory") ||
			got.out != "" {
			t.Errorf("%s: exit code %d, %q", args, got.code, got.err)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a refused experiment has a folder")
	}
	got := do(t, "spec", "check", file).must(t)
	if !strings.Contains(got.out, want) || !strings.Contains(got.out, "GB of memory") {
		t.Errorf("spec check says %q", got.out)
	}
	for _, wrong := range []string{"0", "-1GB", "99MB", "many", "1TB", "1e300GB", "NaN", ""} {
		if got := do(t, "run", "default", "-memory", wrong); got.code != exitUsage ||
			!strings.Contains(got.err, "such as 8GB") {
			t.Errorf("-memory %q: exit code %d, %q", wrong, got.code, got.err)
		}
	}
}

// Some 20,000 scores above a low start took 18 s to choose a threshold by, since each went through all before
// it: package detect counts the work, this is the experiment.
func TestALowLevelOfAStreamEnds(t *testing.T) {
	got := do(t, "run", "testdata/spec-spot-level.json", "-metrics", "all").must(t)
	if !strings.Contains(got.out, "spot") {
		t.Errorf("no threshold in %q", got.out)
	}
}
