package portable

import (
	"sync"
	"sync/atomic"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// task is a step with everything resolved; running it allocates nothing.
type task func()

// compiler turns the steps of one plan into tasks.
type compiler struct {
	arena   []float32
	vectors Vectors
	// Memory of each worker, made when every step has said what it needs. What it holds when a task starts is
	// unknown.
	scratch [][]float32
	double  [][]float64

	scratchLen, doubleLen int
}

func newCompiler(arena int, d *Device) *compiler {
	return &compiler{
		arena:   make([]float32, arena),
		vectors: d.vectors,
		scratch: make([][]float32, d.workers),
		double:  make([][]float64, d.workers),
	}
}

// kernels makes the task of a step. Sources and views have no row: they are not steps.
var kernels = [op.Count]func(*compiler, plan.Step) task{
	op.Copy:   compileCopy,
	op.Concat: compileConcat,
	op.Pad:    compilePad,
	op.Unfold: compileUnfold,
	op.Fold:   compileFold,

	op.Scale:     compileUnary,
	op.Shift:     compileUnary,
	op.Square:    compileUnary,
	op.Sqrt:      compileUnary,
	op.Exp:       compileUnary,
	op.Log:       compileUnary,
	op.Tanh:      compileUnary,
	op.Sigmoid:   compileUnary,
	op.Relu:      compileUnary,
	op.Heaviside: compileUnary,
	op.Gelu:      compileUnary,
	op.GeluSlope: compileUnary,
	op.Softplus:  compileUnary,

	op.Add: compileBinary,
	op.Sub: compileBinary,
	op.Mul: compileBinary,
	op.Div: compileBinary,
	op.Max: compileBinary,

	op.Sum:           compileSum,
	op.MatMul:        compileMatMul,
	op.Softmax:       compileSoftmax,
	op.SoftmaxGrad:   compileSoftmaxGrad,
	op.Normalize:     compileNormalize,
	op.NormalizeGrad: compileNormalizeGrad,
	op.Cosine:        compileCosine,
	op.CosineGrad:    compileCosineGrad,

	op.GaussianPrior:         compileGaussianPrior,
	op.GaussianPriorGrad:     compileGaussianPriorGrad,
	op.Discrepancy:           compileDiscrepancy,
	op.DiscrepancyGradSeries: compileDiscrepancyGradSeries,
	op.DiscrepancyGradSigma:  compileDiscrepancyGradSigma,

	op.LSTM:     compileLSTM,
	op.LSTMGrad: compileLSTMGrad,
	op.GRU:      compileGRU,
	op.GRUGrad:  compileGRUGrad,

	op.Influence:            compileInfluence,
	op.InfluenceGrad:        compileInfluenceGrad,
	op.InfluenceGradWeights: compileInfluenceGradWeights,

	op.Assign:     compileAssign,
	op.Accumulate: compileAccumulate,
	op.Adam:       compileAdam,

	op.MatMulAdd:       compileMatMul,
	op.MatMulGelu:      compileMatMul,
	op.SumAdd:          compileSum,
	op.LayerNorm:       compileLayerNorm,
	op.LayerNormGrad:   compileLayerNormGrad,
	op.DiscrepancyGrad: compileDiscrepancyGrad,
	op.TanhGrad:        compileBinary,
	op.SigmoidGrad:     compileBinary,
	op.ReluGrad:        compileBinary,
}

// floats is the memory of a contiguous operand.
func (c *compiler) floats(r plan.Ref) []float32 {
	end := r.Offset + r.Shape.Len()
	return c.arena[r.Offset:end:end]
}

// need reserves n floats of scratch for each worker.
func (c *compiler) need(n int) { c.scratchLen = max(c.scratchLen, n) }

// needDouble reserves n float64 of scratch for each worker.
func (c *compiler) needDouble(n int) { c.doubleLen = max(c.doubleLen, n) }

func (c *compiler) allocate() {
	for i := range c.scratch {
		c.scratch[i] = make([]float32, c.scratchLen)
		c.double[i] = make([]float64, c.doubleLen)
	}
}

// parallelFrom is the work in nanoseconds from which a step is worth spreading: waking goroutines takes about
// ten microseconds.
const parallelFrom = 40_000

// body computes the items from lo up to hi of a step as one of several workers.
type body func(worker, lo, hi int)

// split makes a task of n items that take about cost nanoseconds each. An item's result must not depend on
// the others that are computed with it, since their number depends on the cores.
func (c *compiler) split(n, cost int, f body) task {
	workers := min(len(c.scratch), n, n*cost/parallelFrom+1)
	if workers <= 1 {
		return func() { f(0, 0, n) }
	}
	s := &shared{f: f, n: n, blocks: min(n, 4*workers)}
	for w := 1; w < workers; w++ {
		s.others = append(s.others, func() {
			s.work(w)
			s.wait.Done()
		})
	}
	return s.run
}

// shared is a task on several goroutines, which take blocks of items as they get to them.
type shared struct {
	f         body
	n, blocks int
	others    []func()
	next      atomic.Int64
	wait      sync.WaitGroup
}

func (s *shared) run() {
	s.next.Store(0)
	s.wait.Add(len(s.others))
	for _, f := range s.others {
		go f()
	}
	s.work(0)
	s.wait.Wait()
}

func (s *shared) work(worker int) {
	for {
		b := int(s.next.Add(1)) - 1
		if b >= s.blocks {
			return
		}
		s.f(worker, b*s.n/s.blocks, (b+1)*s.n/s.blocks)
	}
}
