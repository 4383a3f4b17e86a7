package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// progress shows events: a bar that is redrawn on a terminal, a line an epoch elsewhere.
type progress struct {
	w     io.Writer
	bar   bool
	drawn time.Time
	width int // of the line that is on the terminal
}

func newProgress(a *app) *progress { return &progress{w: a.errOut, bar: a.terminal} }

// redraw is the least time between two drawings of the bar.
const redraw = 100 * time.Millisecond

func (p *progress) event(e spec.Event) {
	switch {
	case e.EpochDone != nil:
		p.line(epochLine(e))
	case e.Finished != nil && e.Finished.Failed != nil:
		p.line(fmt.Sprintf("%s: %s", runName(e), words.English().Error(e.Finished.Failed)))
	case p.bar && (e.Steps > 0 || e.Measured > 0) && time.Since(p.drawn) > redraw:
		p.draw(e)
	}
}

func runName(e spec.Event) string {
	who := e.Arm
	if who == "" {
		who = "teacher"
	}
	return fmt.Sprintf("[%d/%d] %s, seed %d", e.Run+1, e.Runs, who, e.Seed)
}

func epochLine(e spec.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, epoch %d of %d:", runName(e), e.Epoch, e.Epochs)
	for _, l := range e.EpochDone.Losses {
		fmt.Fprintf(&b, " %s %.4g", l.Name, l.Value)
	}
	if v := e.EpochDone.Validation; len(v) > 0 {
		fmt.Fprintf(&b, ", validation %.4g", v[0].Value)
	}
	return b.String() + left(e)
}

func left(e spec.Event) string {
	if e.Left < 0 {
		return ""
	}
	return ", " + (time.Duration(e.Left) * time.Second).String() + " left"
}

func (p *progress) draw(e spec.Event) {
	if e.Measured > 0 {
		p.show(fmt.Sprintf("%s %s measured%s", runName(e), bar(e.Measured), left(e)))
		return
	}
	p.show(fmt.Sprintf("%s %s step %d of %d%s", runName(e), bar(float64(e.Step)/float64(e.Steps)), e.Step, e.Steps, left(e)))
}

// bar is a line of which a share is done.
func bar(done float64) string {
	const cells = 24
	full := int(cells * done)
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", cells-full) + "]"
}

// measured shows how much is measured, on a terminal.
func (p *progress) measured(what string) func(done, of int) {
	return func(done, of int) {
		if p.bar && time.Since(p.drawn) > redraw {
			p.show(what + " " + bar(float64(done)/float64(of)))
		}
	}
}

// show puts a text into the place of the last one.
func (p *progress) show(text string) {
	p.drawn = time.Now()
	fmt.Fprintf(p.w, "\r%-*s", p.width, text)
	p.width = len(text)
}

// line prints a line of its own above the bar.
func (p *progress) line(text string) {
	p.end()
	fmt.Fprintln(p.w, text)
}

// lost says that a worker is gone; what it did not finish is computed by the others.
func (p *progress) lost(err error) { p.line(fmt.Sprintf("a worker is gone: %v", err)) }

// end takes the bar away.
func (p *progress) end() {
	if p.width > 0 {
		fmt.Fprintf(p.w, "\r%*s\r", p.width, "")
		p.width = 0
	}
}
