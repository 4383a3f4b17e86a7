//go:build !js

package ui

import (
	"runtime"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/session"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
	"cosinelab/ui/state"
	"cosinelab/ui/vecty"
)

// desk is a page without a browser, with the engine behind it.
type desk struct {
	t     *testing.T
	state *state.State
	sent  chan state.Answer
	to    *session.Session
}

func newDesk(t *testing.T, sp spec.Spec) *desk {
	b := &desk{t: t, sent: make(chan state.Answer, 1<<14)}
	b.to = &session.Session{Device: cpu.New(), Yield: runtime.Gosched, Cores: 1, Send: func(r protocol.Response, values []float32) {
		b.sent <- state.Answer{Response: r, Buckets: values}
	}}
	var effects []state.Effect
	b.state, effects = state.New(words.English(), link.Link{Spec: sp}.Hash(), 0)
	b.carryOut(effects)
	b.to.Ready()
	return b
}

func (b *desk) carryOut(effects []state.Effect) {
	for _, e := range effects {
		if p, ok := e.(state.Post); ok {
			b.to.Handle(p.Request, nil)
		}
	}
}

func (b *desk) send(m state.Message) { b.carryOut(b.state.Update(m)) }

// until hears the engine until something holds.
func (b *desk) until(what string, holds func() bool) {
	b.t.Helper()
	for !holds() {
		select {
		case a := <-b.sent:
			b.send(a)
		case <-time.After(30 * time.Second):
			b.t.Fatalf("no %s", what)
		}
	}
}

// drawings are the figures in a part of the page, rendered.
func drawings(t *testing.T, at vecty.ComponentOrHTML) (all []*drawing, tables int) {
	t.Helper()
	below := func(children []vecty.ComponentOrHTML) {
		for _, c := range children {
			d, n := drawings(t, c)
			all, tables = append(all, d...), tables+n
		}
	}
	switch x := at.(type) {
	case *drawing:
		if x.Class == "" {
			t.Error("a browser takes no class without a name")
		}
		return []*drawing{x}, 0
	case vecty.List:
		below(x)
	case *vecty.HTML:
		if x == nil {
			return nil, 0
		}
		if x.Name == "table" {
			tables++
		}
		below(x.Children)
	}
	return all, tables
}

func TestEveryModelsInsideIsDrawnAndListed(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		t.Run(m.String(), func(t *testing.T) {
			sp := spec.Default()
			sp.Data.Train, sp.Data.Test = steps.Range{To: 300}, steps.Range{To: 200}
			sp.Data.Window, sp.Data.Stride = 20, 20
			sp.Student = spec.Model{Kind: m}
			sp.Teacher.Epochs, sp.Train.Epochs, sp.Seeds = 1, 1, []uint64{1}
			sp.Arms = []spec.Arm{sp.Arms[3], sp.Arms[4]}
			b := newDesk(t, sp)
			b.until("series", b.state.Ready)
			b.send(state.OpenInside{Open: true})
			inside(b.state.Words, b.state.InsideView())
			b.send(state.Cursor{Step: 30})
			b.send(state.Press{Key: state.KeyRun})
			b.until("report", func() bool { return b.state.Run != nil && b.state.Run.Final != nil })
			b.until("look", func() bool { return b.state.InsideView().Told != nil && b.state.InsideView().Epoch == "" })
			v := b.state.InsideView()
			figures := 0
			for _, f := range v.Told.Figures {
				if f.Name != "heads" && f.Name != besideSeries {
					figures++
				}
			}
			all, _ := drawings(t, inside(b.state.Words, v))
			if len(all) != figures || figures < 4 {
				t.Fatalf("%d drawings of %d figures", len(all), figures)
			}
			for _, size := range [][2]float64{{300, 250}, {90, 60}, {10, 10}, {900, 500}} {
				for _, d := range all {
					f := d.Draw(size[0], size[1], 1)
					if size[0] > 200 && (len(f.Paths) == 0 || d.Say == "") {
						t.Errorf("%q draws nothing at %v", d.Say, size)
					}
				}
			}
			b.send(state.Glance{What: state.GlanceTable, Value: "0"})
			if _, tables := drawings(t, inside(b.state.Words, b.state.InsideView())); tables < figures {
				t.Errorf("%d tables of %d figures", tables, figures)
			}
		})
	}
}
