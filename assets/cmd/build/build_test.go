//go:build !js

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

const head = `<script type="application/json" id="assets">{}</script>`

// page returns sources in which every kind of reference occurs.
func page() map[string][]byte {
	return map[string][]byte{
		"bench.html": []byte(head + `<a href="index.html"><script src="lab.js">`),
		"index.html": []byte(head + `<link rel="stylesheet" href="style.css"><a href="https://x.org/style.css">x</a><a href="bench.html">
<use href="#i"/><script src="lab.js" defer></script><img src='icons/logo.svg?v#mark'>`),
		"style.css": []byte(
			`@import "tokens.css"; a{background:url(icons/logo.svg)} b{background:url(data:x)}`),
		"tokens.css":       []byte(`:root{--ink:#123}`),
		"icons/logo.svg":   []byte(`<svg/>`),
		"lab.js":           []byte(`new Worker("./worker.js"); fetch('./lab.wasm'); fetch("data/")`),
		"worker.js":        []byte(`importScripts("./wasm_exec.js"); names["worker.js"]`),
		"wasm_exec.js":     []byte(`globalThis.Go = class {}`),
		"lab.wasm":         bytes.Repeat([]byte("wasm"), 1000),
		"lessons/01-it.md": []byte(`# It`),
	}
}

// built returns the built page by source name.
func built(t *testing.T, sources map[string][]byte) map[string]file {
	t.Helper()
	files, err := link(sources)
	if err != nil {
		t.Fatal(err)
	}
	bySource := map[string]file{}
	for _, f := range files {
		bySource[f.source] = f
	}
	return bySource
}

func TestEveryReferenceLeadsToABuiltFile(t *testing.T) {
	files := built(t, page())
	for _, c := range []struct{ in, before, to, after string }{
		{"index.html", `href="`, "style.css", `"`},
		{"index.html", `src="`, "lab.js", `" defer`},
		{"index.html", `src='`, "icons/logo.svg", `?v#mark'`},
		{"bench.html", `href="`, "index.html", `"`},
		{"bench.html", `src="`, "lab.js", `"`},
		{"style.css", `@import "`, "tokens.css", `"`},
		{"style.css", `url(`, "icons/logo.svg", `)`},
		{"lab.js", `new Worker("./`, "worker.js", `")`},
		{"lab.js", `fetch('./`, "lab.wasm", `')`},
		{"worker.js", `importScripts("./`, "wasm_exec.js", `")`},
	} {
		want := c.before + files[c.to].name + c.after
		if !strings.Contains(string(files[c.in].data), want) {
			t.Errorf("%s lacks %s:\n%s", c.in, want, files[c.in].data)
		}
	}
}

func TestWhatIsNoReferenceStaysAsItIs(t *testing.T) {
	files := built(t, page())
	for in, want := range map[string]string{
		"index.html": `<a href="https://x.org/style.css">x</a><a href="bench.html">` + "\n" +
			`<use href="#i"/>`,
		"style.css": `url(data:x)`,
		"lab.js":    `fetch("data/")`,
		"worker.js": `names["worker.js"]`,
	} {
		if !strings.Contains(string(files[in].data), want) {
			t.Errorf("%s lacks %s:\n%s", in, want, files[in].data)
		}
	}
}

func TestManifestsNameEveryFileButThePages(t *testing.T) {
	files := built(t, page())
	for _, page := range []string{"index.html", "bench.html"} {
		var names map[string]string
		html := string(files[page].data)
		if err := json.Unmarshal([]byte(html[strings.Index(html, "{"):strings.Index(html, "}")+1]),
			&names); err != nil {
			t.Fatal(err)
		}
		if len(names) != len(files)-2 || files[page].name != page {
			t.Errorf("%s, built as %s, has %d names for %d files: %v", page, files[page].name, len(names),
				len(files)-2, names)
		}
		for source, name := range names {
			if files[source].name != name {
				t.Errorf("%s: %s is %s in the manifest, want %s", page, source, name, files[source].name)
			}
		}
	}
}

func TestNamesFollowContentThroughReferences(t *testing.T) {
	before := built(t, page())
	changed := page()
	changed["wasm_exec.js"] = []byte(`globalThis.Go = class { run() {} }`)
	after := built(t, changed)
	moved := []string{"wasm_exec.js", "worker.js", "lab.js"}
	for source := range before {
		if want := slices.Contains(moved, source); (before[source].name != after[source].name) != want {
			t.Errorf("%s: %s became %s, want it changed: %t", source, before[source].name,
				after[source].name, want)
		}
	}
}

func TestNamesKeepFolderAndExtension(t *testing.T) {
	name := built(t, page())["lessons/01-it.md"].name
	if !regexp.MustCompile(`^lessons/01-it\.[0-9a-f]{12}\.md$`).MatchString(name) {
		t.Error(name)
	}
}

func TestBadSourcesAreRefusedByName(t *testing.T) {
	for _, c := range []struct{ source, content, want string }{
		{"index.html", head + `<script src="gone.js">`,
			`assets/index.html: refers to "gone.js", but there is no assets/gone.js`},
		{"index.html", head + `<script src="/lab.js">`, `refers to "/lab.js", want a relative path`},
		{"index.html", `<p>`, `no <script type="application/json" id="assets"></script>`},
		{"lessons/a.html", `<img src="../../etc/x">`, `there is no assets/../etc/x`},
		{"worker.js", `"./lab.js"`, `refers to itself by way of other files`},
	} {
		sources := page()
		sources[c.source] = []byte(c.content)
		if _, err := link(sources); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %s: %v, want %q", c.source, c.content, err, c.want)
		}
	}
	if _, err := link(map[string][]byte{"a.css": nil}); err == nil {
		t.Error("a page without index.html was linked")
	}
}

func TestDistHoldsExactlyThePageCompressed(t *testing.T) {
	out := t.TempDir()
	for _, stale := range []string{"lab.000000000000.wasm", "lab.000000000000.wasm.br", ".tmp-1"} {
		if err := os.WriteFile(filepath.Join(out, stale), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := link(page())
	if err != nil {
		t.Fatal(err)
	}
	if err := write(context.Background(), out, files, false); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range files {
		want = append(want, f.name, f.name+".br", f.name+".gz")
		checkForms(t, filepath.Join(out, f.name), f.data)
	}
	slices.Sort(want)
	if got := list(t, out); !slices.Equal(got, want) {
		t.Errorf("dist holds\n%v, want\n%v", got, want)
	}
}

// checkForms checks that the plain, gzip and brotli forms of a built file hold data.
func checkForms(t *testing.T, path string, data []byte) {
	t.Helper()
	for suffix, open := range map[string]func(io.Reader) (io.Reader, error){
		"":    func(r io.Reader) (io.Reader, error) { return r, nil },
		".gz": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		".br": func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	} {
		raw, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Error(err)
			continue
		}
		r, err := open(bytes.NewReader(raw))
		if err != nil {
			t.Errorf("%s%s: %v", path, suffix, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s%s: %d bytes, %v; want %d", path, suffix, len(got), err, len(data))
		}
	}
}

// list returns the paths of the files below dir, sorted.
func list(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func TestUnchangedFilesAreNotWrittenAgain(t *testing.T) {
	out := t.TempDir()
	files, err := link(page())
	if err != nil {
		t.Fatal(err)
	}
	if err := write(context.Background(), out, files, false); err != nil {
		t.Fatal(err)
	}
	lab := slices.IndexFunc(files, func(f file) bool { return f.source == "lab.wasm" })
	mark := filepath.Join(out, files[lab].name+".br")
	if err := os.WriteFile(mark, []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(context.Background(), out, files, false); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(mark); err != nil || string(got) != "kept" {
		t.Errorf("%s was written again: %q, %v", mark, got, err)
	}
}

func TestFastLeavesOnlyBrotliOut(t *testing.T) {
	out := t.TempDir()
	files, err := link(page())
	if err != nil {
		t.Fatal(err)
	}
	if err := write(context.Background(), out, files, true); err != nil {
		t.Fatal(err)
	}
	if got := list(t, out); len(got) != 2*len(files) {
		t.Errorf("%d files for a page of %d, want plain and .gz: %v", len(got), len(files), got)
	}
}

func TestPicturesAreNotCompressedAgain(t *testing.T) {
	if got := suffixes("icons/icon.png", false); !slices.Equal(got, []string{""}) {
		t.Errorf("%q", got)
	}
}

func TestReportFailsOverTheBudget(t *testing.T) {
	const language = 1000
	for _, c := range []struct {
		source string
		size   int
		fails  bool
	}{
		{"lab.wasm", budget - language, false},
		{"lab.wasm", budget - language + 1, true},
		{"worker.wasm", training - language, false},
		{"worker.wasm", training - language + 1, true},
		{"lessons/01-it.md", training + 1, false},
		{"bench.css", training + 1, false},
		{"style.css", budget - language + 1, true},
	} {
		files := []file{{c.source, c.source, make([]byte, c.size)}, {"words/en.txt", "en", make([]byte, language)},
			{"words/ko.txt", "ko", make([]byte, language-1)}}
		if err := report(io.Discard, t.TempDir(), files); (err != nil) != c.fails {
			t.Errorf("%d bytes of %s: %v, want failure: %t", c.size, c.source, err, c.fails)
		}
	}
}

// tinyModule is a module with the folders of this one and next to nothing in them.
var tinyModule = map[string]string{
	"go.mod":                       "module tiny\n\ngo 1.26\n",
	"engine/cmd/cosinelab/main.go": "package main\n\nfunc main() { println(\"cosinelab\") }\n",
	"wasm/lab/main.go":             "package main\n\nfunc main() { println(\"lab\") }\n",
	"wasm/bench/main.go":           "package main\n\nfunc main() { println(\"bench\") }\n",
	"wasm/worker/main.go":          "package main\n\nfunc main() { println(\"worker\") }\n",
	"assets/index.html":            head + `<script src="wasm_exec.js"></script><script src="lab.js"></script>`,
	"assets/lab.js":                `fetch("./lab.wasm")`,
	"assets/assets.go":             "package assets\n",
	"assets/README.md":             "for readers of the repository\n",
	"assets/cmd/x/main.go":         "package main\n",
	"assets/words/en.txt":          "for package words alone\n",
}

func TestBuildMakesAPageFromAModule(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles four programs for the browser")
	}
	root := t.TempDir()
	for name, content := range tinyModule {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr strings.Builder
	if code := run(context.Background(), []string{"-root", root, "-fast"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	var got []string
	for _, name := range list(t, filepath.Join(root, "assets", "dist")) {
		got = append(got, regexp.MustCompile(`\.[0-9a-f]{12}`).ReplaceAllString(name, ""))
	}
	want := []string{"index.html", "index.html.gz", "lab.js", "lab.js.gz", "wasm_exec.js", "wasm_exec.js.gz",
		"words/en.txt", "words/en.txt.gz"}
	for _, program := range []string{"bench", "cosinelab", "lab", "worker"} {
		for _, name := range []string{program + ".wasm", program + ".wasm.functions.txt"} {
			want = append(want, name, name+".gz")
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("dist holds %v, want %v", got, want)
	}
}

func TestProgramsThatDoNotCompileFailTheBuild(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "assets"), 0o755); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	if code := run(context.Background(), []string{"-root", root}, io.Discard, &stderr); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if !strings.Contains(stderr.String(), "build: go ") {
		t.Errorf("stderr: %s", stderr.String())
	}
}

func TestWrongArgumentsExitWithTwo(t *testing.T) {
	for _, args := range [][]string{{"extra"}, {"-nonsense"}, {"-size", "-fast"}} {
		if code := run(context.Background(), args, io.Discard, io.Discard); code != 2 {
			t.Errorf("%v: exit code %d, want 2", args, code)
		}
	}
	if code := run(context.Background(), []string{"-h"}, io.Discard, io.Discard); code != 0 {
		t.Errorf("-h: exit code %d, want 0", code)
	}
}
