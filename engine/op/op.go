// Package op lists the operations of the engine with arity, shape rule, formula.
package op

// Kind is an operation. Everything the engine knows of an operation is a row of a table indexed by Kind.
type Kind int

// The operations. Element-wise ones with two operands broadcast as in package tensor. The formula, the
// meaning of Attr and the shape rule of each stand in its row of Table.
const (
	// Sources.
	Input Kind = iota
	Param
	Const

	// Views: they move no data.
	Reshape
	Transpose
	Slice
	Expand
	StopGradient

	// Movement of data.
	Copy
	Concat
	Pad
	Unfold
	Fold

	// Element-wise, one operand.
	Scale
	Shift
	Square
	Sqrt
	Exp
	Log
	Tanh
	Sigmoid
	Relu
	Heaviside
	Gelu
	GeluSlope
	Softplus

	// Element-wise, two operands.
	Add
	Sub
	Mul
	Div
	Max

	// Reductions, products, rows.
	Sum
	MatMul
	Softmax
	SoftmaxGrad
	Normalize
	NormalizeGrad
	Cosine
	CosineGrad

	// The Anomaly Transformer's associations (models/README.md, sections 3.3 to 3.4).
	GaussianPrior
	GaussianPriorGrad
	Discrepancy
	DiscrepancyGradSeries
	DiscrepancyGradSigma

	// Recurrences over all steps of a sequence, T steps of R independent rows (models/README.md, sections 5
	// to 7). Weights are read once for all steps, and their gradient is one product over all steps.
	LSTM
	LSTMGrad
	GRU
	GRUGrad

	// Influences of channels on one another at every step (models/README.md, section 8.2), without a value
	// for every pair.
	Influence
	InfluenceGrad
	InfluenceGradWeights

	// Updates: they overwrite their first operands and have no result.
	Assign
	Accumulate
	Adam

	// Fused: what takes several of the operations above is one step here. They stand in plans only; package
	// plan makes them, and a graph cannot hold them.
	MatMulAdd
	MatMulGelu
	SumAdd
	LayerNorm
	LayerNormGrad
	DiscrepancyGrad
	TanhGrad
	SigmoidGrad
	ReluGrad

	Count // the number of kinds; not a kind
)

// Attr holds the constants of one use of an operation. Which fields count stands in the operation's row of
// Table.
type Attr struct {
	X float64 // a factor, a summand, an epsilon
	N []int   // axes, extents, offsets
	// Hyper holds the constants of Adam: beta1, beta2, epsilon, weight decay.
	Hyper [4]float64
}

// String is the operation's name as error messages and plan dumps print it.
func (k Kind) String() string {
	if k < 0 || k >= Count {
		return "invalid"
	}
	return Table[k].Name
}

// IsView reports whether the result is the operand's data under another shape.
func (k Kind) IsView() bool { return k >= Reshape && k <= StopGradient }

// IsSource reports whether the value comes from outside the graph.
func (k Kind) IsSource() bool { return k <= Const }

// IsUnary reports whether the result has the operand's shape, each element depending on its own one alone.
func (k Kind) IsUnary() bool { return k >= Scale && k <= Softplus }

// IsBinary reports whether the operation is element-wise with two broadcast operands.
func (k Kind) IsBinary() bool { return k >= Add && k <= Max || k >= TanhGrad && k <= ReluGrad }

// IsFused reports whether the operation stands in plans only.
func (k Kind) IsFused() bool { return k >= MatMulAdd && k <= ReluGrad }

// Updates is the number of leading operands that the operation overwrites; 0 for everything but updates.
func (k Kind) Updates() int {
	switch k {
	case Assign, Accumulate:
		return 1
	case Adam:
		return 3
	}
	return 0
}
