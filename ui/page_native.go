//go:build !js

package ui

import "cosinelab/ui/vecty"

// Where there is no browser nobody is before the page, nothing lies over it, and no size changes.
type (
	hands struct{}
	watch struct{}
)

func (p hands) copied() hands { return p }

func (p *Page) place() vecty.ComponentOrHTML { return nil }
