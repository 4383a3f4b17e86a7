package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal opens both ends of a pseudo-terminal of 160 columns and 50 lines.
func terminal(t *testing.T) (screen, program *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 160}); err != nil {
		t.Fatal(err)
	}
	return screen, program
}

// onTerminal is what a command writes to standard error where that is a terminal.
func onTerminal(t *testing.T, args ...string) string {
	t.Helper()
	screen, program := terminal(t)
	read := make(chan string)
	go func() {
		text, _ := io.ReadAll(screen) // it ends with an error when the other end is closed
		read <- string(text)
	}()
	var out bytes.Buffer
	a := appFor("", &out, program)
	a.terminal = isTerminal(program)
	code := a.main(context.Background(), args)
	program.Close()
	text := <-read
	if code != exitOK {
		t.Fatal(text)
	}
	return strings.ReplaceAll(text, "\r\n", "\n")
}

// moves are what bars use to draw themselves again: so many lines up, clear the rest.
var moves = regexp.MustCompile("\x1b\\[([0-9]*)([AJK])|\r")

// left is what stands on the screen at the end.
func left(text string) string {
	var lines []string
	row := 0
	put := func(s string) {
		for i, part := range strings.Split(s, "\n") {
			if i > 0 {
				row++
				lines = append(lines[:min(row, len(lines))], "")
			}
			if part != "" || row >= len(lines) {
				lines = append(lines[:min(row, len(lines))], part)
			}
		}
	}
	for at := moves.FindStringSubmatchIndex(text); at != nil; at = moves.FindStringSubmatchIndex(text) {
		put(text[:at[0]])
		if at[4] >= 0 && text[at[4]] == 'A' {
			n, _ := strconv.Atoi(text[at[2]:at[3]])
			row -= max(n, 1)
			lines = append(lines[:row], "")
		}
		text = text[at[1]:]
	}
	put(text)
	return strings.Join(lines, "\n")
}

func TestTerminalGetsABarThatIsTakenAway(t *testing.T) {
	plain, shown := do(t, "run", tiny).must(t).err, onTerminal(t, "run", tiny)
	if !strings.Contains(shown, "[===") {
		t.Errorf("no bar in %q", shown)
	}
	if rest := left(shown); strings.Contains(rest, "[===") ||
		strings.Count(rest, "\n") != strings.Count(plain, "\n") {
		t.Errorf("what is left on the screen:\n%s\nwant lines like\n%s", rest, plain)
	}
}

func TestTableOnATerminalShowsTheRunsUnderWay(t *testing.T) {
	shown := onTerminal(t, tinyTable("-models", "lstm", "-seeds", "1")...)
	for _, want := range []string{"] 0 of 1 cells done", "] builtin/server, lstm, seed 1, ",
		"[1/1] builtin/server, lstm, seed 1: done in "} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %q", want, shown)
		}
	}
}
