//go:build unix

package main

import (
	"os"
	"syscall"
)

// announced are the signals by which schedulers say, some time before it, that a program will be ended.
var announced = []os.Signal{syscall.SIGUSR1}
