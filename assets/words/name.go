package words

import "strings"

// nameShown is how many characters of a name stand in a sentence, or in a heading.
const nameShown = 40

// Name is how a name that others have chosen, as of an arm, a file or a channel, is shown: no longer than
// fits, without the signs by which sentences are marked up, and isolated.
func Name(name string) string {
	name = strings.NewReplacer("*", "∗", "`", "'").Replace(name)
	if isIsolated(name) { // a second time changes nothing
		name = strings.TrimSuffix(strings.TrimPrefix(name, string(isolate)), string(endIsolate))
	}
	if r := []rune(name); len(r) > nameShown {
		name = string(r[:nameShown*2/3]) + "…" + string(r[len(r)-nameShown/3:])
	}
	return isolated(name)
}

// TitleOf is what a series is called in the language: a built-in one has words, any other the title that it came
// with.
func (l *Language) TitleOf(source, title string) string {
	if text, ok := l.text[Key("data-title-"+strings.ReplaceAll(source, "/", "-"))]; ok {
		return text
	}
	return title
}

// Whole is a name that Name does not show as a whole, isolated; empty for one that it does.
func Whole(name string) string {
	if len([]rune(name)) <= nameShown {
		return ""
	}
	return isolated(name)
}

// The signs that begin and end a part of a text whose direction concerns nothing around it, and two of those
// that others may hold (Unicode Standard Annex 9, section 2).
const (
	isolate    = '\u2068' // first strong isolate
	endIsolate = '\u2069' // pop directional isolate
	leftFirst  = '\u2066'
	rightFirst = '\u2067'
)

// isolated returns a text that cannot change the direction of what stands around it, whatever letters and
// signs of direction it holds. Most hold none, and stay as they are.
func isolated(text string) string {
	if strings.IndexFunc(text, turns) < 0 || isIsolated(text) {
		return text
	}
	var b strings.Builder
	b.WriteRune(isolate)
	open := 0
	for _, r := range text {
		switch {
		case r == isolate || r == leftFirst || r == rightFirst:
			open++
		case r == endIsolate && open == 0:
			continue // it would end the one around it
		case r == endIsolate:
			open--
		}
		b.WriteRune(r)
	}
	return b.String() + strings.Repeat(string(endIsolate), open+1)
}

// isIsolated tells whether a text is what isolated returns: one part from its first to its last character.
func isIsolated(text string) bool {
	if !strings.HasPrefix(text, string(isolate)) {
		return false
	}
	open := 0
	for i, r := range text {
		switch r {
		case isolate, leftFirst, rightFirst:
			open++
		case endIsolate:
			open--
		}
		if open <= 0 {
			return open == 0 && i > 0 && i+len(string(r)) == len(text)
		}
	}
	return false
}

// turns tells whether a character is written from right to left, or is a sign that turns or isolates what
// follows. The ranges are those that Unicode keeps for such scripts.
func turns(r rune) bool {
	switch {
	case r >= 0x0590 && r <= 0x08ff, r >= 0xfb1d && r <= 0xfdff, r >= 0xfe70 && r <= 0xfeff:
		return true
	case r >= 0x10800 && r <= 0x10fff, r >= 0x1e800 && r <= 0x1efff:
		return true
	}
	return r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
