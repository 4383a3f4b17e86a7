package simd

import (
	"fmt"
	"syscall/js"
	"unsafe"

	"cosinelab/engine/backend"
	"cosinelab/engine/backend/portable"
	"cosinelab/engine/backend/simd/kernels"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// device holds what all programs share. One goroutine at a time runs kernels, as there is one thread.
type device struct {
	shape   int32 // the tile of sgemm, from kernels.Shapes
	scratch []byte
	row     []float32 // scratch for one row, as long as any step needs
}

// New starts the kernels and returns the device: simd, which leaves steps that have no kernel to package
// portable. It fails with ErrUnavailable where there is no SIMD. Which tile products are fastest in is found
// out by trying, unless tile names one. What it uses is good for every device that is started at about this
// time; sure says whether it is good for ever, or the time allowed did not show it.
func New(tile string) (dev backend.Device, uses string, sure bool, err error) {
	if err := instantiate(); err != nil {
		return nil, "", false, err
	}
	d := &device{scratch: make([]byte, kernels.GemmScratchBytes)}
	sure = d.use(tile) || d.tune()
	return portable.New(Name, portable.Vectors{}, d.kernel), kernels.Shapes[d.shape].String(), sure, nil
}

// use takes the tile of this name, if there is one.
func (d *device) use(tile string) bool {
	for i, s := range kernels.Shapes {
		if s.String() == tile {
			d.shape = int32(i)
			return true
		}
	}
	return false
}

// instantiate starts the relaxed kernels where the browser has them, else the plain ones.
func instantiate() error {
	glue := js.Global().Get("kernels")
	if glue.IsUndefined() {
		return fmt.Errorf("simd: the page has not loaded kernels.js: %w", ErrUnavailable)
	}
	for _, code := range [][]byte{kernels.Relaxed, kernels.Plain} {
		bytes := js.Global().Get("Uint8Array").New(len(code))
		js.CopyBytesToJS(bytes, code)
		if glue.Call("start", bytes).Bool() {
			return nil
		}
	}
	return fmt.Errorf("simd: %w", ErrUnavailable)
}

// address is where a value lies in WebAssembly's memory. Go does not move what it points to.
func address[T any](x []T) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(x)))) }

// memory is the arena of a program as kernels see it.
type memory struct {
	*device
	arena []float32
	base  uint32
}

// at is the address of a reference's first element.
func (m *memory) at(r plan.Ref) uint32 { return m.base + 4*uint32(r.Offset) }

// scratchRow is memory for n floats; what it holds when a step starts is unknown.
func (d *device) scratchRow(n int) func() uint32 {
	if n > len(d.row) {
		d.row = make([]float32, n)
	}
	return func() uint32 { return address(d.row) }
}

// compilers make what runs a step, or nil if the step is not one that the kernels know.
var compilers = [op.Count]func(*memory, plan.Step) func(){
	op.Scale:     compileScale,
	op.Shift:     compileScale,
	op.Square:    compileSquare,
	op.Sqrt:      unary(sqrt),
	op.Exp:       unary(exp),
	op.Log:       unary(log),
	op.Tanh:      unary(tanh),
	op.Sigmoid:   unary(sigmoid),
	op.Relu:      unary(relu),
	op.Gelu:      unary(gelu),
	op.GeluSlope: unary(func(n int32, x, y uint32) { geluBoth(n, x, y, y) }), // the slope is written last
	op.Softplus:  unary(softplus),

	op.Add: compileBinary,
	op.Sub: compileBinary,
	op.Mul: compileBinary,
	op.Div: compileBinary,
	op.Max: compileBinary,

	op.Copy:        compileCopy,
	op.Unfold:      compileUnfold,
	op.Sum:         compileSum,
	op.MatMul:      compileMatMul,
	op.Softmax:     compileSoftmax,
	op.SoftmaxGrad: compileSoftmaxGrad,

	op.Cosine:      compileCosine,
	op.CosineGrad:  compileCosineGrad,
	op.Discrepancy: compileDiscrepancy,

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

// kernel is the portable.Kernel of the device.
func (d *device) kernel(arena []float32, s plan.Step) func() {
	compile := compilers[s.Kind]
	if compile == nil {
		return nil
	}
	return compile(&memory{d, arena, address(arena)}, s)
}
