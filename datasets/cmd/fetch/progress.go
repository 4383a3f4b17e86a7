package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"cosinelab/assets/words"
)

// progress shows what is being downloaded: on a terminal a bar, which goes with its end, and one line a file.
type progress struct {
	out      io.Writer
	w        *words.Language
	terminal bool
	what     string
	bars     *mpb.Progress // nil = nothing is shown
	bar      *mpb.Bar
	text     atomic.Pointer[string] // beside the bar, which is drawn whenever it likes
}

func newProgress(out io.Writer, w *words.Language) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, w: w, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// begin names the file that comes next.
func (p *progress) begin(what string) {
	p.stop()
	p.what = what
}

// bytes reports n of total bytes; total is -1 when the server does not say.
func (p *progress) bytes(n, total int64) {
	if !p.terminal {
		return
	}
	text := p.w.Say("fetch-megabytes", p.what, float64(n)/1e6)
	if total > 0 {
		text = p.w.Say("fetch-megabytes-of", p.what, float64(n)/1e6, float64(total)/1e6, 100*n/total)
	}
	p.text.Store(&text)
	if p.bars == nil {
		p.show()
	}
	if total > 0 {
		p.bar.SetCurrent(min(barParts-1, barParts*n/total)) // a full bar would stay
	}
}

// barParts are those in which the bar grows.
const barParts = 1000

// show draws an empty bar with the text beside it.
func (p *progress) show() {
	p.bars = mpb.New(mpb.WithOutput(p.out), mpb.WithAutoRefresh())
	beside := decor.Any(func(decor.Statistics) string { return " " + *p.text.Load() })
	style := mpb.BarStyle().Lbound("[").Filler("=").Tip("=").Padding(" ").Rbound("]")
	p.bar = p.bars.New(barParts, style, mpb.BarWidth(26), mpb.BarFillerTrim(), mpb.AppendDecorators(beside))
}

// stop takes the bar away.
func (p *progress) stop() {
	if p.bars != nil {
		p.bar.Abort(true)
		p.bars.Wait()
		p.bars = nil
	}
}

// done ends a file with its line.
func (p *progress) done() { p.end(p.what) }

// there ends a file that needs no download.
func (p *progress) there() { p.end(p.w.Say("fetch-there", p.what)) }

func (p *progress) end(line string) {
	p.stop()
	fmt.Fprintln(p.out, line)
}

func (p *progress) say(key words.Key, args ...any) { fmt.Fprintln(p.out, p.w.Say(key, args...)) }
