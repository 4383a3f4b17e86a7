package backendtest

import (
	"fmt"
	"math"

	"cosinelab/engine/op"
)

// bound is how far float32 may be from the oracle: relative to the value, plus a share of the largest finite
// value of the tensor, plus a fixed amount for inputs of size 1 whose contributions cancel altogether.
type bound struct{ relative, ofLargest, fixed float64 }

// The bounds, and why. An element-wise result is one rounding away from exact, or two where the device
// divides by multiplying with a reciprocal.
var (
	exact   = bound{}
	rounded = bound{3e-7, 0, 0}
	// a device's own functions: WGSL allows exp several units in the last place
	function   = bound{1e-5, 1e-6, 0}
	summed     = bound{1e-5, 1e-5, 0}    // up to a few hundred terms of either sign in float32, in any order
	subtracted = bound{1e-4, 1e-4, 1e-5} // differences of sums that nearly cancel
)

var bounds = [op.Count]bound{
	op.Reshape: exact, op.Transpose: exact, op.Slice: exact, op.Expand: exact, op.StopGradient: exact,
	op.Copy: exact, op.Concat: exact, op.Pad: exact, op.Unfold: exact, op.Assign: exact,
	op.Relu: exact, op.Heaviside: exact, op.Max: exact,

	op.Scale: rounded, op.Shift: rounded, op.Square: rounded, op.Sqrt: rounded,
	op.Add: rounded, op.Sub: rounded, op.Mul: rounded, op.Div: rounded, op.Accumulate: rounded,

	op.Exp: function, op.Log: function, op.Tanh: function, op.Sigmoid: function, op.Gelu: function,
	op.GeluSlope: function, op.Softplus: function, op.Adam: function,

	op.Sum: summed, op.MatMul: summed, op.Fold: summed, op.Softmax: summed, op.SoftmaxGrad: summed,
	op.Normalize: summed, op.Cosine: summed, op.GaussianPrior: summed, op.Discrepancy: summed,
	op.LSTM: summed, op.GRU: summed, op.Influence: summed, op.InfluenceGrad: summed,
	op.InfluenceGradWeights: summed,

	// Their terms are differences: of an element and a mean, of two directions, of logarithms.
	op.NormalizeGrad: subtracted, op.CosineGrad: subtracted, op.GaussianPriorGrad: subtracted,
	op.DiscrepancyGradSeries: subtracted, op.DiscrepancyGradSigma: subtracted,

	op.MatMulAdd: summed, op.MatMulGelu: summed, op.SumAdd: summed, op.LayerNorm: summed, op.TanhGrad: summed,
	op.SigmoidGrad: summed, op.ReluGrad: exact,
	op.LayerNormGrad: subtracted, op.DiscrepancyGrad: subtracted,

	// Their errors pass through every step.
	op.LSTMGrad: subtracted, op.GRUGrad: subtracted,
}

// subnormal is the least normal float32: a device may take what is below it for 0.
const subnormal = 0x1p-126

// compare says where got is too far from want, or returns nil. NaN must be where the oracle has it, and so
// must values that overflow float32.
func compare(got []float32, want []float64, b bound) error {
	largest := 0.0
	for _, w := range want {
		if !math.IsInf(float64(float32(w)), 0) {
			largest = max(largest, finite(w))
		}
	}
	for i, w := range want {
		g := float64(got[i])
		limit := b.relative*math.Abs(w) + b.ofLargest*largest + b.fixed + 2*subnormal
		if g == float64(float32(w)) || math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) <= limit &&
			!math.IsInf(g, 0) {
			continue
		}
		return fmt.Errorf("element %d of %d: got %g, want %g within %.2g", i, len(want), g, w, limit)
	}
	return nil
}

func finite(w float64) float64 {
	if math.IsNaN(w) {
		return 0
	}
	return math.Abs(w)
}
