package experiment_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// published is what a public checkpoint of a model of the small size holds: the names of the PyTorch state
// dict, with the tables that nothing reads.
func published(t *testing.T, m spec.ModelKind) map[string]tensor.Tensor {
	t.Helper()
	return checkpoint(t, ofSmallSize(m), 10)
}

func ofSmallSize(m spec.ModelKind) spec.Model {
	return spec.Model{Kind: m, DModel: 4, Heads: 2, Layers: 1, DFF: 4}
}

// graphOf is a model for windows of so many steps with 3 channels.
func graphOf(t *testing.T, of spec.Model, window int) (models.Config, *graph.Graph) {
	t.Helper()
	c := models.ConfigOf(of)
	c.Window, c.Channels = window, 3
	g, _, err := models.Graph(of.Kind, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	return c, g
}

// checkpoint is what a public one of a model for windows of so many steps with 3 channels holds.
func checkpoint(t *testing.T, of spec.Model, window int) map[string]tensor.Tensor {
	t.Helper()
	c, g := graphOf(t, of, window)
	all := map[string]tensor.Tensor{}
	for _, p := range g.Params() {
		all[p.Name] = tensor.Tensor{Shape: p.Shape, Data: train.Initial(p, 11)}
	}
	for _, e := range models.All[of.Kind].Extra(c) {
		x := tensor.New(e.Shape...)
		if e.Values != nil {
			copy(x.Data, e.Values())
		}
		all[e.Name] = x
	}
	return all
}

// from opens a file of these tensors, whatever it is called.
func from(t *testing.T, tensors map[string]tensor.Tensor) func(string) (io.ReadCloser, error) {
	t.Helper()
	var b bytes.Buffer
	if err := train.WriteTensors(&b, train.Held(tensors), map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	return func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
}

func loaded(t *testing.T, model spec.ModelKind) spec.Spec {
	s := only(small(t), "cosine")
	s.Teacher.Kind, s.Teacher.Epochs, s.Teacher.Weights = model, 0, "teacher.safetensors"
	return s
}

func TestPublicAnomalyTransformerCheckpointTeaches(t *testing.T) {
	file := published(t, spec.ModelAnomalyTransformer)
	for _, name := range []string{"embedding.position_embedding.pe",
		"encoder.attn_layers.0.attention.norm.weight",
		"encoder.attn_layers.0.attention.sigma_projection.weight"} {
		if _, there := file[name]; !there {
			t.Fatalf("the checkpoint lacks %s", name)
		}
	}
	var outputs [][]float32
	for _, model := range []spec.ModelKind{spec.ModelAnomalyTransformer, spec.ModelTransformer} {
		events := 0
		r := quick(t, loaded(t, model), experiment.Options{Weights: from(t, file), Outputs: true,
			Events: func(e spec.Event) {
				if e.Runs != 1 || e.Run != 0 {
					if e.Phase != spec.PhaseData && e.Phase != spec.PhaseDone {
						t.Errorf("event %+v, want the only training to be the arm's", e)
					}
				}
				events++
			}})
		if got := r.Teachers[0]; got.Weights != "teacher.safetensors" || got.Epochs != nil || events == 0 {
			t.Errorf("teacher %+v", got)
		}
		outputs = append(outputs, r.Teachers[0].Output)
	}
	// The reconstruction does not depend on the prior association.
	for i, x := range outputs[0] {
		if math.Abs(float64(x-outputs[1][i])) > 1e-6 {
			t.Fatalf("output %d: %v as an anomaly transformer, %v as a transformer", i, x, outputs[1][i])
		}
	}
}

func TestWeightsThatAreNotTheTeachersAreRefusedByName(t *testing.T) {
	for want, change := range map[string]func(map[string]tensor.Tensor){
		"tensor projection.weight is missing, with 0 more": func(
			f map[string]tensor.Tensor) {
			delete(f, "projection.weight")
		},
		"tensor projection.weight: shape [4,3], want [3,4]": func(
			f map[string]tensor.Tensor) {
			f["projection.weight"] = tensor.New(4, 3)
		},
		"tensor encoder.attn_layers.1.norm1.weight is unknown to transformer": func(
			f map[string]tensor.Tensor) {
			f["encoder.attn_layers.1.norm1.weight"] = tensor.New(4)
		},
		"tensor projection.bias: value 0 is NaN, not a finite number": func(
			f map[string]tensor.Tensor) {
			f["projection.bias"].Data[0] = float32(math.NaN())
		},
		"tensor embedding.value_embedding.tokenConv.weight is missing, with ": func(
			f map[string]tensor.Tensor) {
			clear(f)
		},
	} {
		file := published(t, spec.ModelTransformer)
		change(file)
		_, err := carryOut(context.Background(), loaded(t, spec.ModelTransformer), unlabelled(t), cpu.New(),
			experiment.Options{Weights: from(t, file)})
		if err == nil || !strings.Contains(words.English().Error(err),
			"teacher weights teacher.safetensors: "+want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestWeightsThatCannotBeReadAreAnError(t *testing.T) {
	gone := errors.New("no such file")
	for want, open := range map[string]func(string) (io.ReadCloser, error){
		"no place to read files from": nil,
		"no such file":                func(string) (io.ReadCloser, error) { return nil, gone },
		"safetensors: ": func(string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("<html>")), nil
		},
	} {
		_, err := carryOut(context.Background(), loaded(t, spec.ModelTransformer), unlabelled(t), cpu.New(),
			experiment.Options{Weights: open})
		if err == nil || !strings.Contains(words.English().Error(err),
			"teacher weights teacher.safetensors: ") || !strings.Contains(words.English().Error(err), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// The checkpoint that a teacher's training leaves is a weights file like any other.
func TestOwnCheckpointTeachesLikeTheTrainingThatWroteIt(t *testing.T) {
	store := memory{}
	trained := quick(t, only(small(t), "cosine"), experiment.Options{Store: store})
	file, there := store["seed1-teacher.safetensors"]
	if !there {
		t.Fatalf("checkpoints %v", slices.Collect(maps.Keys(store)))
	}
	open := func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }
	again := quick(t, loaded(t, spec.ModelTransformer), experiment.Options{Weights: open})
	if !sameScores(runOf(t, again, "cosine"), runOf(t, trained, "cosine")) {
		t.Error("the student of the loaded teacher differs")
	}
}
