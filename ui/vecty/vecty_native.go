//go:build !js

package vecty

// HTML is an element, or, without a Tag, a text.
type HTML struct {
	Name       string // of the element
	Words      string // of a text
	Classes    []string
	Styles     map[string]string
	Dataset    map[string]string
	Attributes map[string]any
	Properties map[string]any
	Children   []ComponentOrHTML // nil where there is none
}

// What components and elements are made of, as in the module.
type (
	ComponentOrHTML interface {
		MarkupOrChild
		isComponentOrHTML()
	}
	MarkupOrChild interface{ isMarkupOrChild() }
	Applyer       interface{ Apply(*HTML) }
	Component     interface {
		ComponentOrHTML
		Render() ComponentOrHTML
	}
	List       []ComponentOrHTML
	MarkupList []Applyer
	ClassMap   map[string]bool
	Core       struct{} // is embedded in every component
)

func (*HTML) isComponentOrHTML()    {}
func (*HTML) isMarkupOrChild()      {}
func (List) isComponentOrHTML()     {}
func (List) isMarkupOrChild()       {}
func (*Core) isComponentOrHTML()    {}
func (*Core) isMarkupOrChild()      {}
func (MarkupList) isMarkupOrChild() {}

// applyFunc is markup as a function.
type applyFunc func(*HTML)

// Apply changes an element.
func (f applyFunc) Apply(h *HTML) { f(h) }

// Apply applies all of it.
func (m MarkupList) Apply(h *HTML) {
	for _, a := range m {
		if a != nil {
			a.Apply(h)
		}
	}
}

// Apply adds the classes that are on.
func (m ClassMap) Apply(h *HTML) {
	for name, on := range m {
		if on {
			h.Classes = append(h.Classes, name)
		}
	}
}

// Tag makes an element.
func Tag(name string, m ...MarkupOrChild) *HTML {
	h := &HTML{Name: name}
	for _, m := range m {
		switch m := m.(type) {
		case MarkupList:
			m.Apply(h)
		case ComponentOrHTML:
			h.Children = append(h.Children, m)
		}
	}
	return h
}

// Text makes a text.
func Text(text string) *HTML { return &HTML{Words: text} }

// Markup collects what is not a child.
func Markup(m ...Applyer) MarkupList { return m }

// MarkupIf is markup under a condition.
func MarkupIf(on bool, m ...Applyer) Applyer {
	if !on {
		return MarkupList(nil)
	}
	return MarkupList(m)
}

// If is children under a condition.
func If(on bool, children ...ComponentOrHTML) MarkupOrChild {
	if !on {
		return nil
	}
	return List(children)
}

// Class adds classes.
func Class(names ...string) Applyer {
	return applyFunc(func(h *HTML) { h.Classes = append(h.Classes, names...) })
}

// Style sets a property of CSS.
func Style(name, value string) Applyer {
	return applyFunc(func(h *HTML) { put(&h.Styles, name, value) })
}

// Data sets a data attribute by its name in the dataset.
func Data(name, value string) Applyer {
	return applyFunc(func(h *HTML) { put(&h.Dataset, name, value) })
}

// Attribute sets an attribute.
func Attribute(name string, value any) Applyer {
	return applyFunc(func(h *HTML) { put(&h.Attributes, name, value) })
}

// Property sets a property of the element.
func Property(name string, value any) Applyer {
	return applyFunc(func(h *HTML) { put(&h.Properties, name, value) })
}

func put[V any](to *map[string]V, name string, value V) {
	if *to == nil {
		*to = map[string]V{}
	}
	(*to)[name] = value
}

// Key has no meaning where nothing is drawn again, Namespace none where nothing is made of elements.
func Key(any) Applyer          { return applyFunc(func(*HTML) {}) }
func Namespace(string) Applyer { return applyFunc(func(*HTML) {}) }
