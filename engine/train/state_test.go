package train_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// raw is a safetensors file: the length of the header, the header, the data.
func raw(header string, data ...byte) []byte {
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), []byte(header), data)
}

func TestTensorsSurviveWritingAndReading(t *testing.T) {
	want := map[string]tensor.Tensor{
		"a.weight": {Shape: tensor.Shape{2, 3}, Data: []float32{1, -2, 3.5, 0, 1e-40, -1e38}},
		"scalar":   {Shape: tensor.Shape{}, Data: []float32{7}},
	}
	meta := map[string]string{"format": "pt", "note": "äöü \"quoted\""}
	var b bytes.Buffer
	if err := train.WriteTensors(&b, train.Held(want), meta); err != nil {
		t.Fatal(err)
	}
	got, gotMeta, err := train.ReadTensors(&b)
	if err != nil || !reflect.DeepEqual(got, want) || !maps.Equal(gotMeta, meta) {
		t.Errorf("read %v %v, error %v", got, gotMeta, err)
	}
}

// A tensor that cannot be read, first or last, makes the file as a whole an error.
func TestATensorThatCannotBeReadIsSaid(t *testing.T) {
	for _, bad := range []string{"a", "c"} {
		tensors := train.Held(map[string]tensor.Tensor{"a": tensor.New(2), "b": tensor.New(3),
			"c": tensor.New(1)})
		tensors[bad] = train.Source{Shape: tensors[bad].Shape,
			Read: func([]float32) error { return errors.New("the device is closed") }}
		if err := train.WriteTensors(io.Discard, tensors, nil); err == nil ||
			!strings.Contains(words.English().Error(err), "the device is closed") {
			t.Errorf("%s: error %v", bad, err)
		}
	}
}

func TestDoublePrecisionIsRounded(t *testing.T) {
	data := binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.Pi))
	got, _, err := train.ReadTensors(
		bytes.NewReader(raw(`{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, data...)))
	if err != nil || got["w"].Data[0] != float32(math.Pi) {
		t.Errorf("read %v, error %v", got, err)
	}
}

func TestBrokenFilesAreErrors(t *testing.T) {
	four := make([]byte, 4)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "header too small"},
		{"cut in the length", []byte{1, 2, 3}, "header too small"},
		{"cut in the header", raw(`{"w":`)[:10], "invalid header length"},
		{"header of 10 GB", binary.LittleEndian.AppendUint64(nil, 10<<30), "header too large"},
		{"header of 2^64-1", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "header too large"},
		{"no JSON", raw(`hello`), "invalid header"},
		{"cut in the data", raw(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, four...),
			"incomplete"},
		{"data left over", raw(`{}`, four...), "incomplete"},
		{"offsets beyond the shape", raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`,
			make([]byte, 8)...), "mismatch"},
		{"overlapping offsets", raw(
			`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), "offset"},
		{"hole between tensors", raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`,
			make([]byte, 8)...), "offset"},
		{"end before start", raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, four...),
			"offset"},
		{"shape that overflows", raw(
			`{"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}`), "shape"},
		{"nothing in it", raw(`{"w":{"dtype":"F32","shape":[9223372036854775808,0],"data_offsets":[0,0]}}`),
			"tensor w: axis 0 has extent 9223372036854775808"},
		{"whole numbers", raw(`{"w":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, four...),
			"tensor w: type I32, want F16, BF16, F32 or F64"},
		{"bytes", raw(`{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, four...), "tensor w: type U8"},
		{"unknown type", raw(`{"w":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`, four...), "F31"},
		{"negative extent", raw(`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, four...), "shape"},
		{"key missing", raw(`{"w":{"dtype":"F32","shape":[1]}}`), "data_offsets"},
	} {
		_, _, err := train.ReadTensors(bytes.NewReader(c.file))
		if err == nil || !strings.HasPrefix(words.English().Error(err), "safetensors: ") ||
			!strings.Contains(words.English().Error(err), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzReadTensors(f *testing.F) {
	f.Add(raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"a":"b"}}`, 0, 0, 128,
		63))
	f.Add(raw(`{"w":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`, make([]byte, 8)...))
	f.Add(raw(`{"w":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}}`))
	f.Add(raw(`null`))
	f.Add(binary.LittleEndian.AppendUint64(nil, 1<<40))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, meta, err := train.ReadTensors(bytes.NewReader(file))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := train.WriteTensors(&b, train.Held(got), meta); err != nil {
			t.Fatal(err)
		}
		again, metaAgain, err := train.ReadTensors(&b)
		if err != nil || !maps.Equal(meta, metaAgain) || len(got) != len(again) {
			t.Fatalf("read %d tensors, again %d, error %v", len(got), len(again), err)
		}
		for name, x := range got {
			if y := again[name]; !x.Shape.Equal(y.Shape) || !bytes.Equal(bits(x.Data), bits(y.Data)) {
				t.Fatalf("tensor %q: %v became %v", name, x, y)
			}
		}
	})
}

func bits(xs []float32) (b []byte) {
	for _, x := range xs {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func TestParametersAreSetByName(t *testing.T) {
	tr := newTrainer(t, reconstruction(t, 1), 1, 1)
	other := params(t, newTrainer(t, reconstruction(t, 1), 1, 2))
	const name = "projection.bias"
	values := map[string]tensor.Tensor{name: other[name], "z": tensor.New(1), "a": tensor.New(2)}
	before := params(t, tr)
	unknown, missing, err := tr.SetParams(values)
	if err != nil || !slices.Equal(unknown, []string{"a", "z"}) || len(missing) != len(before)-1 ||
		slices.Contains(missing, name) {
		t.Fatalf("unknown %v, missing %v, error %v", unknown, missing, err)
	}
	before[name] = other[name]
	sameBits(t, "parameters", params(t, tr), before)
}

func TestParametersThatDoNotFitChangeNothing(t *testing.T) {
	const name = "projection.weight"
	tr := newTrainer(t, reconstruction(t, 1), 1, 1)
	before := params(t, tr)
	for want, x := range map[string]tensor.Tensor{
		"tensor projection.weight: shape [4,2], want [2,4]": tensor.New(4, 2),
		"tensor projection.weight: value 1 is NaN, not a finite number": {Shape: tensor.Shape{2, 4},
			Data: []float32{0, float32(math.NaN()), 0, 0, 0, 0, 0, 0}},
		"tensor projection.weight: value 0 is -Inf, not a finite number": {Shape: tensor.Shape{2, 4},
			Data: []float32{float32(math.Inf(-1)), 0, 0, 0, 0, 0, 0, 0}},
		"tensor projection.weight: value 7 is +Inf, not a finite number": {Shape: tensor.Shape{2, 4},
			Data: []float32{0, 0, 0, 0, 0, 0, 0, float32(math.Inf(1))}},
	} {
		values := params(t, newTrainer(t, reconstruction(t, 1), 1, 2))
		values[name] = x
		if _, _, err := tr.SetParams(values); err == nil || words.English().Error(err) != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	sameBits(t, "parameters", params(t, tr), before)
}

// halfway is a checkpoint in the middle of a training run.
func halfway(t testing.TB) []byte {
	t.Helper()
	tr := newTrainer(t, reconstruction(t, 1), 1, 1)
	o := options()
	o.Gate = func(context.Context) error {
		if tr.Steps() == 4 {
			return errors.New("enough")
		}
		return nil
	}
	if _, err := tr.Fit(context.Background(), fitWindows(), validWindows(), o); err == nil {
		t.Fatal("the gate did not end the training run")
	}
	return saved(t, tr).Bytes()
}

// tampered is a checkpoint changed.
func tampered(t *testing.T, checkpoint []byte,
	change func(tensors map[string]tensor.Tensor, meta map[string]string)) *bytes.Buffer {
	t.Helper()
	tensors, meta, err := train.ReadTensors(bytes.NewReader(checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	change(tensors, meta)
	if err := train.Signed(train.Held(tensors), meta, origin); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := train.WriteTensors(&b, train.Held(tensors), meta); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestCheckpointsThatCannotBeAreRefusedAndChangeNothing(t *testing.T) {
	const key = "cosinelab.progress"
	progress := func(text string) func(map[string]tensor.Tensor, map[string]string) {
		return func(_ map[string]tensor.Tensor, meta map[string]string) { meta[key] = text }
	}
	without := func(name string) func(map[string]tensor.Tensor, map[string]string) {
		return func(tensors map[string]tensor.Tensor, _ map[string]string) { delete(tensors, name) }
	}
	checkpoint, tr := halfway(t), newTrainer(t, reconstruction(t, 1), 1, 7)
	before := params(t, tr)
	for _, c := range []struct {
		name   string
		change func(map[string]tensor.Tensor, map[string]string)
		want   string
	}{
		{"weights alone", func(_ map[string]tensor.Tensor, meta map[string]string) { delete(meta, key) },
			"these are weights alone"},
		{"no JSON", progress("{"), "entry cosinelab.progress"},
		{"no epoch", progress(`{}`), "a count is negative"},
		{"negative batch", progress(`{"Epoch":1,"Batch":-1}`), "a count is negative"},
		{"no history", progress(`{"Epoch":3}`), "the history"},
		{"another history", progress(`{"Epoch":2,"BestEpoch":1,"History":[{"epoch":2,"steps":3}]}`),
			"epochs[0].epoch: 2, want 1 to 1"},
		{"no best epoch", progress(`{"Epoch":2,"History":[{}]}`), "the best epoch"},
		{"best epoch to come", progress(`{"Epoch":2,"History":[{}],"BestEpoch":2}`), "the best epoch"},
		{"ended before it began", progress(`{"Epoch":1,"Ended":true}`), "the end comes before"},
		{"other losses", progress(`{"Epoch":1,"Batch":1,"Sums":{"Parts":[1,2,3]}}`),
			"the sums are of other losses"},
		{"sums of nothing", progress(`{"Epoch":1,"Sums":{"Parts":[1]}}`), "sums before the first batch"},
		{"no parameter", without("projection.bias"), "tensor projection.bias is missing, want shape [2]"},
		{"no moment", without("adam.v/projection.bias"), "tensor adam.v/projection.bias is missing"},
		{"no best", without("best/projection.bias"), "tensor best/projection.bias is missing"},
		{"poisoned", func(tensors map[string]tensor.Tensor, _ map[string]string) {
			tensors["adam.m/projection.bias"].Data[0] = float32(math.NaN())
		}, "tensor adam.m/projection.bias: value 0 is NaN"},
	} {
		err := tr.Restore(tampered(t, checkpoint, c.change), origin)
		if err == nil || !strings.HasPrefix(words.English().Error(err), "checkpoint: ") ||
			!strings.Contains(words.English().Error(err), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		sameBits(t, c.name, params(t, tr), before)
	}
}

func TestInitialValuesDependOnSeedAndNameAlone(t *testing.T) {
	small, large := reconstruction(t, 1), reconstruction(t, 2)
	for i, p := range small.Trainable {
		if !slices.Equal(train.Initial(p, 3), train.Initial(large.Trainable[i], 3)) {
			t.Errorf("%s differs between two graphs", p.Name)
		}
	}
	seen := map[string]string{}
	for _, p := range small.Trainable {
		for seed := range uint64(2) {
			x := train.Initial(p, seed)
			if x[0] == float32(p.Init.Fill) {
				continue // ones and zeros of a normalisation
			}
			key := fmt.Sprint(x)
			if was, known := seen[key]; known {
				t.Errorf("%s with seed %d starts like %s", p.Name, seed, was)
			}
			seen[key] = p.Name
		}
	}
}
