package protocol

import (
	"syscall/js"
	"unsafe"
)

// Buffer copies values to a new ArrayBuffer.
func Buffer(values []float32) js.Value {
	view := js.Global().Get("Uint8Array").New(4 * len(values))
	js.CopyBytesToJS(view, raw(values))
	return view.Get("buffer")
}

// Floats copies an ArrayBuffer of float32 values.
func Floats(buffer js.Value) []float32 {
	view := js.Global().Get("Uint8Array").New(buffer)
	values := make([]float32, view.Length()/4)
	js.CopyBytesToGo(raw(values), view)
	return values
}

// raw is the memory of values: WebAssembly is little-endian, as views are.
func raw(values []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
}
