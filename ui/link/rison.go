package link

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"cosinelab/datasets/fault"
)

// The notation is Rison (Nix, 2007): JSON that stays readable in a URL, since it needs neither quotes nor
// braces. An object is (key:value,...), an array !(value,...), true !t, false !f, null !n; a string needs
// quotes, 'it!'s', only when it could be read as something else.

const maxDepth = 16 // of nested objects and arrays

var (
	plain  = regexp.MustCompile(`^[A-Za-z_./][A-Za-z0-9_./-]*$`)                    // a string that needs no quotes
	number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`) // a JSON number
	word   = regexp.MustCompile(`^[A-Za-z0-9_./+-]+`)                               // a plain string or a number
)

// toRison rewrites JSON, which has to be valid, in Rison.
func toRison(text []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out strings.Builder
	writeRison(&out, decoder)
	return out.String()
}

// writeRison writes the next value of the decoder; it returns false at the end of an object or array.
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

func quoteRison(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return "'" + strings.NewReplacer("!", "!!", "'", "!'").Replace(s) + "'"
}

// fromRison rewrites Rison as JSON.
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

type risonParser struct {
	rest string
	size int
	out  bytes.Buffer
}

// wrong says what was found instead of want, and where.
func (p *risonParser) wrong(want fault.Word) error {
	at := p.size - len(p.rest) + 1
	if p.rest == "" {
		return fault.New("link-ends", at, want)
	}
	return fault.New("link-found", at, string([]rune(p.rest)[0]), want)
}

func (p *risonParser) skip(prefix string) bool {
	rest, found := strings.CutPrefix(p.rest, prefix)
	p.rest = rest
	return found
}

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

// scalar parses a string or a number.
func (p *risonParser) scalar() error {
	quoted := strings.HasPrefix(p.rest, "'")
	s, err := p.text()
	switch {
	case err != nil:
		return err
	case !quoted && number.MatchString(s):
		p.out.WriteString(s)
	case !quoted && !plain.MatchString(s):
		return fault.New("link-word", s)
	default:
		p.string(s)
	}
	return nil
}

// text parses a word or a quoted string and returns what it stands for.
func (p *risonParser) text() (string, error) {
	if !p.skip("'") {
		w := word.FindString(p.rest)
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

func (p *risonParser) string(s string) {
	text, _ := json.Marshal(s) // a string always has a JSON form
	p.out.Write(text)
}
