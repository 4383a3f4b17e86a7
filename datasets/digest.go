package datasets

import (
	"fmt"
	"math"
)

// Digest tells what went into it from anything else that may have by accident: an FNV-1a hash of 64 bits over
// words of 32. Two contents that differ in one word never have the same, others with a probability of about
// 2^-64. It is made for speed in the browser, where a SHA-256 of a large set would take seconds, and is no
// protection against forgery.
type Digest uint64

// NewDigest is that of nothing.
func NewDigest() Digest { return 0xcbf29ce484222325 }

func (d *Digest) word(w uint32) { *d = (*d ^ Digest(w)) * 0x100000001b3 }

// Text adds a text.
func (d *Digest) Text(s string) {
	d.word(uint32(len(s)))
	for i := range len(s) {
		d.word(uint32(s[i]))
	}
}

// Values adds the bits of values.
func (d *Digest) Values(xs []float32) {
	d.word(uint32(len(xs)))
	h := *d
	for _, x := range xs {
		h.word(math.Float32bits(x))
	}
	*d = h
}

// String is the digest in hexadecimal.
func (d Digest) String() string { return fmt.Sprintf("%016x", uint64(d)) }

// wide adds the bits of values of double width.
func (d *Digest) wide(xs []float64) {
	d.word(uint32(len(xs)))
	h := *d
	for _, x := range xs {
		bits := math.Float64bits(x)
		h.word(uint32(bits >> 32))
		h.word(uint32(bits))
	}
	*d = h
}

// Digest is that of the names of a set's channels, every value, what was filled in, the labels of both parts
// and what is known of anomalies.
func (s *Set) Digest() Digest {
	d := NewDigest()
	d.Text(fmt.Sprintf("%q %v", s.Channels, s.Anomalies) + s.memberText())
	for _, part := range []Raw{s.Train, s.Test} {
		d.Text(fmt.Sprint(part.Rows, part.Channels(), part.made))
		for _, values := range part.Columns {
			d.wide(values)
		}
	}
	for _, labels := range [][]uint8{s.Labels, s.Marked} {
		d.Text(fmt.Sprint(labels != nil))
		d.Text(string(labels))
	}
	return d
}
