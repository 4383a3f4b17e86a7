package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// section is a field at the top of a spec with the fields inside it.
type section struct {
	field
	inner []field
}

// field is one field of a spec.
type field struct {
	path string    // within its section: threshold.policy
	key  words.Key // of its meaning
	kind reflect.Type
}

// specSections lists all fields of a spec, in the order of the package spec. It reads the types, so that help
// and the commented spec cannot fall behind them.
func specSections() (sections []section) {
	for _, f := range fieldsOf(reflect.TypeFor[spec.Spec](), "") {
		sections = append(sections, section{f, innerFields(f.kind, "")})
	}
	return sections
}

// pathsInSpec are the paths of fields by their last name; empty = a spec has no such field.
func pathsInSpec(name string) string {
	var paths []string
	for _, s := range specSections() {
		if s.path == name {
			paths = append(paths, name)
		}
		for _, f := range s.inner {
			if f.path == name || strings.HasSuffix(f.path, "."+name) {
				paths = append(paths, s.path+"."+f.path)
			}
		}
	}
	return strings.Join(paths, ", ")
}

// innerFields lists the fields within a struct, or within each of a list of structs, down to values. It does
// not follow pointers: an arm's student has the fields of the spec's, which are listed there.
func innerFields(t reflect.Type, path string) (all []field) {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range fieldsOf(t, path) {
		all = append(all, f)
		all = append(all, innerFields(f.kind, f.path+".")...)
	}
	return all
}

// fieldsOf lists the fields that JSON has of a struct, those of an embedded struct in its place. The key of a
// field's meaning is made of the struct's type and JSON's name.
func fieldsOf(t reflect.Type, path string) (all []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			all = append(all, fieldsOf(f.Type, path)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		key := strings.ToLower(t.Name()) + "-" + strings.ReplaceAll(name, "_", "-")
		all = append(all, field{path + name, words.Key("field-" + key), f.Type})
	}
	return all
}

// choices lists the names that a field may have, if it is one of a table; nil if it is not. It asks the type
// itself by trying all its values in turn.
func (f field) choices() (names fault.Choices) {
	v := reflect.New(f.kind).Elem()
	kind, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
	if !ok || f.kind.Kind() != reflect.Uint8 {
		return nil
	}
	for k := range uint64(256) {
		v.SetUint(k)
		name := fmt.Sprint(v.Interface())
		if kind.UnmarshalText([]byte(name)) != nil {
			break // the table ends here
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// meaning says what a field is, with the names that it may have where a table lists them, or with the
// policies that read it where it is a parameter of theirs.
func (p printer) meaning(f field) string {
	for k := range spec.Each(spec.ParamCount) {
		if f.key == words.Key("field-threshold-"+k.String()) {
			return p.w.Say(f.key, readers(k))
		}
	}
	if c := f.choices(); c != nil {
		return p.w.Say(f.key) + " [" + strings.Join(c, " | ") + "]"
	}
	return p.w.Say(f.key)
}

// value says what a field takes, in the words of JSON.
func (p printer) value(f field) string {
	if f.choices() != nil {
		return p.w.Say("cli-type-text")
	}
	kind := f.kind
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch kind.Kind() {
	case reflect.Int, reflect.Uint64:
		return p.w.Say("cli-type-whole")
	case reflect.Float64:
		return p.w.Say("cli-type-number")
	case reflect.Struct:
		return p.w.Say("cli-type-object")
	case reflect.Slice:
		return p.w.Say("cli-type-list")
	}
	return p.w.Say("cli-type-text")
}

// fields lists all fields of a spec with their meanings.
func (p printer) fields() {
	t := p.grid()
	for _, s := range specSections() {
		if s.inner == nil {
			t.row("  "+s.path, p.value(s.field), p.meaning(s.field))
			continue
		}
		t.row("  "+s.path, "", p.meaning(s.field))
		for _, f := range s.inner {
			t.row("    "+f.path, p.value(f), p.meaning(f))
		}
	}
	t.print()
}

// text is a spec as JSON with a comment before each of its sections that explains the fields in it. readSpec
// takes it as it is.
func (w specWriter) text(s spec.Spec) (string, error) {
	w.comment("", w.w.Say("cli-spec-head"))
	w.b.WriteString("{\n")
	v := reflect.ValueOf(s)
	sections := specSections()
	for i, section := range sections {
		w.comment("  ", section.path+": "+printer{w: w.w}.meaning(section.field))
		w.fieldComments(section.inner)
		text, err := json.MarshalIndent(v.Field(i).Interface(), "  ", "  ")
		if err != nil {
			return "", err
		}
		fmt.Fprintf(w.b, "  %q: %s", section.path, text)
		if i < len(sections)-1 {
			w.b.WriteString(",\n")
		}
		w.b.WriteString("\n")
	}
	w.b.WriteString("}\n")
	return w.b.String(), nil
}

// specWriter writes a spec with comments.
type specWriter struct {
	w *words.Language
	b *strings.Builder
}

func (w specWriter) comment(indent, text string) { fmt.Fprintf(w.b, "%s// %s\n", indent, text) }

// fieldComments writes the fields of a section as a table within comments.
func (w specWriter) fieldComments(fields []field) {
	var rows strings.Builder
	p := printer{&rows, w.w}
	t := p.grid()
	for _, f := range fields {
		t.row("  "+f.path, p.value(f), p.meaning(f))
	}
	t.print()
	for line := range strings.Lines(rows.String()) {
		w.comment("  ", strings.TrimRight(line, "\n"))
	}
}

// withoutComments returns text with spaces in the place of comments, which go from two slashes outside of a
// string to the end of the line: what is wrong elsewhere keeps its line and column. text stays as it is.
func withoutComments(text []byte) []byte {
	out := append([]byte(nil), text...)
	quoted, comment := false, false
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '\n':
			// A string cannot go on in the next line: one that is not closed must not hide comments below it.
			comment, quoted = false, false
		case comment:
			out[i] = ' '
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == '/' && i+1 < len(out) && out[i+1] == '/':
			comment = true
			out[i] = ' '
		}
	}
	return out
}
