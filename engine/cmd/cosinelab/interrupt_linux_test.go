package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// endless is a run of the program that goes on for hours, with what it says; it has saved a training run.
func endless(t *testing.T, out string) (c *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	sp := write(t, "endless.json", strings.NewReplacer(`"epochs": 3`, `"epochs": 100000`,
		`"patience": 2`, `"patience": 0`).Replace(read(t, tiny)))
	c, said = program("run", sp, "-out", out), new(bytes.Buffer)
	c.Stderr = said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	saves(t, out, time.Time{})
	return c, said
}

// saves waits until a run has saved its first arm again.
func saves(t *testing.T, out string, since time.Time) {
	t.Helper()
	for range 1000 {
		info, err := os.Stat(filepath.Join(out, checkpointsDir, "seed1-arm0.safetensors"))
		if err == nil && info.ModTime().After(since) {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
	t.Fatal("nothing is saved")
}

// send sends signals that a stopped program gets all at once.
func send(t *testing.T, c *exec.Cmd, signals ...os.Signal) {
	t.Helper()
	for _, s := range signals {
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
}

// The first Ctrl-C stops a run, which keeps what it has and says how to go on; a scheduler's signal has an exit code
// of its own.
func TestTheFirstCtrlCStopsARunThatCanGoOn(t *testing.T) {
	for s, code := range map[os.Signal]int{os.Interrupt: exitFailed, syscall.SIGTERM: exitRequeue} {
		out := filepath.Join(t.TempDir(), "out")
		c, said := endless(t, out)
		send(t, c, s)
		c.Wait()
		want := "cosinelab: interrupted with 0 runs done; to go on: cosinelab run -resume -out " + out
		if c.ProcessState.ExitCode() != code || last(said.String()) != want {
			t.Errorf("%v: exit code %d, %s", s, c.ProcessState.ExitCode(), last(said.String()))
		}
		for _, path := range filesBelow(t, out) {
			if strings.HasPrefix(filepath.Base(path), ".") {
				t.Errorf("%v: %s is left", s, path)
			}
		}
	}
}

// The second leaves at once: the run neither stops by itself nor says how to go on, though what it saved before
// is there to go on from. Both signals come at the same time, to a program that has none left to stop in.
func TestTheSecondCtrlCLeavesAtOnce(t *testing.T) {
	for range 5 { // on a machine with much else to do it may have stopped between the two
		out := filepath.Join(t.TempDir(), "out")
		c, said := endless(t, out)
		send(t, c, syscall.SIGSTOP, os.Interrupt, syscall.SIGTERM, syscall.SIGCONT)
		c.Wait()
		if c.ProcessState.ExitCode() == exitFailed {
			continue
		}
		const want = "cosinelab: left at once by a second Ctrl-C; what was not saved yet is lost"
		if c.ProcessState.ExitCode() != exitLeft || last(said.String()) != want {
			t.Errorf("exit code %d, %s", c.ProcessState.ExitCode(), last(said.String()))
		}
		again := program("run", "-resume", "-out", out)
		var text bytes.Buffer
		again.Stderr = &text
		if err := again.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { again.Process.Kill() })
		saves(t, out, time.Now())
		send(t, again, os.Interrupt)
		if again.Wait(); !strings.HasPrefix(last(text.String()), "cosinelab: interrupted with 0 runs done") {
			t.Errorf("it does not go on: %s", text.String())
		}
		return
	}
	t.Error("it stopped by itself five times")
}
