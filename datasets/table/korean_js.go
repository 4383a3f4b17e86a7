package table

import (
	"io"
	"syscall/js"
)

// koreanReader turns CP949 into UTF-8 by the browser's tables, which take a tenth of a megabyte elsewhere. It is nil
// where there are none.
func koreanReader(r io.Reader) (out io.Reader) {
	defer func() {
		if recover() != nil { // how a constructor says that it does not know an encoding
			out = nil
		}
	}()
	decoder := js.Global().Get("TextDecoder").New("euc-kr")
	return &textReader{r: r, decoder: decoder, goesOn: js.ValueOf(map[string]any{"stream": true})}
}

// textReader decodes what it reads by a TextDecoder, which keeps a letter that is cut off for the next call.
type textReader struct {
	r       io.Reader
	decoder js.Value
	goesOn  js.Value
	rest    string
	err     error
}

func (t *textReader) Read(p []byte) (int, error) {
	for t.rest == "" {
		if t.err != nil {
			return 0, t.err
		}
		var chunk [1 << 14]byte
		n, err := t.r.Read(chunk[:])
		bytes := js.Global().Get("Uint8Array").New(n)
		js.CopyBytesToJS(bytes, chunk[:n])
		t.err = err
		if err == nil {
			t.rest = t.decoder.Call("decode", bytes, t.goesOn).String()
		} else {
			t.rest = t.decoder.Call("decode", bytes).String()
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}
