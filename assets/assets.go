// Package assets holds the built page.
package assets

import (
	"embed"
	"io/fs"
)

// The build program fills dist; on a fresh clone it holds nothing but a hidden placeholder, so that this compiles.
//
//go:embed all:dist
var dist embed.FS

// Dist returns the files of the page, index.html at the root; it has no index.html before the first build.
func Dist() fs.FS {
	page, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only an invalid folder name fails, and this one is a constant
	}
	return page
}
