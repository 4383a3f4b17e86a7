package table

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns a text from outside as it may be shown: what a terminal would take for a command, and what
// turns the direction of a line or has no shape, is replaced by a sign or the number of its character. Each
// space is a plain one.
func Visible(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !harmless(r) || r == utf8.RuneError }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case harmless(r):
			b.WriteRune(r)
		case r < ' ':
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, "‹U+%04X›", r)
		}
	}
	return b.String()
}

// nameShown is how many characters of a file's name a message holds: in an archive it may have tens of thousands.
const nameShown = 300

// VisibleFile returns the name of a file as Visible does, without the middle of a very long one.
func VisibleFile(name string) string {
	name = Visible(name)
	if utf8.RuneCountInString(name) <= nameShown {
		return name
	}
	r := []rune(name)
	return string(r[:nameShown/2]) + "…" + string(r[len(r)-nameShown/2+1:])
}

// harmless reports whether a character is seen, or joins or parts two letters as some scripts need.
func harmless(r rune) bool { return unicode.IsPrint(r) || r == 0x200c || r == 0x200d }

// shown is how many characters of a cell or a name a message holds.
const shown = 40

// Short cuts a cell to what fits in a message.
func Short(cell string) string {
	n := 0
	for i := range cell {
		if n++; n > shown {
			return Visible(cell[:i]) + "..."
		}
	}
	return Visible(cell)
}

// Few are the first of many names, each cut to what fits in a message.
func Few(names []string) []string {
	const most = 20
	out := make([]string, 0, min(len(names), most+1))
	for _, n := range names[:min(len(names), most)] {
		out = append(out, Short(n))
	}
	if len(names) > most {
		out = append(out, "...")
	}
	return out
}
