//go:build !js

package still

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/ui/chart"
)

// Stretched paths lie in a box of so many units each way.
const (
	across = 1000
	down   = 250
)

// figures writes a figure, whose texts alone depend on the language.
func (w *writer) figures(in []node) {
	f := in[0].figure
	w.out.WriteString("<svg")
	says := make([]node, len(in))
	for i, n := range in {
		says[i].attrs = map[string]string{"aria-hidden": "true"}
		if n.figure.say != "" {
			says[i].attrs = map[string]string{"role": "img", "aria-label": n.figure.say}
		}
	}
	w.attributes(says)
	if f.frame == nil {
		fmt.Fprintf(&w.out, ` width="%g" height="%g" viewBox="0 0 %g %g">`, f.W, f.H, f.W, f.H)
		for _, p := range f.Paths {
			fmt.Fprintf(&w.out, `<path class="%s" d="%s"/>`, p.Class, p.D)
		}
		w.out.WriteString("</svg>")
		return
	}
	w.stretched(f)
	w.texts(in)
	w.out.WriteString("</svg>")
}

// band is a part of a figure: what is stretched, or what stands above or below it and keeps its height.
type band struct {
	kinds []string // classes of the paths in it; nil = all that are in no other
	y, h  string   // where it is, as attributes
	top   float64  // of the figure
	tall  float64
}

// Paths that run through all bands, and those of the rows above and below what is stretched.
var (
	through = []string{"truth", "truth-edge"}
	above   = []string{"bracket", "bracket-bar"}
	below   = []string{"missed", "alarm-right", "alarm-false"}
)

// bands are where the paths of a figure lie, by their classes.
func (f *figure) bands() []band {
	m := f.frame
	upper := max(m.Top, 3) // what stands over a figure without a margin lies on it
	list := []band{{through, "0", "100%", m.Top, f.H - m.Top - m.Bottom}}
	if m.Top > 0 {
		list = append(list, band{through, tenth(-m.Top), tenth(m.Top), 0, m.Top})
	}
	if m.Bottom > 0 {
		list = append(list, band{through, "100%", tenth(m.Bottom), f.H - m.Bottom, m.Bottom})
	}
	list = append(list, band{nil, "0", "100%", m.Top, f.H - m.Top - m.Bottom},
		band{above, tenth(-m.Top), tenth(upper), 0, upper})
	if m.Bottom > 0 {
		list = append(list, band{below, "100%", tenth(m.Bottom), f.H - m.Bottom, m.Bottom})
	}
	return list
}

// holds tells whether paths of a class lie in the band.
func (b band) holds(class string) bool {
	kind, _, _ := strings.Cut(class, " ")
	if b.kinds == nil {
		return !slices.Contains(slices.Concat(through, above, below), kind)
	}
	return slices.Contains(b.kinds, kind)
}

// stands tells whether a path keeps its size.
func stands(p chart.Path) bool {
	kind, _, _ := strings.Cut(p.Class, " ")
	return kind == "mark" || kind == "arrow"
}

func (w *writer) stretched(f *figure) {
	m := f.frame
	place := fmt.Sprintf("left: %s; top: %s; width: calc(100%% - %s); height: calc(100%% - %s)", rem(m.Left), rem(m.Top),
		rem(m.Left+m.Right), rem(m.Top+m.Bottom))
	fmt.Fprintf(&w.out, ` class="still %s">`, w.style(place))
	for _, b := range f.bands() {
		begun := false
		for _, p := range f.Paths {
			if !b.holds(p.Class) || stands(p) {
				continue
			}
			if !begun {
				begun = true
				fmt.Fprintf(&w.out, `<svg y="%s" width="100%%" height="%s" viewBox="0 0 %d %d" preserveAspectRatio="none">`,
					b.y, b.h, across, down)
			}
			fmt.Fprintf(&w.out, `<path class="%s" d="%s"/>`, p.Class, f.stretch(p.D, b))
		}
		if begun {
			w.out.WriteString("</svg>")
		}
	}
	for _, p := range f.Paths {
		if stands(p) {
			x, y := middle(p.D)
			fx, fy := f.at(x, y)
			fmt.Fprintf(&w.out, `<svg x="%s" y="%s"><path class="%s" d="%s"/></svg>`, percent(fx), percent(fy), p.Class,
				moved(p.D, -x, -y))
		}
	}
}

// at is where a point lies between the margins, 0 to 1 each way.
func (f *figure) at(x, y float64) (fx, fy float64) {
	m := f.frame
	return (x - m.Left) / (f.W - m.Left - m.Right), (y - m.Top) / (f.H - m.Top - m.Bottom)
}

// texts writes the texts of a figure: where they stand is a share of the box, and, beside it, in pixels.
func (w *writer) texts(in []node) {
	same := alike(in, func(a, b node) bool { return slices.Equal(a.figure.Texts, b.figure.Texts) })
	for i, n := range in {
		f := n.figure
		for _, t := range f.Texts {
			m := f.frame
			x, dx := t.X, 0.0
			if x < m.Left {
				x, dx = m.Left, x-m.Left
			} else if right := f.W - m.Right; x > right {
				x, dx = right, x-right
			}
			y, dy := t.Y, 0.0
			if y < m.Top {
				y, dy = m.Top, y-m.Top
			} else if bottom := f.H - m.Bottom; y > bottom {
				y, dy = bottom, y-bottom
			}
			fx, fy := f.at(x, y)
			fmt.Fprintf(&w.out, `<text class="%s" x="%s" y="%s"`, t.Class, percent(fx), percent(fy))
			if dx != 0 {
				fmt.Fprintf(&w.out, ` dx="%s"`, tenth(dx))
			}
			if dy != 0 {
				fmt.Fprintf(&w.out, ` dy="%s"`, tenth(dy))
			}
			if t.Anchor != chart.Start {
				fmt.Fprintf(&w.out, ` text-anchor="%s"`, t.Anchor)
			}
			if !same {
				fmt.Fprintf(&w.out, ` data-in="%s"`, w.tags[i])
			}
			fmt.Fprintf(&w.out, ">%s</text>", html.EscapeString(t.Text))
		}
		if same {
			return
		}
	}
}

// command is one of a path, with its coordinates.
type command struct {
	op byte
	at []float64
}

// commands reads path data as package chart writes it: absolute, without exponents.
func commands(d string) (list []command) {
	for i := 0; i < len(d); {
		c := command{op: d[i]}
		end := i + 1
		for end < len(d) && !('A' <= d[end] && d[end] <= 'Z') {
			end++
		}
		for _, field := range strings.Fields(d[i+1 : end]) {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				panic("still: " + field + " is no number of a path")
			}
			c.at = append(c.at, v)
		}
		list, i = append(list, c), end
	}
	return list
}

// stretch writes a path in units of its band, relative, which is shorter.
func (f *figure) stretch(d string, in band) string {
	m := f.frame
	unitX := func(x float64) int { return int(math.Round(across * (x - m.Left) / (f.W - m.Left - m.Right))) }
	unitY := func(y float64) int {
		if slices.Equal(in.kinds, through) {
			y = min(max(y, in.top), in.top+in.tall)
		}
		return int(math.Round(down * (y - in.top) / in.tall))
	}
	var out strings.Builder
	x, y, startX, startY := 0, 0, 0, 0
	last := byte(0)
	put := func(op byte, at ...int) {
		if op != last || op == 'm' {
			out.WriteByte(op)
		} else if at[0] >= 0 {
			out.WriteByte(' ')
		}
		last = op
		for i, v := range at {
			if i > 0 && v >= 0 {
				out.WriteByte(' ')
			}
			out.WriteString(strconv.Itoa(v))
		}
	}
	for _, c := range commands(d) {
		nx, ny := x, y
		switch c.op {
		case 'M', 'L':
			nx, ny = unitX(c.at[0]), unitY(c.at[1])
		case 'H':
			nx = unitX(c.at[0])
		case 'V':
			ny = unitY(c.at[0])
		case 'Z':
			out.WriteByte('z')
			last, x, y = 'z', startX, startY
			continue
		default:
			panic("still: a path with " + string(c.op))
		}
		switch {
		case c.op == 'M':
			put('m', nx-x, ny-y)
			startX, startY = nx, ny
		case nx == x && ny == y:
		case ny == y:
			put('h', nx-x)
		case nx == x:
			put('v', ny-y)
		default:
			put('l', nx-x, ny-y)
		}
		x, y = nx, ny
	}
	return out.String()
}

// middle is that of what a path covers.
func middle(d string) (x, y float64) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	px, py := 0.0, 0.0
	for _, c := range commands(d) {
		n := len(c.at)
		switch c.op {
		case 'H':
			px = c.at[0]
		case 'V':
			py = c.at[0]
		case 'Z':
		default:
			px, py = c.at[n-2], c.at[n-1]
		}
		x0, y0, x1, y1 = min(x0, px), min(y0, py), max(x1, px), max(y1, py)
	}
	return (x0 + x1) / 2, (y0 + y1) / 2
}

// moved writes a path elsewhere.
func moved(d string, dx, dy float64) string {
	var out strings.Builder
	for _, c := range commands(d) {
		switch n := len(c.at); c.op {
		case 'H':
			c.at[0] += dx
		case 'V':
			c.at[0] += dy
		case 'Z':
		default:
			c.at[n-2], c.at[n-1] = c.at[n-2]+dx, c.at[n-1]+dy
		}
		out.WriteByte(c.op)
		for i, v := range c.at {
			if i > 0 {
				out.WriteByte(' ')
			}
			out.WriteString(tenth(v))
		}
	}
	return out.String()
}

func percent(share float64) string {
	return strconv.FormatFloat(math.Round(1000*share)/10, 'f', -1, 64) + "%"
}
func tenth(v float64) string { return strconv.FormatFloat(math.Round(10*v)/10+0, 'f', -1, 64) } // no -0
func rem(v float64) string   { return strconv.FormatFloat(v/16, 'f', -1, 64) + "rem" }
