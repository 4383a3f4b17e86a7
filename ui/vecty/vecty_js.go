package vecty

import "github.com/hexops/vecty"

// The types are those of the module.
type (
	HTML            = vecty.HTML
	List            = vecty.List
	Component       = vecty.Component
	ComponentOrHTML = vecty.ComponentOrHTML
	MarkupOrChild   = vecty.MarkupOrChild
	MarkupList      = vecty.MarkupList
	Applyer         = vecty.Applyer
	ClassMap        = vecty.ClassMap
	Core            = vecty.Core
)

// Tag makes an element.
func Tag(name string, m ...MarkupOrChild) *HTML { return vecty.Tag(name, m...) }

// Text makes a text.
func Text(text string) *HTML { return vecty.Text(text) }

// Markup collects what is not a child.
func Markup(m ...Applyer) MarkupList { return vecty.Markup(m...) }

// MarkupIf is markup under a condition.
func MarkupIf(on bool, m ...Applyer) Applyer { return vecty.MarkupIf(on, m...) }

// If is children under a condition.
func If(on bool, children ...ComponentOrHTML) MarkupOrChild { return vecty.If(on, children...) }

// Class adds classes.
func Class(names ...string) Applyer { return vecty.Class(names...) }

// Style sets a property of CSS.
func Style(name, value string) Applyer { return vecty.Style(name, value) }

// Data sets a data attribute by its name in the dataset.
func Data(name, value string) Applyer { return vecty.Data(name, value) }

// Attribute sets an attribute.
func Attribute(name string, value any) Applyer { return vecty.Attribute(name, value) }

// Property sets a property of the element.
func Property(name string, value any) Applyer { return vecty.Property(name, value) }

// Key tells an element from its siblings.
func Key(key any) Applyer { return vecty.Key(key) }

// Namespace puts an element into one.
func Namespace(uri string) Applyer { return vecty.Namespace(uri) }

// Rerender draws a component again before the next frame.
func Rerender(c Component) { vecty.Rerender(c) }
