// Package mail carries float32 values beside the text of a message between browser threads.
package mail

import (
	"slices"
	"syscall/js"
	"unsafe"
)

// Box is one side of a conversation in messages: a text, then views of float32 values that lie in one
// ArrayBuffer, which is transferred. New memory costs more than what is copied into it, so values go out in
// the buffer that the last ones came in, and come in where those lay.
type Box struct {
	buffer js.Value // undefined = none is here
	kept   [][]float32
}

// Parcel returns the arguments of postMessage for a text with values beside it. They are copied.
func (m *Box) Parcel(text []byte, values ...[]float32) (message, transfer []any) {
	message = []any{string(text)}
	size := 0
	for _, v := range values {
		size += 4 * len(v)
	}
	if len(values) == 0 {
		return message, nil
	}
	buffer := m.buffer
	if m.buffer = js.Undefined(); buffer.IsUndefined() || buffer.Get("byteLength").Int() < size {
		buffer = js.Global().Get("ArrayBuffer").New(size)
	}
	at := 0
	for _, v := range values {
		view := js.Global().Get("Uint8Array").New(buffer, at, 4*len(v))
		js.CopyBytesToJS(view, raw(v))
		message = append(message, view)
		at += 4 * len(v)
	}
	return message, []any{buffer}
}

// Take copies the values beside the text of a message. They are good until it is called again.
func (m *Box) Take(message js.Value) [][]float32 {
	n := message.Length() - 1
	for len(m.kept) < n {
		m.kept = append(m.kept, nil)
	}
	for i := range n {
		view := message.Index(i + 1)
		m.buffer = view.Get("buffer")
		count := view.Get("length").Int() / 4
		m.kept[i] = slices.Grow(m.kept[i][:0], count)[:count]
		js.CopyBytesToGo(raw(m.kept[i]), view)
	}
	return m.kept[:n]
}

// raw is the memory of values: WebAssembly is little-endian, as views are.
func raw(values []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
}
