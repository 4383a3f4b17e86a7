package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// explorer is a sweep that the page carries out: what a person has set, its cells, and which of them is under way. Each
// cell is an experiment that the page is asked to set and to train, with the engine that it has, so that what that
// remembers is not trained again.
//
// hear takes what the page tells, and returns what it is asked for. Nothing else is known here of the page or of its
// engine, so that all of it is tested natively.
type explorer struct {
	w    *words.Language
	now  func() time.Time
	base spec.Spec // the experiment in which lists take the place of single values
	drop int       // the page's number of the files that its series is read from
	home string    // the address of that experiment
	set  map[string]string

	sweep   spec.Sweep
	text    []byte // of the sweep
	wrong   error  // with what is set; nil = nothing is
	sources map[string]source
	cells   []*cell
	looked  bool // for cells that were kept

	looks   *spec.Data // a series that the engine was asked about; nil = none is
	running bool
	at      *cell // that is under way; nil = none is
	trains  bool  // the engine has begun with it
	began   time.Time
	took    time.Duration // all cells of this run of the grid
	done    int           // of them
	failed  map[string]error

	shown  sweepShown
	table  bool // in place of the maps
	handed map[string]bool
}

// gridFields are the settings that vary, in the order in which the page shows them.
var gridFields = []struct {
	name        string
	label, hint words.Key
}{
	{"weight", "where-weight", "where-weight-hint"},
	{"epochs", "where-epochs", "where-epochs-hint"},
	{"share", "where-share", "where-share-hint"},
	{"size", "where-size", "where-size-hint"},
	{"sets", "where-sets", "where-sets-hint"},
	{"seeds", "where-seeds", "where-seeds-hint"},
}

// heard is what the page tells.
type heard struct {
	Do    string          `json:"do"`
	Name  string          `json:"name,omitempty"`
	Value string          `json:"value,omitempty"`
	Hash  string          `json:"hash,omitempty"`
	Drop  int             `json:"drop,omitempty"`
	Lang  string          `json:"lang,omitempty"`
	At    int             `json:"at,omitempty"`
	Said  json.RawMessage `json:"said,omitempty"` // by the engine: a protocol.Response
	// Kept are reports that the browser has kept, by the names of their cells.
	Kept map[string]string `json:"kept,omitempty"`
}

// asked is what the page is asked to do. Of the texts only those are there that have a meaning for Do.
type asked struct {
	Do      string            `json:"do"`
	Hash    string            `json:"hash,omitempty"`    // carry: set this experiment and train it; open, home: only set it
	Home    string            `json:"home,omitempty"`    // of the grid that a cell is of
	Request *protocol.Request `json:"request,omitempty"` // ask: the engine
	Names   []string          `json:"names,omitempty"`   // load: what was kept of these cells
	Name    string            `json:"name,omitempty"`    // keep, save: a text by its name
	Text    string            `json:"text,omitempty"`
}

// lookID is the id of what the engine is asked here: the page's own are positive.
const lookID = -1

func newGrid(w *words.Language) *explorer {
	return &explorer{w: w, now: time.Now, base: spec.Default(), sources: map[string]source{}, failed: map[string]error{},
		handed: map[string]bool{}, set: map[string]string{}}
}

// hear takes over what the page tells.
func (g *explorer) hear(h heard) []asked {
	switch h.Do {
	case "open":
		return g.open(h)
	case "speak":
		g.w = words.In(h.Lang)
	case "set":
		if !g.running {
			g.set[h.Name] = strings.TrimSpace(h.Value)
			if g.home != "" {
				return g.plan()
			}
		}
	case "choose":
		g.choose(h.Name, h.Value)
	case "table":
		g.table = !g.table
	case "run":
		if g.wrong == nil && !g.running {
			g.running, g.took, g.done = true, 0, 0
			clear(g.failed)
			return g.next()
		}
	case "stop":
		return g.stop()
	case "kept":
		g.take(h.Kept)
		return g.next()
	case "forget":
		for _, c := range g.cells {
			c.report = nil
		}
	case "cell":
		if c := g.cellAt(h.At); c != nil {
			return []asked{{Do: "open", Hash: g.hashOf(*c)}}
		}
	case "save":
		return g.save(h.Name)
	case "engine":
		return g.engine(h.Said)
	}
	return nil
}

// open begins with the experiment of the page, unless that is one that the grid has set itself.
func (g *explorer) open(h heard) []asked {
	g.w = words.In(h.Lang)
	hash := strings.TrimPrefix(h.Hash, "#")
	if g.running || hash == g.home && g.text != nil || g.handed[hash] {
		return nil
	}
	sp := spec.Default()
	if hash != "" {
		l, err := link.Parse(hash)
		if err != nil {
			g.wrong = err
			return nil
		}
		sp = l.Spec
	}
	g.base, g.home, g.drop = sp, hash, h.Drop
	for name, text := range map[string]string{"weight": "0, 0.5, 1, 5", "epochs": "1, 2, 4", "seeds": listOf(sp.Seeds)} {
		if g.set[name] == "" {
			g.set[name] = text
		}
	}
	return g.plan()
}

func listOf[T any](list []T) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
}

// plan makes cells of what is set. What has to be known of series is asked first.
func (g *explorer) plan() []asked {
	g.cells, g.looked = nil, false
	if g.text, g.wrong = g.sweepText(); g.wrong != nil {
		return nil
	}
	if g.sweep, g.wrong = spec.ParseSweep(g.text); g.wrong != nil {
		return nil
	}
	chosen := g.shown.chosen
	g.shown = sweepShown{sweep: g.sweep, chosen: chosen}
	g.shown.rows, g.shown.columns = g.sweep.RowsAndColumns()
	return g.next()
}

// sweepText is the sweep as cosinelab sweep reads it: the experiment of the page with lists in it.
func (g *explorer) sweepText() ([]byte, error) {
	sp := g.base
	sp.Looked = nil
	text, err := json.Marshal(sp)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	data, train, student := tree["data"].(map[string]any), tree["train"].(map[string]any), tree["student"].(map[string]any)
	put := func(into map[string]any, name, field string, always bool) {
		list := g.list(field)
		switch {
		case len(list) == 1 && !always:
			into[name] = list[0]
		case len(list) > 0:
			into[name] = list
		}
	}
	if share := g.list("share"); len(share) > 0 && !reflect.DeepEqual(share, []json.RawMessage{json.RawMessage("1")}) {
		delete(data, "train")
		put(data, "train_share", "share", false)
	}
	if sets := g.list("sets"); len(sets) > 1 || !strings.Contains(g.base.Data.Source, ",") {
		put(data, "source", "sets", false)
	}
	put(train, "epochs", "epochs", false)
	put(student, "d_model", "size", false)
	put(tree, "seeds", "seeds", true)
	for i, a := range g.base.Arms {
		if a.Distils() {
			put(tree["arms"].([]any)[i].(map[string]any)["objective"].(map[string]any), "weight", "weight", false)
		}
	}
	return json.MarshalIndent(tree, "", "  ")
}

// list is what was typed as values, as JSON has them: what is no number is a text, of which the sweep says what is
// wrong with it.
func (g *explorer) list(field string) (values []json.RawMessage) {
	for _, text := range strings.FieldsFunc(g.set[field], func(r rune) bool { return r == ',' || r == ' ' }) {
		if _, err := strconv.ParseFloat(text, 64); err != nil || !json.Valid([]byte(text)) {
			quoted, _ := json.Marshal(text) // a text always can be written
			text = string(quoted)
		}
		values = append(values, json.RawMessage(text))
	}
	return values
}

// unknownSeries is the error of a series that the engine has to describe first.
type unknownSeries struct{ data spec.Data }

func (unknownSeries) Error() string { return "a series that is not known" }

// next does what comes next: asks about a series, looks for what was kept, carries the next cell out.
func (g *explorer) next() []asked {
	if g.wrong != nil || g.looks != nil || g.text == nil {
		return nil
	}
	if g.cells == nil {
		cells, err := planSweep(g.sweep, func(d spec.Data) (source, error) {
			if s, ok := g.sources[sourceKey(d)]; ok {
				return s, nil
			}
			return source{}, unknownSeries{d}
		})
		if need, ok := errors.AsType[unknownSeries](err); ok {
			need.data.Train, need.data.Test = steps.Range{}, steps.Range{} // it is cut later
			g.looks = &need.data
			drop := 0
			if need.data.Source == g.base.Data.Source {
				drop = g.drop
			}
			return []asked{{Do: "ask", Request: &protocol.Request{Type: protocol.TypeLook, ID: lookID, Data: g.looks, Drop: drop}}}
		}
		if g.wrong = err; err != nil {
			g.running = false
			return nil
		}
		g.cells = cells
	}
	if !g.looked {
		g.looked = true
		a := asked{Do: "load"}
		for _, c := range g.cells {
			a.Names = append(a.Names, c.Name)
		}
		return []asked{a}
	}
	if !g.running || g.at != nil {
		return nil
	}
	for _, c := range g.cells {
		if c.report == nil && g.failed[c.Name] == nil {
			g.at, g.trains, g.began = c, false, g.now()
			return []asked{{Do: "carry", Hash: g.hashOf(c.Spec), Home: g.home}}
		}
	}
	g.running = false
	return []asked{{Do: "home", Hash: g.home}}
}

// sourceKey names what of data says which series it is.
func sourceKey(d spec.Data) string {
	d.Train, d.Test = steps.Range{}, steps.Range{}
	text, _ := json.Marshal(d) // plain data always can be written
	return string(text)
}

// hashOf is the address of an experiment, which the grid then knows as its own.
func (g *explorer) hashOf(sp spec.Spec) string {
	hash := link.Link{Spec: sp}.Hash()
	g.handed[hash] = true
	return hash
}

// engine takes over what the page's engine says.
func (g *explorer) engine(text json.RawMessage) []asked {
	var r protocol.Response
	if json.Unmarshal(text, &r) != nil {
		return nil
	}
	switch {
	case r.ID == lookID && g.looks != nil && r.Look != nil && r.Reading == nil:
		g.sources[sourceKey(*g.looks)] = source{title: r.Look.Summary.Title, digest: r.Look.Summary.Digest,
			rows: r.Look.Summary.TrainSteps}
		g.looks = nil
		return g.next()
	case r.ID == lookID && r.Error != nil:
		g.looks, g.wrong, g.running = nil, r.Error.Fault, false
	case g.at == nil:
	case r.Type == protocol.TypeState && r.State == protocol.StateRunning:
		g.trains = true
	case r.Type == protocol.TypeReport && g.trains:
		return g.report(r.Report)
	case r.Type == protocol.TypeError && r.Error != nil && slices.Contains([]string{"run", "data", "spec"}, r.Error.Where):
		g.failed[g.at.Name] = r.Error.Fault
		if !g.trains { // it could not even begin: nothing else will be heard of it
			return g.ended()
		}
	case r.Type == protocol.TypeState && r.State == protocol.StateIdle && g.trains:
		return g.ended()
	}
	return nil
}

// report takes over what came of a cell.
func (g *explorer) report(r *spec.Report) []asked {
	c := g.at
	if err := c.takes(r); err != nil {
		if r.Whole() { // what was stopped is no mistake
			g.failed[c.Name] = err
		}
		return nil
	}
	c.report = r
	g.took += g.now().Sub(g.began)
	g.done++
	text, err := json.Marshal(r)
	if err != nil {
		return nil // it is in memory all the same
	}
	return []asked{{Do: "keep", Name: c.Name, Text: string(text)}}
}

// takes says why a report is not that of the cell.
func (c *cell) takes(r *spec.Report) error {
	switch {
	case !same(r.Spec, c.Spec) || !r.Whole():
		return fault.New("cli-cell-report-spec")
	case r.Data.Digest != c.Data:
		return fault.New("cli-cell-report-data")
	}
	return nil
}

// ended goes on once the engine is idle. A cell of which there is nothing was stopped by hand, and so is the grid.
func (g *explorer) ended() []asked {
	c := g.at
	g.at = nil
	if c.report == nil && g.failed[c.Name] == nil {
		g.running = false
	}
	if !g.running { // the page is to show what the grid is of, not the cell that was the last
		return []asked{{Do: "home", Hash: g.home}}
	}
	return g.next()
}

// stop ends the grid; what is finished stays.
func (g *explorer) stop() []asked {
	if !g.running {
		return nil
	}
	g.running = false
	if g.at == nil {
		return nil
	}
	return []asked{{Do: "halt"}}
}

// take takes over what was kept. What is not a cell's own is as if it were not there.
func (g *explorer) take(kept map[string]string) {
	for _, c := range g.cells {
		text, ok := kept[c.Name]
		if !ok {
			continue
		}
		r, err := spec.ReadReport(strings.NewReader(text))
		if err == nil && c.takes(&r) == nil {
			c.report = &r
		}
	}
}

// cellAt is the experiment of a place of the grid, with all seeds; nil if there is no such place.
func (g *explorer) cellAt(n int) *spec.Spec {
	grid := g.sweep.Grid()
	if n < 0 || n >= len(grid) {
		return nil
	}
	sp, err := g.sweep.At(grid[n], 0)
	if err != nil {
		return nil
	}
	if s, ok := g.sources[sourceKey(sp.Data)]; ok {
		sp, err = g.sweep.At(grid[n], s.rows)
	}
	if err != nil {
		return nil
	}
	return &sp
}

// number is the place of a cell of a map in the grid, as cellAt takes it.
func (g *explorer) number(at []int) (n int) {
	for i, a := range g.sweep.Axes {
		n = n*len(a.Values) + at[i]
	}
	return n
}

// choose changes what the maps show.
func (g *explorer) choose(name, value string) {
	axis := slices.IndexFunc(g.sweep.Axes, func(a spec.Axis) bool { return a.Field == value })
	switch name {
	case "metric":
		g.shown.chosen.Metric = value
	case "arm":
		g.shown.chosen.Arm = value
	case "over":
		g.shown.chosen.Over = value
	case "rows":
		g.shown.rows, g.shown.columns = chosenAxes(axis, g.shown.rows, g.shown.columns)
	case "columns":
		g.shown.columns, g.shown.rows = chosenAxes(axis, g.shown.columns, g.shown.rows)
	}
}

// chosenAxes are the axis that was chosen for one side, and that of the other: they change places where it was that.
func chosenAxes(chosen, mine, others int) (int, int) {
	if chosen == others {
		return others, mine
	}
	return chosen, others
}

// save writes the maps in one of formats, the sweep, or the report of all of it.
func (g *explorer) save(what string) []asked {
	a := &app{w: g.w}
	var b strings.Builder
	if what == "sweep" {
		return []asked{{Do: "save", Name: sweepFile, Text: string(g.text)}}
	}
	if what == "report" {
		d := a.newDocument()
		p := planned{Kind: kindSweep, Sweep: g.text, Cells: g.cells, Command: "cosinelab sweep " + sweepFile + " -out DIR"}
		all := &gathered{plan: p}
		if !all.finished() || a.documentOfCells(d, all) != nil || d.write(&b) != nil {
			return nil
		}
		return []asked{{Do: "save", Name: documentFile, Text: b.String()}}
	}
	i := slices.Index(formats, what)
	if i < 0 || g.cells == nil || g.shown.print(a, &b, what, g.cells) != nil {
		return nil
	}
	return []asked{{Do: "save", Name: "map" + endings[i], Text: b.String()}}
}

// gridView is what the page shows of a grid.
type gridView struct {
	w       *words.Language
	Fields  []gridField
	Wrong   string
	Running bool
	CanRun  bool
	Done    int
	All     int
	Status  []string
	Choices []gridChoice
	Maps    []gridMap
	Table   bool
	Legend  string
	Formats []string
}

// Say is a sentence of the view's language.
func (v gridView) Say(key words.Key) string { return v.w.Say(key) }

type gridField struct{ Name, Label, Hint, Value string }

// gridChoice is what a person can choose of how the maps are shown.
type gridChoice struct {
	Name, Label string
	Options     []gridOption
}

type gridOption struct {
	Value, Text string
	On          bool
}

type gridMap struct {
	Title, Count   string
	Rows, Columns  string
	Heads          []string
	Lines          []gridLine
	Better, Worse  string
	Shown, Spoiled bool
}

type gridLine struct {
	Head  string
	Cells []gridCell
}

// gridCell is a cell as it is drawn: Look is its class, Says all of it in words.
type gridCell struct {
	Text, Long, Look, Says string
	Place                  int
	First                  bool // that Tab leads to
}

// view is what is to be seen.
func (g *explorer) view() gridView {
	v := gridView{w: g.w, Running: g.running, CanRun: g.wrong == nil, Table: g.table, Formats: formats}
	for _, f := range gridFields {
		v.Fields = append(v.Fields, gridField{f.name, g.w.Say(f.label), g.w.Say(f.hint), g.set[f.name]})
	}
	if g.wrong != nil {
		v.Wrong = g.w.Error(g.wrong)
	}
	if g.cells == nil {
		return v
	}
	v.All = len(g.cells)
	for _, c := range g.cells {
		if c.report != nil {
			v.Done++
		}
	}
	v.Status = g.status(v)
	v.Choices = g.choices()
	v.Legend = g.w.Say("map-caption")
	for i, m := range g.shown.maps(g.cells) {
		v.Maps = append(v.Maps, g.viewOf(m, i == 0))
	}
	return v
}

// status says how far the grid is.
func (g *explorer) status(v gridView) (lines []string) {
	lines = append(lines, g.w.Say("where-cells", v.Done, v.All))
	left := v.All - v.Done - len(g.failed)
	switch {
	case g.running && g.at != nil:
		lines = append(lines, g.w.Say("where-at", g.at.What, g.at.Seed))
		if g.done > 0 {
			each := g.took / time.Duration(g.done)
			lines = append(lines, g.w.Say("where-left", g.w.Duration(each*time.Duration(left))))
		}
	case !g.running && g.at != nil:
		lines = append(lines, g.w.Say("where-stopping"))
	}
	for _, name := range slices.Sorted(maps.Keys(g.failed)) {
		for _, c := range g.cells {
			if c.Name == name {
				lines = append(lines, g.w.Error(c.fault(g.failed[name])))
			}
		}
	}
	return lines
}

// choices are the metric, both arms, and the axes.
func (g *explorer) choices() []gridChoice {
	by := g.shown.chosen.In(g.base)
	metric := gridChoice{Name: "metric", Label: g.w.Say("where-metric")}
	for _, m := range metrics.All {
		if m.Group == metrics.Honest {
			metric.Options = append(metric.Options, gridOption{m.Name, m.Short, m.Name == by.Metric})
		}
	}
	arm := gridChoice{Name: "arm", Label: g.w.Say("where-arm")}
	over := gridChoice{Name: "over", Label: g.w.Say("where-over")}
	for _, a := range g.base.Arms {
		arm.Options = append(arm.Options, gridOption{a.Name, a.Name, a.Name == by.Arm})
		over.Options = append(over.Options, gridOption{a.Name, a.Name, a.Name == by.Over})
	}
	all := []gridChoice{metric, arm, over}
	for _, side := range []struct {
		name  string
		label words.Key
		axis  int
	}{{"rows", "where-rows", g.shown.rows}, {"columns", "where-columns", g.shown.columns}} {
		c := gridChoice{Name: side.name, Label: g.w.Say(side.label)}
		for i, a := range g.sweep.Axes {
			if len(a.Values) > 1 && a.Field != "data.source" {
				c.Options = append(c.Options, gridOption{a.Field, a.Name(), i == side.axis})
			}
		}
		if len(c.Options) > 1 {
			all = append(all, c)
		}
	}
	return all
}

// viewOf is a map as it is drawn.
func (g *explorer) viewOf(m spec.Map, first bool) gridMap {
	p := printer{nil, g.w}
	v := gridMap{Title: p.mapTitle(m), Count: p.mapCount(m), Rows: m.Rows.Name(), Columns: m.Columns.Name(),
		Better: g.w.Say("map-better", m.Arm), Worse: g.w.Say("map-better", m.Over)}
	for i := range m.Columns.Values {
		v.Heads = append(v.Heads, m.Columns.Text(i))
	}
	largest := 0.0
	for _, row := range m.Cells {
		for _, c := range row {
			if c.Run() && !math.IsNaN(float64(c.Gain.Mean)) {
				largest = max(largest, math.Abs(float64(c.Gain.Mean)))
			}
		}
	}
	for y, row := range m.Cells {
		line := gridLine{Head: m.Rows.Text(y)}
		for _, c := range row {
			line.Cells = append(line.Cells, g.drawn(m, c, largest))
		}
		v.Lines = append(v.Lines, line)
	}
	if first && len(v.Lines) > 0 && len(v.Lines[0].Cells) > 0 {
		v.Lines[0].Cells[0].First = true
	}
	return v
}

// mapShades is how many steps there are from no gain to the largest.
const mapShades = 3

// drawn is a cell as it is drawn.
func (g *explorer) drawn(m spec.Map, c spec.MapCell, largest float64) gridCell {
	p := printer{nil, g.w}
	out := gridCell{Text: "–", Long: p.mapCell(c), Look: "none", Place: g.number(c.At)}
	says := g.w.Say("map-not-run")
	switch {
	case c.Alone:
		out.Look = "alone"
		if c.Base.Defined() {
			out.Text, says = p.points(c.Base), p.mapCell(c)
		}
	case c.Run():
		gain := float64(c.Gain.Mean)
		out.Text = g.w.SignedPoints(gain)
		side := "p"
		if gain < 0 {
			side = "m"
		}
		shade := 0
		if largest > 0 {
			shade = int(math.Ceil(math.Abs(gain) / largest * mapShades))
		}
		out.Look = side + strconv.Itoa(shade)
		says = g.w.Say("where-gain", out.Text, c.Seeds)
		if c.Gain.N() > 1 {
			says = g.w.Say("where-gain-interval", out.Text, g.w.SignedPoints(float64(c.Gain.Low)),
				g.w.SignedPoints(float64(c.Gain.High)), c.Seeds)
		}
		if !c.Gain.Excludes0() {
			out.Look += " hat"
			says += " " + g.w.Say("map-contains-0") + "."
		}
	}
	if g.at != nil && slices.Equal(g.at.At, c.At) {
		out.Look += " now"
	}
	out.Says = valuesAt(g.sweep, c.At) + ": " + says
	return out
}
