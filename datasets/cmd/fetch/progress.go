package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"cosinelab/assets/words"
)

// progress shows what is being downloaded: one changing line on a terminal, else one line a file.
type progress struct {
	out      io.Writer
	w        *words.Language
	terminal bool
	what     string
	shown    time.Time
}

func newProgress(out io.Writer, w *words.Language) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, w: w, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

func (p *progress) begin(what string) { p.what, p.shown = what, time.Time{} }

// bytes reports n of total bytes; total is -1 when the server does not say.
func (p *progress) bytes(n, total int64) {
	if !p.terminal || time.Since(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = time.Now()
	line := p.w.Say("fetch-megabytes", p.what, float64(n)/1e6)
	if total > 0 {
		line = p.w.Say("fetch-megabytes-of", p.what, float64(n)/1e6, float64(total)/1e6, 100*n/total)
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
}

// done ends the line of a file.
func (p *progress) done() { p.end(p.what) }

// there ends the line of a file that needs no download.
func (p *progress) there() { p.end(p.w.Say("fetch-there", p.what)) }

func (p *progress) end(line string) {
	if p.terminal {
		line = "\r\x1b[K" + line
	}
	fmt.Fprintln(p.out, line)
}

func (p *progress) say(key words.Key, args ...any) { fmt.Fprintln(p.out, p.w.Say(key, args...)) }
