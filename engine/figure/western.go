package figure

import (
	"slices"

	"golang.org/x/text/encoding/charmap"
)

// likeness replaces characters that figures use and that Windows-1252 lacks by the ones that look most like
// them.
var likeness = map[rune]rune{
	'−':      '–',
	'\u2009': '\u00a0', // thin space
	'\u202f': '\u00a0', // narrow space
}

// western encodes text for a PDF; a character that has no likeness either becomes a question mark.
func western(text string) []byte {
	var out []byte
	for _, r := range text {
		if like, ok := likeness[r]; ok {
			r = like
		}
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			b = '?'
		}
		out = append(out, b)
	}
	return out
}

// printable reports whether every format can write the name. Liberation has all characters of Windows-1252.
func printable(name string) bool {
	return name != "" && !slices.ContainsFunc([]rune(name), func(r rune) bool {
		_, ok := charmap.Windows1252.EncodeRune(r)
		return !ok || r < ' '
	})
}
