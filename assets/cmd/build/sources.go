//go:build !js

package main

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cosinelab/assets/words"
)

// programs are the packages that become NAME.wasm. That functions are never copied into their callers makes
// a program smaller by a seventh.
var programs = []program{
	// The page waits for events and for frames; its start is allocations and calls of the browser. The words of a
	// language are files of their own, of which it needs one.
	{name: "lab", folder: "wasm/lab", flags: append([]string{"-tags=page"}, copied("syscall/js",
		"github.com/hexops/vecty")...)},
	{name: "bench", folder: "wasm/bench", flags: []string{"-tags=page"}},
	{name: "worker", folder: "wasm/worker", flags: copied("math", "compress/flate", "cosinelab/datasets/table",
		"cosinelab/engine/backend/...", "cosinelab/engine/baseline", "cosinelab/engine/detect",
		"cosinelab/engine/metrics", "cosinelab/engine/tensor", "cosinelab/engine/train")},
	// What of the command line the page has fetched when somebody wants it.
	{name: "cosinelab", folder: "engine/cmd/cosinelab"},
}

// trusted are the flags that leave out what the runtime checks of itself: that its pointers are not nil, and its
// indices in their ranges. That is a tenth of it. What programs do is checked as ever.
var trusted = []string{"-gcflags=runtime=-d=disablenil -B", "-gcflags=internal/runtime/...=-d=disablenil -B"}

// copied are the flags that have functions of packages copied all the same: those in which the time goes.
func copied(packages ...string) (flags []string) {
	for _, p := range packages {
		flags = append(flags, "-gcflags="+p+"=")
	}
	return flags
}

// program is a package with what go build is told for it.
type program struct {
	name, folder string
	flags        []string
}

// collect reads the hand-written files of the page by their slash-separated paths below dir.
func collect(dir string) (map[string][]byte, error) {
	sources := map[string][]byte{}
	folder := os.DirFS(dir)
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "cmd" || name == "dist":
			return fs.SkipDir
		case entry.IsDir() || !handwritten(name):
			return nil
		}
		sources[name], err = fs.ReadFile(folder, name)
		if path.Dir(name) == "words" {
			sources[name] = wordsOfThePage(sources[name])
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("collecting the files of the page: %w", err)
	}
	return sources, nil
}

// wordsOfThePage leaves out of a language's file what the page does not say.
func wordsOfThePage(file []byte) []byte {
	var out []byte
	for line := range bytes.Lines(file) {
		key, _, is := strings.Cut(string(line), " = ")
		if is && line[0] != '#' && !words.ForCommands(words.Key(key)) {
			out = append(out, line...)
		}
	}
	return out
}

// Comments that are all there is in a line, and what a line begins with, which mean nothing to a browser.
var (
	vainInJS  = regexp.MustCompile(`(?m)^[ \t]*(//.*\n)?`)
	vainInCSS = regexp.MustCompile(`(?ms)/\*.*?\*/\n*|^[ \t]+`)
)

// bare leaves out of scripts and style sheets what is written for those who read them.
func bare(sources map[string][]byte) {
	for name, text := range sources {
		switch path.Ext(name) {
		case ".js":
			sources[name] = vainInJS.ReplaceAll(text, nil)
		case ".css":
			sources[name] = vainInCSS.ReplaceAll(text, nil)
		}
	}
}

// handwritten tells files of the page from Go files, hidden files and notes for readers of the repository.
func handwritten(name string) bool {
	return !strings.HasPrefix(path.Base(name), ".") && path.Ext(name) != ".go" && name != "README.md"
}

// speak fills the pages, which are templates of package html/template over all languages. What stands on a
// page before its program runs thus comes from the same words as everything else.
func speak(sources map[string][]byte) error {
	var languages []*words.Language
	for _, tag := range words.Tags() {
		languages = append(languages, words.In(tag))
	}
	for source := range sources {
		if !isPage(source) {
			continue
		}
		page, err := template.New(source).Parse(string(sources[source]))
		var filled bytes.Buffer
		if err == nil {
			err = page.Execute(&filled, languages)
		}
		if err != nil {
			return fmt.Errorf("assets/%s: %w", source, err)
		}
		sources[source] = filled.Bytes()
	}
	return nil
}

// compile adds the programs to sources, with the glue that the same Go installation brings for them: the two
// have to be of one version.
func compile(ctx context.Context, root string, sources map[string][]byte) error {
	tmp, err := os.MkdirTemp("", "cosinelab-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for _, p := range programs {
		out := filepath.Join(tmp, p.name)
		// No build stamps: a commit that leaves the code alone has to leave the name by content alone too.
		args := slices.Concat([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-gcflags=all=-l", "-o", out},
			trusted, p.flags, []string{"./" + p.folder})
		if _, err := goCommand(ctx, root, args...); err != nil {
			return err
		}
		if err := addProgram(sources, p.name+".wasm", out); err != nil {
			return err
		}
	}
	goroot, err := goCommand(ctx, root, "env", "GOROOT")
	if err != nil {
		return err
	}
	return add(sources, "wasm_exec.js", filepath.Join(goroot, "lib", "wasm", "wasm_exec.js"))
}

// goCommand runs the go command for js/wasm in the folder root and returns what it printed; an error has what
// it complained of.
func goCommand(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	var problems strings.Builder
	cmd.Stderr = &problems
	printed, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, problems.String())
	}
	return strings.TrimSpace(string(printed)), nil
}

// addProgram adds a program, in the form that compresses best, and a list of its functions for whoever reads its
// stack traces: they name the function of a line by the number of lines before it.
func addProgram(sources map[string][]byte, name, file string) error {
	err := add(sources, name, file)
	if err == nil {
		sources[name], err = smaller(sources[name], func(memory []byte) (section []byte, err error) {
			section, sources[name+".functions.txt"], err = packed(memory)
			return section, err
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// add reads file into sources under name, which must be free.
func add(sources map[string][]byte, name, file string) error {
	if _, taken := sources[name]; taken {
		return fmt.Errorf("assets/%s: the build makes a file of this name, choose another", name)
	}
	data, err := os.ReadFile(file)
	sources[name] = data
	return err
}
