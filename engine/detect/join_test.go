package detect_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/detect"
)

func alarms(flags string, merge, least int) []steps.Range {
	return detect.Alarms(len(flags), nil, func(i int) bool { return flags[i] == '#' }, merge, least)
}

func TestAlarmsAreJoinedAndShortOnesDropped(t *testing.T) {
	for _, c := range []struct {
		flags        string
		merge, least int
		want         []steps.Range
	}{
		{"", 0, 0, nil},
		{"....", 3, 0, nil},
		{"#.##..#", 0, 0, []steps.Range{{From: 0, To: 1}, {From: 2, To: 4}, {From: 6, To: 7}}},
		{"#.##..#", 1, 0, []steps.Range{{From: 0, To: 4}, {From: 6, To: 7}}},
		{"#.##..#", 2, 0, []steps.Range{{From: 0, To: 7}}},
		{"#.##..#", 0, 2, []steps.Range{{From: 2, To: 4}}},
		{"#.##..#", 1, 4, []steps.Range{{From: 0, To: 4}}}, // joined first, then dropped
		{"#.##..#.", 1, 5, nil},
	} {
		if got := alarms(c.flags, c.merge, c.least); !slices.Equal(got, c.want) {
			t.Errorf("%s, merge %d, least %d: %v, want %v", c.flags, c.merge, c.least, got, c.want)
		}
	}
}

// Whatever the flags, alarms lie apart by more than Merge steps, begin and end with a flag, are long enough, and
// no flag outside of them could be one.
func TestAlarmsCoverEveryFlagThatIsLongEnough(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		flags := make([]bool, r.IntN(60))
		for i := range flags {
			flags[i] = r.IntN(4) == 0
		}
		merge, least := r.IntN(4), r.IntN(6)
		all := detect.Alarms(len(flags), nil, func(i int) bool { return flags[i] }, merge, 0)
		for i, a := range all {
			if !flags[a.From] || !flags[a.To-1] || i > 0 && a.From-all[i-1].To <= merge {
				t.Fatalf("alarms %v of %v, merge %d", all, flags, merge)
			}
		}
		for i, f := range flags {
			inside := slices.ContainsFunc(all, func(a steps.Range) bool { return a.From <= i && i < a.To })
			if f && !inside {
				t.Fatalf("step %d of %v is in none of %v", i, flags, all)
			}
		}
		want := slices.DeleteFunc(slices.Clone(all), func(a steps.Range) bool { return a.Len() < least })
		got := detect.Alarms(len(flags), nil, func(i int) bool { return flags[i] }, merge, least)
		if !slices.Equal(got, want) {
			t.Fatalf("least %d: %v, want %v", least, got, want)
		}
	}
}

// Series that lie one behind the other keep their alarms apart, however close.
func TestNoAlarmReachesIntoAnotherSeries(t *testing.T) {
	flags := ".##.##."
	flagged := func(i int) bool { return flags[i] == '#' }
	want := []steps.Range{{From: 1, To: 2}, {From: 2, To: 6}}
	if got := detect.Alarms(len(flags), []int{2}, flagged, 1, 0); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := detect.Alarms(len(flags), []int{2}, flagged, 1, 2); !slices.Equal(got, want[1:]) {
		t.Errorf("short ones dropped: %v, want %v", got, want[1:])
	}
}
