package session

import (
	"io"
	"math"
	"strings"
	"testing"

	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
)

// Files of one name are told apart by the number under which the page keeps them: scores are never shown over
// a series that they are not of, and a broken file leaves the good one where it was.
func TestFilesOfOneNameAreToldApart(t *testing.T) {
	p := newPage(t)
	other := strings.ReplaceAll(rowsOf(t, pump()), "903", "803")
	open := func(drop int, content string) {
		t.Helper()
		d := data()
		p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d, Drop: drop, Files: []string{"table.csv"}},
			file("table.csv", content))
	}
	look := func() (input, score float32) {
		t.Helper()
		got := p.view(protocol.View{Range: steps.Range{To: 43}, Width: 1, Lines: []protocol.Line{
			{Kind: protocol.LineInput, Channel: 1}, {Kind: protocol.LineScore, Arm: "alone", Seed: 1}}})
		return got[1], got[4]
	}
	open(1, rowsOf(t, pump()))
	p.wait(protocol.TypeData)
	s := small()
	p.post(protocol.Request{Type: protocol.TypeRun, Spec: &s, Drop: 1})
	p.state(protocol.StateIdle)
	if input, score := look(); input < 900 || math.IsNaN(float64(score)) {
		t.Errorf("after the run: %v, %v", input, score)
	}
	open(2, "a,b\n1,2\n3\n")
	p.fails(p.id, "data", "", "table.csv:3")
	if input, score := look(); input < 900 || math.IsNaN(float64(score)) {
		t.Errorf("after a broken file of that name: %v, %v", input, score)
	}
	open(3, other)
	p.wait(protocol.TypeData)
	if input, score := look(); input >= 900 || !math.IsNaN(float64(score)) {
		t.Errorf("over another file of that name: %v, %v", input, score)
	}
	open(1, rowsOf(t, pump()))
	p.wait(protocol.TypeData)
	if input, score := look(); input < 900 || math.IsNaN(float64(score)) {
		t.Errorf("back at the first: %v, %v", input, score)
	}
	s = small()
	p.fails(p.post(protocol.Request{Type: protocol.TypeRun, Spec: &s, Drop: 3}), "data", "", "no file")
}

func rowsOf(t *testing.T, f datasets.File) string {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
