package kernels

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"cosinelab/wasm/browsertest/chromium"
)

// chromiumVariable names the environment variable that lets tests and benchmarks start a headless Chromium.
const chromiumVariable = "COSINELAB_CHROMIUM"

// page is the JavaScript side: one memory, one instance of each build, and a stopwatch.
const page = `
const bytes = s => Uint8Array.from(atob(s), c => c.charCodeAt(0));
globalThis.memory = new WebAssembly.Memory({initial: 1024});
globalThis.load = async code => {
	const {instance} = await WebAssembly.instantiate(bytes(code), {env: {memory}});
	globalThis.kernels = instance.exports;
};
globalThis.write = (at, data) => { new Uint8Array(memory.buffer).set(bytes(data), at); };
globalThis.read = (at, size) => {
	let s = '';
	for (let i = 0; i < size; i += 8192)
		s += String.fromCharCode(...new Uint8Array(memory.buffer, at + i, Math.min(8192, size - i)));
	return btoa(s);
};
globalThis.fill = (at, floats) => {
	const x = new Float32Array(memory.buffer, at, floats);
	for (let i = 0, s = 1; i < floats; i++) { s = (s * 48271) % 2147483647; x[i] = s / 2147483647 - 0.5; }
};
globalThis.fillWith = (at, floats, value) => new Float32Array(memory.buffer, at, floats).fill(value);
const lap = (c, calls) => {
	const f = kernels[c.kernel], args = c.args, start = performance.now();
	for (let i = 0; i < calls; i++) f(...args);
	return performance.now() - start;
};
// measure returns, per case, the milliseconds of one call in each round; the cases take turns.
globalThis.measure = (cases, rounds, ms) => {
	for (const c of cases) {
		lap(c, 3);
		c.calls = 1;
		for (let t; (t = lap(c, c.calls)) < ms;) c.calls = Math.ceil(c.calls * Math.min(10, 1.2 * ms / Math.max(t, 0.1)));
		c.times = [];
	}
	for (let r = 0; r < rounds; r++) for (const c of cases) c.times.push(lap(c, c.calls) / c.calls);
	return cases.map(c => c.times);
};
`

// openChromium opens a page with the build's kernels, or skips the test where no browser is wanted.
func openChromium(tb testing.TB, code []byte) context.Context {
	tb.Helper()
	if os.Getenv(chromiumVariable) == "" {
		tb.Skipf("set %s=1 to run in headless Chromium", chromiumVariable)
	}
	parent, err := chromiumOnce()
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(parent)
	tb.Cleanup(cancel)
	load := fmt.Sprintf("%s; load(%q)", page, base64.StdEncoding.EncodeToString(code))
	if err := chromedp.Run(ctx, chromedp.Navigate("about:blank"),
		chromedp.Evaluate(load, nil, chromium.Await)); err != nil {
		tb.Fatal(err)
	}
	return ctx
}

// stopChromium ends the browser that chromiumOnce started; nil = none was.
var stopChromium func()

var chromiumOnce = sync.OnceValues(func() (ctx context.Context, err error) {
	if ctx, stopChromium, err = chromium.Open(); err != nil {
		return nil, err
	}
	return ctx, chromedp.Run(ctx)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if stopChromium != nil {
		stopChromium()
	}
	os.Exit(code)
}
