package op

import "cosinelab/engine/tensor"

// Info is what is known of an operation without looking at data.
type Info struct {
	Name    string
	Formula string // what it computes; x, y, z are the operands in order, X and N the fields of Attr
	Arity   int    // number of operands; -1 = one or more
	// Shape returns the result's shape, or says which operand is wrong and what was expected. Package graph
	// calls it once for each node, with Arity shapes, so that neither plans nor kernels check shapes again.
	// The result may be an operand's own shape.
	Shape func(in []tensor.Shape, a Attr) (tensor.Shape, error)
}

// Table describes every operation. Names and formulas are for error messages, dumps of plans and readers;
// nothing parses them. Letters in brackets are extents: B windows, H heads, L steps in a window, C channels,
// T steps and R rows of a recurrence, whose H counts states.
var Table = [Count]Info{
	Input: {"input", "a value written before each run", 0, declared},
	Param: {"param", "a value that persists between runs", 0, declared},
	Const: {"const", "a value fixed when the graph is built", 0, declared},

	Reshape:      {"reshape", "the elements of x in row-major order under shape N", 1, reshape},
	Transpose:    {"transpose", "axis i of the result is axis N[i] of x", 1, transpose},
	Slice:        {"slice", "the elements from N[1] up to N[2] along axis N[0] of x", 1, slice},
	Expand:       {"expand", "x repeated to shape N; axes of extent 1 and missing leading axes repeat", 1, expand},
	StopGradient: {"stop_gradient", "x; no gradient passes", 1, same},

	Copy:   {"copy", "x, contiguous", 1, same},
	Concat: {"concat", "the operands behind one another along axis N[0]", -1, concat},
	Pad:    {"pad", "x with N[1] zeros before and N[2] zeros behind along axis N[0]", 1, pad},
	Unfold: {"unfold", "[B,L,C] -> [B,L,C*W]: tap k of step t, column c*W + k, is x at t + k*N[1] - N[2], " +
		"W = N[0]; outside the window it is 0, or, if N[3] is 1, x at that index modulo L", 1, unfold},
	Fold: {"fold", "[B,L,C*W] -> [B,L,C]: the adjoint of unfold with the same N", 1, fold},

	Scale:     {"scale", "X * x", 1, same},
	Shift:     {"shift", "X + x", 1, same},
	Square:    {"square", "x^2", 1, same},
	Sqrt:      {"sqrt", "sqrt(x)", 1, same},
	Exp:       {"exp", "e^x", 1, same},
	Log:       {"log", "ln(x)", 1, same},
	Tanh:      {"tanh", "tanh(x)", 1, same},
	Sigmoid:   {"sigmoid", "1 / (1 + e^-x)", 1, same},
	Relu:      {"relu", "max(x, 0)", 1, same},
	Heaviside: {"heaviside", "1 where x > 0, else 0", 1, same},
	Gelu:      {"gelu", "x/2 * (1 + erf(x/sqrt 2)), the exact form", 1, same},
	GeluSlope: {"gelu_slope", "the derivative of gelu at x: Phi(x) + x*phi(x)", 1, same},
	Softplus:  {"softplus", "ln(1 + e^x)", 1, same},

	Add: {"add", "x + y", 2, broadcast},
	Sub: {"sub", "x - y", 2, broadcast},
	Mul: {"mul", "x * y", 2, broadcast},
	Div: {"div", "x / y", 2, broadcast},
	Max: {"max", "the larger of x and y", 2, broadcast},

	Sum:     {"sum", "the sum over the axes N, which disappear", 1, sum},
	MatMul:  {"matmul", "X * x y over the last two axes; equal leading axes", 2, matmul},
	Softmax: {"softmax", "e^(x - max) / sum e^(x - max) along the last axis", 1, same},
	SoftmaxGrad: {"softmax_grad",
		"x * (y - sum(x*y)): x the softmax, y its gradient; sum along the last axis", 2, alike},
	Normalize: {"normalize", "(x - mean) / sqrt(variance + X) along the last axis, variance with divisor n",
		1, same},
	NormalizeGrad: {"normalize_grad",
		"the gradient of normalize at x, where y is the gradient of its result", 2, alike},
	Cosine:     {"cosine", "x.y / (max(|x|, X) * max(|y|, X)) along the last axis, which disappears", 2, rows},
	CosineGrad: {"cosine_grad", "z * d cosine(x, y) / dy; 0 where |x| or |y| is below X", 3, cosineGrad},

	GaussianPrior: {"gaussian_prior", "[B,H,L] -> [B,H,L,L]: e^(-(i-j)^2 / (2 x_i^2)), each row divided by " +
		"its sum", 1, gaussianPrior},
	GaussianPriorGrad: {"gaussian_prior_grad",
		"the gradient of gaussian_prior at x, where y is the gradient of its result", 2, gaussianPriorGrad},
	Discrepancy: {"discrepancy", "sum_j (x - p) * (ln(x + X) - ln(p + X)) per row: x the series " +
		"association [B,H,L,L], p = gaussian_prior(y), y sigma [B,H,L]", 2, discrepancy},
	DiscrepancyGradSeries: {"discrepancy_grad_series", "z * d discrepancy(x, y) / dx, z [B,H,L]", 3,
		discrepancyGradSeries},
	DiscrepancyGradSigma: {"discrepancy_grad_sigma", "z * d discrepancy(x, y) / dy, z [B,H,L]", 3,
		discrepancyGradSigma},

	// The result of a recurrence holds, in front of its states, what the gradient needs of every step.
	LSTM: {"lstm", "[T,R,4H], [4H,H] -> [T,R,6H]: the gates i f g o = x_t + y h_(t-1) after sigmoid, " +
		"sigmoid, tanh, sigmoid; then c_t = f c_(t-1) + i g, h_t = o tanh(c_t); both start at 0", 2, lstm},
	LSTMGrad: {"lstm_grad", "[T,R,6H], [4H,H], [T,R,H] -> [T,R,4H]: the gradient of lstm at its first " +
		"operand, where x is its result, y its weights, z the gradient of all h", 3, lstmGrad},
	GRU: {"gru", "[T,R,3H], [3H,H], [3H] -> [T,R,7H]: r u n = x_t and a = y h_(t-1) + z joined as r = " +
		"sigmoid(x_r + a_r), u = sigmoid(x_u + a_u), n = tanh(x_n + r a_n); then a; then h_t = (1-u) n + u " +
		"h_(t-1), which starts at 0", 3, gru},
	GRUGrad: {"gru_grad", "[T,R,7H], [3H,H], [T,R,H] -> [T,R,6H]: the gradients of gru at its first " +
		"operand and at a, where x is its result, y its weights, z the gradient of all h", 3, gruGrad},

	Influence: {"influence", "[C,C], [N,C,2M] -> [N,C,M]: sum_j x_ij max(p_i + q_j, 0) at each of N steps, " +
		"y = [p q] along the last axis", 2, influence},
	InfluenceGrad: {"influence_grad", "z * d influence(x, y) / dy, z [N,C,M]", 3, influenceGrad},
	InfluenceGradWeights: {"influence_grad_weights", "z * d influence(x, y) / dx, z [N,C,M]", 3,
		influenceGradWeights},

	Assign:     {"assign", "x <- y", 2, update},
	Accumulate: {"accumulate", "x <- x + y", 2, update},
	Adam: {"adam", "one step on parameters x with moments y, z; then the gradient g, a factor [1] on g, " +
		"and [3]: rate, 1 - beta1^n, 1 - beta2^n (models/README.md, section 9.1)", 6, adam},

	// From here on shapes are not checked: package plan builds these from operations that were.
	MatMulAdd: {"matmul_add", "X * x y + z (+ w), z and w of the result's shape, rows repeated or not; z " +
		"or w may be the result's own memory, which is then added to", -1, planned},
	MatMulGelu: {"matmul_gelu", "gelu of matmul or of matmul_add; second result, if asked for: gelu_slope " +
		"of the same", -1, planned},
	SumAdd: {"sum_add", "x + the sum of y over the axes N; the result is x's memory", 2, planned},
	LayerNorm: {"layer_norm", "y * normalize(x) + z, y and z [n] along the last axis; second and third " +
		"result, if asked for: normalize(x), and 1 / sqrt(variance + X) of every row", 3, planned},
	LayerNormGrad: {"layer_norm_grad", "the gradient of layer_norm at its x: from its second and third " +
		"result, the gradient g of its first, and its y; u and v, further results too, grow by its " +
		"gradients at y and z", 6, planned},
	DiscrepancyGrad: {
		"discrepancy_grad", "discrepancy_grad_series(x, y, z); second result discrepancy_grad_sigma(x, y, " +
			"u); third, if asked for, discrepancy(x, y)", 4, planned},
	TanhGrad:    {"tanh_grad", "y * (1 - x^2): x the tanh, y its gradient", 2, planned},
	SigmoidGrad: {"sigmoid_grad", "y * (x - x^2): x the sigmoid, y its gradient", 2, planned},
	ReluGrad:    {"relu_grad", "y where x > 0, else 0: x the relu or its operand, y its gradient", 2, planned},
}
