//go:build !unix

package disk

// noWait is nothing where no file's opening waits.
const noWait = 0
