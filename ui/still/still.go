//go:build !js

// Package still writes a page of components as HTML that stands without any program, in all languages at once.
//
// Figures become SVG that is stretched with its box: lines keep their widths, texts and markers their sizes. What
// differs between the languages is there once in each, in elements with the attribute data-in; of attributes
// those of the first language stand, the others beside them as data-TAG-NAME.
package still

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"cosinelab/ui/chart"
	"cosinelab/ui/vecty"
)

// Page is a page in one language.
type Page struct {
	Tag  string // of the language
	Root vecty.Component
}

// Write returns what stands inside the root element of the same page in several languages, of which the first is
// the one of a document without a script, and the style sheet that belongs to it: a page may allow no style of
// single elements.
func Write(pages []Page) (page, sheet []byte) {
	w := &writer{rules: map[string]string{}}
	all := make([][]node, len(pages))
	for i, p := range pages {
		w.tags = append(w.tags, p.Tag)
		all[i] = nodes(p.Root)[0].kids
		fmt.Fprintf(&w.sheet, ":root[lang=%q] [data-in]:not([data-in=%[1]q]) { display: none !important; }\n", p.Tag)
	}
	w.list(all)
	return w.out.Bytes(), w.sheet.Bytes()
}

// node is an element, a text or a figure.
type node struct {
	name   string // of the element
	attrs  map[string]string
	kids   []node
	text   string
	figure *figure
}

// figure is what components draw.
type figure struct {
	chart.Figure
	say   string
	frame *chart.Frame
}

// drawn is a component that is a figure.
type drawn interface {
	Drawn() (chart.Figure, string, *chart.Frame)
}

// nodes renders until there are no components left.
func nodes(c vecty.ComponentOrHTML) []node {
	switch c := c.(type) {
	case nil:
		return nil
	case drawn:
		f, say, frame := c.Drawn()
		return []node{{figure: &figure{f, say, frame}}}
	case vecty.Component:
		return nodes(c.Render())
	case vecty.List:
		var list []node
		for _, k := range c {
			list = append(list, nodes(k)...)
		}
		return list
	case *vecty.HTML:
		if c == nil {
			return nil
		}
		return element(c)
	}
	panic(fmt.Sprintf("still: %T is nothing that a page consists of", c))
}

// left are elements that are of no use without a program: the choices of a list that cannot be opened.
var left = []string{"option", "optgroup"}

func element(h *vecty.HTML) []node {
	if h.Name == "" {
		return []node{{text: h.Words}}
	}
	if slices.Contains(left, h.Name) {
		return nil
	}
	n := node{name: h.Name, attrs: attributes(h)}
	for _, k := range h.Children {
		n.kids = append(n.kids, nodes(k)...)
	}
	return []node{n}
}

// attributes are those that say what an element's properties do.
func attributes(h *vecty.HTML) map[string]string {
	out := map[string]string{}
	for name, value := range h.Properties {
		switch v := value.(type) {
		case bool:
			if v {
				out[strings.ToLower(name)] = ""
			}
		default:
			if text := fmt.Sprint(v); text != "" {
				out[strings.ToLower(name)] = text
			}
		}
	}
	for name, value := range h.Attributes {
		out[name] = fmt.Sprint(value)
	}
	for name, value := range h.Dataset {
		out["data-"+name] = value
	}
	if len(h.Classes) > 0 {
		slices.Sort(h.Classes)
		out["class"] = strings.Join(slices.Compact(h.Classes), " ")
	}
	var styles []string
	for _, name := range slices.Sorted(maps.Keys(h.Styles)) {
		styles = append(styles, name+":"+h.Styles[name])
	}
	if styles != nil {
		out["style"] = strings.Join(styles, ";")
	}
	delete(out, "data-kept") // is for a field that somebody leaves with Escape
	return out
}

type writer struct {
	out   bytes.Buffer
	tags  []string
	sheet bytes.Buffer
	rules map[string]string // the classes of styles
}

// style returns a class that has a style.
func (w *writer) style(style string) string {
	class := w.rules[style]
	if class == "" {
		class = fmt.Sprint("s", len(w.rules)+1)
		w.rules[style] = class
		fmt.Fprintf(&w.sheet, ".%s.%[1]s { %s; }\n", class, style) // goes before rules for all figures of a kind
	}
	return class
}

// list writes what stands beside each other, in every language.
func (w *writer) list(all [][]node) {
	if !alike(all, func(a, b []node) bool {
		return slices.EqualFunc(a, b, func(a, b node) bool {
			return a.name == b.name && (a.figure == nil) == (b.figure == nil)
		})
	}) {
		for i, list := range all {
			w.only(i, list)
		}
		return
	}
	for k := range all[0] {
		same := make([]node, len(all))
		for i := range all {
			same[i] = all[i][k]
		}
		w.node(same)
	}
}

// only writes what stands in one language alone.
func (w *writer) only(language int, list []node) {
	fmt.Fprintf(&w.out, `<x-w data-in="%s" lang="%[1]s">`, w.tags[language])
	tags := w.tags
	w.tags = tags[language : language+1]
	for _, n := range list {
		w.node([]node{n})
	}
	w.tags = tags
	w.out.WriteString("</x-w>")
}

func alike[T any](all []T, equal func(a, b T) bool) bool {
	for _, one := range all[1:] {
		if !equal(all[0], one) {
			return false
		}
	}
	return true
}

// node writes a node that is one of a kind in every language.
func (w *writer) node(in []node) {
	first := in[0]
	switch {
	case first.figure != nil:
		w.figures(in)
	case first.name == "":
		if alike(in, func(a, b node) bool { return a.text == b.text }) {
			w.out.WriteString(html.EscapeString(first.text))
			return
		}
		for i, n := range in {
			fmt.Fprintf(&w.out, `<x-w data-in="%s" lang="%[1]s">%s</x-w>`, w.tags[i], html.EscapeString(n.text))
		}
	default:
		w.out.WriteString("<" + first.name)
		w.attributes(in)
		w.out.WriteString(">")
		if first.name == "input" {
			return
		}
		kids := make([][]node, len(in))
		for i, n := range in {
			kids[i] = n.kids
		}
		w.list(kids)
		w.out.WriteString("</" + first.name + ">")
	}
}

// attributes writes those of the first language, and of the others what differs.
func (w *writer) attributes(in []node) {
	if style := in[0].attrs["style"]; style != "" {
		in = slices.Clone(in)
		class := strings.TrimSpace(in[0].attrs["class"] + " " + w.style(style))
		for i := range in {
			in[i].attrs = maps.Clone(in[i].attrs)
			in[i].attrs["class"] = class
			delete(in[i].attrs, "style")
		}
	}
	names := map[string]bool{}
	for _, n := range in {
		for name := range n.attrs {
			names[name] = true
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(names), byUse) {
		for i, n := range in {
			value, has := n.attrs[name]
			switch {
			case i == 0 && has && value == "":
				w.out.WriteString(" " + name)
			case i == 0 && has:
				fmt.Fprintf(&w.out, ` %s="%s"`, name, html.EscapeString(value))
			case i > 0 && value != in[0].attrs[name]:
				fmt.Fprintf(&w.out, ` data-%s-%s="%s"`, w.tags[i], name, html.EscapeString(value))
			}
		}
	}
}

// byUse puts the class first: what is alike then stands together, and compresses better.
func byUse(a, b string) int {
	return cmp.Or(-cmp.Compare(oneIf(a == "class"), oneIf(b == "class")), cmp.Compare(a, b))
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
