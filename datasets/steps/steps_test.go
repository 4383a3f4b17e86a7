package steps

import "testing"

func TestRangesMeetWhereTheyShareAStep(t *testing.T) {
	a := Range{3, 7}
	for _, c := range []struct {
		b    Range
		want bool
	}{{Range{0, 3}, false}, {Range{0, 4}, true}, {Range{4, 5}, true}, {Range{6, 9}, true},
		{Range{7, 9}, false}} {
		if a.Meets(c.b) != c.want || c.b.Meets(a) != c.want {
			t.Errorf("%v meets %v: want %v", a, c.b, c.want)
		}
	}
	if a.Len() != 4 {
		t.Errorf("%v has %d steps", a, a.Len())
	}
}
