package tensor

import "testing"

func TestBroadcastAlignsAtTheEnd(t *testing.T) {
	cases := []struct{ a, b, want Shape }{
		{Shape{}, Shape{}, Shape{}},
		{Shape{2, 3}, Shape{3}, Shape{2, 3}},
		{Shape{2, 1}, Shape{1, 3}, Shape{2, 3}},
		{Shape{4, 2, 1}, Shape{2, 5}, Shape{4, 2, 5}},
		{Shape{1}, Shape{}, Shape{1}},
	}
	for _, c := range cases {
		for _, in := range [][2]Shape{{c.a, c.b}, {c.b, c.a}} {
			got, err := Broadcast(in[0], in[1])
			if err != nil || !got.Equal(c.want) {
				t.Errorf("Broadcast(%v, %v) = %v, %v, want %v", in[0], in[1], got, err, c.want)
			}
		}
	}
	if got, err := Broadcast(Shape{2, 3}, Shape{2}); err == nil {
		t.Errorf("Broadcast([2,3], [2]) = %v, want an error", got)
	}
}

func TestStridesAreRowMajor(t *testing.T) {
	s := Shape{2, 3, 4}
	want := []int{12, 4, 1}
	for i, got := range s.Strides() {
		if got != want[i] {
			t.Errorf("stride %d of %v = %d, want %d", i, s, got, want[i])
		}
	}
	if s.Len() != 24 || s.String() != "[2,3,4]" || New(2, 3).Shape.Len() != 6 {
		t.Errorf("length %d, text %s", s.Len(), s)
	}
}
