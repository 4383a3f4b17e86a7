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
	return fmt.Sprintf("%x", h.Sum(nil))
}

// digest writes the size and the bits of a series, part by part.
func (s Series) digest(w io.Writer) {
	fmt.Fprintf(w, "%d %d\n", s.Rows, s.Channels)
	const part = 1 << 14
	b := make([]byte, 0, 4*part)
	for i := 0; i < len(s.Values); i += part {
		b = b[:0]
		for _, v := range s.Values[i:min(i+part, len(s.Values))] {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		w.Write(b)
	}
}
