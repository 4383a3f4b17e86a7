// Package detect turns scores of a series into alarms.
package detect

import "cosinelab/datasets"

// Windows is a set of stretches of one series, all of the same length.
type Windows struct {
	Series datasets.Series
	Length int   // steps in a window
	Starts []int // first step of each window
}

// Slide returns the windows of so many steps that start every stride steps and lie inside the series; none if it is
// shorter. Length and stride are at least 1.
func Slide(s datasets.Series, length, stride int) Windows {
	w := Windows{Series: s, Length: length}
	for at := 0; at+length <= s.Rows; at += stride {
		w.Starts = append(w.Starts, at)
	}
	return w
}

// Tile returns the non-overlapping windows from the start of the series; the remainder at its end is in none.
func Tile(s datasets.Series, length int) Windows { return Slide(s, length, length) }

// Len is the number of windows.
func (w Windows) Len() int { return len(w.Starts) }

// Size is the number of values in one window: Length * Channels.
func (w Windows) Size() int { return w.Length * w.Series.Channels }

// Copy writes window i, [Length, Channels] in row-major order, to dst.
func (w Windows) Copy(i int, dst []float32) {
	at := w.Starts[i]
	copy(dst, w.Series.Slice(at, at+w.Length).Values)
}
