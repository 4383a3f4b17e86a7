package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Alarms are joined and dropped before they are measured, and written in the form that the file's name says.
func TestEvalJoinsAndWritesAlarms(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "scores.csv")
	text := "score,label\n"
	for i, s := range strings.Fields("0 0 5 0 7 0 0 0 6 0 0 0") {
		label := "0"
		if i >= 2 && i < 5 {
			label = "1"
		}
		text += s + "," + label + "\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	flagged := func(args ...string) (n int) {
		t.Helper()
		got := do(t, append([]string{"eval", file, "-threshold", "1", "-json"}, args...)...).must(t)
		var v struct {
			Flagged int `json:"n_flagged"`
		}
		if err := json.Unmarshal([]byte(got.out), &v); err != nil {
			t.Fatal(err)
		}
		return v.Flagged
	}
	csvFile, nab := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.json")
	if n := flagged(); n != 3 {
		t.Errorf("%d points flagged, want 3", n)
	}
	if n := flagged("-merge", "1", "-alarms", csvFile); n != 4 {
		t.Errorf("%d points in joined alarms, want 4", n)
	}
	if n := flagged("-merge", "1", "-least", "2", "-alarms", nab); n != 3 {
		t.Errorf("%d points in alarms that are long enough, want 3", n)
	}
	rows := csvRows(t, dir, "a.csv")
	if len(rows) != 3 || strings.Join(rows[1][4:10], ",") != "2,5,3,,4,7" {
		t.Errorf("alarms %v", rows)
	}
	if got := read(t, dir, "a.json"); got != "{\n  \"scores.csv\": [\n    [2,4]\n  ]\n}\n" {
		t.Errorf("windows %q", got)
	}
	if got := do(t, "eval", file, "-alarms", "a.txt"); got.code != exitUsage || !strings.Contains(got.err, "NAME.jsonl") {
		t.Errorf("a.txt: code %d, %q", got.code, got.err)
	}
}
