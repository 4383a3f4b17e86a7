package train_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// refused fails unless a trainer refuses the checkpoint in these words and stays as it was.
func refused(t *testing.T, checkpoint []byte, of train.Origin, want string) {
	t.Helper()
	tr := newTrainer(t, reconstruction(t, 1), 1, 7)
	before := params(t, tr)
	err := tr.Restore(bytes.NewReader(checkpoint), of)
	if err == nil || !strings.HasPrefix(words.English().Error(err), "checkpoint: "+want) {
		t.Errorf("error %v, want %q", err, want)
	}
	sameBits(t, want, params(t, tr), before)
	if tr.Steps() != 0 {
		t.Errorf("%s: it goes on from step %d", want, tr.Steps())
	}
}

func TestACheckpointOfAnythingElseIsRefused(t *testing.T) {
	checkpoint := halfway(t)
	for want, change := range map[string]func(*train.Origin){
		"of another spec":                 func(o *train.Origin) { o.Spec = "x" },
		"of other data":                   func(o *train.Origin) { o.Data = "x" },
		"of a student of another teacher": func(o *train.Origin) { o.Teacher = "x" },
		"computed on a device, this is x": func(o *train.Origin) { o.Device = "x" },
	} {
		of := origin
		change(&of)
		refused(t, checkpoint, of, want)
	}
	foreign := func(key, value string) []byte {
		tensors, meta, err := train.ReadTensors(bytes.NewReader(checkpoint))
		if err != nil {
			t.Fatal(err)
		}
		delete(meta, "cosinelab.sum")
		if delete(meta, key); value != "" {
			meta[key] = value
		}
		var b bytes.Buffer
		if err := train.WriteTensors(&b, train.Held(tensors), meta); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	refused(t, foreign("cosinelab.origin", ""), origin, "it does not say which spec")
	refused(t, foreign("x", "y"), origin, "it does not say which spec")
}

func TestACheckpointOfAnotherVersionIsRefused(t *testing.T) {
	tensors, meta, err := train.ReadTensors(bytes.NewReader(halfway(t)))
	if err != nil {
		t.Fatal(err)
	}
	meta["cosinelab.origin"] = strings.Replace(meta["cosinelab.origin"], `"format":2`, `"format":3`, 1)
	if meta["cosinelab.sum"], err = train.Sum(train.Held(tensors), meta); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := train.WriteTensors(&b, train.Held(tensors), meta); err != nil {
		t.Fatal(err)
	}
	refused(t, b.Bytes(), origin, "of version 3")
}

// Any damage is refused, or changes nothing of what the file says: white space, the case of a JSON key.
func TestDamagedCheckpointsAreRefused(t *testing.T) {
	checkpoint := halfway(t)
	want := newTrainer(t, reconstruction(t, 1), 1, 1)
	if err := want.Restore(bytes.NewReader(checkpoint), origin); err != nil {
		t.Fatal(err)
	}
	got := newTrainer(t, reconstruction(t, 1), 1, 2)
	draw := rand.New(rand.NewPCG(1, 2))
	header := 8 + int(binary.LittleEndian.Uint64(checkpoint))
	harmless := 0
	for i := range 4000 {
		b := slices.Clone(checkpoint)
		switch at := draw.IntN(len(b)); i % 4 {
		case 0:
			b[at] ^= 1 << draw.IntN(8)
		case 1:
			b[draw.IntN(header)] ^= 1 << draw.IntN(8)
		case 2:
			b = b[:at]
		case 3:
			b = slices.Delete(b, at, min(len(b), at+1+draw.IntN(9)))
		}
		err := got.Restore(bytes.NewReader(b), origin)
		if err == nil {
			harmless++
			sameBits(t, "after harmless damage", params(t, got), params(t, want))
			if got.Steps() != want.Steps() {
				t.Fatalf("damage %d: it goes on from step %d", i, got.Steps())
			}
		} else if said := words.English().Error(err); !strings.HasPrefix(said, "checkpoint: ") ||
			strings.Contains(said, "\n") {
			t.Fatalf("damage %d: %q", i, said)
		}
	}
	if harmless > 400 {
		t.Errorf("%d of 4000 kinds of damage were not noticed", harmless)
	}
	refused(t, nil, origin, "damaged, or no checkpoint")
	refused(t, []byte("{}"), origin, "damaged, or no checkpoint")
}

// A checkpoint of this program can serve as weights, but not a damaged one.
func TestDamagedWeightsAreRefused(t *testing.T) {
	b := halfway(t)
	b[len(b)-1] ^= 1
	if _, _, err := train.ReadTensors(bytes.NewReader(b)); err == nil || !strings.Contains(
		words.English().Error(err), "damaged") {
		t.Errorf("error %v", err)
	}
}

func TestDigestsTellParametersApart(t *testing.T) {
	of := func(name string, shape tensor.Shape, values ...float32) string {
		return train.Digest(map[string]tensor.Tensor{name: {Shape: shape, Data: values}})
	}
	all := []string{of("a", tensor.Shape{2}, 1, 2), of("b", tensor.Shape{2}, 1, 2), of("a", tensor.Shape{1, 2}, 1, 2),
		of("a", tensor.Shape{2}, 1, 3), train.Digest(nil)}
	if slices.Sort(all); len(slices.Compact(all)) != 5 || of("a", tensor.Shape{1}, 1) != of("a", tensor.Shape{1}, 1) {
		t.Errorf("digests %q", all)
	}
}

// Whatever a file says, restoring from it is an error that changes nothing, or leaves a trainer that trains on.
func FuzzRestore(f *testing.F) {
	good := halfway(f)
	f.Add(good, uint32(0), byte(0), "")
	f.Add(good, uint32(9), byte(1), `{"Epoch":2,"BestEpoch":1,"History":[{"epoch":1,"steps":3}]}`)
	f.Add(good, uint32(len(good)-1), byte(128), `{"Epoch":1,"Batch":9,"Adam":9223372036854775807}`)
	f.Add([]byte("nothing"), uint32(0), byte(0), `{}`)
	f.Fuzz(func(t *testing.T, file []byte, at uint32, flip byte, progress string) {
		if len(file) > 0 {
			file = slices.Clone(file)
			file[int(at)%len(file)] ^= flip
		}
		if progress != "" {
			file = resigned(file, progress)
		}
		tr := newTrainer(t, reconstruction(t, 1), 1, 7)
		if err := tr.Restore(bytes.NewReader(file), origin); err != nil {
			if tr.Steps() != 0 {
				t.Error("a refused checkpoint changed the trainer")
			}
			return
		}
		if _, err := train.ReadHistory(bytes.NewReader(file), origin); err != nil {
			t.Errorf("a checkpoint that restores has no history: %v", err)
		}
		o := options()
		o.Epochs = 1
		if _, err := tr.Fit(t.Context(), fitWindows(), validWindows(), o); err != nil && !train.NotFinite(err) {
			t.Errorf("training on: %v", err)
		}
	})
}

// resigned is a checkpoint with another progress and the checksum for it; what is none stays.
func resigned(file []byte, progress string) []byte {
	tensors, meta, err := train.ReadTensors(bytes.NewReader(file))
	if err != nil || meta == nil {
		return file
	}
	meta["cosinelab.progress"] = progress
	var b bytes.Buffer
	if train.Signed(train.Held(tensors), meta, origin) != nil ||
		train.WriteTensors(&b, train.Held(tensors), meta) != nil {
		return file
	}
	return b.Bytes()
}
