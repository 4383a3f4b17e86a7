//go:build !unix

package main

import "os"

// announced are signals of other systems.
var announced []os.Signal
