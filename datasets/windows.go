package datasets

import (
	"slices"

	"cosinelab/datasets/steps"
)

// Windows is a set of stretches of one series, all of the same length.
type Windows struct {
	Series Series
	Length int   // steps in a window
	Starts []int // first step of each window
	Fresh  int   // steps at the end of each window that count, beside the whole first window; 0 = all
	Begins []int // first windows of other series than the first, which count whole as well
}

// Slide returns the windows of so many steps that start every stride steps and lie inside the series; none if
// it is shorter. Where stretches of it are given, the windows are those of each stretch. Length and stride are
// at least 1.
func Slide(s Series, length, stride int, each ...steps.Range) Windows {
	w := Windows{Series: s, Length: length}
	if len(each) == 0 {
		each = []steps.Range{{To: s.Rows}}
	}
	for _, r := range each {
		if len(w.Starts) > 0 && r.Len() >= length {
			w.Begins = append(w.Begins, len(w.Starts))
		}
		for at := r.From; at+length <= r.To; at += stride {
			w.Starts = append(w.Starts, at)
		}
	}
	return w
}

// Tile returns the non-overlapping windows from the start of the series, or of each stretch; the remainder at
// the end is in none.
func Tile(s Series, length int, each ...steps.Range) Windows {
	return Slide(s, length, length, each...)
}

// Warm returns the windows that start every fresh steps, of which only the last fresh steps count, and all
// steps of the very first: whatever predicts a step has seen the steps before it (engine/models/README.md,
// section 1.3). Fresh is 1 to length. Each stretch, where some are given, has a first window of its own.
func Warm(s Series, length, fresh int, each ...steps.Range) Windows {
	w := Slide(s, length, fresh, each...)
	w.Fresh = fresh
	return w
}

// Steps is the number of steps that count, each in every window that it counts in.
func (w Windows) Steps() int {
	if w.Fresh > 0 && w.Len() > 0 {
		whole := 1 + len(w.Begins)
		return whole*w.Length + (w.Len()-whole)*w.Fresh
	}
	return w.Len() * w.Length
}

// Counted is what belongs to the steps that count, of what was computed for all steps of window i, step by
// step.
func Counted[T any](w Windows, i int, of []T) []T {
	if _, begins := slices.BinarySearch(w.Begins, i); w.Fresh == 0 || i == 0 || begins {
		return of
	}
	return of[len(of)-len(of)/w.Length*w.Fresh:]
}

// Len is the number of windows.
func (w Windows) Len() int { return len(w.Starts) }

// Size is the number of values in one window: Length * Channels.
func (w Windows) Size() int { return w.Length * w.Series.Channels }

// Copy writes window i, [Length, Channels] in row-major order, to dst.
func (w Windows) Copy(i int, dst []float32) {
	at := w.Starts[i]
	copy(dst, w.Series.Slice(at, at+w.Length).Values)
}
