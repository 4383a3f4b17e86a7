package webgpu

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// tile is how a workgroup shares out a block of results: down times across threads keep rows times columns of them
// each in registers, columns in vectors of four. 8 by 8 results a thread would spill.
type tile struct{ rows, columns, down, across int }

// height and width are the extents of the block.
func (t tile) height() int { return t.rows * t.down }
func (t tile) width() int  { return t.columns * t.across }

// depth is how many terms of its rows and columns a workgroup brings to shared memory at a time.
const depth = 8

// tiles are what products may be cut into; those that are narrow are for a head of attention.
var tiles = []tile{{4, 8, 8, 8}, {4, 4, 8, 8}, {2, 4, 8, 8}, {2, 4, 16, 4}, {1, 4, 16, 4}, {4, 4, 32, 2}, {1, 4, 32, 2},
	{1, 4, 4, 16}}

// enough workgroups keep a GPU busy, small ones too.
const enough = 32

// most is how many times the results of a product its blocks may have.
const most = 1.5

// tileFor takes the tile that costs least: what it computes, the rest of its blocks included, what it brings to
// shared memory for that, and cores that find no block. ok is false if too much of every tile would be in vain.
func tileFor(m, n, batch int) (best tile, ok bool) {
	least := math.Inf(1)
	for _, t := range tiles {
		down, across := groups(m, t.height()), groups(n, t.width())
		results := float64(down*t.height()) * float64(across*t.width())
		if results > most*float64(m*n) {
			continue
		}
		cost := results * (1 + depth/float64(t.height()) + depth/float64(t.width())) *
			max(1, enough/float64(down*across*batch))
		if cost < least {
			best, least = t, cost
		}
	}
	return best, !math.IsInf(least, 1)
}

// Sums of many terms of which there are few go to teams: blocks would be too few.
const (
	longProduct = 1024
	fewProducts = 1024
)

// product is a batch of products with what fusion adds to it.
type product struct {
	step    plan.Step
	m, n, k int
	batch   []int // extents of the leading axes
	tile    tile
	wide    bool     // everything lies in whole vectors of four
	addends []string // names of In[2:]
	gelu    bool
	slope   bool
}

// renderMatMul is for op.MatMul, op.MatMulAdd and op.MatMulGelu, which share one kernel. An accumulator is an
// addend like others: each thread reads its own elements before it writes them.
func renderMatMul(r *renderer, s plan.Step) {
	rank := len(s.Out.Shape) - 2
	p := product{step: s, m: s.Out.Shape[rank], n: s.Out.Shape[rank+1], k: s.In[0].Shape[rank+1],
		batch: s.Out.Shape[:rank], gelu: s.Kind == op.MatMulGelu, slope: len(s.Also) > 0}
	for i := range s.In[2:] {
		p.addends = append(p.addends, [...]string{"z", "w"}[i])
	}
	results := p.m * p.n * size(p.batch)
	t, ok := tileFor(p.m, p.n, size(p.batch))
	switch {
	case p.k >= longProduct && results <= fewProducts:
		p.renderDots(r, teamOf(p.k))
	case !ok:
		p.renderDots(r, 1)
	default:
		p.tile, p.wide = t, p.inVectors()
		blocks := groups(p.m, t.height()) * groups(p.n, t.width()) * size(p.batch)
		k := p.kernel()
		k.flop = 2 * float64(blocks*t.height()*t.width()) * float64(p.k)
		r.call(k, blocks, bytesOf(s))
	}
}

// renderDots has a team for each result, which is all that there is to a narrow product.
func (p *product) renderDots(r *renderer, team int) {
	results := p.m * p.n * size(p.batch)
	k := newTeamsOf(team, results, p.k)
	k.count("m", p.m)
	k.count("columns", p.n)
	k.lines(`
let column = row % columns;
let row0 = row / columns % m;
let item = row / columns / m;`)
	p.operands(k)
	k.lines(`
var sum = 0.0;
for (var c = member; c < n; c += team) {
  sum += a[x + row0 * x_down + c * x_across] * a[y + c * y_down + column * y_across];
}
sum = total(sum, lane);
if (live && member == 0u) {`)
	p.element(k, 0, "sum", "column")
	k.line("}")
	k.flop = p.step.FLOP()
	r.call(k, groups(results*team, k.size), bytesOf(p.step))
}

// inVectors reports whether every operand and result begins and steps by whole vectors, and is dense along one
// of its last two axes in whole vectors.
func (p *product) inVectors() bool {
	refs := append(append([]plan.Ref{p.step.Out}, p.step.Also...), p.step.In...)
	for i, r := range refs {
		last := len(r.Shape) - 1
		dense := last
		if x := i - 1 - len(p.step.Also); (x == 0 || x == 1) && r.Stride[last] != 1 {
			dense = last - 1
		}
		if r.Offset%4 != 0 || r.Stride[dense] != 1 || r.Shape[dense]%4 != 0 {
			return false
		}
		for axis, s := range r.Stride {
			if axis != dense && s%4 != 0 {
				return false
			}
		}
	}
	return true
}

// kernel writes the shader.
func (p *product) kernel() *kernel {
	k := newKernel(p.tile.down * p.tile.across)
	k.vector = p.wide
	rows, columns := p.tile.height(), p.tile.width()
	k.count("m", p.m)
	k.count("n", p.n)
	k.count("inner", p.k)
	k.count("across", groups(p.n, columns))
	k.count("down", groups(p.m, rows))
	k.count("items", size(p.batch))
	k.line("let item = group / (across * down);")
	k.line("if (item >= items) { return; }")
	k.line("let first_column = group %% across * %du;", columns)
	k.line("let first_row = group / across %% down * %du;", rows)
	p.operands(k)
	k.line("let my_row = lane / %du * %du;", p.tile.across, p.tile.rows)
	k.line("let my_column = lane %% %du * 4u;", p.tile.across)
	k.use(fmt.Sprintf("var<workgroup> left: array<f32, %d>;\nvar<workgroup> right: array<f32, %d>;", depth*rows,
		depth*columns))
	p.multiply(k)
	p.finish(k)
	return k
}

// operands declares where those of item number item begin, and how they go down and across. The batch may lie in
// any way, and repeat.
func (p *product) operands(k *kernel) {
	s, rank := p.step, len(p.batch)
	k.constant("factor", s.Attr.X)
	if p.gelu {
		k.use(isNaN, exponential, gelu)
	}
	strides := [][]int{s.Out.Stride[:rank]}
	refs := append(slices.Clone(s.In), s.Also...)
	for _, r := range refs {
		strides = append(strides, r.Stride[:rank])
	}
	batch, strides := collapse(p.batch, strides...)
	k.axes("item", "at", batch)
	names := append([]string{"out", "x", "y"}, p.addends...)
	if p.slope {
		names = append(names, "slope")
	}
	for i, r := range append([]plan.Ref{s.Out}, refs...) {
		k.place(names[i], r.Offset, "at", strides[i])
		k.count(names[i]+"_down", r.Stride[rank])
		if i == 1 || i == 2 {
			k.count(names[i]+"_across", r.Stride[rank+1])
		}
	}
}

// multiply keeps all sums of a thread in registers c0_0, c0_1, ..., by row and vector.
func (p *product) multiply(k *kernel) {
	vectors := p.tile.columns / 4
	for i := range p.tile.rows {
		for q := range vectors {
			k.line("var c%d_%d = vec4f();", i, q)
		}
	}
	k.line("for (var begin = 0u; begin < inner; begin += %du) {", depth)
	p.load(k, "left", "x", p.tile.height(), "m", "first_row", "down", "across", p.step.In[0])
	turned := p.step.In[1]
	turned.Shape, turned.Stride = flip(turned.Shape), flip(turned.Stride)
	p.load(k, "right", "y", p.tile.width(), "n", "first_column", "across", "down", turned)
	k.line("  workgroupBarrier();")
	// A loop of fixed length is unrolled; where terms are left over, it ends with them.
	if p.k%depth == 0 {
		k.line("  for (var t = 0u; t < %du; t++) {", depth)
	} else {
		k.line("  for (var t = 0u; t < min(%du, inner - begin); t++) {", depth)
	}
	for q := range vectors {
		at := fmt.Sprintf("t * %du + %du + my_column", p.tile.width(), 4*q*p.tile.across)
		k.line("    let right%d = vec4f(right[%s], right[%s + 1u], right[%s + 2u], right[%s + 3u]);", q, at, at, at, at)
	}
	for i := range p.tile.rows {
		k.line("    let left%d = left[t * %du + my_row + %du];", i, p.tile.height(), i)
		for q := range vectors {
			k.line("    c%d_%d = fma(vec4f(left%d), right%d, c%d_%d);", i, q, i, q, i, q)
		}
	}
	k.lines(`
  }
  workgroupBarrier();
}`)
}

// flip turns the last two of a list around.
func flip[S ~[]int](s S) S {
	s = slices.Clone(s)
	n := len(s)
	s[n-1], s[n-2] = s[n-2], s[n-1]
	return s
}

// load brings depth terms of count lines to shared memory, term by term: neighbouring threads read neighbours,
// by vectors where everything lies so. lines is the name of their number in all, first that of the first one;
// ofLine and ofTerm end the names of the operand's strides. r has the lines as its last axis but one.
func (p *product) load(k *kernel, shared, operand string, count int, lines, first, ofLine, ofTerm string,
	r plan.Ref) {
	width := 1
	if p.wide {
		width = 4
	}
	terms := r.Stride[len(r.Stride)-1] == 1 // neighbours are terms of one line
	fast, slow := depth/width, count
	if !terms {
		fast, slow = count/width, depth
	}
	replace := strings.NewReplacer("SHARED", shared, "COUNT", fmt.Sprint(count), "LINES", lines, "FIRST", first,
		"OPERAND_LINE", operand+"_"+ofLine, "OPERAND_TERM", operand+"_"+ofTerm, "OPERAND", operand,
		"FAST", fmt.Sprint(fast), "TOTAL", fmt.Sprint(fast*slow), "WIDTH", fmt.Sprint(width), "THREADS",
		fmt.Sprint(k.size))
	text := `
  for (var e = lane; e < TOTALu; e += THREADSu) {
    let term = e % FASTu * WIDTHu;
    let line = e / FASTu;`
	if !terms {
		text = `
  for (var e = lane; e < TOTALu; e += THREADSu) {
    let line = e % FASTu * WIDTHu;
    let term = e / FASTu;`
	}
	value := "f32"
	from := "OPERAND + (FIRST + line) * OPERAND_LINE + (begin + term) * OPERAND_TERM"
	if p.wide {
		value, from = "vec4f", "("+from+") / 4u"
	}
	text += fmt.Sprintf(`
    var v = %s();
    if (FIRST + line < LINES && begin + term < inner) { v = a[%s]; }`, value, from)
	for i := range width {
		at := "term * COUNTu + line"
		part := "v"
		if p.wide {
			part = fmt.Sprintf("v[%d]", i)
		}
		if terms {
			text += fmt.Sprintf("\n    SHARED[(term + %du) * COUNTu + line] = %s;", i, part)
		} else {
			text += fmt.Sprintf("\n    SHARED[%s + %du] = %s;", at, i, part)
		}
	}
	k.lines(replace.Replace(text + "\n  }"))
}

// finish writes the results with all that is added to them.
func (p *product) finish(k *kernel) {
	for i := range p.tile.rows {
		k.line("let row%d = first_row + my_row + %du;", i, i)
		for q := range p.tile.columns / 4 {
			k.line("if (row%d < m) {", i)
			k.line("  let column = first_column + %du + my_column;", 4*q*p.tile.across)
			if p.wide {
				k.line("  if (column < n) {")
				p.element(k, i, fmt.Sprintf("c%d_%d", i, q), "column")
				k.line("  }")
			} else {
				for v := range 4 {
					k.line("  if (column + %du < n) {", v)
					p.element(k, i, fmt.Sprintf("c%d_%d[%d]", i, q, v), fmt.Sprintf("column + %du", v))
					k.line("  }")
				}
			}
			k.line("}")
		}
	}
}

// element writes one result, or one vector of them.
func (p *product) element(k *kernel, row int, sum, column string) {
	at := func(name string) string {
		s := fmt.Sprintf("%s + row%d * %s_down + %s", name, row, name, column)
		if p.wide {
			return fmt.Sprintf("a[(%s) / 4u]", s)
		}
		return fmt.Sprintf("a[%s]", s)
	}
	value := "factor * " + sum
	for _, z := range p.addends {
		value += " + " + at(z)
	}
	k.line("    let v = %s;", value)
	if p.slope {
		k.line("    %s = %s;", at("slope"), p.each("gelu_slope"))
	}
	if p.gelu {
		k.line("    %s = %s;", at("out"), p.each("gelu"))
		return
	}
	k.line("    %s = v;", at("out"))
}

// each applies a function to v, or to all its parts.
func (p *product) each(f string) string {
	if !p.wide {
		return f + "(v)"
	}
	return fmt.Sprintf("vec4f(%s(v.x), %s(v.y), %s(v.z), %s(v.w))", f, f, f, f)
}
