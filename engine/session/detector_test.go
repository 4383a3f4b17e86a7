package session

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// withFiles is a page that receives files; they come with messages of TypeFile, as bytes in got.
func withFiles(p *page) (got map[string][]byte) {
	got = map[string][]byte{}
	p.session.SendFile = func(r protocol.Response, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		if err == nil {
			got[r.Name] = b.Bytes()
			p.sent <- message{Response: r}
		}
		return err
	}
	return got
}

// trained is a page whose small experiment is over.
func trained(t *testing.T) (*page, map[string][]byte, *spec.Report) {
	p := opened(t)
	got := withFiles(p)
	p.run(protocol.TypeRun, small())
	m, _ := p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	return p, got, m.Report
}

// later is new data of the kind of pump, without labels, in another order of columns: rows of its test part.
func later(rows int) datasets.File {
	var b strings.Builder
	b.WriteString("b,a\n")
	for t := 60; t < 60+rows; t++ {
		a := 50.0
		if t == 60+spike {
			a = 900
		}
		fmt.Fprintf(&b, "%v,%d\n", a+float64(t%5), t%7)
	}
	return file("later.csv", b.String())
}

// scoredAll waits until all new data are scored.
func (p *page) scoredAll() *protocol.Scored {
	p.t.Helper()
	for {
		m, _ := p.wait(protocol.TypeScored)
		if err := m.Check(); err != nil {
			p.t.Fatal(err)
		}
		if m.Scored.Done {
			return m.Scored
		}
	}
}

func TestADetectorGoesOutAsAFileAndScoresNewDataAlike(t *testing.T) {
	p, got, report := trained(t)
	run := report.Arms[1].Runs[0]
	p.post(protocol.Request{Type: protocol.TypeDetector, Of: &protocol.Of{Arm: "alone", Seed: 1}})
	m, _ := p.wait(protocol.TypeFile)
	detector := file(m.Name, string(got[m.Name]))

	p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{Of: &protocol.Of{Arm: "alone",
		Seed: 1}}}, later(43))
	byRun := p.scoredAll()
	p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{}}, detector, later(43))
	byFile := p.scoredAll()
	a, _ := json.Marshal(byRun)
	b, _ := json.Marshal(byFile)
	if !bytes.Equal(a, b) {
		t.Errorf("by the run %s, by its file %s", a, b)
	}
	if byFile.Steps != 43 || byFile.Scored != 40 || byFile.Count != len(run.Alarms) {
		t.Errorf("%d of %d rows with scores, %d alarms, want 40 of 43, %d", byFile.Scored, byFile.Steps,
			byFile.Count, len(run.Alarms))
	}
	for i, alarm := range byFile.Alarms {
		if alarm.Range != run.Alarms[i] || alarm.Peak != run.Peaks[i] {
			t.Errorf("alarm %d at %v with %v, the run has %v with %v", i, alarm.Range, alarm.Peak, run.Alarms[i],
				run.Peaks[i])
		}
	}
	if o := byFile.Outside; len(o) != 1 || o[0].Channel != 1 || o[0].First != spike || o[0].Steps != 1 {
		t.Errorf("outside %+v, want channel 1 in step %d", o, spike)
	}
	view := protocol.View{Width: 40, Lines: []protocol.Line{{}}, Scored: true}
	view.To = 43
	p.post(protocol.Request{Type: protocol.TypeView, View: &view})
	series, _ := p.wait(protocol.TypeSeries)
	if len(series.values) != 120 || math.IsNaN(float64(series.values[0])) {
		t.Errorf("%d values of the scores, the first %v", len(series.values), series.values[:1])
	}
}

// The files of scores and alarms of new data and of the run say the same.
func TestScoresAndAlarmsAreExported(t *testing.T) {
	p, got, _ := trained(t)
	of := &protocol.Of{Arm: "alone", Seed: 1}
	p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{Of: of}}, later(40))
	p.scoredAll()
	export := func(e protocol.Export) string {
		t.Helper()
		p.post(protocol.Request{Type: protocol.TypeExport, Export: &e})
		m, _ := p.wait(protocol.TypeFile)
		return string(got[m.Name])
	}
	scores := export(protocol.Export{What: protocol.ExportScores})
	if want := export(protocol.Export{What: protocol.ExportScores, Of: of}); scores != want {
		t.Errorf("scores of new data\n%.300s\nof the run\n%.300s", scores, want)
	}
	rows, err := csv.NewReader(strings.NewReader(export(protocol.Export{What: protocol.ExportAlarms,
		Format: "csv"}))).ReadAll()
	if err != nil || len(rows) < 2 || rows[1][4] == "" {
		t.Errorf("alarms %v, error %v", rows, err)
	}
	for _, format := range []string{"json", "nab"} {
		var any any
		if err := json.Unmarshal([]byte(export(protocol.Export{What: protocol.ExportAlarms, Of: of,
			Format: format})), &any); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
	id := p.post(protocol.Request{Type: protocol.TypeExport, Export: &protocol.Export{What: "nothing"}})
	p.fails(id, "export", "", "alarms")
	id = p.post(protocol.Request{Type: protocol.TypeExport, Export: &protocol.Export{What: protocol.ExportAlarms,
		Of: of, Format: "xml"}})
	p.fails(id, "export", "", "csv")
}

func TestNewDataThatDoNotFitAreRefusedInWords(t *testing.T) {
	p, _, _ := trained(t)
	of := &protocol.Of{Arm: "alone", Seed: 1}
	score := func(s *protocol.Score, files ...datasets.File) int {
		return p.post(protocol.Request{Type: protocol.TypeScore, Score: s}, files...)
	}
	p.fails(p.post(protocol.Request{Type: protocol.TypeExport, Export: &protocol.Export{What: "alarms",
		Format: "csv"}}), "export", "", "no new data")
	for want, id := range map[string]func() int{
		"missing: b. What it does not know: c": func() int {
			return score(&protocol.Score{Of: of}, file("other.csv", "a,c\n1,2\n3,4\n"))
		},
		"words.csv:3: column 1 (b)": func() int {
			return score(&protocol.Score{Of: of}, file("words.csv", "b,a\n1,2\nx,4\n"))
		},
		"0 data files": func() int { return score(&protocol.Score{Of: of}) },
		"is no .detector": func() int {
			return score(&protocol.Score{}, file("later.detector", "not a zip"), later(9))
		},
		"there is no detector of it": func() int {
			return score(&protocol.Score{Of: &protocol.Of{Arm: "random", Seed: 1}}, later(9))
		},
	} {
		p.fails(id(), "score", "", want)
	}
	p.fails(p.post(protocol.Request{Type: protocol.TypeDetector}), "detector", "", "names no run")
	p.fails(p.post(protocol.Request{Type: protocol.TypeDetector, Of: &protocol.Of{Arm: "alone", Seed: 9}}),
		"detector", "", "no detector")
}

// A request to score ends the one before it; of that one nothing more is heard.
func TestAnotherRequestToScoreEndsTheOneBefore(t *testing.T) {
	p, _, _ := trained(t)
	of := &protocol.Of{Arm: "alone", Seed: 1}
	first := p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{Of: of}}, later(200_000))
	second := p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{Of: of}}, later(40))
	for {
		m, _ := p.wait(protocol.TypeScored)
		if m.ID == first && m.Scored.Done {
			t.Error("the first request went on")
		}
		if m.ID == second && m.Scored.Done {
			break
		}
	}
	p.post(protocol.Request{Type: protocol.TypeScore})
}

// A detector that comes alone says what it wants, and scores the data that come next.
func TestADetectorAloneIsOpenedForTheDataThatFollow(t *testing.T) {
	p, got, _ := trained(t)
	p.post(protocol.Request{Type: protocol.TypeDetector, Of: &protocol.Of{Arm: "alone", Seed: 1}})
	m, _ := p.wait(protocol.TypeFile)
	p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{}}, file(m.Name, string(got[m.Name])))
	said, _ := p.wait(protocol.TypeScored)
	if d := said.Scored.Detector; !said.Scored.Done || said.Scored.Steps != 0 || d.Arm != "alone" || len(d.Channels) == 0 || d.Window == 0 {
		t.Fatalf("it says %+v", said.Scored)
	}
	const rows = 200
	id := p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{}}, later(rows))
	for {
		m, _ := p.wait(protocol.TypeScored)
		if m.ID == id && m.Scored.Done {
			if m.Scored.Steps != rows || m.Scored.Scored == 0 {
				t.Errorf("%+v", m.Scored)
			}
			break
		}
	}
	p.post(protocol.Request{Type: protocol.TypeScore}) // forgets it
	p.fails(p.post(protocol.Request{Type: protocol.TypeScore, Score: &protocol.Score{}}, later(rows)), "score", "", "no .detector")
}

func TestATeachersFileIsReadAndUsed(t *testing.T) {
	p, got, _ := trained(t)
	p.post(protocol.Request{Type: protocol.TypeDetector, Of: &protocol.Of{Arm: "alone", Seed: 1}})
	m, _ := p.wait(protocol.TypeFile)
	teacher := file(m.Name, string(got[m.Name]))

	s := small()
	s.Teacher.Epochs, s.Teacher.Weights = 0, m.Name
	s.Arms = append(s.Arms, spec.Arm{Name: "cosine", Objective: spec.Objective{Kind: spec.ObjectiveCosine,
		Weight: 1, Axis: spec.AxisChannel, Schedule: spec.WeightConstant}})
	p.fails(p.run(protocol.TypeRun, s), "run", "", "no such file")
	p.state(protocol.StateIdle)

	ask := func(s spec.Spec, files ...datasets.File) *protocol.Teacher {
		p.post(protocol.Request{Type: protocol.TypeTeacher, Spec: &s}, files...)
		m, _ := p.wait(protocol.TypeTaught)
		return m.Teacher
	}
	if expects := ask(s); len(expects.Expects) == 0 || len(expects.Wrong) > 0 || expects.File != "" {
		t.Errorf("without a file: %+v", expects)
	}
	other := s
	other.Teacher.DModel = 8
	if wrong := ask(other, teacher).Wrong; len(wrong) == 0 || wrong[0].Key != "tensor-shape" {
		t.Errorf("a larger teacher: %v, want another shape", wrong)
	}
	if fits := ask(s, teacher); len(fits.Wrong) > 0 {
		t.Fatalf("the teacher does not fit: %v", fits.Wrong)
	}
	p.run(protocol.TypeRun, s)
	report, _ := p.wait(protocol.TypeReport)
	if report.Report.Teachers[0].Weights != m.Name || report.Report.Failures() > 0 {
		t.Errorf("teachers %+v", report.Report.Teachers)
	}
	p.state(protocol.StateIdle)
	id := p.post(protocol.Request{Type: protocol.TypeTeacher, Spec: &s}, file("teacher.safetensors", "not one"))
	p.fails(id, "teacher", "", "safetensors")
}
