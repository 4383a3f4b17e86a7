//go:build js

package main

import (
	"strconv"
	"syscall/js"

	"github.com/hexops/vecty"

	"cosinelab/assets/words"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui"
	"cosinelab/ui/bench"
)

// measurements is the page that times its engine.
type measurements struct {
	state  *bench.State
	page   *ui.BenchPage
	engine *engine
	drawn  bool
}

// runMeasurements shows the page of measurements; the engine is the one of the lab.
func runMeasurements() {
	browser := js.Global().Get("navigator").Get("userAgent").String()
	m := &measurements{state: bench.New(words.English(), browser,
		js.Global().Get("location").Get("hash").String())}
	m.page = &ui.BenchPage{State: m.state, Do: m.do, Drawn: func() {
		mark("page ready")
		m.drawn = true
		m.state.Drawn(sinceStart())
	}}
	m.engine = startEngine(func(r protocol.Response, _ []float32) {
		m.state.Receive(r, sinceStart())
		m.show()
	}, nil, m.lost) // what is measured has no checkpoints
	m.page.Listen()
	vecty.RenderBody(m.page)
}

func (m *measurements) lost(why error) {
	m.state.Lost(m.state.Words.Error(why))
	m.show()
}

func (m *measurements) show() {
	if m.drawn {
		vecty.Rerender(m.page)
	}
}

// do carries out what a person asks for.
func (m *measurements) do(what, value string) {
	switch what {
	case ui.BenchRun:
		m.post(m.state.Start())
	case ui.BenchStop:
		m.post(m.state.Stop())
	case ui.BenchRuns:
		if n, err := strconv.Atoi(value); err == nil {
			m.state.Choose(n)
		}
	case ui.BenchCopy:
		copyText(m.state.JSON(), func(ok bool) {
			m.state.Copied(ok)
			m.show()
		})
	case ui.BenchDownload:
		ui.Download("cosinelab-bench.json", m.state.JSON())
	}
	m.show()
}

func (m *measurements) post(r *protocol.Request) {
	if r == nil {
		return
	}
	if err := m.engine.post(*r); err != nil {
		m.lost(err)
	}
}
