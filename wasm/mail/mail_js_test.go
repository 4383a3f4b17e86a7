package mail

import (
	"math"
	"slices"
	"syscall/js"
	"testing"
)

// deliver sends a message as postMessage does: what is transferred is gone here.
func deliver(m *Box, text string, values ...[]float32) js.Value {
	message, transfer := m.parcel([]byte(text), values...)
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
		if got, err := Text(message); got != "text" || err != nil {
			t.Errorf("the text comes as %q, %v", got, err)
		}
		if got, err := there.Take(message); err != nil || !slices.EqualFunc(got, values, slices.Equal) {
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
		message, transfer := from.parcel(nil, make([]float32, count))
		if fits := !had.IsUndefined() && had.Get("byteLength").Int() >= 4*count; fits != transfer[0].(js.Value).Equal(had) {
			t.Errorf("parcel %d of %d values: a buffer at hand that fits: %v, is sent: %v", i, count, fits,
				!fits)
		}
		if _, err := to.Take(js.ValueOf(message)); err != nil {
			t.Error(err)
		}
	}
	if got := here.kept[0]; cap(got) < 5 {
		t.Errorf("memory for %d values was kept, want it for 5", cap(got))
	}
}

// A message that comes from elsewhere, or that the browser does not send, is an error.
func TestWhatIsNoMessageIsAnError(t *testing.T) {
	value := js.Global().Get("Function").New("text", "return eval(text)")
	for _, text := range []string{"undefined", "null", "7", `"alive"`, "({})", "[]", "[7]", "({0: 'x'})"} {
		if got, err := Text(value.Invoke(text)); err == nil {
			t.Errorf("%s has the text %q", text, got)
		}
	}
	for _, text := range []string{"['', null]", "['', new ArrayBuffer(8)]", "['', new Uint8Array(5)]",
		"['', new Float32Array(2)]", "['', '']"} {
		if got, err := new(Box).Take(value.Invoke(text)); err == nil {
			t.Errorf("%s has the values %v", text, got)
		}
	}
	port := js.Global().Get("MessageChannel").New().Get("port1")
	defer port.Call("close")
	function := value.Invoke("() => 0") // which cannot be sent
	if err := Post(port, []any{"text", function}, nil); err == nil {
		t.Error("a function is sent")
	}
	if err := new(Box).Send(port, nil, []float32{1}); err != nil {
		t.Error(err)
	}
}
