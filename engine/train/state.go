package train

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// progressKey is the metadata entry of a checkpoint that holds where the training run stands.
const progressKey = "cosinelab.progress"

// Prefixes of the tensors that a checkpoint holds beside the parameters, which stand under their own names:
// so it can serve as weights elsewhere.
const (
	prefixM    = "adam.m/"
	prefixV    = "adam.v/"
	prefixBest = "best/"
)

// Params reads all parameters that something is computed with, frozen ones too.
func (t *compiled) Params() (map[string]tensor.Tensor, error) {
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

func (t *compiled) read(s plan.Slot, shape tensor.Shape) (tensor.Tensor, error) {
	x := tensor.New(shape...)
	return x, t.program.Read(s, x.Data)
}

// SetParams writes parameters by name; those that nothing computes with are passed over. It returns the names
// that the problem does not have, and the parameters that values does not have, which keep what they hold. A
// parameter of another shape, or with a value that is not finite, is an error, and nothing is written.
// Moments and progress stay.
func (t *compiled) SetParams(values map[string]tensor.Tensor) (unknown, missing []string, err error) {
	var found []stored
	known := map[string]bool{}
	for _, w := range t.weights {
		known[w.name] = true
		if _, ok := values[w.name]; ok {
			found = append(found, stored{w.name, w.shape, w.param})
		} else {
			missing = append(missing, w.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !known[name] && !slices.Contains(t.idle, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown, missing, t.put(found, values)
}

// IsState reports whether a tensor of a checkpoint belongs to the optimiser or the best epoch: it is no
// parameter.
func IsState(name string) bool {
	return strings.HasPrefix(name, prefixM) || strings.HasPrefix(name, prefixV) ||
		strings.HasPrefix(name, prefixBest)
}

// keepBest copies the trainable parameters; frozen ones never change.
func (t *Trainer) keepBest() error {
	best := make([][]float32, len(t.weights))
	for i, w := range t.weights {
		if !w.trainable {
			continue
		}
		x, err := t.read(w.param, w.shape)
		if err != nil {
			return err
		}
		best[i] = x.Data
	}
	t.best = best
	return nil
}

// restoreBest writes back what keepBest copied.
func (t *Trainer) restoreBest() error {
	for i, w := range t.weights {
		if !w.trainable {
			continue
		}
		if err := t.program.Write(w.param, t.best[i]); err != nil {
			return err
		}
	}
	return nil
}

// stored is a tensor of a checkpoint with its place on the device.
type stored struct {
	name  string
	shape tensor.Shape
	slot  plan.Slot
}

// stored lists everything on the device that a training run needs to go on.
func (t *compiled) stored() []stored {
	var all []stored
	for _, w := range t.weights {
		all = append(all, stored{w.name, w.shape, w.param})
		if w.trainable {
			all = append(all, stored{prefixM + w.name, w.shape, w.m}, stored{prefixV + w.name, w.shape, w.v})
		}
	}
	return all
}

// put checks all places before it writes any: a file that does not fit changes nothing.
func (t *compiled) put(places []stored, from map[string]tensor.Tensor) error {
	for _, s := range places {
		if _, err := lookup(from, s.name, s.shape); err != nil {
			return err
		}
	}
	for _, s := range places {
		if err := t.program.Write(s.slot, from[s.name].Data); err != nil {
			return fmt.Errorf("tensor %s: %w", s.name, err)
		}
	}
	return nil
}

// Save writes everything that a later Restore needs to go on as if nothing had happened: parameters, moments,
// the best epoch's parameters, the position, and what it all belongs to. The format is safetensors; parameters
// keep their names. It is to be called between two steps: gradients are not saved, since none are under way
// then.
func (t *Trainer) Save(out io.Writer, of Origin) error {
	best := map[string]tensor.Tensor{}
	for i, w := range t.weights {
		if t.best != nil && w.trainable {
			best[prefixBest+w.name] = tensor.Tensor{Shape: w.shape, Data: t.best[i]}
		}
	}
	tensors := Held(best)
	for _, s := range t.stored() {
		tensors[s.name] = Source{s.shape, func(into []float32) error { return t.program.Read(s.slot, into) }}
	}
	at, err := json.Marshal(t.at)
	if err != nil {
		return err
	}
	meta := map[string]string{progressKey: string(at)}
	if err := signed(tensors, meta, of); err != nil {
		return err
	}
	return WriteTensors(out, tensors, meta)
}

// Restore reads what Save wrote for the same problem and origin. Everything is checked before anything is
// written: a file that does not fit is an error that changes nothing.
func (t *Trainer) Restore(in io.Reader, of Origin) error {
	tensors, at, err := readCheckpoint(in, of)
	if err == nil {
		err = at.check(len(t.problem.Parts))
	}
	var best [][]float32
	if err == nil && at.BestEpoch > 0 {
		best, err = t.bestOf(tensors)
	}
	if err == nil {
		err = t.put(t.stored(), tensors)
	}
	if err != nil {
		return fault.New("checkpoint", err)
	}
	t.at, t.best = at, best
	return nil
}

// readCheckpoint reads what Save wrote for this origin.
func readCheckpoint(in io.Reader, of Origin) (tensors map[string]tensor.Tensor, at progress, err error) {
	tensors, meta, err := ReadTensors(in)
	switch {
	case fault.Has(err, "checkpoint-damaged"):
		return nil, at, fault.New("checkpoint-damaged")
	case err != nil:
		return nil, at, fault.New("checkpoint-unreadable", err)
	}
	if err := checkOrigin(meta, of); err != nil {
		return nil, at, err
	}
	at, err = readProgress(meta)
	return tensors, at, err
}

// ReadHistory reads the finished epochs from what Save wrote for this origin, for whoever wants them without
// the problem.
func ReadHistory(in io.Reader, of Origin) ([]spec.Epoch, error) {
	_, at, err := readCheckpoint(in, of)
	if err == nil {
		err = spec.CheckEpochs(at.History)
	}
	if err != nil {
		return nil, fault.New("checkpoint", err)
	}
	return at.History, nil
}

// readProgress reads where the training run stands.
func readProgress(meta map[string]string) (at progress, err error) {
	text, ok := meta[progressKey]
	if !ok {
		return at, fault.New("checkpoint-only-weights", progressKey)
	}
	if err = json.Unmarshal([]byte(text), &at); err != nil {
		return at, fault.New("checkpoint-entry", progressKey, err)
	}
	return at, nil
}

// bestOf finds the best epoch's parameters in a checkpoint.
func (t *Trainer) bestOf(tensors map[string]tensor.Tensor) (best [][]float32, err error) {
	best = make([][]float32, len(t.weights))
	for i, w := range t.weights {
		if !w.trainable {
			continue
		}
		if best[i], err = lookup(tensors, prefixBest+w.name, w.shape); err != nil {
			return nil, err
		}
	}
	return best, nil
}

// lookup returns the values of a tensor that must be there, have this shape, and be finite.
func lookup(from map[string]tensor.Tensor, name string, want tensor.Shape) ([]float32, error) {
	x, ok := from[name]
	if !ok {
		return nil, fault.New("tensor-missing", name, fmt.Sprint(want))
	}
	if !x.Shape.Equal(want) {
		return nil, fault.New("tensor-shape", name, fmt.Sprint(x.Shape), fmt.Sprint(want))
	}
	for i, v := range x.Data {
		// True of NaN and infinities alone.
		if v-v != 0 {
			return nil, fault.New("tensor-not-finite", name, i, float64(v))
		}
	}
	return x.Data, nil
}
