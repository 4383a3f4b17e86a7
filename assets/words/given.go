//go:build page

package words

import (
	"maps"
	"slices"
)

var given = map[string]string{}

// file is the text of a language's file, or as much of it as was given.
func file(tag string) string { return given[tag] }

// languages lists the languages of which anything was given.
func languages() []string { return slices.Sorted(maps.Keys(given)) }

// Give gives the program the words of a language, as its file has them, in place of what was given of it before.
// What the languages are called has to be given of all before any is asked for.
func Give(tag, text string) { given[tag] = text }
