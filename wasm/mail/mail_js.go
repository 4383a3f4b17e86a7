// Package mail carries float32 values beside the text of a message between browser threads.
package mail

import (
	"errors"
	"fmt"
	"slices"
	"syscall/js"
	"unsafe"
)

// Box is one side of a conversation in messages: a text, then views of float32 values that lie in one
// ArrayBuffer, which is transferred. New memory costs more than what is copied into it, so values go out in
// the buffer in which the last ones came, and come in where those lay. A Box is not for more than one
// goroutine.
type Box struct {
	buffer js.Value    // undefined = none is here
	kept   [][]float32 // what Take returned last
}

// Post sends a message to a worker, or, from one, to whoever started it: to is the global object then. What
// the browser refuses, as where memory is short, is an error.
func Post(to js.Value, message any, transfer []any) (err error) {
	defer refused(&err)
	to.Call("postMessage", message, transfer)
	return nil
}

// refused makes an error of what the browser has thrown.
func refused(err *error) {
	switch thrown := recover().(type) {
	case nil:
	case js.Error:
		*err = thrown
	default:
		panic(thrown)
	}
}

// Send posts a text with values beside it. The values are copied, so that they stay with the caller.
func (m *Box) Send(to js.Value, text []byte, values ...[]float32) (err error) {
	defer refused(&err)
	message, transfer := m.parcel(text, values...)
	return Post(to, message, transfer)
}

// parcel returns the arguments of postMessage; the buffer is gone once it is sent.
func (m *Box) parcel(text []byte, values ...[]float32) (message, transfer []any) {
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

// errNoText is a message that nobody here has sent.
var errNoText = errors.New("a message without a text")

// Text returns the text of a message; what else it holds is for the caller.
func Text(message js.Value) (string, error) {
	if !js.Global().Get("Array").Call("isArray", message).Bool() ||
		message.Index(0).Type() != js.TypeString {
		return "", errNoText
	}
	return message.Index(0).String(), nil
}

// Take copies the values beside the text of a message, and keeps their buffer for the next Send. The values
// are good until it is called again.
func (m *Box) Take(message js.Value) ([][]float32, error) {
	bytes := js.Global().Get("Uint8Array")
	n := message.Length() - 1
	for len(m.kept) < n {
		m.kept = append(m.kept, nil)
	}
	for i := range n {
		view := message.Index(i + 1)
		if !view.InstanceOf(bytes) || view.Get("length").Int()%4 != 0 {
			return nil, fmt.Errorf("part %d of a message holds no float32 values", i+1)
		}
		m.buffer = view.Get("buffer")
		count := view.Get("length").Int() / 4
		m.kept[i] = slices.Grow(m.kept[i][:0], count)[:count]
		js.CopyBytesToGo(raw(m.kept[i]), view)
	}
	return m.kept[:n], nil
}

// raw is the memory of values: WebAssembly is little-endian, as views are.
func raw(values []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
}
