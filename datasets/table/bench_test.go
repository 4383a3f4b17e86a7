package table

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"testing"
)

// sensors is a table like one of many sensors: numbers with three decimals.
func sensors(rows, columns int) []byte {
	var b bytes.Buffer
	for c := range columns {
		fmt.Fprintf(&b, "sensor_%d,", c)
	}
	b.Truncate(b.Len() - 1)
	for r := range rows {
		b.WriteByte('\n')
		for c := range columns {
			if c > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%.3f", 100*math.Sin(float64(r)/float64(9+c))+float64(r%(7+c)))
		}
	}
	return b.Bytes()
}

func BenchmarkText(b *testing.B) {
	text := sensors(20_000, 38)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Text(bufio.NewReaderSize(bytes.NewReader(text), 1<<16), "large.csv", Want{}); err != nil {
			b.Fatal(err)
		}
	}
}
