//go:build !js

package table

import (
	"io"

	"golang.org/x/text/encoding/korean"
)

// koreanReader turns CP949 into UTF-8.
func koreanReader(r io.Reader) io.Reader { return korean.EUCKR.NewDecoder().Reader(r) }
