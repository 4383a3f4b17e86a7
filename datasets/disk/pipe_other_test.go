//go:build !unix

package disk

import "errors"

func pipe(string) error { return errors.ErrUnsupported }
