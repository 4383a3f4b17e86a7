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
