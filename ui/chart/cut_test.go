package chart

import (
	"strings"
	"testing"
)

func TestLabelsAreCutInTheirMiddle(t *testing.T) {
	for _, c := range []struct{ label, want string }{
		{"+ to input", "+ to input"},
		{"+ cosine", "+ cosine"},
		{"학생 단독", "학생 단독"},
		{strings.Repeat("long arm ", 11), "long arm…rm "},
		{"+ 미학습 교사와의 코사인", "+ 미학…사인"},
		{"", ""},
	} {
		if got := cut(c.label, 72); got != c.want {
			t.Errorf("%q is cut to %q, want %q", c.label, got, c.want)
		}
	}
	a, b := cut("+ cosine to another window", 72), cut("+ cosine to an untrained teacher", 72)
	if a == b {
		t.Errorf("both are cut to %q", a)
	}
	for room := range 200 {
		label := cut("an arm of a name that others have chosen", float64(room))
		if w := widthOf([]rune(label)); w > max(float64(room), 12) {
			t.Errorf("%q takes %g of %d", label, w, room)
		}
	}
}
