package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// progress shows what is being downloaded: one changing line on a terminal, else one line a file.
type progress struct {
	out      io.Writer
	terminal bool
	what     string
	shown    time.Time
}

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

func (p *progress) begin(what string) { p.what, p.shown = what, time.Time{} }

// bytes reports n of total bytes; total is -1 when the server does not say.
func (p *progress) bytes(n, total int64) {
	if !p.terminal || time.Since(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = time.Now()
	line := fmt.Sprintf("%s  %.1f MB", p.what, float64(n)/1e6)
	if total > 0 {
		line = fmt.Sprintf("%s  %.1f of %.1f MB, %d %%", p.what, float64(n)/1e6, float64(total)/1e6, 100*n/total)
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
}

// done ends the line of a file with a remark.
func (p *progress) done(remark string) {
	start := ""
	if p.terminal {
		start = "\r\x1b[K"
	}
	if remark != "" {
		remark = "  " + remark
	}
	fmt.Fprintf(p.out, "%s%s%s\n", start, p.what, remark)
}

func (p *progress) say(line string) { fmt.Fprintln(p.out, line) }
