//go:build !js

package main

import (
	"os"

	"cosinelab/assets/words"
)

func main() {
	ignoreClosedPipes()
	a := &app{stdin: os.Stdin, out: os.Stdout, errOut: os.Stderr, terminal: isTerminal(os.Stderr),
		getenv: os.Getenv}
	os.Exit(a.main(stoppable(words.FromCommand(os.Args[1:], os.Getenv)), os.Args[1:]))
}
