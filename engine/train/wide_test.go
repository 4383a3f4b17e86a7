package train

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/tensor"
)

// safetensorsOf is a file of one tensor.
func safetensorsOf(t *testing.T, kind string, data []byte, shape ...int) []byte {
	t.Helper()
	header, err := json.Marshal(map[string]any{"w": map[string]any{"dtype": kind, "shape": shape,
		"data_offsets": []int{0, len(data)}}})
	if err != nil {
		t.Fatal(err)
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...)
}

// Every number of 16 bits is read as what its bits say, which float32 has exactly.
func TestHalfWidthsAreReadExactly(t *testing.T) {
	var bits []byte
	for i := range 1 << 16 {
		bits = binary.LittleEndian.AppendUint16(bits, uint16(i))
	}
	for kind, of := range map[string]func(i uint16) float64{
		"F16": func(i uint16) float64 {
			sign, e, f := 1-2*float64(i>>15), int(i>>10&31), float64(i&1023)
			switch {
			case e == 31 && f > 0:
				return math.NaN()
			case e == 31:
				return sign * math.Inf(1)
			case e == 0:
				return sign * math.Ldexp(f, -24)
			}
			return sign * math.Ldexp(1024+f, e-25)
		},
		"BF16": func(i uint16) float64 { return float64(math.Float32frombits(uint32(i) << 16)) },
	} {
		got, _, err := ReadTensors(bytes.NewReader(safetensorsOf(t, kind, bits, 256, 256)))
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range got["w"].Data {
			want := of(uint16(i))
			if float64(x) != want && !(x != x && want != want) {
				t.Fatalf("%s %04x is read as %v, want %v", kind, i, x, want)
			}
		}
	}
	_, _, err := ReadTensors(bytes.NewReader(safetensorsOf(t, "I16", bits, 256, 256)))
	if err == nil || !strings.Contains(words.English().Error(err), "BF16") {
		t.Errorf("whole numbers: error %v", err)
	}
}

func TestWideTensorsKeepAllDigits(t *testing.T) {
	for _, want := range []map[string]tensor.Wide{{}, {"b": {Shape: tensor.Shape{2, 2},
		Data: []float64{1.0 / 3, -1e-300, 5e300, 0}}, "a": {Shape: tensor.Shape{1}, Data: []float64{math.Pi}}}} {
		var b bytes.Buffer
		if err := WriteWide(&b, want); err != nil {
			t.Fatal(err)
		}
		got, err := ReadWide(bytes.NewReader(b.Bytes()))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, error %v, want %v", got, err, want)
		}
	}
	_, err := ReadWide(bytes.NewReader(safetensorsOf(t, "F32", make([]byte, 8), 2)))
	if err == nil || !strings.Contains(words.English().Error(err), "F64") {
		t.Errorf("F32: error %v", err)
	}
}
