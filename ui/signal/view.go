package signal

import (
	"cosinelab/datasets/steps"
)

// leastView is the fewest steps that a view shows: fewer are points, not a signal.
const leastView = 16

// bound returns a view of the same length inside the test part. One that is too short grows; one that is too
// long becomes the whole part.
func bound(from, to, steps int) (int, int) {
	n := min(max(to-from, leastView), steps)
	from = min(max(from, 0), steps-n)
	return from, from + n
}

// zoomed returns the view with its length multiplied by factor, in steps; the step around stays where it is
// on the screen, as far as the ends of the test part allow.
func (p *Props) zoomed(factor float64, around int) (from, to int) {
	n := p.To - p.From
	longer := min(max(int(factor*float64(n)), leastView), p.Steps)
	if n == 0 {
		return bound(0, 0, p.Steps)
	}
	left := int(float64(around-p.From) * float64(longer) / float64(n))
	return bound(around-left, around-left+longer, p.Steps)
}

// panned returns the view moved by a number of steps.
func (p *Props) panned(by int) (from, to int) { return bound(p.From+by, p.To+by, p.Steps) }

// anchor is the step that stays in place when keys zoom: the cursor, or the middle of the view.
func (p *Props) anchor() int {
	if p.From <= p.Cursor && p.Cursor < p.To {
		return p.Cursor
	}
	return (p.From + p.To) / 2
}

// grip is a part of the brush, the frame in the overview around the steps in view.
type grip uint8

const (
	gripBody grip = iota
	gripLeft
	gripRight
)

// gripSlack is how far beside an edge of the brush the pointer still takes it, in pixels at the base text
// size.
const gripSlack = 8

// gripAt returns the part of the brush under a pixel, and whether there is one.
func gripAt(pixel, left, right, unit float64) (g grip, ok bool) {
	slack := min(gripSlack*unit, max(2*unit, (right-left)/4)) // a short brush keeps a middle to hold
	switch {
	case pixel < left-gripSlack*unit || pixel > right+gripSlack*unit:
		return gripBody, false
	case pixel < left+slack:
		return gripLeft, true
	case pixel > right-slack:
		return gripRight, true
	}
	return gripBody, true
}

// brushed returns the view from..to after a part of the brush has been dragged by a number of steps, counted
// from where the drag began. An edge stops leastView before the other.
func brushed(g grip, from, to, by, steps int) (int, int) {
	switch g {
	case gripLeft:
		return min(max(from+by, 0), to-min(leastView, steps)), to
	case gripRight:
		return from, max(min(to+by, steps), from+min(leastView, steps))
	}
	return bound(from+by, to+by, steps)
}

// jump returns the view and the cursor at the span after (dir > 0) or before (dir < 0) the cursor, and
// whether there is one. The view keeps its length unless the span does not fit with some room around it.
func (p *Props) jump(spans []steps.Range, dir int) (from, to, step int, ok bool) {
	s, ok := neighbour(spans, p.anchor(), dir)
	if !ok {
		return 0, 0, 0, false
	}
	n := max(p.To-p.From, (s.To-s.From)*3/2)
	from = (s.From + s.To - n) / 2
	from, to = bound(from, from+n, p.Steps)
	return from, to, s.From, true
}

// raised are the alarms of the arm whose output stands in the channels.
func (p *Props) raised() []steps.Range {
	for i := range p.Arms {
		if p.Arms[i].Name == p.Student {
			return p.Arms[i].Alarms
		}
	}
	return nil
}

// neighbour returns the first span that begins after a step, or the last that begins before it.
func neighbour(spans []steps.Range, at, dir int) (found steps.Range, ok bool) {
	for _, s := range spans {
		switch {
		case dir > 0 && s.From > at:
			return s, true
		case dir < 0 && s.From < at:
			found, ok = s, true
		}
	}
	return found, ok
}
