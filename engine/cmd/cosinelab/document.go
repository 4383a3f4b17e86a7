package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/figure"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// documentText is the page of a document, which needs nothing beside itself.
//
//go:embed document.gohtml
var documentText string

// documentFile is where the document of a table or a sweep is written unless somebody says where.
const documentFile = "report.html"

// document is all that a folder holds, for a page that travels alone: what was found, each number with the command
// that gives it again.
type document struct {
	Lang, Title, Version string
	Command              string // that fills the folder
	Missing              string // how many cells are; empty = none
	Verdicts             []documentVerdict
	Tables               []documentTable
	Maps                 []documentMap
	Figures              []documentFigure
	Notes                []string // what the signs of tables mean
	Specs                []documentSpec
	Words                map[string]string
}

// documentVerdict is what one experiment comes to.
type documentVerdict struct {
	Title string
	Lines []string
	Spec  string // where its spec stands
}

// documentTable is a table whose rows say where their specs stand.
type documentTable struct {
	Title string
	Head  []string
	Rows  []documentRow
}

type documentRow struct {
	Cells []documentCell
	Spec  string // of the whole row; empty = its cells have their own
}

type documentCell struct{ Text, Spec string }

// documentMap is a map as a figure, with its numbers and its count beside chance.
type documentMap struct {
	Figure documentFigure
	Count  string
	Table  documentTable
}

type documentFigure struct {
	Name, Caption string
	SVG           template.HTML // of package figure, which escapes what it writes
}

// documentSpec is an experiment that run carries out again.
type documentSpec struct{ ID, Title, File, Command, Text string }

// document writes the document of a folder to a file.
func (a *app) document(ctx context.Context, dir, data, file string) error {
	d, err := a.documentOf(ctx, dir, data)
	if err != nil {
		return err
	}
	if err := keep.Write(file, d.write); err != nil {
		return err
	}
	fmt.Fprintln(a.out, file)
	return nil
}

// write writes the document as HTML.
func (d *document) write(w io.Writer) error {
	t, err := template.New("document").Parse(documentText)
	if err != nil {
		return err
	}
	return t.Execute(w, d)
}

// newDocument is one that holds nothing yet.
func (a *app) newDocument() *document {
	d := &document{Lang: a.w.Tag, Version: a.buildVersion(), Words: map[string]string{}}
	for _, name := range []string{"verdict", "tables", "maps", "figures", "again", "reproduce", "download"} {
		d.Words[name] = a.w.Say(words.Key("document-" + name))
	}
	return d
}

// documentOf reads a folder: that of a table or a sweep, or of a run.
func (a *app) documentOf(ctx context.Context, dir, data string) (*document, error) {
	d := a.newDocument()
	if _, err := os.Stat(filepath.Join(dir, planFile)); err == nil {
		g, err := gatherFrom([]string{dir})
		if err != nil {
			return nil, err
		}
		defer g.close()
		if !g.finished() {
			return nil, fault.New("document-nothing", dir)
		}
		return d, a.documentOfCells(d, g)
	}
	in, err := a.readRun(ctx, plotOptions{run: dir, data: &data})
	if err != nil {
		return nil, err
	}
	r := in.Report
	if len(r.Arms) == 0 || r.RunCount() == 0 {
		return nil, fault.New("plot-interrupted", dir)
	}
	c := &cell{Set: r.Spec.Data.Source, Title: r.Data.Title, What: r.Spec.Student.Kind.String(), Spec: r.Spec, report: &r}
	d.Title = a.w.TitleOf(r.Data.Source, r.Data.Title)
	if d.Command = "cosinelab run " + filepath.Join(dir, specFile); strings.HasSuffix(dir, runfile.Ending) {
		d.Command = "cosinelab run " + dir
	}
	d.verdicts(a, []*cell{c})
	d.table(a, []*cell{c})
	return d, d.draw(in)
}

// draw adds the figures of a run. Those that have nothing to show are left out.
func (d *document) draw(in figure.Input) error {
	for _, name := range figure.Names() {
		f, err := figure.New(name, in, figure.Options{Width: pageWidth * vg.Millimeter})
		if err != nil {
			continue
		}
		shown, err := newDocumentFigure(f)
		if err != nil {
			return err
		}
		d.Figures = append(d.Figures, shown)
	}
	return nil
}

func newDocumentFigure(f *figure.Figure) (documentFigure, error) {
	var b bytes.Buffer
	err := f.Write(&b, "svg")
	text := b.String()
	at := strings.Index(text, "<svg")
	return documentFigure{f.Name, f.Caption, template.HTML(text[max(0, at):])}, err
}

// documentOfCells shows what is there of a table or a sweep: at least one cell.
func (a *app) documentOfCells(d *document, g *gathered) error {
	d.Command = g.plan.Command
	missing := 0
	for _, c := range g.plan.Cells {
		if c.report == nil {
			missing++
		}
	}
	if missing > 0 {
		d.Missing = a.w.Say("cli-cells-missing", missing, len(g.plan.Cells))
	}
	d.Title = a.w.Say(words.Key("document-" + g.plan.Kind))
	if g.plan.Kind == kindSweep {
		return d.maps(a, g)
	}
	d.verdicts(a, g.plan.Cells)
	d.table(a, g.plan.Cells)
	return d.strips(a, g.plan.Cells)
}

// strips adds what arms reach with each seed, and what they gain: for each model on each set, in the metrics of the
// table.
func (d *document) strips(a *app, cells []*cell) error {
	o := figure.Options{Width: pageWidth * vg.Millimeter}
	for _, c := range tableColumns {
		o.Metrics = append(o.Metrics, c.metric)
	}
	for _, set := range setsOf(cells) {
		for _, what := range modelsOf(cells, set) {
			r := merged(cells, set, what)
			r.Spec = wholeSpec(cells, set, what)
			f, err := figure.New("results", figure.Input{Report: r, Words: a.w}, o)
			if err != nil {
				continue // without labels there is nothing to show
			}
			drawn, err := newDocumentFigure(f)
			if err != nil {
				return err
			}
			drawn.Caption = a.w.TitleOf(set, r.Data.Title) + ", " + what + ". " + drawn.Caption
			d.Figures = append(d.Figures, drawn)
		}
	}
	return nil
}

// spec adds the experiment of the seeds of one cell, once, and returns where it stands.
func (d *document) spec(a *app, set, what string, sp spec.Spec) string {
	title := strings.TrimSpace(set + ", " + what)
	for _, s := range d.Specs {
		if s.Title == title {
			return s.ID
		}
	}
	text, err := json.MarshalIndent(sp, "", "  ")
	if err != nil {
		return ""
	}
	name := folders([]string{set + "-" + what})[0] + ".json"
	command := "cosinelab run " + name
	if !strings.HasPrefix(set, "builtin/") {
		command += " -data DATA"
	}
	id := fmt.Sprintf("spec-%d", len(d.Specs)+1)
	d.Specs = append(d.Specs, documentSpec{ID: id, Title: title, File: name, Command: command, Text: string(text)})
	return id
}

// whole is the spec of all seeds of a set and a model or a place, in their order.
func wholeSpec(cells []*cell, set, what string) (sp spec.Spec) {
	var seeds []uint64
	for _, c := range cells {
		if c.Set == set && c.What == what {
			sp = c.Spec
			seeds = append(seeds, c.Spec.Seeds...)
		}
	}
	sp.Seeds = seeds
	return sp
}

// verdicts adds what each model comes to on each set.
func (d *document) verdicts(a *app, cells []*cell) {
	for _, set := range setsOf(cells) {
		for _, what := range modelsOf(cells, set) {
			r := merged(cells, set, what)
			r.Spec = wholeSpec(cells, set, what)
			var b bytes.Buffer
			printer{&b, a.w}.verdict(r, r.Summary().Verdict)
			d.Verdicts = append(d.Verdicts, documentVerdict{Title: a.w.TitleOf(set, r.Data.Title) + ", " + what,
				Lines: strings.Split(strings.TrimSpace(b.String()), "\n"), Spec: d.spec(a, set, what, r.Spec)})
		}
	}
}

// table adds the table of the metrics, one for each set, as the table command has it.
func (d *document) table(a *app, cells []*cell) {
	p := printer{io.Discard, a.w}
	for _, r := range tabulate(cells) {
		if title := a.w.TitleOf(r.Set, r.Title); len(d.Tables) == 0 || d.Tables[len(d.Tables)-1].Title != title {
			head := []string{""}
			for _, c := range tableColumns {
				head = append(head, c.heading)
			}
			d.Tables = append(d.Tables, documentTable{Title: title, Head: head})
		}
		row := documentRow{}
		if r.Kind != kindPublished {
			what := r.Model
			if what == "" { // the random score is that of any model
				what = modelsOf(cells, r.Set)[0]
			}
			row.Spec = d.spec(a, r.Set, what, wholeSpec(cells, r.Set, what))
		}
		for _, text := range p.cells(r) {
			row.Cells = append(row.Cells, documentCell{Text: text})
		}
		t := &d.Tables[len(d.Tables)-1]
		t.Rows = append(t.Rows, row)
	}
	var b bytes.Buffer
	printer{&b, a.w}.tableLegend(tabulate(cells))
	d.Notes = strings.Split(strings.TrimSpace(b.String()), "\n")
}

// maps adds the maps of a sweep. A cell's number leads to its experiment.
func (d *document) maps(a *app, g *gathered) error {
	shown, err := g.plan.results()
	if err != nil {
		return err
	}
	p, s := printer{io.Discard, a.w}, shown.(*sweepShown)
	for _, m := range s.maps(g.plan.Cells) {
		f, err := figure.NewMap(m, a.w, pageWidth*vg.Millimeter)
		if err != nil {
			return err
		}
		drawn, err := newDocumentFigure(f)
		if err != nil {
			return err
		}
		t := documentTable{Title: p.mapTitle(m), Head: p.mapHead(m)}
		for y, row := range m.Cells {
			line := documentRow{Cells: []documentCell{{Text: m.Rows.Text(y)}}}
			for _, c := range row {
				shown := documentCell{Text: p.mapCell(c)}
				if what, ok := s.source(c, m.Set, g.plan.Cells); ok {
					shown.Spec = d.spec(a, m.Set, what, wholeSpec(g.plan.Cells, m.Set, what))
				}
				line.Cells = append(line.Cells, shown)
			}
			t.Rows = append(t.Rows, line)
		}
		d.Maps = append(d.Maps, documentMap{Figure: drawn, Count: p.mapCount(m), Table: t})
	}
	d.Notes = []string{a.w.Say("map-legend", mark)}
	return nil
}
