package spec

import (
	"bytes"
	"encoding/json"
)

// withoutSourceList writes a list of sources, as JSON has it, as the text that data.source holds: its ids with
// commas between them. The text keeps its length, so that what is wrong elsewhere keeps its place. What is no
// list of texts stays as it is, and is told of as a list in the place of a text.
func withoutSourceList(text []byte) []byte {
	const name = `"source"`
	at := bytes.Index(text, []byte(name))
	if at < 0 {
		return text
	}
	rest := bytes.TrimLeft(text[at+len(name):], " \t\r\n")
	rest = bytes.TrimLeft(bytes.TrimPrefix(rest, []byte(":")), " \t\r\n")
	if len(rest) == 0 || rest[0] != '[' {
		return text
	}
	from := len(text) - len(rest)
	d := json.NewDecoder(bytes.NewReader(rest))
	var ids []json.RawMessage
	if d.Decode(&ids) != nil {
		return text
	}
	joined := []byte{'"'}
	for i, id := range ids {
		if len(id) < 2 || id[0] != '"' {
			return text
		}
		if i > 0 {
			joined = append(joined, ',')
		}
		joined = append(joined, id[1:len(id)-1]...)
	}
	joined = append(joined, '"')
	out := bytes.Clone(text)
	list := out[from : from+int(d.InputOffset())]
	lines := bytes.Count(list, []byte("\n")) // those behind it keep their numbers
	for i := copy(list, joined); i < len(list); i++ {
		if list[i] = ' '; i >= len(list)-lines {
			list[i] = '\n'
		}
	}
	return out
}
