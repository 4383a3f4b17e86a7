package assets

import (
	"embed"
	"io/fs"
)

// The build program makes the folder dist, which is not there in a fresh clone. A pattern has to match
// something even then: d* matches doc.go, too.
//
//go:embed all:d*
var files embed.FS

// Dist returns the files of the page, index.html at the root; it has none before the first build.
func Dist() fs.FS {
	page, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // only an invalid folder name fails, and this one is a constant
	}
	return page
}
