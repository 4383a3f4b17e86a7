package main

import (
	"encoding/json"
	"math"
	"runtime"
	"testing"

	"cosinelab/engine/bench/timing"
)

func TestBenchComparesWorkersWithTheRoofline(t *testing.T) {
	var r timing.Report
	if err := json.Unmarshal([]byte(do(t, "bench", "-json", "-runs", "1", "-only",
		"64x64x64,L").must(t).out), &r); err != nil {
		t.Fatal(err)
	}
	want := 3
	if runtime.GOMAXPROCS(0) < 2 {
		want = 2
	}
	if len(r.Lines) != want || r.Device != "cpu" {
		t.Fatalf("%d lines of %s, want %d of cpu: %+v", len(r.Lines), r.Device, want, r.Lines)
	}
	for i, l := range r.Lines {
		if l.Workers != max(1, i) || math.IsNaN(l.Share()) || !(l.Share() > 0) {
			t.Errorf("line %d: %+v", i, l)
		}
	}
}
