package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// lab is a page for an explorer: an engine that carries out what it asks for, and a browser that keeps what it is
// given.
type lab struct {
	t       *testing.T
	g       *explorer
	s       *session.Session
	answers chan protocol.Response
	kept    map[string]string
	saved   map[string]string
	carried int
	id      int
	after   func() // each cell that was carried out
}

func newLab(t *testing.T) *lab {
	l := &lab{t: t, g: newGrid(words.English()), answers: make(chan protocol.Response, 10000), kept: map[string]string{},
		saved: map[string]string{}}
	l.s = &session.Session{Device: cpu.New(), Machine: machine(), Cores: 1,
		Send: func(r protocol.Response, _ []float32) { l.answers <- r }}
	return l
}

// tell lets the explorer hear something, and does what it asks for, until nothing is left to do.
func (l *lab) tell(h heard) {
	l.t.Helper()
	todo := l.g.hear(h)
	for len(todo) > 0 {
		a := todo[0]
		todo = todo[1:]
		switch a.Do {
		case "ask":
			l.s.Handle(*a.Request, nil)
			todo = append(todo, l.listen(protocol.TypeLooked)...)
		case "load":
			todo = append(todo, l.g.hear(heard{Do: "kept", Kept: l.kept})...)
		case "keep":
			l.kept[a.Name] = a.Text
		case "save":
			l.saved[a.Name] = a.Text
		case "carry":
			at, err := link.Parse(a.Hash)
			if err != nil {
				l.t.Fatal(err)
			}
			l.carried++
			l.id++
			l.s.Handle(protocol.Request{Type: protocol.TypeRun, ID: l.id, Spec: &at.Spec}, nil)
			todo = append(todo, l.listen(protocol.StateIdle)...)
			if l.after != nil {
				l.after()
			}
		}
	}
}

// listen lets the explorer hear the engine, up to an answer of this type, or the idle state.
func (l *lab) listen(until string) (todo []asked) {
	l.t.Helper()
	for {
		select {
		case r := <-l.answers:
			text, err := json.Marshal(r)
			if err == nil {
				err = r.Check()
			}
			if err != nil {
				l.t.Fatal(err)
			}
			todo = append(todo, l.g.hear(heard{Do: "engine", Said: text})...)
			if r.Type == until || r.ID == lookID && r.Error != nil || r.Type == protocol.TypeState && r.State == until {
				return todo
			}
		case <-time.After(time.Minute):
			l.t.Fatal("the engine says nothing")
		}
	}
}

func specOf(t *testing.T, file string) spec.Spec {
	t.Helper()
	sp, err := spec.Parse([]byte(read(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	return sp
}

func exploreTiny(t *testing.T, l *lab) {
	t.Helper()
	sp := specOf(t, tiny)
	l.g.set["weight"], l.g.set["epochs"] = "0, 0.5, 5", "1, 2"
	l.tell(heard{Do: "open", Hash: "#" + link.Link{Spec: sp}.Hash(), Lang: "en"})
	if l.g.wrong != nil {
		t.Fatal(l.g.wrong)
	}
}

// The grid of a page has the cells of cosinelab sweep, by name, and its numbers, to the last bit, in every format.
// What was kept is not computed again.
func TestTheGridOfThePageIsTheSweepOfTheCommand(t *testing.T) {
	l := newLab(t)
	exploreTiny(t, l)
	if v := l.g.view(); v.All != 8 || v.Done != 0 || len(v.Maps) != 1 || !strings.Contains(v.Maps[0].Count, "0 of 4 cells run") {
		t.Fatalf("%+v", v)
	}
	l.after = func() {
		if l.carried == 2 { // the third has been asked for already
			l.g.hear(heard{Do: "stop"})
		}
	}
	l.tell(heard{Do: "run"})
	if l.carried != 3 || len(l.kept) != 3 || l.g.running {
		t.Fatalf("%d cells were carried out, %d are kept, running %v, failed %v", l.carried, len(l.kept), l.g.running, l.g.failed)
	}

	again := newLab(t) // as after a reload
	again.kept = l.kept
	exploreTiny(t, again)
	if v := again.g.view(); v.Done != 3 {
		t.Fatalf("%d cells were found again", v.Done)
	}
	again.tell(heard{Do: "run"})
	if again.carried != 5 || again.g.running || len(again.g.failed) > 0 {
		t.Fatalf("%d cells were carried out, failed %v", again.carried, again.g.failed)
	}

	out := filepath.Join(t.TempDir(), "out")
	for _, format := range append([]string{"sweep"}, formats...) {
		again.tell(heard{Do: "save", Name: format})
	}
	file := write(t, "sweep.json", again.saved[sweepFile])
	for i, format := range formats {
		want := do(t, "sweep", file, "-out", out, "-format", format).must(t).out
		if got := again.saved["map"+endings[i]]; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", format, got, want)
		}
	}
	for _, c := range again.g.cells {
		if !strings.Contains(read(t, out, planFile), c.Name) {
			t.Errorf("the command has no cell %s", c.Name)
		}
	}
	again.tell(heard{Do: "save", Name: "report"})
	do(t, "report", out).must(t)
	if page := again.saved[documentFile]; !strings.Contains(page, "by chance alone") || !strings.Contains(page, "<svg") {
		t.Error("the report has no map")
	}
}

// A place of the grid leads to its experiment, with all seeds.
func TestACellOfTheGridIsAnExperiment(t *testing.T) {
	l := newLab(t)
	exploreTiny(t, l)
	var m spec.Map
	for _, x := range l.g.shown.maps(l.g.cells) {
		m = x
	}
	for y, weight := range []float64{0, 0.5, 5} {
		for x, epochs := range []int{1, 2} {
			todo := l.g.hear(heard{Do: "cell", At: l.g.number(m.Cells[y][x].At)})
			at, err := link.Parse(todo[0].Hash)
			if err != nil || todo[0].Do != "open" || at.Spec.Train.Epochs != epochs || len(at.Spec.Seeds) != 2 {
				t.Fatalf("%+v, %v", todo, err)
			}
			for _, a := range at.Spec.Arms {
				if a.Name == at.Spec.Examined() && a.Objective.Weight != weight {
					t.Errorf("weight %v, want %v", a.Objective.Weight, weight)
				}
			}
		}
	}
}

// A share of the training part is that of the series, which the engine describes.
func TestTheGridTakesSharesOfTheTrainingPart(t *testing.T) {
	l := newLab(t)
	exploreTiny(t, l)
	l.tell(heard{Do: "set", Name: "weight", Value: "5"})
	l.tell(heard{Do: "set", Name: "share", Value: "0.1, 0.5"})
	if l.g.wrong != nil || len(l.g.cells) != 2*2*2 {
		t.Fatalf("%d cells, %v", len(l.g.cells), l.g.wrong)
	}
	set, err := datasets.Builtin("builtin/server", l.g.base.Data.Seed)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range l.g.cells {
		if rows := set.Train.Rows; c.Spec.Data.Train.To != rows || c.Spec.Data.Train.From < rows/3 {
			t.Errorf("%s trains on %v of %d", c.Name, c.Spec.Data.Train, rows)
		}
		if _, err := experiment.Prepare(c.Spec, set); err != nil {
			t.Error(err)
		}
	}
	for field, text := range map[string]string{"share": "2", "weight": "much", "epochs": "0", "seeds": "", "sets": "builtin/none"} {
		l := newLab(t)
		exploreTiny(t, l)
		l.tell(heard{Do: "set", Name: field, Value: text})
		if field != "seeds" && (l.g.wrong == nil || l.g.view().Wrong == "" || l.g.view().CanRun) {
			t.Errorf("%s %q is not refused", field, text)
		}
	}
}

// Metrics and arms are those that a person chooses; the maps follow.
func TestTheMapShowsTheMetricAndArmsThatAreChosen(t *testing.T) {
	l := newLab(t)
	exploreTiny(t, l)
	l.tell(heard{Do: "run"})
	before := l.g.view().Maps[0]
	l.tell(heard{Do: "choose", Name: "metric", Value: "auroc"})
	l.tell(heard{Do: "choose", Name: "rows", Value: "train.epochs"})
	after := l.g.view().Maps[0]
	if before.Title == after.Title || len(after.Lines) != 2 || after.Rows != "epochs" || len(before.Lines) != 3 {
		t.Errorf("%+v\n%+v", before, after)
	}
	l.tell(heard{Do: "speak", Lang: "ko"})
	if v := l.g.view(); !strings.Contains(v.Maps[0].Count, "우연만으로도") || v.Fields[0].Label != "가중치" {
		t.Errorf("%+v", v.Maps[0])
	}
}
