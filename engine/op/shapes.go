package op

import (
	"errors"
	"fmt"
	"slices"

	"cosinelab/engine/tensor"
)

// declared is the rule of sources: the shape in N, of which no extent is 0, so that no kernel ever meets an
// empty operand.
func declared(_ []tensor.Shape, a Attr) (tensor.Shape, error) {
	for _, d := range a.N {
		if d < 1 {
			return nil, fmt.Errorf("shape %v has an extent below 1", tensor.Shape(a.N))
		}
	}
	return slices.Clone(a.N), nil
}

// planned is the rule of fused operations: shapes were checked before package plan joined the parts.
func planned([]tensor.Shape, Attr) (tensor.Shape, error) {
	return nil, errors.New("stands in plans only")
}

// same is the rule of element-wise operations, and of others that keep the shape.
func same(in []tensor.Shape, _ Attr) (tensor.Shape, error) { return in[0], nil }

// alike is the rule of two operands that correspond element by element, without broadcasting.
func alike(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	if !in[0].Equal(in[1]) {
		return nil, errors.New("want equal shapes")
	}
	return in[0], nil
}

func broadcast(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	return tensor.Broadcast(in[0], in[1])
}

func reshape(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	s, err := declared(nil, a)
	if err != nil {
		return nil, err
	}
	if s.Len() != in[0].Len() {
		return nil, fmt.Errorf("%d elements do not fit shape %v", in[0].Len(), s)
	}
	return s, nil
}

// transpose wants each axis exactly once.
func transpose(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	if len(a.N) != len(in[0]) {
		return nil, fmt.Errorf("permutation %v has %d axes, want %d", a.N, len(a.N), len(in[0]))
	}
	out := make(tensor.Shape, len(a.N))
	seen := make([]bool, len(a.N))
	for i, x := range a.N {
		if x < 0 || x >= len(seen) || seen[x] {
			return nil, fmt.Errorf("%v is not a permutation of %d axes", a.N, len(seen))
		}
		seen[x] = true
		out[i] = in[0][x]
	}
	return out, nil
}

// axisOf returns the axis in N[0], after checking it against the operand's shape, and that N holds as many
// numbers as the operation wants.
func axisOf(s tensor.Shape, a Attr, want int) (int, error) {
	if len(a.N) != want {
		return 0, fmt.Errorf("%d integer attributes, want %d", len(a.N), want)
	}
	if a.N[0] < 0 || a.N[0] >= len(s) {
		return 0, fmt.Errorf("axis %d of a shape with %d axes", a.N[0], len(s))
	}
	return a.N[0], nil
}

// slice keeps at least one element of the axis.
func slice(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	x, err := axisOf(in[0], a, 3)
	if err != nil {
		return nil, err
	}
	if a.N[1] < 0 || a.N[1] >= a.N[2] || a.N[2] > in[0][x] {
		return nil, fmt.Errorf("elements %d up to %d along an axis of %d", a.N[1], a.N[2], in[0][x])
	}
	out := slices.Clone(in[0])
	out[x] = a.N[2] - a.N[1]
	return out, nil
}

// expand never drops or shortens an axis of the operand.
func expand(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	out, err := tensor.Broadcast(in[0], a.N)
	if err != nil {
		return nil, err
	}
	if !out.Equal(a.N) {
		return nil, fmt.Errorf("cannot shrink to %v", tensor.Shape(a.N))
	}
	return out, nil
}

// concat adds up the extents along the axis; all others must agree.
func concat(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	x, err := axisOf(in[0], a, 1)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(in[0])
	for _, s := range in[1:] {
		if len(s) != len(out) || !slices.Equal(s[:x], out[:x]) || !slices.Equal(s[x+1:], out[x+1:]) {
			return nil, fmt.Errorf("want shapes that differ along axis %d only", x)
		}
		out[x] += s[x]
	}
	return out, nil
}

func pad(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	x, err := axisOf(in[0], a, 3)
	if err != nil {
		return nil, err
	}
	if a.N[1] < 0 || a.N[2] < 0 {
		return nil, fmt.Errorf("padding by %d and %d", a.N[1], a.N[2])
	}
	out := slices.Clone(in[0])
	out[x] += a.N[1] + a.N[2]
	return out, nil
}

// taps checks the operand and the four numbers of unfold and fold. The offset may be negative, and taps may
// lie altogether outside the window.
func taps(s tensor.Shape, a Attr) error {
	if len(s) != 3 || len(a.N) != 4 || a.N[0] < 1 || a.N[1] < 1 {
		return errors.New("want [B,L,C] with width, dilation, offset, circular")
	}
	return nil
}

func unfold(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	if err := taps(in[0], a); err != nil {
		return nil, err
	}
	return tensor.Shape{in[0][0], in[0][1], in[0][2] * a.N[0]}, nil
}

// fold is unfold the other way round, and wants columns in whole sets of taps.
func fold(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	if err := taps(in[0], a); err != nil {
		return nil, err
	}
	if in[0][2]%a.N[0] != 0 {
		return nil, fmt.Errorf("%d columns do not divide into %d taps", in[0][2], a.N[0])
	}
	return tensor.Shape{in[0][0], in[0][1], in[0][2] / a.N[0]}, nil
}

// sum leaves the axes that are not in N. An axis out of range, or named twice, makes the counts differ.
func sum(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	out := tensor.Shape{}
	for i, d := range in[0] {
		if !slices.Contains(a.N, i) {
			out = append(out, d)
		}
	}
	if len(out)+len(a.N) != len(in[0]) {
		return nil, fmt.Errorf("axes %v of a shape with %d axes", a.N, len(in[0]))
	}
	return out, nil
}

// matmul does not broadcast leading axes: a matrix that serves a whole batch must be expanded to it.
func matmul(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	x, y := in[0], in[1]
	r := len(x)
	if r < 2 || len(y) != r || !slices.Equal(x[:r-2], y[:r-2]) {
		return nil, errors.New("want two or more axes, all but the last two equal")
	}
	if x[r-1] != y[r-2] {
		return nil, fmt.Errorf("inner extents %d and %d differ", x[r-1], y[r-2])
	}
	out := slices.Clone(x)
	out[r-1] = y[r-1]
	return out, nil
}

// rows is the rule of what makes one number of two rows.
func rows(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	s, err := alike(in, a)
	if err != nil {
		return nil, err
	}
	if len(s) == 0 {
		return nil, errors.New("want at least one axis")
	}
	return s[:len(s)-1], nil
}

func cosineGrad(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	s, err := rows(in, a)
	if err != nil {
		return nil, err
	}
	if !in[2].Equal(s) {
		return nil, fmt.Errorf("gradient %v, want %v", in[2], s)
	}
	return in[1], nil
}

// gaussianPrior takes the deviations of B windows, H heads and L steps to a row for each of them.
func gaussianPrior(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	if len(in[0]) != 3 {
		return nil, errors.New("want sigma [B,H,L]")
	}
	return append(slices.Clone(in[0]), in[0][2]), nil
}

func gaussianPriorGrad(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	s, err := gaussianPrior(in, a)
	if err != nil {
		return nil, err
	}
	if !in[1].Equal(s) {
		return nil, fmt.Errorf("gradient %v, want %v", in[1], s)
	}
	return in[0], nil
}

// discrepancy makes one number of each row, so the result has sigma's shape.
func discrepancy(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	s, err := gaussianPrior(in[1:], a)
	if err != nil {
		return nil, err
	}
	if !in[0].Equal(s) {
		return nil, fmt.Errorf("series association %v, want %v", in[0], s)
	}
	return in[1], nil
}

func discrepancyGradSigma(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	s, err := discrepancy(in, a)
	if err != nil {
		return nil, err
	}
	if !in[2].Equal(s) {
		return nil, fmt.Errorf("gradient %v, want %v", in[2], s)
	}
	return s, nil
}

func discrepancyGradSeries(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	if _, err := discrepancyGradSigma(in, a); err != nil {
		return nil, err
	}
	return in[0], nil
}

// recurrence checks the first two operands of a recurrence over H states: x [T,R,wide*H], y [gates*H,H]. The
// weights alone say what H is.
func recurrence(in []tensor.Shape, wide, gates int) (hidden int, err error) {
	if len(in[0]) != 3 || len(in[1]) != 2 || in[1][0] != gates*in[1][1] {
		return 0, fmt.Errorf("want [T,R,%d*H] and weights [%d*H,H]", wide, gates)
	}
	hidden = in[1][1]
	if in[0][2] != wide*hidden {
		return 0, fmt.Errorf("%d columns, want %d for %d states", in[0][2], wide*hidden, hidden)
	}
	return hidden, nil
}

// lstm gives four gates, the cell and the state of every step.
func lstm(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	h, err := recurrence(in, 4, 4)
	if err != nil {
		return nil, err
	}
	return tensor.Shape{in[0][0], in[0][1], 6 * h}, nil
}

// gru gives three gates, their three shares from the state before, and the state of every step.
func gru(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	h, err := recurrence(in, 3, 3)
	if err != nil {
		return nil, err
	}
	if !in[2].Equal(tensor.Shape{3 * h}) {
		return nil, fmt.Errorf("bias %v, want [%d]", in[2], 3*h)
	}
	return tensor.Shape{in[0][0], in[0][1], 7 * h}, nil
}

// lstmGrad reads the six parts of an LSTM's result and gives the gradients of the four sums inside its gates;
// gruGrad reads seven, and gives the gradients of the three shares from the input, then of the three from the
// state.
func lstmGrad(in []tensor.Shape, _ Attr) (tensor.Shape, error) { return recurrenceGrad(in, 6, 4, 4) }

func gruGrad(in []tensor.Shape, _ Attr) (tensor.Shape, error) { return recurrenceGrad(in, 7, 3, 6) }

// recurrenceGrad checks the gradient of the states as well; the result is out*H wide.
func recurrenceGrad(in []tensor.Shape, wide, gates, out int) (tensor.Shape, error) {
	h, err := recurrence(in, wide, gates)
	if err != nil {
		return nil, err
	}
	steps, rows := in[0][0], in[0][1]
	if !in[2].Equal(tensor.Shape{steps, rows, h}) {
		return nil, fmt.Errorf("gradient %v, want %v", in[2], tensor.Shape{steps, rows, h})
	}
	return tensor.Shape{steps, rows, out * h}, nil
}

// influence takes p and q of all channels in one array, since one product makes both.
func influence(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	a, y := in[0], in[1]
	if len(a) != 2 || a[0] != a[1] || len(y) != 3 || y[1] != a[0] || y[2]%2 != 0 {
		return nil, errors.New("want weights [C,C], features [N,C,2M]")
	}
	return tensor.Shape{y[0], y[1], y[2] / 2}, nil
}

func influenceGrad(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	out, err := influence(in, a)
	if err == nil && !in[2].Equal(out) {
		err = fmt.Errorf("gradient %v, want %v", in[2], out)
	}
	return in[1], err
}

func influenceGradWeights(in []tensor.Shape, a Attr) (tensor.Shape, error) {
	_, err := influenceGrad(in, a)
	return in[0], err
}

// update wants what is written in the parameter's own shape: nothing broadcasts into a parameter.
func update(in []tensor.Shape, a Attr) (tensor.Shape, error) { return alike(in, a) }

// adam wants the gradient in the parameters' own shape. What changes with every step comes as operands: the
// factor that clipping computes, and the three numbers of the optimiser's step.
func adam(in []tensor.Shape, _ Attr) (tensor.Shape, error) {
	for _, s := range in[1:4] {
		if !s.Equal(in[0]) {
			return nil, errors.New("want parameters, moments and gradient of one shape")
		}
	}
	if in[4].Len() != 1 || in[5].Len() != 3 {
		return nil, errors.New("want a factor [1] and hyperparameters [3]")
	}
	return in[0], nil
}
