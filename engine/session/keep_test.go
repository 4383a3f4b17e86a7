package session

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// keeping is opened, by a page that keeps checkpoints.
func keeping(t *testing.T) (*page, map[string][]byte) {
	p, kept := opened(t), map[string][]byte{}
	p.session.Keep = func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		kept[name] = b.Bytes()
		return err
	}
	return p, kept
}

func checkpoints(kept map[string][]byte) (files []datasets.File) {
	for name, b := range kept {
		files = append(files, file(name, string(b)))
	}
	return files
}

// outcome waits for the report and returns it without timings, and the number of epochs that were trained for
// it.
func (p *page) outcome() (report string, epochs int) {
	p.t.Helper()
	m, before := p.wait(protocol.TypeReport)
	for _, b := range before {
		epochs += b.epochs("")
	}
	text, err := json.Marshal(m.Report.WithoutTimings())
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text), epochs
}

// A session goes on from what another one has had kept: in the middle of a training run, and when all were
// done.
func TestAnotherSessionGoesOnFromTheCheckpoints(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeRun, small())
	want, _ := p.outcome()

	p, kept := keeping(t)
	p.run(protocol.TypeStep, small())
	p.step()
	p.post(protocol.Request{Type: protocol.TypeStop})
	p.state(protocol.StateIdle)

	s, files := small(), checkpoints(kept)
	p, kept = keeping(t)
	p.post(protocol.Request{Type: protocol.TypeStep, Spec: &s}, files...)
	if e := p.step(); e.Step != 2 {
		t.Errorf("goes on with step %d, want 2", e.Step)
	}
	p.post(protocol.Request{Type: protocol.TypeContinue})
	if got, _ := p.outcome(); got != want {
		t.Errorf("the report is\n%s\nof one session\n%s", got, want)
	}

	files = checkpoints(kept)
	p, _ = keeping(t)
	p.post(protocol.Request{Type: protocol.TypeRun, Spec: &s}, files...)
	if got, epochs := p.outcome(); got != want || epochs != 0 {
		t.Errorf("trained for %d epochs more, the report is\n%s\nbefore\n%s", epochs, got, want)
	}
}

// A checkpoint that is none ends the run with its name, and nothing is reported.
func TestACheckpointThatCannotBeReadIsSaid(t *testing.T) {
	p, _ := keeping(t)
	s := small()
	s.Arms = slices.DeleteFunc(s.Arms, func(a spec.Arm) bool { return a.Control != spec.ControlNone })
	id := p.post(protocol.Request{Type: protocol.TypeRun, Spec: &s},
		file("seed1-arm0.safetensors", "nothing"))
	p.fails(id, "run", "", "seed1-arm0.safetensors: checkpoint")
}

// What the page has kept of one experiment is nothing for another to go on from.
func TestACheckpointOfAnotherExperimentIsSaid(t *testing.T) {
	p, kept := keeping(t)
	p.run(protocol.TypeRun, small())
	p.outcome()
	files := checkpoints(kept)
	p, _ = keeping(t)
	s := small()
	s.Train.Rate *= 2
	id := p.post(protocol.Request{Type: protocol.TypeRun, Spec: &s}, files...)
	p.fails(id, "run", "", "checkpoint: of another spec")
}
