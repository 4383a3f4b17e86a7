package engine_test

import (
	"syscall/js"
	"testing"

	"cosinelab/engine/backend"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/backend/simd"
	"cosinelab/engine/golden"
)

func device(tb testing.TB) backend.Device {
	tb.Helper()
	dev, err := simd.New()
	if err != nil {
		tb.Fatal(err)
	}
	return dev
}

func TestDeviceFollowsTheContract(t *testing.T) { backendtest.Run(t, device(t)) }

func TestGoldenVectors(t *testing.T) {
	files := js.Global().Get("golden")
	names := js.Global().Get("Object").Call("keys", files)
	for i := range names.Length() {
		name := names.Index(i).String()
		t.Run(name, func(t *testing.T) {
			report, err := golden.Verify([]byte(files.Get(name).String()), device(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range report.Checks {
				if !c.OK() {
					t.Errorf("%s %s: error %.3g, limit %.3g", c.Name, c.At, c.Error, c.Limit)
				}
			}
		})
	}
}
