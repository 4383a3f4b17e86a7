package golden_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/golden"
)

// files are those that the package is tested with, and those of the packages that they are about.
func files(t testing.TB) (texts []string) {
	t.Helper()
	for _, pattern := range []string{"testdata/*.json", "../detect/testdata/*.json", "../metrics/testdata/*.json"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no file like %s, error %v", pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
	}
	return texts
}

// What a file asks for is bounded, whatever it says of its sizes.
func TestAFileOfWildSizesIsRefused(t *testing.T) {
	long := make([]byte, golden.MaxFile+1)
	if _, err := golden.Verify(long, cpu.New()); !fault.Has(err, "golden-long") {
		t.Errorf("error %v", err)
	}
	for text, key := range map[string]string{
		`{"what": "LSTM predictor:", "config": {"batch": 1, "window": 4, "channels": 2, "hidden": 2000000000,
			"layers": 1}}`: "golden-size",
		`{"what": "LSTM predictor:", "config": {"batch": 1, "window": 4, "channels": 2, "hidden": 4,
			"layers": 1000000000}}`: "golden-size",
		`{"what": "LSTM predictor:", "config": {"batch": 900, "window": 900, "channels": 900, "hidden": 900,
			"layers": 900, "distill_axis": "time"}}`: "",
		`{"format": "tsad-golden-pot/1", "cases": [{"kind": "pot", "data": {"n": -1}}]}`:            "golden-points",
		`{"format": "tsad-golden-pot/1", "cases": [{"kind": "pot", "data": {"n": 1000000000000}}]}`: "golden-points",
	} {
		if _, err := golden.Verify([]byte(text), cpu.New()); err == nil || key != "" && !fault.Has(err, key) {
			t.Errorf("%s: error %v, want %s", text, err, key)
		}
	}
}

// odd are values that a place in a file may get instead of its own.
func odd(r *rand.Rand) any {
	return []any{nil, []any{}, map[string]any{}, 0.0, -1.0, 1e9, 1.5, "", "x", true, []any{1.0}, []any{[]any{}},
		[]any{nil}, 1e300, 3.0}[r.IntN(15)]
}

// edited is a value with one place in it changed, emptied, cut or doubled.
func edited(r *rand.Rand, v any) any {
	switch x := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(x))
		if len(keys) == 0 || r.IntN(20) == 0 {
			return odd(r)
		}
		k := keys[r.IntN(len(keys))]
		if out := maps.Clone(x); r.IntN(20) == 0 {
			delete(out, k)
			return out
		} else {
			out[k] = edited(r, x[k])
			return out
		}
	case []any:
		if len(x) == 0 || r.IntN(20) == 0 {
			return odd(r)
		}
		switch out := slices.Clone(x); r.IntN(12) {
		case 0:
			return out[:r.IntN(len(out))]
		case 1:
			return append(out, out[0])
		default:
			i := r.IntN(len(out))
			out[i] = edited(r, out[i])
			return out
		}
	}
	return odd(r)
}

// verifyEdited makes some edits and verifies what comes of them.
func verifyEdited(t *testing.T, text string, seed uint64) {
	t.Helper()
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		r := rand.New(rand.NewPCG(seed, 1))
		for range 1 + r.IntN(3) {
			v = edited(r, v)
		}
		changed, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text = string(changed)
	}
	if r, err := golden.Verify([]byte(text), cpu.New().OnCores(1)); err == nil {
		r.OK()
	}
}

func TestEditedFilesHaveAReportOrAnError(t *testing.T) {
	for i, text := range files(t) {
		for seed := range uint64(15) {
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("file %d, edit %d: %v\n%s", i, seed, p, debug.Stack())
					}
				}()
				verifyEdited(t, text, seed)
			}()
		}
	}
}

// Whatever a file holds, there is a report or an error.
func FuzzVerify(f *testing.F) {
	for _, text := range files(f) {
		f.Add(text, uint64(1))
	}
	f.Fuzz(verifyEdited)
}
