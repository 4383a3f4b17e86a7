package golden

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/graph"
)

// double are the limits for float64; the files have nine significant digits, and constants of a graph are
// float32. The position code is such a constant: its rounding, 3e-8, costs gradients the factor 2.
var double = limits{value: 1e-7, floor: 1e-9, gradient: 2e-7, training: 1e-7, optimizer: 1e-7}

// oracle runs jobs in float64.
func oracle(j job) ([][][]float64, error) {
	state := wide(j.feeds)
	var values [][][]float64
	for _, inputs := range j.rounds {
		maps.Copy(state, wide(inputs))
		v, err := backendtest.Eval(state, j.results...)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if state, err = backendtest.Update(state, j.updates...); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func wide(values map[*graph.Node][]float32) backendtest.Feeds {
	out := backendtest.Feeds{}
	for n, v := range values {
		out[n] = make([]float64, len(v))
		for i, x := range v {
			out[n][i] = float64(x)
		}
	}
	return out
}

func TestGoldenVectorsInFloat64(t *testing.T) {
	for _, path := range files(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			report, err := verify(read(t, path), oracle, double)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, report)
		})
	}
}

func TestGoldenVectorsOnTheCPU(t *testing.T) {
	for _, path := range files(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			report, err := Verify(read(t, path), cpu.New())
			if err != nil {
				t.Fatal(err)
			}
			expect(t, report)
		})
	}
}

func files(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in testdata: %v", err)
	}
	return paths
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func expect(t *testing.T, report Report) {
	t.Helper()
	for _, c := range report.Checks {
		t.Logf("%-30s %9.2e of %9.2e  %s", c.Name, c.Error, c.Limit, c.At)
		if !c.OK() {
			t.Errorf("%s %s: error %.2e, limit %.2e", c.Name, c.At, c.Error, c.Limit)
		}
	}
	if len(report.Checks) == 0 || !report.OK() {
		t.Errorf("report is not OK")
	}
}

// reconstruction is a place in anomaly_transformer.json that stands there once.
const reconstruction = `"reconstruction":0.873123943`

func TestAWrongNumberIsFound(t *testing.T) {
	report, err := Verify(changed(t, reconstruction, `"reconstruction":0.8733`), cpu.New())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Checks {
		if c.OK() != (c.Name != "losses") {
			t.Errorf("%s %s: error %.2e, limit %.2e", c.Name, c.At, c.Error, c.Limit)
		}
	}
}

// changed is anomaly_transformer.json with one place changed.
func changed(t *testing.T, old, new string) []byte {
	t.Helper()
	text := string(read(t, "testdata/anomaly_transformer.json"))
	if strings.Count(text, old) != 1 {
		t.Fatalf("%d places with %s, want one", strings.Count(text, old), old)
	}
	return []byte(strings.Replace(text, old, new, 1))
}

func TestFilesThatHoldSomethingElseAreErrors(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{`{`, "not in the format of its kind: unexpected end of JSON input"},
		{`{"what":"Prophet: forward"}`, "what is “Prophet: forward”, want a text that begins with Anomaly " +
			"Transformer, LSTM predictor, OmniAnomaly, THOC, " +
			"causal GTA, Adam, tsad-golden-metrics/1, tsad-golden-metrics2/1, tsad-golden-pot/1, " +
			"tsad-golden-baselines/1 or tsad-golden-statistics/1"},
		{string(changed(t, reconstruction, `"kurtosis":1,`+reconstruction)),
			`not in the format of its kind: json: unknown field "kurtosis"`},
		{string(changed(t, `"heads":2`, `"heads":3`)),
			"anomaly_transformer: heads 3, want a divisor of d_model 16"},
		{string(changed(t, `"distill_axis":"channel"`, `"distill_axis":"batch"`)),
			"distill_axis “batch”, want channel, time or window"},
		{string(changed(t, `"params":{`, `"params":{"bias":[0],`)),
			"params: 42 tensors, of which the model has 41"},
		{string(changed(t, `"params":{"embedding`, `"params":{"bedding`)),
			"params embedding.value_embedding.tokenConv.weight: shape [], the model has [16,3,3]"},
		{string(changed(t, `"output":[[[`, `"output":[[[1,`)),
			"not in the format of its kind: a list of 3 at depth 2 of shape [2,12,4]"},
		{string(changed(t, `"series":[`, `"series":[[0.5],`)),
			"series layer 0: shape [1], the model has [2,2,12,12]"},
	} {
		_, err := Verify([]byte(c.file), cpu.New())
		if err == nil {
			t.Errorf("no error, want %s", c.want)
		} else if got := words.English().Error(err); got != c.want {
			t.Errorf("error %s, want %s", got, c.want)
		}
	}
}

// What a file sets is computed with: a number that it was not computed with shows in what follows from it, and
// in nothing else.
func TestWhatAFileSetsIsComputedWith(t *testing.T) {
	for _, c := range []struct{ file, old, new, shows string }{
		{"anomaly_transformer", `"k":3.0`, `"k":2.0`, "gradients training.totals"},
		{"anomaly_transformer", `"temperature":50.0`, `"temperature":1.0`, "score"},
		{"thoc", `"orthogonality_weight":0.1`, `"orthogonality_weight":0.5`,
			"losses gradients gradients_own training.totals"},
		{"gta", `"sparsity_weight":0.1`, `"sparsity_weight":0.2`, "hard.losses hard.gradients hard.training.totals " +
			"soft.losses soft.gradients soft.training.totals"},
	} {
		text := string(read(t, "testdata/"+c.file+".json"))
		if strings.Count(text, c.old) != 1 {
			t.Fatalf("%s: %d places with %s, want one", c.file, strings.Count(text, c.old), c.old)
		}
		report, err := verify([]byte(strings.Replace(text, c.old, c.new, 1)), oracle, double)
		if err != nil {
			t.Fatal(err)
		}
		var shows []string
		for _, check := range report.Checks {
			if !check.OK() {
				shows = append(shows, check.Name)
			}
		}
		if got := strings.Join(shows, " "); got != c.shows {
			t.Errorf("%s with %s: wrong are %s, want %s", c.file, c.new, got, c.shows)
		}
	}
}

func TestNumbersThatAreNoneAreBeyondEveryLimit(t *testing.T) {
	v := &verifier{limits: single}
	for _, got := range [][]float64{{1, math.NaN()}, {1, math.Inf(1)}, {1}} {
		v.compare(quantity{"x", value, one(nil, array{data: []float64{1, 2}})}, [][]float64{got})
	}
	for _, c := range v.report.Checks {
		if c.OK() {
			t.Errorf("error %v is within %v", c.Error, c.Limit)
		}
	}
}
