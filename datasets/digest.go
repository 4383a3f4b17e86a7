package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Digest tells what a set holds from what any other holds: the names of its channels, every value, the labels
// and what is known of anomalies. It is a SHA-256 in hexadecimal.
func (s *Set) Digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %v\n", s.Channels, s.Anomalies)
	s.Train.digest(h)
	s.Test.digest(h)
	fmt.Fprintf(h, "%t %d\n", s.Labels != nil, len(s.Labels))
	h.Write(s.Labels)
	fmt.Fprintf(h, "%t %d\n", s.Marked != nil, len(s.Marked))
	h.Write(s.Marked)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// digest writes the size, what was filled in, and the bits of a series, part by part.
func (r Raw) digest(w io.Writer) {
	fmt.Fprintf(w, "%d %d %v\n", r.Rows, r.Channels(), r.made)
	const part = 1 << 13
	b := make([]byte, 0, 8*part)
	for _, values := range r.Columns {
		for i := 0; i < len(values); i += part {
			b = b[:0]
			for _, v := range values[i:min(i+part, len(values))] {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
			w.Write(b)
		}
	}
}
