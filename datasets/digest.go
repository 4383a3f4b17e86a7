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

// Digest is that of the names of a set's channels, every value, the labels and what is known of anomalies.
func (s *Set) Digest() Digest {
	d := NewDigest()
	d.Text(fmt.Sprintf("%q %v", s.Channels, s.Anomalies))
	for _, part := range []Series{s.Train, s.Test} {
		d.Text(fmt.Sprint(part.Rows, part.Channels))
		d.Values(part.Values)
	}
	d.Text(fmt.Sprint(s.Labels != nil))
	d.Text(string(s.Labels))
	return d
}
