package words

import (
	"math"
	"testing"
	"time"
)

func TestNumbersAreWrittenAsThePageShowsThem(t *testing.T) {
	l := English()
	for _, c := range []struct{ got, want string }{
		{l.Count(0), "0"},
		{l.Count(999), "999"},
		{l.Count(28479), "28\u2009479"},
		{l.Count(-1234567), "\u22121\u2009234\u2009567"},
		{l.Points(0.3204), "32.0"},
		{l.Points(math.NaN()), "n/a"},
		{l.Points(math.Inf(1)), "n/a"},
		{l.SignedPoints(0.008), "+0.8"},
		{l.SignedPoints(-0.023), "\u22122.3"},
		{l.SignedPoints(0.0001), "0.0"},
		{l.SignedPoints(-0.0001), "0.0"},
		{l.Percent(0.095), "9.5 %"},
		{l.Percent(0.5), "50 %"},
		{l.Fixed(-0.19, 2), "\u22120.19"},
		{l.Fixed(-0.001, 2), "0.00"},
		{Setting(1e-4), "1e-4"},
		{Setting(0.00025), "2.5e-4"},
		{Setting(0.5), "0.5"},
		{Setting(100), "100"},
		{Setting(0), "0"},
		{Setting(1e21), "1e21"},
		{l.Duration(0), "0 s"},
		{l.Duration(38 * time.Second), "38 s"},
		{l.Duration(110 * time.Second), "1 min 50 s"},
		{l.Duration(60 * time.Second), "1 min"},
		{l.Duration(59600 * time.Millisecond), "1 min"},
		{l.Duration(7500 * time.Second), "2 h 5 min"},
		{l.Duration(7199 * time.Second), "2 h"},
		{l.Duration(Seconds(-1)), "0 s"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
