// Package jupyter writes a finished run as a Jupyter notebook.
package jupyter

import (
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// python holds the code of cells; that of models has the formulas of models/README.md.
//
//go:embed python
var python embed.FS

// Run is what a notebook is of.
type Run struct {
	Report  spec.Report
	Words   *words.Language // of the text between cells
	Path    string          // of the run, as the notebook finds it: a folder, or one file
	Text    string          // the report as the program prints it
	Program string          // its version
	Command string          // that gives the run again
	Figures []Figure
	// Detector is the file of a run in runfile.DetectorsDir; empty = it has none.
	Detector func(spec.Run) string
}

// Figure is a figure that the notebook carries.
type Figure struct {
	Name, Caption string
	PNG           []byte
}

// notebook is the file format, nbformat 4.5.
type notebook struct {
	Cells    []cell   `json:"cells"`
	Metadata metadata `json:"metadata"`
	Format   int      `json:"nbformat"`
	Minor    int      `json:"nbformat_minor"`
}

type metadata struct {
	Kernel   kernel   `json:"kernelspec"`
	Language language `json:"language_info"`
}

type kernel struct {
	Name  string `json:"name"`
	Title string `json:"display_name"`
}

type language struct {
	Name string `json:"name"`
}

// cell is Markdown, or code that was not run yet.
type cell struct {
	Kind        string                       `json:"cell_type"`
	ID          string                       `json:"id"`
	Metadata    struct{}                     `json:"metadata"`
	Source      string                       `json:"source"`
	Attachments map[string]map[string]string `json:"attachments,omitempty"` // by name, then by type
	// Of code alone: it must have both, as null and as an empty list.
	Count   json.RawMessage `json:"execution_count,omitempty"`
	Outputs *[]struct{}     `json:"outputs,omitempty"`
}

// Write writes the notebook: what was found, with figures; cells that read the run's files with NumPy, measure its
// average precision again, draw its scores; each model's forward pass in PyTorch, held against its scores.
func (r Run) Write(out io.Writer) error {
	n := notebook{Format: 4, Minor: 5, Metadata: metadata{kernel{"python3", "Python 3"}, language{"python"}}}
	title := r.Words.TitleOf(r.Report.Data.Source, r.Report.Data.Title)
	n.markdown("# " + title + "\n\n" + r.Words.Say("jupyter-intro", r.Program, r.Command))
	n.markdown("```text\n" + strings.TrimRight(r.Text, "\n") + "\n```")
	for _, f := range r.Figures {
		n.figure(f)
	}
	section := func(title, text words.Key, args ...any) {
		n.markdown("## " + r.Words.Say(title) + "\n\n" + r.Words.Say(text, args...))
	}
	section("jupyter-files", "jupyter-files-about", r.Path)
	n.code("RUN = "+quoted(r.Path), "read.py")
	section("jupyter-results", "jupyter-results-about")
	n.code("", "results.py")
	if r.Report.Data.Labelled {
		section("jupyter-metrics", "jupyter-metrics-about")
		n.code("", "metrics.py")
	}
	section("jupyter-scores", "jupyter-scores-about")
	n.code("", "plot.py")
	if all := r.models(); len(all) > 0 {
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return err
		}
		section("jupyter-models", "jupyter-models-about")
		n.code("", append([]string{"torch.py", "layers.py"}, codeOf(all)...)...)
		section("jupyter-compare", "jupyter-compare-about")
		n.code("MODELS = json.loads(r\"\"\""+string(text)+"\"\"\")\nMISSING = "+quoted(r.Words.Say("jupyter-missing")),
			"score.py")
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(n)
}

// markdown adds text.
func (n *notebook) markdown(text string) {
	n.Cells = append(n.Cells, cell{Kind: "markdown", ID: n.nextID(), Source: text})
}

// figure adds a figure with its caption.
func (n *notebook) figure(f Figure) {
	name := f.Name + ".png"
	n.Cells = append(n.Cells, cell{Kind: "markdown", ID: n.nextID(),
		Source:      fmt.Sprintf("![%s](attachment:%s)\n\n%s", f.Name, name, f.Caption),
		Attachments: map[string]map[string]string{name: {"image/png": base64.StdEncoding.EncodeToString(f.PNG)}}})
}

// code adds a line of settings, if there is one, with files of python behind it.
func (n *notebook) code(settings string, files ...string) {
	var parts []string
	if settings != "" {
		parts = append(parts, settings)
	}
	for _, name := range files {
		text, err := python.ReadFile("python/" + name)
		if err != nil {
			panic(err) // it is embedded
		}
		parts = append(parts, strings.TrimSpace(string(text)))
	}
	n.Cells = append(n.Cells, cell{Kind: "code", ID: n.nextID(), Source: strings.Join(parts, "\n\n\n"),
		Count: json.RawMessage("null"), Outputs: &[]struct{}{}})
}

// nextID is that of the next cell: the format wants one.
func (n *notebook) nextID() string { return "cell-" + strconv.Itoa(len(n.Cells)+1) }

// quoted is a text as Python writes it: JSON's escapes are some of Python's.
func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // texts have a form
	}
	return string(out)
}

// model is a run that a model scored, as score.py reads it.
type model struct {
	Column   string `json:"column"` // of scores.csv
	Detector string `json:"detector"`
	Model    string `json:"model"`
	Score    string `json:"score"`
	Random   bool   `json:"random"` // its scores draw: another run of it differs

	DModel      int     `json:"d_model"`
	Heads       int     `json:"heads,omitempty"`
	Layers      int     `json:"layers,omitempty"`
	Latent      int     `json:"latent,omitempty"`
	Flows       int     `json:"flows,omitempty"`
	Levels      int     `json:"levels,omitempty"`
	Skips       []int   `json:"skips,omitempty"`
	SoftGraph   bool    `json:"soft_graph"`
	Temperature float64 `json:"temperature"`
	LogEpsilon  float64 `json:"log_epsilon"`
	StdFloor    float64 `json:"std_floor"`
	Tau         float64 `json:"tau"`
}

// models lists the runs whose scores are those of a model and nothing else.
func (r Run) models() (all []model) {
	sp := r.Report.Spec
	for _, a := range r.Report.Arms {
		m := sp.StudentOf(a.Arm)
		score := sp.Detect.Score.Of(m.Kind)
		if !spec.Controls[a.Arm.Control].Student || spec.Scores[score].Teacher {
			continue
		}
		c := models.ConfigOf(m)
		of := func(k spec.ConstantKind) float64 { return c.Constants[k] }
		for _, run := range a.Runs {
			file := r.Detector(run)
			if run.Failed != nil || file == "" {
				continue
			}
			one := model{Column: fmt.Sprintf("%s/%d", run.Arm, run.Seed), Detector: file, Model: m.Kind.String(),
				Score: score.String(), Random: m.Kind == spec.ModelOmniAnomaly,
				DModel: c.DModel, Heads: c.Heads, Layers: c.Layers, Latent: c.Latent, Flows: c.Flows, Levels: c.Levels,
				SoftGraph: c.SoftGraph, Temperature: of(spec.ConstantTemperature), LogEpsilon: of(spec.ConstantLogEpsilon),
				StdFloor: of(spec.ConstantStdFloor), Tau: of(spec.ConstantTau)}
			if m.Kind == spec.ModelTHOC {
				for l := range c.Layers {
					one.Skips = append(one.Skips, c.Skip(l))
				}
			}
			all = append(all, one)
		}
	}
	return all
}

// codeOf are the files with the forward passes of these models, each once.
func codeOf(all []model) (files []string) {
	taken := map[string]bool{}
	add := func(name string) {
		if !taken[name] {
			taken[name] = true
			files = append(files, name)
		}
	}
	for _, m := range all {
		if m.Model == spec.ModelTransformer.String() || m.Model == spec.ModelAnomalyTransformer.String() {
			add("encoder.py")
		}
		add(m.Model + ".py")
	}
	return files
}
