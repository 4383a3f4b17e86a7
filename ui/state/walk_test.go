package state

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/link"
	"cosinelab/ui/look"
)

// The page is pressed at random while a real engine computes, reads and dies. After every event a model of
// what a person may expect, which is written without looking at how the page does it, has to agree with what
// the page shows; and whenever everything that goes on has come to its end, nothing may still wait.
//
// COSINELAB_PRESSES is how many events there are, in walks of walkLength; a walk that fails is made shorter
// as long as it fails, and its events are named. COSINELAB_WALK takes the number of the first, or of the one to
// repeat.
func TestRandomPresses(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("nothing here knows a browser: natively it takes a tenth of the time")
	}
	presses, first := 400, 0
	if n, err := strconv.Atoi(os.Getenv("COSINELAB_WALK")); err == nil {
		first, presses = n, 1
	}
	if n, err := strconv.Atoi(os.Getenv("COSINELAB_PRESSES")); err == nil {
		presses = n
	}
	for seed := first; presses > 0; seed, presses = seed+1, presses-walkLength {
		events := make([]int, walkLength)
		for i := range events {
			events[i] = i
		}
		if wrong, _ := walked(t, uint64(seed), events); wrong != "" {
			events, wrong, names := shortened(t, uint64(seed), events, wrong)
			t.Fatalf("walk %d: %s\nafter %d events:\n%s", seed, wrong, len(events), strings.Join(names, "\n"))
		}
	}
}

// walkLength is how many events a walk has.
const walkLength = 100

// shortened leaves out what a walk fails without.
func shortened(t *testing.T, seed uint64, events []int, wrong string) ([]int, string, []string) {
	_, names := walked(t, seed, events)
	for size := len(events) / 2; size > 0; size /= 2 {
		for at := 0; at < len(events); {
			less := slices.Concat(events[:at], events[min(len(events), at+size):])
			if w, n := walked(t, seed, less); w != "" {
				events, wrong, names = less, w, n
			} else {
				at += size
			}
		}
	}
	return events, wrong, names
}

// walked takes a walk of these events, and returns what was wrong first, empty for nothing, and what the
// events were.
func walked(t *testing.T, seed uint64, events []int) (wrong string, names []string) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab()
		defer func() {
			l.engine.die()
			if r := recover(); r != nil {
				wrong = fmt.Sprintf("panic: %v", r)
				if _, ours := r.(failure); !ours {
					wrong += "\n" + string(debug.Stack())
				}
			}
		}()
		for _, i := range events {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			names = append(names, l.event(r))
		}
		l.press(KeyStop)
		l.settle()
	})
	return wrong, names
}

// failure is what the page does otherwise than the model.
type failure string

// want fails the walk unless something holds.
func want(ok bool, format string, args ...any) {
	if !ok {
		panic(failure(fmt.Sprintf(format, args...)))
	}
}

// lab joins a page's state with an engine as the command of this name does, and knows what a person knows.
type lab struct {
	state   *State
	engine  *engine
	served  fstest.MapFS
	drops   []dropKind
	kept    map[string]datasets.File
	entries []string // of the browser's history
	at      int
	links   []string // that were shown once
	copied  string

	mode   Mode            // where a person thinks that the run control stands
	plans  map[int]planned // what is asked to be known of before it is trained, by request
	begun  *spec.Spec      // of the run that was started last and not forgotten
	drop   int             // whose files it was started with
	broken bool            // the engine died in it
	halted bool            // a person has stopped it
	told   *spec.Report
}

// dropKind is one drop, with its files.
type dropKind struct {
	name  string
	good  bool
	files []datasets.File
}

// tiny is an experiment that takes milliseconds.
func tiny() spec.Spec {
	s := spec.Default()
	s.Data.Window, s.Data.Stride = 10, 10
	s.Data.Train, s.Data.Test = steps.Range{To: 200}, steps.Range{To: 100}
	s.Teacher = spec.Teacher{Model: spec.Model{Kind: spec.ModelTransformer, DModel: 4, Heads: 2, Layers: 1,
		DFF: 4}, Epochs: 1}
	s.Student = s.Teacher.Model
	s.Arms = slices.DeleteFunc(slices.Clone(s.Arms), func(a spec.Arm) bool { return a.Kind() == look.MSE })
	s.Train.Epochs, s.Train.Patience, s.Train.Batch, s.Seeds = 2, 0, 4, []uint64{1}
	return s
}

func newLab() *lab {
	l := &lab{served: fstest.MapFS{}, kept: map[string]datasets.File{}}
	file, err := table("served.csv", "s", 131, "").Open()
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		panic(err)
	}
	l.served["served.csv"] = &fstest.MapFile{Data: text}
	l.open(link.Link{Spec: tiny()}.Hash())
	l.send(Resize{Width: 300})
	return l
}

// open loads the page at an address.
func (l *lab) open(hash string) {
	l.drops = nil
	clear(l.kept)
	l.entries, l.at = append(l.entries, hash), len(l.entries)
	l.load()
}

// load makes a page and an engine; those before are gone.
func (l *lab) load() {
	if l.engine != nil {
		l.engine.die()
	}
	l.mode, l.begun, l.broken, l.halted, l.told, l.drop, l.plans = Loading, nil, false, false, nil, 0, map[int]planned{}
	l.engine = newEngine(l.served)
	s, effects := New(words.English(), "#"+l.entries[l.at], 2)
	l.state = s
	for _, e := range effects {
		l.do(e)
	}
	l.check()
}

// send gives the page a message, does what it asks for, and looks at the page.
func (l *lab) send(m Message) {
	for _, e := range l.state.Update(m) {
		l.do(e)
	}
	l.check()
}

// do is that of the command lab.
func (l *lab) do(effect Effect) {
	switch e := effect.(type) {
	case Post:
		l.post(e.Request, nil)
	case GoOn:
		r := e.Request
		var files []datasets.File
		for name, f := range l.kept {
			r.Files, files = append(r.Files, name), append(files, f)
		}
		l.post(r, files)
	case Forget:
		clear(l.kept)
	case SetHash:
		l.entries[l.at] = e.Hash
	case PushHash:
		l.entries = append(l.entries[:l.at+1], e.Hash)
		l.at++
	case StartEngine:
		l.engine.die()
		l.engine = newEngine(l.served)
		l.mode = Loading
	case Copy:
		l.copied = e.Hash
	}
}

// post sends a request, and notes what begins with it.
func (l *lab) post(r protocol.Request, files []datasets.File) {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	switch r.Type {
	case protocol.TypeOpen, protocol.TypeLook:
		if len(r.Files) > 0 {
			files = l.drops[r.Drop-1].files
		}
	case protocol.TypePlan:
		l.plans[r.ID] = planned{*r.Spec, r.Drop, 0}
	case protocol.TypeRun, protocol.TypeStep:
		if r.Spec == nil {
			break
		}
		want(form.Same(*r.Spec, l.state.Form.Spec), "another experiment is started than is shown")
		begun := *r.Spec
		l.begun, l.drop, l.broken, l.halted, l.told = &begun, r.Drop, false, false, nil
		l.mode = Running
		if r.Type == protocol.TypeStep {
			l.mode = Paused
		}
	}
	if !l.engine.dead() {
		l.engine.asked <- asked{text, files}
	}
}

// hear gives the page the oldest message of its engine; false = there is none.
func (l *lab) hear() bool {
	m, ok := l.engine.hear()
	if !ok || l.engine.dead() {
		return false
	}
	var r protocol.Response
	if err := json.Unmarshal(m.text, &r); err != nil {
		panic(err)
	}
	want(r.Check() == nil, "the engine says %s: %v", m.text, r.Check())
	switch r.Type {
	case protocol.TypeKept:
		l.kept[r.Name] = inMemory(r.Name, string(m.kept))
		return true
	case protocol.TypeReady:
		l.mode = Idle
	case protocol.TypeState:
		switch {
		case r.State == protocol.StateIdle && r.ID >= l.state.Control.began:
			l.mode = Idle
		case r.State == protocol.StateStopping:
			l.mode = Stopping
		}
	case protocol.TypeReport:
		if l.begun != nil {
			l.told = r.Report
		}
	case protocol.TypeRejudged:
		if anew := &l.state.Stack.anew; l.begun != nil && r.ID == anew.id && !anew.stale {
			l.begun.Detect, l.told = r.Report.Spec.Detect, r.Report
		}
	case protocol.TypePlanned:
		// What was trained before is shown as it was judged then, until it is judged as it is set.
		if of, asked := l.plans[r.ID]; asked && r.Report != nil && l.takes(r.ID) {
			of.spec.Detect = r.Report.Spec.Detect
			l.begun, l.drop, l.halted, l.told = &of.spec, of.drop, false, r.Report
		}
	case protocol.TypeError:
		want(r.Error.Where != whereEngine, "the engine has stopped by itself: %v", r.Error.Fault)
	}
	l.send(Answer{r, m.values})
	return true
}

// takes tells whether the results that answer a plan are still wanted: nothing was begun or forgotten meanwhile.
func (l *lab) takes(id int) bool {
	_, asked := l.state.plan.asked[id]
	return asked && l.mode == Idle && id >= l.state.Control.last && l.state.Form.Data != nil
}

// settle lets everything come to its end: whatever is under way is computed and heard, and the slowest worker
// is given up.
func (l *lab) settle() {
	for range 1000 {
		l.engine.compute(1 << 30)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		heard := false
		for l.hear() {
			heard = true
			synctest.Wait()
		}
		if !heard {
			l.checkSettled()
			return
		}
	}
	want(false, "it never comes to an end")
}

// kill ends the engine as a browser does.
func (l *lab) kill() {
	if l.engine.dead() {
		return
	}
	l.engine.die()
	l.broken = l.broken || l.mode == Running || l.mode == Paused
	l.mode = Dead
	l.send(Lost{fault.Of(errKilled)})
}

// press presses a button, as long as it can be pressed.
func (l *lab) press(k Key) {
	bar := l.state.Bar()
	live := l.mode == Running || l.mode == Paused
	switch {
	case k == KeyRun && live && bar.CanRun:
		l.mode = Running + Paused - l.mode
	case k == KeyStep && live && bar.CanStep:
		l.mode = Paused
	case k == KeyStop && live:
		l.mode, l.halted = Stopping, true
	case k == KeyReset && l.begun != nil && bar.CanReset && (l.state.Control.Ask || l.state.Run.Finished() == 0):
		l.begun, l.broken, l.told = nil, false, nil
		if live {
			l.mode = Stopping
		}
	}
	l.send(Press{k})
	if k == KeyCopy {
		want(l.copied == l.state.Hash(), "the copied link is %s, shown is %s", l.copied, l.state.Hash())
	}
}

// goTo is a person who types another address, or goes through the history.
func (l *lab) goTo(hash string, at int) {
	if at == len(l.entries) {
		l.entries = append(l.entries[:l.at+1], hash)
		at = l.at + 1
	}
	l.at = at
	l.send(Follow{"#" + l.entries[l.at]})
}
