package spec

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"cosinelab/datasets/fault"
)

// place is where a value of a JSON text begins.
type place struct {
	from int64 // no later than its first byte, no earlier than the end of the value before
	path string
}

// pathAt is the path of the value that was being read at an offset; places are in the order of the text.
func pathAt(places []place, offset int64) string {
	found := ""
	for _, p := range places {
		if p.from < offset {
			found = p.path
		}
	}
	return found
}

// outliner reads a Spec's text once more, for what encoding/json lets pass (unknown fields, fields given
// twice) or does not tell (the path of a value inside a list).
type outliner struct {
	d       *json.Decoder
	places  []place
	strange []error // fields that a Spec does not have, or has already, and names that no table has
}

// outline returns the places of all values in a text that is JSON, and what is wrong with the names of its
// fields, in the order of the text. The text has been read once: no error of the decoder is possible here.
func outline(text []byte) ([]place, []error) {
	o := outliner{d: json.NewDecoder(bytes.NewReader(text))}
	o.value(reflect.TypeFor[Spec](), "")
	return o.places, o.strange
}

// value reads one value where a value of type t is expected. nil = the type is not known: inside an unknown
// field nothing is checked, so that one mistake is told once.
func (o *outliner) value(t reflect.Type, path string) {
	o.places = append(o.places, place{o.d.InputOffset(), path})
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, _ := o.d.Token()
	switch token {
	case json.Delim('{'):
		o.object(t, path)
	case json.Delim('['):
		o.array(t, path)
	}
	if text, ok := token.(string); ok && t != nil {
		o.kind(t, path, text)
	}
}

// kind checks that the table of a kind has a row of this name. Types that are no kinds take any text.
func (o *outliner) kind(t reflect.Type, path, text string) {
	k, ok := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	if !ok {
		return
	}
	if unknown := (*nameError)(nil); errors.As(k.UnmarshalText([]byte(text)), &unknown) {
		o.note(path, quoted(text), unknown.want())
	}
}

func (o *outliner) array(t reflect.Type, path string) {
	var element reflect.Type
	if t != nil && t.Kind() == reflect.Slice {
		element = t.Elem()
	}
	for i := 0; o.d.More(); i++ {
		o.value(element, fmt.Sprintf("%s[%d]", path, i))
	}
	o.d.Token()
}

func (o *outliner) object(t reflect.Type, path string) {
	seen := map[string]bool{}
	for o.d.More() {
		token, _ := o.d.Token()
		key, _ := token.(string)
		inner := strings.TrimPrefix(path+"."+cut(key), ".")
		switch field := fieldOf(t, key); {
		case t != nil && t.Kind() == reflect.Struct && field == nil:
			o.note(inner, fault.Word("got-unknown-field"),
				fault.New("want-field", fault.Choices(fieldNames(t))))
		case seen[key]:
			o.note(inner, fault.Word("got-twice"), fault.New("want-field-once"))
		}
		seen[key] = true
		o.value(fieldOf(t, key), inner)
	}
	o.d.Token()
}

// note keeps what is strange.
func (o *outliner) note(path string, got any, want error) {
	o.strange = append(o.strange, &FieldError{path, got, want})
}

// fieldOf is the type of the field that JSON calls name, in t or a struct that t embeds; nil if there is
// none. Names must match exactly, where encoding/json would ignore case.
func fieldOf(t reflect.Type, name string) reflect.Type {
	if t != nil && t.Kind() == reflect.Map {
		return t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	for f := range structFields(t) {
		if jsonName(f) == name {
			return f.Type
		}
	}
	return nil
}

// fieldNames lists what JSON calls the fields of a struct.
func fieldNames(t reflect.Type) (names []string) {
	for f := range structFields(t) {
		names = append(names, jsonName(f))
	}
	return names
}

// structFields yields the fields of a struct, those of embedded structs in their place.
func structFields(t reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for _, f := range reflect.VisibleFields(t) {
			if !f.Anonymous && !yield(f) {
				return
			}
		}
	}
}

// jsonName is what JSON calls a field: its tag without options.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// gotOf is what encoding/json found in place of what it wanted: a kind of value, or "number" with its text.
func gotOf(value string) any {
	switch kind, text, _ := strings.Cut(value, " "); {
	case text != "":
		return text
	case kind == "string":
		return fault.Word("got-text")
	case kind == "number":
		return fault.Word("got-number")
	case kind == "array":
		return fault.Word("got-list")
	case kind == "object":
		return fault.Word("got-object")
	}
	return value // true, false, null
}

// wantOf says in the words of JSON what a Go type holds.
func wantOf(t reflect.Type) fault.Word {
	switch t.Kind() {
	case reflect.Int:
		return "want-whole"
	case reflect.Uint64:
		return "want-whole-from-0"
	case reflect.Float64:
		return "want-number"
	case reflect.String, reflect.Uint8: // a kind is a name
		return "want-text"
	case reflect.Slice:
		return "want-list"
	}
	return "want-object"
}
