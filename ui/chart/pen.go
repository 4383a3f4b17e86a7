package chart

import (
	"math"
	"strconv"
)

// pen writes path data for the attribute d, in tenths of a pixel: finer is not seen, and strings stay short.
type pen struct{ b []byte }

func (p *pen) String() string { return string(p.b) }

func (p *pen) move(x, y float64) { p.put('M', x, y) }
func (p *pen) line(x, y float64) { p.put('L', x, y) }
func (p *pen) across(x float64)  { p.put('H', x) }
func (p *pen) down(y float64)    { p.put('V', y) }
func (p *pen) close()            { p.b = append(p.b, 'Z') }

// to moves to the first point of a line, and draws to the others.
func (p *pen) to(first bool, x, y float64) {
	if first {
		p.move(x, y)
		return
	}
	p.line(x, y)
}

func (p *pen) rect(r Rect) {
	p.move(r.X, r.Y)
	p.across(r.X + r.W)
	p.down(r.Y + r.H)
	p.across(r.X)
	p.close()
}

// put writes one command with its coordinates, which are absolute.
func (p *pen) put(op byte, at ...float64) {
	p.b = append(p.b, op)
	for i, v := range at {
		if i > 0 {
			p.b = append(p.b, ' ')
		}
		p.b = appendTenths(p.b, v)
	}
}

// appendTenths writes v rounded to a tenth, without a trailing zero.
func appendTenths(b []byte, v float64) []byte {
	t := int64(math.Round(v * 10))
	if t < 0 {
		b, t = append(b, '-'), -t
	}
	b = strconv.AppendInt(b, t/10, 10)
	if t%10 != 0 {
		b = append(b, '.', byte('0'+t%10))
	}
	return b
}

// Horizontal returns a line at y from x0 to x1.
func Horizontal(x0, x1, y float64) string {
	var p pen
	p.move(x0, y)
	p.across(x1)
	return p.String()
}

// Vertical returns a line at x from y0 to y1.
func Vertical(x, y0, y1 float64) string {
	var p pen
	p.move(x, y0)
	p.down(y1)
	return p.String()
}

// Segment returns a straight line between two points.
func Segment(x0, y0, x1, y1 float64) string {
	var p pen
	p.stroke(x0, y0, x1, y1)
	return p.String()
}

// Box returns the outline of r.
func Box(r Rect) string {
	var p pen
	p.rect(r)
	return p.String()
}
