package spec_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"cosinelab/engine/spec"
)

func timeline(at []int64, missing map[int]bool) spec.Timeline {
	t := spec.Timeline{Clock: true}
	for i, x := range at {
		t.Add(x, !missing[i])
	}
	return t
}

func TestATimelineOfRegularStepsWithGapsIsExactAndShort(t *testing.T) {
	at, now := []int64{}, int64(1_700_000_000e9)
	for i := range 100_000 {
		if now += 60e9; i%9000 == 8999 {
			now += 3600e9
		}
		at = append(at, now)
	}
	line := timeline(at, map[int]bool{500: true, 501: true})
	if len(line.Knots) > 40 || line.Rough || !line.Check() {
		t.Fatalf("%d knots, rough %v", len(line.Knots), line.Rough)
	}
	text, err := json.Marshal(line)
	if err != nil || len(text) > 4000 {
		t.Fatalf("%d bytes, error %v", len(text), err)
	}
	var read spec.Timeline
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for i, want := range at {
		if got, ok := read.At(i); !ok || got != want {
			t.Fatalf("step %d at %d, want %d", i, got, want)
		}
	}
}

func TestATimelineOfIrregularStepsIsBoundedAndSaysThatItIsRough(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	at, now := []int64{}, int64(0)
	for range 200_000 {
		now += 1 + r.Int64N(2e9)
		at = append(at, now)
	}
	line := timeline(at, nil)
	if !line.Rough || !line.Check() {
		t.Fatalf("%d knots, rough %v", len(line.Knots), line.Rough)
	}
	for i, want := range at {
		got, _ := line.At(i)
		if off := got - want; off > 100e9 || off < -100e9 {
			t.Fatalf("step %d at %d, want about %d", i, got, want)
		}
	}
}

func TestATimelineOfNothingKnowsNothing(t *testing.T) {
	for _, line := range []spec.Timeline{{}, timeline([]int64{1, 2}, map[int]bool{0: true, 1: true})} {
		if _, ok := line.At(0); ok {
			t.Error("a time of nothing")
		}
	}
	one := timeline([]int64{7, 8}, map[int]bool{1: true})
	if at, ok := one.At(0); !ok || at != 7 {
		t.Errorf("%d, %v", at, ok)
	}
}
