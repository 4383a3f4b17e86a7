package datasets

import (
	"math"
	"testing"
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
	seen := map[Digest]string{want: "nothing"}
	for what, change := range map[string]func(*Set){
		"a channel's name": func(s *Set) { s.Channels[0] += "x" },
		"first value":      func(s *Set) { s.Train.Values[0] = math.Nextafter32(s.Train.Values[0], 9) },
		"last value": func(s *Set) {
			v := &s.Test.Values[len(s.Test.Values)-1]
			*v = math.Nextafter32(*v, 9)
		},
		"two values": func(s *Set) { s.Test.Values[5], s.Test.Values[7] = s.Test.Values[7], s.Test.Values[5] },
		"a label":    func(s *Set) { s.Labels[0] ^= 1 },
		"no labels":  func(s *Set) { s.Labels = nil },
		"a step":     func(s *Set) { s.Test = s.Test.Slice(0, s.Test.Rows-1) },
		"a kind":     func(s *Set) { s.Anomalies[0].Kind += "x" },
		"parts":      func(s *Set) { s.Train, s.Test = s.Test, s.Train },
		"dimensions": func(s *Set) { s.Train.Rows, s.Train.Channels = s.Train.Channels, s.Train.Rows },
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
