package datasets

import (
	"math"
	"testing"

	"cosinelab/datasets/steps"
)

// Whatever of a set an experiment can see is in its digest.
func TestADigestTellsSetsApart(t *testing.T) {
	fresh := func() *Set {
		s, err := Builtin("builtin/server", 1)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	want := fresh().Digest()
	if again := fresh(); again.Digest() != want || len(want.String()) != 16 {
		t.Errorf("the same set has digests %s and %s", want, again.Digest())
	}
	up := func(v *float64) { *v = math.Nextafter(*v, math.Inf(1)) }
	seen := map[Digest]string{want: "nothing"}
	for what, change := range map[string]func(*Set){
		"a channel's name": func(s *Set) { s.Channels[0] += "x" },
		"first value":      func(s *Set) { up(&s.Train.Columns[0][0]) },
		"last value": func(s *Set) {
			last := s.Test.Columns[s.Test.Channels()-1]
			up(&last[len(last)-1])
		},
		"a mark": func(s *Set) { s.Marked = make([]uint8, s.Train.Rows) },
		"a filled cell": func(s *Set) {
			s.Train.made = make([][]steps.Range, s.Train.Channels())
			s.Train.made[0] = []steps.Range{{From: 1, To: 2}}
		},
		"a label":    func(s *Set) { s.Labels[0] ^= 1 },
		"no labels":  func(s *Set) { s.Labels = nil },
		"a step":     func(s *Set) { s.Test = s.Test.Slice(0, s.Test.Rows-1) },
		"a kind":     func(s *Set) { s.Anomalies[0].Kind += "x" },
		"parts":      func(s *Set) { s.Train, s.Test = s.Test, s.Train },
		"channels":   func(s *Set) { s.Train.Columns = s.Train.Columns[1:] },
		"two values": func(s *Set) { c := s.Test.Columns[0]; c[5], c[7] = c[7], c[5] },
	} {
		s := fresh()
		change(s)
		if d := s.Digest(); seen[d] != "" {
			t.Errorf("%s: the same digest as %s", what, seen[d])
		} else {
			seen[d] = what
		}
	}
}
