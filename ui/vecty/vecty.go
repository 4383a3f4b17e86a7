// Package vecty is the module vecty where there is a browser, plain data of the same form where there is none.
//
// Components are written once: in the browser they make elements, at build time a page that stands before any
// program (ui/still), in tests whatever a test looks for.
package vecty
