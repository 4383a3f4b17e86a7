// Package webgpu is the device that runs plans on a GPU, by way of WebGPU in a browser.
//
// Render turns each step of a plan into calls of kernels, as WGSL text with numbers beside it: pure functions,
// tested without any GPU. All of an arena is one storage buffer, so that a kernel finds its operands by their
// offsets, and every call has 64 words of one uniform buffer for these, for extents, strides and constants.
// Shapes are numbers, not text: a model needs some dozens of kernels, however large it is. A procedure is
// replayed by one call into assets/webgpu.js, in one compute pass and one submission; what would be too long
// for one is cut between steps.
//
// Everything is f32; no subgroups, no f16. A sum is a fixed tree: which numbers meet depends on shapes alone,
// so that one adapter gives the same bits every time. Shaders may assume that nothing is infinite or NaN, and
// some do: what asks for NaN here looks at bits, and functions are polynomials of our own, as built-in ones
// may be off by hundreds of units in the last place, or give a number for NaN.
//
// Parameters, moments and gradients stay on the GPU from step to step. Losses are copied into buffers of their own
// when they are there, and waited for once a step. Still to come: windows that are gathered on the GPU by their
// starts, batches that are not cut for a cache, arenas larger than a binding.
//
// Calls go through syscall/js, unlike those of the SIMD kernels: a step takes one, not thousands.
package webgpu

import (
	"errors"
	"fmt"

	"cosinelab/engine/backend"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// Name is the device's name in specs and reports.
const Name = "webgpu"

// Faults of a device. What fails wraps one of them; a run then goes on elsewhere.
var (
	ErrUnavailable = errors.New("no WebGPU here")
	ErrLost        = errors.New("the GPU was lost")
	ErrMemory      = errors.New("the GPU has too little memory")
	ErrInvalid     = errors.New("the browser refused a call of WebGPU")
	ErrSilent      = errors.New("the GPU does not answer")
)

// Limits are what an adapter allows, as WebGPU names them.
type Limits struct {
	BindingBytes int // maxStorageBufferBindingSize
	Groups       int // maxComputeWorkgroupsPerDimension
}

// Words is the number of parameters that a call has room for: what the offset of a uniform buffer is a
// multiple of on every adapter.
const Words = 64

// Call runs a kernel on a grid of workgroups.
type Call struct {
	Kernel int // position in Listing.Kernels
	Groups [2]int
	Bytes  int     // what it must at least read and write
	FLOP   float64 // of products, with the rest of a tile that nobody wants
}

// Listing is a plan for a GPU. Call i of all procedures, counted through, has Params[i*Words:] as parameters.
type Listing struct {
	Kernels []string // WGSL, each with the entry point main
	Procs   [][]Call
	Params  []uint32
	Floats  int // of the arena, with what calls of one step hand on behind it
}

// renderers make the calls of a step. Sources and views have no row: they are not steps.
var renderers = [op.Count]func(*renderer, plan.Step){
	op.Copy:   renderCopy,
	op.Concat: renderConcat,
	op.Pad:    renderPad,
	op.Unfold: renderUnfold,
	op.Fold:   renderFold,

	op.Scale:     renderMap,
	op.Shift:     renderMap,
	op.Square:    renderMap,
	op.Sqrt:      renderMap,
	op.Exp:       renderMap,
	op.Log:       renderMap,
	op.Tanh:      renderMap,
	op.Sigmoid:   renderMap,
	op.Relu:      renderMap,
	op.Heaviside: renderMap,
	op.Gelu:      renderMap,
	op.GeluSlope: renderMap,
	op.Softplus:  renderMap,

	op.Add: renderMap,
	op.Sub: renderMap,
	op.Mul: renderMap,
	op.Div: renderMap,
	op.Max: renderMap,

	op.Sum:           renderSum,
	op.MatMul:        renderMatMul,
	op.Softmax:       renderSoftmax,
	op.SoftmaxGrad:   renderSoftmaxGrad,
	op.Normalize:     renderNormalize,
	op.NormalizeGrad: renderNormalizeGrad,
	op.Cosine:        renderCosine,
	op.CosineGrad:    renderCosineGrad,

	op.GaussianPrior:         renderPrior,
	op.GaussianPriorGrad:     renderPriorGrad,
	op.Discrepancy:           renderDiscrepancy,
	op.DiscrepancyGradSeries: renderDiscrepancyGradSeries,
	op.DiscrepancyGradSigma:  renderDiscrepancyGradSigma,

	op.LSTM:     renderLSTM,
	op.LSTMGrad: renderLSTMGrad,
	op.GRU:      renderGRU,
	op.GRUGrad:  renderGRUGrad,

	op.Influence:            renderInfluence,
	op.InfluenceGrad:        renderInfluenceGrad,
	op.InfluenceGradWeights: renderInfluenceGradWeights,

	op.Assign:     renderAssign,
	op.Accumulate: renderMap,
	op.Adam:       renderAdam,

	op.MatMulAdd:       renderMatMul,
	op.MatMulGelu:      renderMatMul,
	op.SumAdd:          renderSum,
	op.LayerNorm:       renderLayerNorm,
	op.LayerNormGrad:   renderLayerNormGrad,
	op.DiscrepancyGrad: renderDiscrepancyGrad,
	op.TanhGrad:        renderMap,
	op.SigmoidGrad:     renderMap,
	op.ReluGrad:        renderMap,
}

// Supports reports whether steps of this kind can be rendered; views and sources need not be.
func Supports(k op.Kind) bool {
	return k >= 0 && k < op.Count && (renderers[k] != nil || k.IsView() || k.IsSource())
}

// renderer collects the calls of one plan.
type renderer struct {
	listing Listing
	limits  Limits
	known   map[string]int // positions of kernels
	calls   []Call         // of the procedure that is being rendered
	scratch int            // where memory begins that calls of one step share
	err     error
}

// Render writes the calls of every procedure. It fails with ErrMemory where the arena is larger than a binding
// may be, and with backend.ErrUnsupported for a step that has no kernel, or more axes than parameters.
func Render(p *plan.Plan, l Limits) (*Listing, error) {
	r := &renderer{limits: l, known: map[string]int{}, scratch: roundUp(p.Arena)}
	r.listing.Floats = r.scratch
	for _, q := range p.Procs {
		r.calls = nil
		for i, s := range q.Steps {
			if !Supports(s.Kind) || renderers[s.Kind] == nil {
				r.err = backend.ErrUnsupported
			} else {
				renderers[s.Kind](r, s)
			}
			if r.err != nil {
				return nil, fmt.Errorf("webgpu: render: %s step %d (%v %s): %w", q.Name, i, s.Kind, s.Label, r.err)
			}
		}
		r.listing.Procs = append(r.listing.Procs, r.calls)
	}
	if bytes := 4 * r.listing.Floats; bytes > l.BindingBytes {
		return nil, fmt.Errorf("webgpu: render: the plan needs %d bytes, %d can be bound: %w", bytes, l.BindingBytes,
			ErrMemory)
	}
	return &r.listing, nil
}

// room reserves n floats behind the arena until the next step, and returns where they begin.
func (r *renderer) room(n int) int {
	r.listing.Floats = max(r.listing.Floats, r.scratch+roundUp(n))
	return r.scratch
}

// roundUp is a number of floats that ends with a cache line.
func roundUp(n int) int { return (n + 15) / 16 * 16 }

// call adds a call of so many workgroups, which kernels count through as group. More than one dimension holds
// lie in a second one.
func (r *renderer) call(k *kernel, groups, bytes int) {
	across := min(groups, r.limits.Groups)
	down := (groups + across - 1) / across
	if len(k.words) > Words || down > r.limits.Groups {
		r.err = fmt.Errorf("%d parameters, %d workgroups, want at most %d, %d times %d: %w", len(k.words), groups, Words,
			r.limits.Groups, r.limits.Groups, backend.ErrUnsupported)
		return
	}
	text := k.text()
	at, ok := r.known[text]
	if !ok {
		at = len(r.listing.Kernels)
		r.known[text] = at
		r.listing.Kernels = append(r.listing.Kernels, text)
	}
	r.calls = append(r.calls, Call{Kernel: at, Groups: [2]int{across, down}, Bytes: bytes, FLOP: k.flop})
	r.listing.Params = append(r.listing.Params, k.words...)
	r.listing.Params = append(r.listing.Params, make([]uint32, Words-len(k.words))...)
}
