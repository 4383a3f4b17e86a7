//go:build js

// Command lab is the page.
package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall/js"

	"github.com/hexops/vecty"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
	"cosinelab/ui"
	"cosinelab/ui/state"
	"cosinelab/wasm/tab"
)

// lab joins the state, the page and the worker. Everything happens on the one thread of the page: a message
// is done with before the next comes.
type lab struct {
	state   *state.State
	page    *ui.Page
	engine  *tab.Engine
	kept    map[string]js.Value // checkpoints by name, as File objects: browsers move those to the disk
	leaving js.Func             // has the browser ask before it leaves the page
	guarded bool                // it does
	acted   float64             // when a person last did something, in milliseconds from the start
	hands   map[string]any      // what the script of the grid may ask for; nil until there is one
	drawer  *drawer             // nil until the page was rendered once: before, there is nothing to render again
	late    bool                // something happened while the page was rendered for the first time
}

// main shows the lab. The engine is taken over before anything is drawn, since it can get ready meanwhile;
// the listeners stay for the life of the page.
func main() {
	breathe()
	s, effects := state.New(ui.Spoken(), js.Global().Get("location").Get("hash").String(),
		rememberedWorkers())
	l := &lab{state: s, kept: map[string]js.Value{}}
	breathe()
	l.begin()
	l.page = &ui.Page{State: s, Send: l.send, Rest: rest(), Drawn: func() {
		tab.Mark("page ready")
		l.page.Listen()
		l.drawer = newDrawer(l.page, func() { l.update(state.Drawn{}) })
		if l.late {
			l.drawer.now()
		}
		if arrived := js.Global().Get("arrived"); arrived.Truthy() {
			arrived.Invoke() // of chosen.js: does what was pressed before
		}
		if tag := ui.Shown(); tag != l.state.Words.Tag { // pressed meanwhile
			l.send(state.SetLanguage{Tag: tag})
		}
		js.Global().Call("welcome")
	}}
	l.startWorker()
	for _, e := range effects {
		l.do(e)
	}
	js.Global().Call("addEventListener", "hashchange", js.FuncOf(func(js.Value, []js.Value) any {
		l.send(state.Follow{Hash: js.Global().Get("location").Get("hash").String()})
		return nil
	}))
	l.leaving = js.FuncOf(func(_ js.Value, args []js.Value) any {
		args[0].Call("preventDefault")
		return nil
	})
	breathe()
	vecty.RenderBody(l.page)
}

// breathe ends the task of the browser that this goroutine runs in, and goes on in another: whatever waits, such as
// what a person did, comes in between. The page's start is cut by it.
func breathe() {
	done := make(chan struct{})
	next := js.FuncOf(func(js.Value, []js.Value) any {
		close(done)
		return nil
	})
	if scheduler := js.Global().Get("scheduler"); scheduler.Truthy() && scheduler.Get("yield").Truthy() {
		scheduler.Call("yield").Call("then", next)
	} else {
		js.Global().Call("setTimeout", next, 0) // some browsers have nothing that is sooner
	}
	<-done
	next.Release()
}

// longTask is how long a task of the start may last where it can be cut, in milliseconds.
const longTask = 20

// rest returns what breathes where the task of the browser has lasted long enough.
func rest() func() {
	begun := tab.SinceStart()
	return func() {
		if tab.SinceStart()-begun > longTask {
			breathe()
			begun = tab.SinceStart()
		}
	}
}

// begin has the page begin with the recorded run that boot.js has fetched, drawn in the plots of the page that
// stands there until now.
func (l *lab) begin() {
	text := js.Global().Get("recorded")
	if !text.Truthy() {
		return
	}
	run, err := recorded.Read([]byte(text.String()))
	if err != nil {
		js.Global().Get("console").Call("error", "recorded.json: "+err.Error())
		return
	}
	breathe()
	l.state.Record(run, ui.PlotWidth())
}

// promptly is how long after what a person did the engine's answers are drawn at once, in milliseconds: they
// are what the person waits for.
const promptly = 1000

// send hands a message to the state, does what it asks for, and has the page drawn: before the next frame,
// unless it is only news of what the engine does. It is called from the browser's events and must not block.
// A moved cursor, or a threshold that is held, draws only what depends on it.
func (l *lab) send(m state.Message) {
	if language, ok := m.(state.SetLanguage); ok {
		ui.WhenSpoken(language.Tag, func() { l.follow(m) })
		return
	}
	l.follow(m)
}

// follow is send for a message whose words are here.
func (l *lab) follow(m state.Message) {
	l.update(m)
	l.guard()
	_, cursor := m.(state.Cursor)
	_, held := m.(state.Hold)
	answer, answers := m.(state.Answer)
	if !answers {
		l.acted = tab.SinceStart()
	}
	switch {
	case l.drawer == nil:
		l.late = true
	case cursor:
		l.page.FollowCursor()
	case held:
		l.page.FollowThreshold()
	case l.state.Control.Locked() && tab.SinceStart()-l.acted > promptly &&
		(answer.Type == protocol.TypeEvent || answer.Type == protocol.TypeSeries || answer.Type == protocol.TypeInsight):
		l.drawer.news()
	default:
		l.drawer.now()
	}
}

// update hands a message to the state and does what it asks for.
func (l *lab) update(m state.Message) {
	for _, e := range l.state.Update(m) {
		l.do(e)
	}
}

// guard has the browser ask before it leaves the page, as long as that would lose a run and no longer: some
// browsers keep no page that listens for its leaving.
func (l *lab) guard() {
	if unsaved := l.state.Control.Unsaved(); unsaved != l.guarded {
		l.guarded = unsaved
		change := "removeEventListener"
		if unsaved {
			change = "addEventListener"
		}
		js.Global().Call(change, "beforeunload", l.leaving)
	}
}

// do carries out what the state asks for: only here does the page touch the worker, the address and the
// clipboard.
func (l *lab) do(effect state.Effect) {
	switch e := effect.(type) {
	case state.Post:
		var files []any
		switch e.Request.Type {
		case protocol.TypeOpen, protocol.TypeLook, protocol.TypeScore, protocol.TypeTeacher: // a run reads what was opened
			files = l.page.Files(e.Request.Drop)
		}
		l.post(e.Request, files)
	case state.ShowWhere:
		l.showWhere(e)
	case state.GoOn:
		l.goOn(e.Request)
	case state.Forget:
		clear(l.kept)
	case state.SetHash:
		js.Global().Get("history").Call("replaceState", js.Null(), "", "#"+e.Hash)
	case state.PushHash:
		js.Global().Get("history").Call("pushState", js.Null(), "", "#"+e.Hash)
	case state.StartEngine:
		l.startWorker()
	case state.Remember:
		ui.Remember(workersKey, strconv.Itoa(e.Workers))
	case state.RememberLanguage:
		ui.Speak(e.Tag, "title")
	case state.SwitchTheme:
		ui.SwitchTheme()
	case state.CopyText:
		tab.CopyText(e.Text, func(ok bool) { l.send(state.Copied{OK: ok}) })
	case state.Copy:
		before, _, _ := strings.Cut(js.Global().Get("location").Get("href").String(), "#")
		tab.CopyText(before+"#"+e.Hash,
			func(ok bool) { l.send(state.Copied{OK: ok}) })
	}
}

// showWhere hands the experiment to the script of the grid (boot.js fetches it), with what that may ask for.
func (l *lab) showWhere(e state.ShowWhere) {
	do := func(act func(text string)) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			act(args[0].String())
			return nil
		})
	}
	if l.hands == nil {
		l.hands = map[string]any{
			"carry": do(func(hash string) { l.send(state.CarryOut{Hash: hash}) }),
			"press": do(func(key string) { l.send(ui.Click(key)) }),
			"ask":   do(func(request string) { l.engine.Ask(request) }),
		}
	}
	js.Global().Call("explore", e.Hash, e.Drop, l.hands)
}

// workersKey is where the browser keeps the number of workers from visit to visit.
const workersKey = "workers"

// rememberedWorkers is the number that was chosen on this machine; 0 = none was.
func rememberedWorkers() int {
	n, err := strconv.Atoi(ui.Remembered(workersKey))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// startWorker starts the engine; the one before is gone, or goes now. The end of one that has been replaced
// may be heard of as well, and concerns nobody.
func (l *lab) startWorker() {
	l.engine.End()
	var e *tab.Engine
	e = tab.StartEngine(func(r protocol.Response,
		values []float32) {
		l.send(state.Answer{Response: r, Buckets: values})
	},
		func(name string, pieces js.Value) { l.kept[name] = js.Global().Get("File").New(pieces, name) },
		func(why error) {
			if l.engine == e {
				l.send(state.Lost{Why: fault.Of(why)})
			}
		})
	e.Heard = func(ms float64) {
		if l.drawer != nil {
			l.drawer.budget.Message(ms)
		}
	}
	l.engine = e
}

// goOn sends a request to start an experiment with all its checkpoints; sorted, so that names and files have
// one order.
func (l *lab) goOn(r protocol.Request) {
	var files []any
	for _, name := range slices.Sorted(maps.Keys(l.kept)) {
		r.Files = append(r.Files, name)
		files = append(files, l.kept[name])
	}
	l.post(r, files)
}

// post sends a request with the files that it names.
func (l *lab) post(r protocol.Request, files []any) {
	if err := l.engine.Post(r, files...); err != nil {
		l.send(state.Lost{Why: fault.Of(err)})
	}
}
