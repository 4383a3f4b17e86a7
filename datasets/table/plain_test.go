package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// Cells that are read the short way have the bits that the long way gives, with either decimal mark.
func TestPlainNumbersHaveTheBitsOfParseFloat(t *testing.T) {
	cells := []string{"0", "-0", "+0.0", "5.", ".5", "-.25", "123456789012345", "0.000000000000001", "999999999999.999",
		"00012.50", "1234567890123456", "1e5", "", "-", ".", "1.2.3", "1,5", "--1", "1-", "0x10", "１"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		cells = append(cells, strconv.FormatFloat(random.NormFloat64()*math.Pow(10, float64(random.IntN(12)-4)), 'f', random.IntN(9), 64))
	}
	plain := 0
	for _, cell := range cells {
		x, ok := plainNumber([]byte(cell), '.')
		if want, err := strconv.ParseFloat(cell, 64); ok && (err != nil || math.Float64bits(x) != math.Float64bits(want)) {
			t.Errorf("%q: %v, want %v %v", cell, x, want, err)
		}
		if ok {
			plain++
		}
		comma := strings.Replace(cell, ".", ",", 1)
		y, also := plainNumber([]byte(comma), ',')
		if want, isNumber := number([]byte(comma), ','); also && (!isNumber || fmt.Sprint(y) != fmt.Sprint(want)) {
			t.Errorf("%q with commas: %v, want %v %v", comma, y, want, isNumber)
		}
	}
	if plain < len(cells)*9/10 {
		t.Errorf("%d of %d are plain", plain, len(cells))
	}
}
