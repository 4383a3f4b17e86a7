package chart

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"cosinelab/assets/words"
)

var start = time.Date(2026, 2, 8, 9, 3, 0, 0, time.UTC)

// every is a series with a step in each span.
func every(span time.Duration, steps int) Times {
	return Times{{0, start.UnixNano()}, {steps - 1, start.Add(time.Duration(steps-1) * span).UnixNano()}}
}

func timeLabels(ticks []Tick) (out []string) {
	for _, t := range ticks {
		out = append(out, t.Label)
	}
	return out
}

func TestTicksOfTimeStandAtNaturalPlaces(t *testing.T) {
	en, ko := words.English(), words.In("ko")
	for _, c := range []struct {
		times  Times
		lo, hi float64
		w      *words.Language
		want   []string
	}{
		{every(time.Minute, 100), 0, 60, en, []string{"Feb 8 09:15", "09:30", "09:45", "10:00"}},
		{every(time.Minute, 100), 0, 60, ko, []string{"2월 8일 09:15", "09:30", "09:45", "10:00"}},
		{every(time.Second, 100), 0, 20, en, []string{"Feb 8 09:03:00", "09:03:05", "09:03:10", "09:03:15",
			"09:03:20"}},
		{every(time.Hour, 100), 0, 48, en, []string{"Feb 8 12:00", "Feb 9 00:00", "12:00", "Feb 10 00:00"}},
		{every(24*time.Hour, 1000), 0, 80, en, []string{"Mar 2026", "Apr"}},
		{every(24*time.Hour, 1000), 0, 20, ko, []string{"2026년 2월 9일", "2월 16일", "2월 23일"}},
		{every(24*time.Hour, 2000), 0, 1500, en, []string{"2027", "2028", "2029", "2030"}},
	} {
		if got := timeLabels(c.times.Ticks(c.w, c.lo, c.hi, 5)); !slices.Equal(got, c.want) {
			t.Errorf("steps %v to %v: %q, want %q", c.lo, c.hi, got, c.want)
		}
	}
	if got := every(time.Minute, 100).Moment(ko, 22); got != "2월 8일 09:25" {
		t.Errorf("step 22 is at %s", got)
	}
}

// Whatever is in view, ticks ascend within it, and there are no more than there is room for.
func TestTicksOfTimeStayInView(t *testing.T) {
	for _, span := range []time.Duration{time.Millisecond, time.Second, 7 * time.Minute, 5 * time.Hour, 40 * day} {
		times := every(span, 5000)
		gap := times[1]
		times = append(times, Knot{gap.Step + 1, gap.At + int64(500*span)}, Knot{9000, gap.At + int64(5000*span)})
		for _, lo := range []float64{0, 17, 4990, 4999.5} {
			for _, n := range []int{1, 2, 6, 12} {
				hi := lo + 300
				ticks := times.Ticks(words.English(), lo, hi, n)
				if len(ticks) > n {
					t.Fatalf("%d ticks, want %d at most", len(ticks), n)
				}
				last := math.Inf(-1)
				for _, k := range ticks {
					if k.Value < lo-1e-6 || k.Value > hi+1e-6 || k.Value <= last || k.Label == "" {
						t.Fatalf("span %v, %v..%v: tick %+v behind %v", span, lo, hi, k, last)
					}
					last = k.Value
				}
			}
		}
	}
	if got := fmt.Sprint(Times(nil).Ticks(words.English(), 0, 9, 5), Times(nil).Moment(words.English(), 1)); got != "[]" {
		t.Errorf("times of nothing: %q", got)
	}
}
