package state

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// Inside is what a person looks at inside a student.
type Inside struct {
	Open  bool
	Table bool // numbers in the place of figures

	of          *protocol.Of // that was chosen; nil = the page chooses
	layer, head int
	pick        int          // -1 = the engine chooses
	why         *fault.Fault // the last question has no answer for that reason
	seen        *insight     // the newest answer; nil = none is there
	asked       question
}

// insight is an answer, with what it says in a language.
type insight struct {
	protocol.Insight
	values []float32
	words  *words.Language
	told   *InsideTold
}

// Messages about the inside, and about experiments that have a name.
type (
	OpenInside   struct{ Open bool }          // what a student computes in the place of the charts
	Glance       struct{ What, Value string } // inside: of the kinds that begin with Glance
	ChoosePreset struct{ Name string }        // an experiment by its question
)

func (OpenInside) message() weight   { return passing }
func (Glance) message() weight       { return passing }
func (ChoosePreset) message() weight { return action }

// What a person chooses in Glance.
const (
	GlanceRun   = "run"   // by its number among InsideView.Runs
	GlanceHead  = "head"  // by its number among all heads
	GlancePick  = "pick"  // a channel or a centre
	GlanceStep  = "step"  // of the test part
	GlanceTable = "table" // numbers, or figures again
)

// forget drops what is about another run or another series.
func (i *Inside) forget() {
	i.of, i.pick, i.why, i.seen = nil, -1, nil, nil
	i.asked.stale, i.asked.next = i.asked.id != 0, nil
}

// InsideView is what the page shows of the inside of a student.
type InsideView struct {
	Open   bool
	Look   look.Look
	Runs   []form.Choice
	Epoch  string // after which the student is looked at; empty = its run is over
	Window string
	Step   int
	Steps  int    // of the test part
	Note   string // why there are no figures; empty = there are
	Table  bool
	Told   *InsideTold // nil while there is nothing; the same one as long as nothing has changed
}

// InsideTold are figures in words.
type InsideTold struct {
	Model         spec.ModelKind
	Layers, Heads int
	Head          int // among all
	Picks         []form.Choice
	PickName      string
	Figures       []InsideFigure
	Notes         []string
}

// Of is the figure with a name; nil = there is none.
func (t *InsideTold) Of(name string) *InsideFigure {
	if i := slices.IndexFunc(t.Figures, func(f InsideFigure) bool { return f.Name == name }); i >= 0 {
		return &t.Figures[i]
	}
	return nil
}

// InsideFigure is a figure in words.
type InsideFigure struct {
	protocol.Figure
	Title, Axis, Says string // whose keys are those of the Figure
	Values            []float32
	Truth             []steps.Range // of its columns, or rows, that are steps
	words             *words.Language
}

// Row and Column are the names of rows and columns.
func (f InsideFigure) Row(i int) string    { return nameIn(f.words, f.Rows, i) }
func (f InsideFigure) Column(i int) string { return nameIn(f.words, f.Columns, i) }

func nameIn(w *words.Language, n protocol.Names, i int) string {
	switch {
	case i < len(n.List):
		return words.Name(n.List[i])
	case i < len(n.Words):
		return w.Say(words.Key(n.Words[i]))
	}
	return w.Count(n.First + i)
}

// Framed tells whether a table of the figure has its framed row alone: it has too many cells.
func (f InsideFigure) Framed() bool { return f.Rows.Count*f.Columns.Count > maxCells }

// maxCells is how many cells of a map a table has; of larger ones it has the row that is framed.
const maxCells = 1500

// Few rows of many columns are a table of many rows.
const (
	fewRows     = 4
	manyColumns = 12
)

// Table is a figure as a table: its heads, then its rows, each with its name first.
func (f InsideFigure) Table() (heads []string, rows [][]string) {
	head := ""
	if f.Rows.Head != "" {
		head = f.words.Say(words.Key(f.Rows.Head))
	}
	heads = []string{head}
	for j := range f.Columns.Count {
		heads = append(heads, f.Column(j))
	}
	n := f.Columns.Count
	for i := range f.Rows.Count {
		if f.Framed() && i != f.Figure.Row {
			continue
		}
		row := []string{f.Row(i)}
		for _, v := range f.Values[i*n : (i+1)*n] {
			row = append(row, number(f.words, float64(v)))
		}
		rows = append(rows, row)
	}
	if len(rows) > fewRows || n <= manyColumns {
		return heads, rows
	}
	over, turned := []string{f.words.Say(words.Key(f.Columns.Head))}, make([][]string, n)
	for _, row := range rows {
		over = append(over, row[0])
		for j, v := range row[1:] {
			turned[j] = append(turned[j], v)
		}
	}
	for j := range turned {
		turned[j] = append([]string{heads[j+1]}, turned[j]...)
	}
	return over, turned
}

// number writes a value with three digits that count; nothing for what nobody knows.
func number(w *words.Language, v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	decimals := 3
	for x := math.Abs(v); x >= 1 && decimals > 0; x /= 10 {
		decimals--
	}
	return w.Fixed(v, decimals)
}

// lookable are the students that can be looked into: those whose runs are over, and those that have learnt something.
func (s *State) lookable() (all []protocol.Of) {
	r := s.Run
	if r == nil || r.Gone || r.Recorded || s.Form.Data == nil { // what was recorded holds no weights
		return nil
	}
	for _, a := range r.Spec.Arms {
		if !spec.Controls[a.Control].Student {
			continue
		}
		for _, seed := range r.Spec.Seeds {
			of := protocol.Of{Arm: a.Name, Seed: seed}
			over := slices.ContainsFunc(r.Runs, func(x spec.Run) bool {
				return x.Arm == of.Arm && x.Seed == seed && x.Failed == nil
			})
			learns := slices.ContainsFunc(r.Live, func(t results.Track) bool {
				return t.Of == results.TrainingRun(of) && len(t.Epochs) > 0
			})
			if over || learns {
				all = append(all, of)
			}
		}
	}
	return all
}

// insideOf is the student that is looked into: the one that was chosen, the one that learns, the one in focus. False
// where there is none.
func (s *State) insideOf(all []protocol.Of) (protocol.Of, bool) {
	if of := s.Inside.of; of != nil && slices.Contains(all, *of) {
		return *of, true
	}
	if s.Run != nil {
		for _, t := range s.Run.Live {
			if of := protocol.Of(t.Of); slices.Contains(all, of) {
				return of, true
			}
		}
	}
	if r := s.Scene().Focused(); r != nil {
		if of := (protocol.Of{Arm: r.Arm, Seed: r.Seed}); slices.Contains(all, of) {
			return of, true
		}
	}
	if len(all) == 0 {
		return protocol.Of{}, false
	}
	return all[0], true
}

// insideStep is the step that is looked at: that of the cursor, or else the first of the first anomaly.
func (s *State) insideStep() int {
	d := s.Form.Data
	switch {
	case s.Stack.Cursor >= 0:
		return s.Stack.Cursor
	case d != nil && len(d.Segments) > 0:
		return d.Segments[0].From
	}
	return 0
}

// glance asks for what is inside, if somebody looks.
func (s *State) glance() []Effect {
	if !s.Inside.Open || s.Control.Mode == Dead {
		return nil
	}
	of, ok := s.insideOf(s.lookable())
	if !ok {
		return nil
	}
	i := &s.Inside
	return i.asked.ask(protocol.Request{Type: protocol.TypeInside, Inside: &protocol.Inside{Of: of, Step: s.insideStep(),
		Layer: i.layer, Head: i.head, Pick: i.pick}}, &s.requests)
}

// learns tells whether a student has learnt more, or has ended.
func learns(e *spec.Event) bool {
	return e != nil && (e.EpochDone != nil && e.Arm != "" || e.Finished != nil)
}

// glanceAt takes over what a person chooses.
func (s *State) glanceAt(m Glance) []Effect {
	i := &s.Inside
	n, err := strconv.Atoi(m.Value)
	if err != nil {
		return nil // a value that the page did not write
	}
	switch m.What {
	case GlanceRun:
		if all := s.lookable(); n >= 0 && n < len(all) {
			if i.of == nil || *i.of != all[n] {
				i.pick = -1
			}
			i.of = &all[n]
		}
	case GlanceHead:
		if i.seen != nil && i.seen.Heads > 0 {
			i.layer, i.head = n/i.seen.Heads, n%i.seen.Heads
		}
	case GlancePick:
		i.pick = n
	case GlanceStep:
		s.Stack.Cursor = n
	case GlanceTable:
		i.Table = !i.Table
		return nil
	}
	return s.glance()
}

// insight takes an answer over.
func (s *State) insight(a Answer) (effects []Effect, mine bool) {
	i := &s.Inside
	effects, mine, good := i.asked.answered(a.ID, &s.requests)
	switch {
	case !mine || !good:
	case a.Insight != nil && sized(*a.Insight) <= len(a.Buckets):
		i.why, i.seen = nil, &insight{Insight: *a.Insight, values: a.Buckets}
	case a.Error != nil:
		i.why, i.seen = a.Error.Fault, nil
	}
	return effects, mine
}

// sized is how many values figures have.
func sized(i protocol.Insight) (n int) {
	for _, f := range i.Figures {
		n += f.Size()
	}
	return n
}

// InsideView returns what the page shows of the inside of a student.
func (s *State) InsideView() InsideView {
	i, w := &s.Inside, s.Words
	v := InsideView{Open: i.Open, Table: i.Table, Step: s.insideStep()}
	if !i.Open {
		return InsideView{}
	}
	if s.Form.Data != nil {
		v.Steps = s.Form.Data.TestSteps
	}
	all := s.lookable()
	of, ok := s.insideOf(all)
	if !ok {
		if v.Note = w.Say("inside-waits"); s.recorded() {
			v.Note = w.Say("inside-recorded")
		}
		return v
	}
	v.Look = look.Named(w, s.Run.Spec, of.Arm)
	for k, o := range all {
		l := look.Named(w, s.Run.Spec, o.Arm)
		v.Runs = append(v.Runs, form.Choice{Value: strconv.Itoa(k), Text: w.Say("status-run", l.Text, o.Seed), On: o == of})
	}
	switch {
	case i.why != nil:
		v.Note = results.Sentence(w.Error(i.why))
	case i.seen == nil:
		v.Note = w.Say("inside-reading")
	default:
		v.Window = w.Say("inside-window", i.seen.Window.From, i.seen.Window.To-1)
		if i.seen.Epoch > 0 {
			v.Epoch = w.Say("inside-epoch", i.seen.Epoch)
		}
		v.Told = i.seen.tell(w, s.Form.Data)
	}
	return v
}

// tell puts an answer into words, once in each language.
func (i *insight) tell(w *words.Language, d *spec.DataSummary) *InsideTold {
	if i.told != nil && i.words == w {
		return i.told
	}
	t := &InsideTold{Model: i.Model, Layers: i.Layers, Heads: i.Heads, Head: i.Layer*i.Heads + i.Head}
	for _, n := range i.Notes {
		t.Notes = append(t.Notes, w.Error(n))
	}
	at := 0
	for _, f := range i.Figures {
		one := InsideFigure{Figure: f, Title: w.Error(f.Title), Axis: w.Error(f.Axis), Says: w.Error(f.Says),
			Values: i.values[at : at+f.Size()], words: w, Truth: truthIn(i.Window, d)}
		at += f.Size()
		t.Figures = append(t.Figures, one)
		t.picks(w, f, d)
	}
	i.words, i.told = w, t
	return t
}

// picks offers what a figure lets a person pick: centres, or channels.
func (t *InsideTold) picks(w *words.Language, f protocol.Figure, d *spec.DataSummary) {
	switch {
	case f.Name == "centre":
		t.PickName = w.Say("inside-pick-centre")
		for k := range f.Column {
			t.Picks = append(t.Picks, form.Choice{Value: strconv.Itoa(k), Text: w.Count(k + 1), On: k == f.Row})
		}
	case f.Name == "graph" || f.Name == "prediction":
		t.PickName = w.Say("inside-pick-channel")
		for k, name := range d.Channels {
			on := k == f.Row || f.Name == "prediction" && f.Title.Args[0] == name
			t.Picks = append(t.Picks, form.Choice{Value: strconv.Itoa(k), Text: words.Name(name), On: on})
		}
	}
}

// truthIn are the true anomalies within a window, from its first step on.
func truthIn(window steps.Range, d *spec.DataSummary) (in []steps.Range) {
	if d == nil {
		return nil
	}
	for _, g := range d.Segments {
		if from, to := max(g.From, window.From), min(g.To, window.To); from < to {
			in = append(in, steps.Range{From: from - window.From, To: to - window.From})
		}
	}
	return in
}

// Spoken is a figure for those who do not see it.
func (f InsideFigure) Spoken() string {
	return strings.TrimSpace(fmt.Sprintf("%s, %s. %s", f.Title, f.Axis, f.Says))
}
