// Package backend is the contract of devices, which run plans.
package backend

import (
	"context"
	"errors"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// ErrUnsupported is wrapped by Compile when the device lacks a kernel: choose another device for the whole
// plan.
var ErrUnsupported = errors.New("operation not supported by this device")

// Device compiles plans.
type Device interface {
	// Name is the device's name as specs and reports spell it: cpu, simd, webgpu.
	Name() string
	// Supports reports whether the device has a kernel for the operation.
	Supports(op.Kind) bool
	// Compile makes a program of a plan. It fails with ErrUnsupported, or when memory is short.
	Compile(*plan.Plan) (Program, error)
}

// Program is a compiled plan with its memory. It is used by one goroutine at a time.
type Program interface {
	// Write copies values into an input, parameter or guard slot; the length must be the slot's.
	Write(plan.Slot, []float32) error
	// Run executes the procedure at this position of Plan.Procs. Before the first step, and again before one that
	// follows more than some tens of microseconds of others, it calls yield, unless that is nil: where there is one
	// thread for everything, others get their turn then. There it may return early with the context's error; then
	// parameters may hold the values of a partly executed procedure.
	Run(ctx context.Context, proc int, yield func()) error
	// Read copies the values of any slot into dst; the length must be the slot's.
	Read(s plan.Slot, dst []float32) error
	// ReadLater asks for the values that slots have when everything has run that was asked for so far, and waits
	// for nothing. They are in dst, a slice for each slot, when the function that it returns is done. That may be
	// left uncalled.
	ReadLater(slots []plan.Slot, dst [][]float32) (wait func() error)
	// Close frees the memory. Further calls fail.
	Close() error
}
