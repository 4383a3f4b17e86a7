package plan

import (
	"fmt"
	"strings"
)

// Dump prints the plan for a person: sizes, slots, then each procedure step by step with shapes and places.
func (p *Plan) Dump() string {
	var b strings.Builder
	fmt.Fprintf(&b, "arena %d floats: %d in slots, %d temporary\n", p.Arena, p.Static, p.Arena-p.Static)
	for _, s := range p.Slots {
		fmt.Fprintf(&b, "%-6v %-12s @%-6d %s\n", s.Class, s.Shape, s.Offset, s.Name)
	}
	for _, q := range p.Procs {
		fmt.Fprintf(&b, "\nproc %s\n", q.Name)
		for i, s := range q.Steps {
			fmt.Fprintf(&b, "%4d  %-16s %v%s <-%s%s  %s\n", i, s.Kind, s.Out, refs(s.Also), refs(s.In),
				s.attr(), s.Label)
		}
	}
	return b.String()
}

func refs(in []Ref) string {
	var b strings.Builder
	for _, r := range in {
		fmt.Fprintf(&b, " %v", r)
	}
	return b.String()
}

// String prints shape and place, and the strides of a window that is not contiguous: [2,3]@16/1,2.
func (r Ref) String() string {
	s := fmt.Sprintf("%v@%d", r.Shape, r.Offset)
	if r.Contiguous() {
		return s
	}
	return s + "/" + strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Stride), " ", ","), "[]")
}

func (s Step) attr() string {
	out := ""
	if s.Attr.X != 0 {
		out += fmt.Sprintf("  x=%g", s.Attr.X)
	}
	if len(s.Attr.N) > 0 {
		out += fmt.Sprintf("  n=%v", s.Attr.N)
	}
	return out
}
