package webgpu

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cosinelab/engine/plan"
)

// kernel is the text of a shader on its way, with the parameters of one call. Parameters are numbered in the
// order in which they are declared, so that one text serves every call that declares the same.
type kernel struct {
	size      int  // threads of a workgroup
	vector    bool // the arena is vectors of four
	flop      float64
	functions []string // what main calls
	body      strings.Builder
	words     []uint32
}

// newKernel begins a kernel with so many threads in a workgroup. main knows group, the number of the
// workgroup, and lane, the number of the thread in it.
func newKernel(size int) *kernel { return &kernel{size: size} }

// line adds text to main.
func (k *kernel) line(format string, args ...any) {
	fmt.Fprintf(&k.body, "  "+format+"\n", args...)
}

// lines adds text to main as it stands, indented like the rest.
func (k *kernel) lines(text string) {
	for line := range strings.Lines(strings.Trim(text, "\n")) {
		k.body.WriteString("  " + strings.TrimRight(line, "\n") + "\n")
	}
}

// use adds functions, each once.
func (k *kernel) use(texts ...string) {
	for _, f := range texts {
		if !slices.Contains(k.functions, f) {
			k.functions = append(k.functions, f)
		}
	}
}

// count declares a number of things under a name.
func (k *kernel) count(name string, n int) { k.line("let %s = %s;", name, k.word(uint32(n))) }

// constant declares a float under a name.
func (k *kernel) constant(name string, x float64) {
	k.line("let %s = bitcast<f32>(%s);", name, k.word(math.Float32bits(float32(x))))
}

// word adds a parameter and returns the expression that reads it.
func (k *kernel) word(w uint32) string {
	i := len(k.words)
	k.words = append(k.words, w)
	return fmt.Sprintf("p[%d].%c", i/4, "xyzw"[i%4])
}

// limit ends the threads whose number i is none of n.
func (k *kernel) limit(n int) {
	k.count("n", n)
	k.line("let i = group * %du + lane;", k.size)
	k.line("if (i >= n) { return; }")
}

// axes splits a number into one along each axis: name0, name1, ... It declares the extents.
func (k *kernel) axes(number, name string, shape []int) {
	last := len(shape) - 1
	rest := number
	for i := last; i > 0; i-- {
		k.count(fmt.Sprintf("%s_extent%d", name, i), shape[i])
		k.line("let %s%d = %s %% %s_extent%d;", name, i, rest, name, i)
		k.line("let %s_rest%d = %s / %s_extent%d;", name, i, rest, name, i)
		rest = fmt.Sprintf("%s_rest%d", name, i)
	}
	if last >= 0 {
		k.line("let %s0 = %s;", name, rest)
	}
}

// place declares where an element lies whose numbers along the axes have these names.
func (k *kernel) place(name string, offset int, axes string, stride []int) {
	terms := []string{k.word(uint32(offset))}
	for i, s := range stride {
		terms = append(terms, fmt.Sprintf("%s%d * %s", axes, i, k.word(uint32(s))))
	}
	k.line("let %s = %s;", name, strings.Join(terms, " + "))
}

// base declares where a contiguous operand begins.
func (k *kernel) base(name string, r plan.Ref) { k.count(name, r.Offset) }

// text is the whole shader.
func (k *kernel) text() string {
	var s strings.Builder
	element := "f32"
	if k.vector {
		element = "vec4f"
	}
	s.WriteString("@group(0) @binding(0) var<uniform> p: array<vec4u, 16>;\n")
	fmt.Fprintf(&s, "@group(0) @binding(1) var<storage, read_write> a: array<%s>;\n", element)
	for _, f := range k.functions {
		s.WriteString(strings.Trim(f, "\n") + "\n")
	}
	fmt.Fprintf(&s, "@compute @workgroup_size(%d)\n", k.size)
	s.WriteString("fn main(@builtin(workgroup_id) place: vec3u, @builtin(num_workgroups) grid: vec3u,\n" +
		"  @builtin(local_invocation_index) lane: u32) {\n" +
		"  let group = place.y * grid.x + place.x;\n")
	s.WriteString(k.body.String())
	s.WriteString("}\n")
	return s.String()
}

// groups is how many workgroups of size threads n threads fill.
func groups(n, size int) int { return (n + size - 1) / size }

// bytesOf is what the operands and results of a step take, each counted once, and once more where it is written
// as well. Repeated elements are read from memory once.
func bytesOf(s plan.Step) int {
	n := distinct(s.Out)
	for _, r := range s.Also {
		n += distinct(r)
	}
	for _, r := range s.In {
		n += distinct(r)
	}
	for i := 1; i < s.Kind.Updates(); i++ {
		n += distinct(s.In[i])
	}
	return 4 * n
}

// distinct is the number of different floats that a reference touches.
func distinct(r plan.Ref) int {
	n := 1
	for i, d := range r.Shape {
		if r.Stride[i] != 0 {
			n *= d
		}
	}
	return n
}

// collapse drops axes of extent 1 and merges neighbours that every operand steps over evenly. It leaves at
// least one axis.
func collapse(shape []int, strides ...[]int) (s []int, st [][]int) {
	st = make([][]int, len(strides))
	for i, d := range shape {
		if d == 1 {
			continue
		}
		n := len(s)
		even := n > 0
		for k := range strides {
			even = even && st[k][n-1] == d*strides[k][i]
		}
		if even {
			s[n-1] *= d
		} else {
			s = append(s, d)
		}
		for k := range strides {
			if even {
				st[k][n-1] = strides[k][i]
			} else {
				st[k] = append(st[k], strides[k][i])
			}
		}
	}
	if len(s) == 0 {
		s = []int{1}
		for k := range st {
			st[k] = []int{1}
		}
	}
	return s, st
}
