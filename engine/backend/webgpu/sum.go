package webgpu

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// reduction is a sum over some axes of a strided operand, or one stage of it.
type reduction struct {
	offset                               int
	kept, keptStride, terms, termsStride []int
	out                                  int // where the sums go, row-major
	add                                  bool
	parts, partLen                       int // terms are cut into so many parts, whose sums lie count apart
	columns                              int // neighbouring sums that a workgroup makes at once
}

// sumThreads is the size of a workgroup: columns times those that share a sum.
const sumThreads = 256

// longSum is how many terms one workgroup adds up for a sum, at most: longer ones go in two stages.
const longSum = 8192

// renderSum reads neighbours in memory by neighbouring threads: those of one sum if its terms lie side by
// side, those of several sums if these do. SumAdd has the accumulator as its first operand, so the last is the
// one to sum.
func renderSum(r *renderer, s plan.Step) {
	x := s.In[len(s.In)-1]
	d := reduction{offset: x.Offset, out: s.Out.Offset, add: s.Kind == op.SumAdd, parts: 1}
	inner := -1 // the axis along which neighbours lie
	for i, n := range x.Shape {
		if n > 1 && (inner < 0 || x.Stride[i] != 0 && (x.Stride[inner] == 0 || x.Stride[i] <= x.Stride[inner])) {
			inner = i
		}
		if slices.Contains(s.Attr.N, i) {
			d.terms, d.termsStride = append(d.terms, n), append(d.termsStride, x.Stride[i])
		} else {
			d.kept, d.keptStride = append(d.kept, n), append(d.keptStride, x.Stride[i])
		}
	}
	d.kept, d.keptStride = collapseOne(d.kept, d.keptStride)
	d.terms, d.termsStride = collapseOne(d.terms, d.termsStride)
	d.columns = 1
	if inner >= 0 && !slices.Contains(s.Attr.N, inner) {
		d.columns = 32
	}
	// A sum of few terms needs few threads.
	if n := size(d.terms); n < 32 {
		d.columns = max(d.columns, sumThreads>>bits.Len(uint(n-1)))
	}
	d.partLen = size(d.terms)
	if d.partLen > longSum {
		d.stages(r, s)
		return
	}
	r.reduce(d, bytesOf(s))
}

// collapseOne is collapse for a single operand.
func collapseOne(shape, stride []int) (s, st []int) {
	s, sts := collapse(shape, stride)
	return s, sts[0]
}

// size is the number of elements.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// stages sums parts of the terms first, then the parts.
func (d reduction) stages(r *renderer, s plan.Step) {
	count, terms := size(d.kept), d.partLen
	first := d
	first.parts = groups(terms, longSum)
	first.partLen = groups(terms, first.parts)
	first.out, first.add = r.room(count*first.parts), false
	r.reduce(first, 4*(distinct(s.In[len(s.In)-1])+count*first.parts))
	second := reduction{offset: first.out, kept: []int{count}, keptStride: []int{1}, terms: []int{first.parts},
		termsStride: []int{count}, out: d.out, add: d.add, parts: 1, partLen: first.parts, columns: 64}
	r.reduce(second, 4*(count*first.parts+count))
}

// reduce adds the call of one stage.
func (r *renderer) reduce(d reduction, bytes int) {
	count, sharing := size(d.kept), sumThreads/d.columns
	k := newKernel(sumThreads)
	k.use(columnTree(d.columns))
	k.count("kept", count)
	k.count("terms", size(d.terms))
	k.count("part_len", d.partLen)
	k.count("blocks", groups(count, d.columns))
	k.line("let sum = min(group %% blocks * %du + lane %% %du, kept - 1u);", d.columns, d.columns)
	k.line("let live = group %% blocks * %du + lane %% %du < kept && lane < %du;", d.columns, d.columns, d.columns)
	k.line("let part = group / blocks;")
	k.axes("sum", "at", d.kept)
	k.place("source", d.offset, "at", d.keptStride)
	k.line("var v = 0.0;")
	k.line("let end = min(terms, (part + 1u) * part_len);")
	k.line("for (var term = part * part_len + lane / %du; term < end; term += %du) {", d.columns, sharing)
	k.axes("term", "of", d.terms)
	k.place("further", 0, "of", d.termsStride)
	k.line("v += a[source + further];")
	k.line("}")
	k.line("v = total(v, lane);")
	k.count("out", d.out)
	k.count("parts", d.parts)
	// Behind the last part comes nothing, though the grid may go on.
	assign := "="
	if d.add {
		assign = "+="
	}
	k.line("if (live && part < parts) { a[out + part * kept + sum] %s v; }", assign)
	r.call(k, groups(count, d.columns)*d.parts, bytes)
}

// columnTree joins the numbers of all threads with the same column, in a fixed order.
func columnTree(columns int) string {
	return strings.NewReplacer("COLUMNS", fmt.Sprint(columns), "SIZE", fmt.Sprint(sumThreads)).Replace(`
var<workgroup> held: array<f32, SIZE>;
fn total(v: f32, lane: u32) -> f32 {
  held[lane] = v;
  workgroupBarrier();
  for (var h = SIZEu / 2u; h >= COLUMNSu; h /= 2u) {
    if (lane < h) { held[lane] += held[lane + h]; }
    workgroupBarrier();
  }
  return held[lane % COLUMNSu];
}`)
}
