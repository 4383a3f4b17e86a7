//go:build unix

package disk

import "syscall"

// noWait lets the opening of a pipe return at once. Reading a file is not affected.
const noWait = syscall.O_NONBLOCK
