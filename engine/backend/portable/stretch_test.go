package portable

import (
	"slices"
	"testing"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
	"cosinelab/engine/tensor"
)

// squared is a step that multiplies two square matrices.
func squared(n int) plan.Step {
	r := plan.Ref{Shape: tensor.Shape{n, n}, Stride: []int{n, 1}}
	return plan.Step{Kind: op.MatMul, In: []plan.Ref{r, r}, Out: r}
}

// Short steps follow one another without a look up, a long one has its look before and after.
func TestOnlyShortStepsShareAStretch(t *testing.T) {
	steps := []plan.Step{squared(8), squared(8), squared(512), squared(8), squared(512), squared(512)}
	var lengths []int
	for _, s := range stretches(steps, make([]task, len(steps))) {
		lengths = append(lengths, len(s))
	}
	if want := []int{2, 1, 1, 1, 1}; !slices.Equal(lengths, want) {
		t.Errorf("stretches of %v steps, want %v", lengths, want)
	}
	many := slices.Repeat([]plan.Step{squared(8)}, 10_000)
	for _, s := range stretches(many, make([]task, len(many))) {
		if len(s) > stretchWork/int(workOf(squared(8))) {
			t.Fatalf("a stretch of %d steps", len(s))
		}
	}
	if all := stretches(nil, nil); len(all) != 1 || len(all[0]) != 0 {
		t.Errorf("no steps are %d stretches, want an empty one, before which others get their turn", len(all))
	}
}
