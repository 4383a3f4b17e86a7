package session

import (
	"encoding/json"
	"runtime"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// Whatever a page asks, the session answers in words what it cannot do, and goes on: then it opens a table
// and stops what there is to stop.
func FuzzRequest(f *testing.F) {
	s, d := small(), data()
	for _, r := range []protocol.Request{
		{Type: protocol.TypeOpen, Data: &d, Files: []string{"table.csv"}, Drop: 1},
		{Type: protocol.TypeRun, Spec: &s, Workers: 3}, {Type: protocol.TypeStep, Spec: &s, Drop: -1},
		{Type: protocol.TypeView, View: &protocol.View{Range: steps.Range{To: 43}, Width: 9,
			Lines: []protocol.Line{{Kind: protocol.LineScore, Arm: "alone", Channel: -1}}}},
		{Type: protocol.TypeJudge, Judge: &protocol.Judge{Arm: "alone", Seed: 1}},
		{Type: protocol.TypeJudge, Judge: &protocol.Judge{Arm: "alone", Seed: 1, Threshold: new(0.5), Ranks: 1 << 30,
			Rough: true, Shown: []string{"f1"}, Beside: &protocol.Of{Arm: "random", Seed: 1}}},
		{Type: protocol.TypeRejudge, Detect: &spec.Detect{}},
		{Type: protocol.TypeCurves, Curves: []protocol.Of{{Arm: "alone", Seed: 1}}}, {Type: protocol.TypePause},
		{Type: protocol.TypeDetector, Of: &protocol.Of{Arm: "alone", Seed: 1}},
		{Type: protocol.TypeScore, Score: &protocol.Score{Of: &protocol.Of{Arm: "alone", Seed: 1}},
			Files: []string{"table.csv"}},
		{Type: protocol.TypeScore, Score: &protocol.Score{}, Files: []string{"pump.detector", "table.csv"}},
		{Type: protocol.TypeExport, Export: &protocol.Export{What: protocol.ExportAlarms, Format: "nab"}},
		{Type: protocol.TypeTeacher, Spec: &s, Files: []string{"pump.detector"}},
		{Type: protocol.TypeBench, Bench: &protocol.Bench{Only: []string{"nothing"}}}, {Type: protocol.TypeReset}} {
		text, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), true)
		f.Add(string(text), false)
	}
	f.Fuzz(func(t *testing.T, text string, opened bool) {
		var r protocol.Request
		if json.Unmarshal([]byte(text), &r) != nil || r.Bench != nil && r.Bench.Runs > 0 ||
			r.Spec != nil && large(*r.Spec) {
			return
		}
		said := make(chan protocol.Response, 1<<16)
		s := &Session{Device: cpu.New(), Machine: "test", Yield: runtime.Gosched,
			Send: func(r protocol.Response, _ []float32) { said <- r }}
		hear := func(until func(protocol.Response) bool) {
			for r := range said {
				if r.Error != nil && words.English().Error(r.Error.Fault) == "" {
					t.Errorf("an error without words: %+v", r.Error)
				}
				if err := r.Check(); err != nil {
					t.Errorf("%+v: %v", r, err)
				}
				if until(r) {
					return
				}
			}
		}
		open := protocol.Request{Type: protocol.TypeOpen, ID: 1 << 30, Data: &d, Drop: 1}
		isOpen := func(r protocol.Response) bool { return r.ID == open.ID && r.Type == protocol.TypeData }
		if opened {
			s.Handle(open, []datasets.File{pump()})
			hear(isOpen)
		}
		var files []datasets.File
		for range min(len(r.Files), 3) {
			files = append(files, pump())
		}
		if r.ID == open.ID {
			r.ID = 0
		}
		s.Handle(r, files)
		s.Handle(protocol.Request{Type: protocol.TypeStop}, nil)
		hear(func(r protocol.Response) bool { return r.State == protocol.StateIdle })
		s.Handle(open, []datasets.File{pump()})
		hear(isOpen)
	})
}

// large tells whether a spec takes long until it hears of a stop, or much memory.
func large(s spec.Spec) bool {
	sizes := []int{s.Data.Window, len(s.Arms), len(s.Seeds)}
	models := []spec.Model{s.Teacher.Model, s.Student}
	for _, a := range s.Arms {
		if a.Student != nil {
			models = append(models, *a.Student)
		}
	}
	for _, m := range models {
		for k := range spec.Each(spec.SizeCount) {
			sizes = append(sizes, *m.Size(k))
		}
	}
	for _, n := range sizes {
		if n > 64 {
			return true
		}
	}
	return false
}
