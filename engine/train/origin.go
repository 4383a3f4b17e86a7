package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/tensor"
)

// Metadata entries of a checkpoint beside progressKey.
const (
	originKey = "cosinelab.origin" // what it belongs to: stamp
	sumKey    = "cosinelab.sum"    // of everything else in it
)

// format is the version of what a checkpoint says, and of how it is gone on from: it goes up with every change
// after which the same spec gives other numbers, or by which an earlier checkpoint would be understood wrong.
const format = 2

// Version names format: results of training that were kept under one version are not those of another.
var Version = fmt.Sprint("format ", format)

// Origin says what a checkpoint belongs to, by digests and names that only need to be the same again: going on
// with anything else would end in a report that is not of its spec.
type Origin struct {
	Spec    string `json:"spec"`              // what of the spec the training run depends on
	Data    string `json:"data"`              // the series
	Teacher string `json:"teacher,omitempty"` // the parameters that it learns from; empty = none, or not known
	Device  string `json:"device,omitempty"`  // what it was computed on; empty = not known
}

// stamp is an origin as a checkpoint holds it.
type stamp struct {
	Format int `json:"format"`
	Origin
}

// check says in what a checkpoint does not belong to want.
func (o Origin) check(want Origin) error {
	for _, part := range []struct{ got, want, key string }{
		{o.Spec, want.Spec, "checkpoint-other-spec"},
		{o.Data, want.Data, "checkpoint-other-data"},
		{o.Teacher, want.Teacher, "checkpoint-other-teacher"},
	} {
		if part.got != part.want && part.want != "" {
			return fault.New(part.key)
		}
	}
	if o.Device != want.Device && want.Device != "" {
		return fault.New("checkpoint-other-device", o.Device, want.Device)
	}
	return nil
}

// signed adds to the metadata of a checkpoint what it belongs to, then the checksum of all.
func signed(tensors map[string]Source, meta map[string]string, of Origin) error {
	text, err := json.Marshal(stamp{format, of})
	if err != nil {
		return err
	}
	meta[originKey] = string(text)
	meta[sumKey], err = sum(tensors, meta)
	return err
}

// checkOrigin says why a checkpoint with this metadata is not one of want. Its checksum is right: ReadTensors
// has compared it.
func checkOrigin(meta map[string]string, want Origin) error {
	text, ok := meta[originKey]
	if _, summed := meta[sumKey]; !ok || !summed {
		return fault.New("checkpoint-unsigned")
	}
	var of stamp
	if err := json.Unmarshal([]byte(text), &of); err != nil {
		return fault.New("checkpoint-entry", originKey, err)
	}
	if of.Format != format {
		return fault.New("checkpoint-version", of.Format, format)
	}
	return of.check(want)
}

// Digest tells parameters from others.
func Digest(params map[string]tensor.Tensor) string {
	digest, _ := sum(Held(params), nil) // what is in memory can be read
	return digest
}

// sum is the digest of tensors and metadata, that of the sum itself aside: of what they say, not of how a file
// spells it.
func sum(tensors map[string]Source, meta map[string]string) (string, error) {
	d := datasets.NewDigest()
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		if key != sumKey {
			d.Text(key)
			d.Text(meta[key])
		}
	}
	var values []float32
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		x := tensors[name]
		d.Text(name)
		d.Text(fmt.Sprint(x.Shape))
		n := x.Shape.Len()
		values = slices.Grow(values[:0], n)[:n]
		if err := x.Read(values); err != nil {
			return "", err
		}
		d.Values(values)
	}
	return d.String(), nil
}

// checkSum compares the checksum of a file that has one.
func checkSum(tensors map[string]tensor.Tensor, meta map[string]string) error {
	want, ok := meta[sumKey]
	if !ok {
		return nil
	}
	if got, _ := sum(Held(tensors), meta); got != want {
		return fault.New("checkpoint-damaged")
	}
	return nil
}
