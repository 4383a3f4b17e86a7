package engine_test

import (
	"errors"
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// part is one package with what it may import of this module and, beside the standard library, of others.
type part struct {
	folder  string
	imports []string
	outside []string
}

// layers lists every package of the module from the bottom up: each may import only packages that stand
// before it, and of those only the ones in its row. Commands stand at the end, whatever folder they lie in.
// Tests are free.
var layers = []part{
	{folder: "assets/words"},
	{folder: "assets"},
	{folder: "datasets/fault"},
	{folder: "datasets/steps"},
	{folder: "datasets/found", imports: []string{"datasets/fault", "datasets/steps"}},
	{folder: "datasets/table", imports: []string{"datasets/fault", "datasets/found"},
		outside: []string{"golang.org/x/text/encoding/korean"}},
	{folder: "datasets", imports: []string{"datasets/fault", "datasets/steps", "datasets/found",
		"datasets/table"}},
	{folder: "datasets/disk", imports: []string{"datasets", "datasets/fault"}},
	{folder: "datasets/keep", imports: []string{"datasets/disk", "datasets/fault"},
		outside: []string{"github.com/gofrs/flock"}},

	{folder: "engine/tensor"},
	{folder: "engine/op", imports: []string{"engine/tensor"}},
	{folder: "engine/graph", imports: []string{"engine/tensor", "engine/op"}},
	{folder: "engine/nn", imports: []string{"engine/tensor", "engine/op", "engine/graph"}},
	{folder: "engine/autodiff", imports: []string{"engine/tensor", "engine/op", "engine/graph"}},
	{folder: "engine/plan", imports: []string{"engine/tensor", "engine/op", "engine/graph"}},
	{folder: "engine/backend", imports: []string{"engine/op", "engine/plan"}},
	{folder: "engine/backend/backendtest", imports: []string{"engine/tensor", "engine/op", "engine/graph",
		"engine/autodiff",
		"engine/plan", "engine/backend"}},
	{folder: "engine/backend/portable", imports: []string{"engine/op", "engine/plan", "engine/backend"}},
	{folder: "engine/backend/cpu", imports: []string{"engine/backend/portable"},
		outside: []string{"golang.org/x/sys/cpu"}},
	{folder: "engine/backend/simd/asm"},
	{folder: "engine/backend/simd/kernels"},
	{folder: "engine/backend/simd", imports: []string{"engine/op", "engine/plan", "engine/backend",
		"engine/backend/portable",
		"engine/backend/simd/kernels"}},
	{folder: "engine/backend/webgpu", imports: []string{"engine/tensor", "engine/op", "engine/plan",
		"engine/backend"}},

	{folder: "engine/metrics", imports: []string{"datasets/steps", "datasets/fault"}},
	{folder: "engine/spec", imports: []string{"datasets/steps", "datasets/fault", "datasets/found",
		"engine/metrics"},
		outside: []string{"gonum.org/v1/gonum/mathext"}},
	{folder: "engine/models", imports: []string{"datasets/fault", "engine/tensor", "engine/op",
		"engine/graph", "engine/nn",
		"engine/spec"}},
	{folder: "engine/distill", imports: []string{"engine/graph", "engine/nn", "engine/spec"}},
	{folder: "engine/detect", imports: []string{"datasets/steps", "datasets/fault", "engine/metrics",
		"engine/spec"}},
	{folder: "engine/train", imports: []string{"datasets", "datasets/fault", "engine/tensor", "engine/op",
		"engine/graph", "engine/autodiff",
		"engine/plan", "engine/backend", "engine/spec"},
		outside: []string{"github.com/nlpodyssey/safetensors"}},
	{folder: "engine/baseline", imports: []string{"datasets/fault", "engine/tensor"},
		outside: []string{"gonum.org/v1/gonum/floats"}},
	{folder: "engine/detector", imports: []string{"datasets/fault", "datasets/found", "datasets/table",
		"engine/tensor", "engine/metrics", "engine/spec", "engine/detect", "engine/train"}},
	{folder: "engine/experiment", imports: []string{"datasets/steps", "datasets", "datasets/found", "datasets/table",
		"datasets/fault",
		"engine/tensor", "engine/graph", "engine/plan", "engine/backend", "engine/baseline",
		"engine/models", "engine/distill", "engine/metrics", "engine/spec", "engine/detect", "engine/train",
		"engine/detector"},
		outside: []string{"golang.org/x/sync/errgroup"}},
	{folder: "engine/alarms", imports: []string{"datasets/fault", "engine/metrics", "engine/spec"}},
	{folder: "engine/runfile", imports: []string{"datasets", "datasets/fault", "datasets/table", "engine/metrics",
		"engine/spec", "engine/detector", "engine/alarms"}},
	{folder: "engine/scoring", imports: []string{"datasets", "datasets/fault", "datasets/found", "datasets/steps",
		"datasets/table", "engine/backend", "engine/detect", "engine/detector", "engine/experiment",
		"engine/metrics", "engine/spec"}},
	{folder: "engine/figure", imports: []string{"datasets/steps", "assets/words", "datasets",
		"datasets/fault", "engine/metrics", "engine/spec"},
		outside: []string{"codeberg.org/go-pdf/fpdf", "golang.org/x/text/encoding/charmap",
			"gonum.org/v1/gonum/stat",
			gonumPlot, gonumPlot + "/font", gonumPlot + "/text", gonumPlot + "/vg", gonumPlot + "/vg/draw",
			gonumPlot + "/vg/vgimg", gonumPlot + "/vg/vgpdf", gonumPlot + "/vg/vgsvg"}},
	{folder: "engine/jupyter", imports: []string{"assets/words", "engine/spec", "engine/models"}},
	{folder: "engine/golden", imports: []string{"datasets/fault", "engine/tensor", "engine/op",
		"engine/graph", "engine/autodiff", "engine/plan",
		"engine/backend", "engine/baseline", "engine/models", "engine/distill", "engine/metrics", "engine/spec",
		"engine/detect", "engine/train"}},
	{folder: "engine/bench/timing"},
	{folder: "engine/bench", imports: []string{"datasets", "datasets/fault", "engine/graph", "engine/plan",
		"engine/backend",
		"engine/models", "engine/spec", "engine/train", "engine/experiment", "engine/bench/timing"}},
	{folder: "engine/session/protocol", imports: []string{"datasets/steps", "datasets/fault", "datasets/found",
		"engine/metrics", "engine/spec", "engine/bench/timing"}},
	{folder: "engine/session/worker", imports: []string{"datasets/fault", "engine/backend", "engine/train",
		"engine/experiment"}},
	{folder: "engine/session/inside", imports: []string{"datasets/fault", "engine/tensor", "engine/spec",
		"engine/experiment", "engine/session/protocol"}},
	{folder: "engine/session/recorded", imports: []string{"engine/metrics", "engine/spec",
		"engine/session/protocol"}},
	{folder: "engine/session", imports: []string{"engine/session/recorded", "datasets/steps", "datasets", "datasets/found", "datasets/table", "datasets/fault",
		"engine/tensor", "engine/backend",
		"engine/metrics", "engine/spec", "engine/experiment", "engine/detector", "engine/scoring", "engine/alarms",
		"engine/bench", "engine/bench/timing", "engine/session/protocol", "engine/session/inside"}},

	{folder: "ui/chart", imports: []string{"datasets/steps", "assets/words"}},
	{folder: "ui/vecty", outside: []string{vecty}},
	{folder: "ui/vecty/elem", imports: []string{"ui/vecty"}},
	{folder: "ui/signal", imports: []string{"datasets/steps", "assets/words", "ui/chart", "ui/vecty",
		"ui/vecty/elem"}},
	{folder: "ui/look", imports: []string{"assets/words", "engine/spec"}},
	{folder: "ui/link", imports: []string{"datasets/steps", "datasets/fault", "engine/spec"}},
	{folder: "ui/form", imports: []string{"assets/words", "datasets/fault", "datasets/found", "engine/spec",
		"engine/session/protocol", "ui/look"}},
	{folder: "ui/results", imports: []string{"assets/words", "datasets/fault", "engine/metrics",
		"engine/spec", "ui/look"}},
	{folder: "ui/sheet", imports: []string{"assets/words", "datasets/found", "engine/spec",
		"engine/session/protocol", "ui/form", "ui/results"}},
	{folder: "ui/state", imports: []string{"datasets/steps", "assets/words", "datasets/fault",
		"engine/metrics", "engine/spec",
		"engine/session/protocol", "engine/session/recorded", "ui/chart", "ui/look", "ui/link", "ui/form", "ui/results", "ui/sheet"}},
	{folder: "ui/bench", imports: []string{"assets/words", "datasets/fault", "engine/bench/timing",
		"engine/session/protocol"}},
	{folder: "ui", imports: []string{"datasets/steps", "datasets/found", "engine/spec", "engine/session/protocol",
		"assets/words", "ui/chart",
		"ui/signal", "ui/look",
		"ui/form", "ui/results", "ui/sheet", "ui/state", "ui/bench", "ui/vecty", "ui/vecty/elem"}},

	{folder: "ui/still", imports: []string{"ui/chart", "ui/vecty"}},
	{folder: "ui/frames"},
	{folder: "wasm/mail"},
	{folder: "wasm/spawn", imports: []string{"datasets/fault"}},
	{folder: "wasm/browsertest/chromium", outside: []string{"github.com/chromedp/chromedp",
		"github.com/chromedp/cdproto/runtime"}},

	{folder: "wasm/tab", imports: []string{"datasets/fault", "engine/session/protocol", "ui", "wasm/mail", "wasm/spawn"}},
	{folder: "wasm/lab", imports: []string{"datasets/fault", "engine/session/protocol",
		"engine/session/recorded", "ui/state", "ui", "ui/frames", "wasm/tab"}, outside: []string{vecty}},
	{folder: "wasm/bench", imports: []string{"datasets/fault", "engine/session/protocol", "ui", "ui/bench", "wasm/tab"},
		outside: []string{vecty}},
	{folder: "wasm/worker", imports: []string{"datasets", "datasets/fault", "engine/backend",
		"engine/backend/cpu", "engine/backend/simd",
		"engine/session", "engine/session/worker", "engine/session/protocol", "wasm/mail", "wasm/spawn"}},
	{folder: "serve", imports: []string{"assets", "assets/words", "datasets", "datasets/disk",
		"datasets/fault"}},
	{folder: "assets/cmd/build", imports: []string{"assets/words", "datasets/keep", "engine/backend/cpu",
		"engine/session", "engine/session/protocol", "engine/session/recorded", "engine/spec", "ui", "ui/results",
		"ui/state", "ui/still"},
		outside: []string{"github.com/andybalholm/brotli", "golang.org/x/sync/errgroup"}},
	{folder: "datasets/cmd/fetch", imports: []string{"assets/words", "datasets", "datasets/fault",
		"datasets/keep"},
		outside: []string{"github.com/vbauerster/mpb/v8", "github.com/vbauerster/mpb/v8/decor",
			"golang.org/x/term"}},
	{folder: "engine/backend/simd/gen", imports: []string{"datasets/keep", "engine/backend/simd/asm"}},
	{folder: "engine/cmd/cosinelab", imports: []string{"datasets/steps", "assets/words", "datasets",
		"datasets/disk", "datasets/found", "datasets/table", "datasets/fault", "datasets/keep",
		"engine/plan", "engine/backend",
		"engine/backend/cpu", "engine/baseline", "engine/metrics", "engine/spec", "engine/detect",
		"engine/train", "engine/detector", "engine/experiment", "engine/alarms", "engine/runfile", "engine/scoring",
		"engine/figure", "engine/jupyter", "engine/golden", "engine/bench", "engine/bench/timing",
		"engine/session/protocol", "ui/link"},
		outside: []string{"github.com/jedib0t/go-pretty/v6/table",
			"github.com/jedib0t/go-pretty/v6/text", "github.com/vbauerster/mpb/v8",
			"github.com/vbauerster/mpb/v8/decor",
			"golang.org/x/sync/errgroup", "golang.org/x/term", gonumPlot + "/vg"}},
}

const (
	module    = "cosinelab/"
	vecty     = "github.com/hexops/vecty"
	gonumPlot = "gonum.org/v1/plot"
)

// tops are the top-level parts from the bottom up. A package imports none of a part that stands higher than
// its own.
var tops = []string{"assets", "datasets", "engine", "ui", "wasm", "serve"}

// platforms are those whose build constraints are looked at.
var platforms = []struct{ os, arch string }{{"linux", "amd64"}, {"js", "wasm"}}

func TestImportsFollowTheLayers(t *testing.T) {
	for i, p := range layers {
		used := map[string]bool{}
		for _, imp := range imports(t, p.folder) {
			used[imp] = true
			checkImport(t, i, imp)
		}
		for _, imp := range slices.Concat(p.imports, p.outside) {
			if !used[imp] && !used[module+imp] {
				t.Errorf("%s is listed with %s and does not import it", p.folder, imp)
			}
		}
	}
}

// checkImport judges one import of the package in this place of layers.
func checkImport(t *testing.T, at int, imp string) {
	t.Helper()
	p := layers[at]
	dep, inside := strings.CutPrefix(imp, module)
	switch {
	case inside && !slices.Contains(p.imports, dep):
		t.Errorf("%s imports %s, may import %v", p.folder, dep, p.imports)
	case inside && place(dep) >= at:
		t.Errorf("%s imports %s, which does not stand before it", p.folder, dep)
	case inside && top(dep) > top(p.folder) && !command(p.folder):
		t.Errorf("%s imports %s of a higher part", p.folder, dep)
	case !inside && strings.Contains(strings.Split(imp, "/")[0], ".") && !slices.Contains(p.outside, imp):
		t.Errorf("%s imports %s, may import %v", p.folder, imp, p.outside)
	}
	pure := strings.HasPrefix(p.folder, "engine/") && !command(p.folder) &&
		p.folder != "engine/backend/simd/gen"
	if pure && slices.Contains([]string{"syscall/js", "os", "net", "net/http"}, imp) {
		t.Errorf("%s imports %s: the engine neither opens files nor knows a browser", p.folder, imp)
	}
}

// place is the position of a package in layers, beyond all where it has none.
func place(folder string) int {
	at := slices.IndexFunc(layers, func(p part) bool { return p.folder == folder })
	if at < 0 {
		return len(layers)
	}
	return at
}

func top(folder string) int {
	name, _, _ := strings.Cut(folder, "/")
	return slices.Index(tops, name)
}

func command(folder string) bool { return strings.Contains(folder, "/cmd/") }

func TestEveryPackageHasItsLayer(t *testing.T) {
	found := packages(t)
	for _, folder := range found {
		if place(folder) == len(layers) {
			t.Errorf("%s is not in the list of layers", folder)
		}
	}
	for _, p := range layers {
		if !slices.Contains(found, p.folder) {
			t.Errorf("%s is in the list of layers and holds no Go files", p.folder)
		}
	}
}

// packages lists the folders of the module that hold Go files, tests aside.
func packages(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(d.Name(), ".") && path != ".."; d.IsDir() &&
			(hidden || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
			if !slices.Contains(found, folder) {
				found = append(found, folder)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// imports returns what the package's own files import on any platform. Files named _js.go may know
// syscall/js.
func imports(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	for _, p := range platforms {
		ctx := build.Default
		ctx.GOOS, ctx.GOARCH = p.os, p.arch
		got, err := ctx.ImportDir(filepath.Join("..", filepath.FromSlash(folder)), 0)
		if none := (*build.NoGoError)(nil); errors.As(err, &none) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range got.Imports {
			onlyInJS := true
			for _, at := range got.ImportPos[imp] {
				onlyInJS = onlyInJS && strings.HasSuffix(at.Filename, "_js.go")
			}
			if !(imp == "syscall/js" && onlyInJS) && !slices.Contains(all, imp) {
				all = append(all, imp)
			}
		}
	}
	return all
}
