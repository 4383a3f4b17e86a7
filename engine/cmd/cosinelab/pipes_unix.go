//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreClosedPipes lets writing to a pipe that nobody reads any more fail, instead of ending the process at
// once: what is not printed yet may still be kept.
func ignoreClosedPipes() { signal.Ignore(syscall.SIGPIPE) }
