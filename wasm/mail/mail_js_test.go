package mail

import (
	"math"
	"slices"
	"syscall/js"
	"testing"
)

// deliver sends a message as postMessage does: what is transferred is gone here.
func deliver(m *Box, text string, values ...[]float32) js.Value {
	message, transfer := m.Parcel([]byte(text), values...)
	return js.Global().Call("structuredClone", message, map[string]any{"transfer": transfer})
}

func TestValuesComeAsTheyWereSent(t *testing.T) {
	var here, there Box
	for _, values := range [][][]float32{
		{},
		{{0, -1.5, math.MaxFloat32, float32(math.Inf(-1))}},
		{{1, 2}, {}, {3}},
		{{4}, {5, 6, 7}},
	} {
		message := deliver(&here, "text", values...)
		if got := message.Index(0).String(); got != "text" {
			t.Errorf("the text comes as %q", got)
		}
		if got := there.Take(message); !slices.EqualFunc(got, values, slices.Equal) {
			t.Errorf("%v comes as %v", values, got)
		}
	}
}

func TestABufferGoesToAndFro(t *testing.T) {
	var here, there Box
	for i, count := range []int{3, 5, 4, 5, 2} { // the second is too large for the buffer of the first
		from, to := &here, &there
		if i%2 == 1 {
			from, to = to, from
		}
		had := from.buffer
		message, transfer := from.Parcel(nil, make([]float32, count))
		if fits := !had.IsUndefined() && had.Get("byteLength").Int() >= 4*count; fits != transfer[0].(js.Value).Equal(had) {
			t.Errorf("parcel %d of %d values: a buffer at hand that fits: %v, is sent: %v", i, count, fits,
				!fits)
		}
		to.Take(js.ValueOf(message))
	}
	if got := here.kept[0]; cap(got) < 5 {
		t.Errorf("memory for %d values was kept, want it for 5", cap(got))
	}
}
