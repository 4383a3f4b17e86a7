package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// asProgram is set where this test binary is to be the program itself: in a process of its own.
const asProgram = "COSINELAB_AS_PROGRAM"

// forAll is a folder for what several tests look at.
var forAll string

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		savePause, look = time.Millisecond, 20*time.Millisecond
		main()
	}
	var err error
	if forAll, err = os.MkdirTemp("", "cosinelab-test"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(forAll)
	os.Exit(code)
}

// program is the program in a process of its own, which saves training runs all the time.
func program(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1", "LANG=C", "LC_ALL=C")
	return c
}

// finish runs the program to its end.
func finish(t *testing.T, c *exec.Cmd) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	if c.Stdout == nil {
		c.Stdout = &out
	}
	c.Stderr = &errOut
	err := c.Run()
	if ended := (*exec.ExitError)(nil); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	got := outcome{c.ProcessState.ExitCode(), out.String(), errOut.String()}
	if strings.Contains(got.err, "panic") || strings.Contains(got.err, "goroutine ") {
		t.Fatalf("%v: %s", c.Args, got.err)
	}
	return got
}
