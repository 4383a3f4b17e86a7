//go:build !js

package ui

import "cosinelab/ui/vecty"

// hands: where there is no browser nobody is before the page, and nothing lies over it.
type hands struct{}

// watch knows no size: drawings are made for a usual one, and stretched by whoever shows them.
type watch struct{}

func (p hands) copied() hands { return p }

func (p *Page) place() vecty.ComponentOrHTML { return nil }

// nominal are those sizes by the class of the drawing, in pixels.
var nominal = map[string][2]float64{"curves": {276, 84}, "effect-plot": {310, 70}, "strip": {84, 10}}

func (d *drawing) size() (w, h, unit float64) { return nominal[d.Class][0], nominal[d.Class][1], 1 }
