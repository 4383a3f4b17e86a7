package engine_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowed says which packages of the engine each package may import: the layering, from the bottom up. Tests are
// free. Everything below backend that is not listed here is a device, which may import what devices need.
var allowed = map[string][]string{
	"tensor":              {},
	"op":                  {"tensor"},
	"graph":               {"tensor", "op"},
	"nn":                  {"tensor", "op", "graph"},
	"autodiff":            {"tensor", "op", "graph"},
	"plan":                {"tensor", "op", "graph"},
	"backend":             {"tensor", "op", "plan"},
	"backend/backendtest": {"tensor", "op", "graph", "nn", "autodiff", "plan", "backend"},
	"backend/cpu":         {"tensor", "op", "plan", "backend"},
	"models":              {"tensor", "op", "graph", "nn"},
	"distill":             {"tensor", "op", "graph", "nn"},
	"metrics":             {},
	"experiment":          {"metrics"},
	"detect":              {"metrics"},
	"train":               {"tensor", "op", "graph", "autodiff", "plan", "backend", "detect", "experiment"},
	"experiment/runner":   {"tensor", "graph", "plan", "backend", "models", "distill", "train", "detect", "metrics", "experiment"},
	"golden":              {"tensor", "op", "graph", "autodiff", "plan", "backend", "models", "distill", "metrics", "detect", "train", "experiment"},
	"bench": {"op", "graph", "plan", "backend", "models", "train", "detect", "experiment", "experiment/runner",
		"bench/timing"},
	"bench/timing":         {},
	"backend/simd":         {"tensor", "op", "plan", "backend", "backend/cpu", "backend/simd/kernels"},
	"backend/simd/asm":     {},
	"backend/simd/kernels": {},
}

// free packages are programs: they may import everything.
var free = []string{"cmd/cosinelab", "backend/simd/gen"}

// Platforms whose build constraints are looked at.
var platforms = []struct{ os, arch string }{{"linux", "amd64"}, {"js", "wasm"}}

const module = "cosinelab/engine/"

func TestImportsFollowTheLayering(t *testing.T) {
	for _, pkg := range packages(t) {
		if slices.Contains(free, pkg) {
			continue
		}
		may, listed := allowed[pkg]
		if !listed {
			t.Errorf("engine/%s is not in the table of allowed imports", pkg)
			continue
		}
		for _, imp := range imports(t, pkg) {
			checkImport(t, pkg, imp, may)
		}
	}
}

// checkImport judges one import. syscall/js, files, the network stay out of the engine but in commands.
func checkImport(t *testing.T, pkg, imp string, may []string) {
	t.Helper()
	if dep, inside := strings.CutPrefix(imp, module); inside && !slices.Contains(may, dep) {
		t.Errorf("engine/%s imports %s, may import %v", pkg, dep, may)
	}
	for _, outside := range []string{"syscall/js", "os", "net", "net/http"} {
		if imp == outside {
			t.Errorf("engine/%s imports %s: the engine neither opens files nor knows a browser", pkg, imp)
		}
	}
	if strings.Contains(imp, "wazero") || strings.Contains(imp, "chromedp") || strings.Contains(imp, "vecty") {
		t.Errorf("engine/%s imports %s outside tests", pkg, imp)
	}
}

// packages lists the folders below this one that hold Go files, tests aside.
func packages(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "testdata" {
			return errOr(err, fs.SkipDir)
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			if dir := filepath.ToSlash(filepath.Dir(path)); !slices.Contains(found, dir) {
				found = append(found, dir)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func errOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// imports returns what the package's own files import on any platform. Files named _js.go may know syscall/js.
func imports(t *testing.T, pkg string) []string {
	t.Helper()
	var all []string
	for _, p := range platforms {
		ctx := build.Default
		ctx.GOOS, ctx.GOARCH = p.os, p.arch
		got, err := ctx.ImportDir(filepath.FromSlash(pkg), 0)
		if _, none := err.(*build.NoGoError); none {
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
