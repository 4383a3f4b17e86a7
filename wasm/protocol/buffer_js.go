package protocol

import (
	"slices"
	"syscall/js"
	"unsafe"
)

// Buffer copies values to a new ArrayBuffer.
func Buffer(values []float32) js.Value {
	view := js.Global().Get("Uint8Array").New(4 * len(values))
	js.CopyBytesToJS(view, raw(values))
	return view.Get("buffer")
}

// Floats copies an ArrayBuffer of float32 values, into the memory of kept if that is large enough.
func Floats(buffer js.Value, kept []float32) []float32 {
	view := js.Global().Get("Uint8Array").New(buffer)
	n := view.Length() / 4
	values := slices.Grow(kept[:0], n)[:n]
	js.CopyBytesToGo(raw(values), view)
	return values
}

// raw is the memory of values: WebAssembly is little-endian, as views are.
func raw(values []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
}
