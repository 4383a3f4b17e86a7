// Package kernels holds the WebAssembly SIMD kernels as bytes, with their signatures.
package kernels

import (
	_ "embed"
	"fmt"
)

//go:generate go run ../gen .

// Plain is the module for engines with fixed-width SIMD (WebAssembly 2.0). It imports the memory "env"
// "memory".
//
//go:embed plain.wasm
var Plain []byte

// Relaxed is the same module with fused multiply-adds, for engines with relaxed SIMD.
//
//go:embed relaxed.wasm
var Relaxed []byte

// GemmScratchBytes is the memory that a product needs for its packed panels.
const GemmScratchBytes = 4*(256*192+256*8) + 4*8*12

// A Shape is a tile that the product can be computed in, by its number in sgemm. Every shape gives the same
// bits.
type Shape struct {
	Rows, Columns int
}

// String is the shape's name, such as 6x8.
func (s Shape) String() string { return fmt.Sprintf("%dx%d", s.Rows, s.Columns) }

// Shapes are the tiles of sgemm: the number is the index. 6x8 is best for the relaxed build on x86-64, 5x8 or
// 3x12 for the plain one; the others want the 32 vector registers of ARM.
var Shapes = []Shape{{6, 8}, {5, 8}, {3, 12}, {8, 8}, {6, 12}}

// A Kernel is one exported function. Unless its Doc says otherwise: addresses are bytes into the imported
// memory, of contiguous little-endian float32, multiples of 4; counts and strides are in elements; a row-wise
// argument x has its stride, the elements from one row to the next, in ldx; outputs may be the same array as
// an input, element for element, but must not overlap it in another way; NaN in an input gives NaN in every
// output that depends on it; denormals are kept.
type Kernel struct {
	Name   string
	Params string // as in a Go declaration; i32 and f32 are the WebAssembly types
	Result string // empty or f32
	Doc    string
}

// All lists the exported functions, the same in both builds.
var All = []Kernel{
	{"roofline", "rounds i32, x f32", "f32",
		"Computes 96 floating-point operations a round in registers: the speed that nothing exceeds."},

	{"sgemm", "shape, m, n, k i32, alpha f32, a, rsA, csA, b, rsB, csB i32, beta f32, c, ldc, scratch, " +
		"bias, residual, ldr, gelu, slope i32", "",
		"C = alpha*A*B + beta*C + bias + residual. A is [m, k] with element (i, j) at a + 4*(i*rsA + " +
			"j*csA), B likewise [k, n], so transposition is a swap of strides; C is [m, n] with rows ldc " +
			"apart and overlaps nothing else. C is not read if beta is 0. bias is [n], residual [m, n] " +
			"with rows ldr apart; address 0 means none. If gelu is not 0, C becomes GELU of all that, and " +
			"its derivative goes to slope (rows ldc apart, 0 = not kept). scratch has GemmScratchBytes. " +
			"Every element is the sum over k in order, in blocks of 256, so its bits depend on neither " +
			"shape nor position."},
	{"sgemm_batch", "shape, count, stepA, stepB, stepC, m, n, k i32, alpha f32, a, rsA, csA, b, rsB, csB " +
		"i32, beta f32, c, ldc, scratch i32", "",
		"Runs sgemm count times without epilogue; A, B and C move on by stepA, stepB, stepC elements each " +
			"time."},

	{"exp", "n, x, y i32", "", "y = e^x; results below 2^-125.5 are 0."},
	{"log", "n, x, y i32", "", "y = ln x: -Inf at 0, NaN below."},
	{"tanh", "n, x, y i32", "", "y = tanh x."},
	{"sigmoid", "n, x, y i32", "", "y = 1/(1 + e^-x); results below 2^-125.5 are 0."},
	{"softplus", "n, x, y i32", "", "y = ln(1 + e^x); results below 2^-125.5 are 0."},
	{"erf", "n, x, y i32", "", "y = erf x."},
	{"sqrt", "n, x, y i32", "", "y = the correctly rounded root of x."},
	{"relu", "n, x, y i32", "", "y = max(x, 0)."},
	{"gelu", "n, x, y i32", "", "y = x*Phi(x), the exact form."},
	{"gelu_both", "n, x, y, slope i32", "", "y = x*Phi(x), and slope, unless it is 0, = Phi(x) + x*phi(x)."},
	{"add", "n, a, b, y i32", "", "y = a + b."},
	{"sub", "n, a, b, y i32", "", "y = a - b."},
	{"mul", "n, a, b, y i32", "", "y = a * b."},
	{"div", "n, a, b, y i32", "", "y = a / b."},
	{"max", "n, a, b, y i32", "", "y = max(a, b)."},
	{"tanh_grad", "n, y, dy, dx i32", "", "dx = dy*(1 - y^2), y = tanh x."},
	{"sigmoid_grad", "n, y, dy, dx i32", "", "dx = dy*y*(1 - y), y = sigmoid x."},
	{"relu_grad", "n, y, dy, dx i32", "", "dx = dy where y > 0, else 0, for NaN too."},
	{"scale", "n i32, factor, offset f32, x, y i32", "", "y = factor*x + offset."},
	{"gather", "n, x, at, y i32", "", "y[i] = x[at[i]], where at has integers of 32 bits; y overlaps " +
		"nothing else."},
	{"sum", "n, x i32", "f32", "The sum of x, in sixteen partial sums."},

	{"add_grid", "rows, cols, a, lda, b, ldb, y, ldy, denseA, denseB i32", "",
		"y = a + b, all [rows, cols]. Where denseA is 0, a is one number for each row, likewise b; a " +
			"stride of 0 repeats a row."},
	{"sub_grid", "rows, cols, a, lda, b, ldb, y, ldy, denseA, denseB i32", "", "y = a - b, like add_grid."},
	{"mul_grid", "rows, cols, a, lda, b, ldb, y, ldy, denseA, denseB i32", "", "y = a * b, like add_grid."},
	{"div_grid", "rows, cols, a, lda, b, ldb, y, ldy, denseA, denseB i32", "", "y = a / b, like add_grid."},
	{"max_grid", "rows, cols, a, lda, b, ldb, y, ldy, denseA, denseB i32", "",
		"y = max(a, b), like add_grid."},
	{"row_sum", "rows, cols, x, ldx, y i32", "", "y [rows] = the sum of each row of x."},
	{"row_dot", "rows, cols, a, lda, b, ldb, y i32", "", "y [rows] = the sum of a*b over each row."},
	{"col_sum", "rows, cols, x, ldx, y i32", "",
		"Adds the sum of the rows of x to y [cols]: the gradient of a bias."},
	{"softmax", "rows, cols, x, ldx, y, ldy i32, scale f32", "",
		"y = softmax(scale*x) over each row, scale > 0; -Inf gives 0."},
	{"softmax_grad", "rows, cols, y, ldy, dy, lddy, dx, lddx i32, scale f32", "",
		"dx = scale * y * (dy - sum(dy*y)), each row: the gradient of softmax(scale*x)."},
	{"norm", "rows, cols, x, ldx, xhat, ldxhat, y, ldy, rstd, weight, bias i32, eps f32", "",
		"xhat = (x - mean)*rstd over each row, rstd = 1/sqrt(variance + eps), biased variance, kept in " +
			"rstd [rows]. If weight is not 0, y = xhat*weight + bias, both [cols]; otherwise y is not " +
			"written."},
	{"norm_grad", "rows, cols, xhat, ldxhat, dy, lddy, dx, lddx, rstd, weight, dweight, dbias i32", "",
		"With h = dy*weight (dy if weight is 0): dx = rstd*(h - mean(h) - xhat*mean(h*xhat)), each row. If " +
			"weight is not 0, adds the sums of dy*xhat and dy over the rows to dweight and dbias [cols]."},

	{"association", "rows, cols, first, s, lds, sigma, ldsigma, d, ldd i32, scale f32, row i32", "",
		"Anomaly Transformer, both divergences: d[t] += scale * sum_j (S-P)(ln(S+e) - ln(P+e)), e = 1e-4, " +
			"for the rows t of S [rows, cols], which are positions first, first+1, ... of the cols steps; " +
			"P_j ~ exp(-(first+t-j)^2/(2 sigma_t^2)), normalised. S in [0, 1], sigma >= 1e-5 with stride " +
			"ldsigma, d with stride ldd. row is scratch, [cols]."},
	{"association_grad", "rows, cols, first, s, lds, sigma, ldsigma, d, ldd, gs, ldgs, gp, ldgp, ds, ldds, " +
		"dsigma, lddsigma i32, scale f32, add, row i32", "",
		"What association does (unless d is 0; with it a training step needs no forward pass of its own), " +
			"and the gradients of that sum of row t: with P fixed, times gs[t], into row t of ds (added if " +
			"add is not 0); with S fixed, times gp[t], into dsigma[t], through P and its normalisation. " +
			"row is scratch, [cols]."},

	{"adam", "n, param, grad, m, v i32, scale, decay, beta1, gain1, beta2, gain2, unbias1, unbias2, rate, " +
		"eps f32", "",
		"d = scale*grad + decay*param; m = beta1*m + gain1*d; v = beta2*v + gain2*d^2; param -= " +
			"rate*(m*unbias1)/(sqrt(v*unbias2) + eps). gain = 1-beta and unbias = 1/(1-beta^step) come " +
			"rounded from float64."},

	{"lstm_cell", "rows, hidden, z, ldz, before, ldbefore, c, ldc, h, ldh i32", "",
		"z is [rows, 4*hidden], gates i f g o before their functions, which replace them: c = " +
			"sigmoid(f)*before + sigmoid(i)*tanh(g), h = sigmoid(o)*tanh(c)."},
	{"lstm_cell_grad", "rows, hidden, gates, ldgates, before, ldbefore, c, ldc, dh, lddh, dc, lddc, dz, " +
		"lddz i32", "",
		"gates are what lstm_cell left in z. dc holds the gradient of c from the next step and becomes " +
			"that of before; dz is the gradient of z."},
	{"gru_cell", "rows, hidden, x, ldx, y, ldy, before, ldbefore, h, ldh i32", "",
		"x and y are [rows, 3*hidden]: the parts of the gates r u n from input and state, biases included. " +
			"r = sigmoid(x_r+y_r), u = sigmoid(x_u+y_u), n = tanh(x_n + r*y_n) replace x; h = (1-u)*n + " +
			"u*before."},
	{"gru_cell_grad", "rows, hidden, gates, ldgates, y, ldy, before, ldbefore, dh, lddh, dx, lddx, dy, " +
		"lddy, dbefore, lddbefore i32", "",
		"gates are what gru_cell left in x. dx and dy are the gradients of x and y, dbefore that of before " +
			"through the cell alone (what goes through y's product is the caller's)."},

	{"influence", "channels, features, weights, both, y i32", "",
		"weights are [channels, channels], both is [channels, 2*features], p then q in each row: y_i = " +
			"sum_j weights_ij * max(p_i+q_j, 0), [channels, features], elsewhere than both."},
	{"influence_grad", "channels, features, weights, both, dy, dboth i32", "",
		"Adds to dboth the gradient of both, weights_ij * dy_i where p_i+q_j > 0, summed over j for p_i " +
			"and over i for q_j; NaN in both counts as 0."},
	{"influence_grad_weights", "channels, features, both, dy, sums i32", "",
		"Adds to sums, [channels, channels, 4], what together is the gradient of each weight, sum " +
			"max(p_i+q_j, 0) * dy_i."},
}
