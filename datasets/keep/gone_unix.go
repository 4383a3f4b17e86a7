//go:build unix

package keep

import (
	"errors"
	"syscall"
)

// gone reports whether this machine has no process of this number.
func gone(process int) bool {
	return process > 0 && errors.Is(syscall.Kill(process, 0), syscall.ESRCH)
}
