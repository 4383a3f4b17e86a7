package simd

// The kernels, as package kernels describes them: counts and strides in elements, addresses in bytes.

//go:wasmimport kernels sgemm
func sgemm(shape, m, n, k int32, alpha float32, a uint32, rsA, csA int32, b uint32, rsB, csB int32,
	beta float32,
	c uint32, ldc int32, scratch, bias, residual uint32, ldr int32, gelu, slope uint32)

//go:wasmimport kernels sgemm_batch
func sgemmBatch(shape, count, stepA, stepB, stepC, m, n, k int32, alpha float32, a uint32, rsA, csA int32,
	b uint32, rsB, csB int32, beta float32, c uint32, ldc int32, scratch uint32)

//go:wasmimport kernels exp
func exp(n int32, x, y uint32)

//go:wasmimport kernels log
func log(n int32, x, y uint32)

//go:wasmimport kernels tanh
func tanh(n int32, x, y uint32)

//go:wasmimport kernels sigmoid
func sigmoid(n int32, x, y uint32)

//go:wasmimport kernels softplus
func softplus(n int32, x, y uint32)

//go:wasmimport kernels sqrt
func sqrt(n int32, x, y uint32)

//go:wasmimport kernels relu
func relu(n int32, x, y uint32)

//go:wasmimport kernels gelu
func gelu(n int32, x, y uint32)

//go:wasmimport kernels gelu_both
func geluBoth(n int32, x, y, slope uint32)

//go:wasmimport kernels add
func add(n int32, a, b, y uint32)

//go:wasmimport kernels sub
func sub(n int32, a, b, y uint32)

//go:wasmimport kernels mul
func mul(n int32, a, b, y uint32)

//go:wasmimport kernels div
func div(n int32, a, b, y uint32)

//go:wasmimport kernels max
func larger(n int32, a, b, y uint32)

//go:wasmimport kernels tanh_grad
func tanhGrad(n int32, y, dy, dx uint32)

//go:wasmimport kernels sigmoid_grad
func sigmoidGrad(n int32, y, dy, dx uint32)

//go:wasmimport kernels relu_grad
func reluGrad(n int32, y, dy, dx uint32)

//go:wasmimport kernels scale
func scale(n int32, factor, offset float32, x, y uint32)

//go:wasmimport kernels gather
func gather(n int32, x, at, y uint32)

//go:wasmimport kernels sum
func sum(n int32, x uint32) float32

//go:wasmimport kernels add_grid
func addGrid(rows, cols int32, a uint32, lda int32, b uint32, ldb int32, y uint32, ldy, denseA, denseB int32)

//go:wasmimport kernels sub_grid
func subGrid(rows, cols int32, a uint32, lda int32, b uint32, ldb int32, y uint32, ldy, denseA, denseB int32)

//go:wasmimport kernels mul_grid
func mulGrid(rows, cols int32, a uint32, lda int32, b uint32, ldb int32, y uint32, ldy, denseA, denseB int32)

//go:wasmimport kernels div_grid
func divGrid(rows, cols int32, a uint32, lda int32, b uint32, ldb int32, y uint32, ldy, denseA, denseB int32)

//go:wasmimport kernels max_grid
func largerGrid(rows, cols int32, a uint32, lda int32, b uint32, ldb int32, y uint32, ldy, denseA,
	denseB int32)

//go:wasmimport kernels row_sum
func rowSum(rows, cols int32, x uint32, ldx int32, y uint32)

//go:wasmimport kernels row_dot
func rowDot(rows, cols int32, a uint32, lda int32, b uint32, ldb int32, y uint32)

//go:wasmimport kernels col_sum
func colSum(rows, cols int32, x uint32, ldx int32, y uint32)

//go:wasmimport kernels softmax
func softmax(rows, cols int32, x uint32, ldx int32, y uint32, ldy int32, factor float32)

//go:wasmimport kernels softmax_grad
func softmaxGrad(rows, cols int32, y uint32, ldy int32, dy uint32, lddy int32, dx uint32, lddx int32,
	factor float32)

//go:wasmimport kernels norm
func norm(rows, cols int32, x uint32, ldx int32, xhat uint32, ldxhat int32, y uint32, ldy int32, rstd,
	weight, bias uint32, eps float32)

//go:wasmimport kernels norm_grad
func normGrad(rows, cols int32, xhat uint32, ldxhat int32, dy uint32, lddy int32, dx uint32, lddx int32,
	rstd, weight, dweight, dbias uint32)

//go:wasmimport kernels association
func association(rows, cols, first int32, s uint32, lds int32, sigma uint32, ldsigma int32, d uint32,
	ldd int32, factor float32, row uint32)

//go:wasmimport kernels association_grad
func associationGrad(rows, cols, first int32, s uint32, lds int32, sigma uint32, ldsigma int32, d uint32,
	ldd int32,
	gs uint32, ldgs int32, gp uint32, ldgp int32, ds uint32, ldds int32, dsigma uint32, lddsigma int32,
	factor float32, add int32, row uint32)

//go:wasmimport kernels adam
func adam(n int32, param, grad, m, v uint32, factor, decay, beta1, gain1, beta2, gain2, unbias1, unbias2,
	rate, eps float32)

//go:wasmimport kernels roofline
func roofline(rounds int32, x float32) float32

//go:wasmimport kernels lstm_cell
func lstmCell(rows, hidden int32, z uint32, ldz int32, before uint32, ldbefore int32, c uint32, ldc int32,
	h uint32, ldh int32)

//go:wasmimport kernels lstm_cell_grad
func lstmCellGrad(rows, hidden int32, gates uint32, ldgates int32, before uint32, ldbefore int32, c uint32,
	ldc int32,
	dh uint32, lddh int32, dc uint32, lddc int32, dz uint32, lddz int32)

//go:wasmimport kernels gru_cell
func gruCell(rows, hidden int32, x uint32, ldx int32, y uint32, ldy int32, before uint32, ldbefore int32,
	h uint32, ldh int32)

//go:wasmimport kernels gru_cell_grad
func gruCellGrad(rows, hidden int32, gates uint32, ldgates int32, y uint32, ldy int32, before uint32,
	ldbefore int32,
	dh uint32, lddh int32, dx uint32, lddx int32, dy uint32, lddy int32, dbefore uint32, lddbefore int32)

//go:wasmimport kernels influence
func influence(channels, features int32, weights, both, y uint32)

//go:wasmimport kernels influence_grad
func influenceGrad(channels, features int32, weights, both, dy, dboth uint32)

//go:wasmimport kernels influence_grad_weights
func influenceGradWeights(channels, features int32, both, dy, sums uint32)
