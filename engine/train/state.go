package train

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"cosinelab/engine/plan"
	"cosinelab/engine/tensor"
)

// progressKey is the metadata entry of a checkpoint that holds where the training stands.
const progressKey = "cosinelab.progress"

// Prefixes of the tensors that a checkpoint holds beside the parameters.
const (
	prefixM    = "adam.m/"
	prefixV    = "adam.v/"
	prefixBest = "best/"
)

// Params reads all parameters, frozen ones too.
func (t *Trainer) Params() (map[string]tensor.Tensor, error) {
	out := map[string]tensor.Tensor{}
	for _, w := range t.weights {
		x, err := t.read(w.param, w.shape)
		if err != nil {
			return nil, err
		}
		out[w.name] = x
	}
	return out, nil
}

func (t *Trainer) read(s plan.Slot, shape tensor.Shape) (tensor.Tensor, error) {
	x := tensor.New(shape...)
	return x, t.program.Read(s, x.Data)
}

// SetParams writes parameters by name. It returns the names that the problem does not have, and the parameters that
// values does not have, which keep what they hold. A parameter of another shape is an error.
func (t *Trainer) SetParams(values map[string]tensor.Tensor) (unknown, missing []string, err error) {
	known := map[string]bool{}
	for _, w := range t.weights {
		known[w.name] = true
		if _, ok := values[w.name]; !ok {
			missing = append(missing, w.name)
			continue
		}
		x, err := lookup(values, w.name, w.shape)
		if err != nil {
			return nil, nil, err
		}
		if err := t.program.Write(w.param, x); err != nil {
			return nil, nil, fmt.Errorf("tensor %s: %w", w.name, err)
		}
	}
	for name := range values {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown, missing, nil
}

// IsState reports whether a tensor of a checkpoint belongs to the optimiser or the best epoch: it is no parameter.
func IsState(name string) bool {
	return strings.HasPrefix(name, prefixM) || strings.HasPrefix(name, prefixV) || strings.HasPrefix(name, prefixBest)
}

func (t *Trainer) keepBest() error {
	t.best = make([][]float32, len(t.weights))
	for i, w := range t.weights {
		x, err := t.read(w.param, w.shape)
		if err != nil {
			return err
		}
		t.best[i] = x.Data
	}
	return nil
}

func (t *Trainer) restoreBest() error {
	for i, w := range t.weights {
		if err := t.program.Write(w.param, t.best[i]); err != nil {
			return err
		}
	}
	return nil
}

// Save writes everything that a later Restore needs to go on as if nothing had happened: parameters, moments, the best
// epoch's parameters, the position. The format is safetensors; parameters keep their names.
func (t *Trainer) Save(out io.Writer) error {
	tensors := map[string]tensor.Tensor{}
	for i, w := range t.weights {
		if err := t.saveWeight(i, w, tensors); err != nil {
			return err
		}
	}
	at, err := json.Marshal(t.at)
	if err != nil {
		return err
	}
	return WriteTensors(out, tensors, map[string]string{progressKey: string(at)})
}

func (t *Trainer) saveWeight(i int, w weight, into map[string]tensor.Tensor) (err error) {
	if into[w.name], err = t.read(w.param, w.shape); err != nil || !w.trainable {
		return err
	}
	if into[prefixM+w.name], err = t.read(w.m, w.shape); err != nil {
		return err
	}
	if into[prefixV+w.name], err = t.read(w.v, w.shape); err != nil {
		return err
	}
	if t.best != nil {
		into[prefixBest+w.name] = tensor.Tensor{Shape: w.shape, Data: t.best[i]}
	}
	return nil
}

// Restore reads what Save wrote for the same problem.
func (t *Trainer) Restore(in io.Reader) error {
	tensors, meta, err := ReadTensors(in)
	if err != nil {
		return err
	}
	var at progress
	if err := json.Unmarshal([]byte(meta[progressKey]), &at); err != nil {
		return fmt.Errorf("checkpoint: entry %s: %w", progressKey, err)
	}
	best := make([][]float32, len(t.weights))
	for i, w := range t.weights {
		if best[i], err = t.restoreWeight(w, tensors, at.BestEpoch > 0); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	t.at, t.best = at, nil
	if at.BestEpoch > 0 {
		t.best = best
	}
	return nil
}

// restoreWeight writes one parameter and its moments, and returns its value in the best epoch.
func (t *Trainer) restoreWeight(w weight, from map[string]tensor.Tensor, hasBest bool) (best []float32, err error) {
	put := func(name string, s plan.Slot) error {
		x, err := lookup(from, name, w.shape)
		if err != nil {
			return err
		}
		return t.program.Write(s, x)
	}
	if err := put(w.name, w.param); err != nil {
		return nil, err
	}
	if !w.trainable {
		return from[w.name].Data, nil
	}
	if err := put(prefixM+w.name, w.m); err != nil {
		return nil, err
	}
	if err := put(prefixV+w.name, w.v); err != nil || !hasBest {
		return nil, err
	}
	return lookup(from, prefixBest+w.name, w.shape)
}

func lookup(from map[string]tensor.Tensor, name string, want tensor.Shape) ([]float32, error) {
	x, ok := from[name]
	if !ok {
		return nil, fmt.Errorf("tensor %s is missing, want shape %v", name, want)
	}
	if !x.Shape.Equal(want) {
		return nil, fmt.Errorf("tensor %s: shape %v, want %v", name, x.Shape, want)
	}
	return x.Data, nil
}

// WriteTensors writes float32 tensors and metadata in the safetensors format.
func WriteTensors(out io.Writer, tensors map[string]tensor.Tensor, meta map[string]string) error {
	views := make(map[string]safetensors.TensorView, len(tensors))
	for name, x := range tensors {
		shape := make([]uint64, len(x.Shape))
		for i, d := range x.Shape {
			shape[i] = uint64(d)
		}
		data := make([]byte, 0, 4*len(x.Data))
		for _, v := range x.Data {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		v, err := safetensors.NewTensorView(safetensors.F32, shape, data)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", name, err)
		}
		views[name] = v
	}
	return safetensors.SerializeToWriter(views, meta, out)
}

// maxTensors bounds what ReadTensors takes into memory: 2 GiB, several times the largest model.
const maxTensors = 2 << 30

// ReadTensors reads a safetensors file of F32 or F64 tensors with its metadata.
func ReadTensors(in io.Reader) (map[string]tensor.Tensor, map[string]string, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxTensors+1))
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	if len(raw) > maxTensors {
		return nil, nil, fmt.Errorf("safetensors: more than %d bytes", maxTensors)
	}
	file, err := safetensors.Deserialize(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	_, header, err := safetensors.ReadMetadata(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	out := map[string]tensor.Tensor{}
	for _, nt := range file.Tensors() {
		if out[nt.Name], err = decode(nt.TensorView); err != nil {
			return nil, nil, fmt.Errorf("safetensors: tensor %s: %w", nt.Name, err)
		}
	}
	return out, header.Metadata(), nil
}

func decode(v safetensors.TensorView) (tensor.Tensor, error) {
	shape := make(tensor.Shape, len(v.Shape()))
	for i, d := range v.Shape() {
		shape[i] = int(d)
	}
	x := tensor.Tensor{Shape: shape, Data: make([]float32, shape.Len())}
	for i := range x.Data {
		switch v.DType() {
		case safetensors.F32:
			x.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(v.Data()[4*i:]))
		case safetensors.F64:
			x.Data[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(v.Data()[8*i:])))
		default:
			return x, fmt.Errorf("type %v, want F32 or F64", v.DType())
		}
	}
	return x, nil
}
