package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// executed is a notebook once Jupyter has run it.
type executed struct {
	Cells []struct {
		Kind    string `json:"cell_type"`
		Outputs []struct {
			Kind string `json:"output_type"`
			Text any    `json:"text"`
			Data map[string]any
		} `json:"outputs"`
	} `json:"cells"`
}

// Jupyter takes the notebook of a run, whose cells measure what the report says and find the scores of its models
// again: they fail where they do not.
func TestANotebookMeasuresTheRunAgain(t *testing.T) {
	convert, err := exec.LookPath("jupyter-nbconvert")
	if err != nil {
		t.Skip("needs Jupyter: Debian's jupyter-nbconvert, python3-ipykernel, python3-pandas and python3-matplotlib")
	}
	kinds := []spec.ModelKind{spec.ModelAnomalyTransformer}
	if !testing.Short() {
		kinds = nil
		for k := spec.ModelTransformer; k < spec.ModelCount; k++ {
			kinds = append(kinds, k)
		}
	}
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			dir := t.TempDir()
			sp := tinyOf(t, kind)
			run, book := filepath.Join(dir, "run"+runfile.Ending), filepath.Join(dir, "run.ipynb")
			do(t, "run", sp, "-out", run).must(t)
			do(t, "report", run, "-ipynb", book).must(t)
			cmd := exec.Command(convert, "--to", "notebook", "--execute", "--output", "executed.ipynb", book)
			cmd.Env = append(os.Environ(), "MPLBACKEND=module://matplotlib_inline.backend_inline", "HOME="+dir)
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, last(string(text)))
			}
			checkExecuted(t, filepath.Join(dir, "executed.ipynb"))
		})
	}
}

// checkExecuted finds what the cells show: both tables, and the drawing of the scores.
func checkExecuted(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var n executed
	if err := json.Unmarshal(text, &n); err != nil {
		t.Fatal(err)
	}
	shown := map[string]int{}
	for _, c := range n.Cells {
		for _, o := range c.Outputs {
			for kind := range o.Data {
				shown[kind]++
			}
			if lines, _ := json.Marshal(o.Text); strings.Contains(string(lines), "PyTorch is not installed") {
				t.Log("without PyTorch (Debian's python3-torch) models are not compared")
				shown["text/html"]++
			}
		}
	}
	if shown["text/html"] < 3 || shown["image/png"] < 1 {
		t.Errorf("shown: %v, want three tables and a drawing", shown)
	}
}

// tinyOf is a short experiment of a model: its spec in a file.
func tinyOf(t *testing.T, kind spec.ModelKind) string {
	t.Helper()
	sp := spec.Default()
	sp.Data = spec.Data{Source: "builtin/pool", Seed: 1, Scaling: spec.ScalingStandard, Window: 20, Stride: 20}
	sp.Student = spec.Model{Kind: kind}
	sp.Arms = []spec.Arm{{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone}},
		{Name: "pca", Control: spec.ControlPCA}}
	sp.Train = spec.Train{Rate: 0.002, Schedule: spec.RateConstant, Epochs: 1, Batch: 16, Clip: 1, Validation: 0.2}
	sp.Detect = spec.Detect{Score: spec.ScoreModel,
		Threshold: spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 99}}
	if spec.Models[kind].Causal {
		sp.Detect.Warm, sp.Detect.Smoothing = 10, 5
	}
	sp.Seeds = []uint64{1}
	text, err := json.Marshal(sp)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "spec.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// A report is written for documents, for other programs, and to be cited by.
func TestReportsHaveFormats(t *testing.T) {
	dir, _ := runTiny(t)
	for format, want := range map[string][]string{
		"markdown": {"| cosine ", "Cosine distillation:", "\\* not shown"},
		"latex":    {`\begin{tabular}{lrrrrrr}`, `cosine & `, "% Cosine distillation:", `$\pm$`},
		"csv":      {"arm,seed,metric,value,chance", "cosine,1,auroc,"},
		"json":     {`"failed_runs": 0`},
		"bibtex":   {"@software{cosinelab,", "SHA-256 "},
	} {
		got := do(t, "report", dir, "-format", format).must(t).out
		for _, x := range want {
			if !strings.Contains(got, x) {
				t.Errorf("%s has no %q:\n%s", format, x, got)
			}
		}
	}
	if got := do(t, "report", dir, "-format", "word"); got.code != exitUsage {
		t.Errorf("-format word: exit code %d", got.code)
	}
	if got := do(t, "report", dir, "-epochs", "1", "-format", "latex"); got.code != exitUsage {
		t.Errorf("gains as LaTeX: exit code %d", got.code)
	}
}
