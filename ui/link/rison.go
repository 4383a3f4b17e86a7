package link

import (
	"bytes"
	"encoding/json"
	"strings"

	"cosinelab/datasets/fault"
)

// The notation is Rison (Nix, 2007): JSON that stays readable in a URL, since it needs neither quotes nor
// braces. An object is (key:value,...), an array !(value,...), true !t, false !f, null !n; a string needs
// quotes, 'it!'s', only when it could be read as something else.

// A link comes from anywhere: without a limit, brackets alone could exhaust the stack.
const maxDepth = 16 // of nested objects and arrays

// What words may hold, without regular expressions: their package would be a twentieth of the page's program.
const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
	starts  = letters + "_./"             // the first byte of a string without quotes
	goesOn  = starts + digits + "-"       // its others
	inWords = starts + digits + "-" + "+" // those of a number, too
)

// isPlain reports whether a string needs no quotes.
func isPlain(s string) bool {
	return s != "" && strings.IndexByte(starts, s[0]) >= 0 && strings.Trim(s, goesOn) == ""
}

// isNumber reports whether a word is a number as JSON writes it.
func isNumber(s string) bool {
	return s != "" && strings.IndexByte(digits+"-", s[0]) >= 0 && json.Valid([]byte(s))
}

// toRison rewrites JSON in Rison. The JSON has to be valid: it comes from json.Marshal. Numbers keep their
// digits.
func toRison(text []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out strings.Builder
	writeRison(&out, decoder)
	return out.String()
}

// writeRison writes the next value of the decoder; at the end of an object or array it writes nothing and
// returns false.
func writeRison(out *strings.Builder, decoder *json.Decoder) bool {
	token, err := decoder.Token()
	if err != nil || token == json.Delim('}') || token == json.Delim(']') {
		return false
	}
	switch t := token.(type) {
	case json.Delim:
		writeRisonList(out, decoder, t == '{')
	case json.Number:
		out.WriteString(t.String())
	case string:
		out.WriteString(quoteRison(t))
	case bool:
		out.WriteString(map[bool]string{true: "!t", false: "!f"}[t])
	default:
		out.WriteString("!n")
	}
	return true
}

// writeRisonList writes the rest of an object or array.
func writeRisonList(out *strings.Builder, decoder *json.Decoder, object bool) {
	open := "!("
	if object {
		open = "("
	}
	out.WriteString(open)
	for i := 0; decoder.More(); i++ {
		if i > 0 {
			out.WriteByte(',')
		}
		if object {
			writeRison(out, decoder)
			out.WriteByte(':')
		}
		writeRison(out, decoder)
	}
	writeRison(out, decoder) // the end of the list
	out.WriteByte(')')
}

// quoteRison writes a string, in quotes where it could be read as something else.
func quoteRison(s string) string {
	if isPlain(s) {
		return s
	}
	return "'" + strings.NewReplacer("!", "!!", "'", "!'").Replace(s) + "'"
}

// fromRison rewrites Rison as JSON; what that means is for spec.Parse to check. Errors say where the text is
// wrong.
func fromRison(text string) ([]byte, error) {
	p := risonParser{rest: text, size: len(text)}
	if err := p.value(0); err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, p.wrong("link-end")
	}
	return p.out.Bytes(), nil
}

// risonParser reads rest from its beginning, and writes JSON as it goes.
type risonParser struct {
	rest string
	size int // of the whole text, in bytes
	out  bytes.Buffer
}

// wrong says what was found instead of want, and at which byte, counted from 1.
func (p *risonParser) wrong(want fault.Word) error {
	at := p.size - len(p.rest) + 1
	if p.rest == "" {
		return fault.New("link-ends", at, want)
	}
	return fault.New("link-found", at, string([]rune(p.rest)[0]), want)
}

// skip passes over a prefix and tells whether it was there.
func (p *risonParser) skip(prefix string) bool {
	rest, found := strings.CutPrefix(p.rest, prefix)
	p.rest = rest
	return found
}

// value parses one value, in which objects and arrays may be nested, and writes its JSON.
func (p *risonParser) value(depth int) error {
	if depth > maxDepth {
		return fault.New("link-deep")
	}
	switch {
	case p.skip("("):
		return p.list(depth, "{", "}", true)
	case p.skip("!("):
		return p.list(depth, "[", "]", false)
	case p.skip("!t"):
		p.out.WriteString("true")
	case p.skip("!f"):
		p.out.WriteString("false")
	case p.skip("!n"):
		p.out.WriteString("null")
	default:
		return p.scalar()
	}
	return nil
}

// list parses the members of an object or array after its opening bracket.
func (p *risonParser) list(depth int, open, end string, object bool) error {
	p.out.WriteString(open)
	for i := 0; !p.skip(")"); i++ {
		if i > 0 {
			if !p.skip(",") {
				return p.wrong("link-comma")
			}
			p.out.WriteByte(',')
		}
		if object {
			if err := p.key(); err != nil {
				return err
			}
		}
		if err := p.value(depth + 1); err != nil {
			return err
		}
	}
	p.out.WriteString(end)
	return nil
}

// key parses the name of a member with its colon. It may look like a number; in JSON it is a string all the
// same.
func (p *risonParser) key() error {
	s, err := p.text()
	if err != nil {
		return err
	}
	if !p.skip(":") {
		return p.wrong("link-colon")
	}
	p.string(s)
	p.out.WriteByte(':')
	return nil
}

// scalar parses a string or a number: what looks like a number is one, unless it is in quotes.
func (p *risonParser) scalar() error {
	quoted := strings.HasPrefix(p.rest, "'")
	s, err := p.text()
	switch {
	case err != nil:
		return err
	case !quoted && isNumber(s):
		p.out.WriteString(s)
	case !quoted && !isPlain(s):
		return fault.New("link-word", s)
	default:
		p.string(s)
	}
	return nil
}

// text parses a word or a quoted string and returns what it stands for.
func (p *risonParser) text() (string, error) {
	if !p.skip("'") {
		w := p.rest[:len(p.rest)-len(strings.TrimLeft(p.rest, inWords))]
		if w == "" {
			return "", p.wrong("link-value")
		}
		p.rest = p.rest[len(w):]
		return w, nil
	}
	var s strings.Builder
	for i := 0; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '\'':
			p.rest = p.rest[i+1:]
			return s.String(), nil
		case c == '!' && i+1 < len(p.rest):
			i++
			s.WriteByte(p.rest[i])
		default:
			s.WriteByte(c)
		}
	}
	return "", fault.New("link-quote")
}

// string writes a string as JSON has it.
func (p *risonParser) string(s string) {
	text, _ := json.Marshal(s) // a string always has a JSON form
	p.out.Write(text)
}
