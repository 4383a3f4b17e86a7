//go:build !js

// Package engine_test runs the device of the browser in headless Chromium: this file is the native side,
// which compiles the tests of this package for js/wasm and starts them in a Web Worker.
package engine_test

import (
	"embed"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"cosinelab/wasm/browsertest/chromium"
)

const root = "../../.."

//go:embed page
var page embed.FS

// TestDeviceInChromium runs the tests of this package that are compiled for the browser, on both builds of
// the kernels.
func TestDeviceInChromium(t *testing.T) {
	for _, build := range []string{"relaxed", "plain"} {
		t.Run(build, func(t *testing.T) {
			code, output := run(t, build == "plain", nil, "-test.v", "-test.skip=^TestGPU")
			if code != 0 || testing.Verbose() {
				t.Log(output)
			}
			if code != 0 || !strings.Contains(output, "--- PASS: TestDeviceFollowsTheContract") {
				t.Errorf("exit code %d, or the contract was not tested", code)
			}
		})
	}
}

// software makes Chromium compute on the processor what it would on a GPU: slow but right.
var software = []chromedp.ExecAllocatorOption{chromedp.Flag("enable-unsafe-webgpu", true),
	chromedp.Flag("use-webgpu-adapter", "swiftshader")}

// TestGPUInChromium runs the tests of the device for GPUs that are compiled for the browser.
func TestGPUInChromium(t *testing.T) {
	code, output := run(t, false, software, "-test.v", "-test.run=^TestGPU")
	if code != 0 || testing.Verbose() {
		t.Log(output)
	}
	if code != 0 || !strings.Contains(output, "--- PASS: TestGPUFollowsTheContract") {
		t.Errorf("exit code %d, or the contract was not tested", code)
	}
}

var (
	only = flag.String("only", "A", "training steps or models to look into, separated by commas")
	runs = flag.String("runs", "30", "rounds")
	soft = flag.Bool("software", false, "take the adapter for WebGPU that computes on the processor")
)

// BenchmarkProfile prints what the parts of a training step take.
func BenchmarkProfile(b *testing.B) {
	for b.Loop() {
		code, output := run(b, false, nil, "-test.run=^$", "-test.bench=Profile", "-test.benchtime=1x",
			"-only="+*only, "-runs="+*runs)
		fmt.Println(output)
		if code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}

// run starts the compiled tests with these arguments, on the plain kernels or the best there are, in a browser
// with these options, and returns their exit code and output.
func run(tb testing.TB, plain bool, options []chromedp.ExecAllocatorOption, args ...string) (code int,
	output string) {
	tb.Helper()
	ctx := chromium.Start(tb, options...)
	server := httptest.NewServer(handler(tb, compile(tb), plain, args))
	defer server.Close()
	var result struct {
		Code   int
		Output string
	}
	if err := chromedp.Run(ctx, chromedp.Navigate(server.URL+"/page/"),
		chromedp.Evaluate("finished", &result, chromium.Await)); err != nil {
		tb.Fatal(err)
	}
	return result.Code, result.Output
}

// compile returns the path of this package's tests as a program for the browser.
func compile(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.wasm")
	cmd := exec.Command("go", "test", "-c", "-o", path, ".")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	return path
}

// handler serves the page, the program, what starts it, its arguments, and the golden vectors.
func handler(tb testing.TB, program string, plain bool, args []string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/page/", http.FileServerFS(page))
	file := func(url, path string) {
		mux.HandleFunc(url, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFile(w, r, path)
		})
	}
	file("/test.wasm", program)
	file("/wasm_exec.js", filepath.Join(runtime.GOROOT(), "lib", "wasm", "wasm_exec.js"))
	file("/kernels.js", filepath.Join(root, "assets", "kernels.js"))
	file("/webgpu.js", filepath.Join(root, "assets", "webgpu.js"))
	vectors := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(root, "engine", "golden", "testdata", "*.json"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no golden vectors: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		vectors[filepath.Base(path)] = string(text)
	}
	mux.HandleFunc("/start.json", func(w http.ResponseWriter, _ *http.Request) {
		if err := json.NewEncoder(w).Encode(map[string]any{"args": args, "plain": plain,
			"golden": vectors}); err != nil {
			tb.Error(err)
		}
	})
	return isolated(mux)
}

// isolated sends the headers that give a page precise clocks.
func isolated(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.ServeHTTP(w, r)
	})
}

// BenchmarkGPU prints what a GPU takes, or, with -software, Chromium in place of one.
func BenchmarkGPU(b *testing.B) {
	options := software[:1]
	if *soft {
		options = software
	}
	for b.Loop() {
		code, output := run(b, false, options, "-test.run=^$", "-test.bench=GPU", "-test.benchtime=1x", "-only="+*only,
			"-runs="+*runs)
		fmt.Println(output)
		if code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}
