//go:build js

// Command bench is the page of measurements.
package main

import (
	"syscall/js"

	"github.com/hexops/vecty"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui"
	"cosinelab/ui/bench"
	"cosinelab/wasm/tab"
)

// measurements is the page that times its engine; drawn as in lab.
type measurements struct {
	state  *bench.State
	page   *ui.BenchPage
	engine *tab.Engine
	drawn  bool
}

func main() {
	browser := js.Global().Get("navigator").Get("userAgent").String()
	m := &measurements{state: bench.New(ui.Spoken(), browser,
		js.Global().Get("location").Get("hash").String())}
	m.page = &ui.BenchPage{State: m.state, Send: m.send, Drawn: func() {
		tab.Mark("page ready")
		m.state.Update(bench.Drawn{Ms: tab.SinceStart()})
		m.drawn = true
	}}
	m.engine = tab.StartEngine(func(r protocol.Response,
		_ []float32) {
		m.send(bench.Answer{Response: r, Ms: tab.SinceStart()})
	},
		nil, // what is measured has no checkpoints
		func(why error) { m.send(bench.Lost{Why: fault.Of(why)}) })
	m.page.Listen()
	vecty.RenderBody(m.page) // which does not return
}

// send does for this page what lab.send does for the lab.
func (m *measurements) send(message bench.Message) {
	if language, ok := message.(bench.SetLanguage); ok {
		ui.WhenSpoken(language.Tag, func() { m.update(message) })
		return
	}
	m.update(message)
}

func (m *measurements) update(message bench.Message) {
	for _, e := range m.state.Update(message) {
		m.do(e)
	}
	if m.drawn {
		vecty.Rerender(m.page)
	}
}

// do carries out what the state asks for.
func (m *measurements) do(effect bench.Effect) {
	switch e := effect.(type) {
	case bench.Post:
		if err := m.engine.Post(e.Request); err != nil {
			m.send(bench.Lost{Why: fault.Of(err)})
		}
	case bench.Copy:
		tab.CopyText(e.Text, func(ok bool) { m.send(bench.Copied{OK: ok}) })
	case bench.Download:
		ui.Download(e.Name, e.Text)
	case bench.SwitchTheme:
		ui.SwitchTheme()
	case bench.RememberLanguage:
		ui.Speak(e.Tag, "bench-title")
	}
}
