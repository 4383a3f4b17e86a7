package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// progress shows what is under way: lines, and on a terminal a bar below them for each thing, which goes
// with its end.
type progress struct {
	out io.Writer
	w   *words.Language

	mu   sync.Mutex    // guards what follows
	bars *mpb.Progress // nil = not on a terminal
	live map[string]*bar
}

// bar is one thing under way.
type bar struct {
	*mpb.Bar
	text atomic.Pointer[string] // beside it; the bar is drawn whenever it likes
}

func newProgress(a *app) *progress {
	p := &progress{out: a.errOut, w: a.w, live: map[string]*bar{}}
	if a.terminal {
		p.bars = mpb.New(mpb.WithOutput(a.errOut), mpb.WithAutoRefresh())
	}
	return p
}

// barParts are those in which a bar grows.
const barParts = 1000

// show draws the bar of a thing, of which a share is done, with a text beside it.
func (p *progress) show(thing string, share float64, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bars == nil {
		return
	}
	b := p.live[thing]
	if b == nil {
		b = &bar{}
		b.text.Store(&text)
		beside := decor.Any(func(decor.Statistics) string { return " " + *b.text.Load() })
		style := mpb.BarStyle().Lbound("[").Filler("=").Tip("=").Padding(" ").Rbound("]")
		b.Bar = p.bars.New(barParts, style, mpb.BarWidth(26), mpb.BarFillerTrim(),
			mpb.AppendDecorators(beside))
		p.live[thing] = b
	}
	b.text.Store(&text)
	b.SetCurrent(int64(min(share, 0.999) * barParts)) // a full bar would stay
}

// done takes a bar away.
func (p *progress) done(thing string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.live[thing]; b != nil {
		b.Abort(true)
		delete(p.live, thing)
	}
}

// line prints a line of its own above the bars.
func (p *progress) line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bars != nil {
		fmt.Fprintln(p.bars, text)
	} else {
		fmt.Fprintln(p.out, text)
	}
}

// end takes all bars away. What is printed after it are lines.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bars == nil {
		return
	}
	for _, b := range p.live {
		b.Abort(true)
	}
	p.bars.Wait()
	p.bars = nil
}

// event shows that of a run.
func (p *progress) event(e spec.Event) {
	if e.Arm != "" {
		p.done(p.training("", e.Seed))
	}
	training := p.training(e.Arm, e.Seed)
	place := p.w.Say("cli-run-place", e.Run+1, e.Runs, training)
	switch {
	case e.EpochDone != nil:
		p.line(p.epochLine(place, e))
	case e.Finished != nil && e.Finished.Failed != nil:
		p.line(p.w.Say("in-place", place, e.Finished.Failed))
	case e.Measured > 0:
		p.show(training, e.Measured, place+", "+p.w.Say("cli-measuring")+p.left(e))
	case e.Steps > 0:
		p.show(training, float64(e.Step)/float64(e.Steps),
			place+", "+p.w.Say("cli-step", e.Step, e.Steps)+p.left(e))
	}
	if e.Finished != nil || e.Taught != nil {
		p.done(training)
	}
}

// training names one: cosine, seed 1.
func (p *progress) training(arm string, seed uint64) string {
	return p.w.Say("status-run", p.who(arm), seed)
}

// who is an arm, or the teacher.
func (p *progress) who(arm string) string {
	if arm == "" {
		return p.w.Say("arm-teacher")
	}
	return arm
}

func (p *progress) epochLine(place string, e spec.Event) string {
	var losses []string
	for _, l := range e.EpochDone.Losses {
		losses = append(losses, partName(p.w, l.Name)+" "+digits(l.Value, 4))
	}
	text := p.w.Say("cli-epoch", place, e.Epoch, e.Epochs, strings.Join(losses, ", "))
	if v := e.EpochDone.Validation; len(v) > 0 {
		text += ", " + p.w.Say("cli-validation", digits(v[0].Value, 4))
	}
	return text + p.left(e)
}

// partName is a part of a loss in words, where there are any for it.
func partName(w *words.Language, name string) string {
	if key := words.Key("part-" + strings.ReplaceAll(name, "_", "-")); w.Has(key) {
		return w.Say(key)
	}
	return name
}

func (p *progress) left(e spec.Event) string {
	if e.Left < 0 {
		return ""
	}
	return ", " + p.w.Say("status-left", p.w.Duration(words.Seconds(e.Left)))
}

// measured shows how much is measured.
func (p *progress) measured(what words.Key) func(done, of int) {
	return func(done, of int) { p.show("", float64(done)/float64(of), p.w.Say(what)) }
}

// lost says that a worker is gone; what it did not finish is computed by the others.
func (p *progress) lost(err error) { p.line(p.w.Say("cli-worker-gone", err)) }
