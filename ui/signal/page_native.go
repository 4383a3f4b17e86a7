//go:build !js

package signal

import (
	"fmt"

	"cosinelab/ui/chart"
)

// page is what is known of plots where there is no page: nothing but the sizes that they are drawn for.
type page struct{}

// still tells that nobody writes to the elements what a page would: they are made with it.
const still = true

// tighter is how much narrower narrow screens are than what a plot is drawn for.
const tighter = 3

func (p *page) rendered(*stack, []lane) {}
func (p *page) expect()                 {}

// nominal are the heights of plots by the kind of their lanes.
var nominal = [...]float64{overview: 30, funnel: 16, channel: 74, cosine: 60, score: 52, axis: 24}

// size is what a plot is drawn for; whoever shows it stretches it.
func (p *page) size(l lane) box { return box{888, nominal[l.kind], 1} }

// Drawn is the figure with the name that it has for those who do not see it, and the margins within which it can
// be stretched; nil = it cannot be.
func (p *picture) Drawn() (chart.Figure, string, *chart.Frame) { return p.Figure, p.Say, p.frame }

// A place in a plot follows from where it is between the margins, which keep their size.
func (b box) left(x float64) string {
	return within(x, leftOfPlot, b.w-leftOfPlot-rightOfPlot, leftOfPlot+rightOfPlot)
}

func (b box) wide(x float64) string {
	share := x / (b.w - leftOfPlot - rightOfPlot)
	return fmt.Sprintf("calc(%.2f%% - %.3frem)", 100*share, share*(leftOfPlot+rightOfPlot)/16)
}

func (b box) below(y float64, f *chart.Frame) string {
	return within(y, f.Top, b.h-f.Top-f.Bottom, f.Top+f.Bottom)
}

// within is a place behind a margin, where so much can be stretched beside so much that cannot.
func within(at, margin, room, fixed float64) string {
	share := (at - margin) / room
	return fmt.Sprintf("calc(%.2f%% + %.3frem)", 100*share, (margin-share*fixed)/16)
}
