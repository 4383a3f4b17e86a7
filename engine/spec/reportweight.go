package spec

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// A report is refused that would take more than mostTimes its text, and mostFree beside: a list of a hundred
// million holes is short, as text.
const (
	mostTimes = 2
	mostFree  = 64 << 20
)

// weight is about how many bytes decoding JSON, which must be valid, into a type takes, without those of the type
// itself: what slices hold, with room to grow, texts, and what is pointed at.
func weight(text []byte, t reflect.Type) int {
	w := weigher{text: text, fields: map[reflect.Type][]reflect.StructField{}}
	w.value(t)
	return w.total
}

// weigher goes over text once.
type weigher struct {
	text   []byte
	at     int
	total  int
	fields map[reflect.Type][]reflect.StructField // of structs
}

// loose is what a value takes whose type nobody knows before it is read.
const loose = 64

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// value weighs the next value; t is nil where it is skipped, or decoded by itself.
func (w *weigher) value(t reflect.Type) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
		w.total += int(t.Size())
	}
	if t != nil && (t.Kind() == reflect.Interface ||
		t.Kind() != reflect.Struct && reflect.PointerTo(t).Implements(unmarshaler)) {
		t = nil
	}
	switch w.next() {
	case '{':
		w.each('}', func() {
			field := w.field(t, w.string())
			w.next()
			w.at++ // the colon
			if field == nil {
				w.total += loose
			}
			w.value(field)
		})
	case '[':
		var elem reflect.Type
		room := loose
		if t != nil && t.Kind() == reflect.Slice {
			elem = t.Elem()
			room = 2 * int(elem.Size())
		}
		w.each(']', func() {
			w.total += room
			w.value(elem)
		})
	case '"':
		w.total += len(w.string())
	default:
		for w.at < len(w.text) && !bytes.ContainsRune([]byte(",]} \t\r\n"), rune(w.text[w.at])) {
			w.at++
		}
	}
}

// next skips spaces and returns the sign behind them.
func (w *weigher) next() byte {
	for w.at < len(w.text) {
		switch c := w.text[w.at]; c {
		case ' ', '\t', '\r', '\n':
			w.at++
		default:
			return c
		}
	}
	return 0
}

// each calls f at each element up to the closing sign.
func (w *weigher) each(closing byte, f func()) {
	w.at++
	for c := w.next(); c != closing && c != 0; c = w.next() {
		if c == ',' {
			w.at++
			w.next()
		}
		f()
	}
	w.at++
}

// string is the next text, as it is written.
func (w *weigher) string() []byte {
	from := w.at
	for w.at++; w.at < len(w.text) && w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			w.at++
		}
	}
	w.at = min(w.at+1, len(w.text))
	return w.text[from:w.at]
}

// field is the type of the field that a key of an object is decoded into; nil for none.
func (w *weigher) field(t reflect.Type, key []byte) reflect.Type {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	fields, known := w.fields[t]
	if !known {
		fields = reflect.VisibleFields(t)
		w.fields[t] = fields
	}
	var name string
	if json.Unmarshal(key, &name) != nil {
		return nil
	}
	for _, f := range fields {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" {
			tag = f.Name
		}
		if !f.Anonymous && strings.EqualFold(tag, name) {
			return f.Type
		}
	}
	return nil
}
