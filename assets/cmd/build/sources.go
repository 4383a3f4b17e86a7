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
	"strings"

	"cosinelab/assets/words"
)

// programs are the packages in wasm that become NAME.wasm.
var programs = []string{"lab", "worker"}

// collect reads the hand-written files of the page by their slash-separated paths below dir.
func collect(dir string) (map[string][]byte, error) {
	sources := map[string][]byte{}
	folder := os.DirFS(dir)
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "cmd" || name == "dist" || name == "words":
			return fs.SkipDir
		case entry.IsDir() || !handwritten(name):
			return nil
		}
		sources[name], err = fs.ReadFile(folder, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("collecting the files of the page: %w", err)
	}
	return sources, nil
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

// compile adds the programs, with the glue that Go brings for them, to sources.
func compile(ctx context.Context, root string, sources map[string][]byte) error {
	tmp, err := os.MkdirTemp("", "cosinelab-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	// No build stamps: a commit that leaves the code alone has to leave the name by content alone too.
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o",
		tmp + string(filepath.Separator)}
	for _, name := range programs {
		args = append(args, "./wasm/"+name)
	}
	if _, err := goCommand(ctx, root, args...); err != nil {
		return err
	}
	for _, name := range programs {
		if err := add(sources, name+".wasm", filepath.Join(tmp, name)); err != nil {
			return err
		}
	}
	goroot, err := goCommand(ctx, root, "env", "GOROOT")
	if err != nil {
		return err
	}
	return add(sources, "wasm_exec.js", filepath.Join(goroot, "lib", "wasm", "wasm_exec.js"))
}

// goCommand runs the go command for the browser in the folder root and returns what it printed.
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

// add reads file into sources under name, which must be free.
func add(sources map[string][]byte, name, file string) error {
	if _, taken := sources[name]; taken {
		return fmt.Errorf("assets/%s: the build makes a file of this name, choose another", name)
	}
	data, err := os.ReadFile(file)
	sources[name] = data
	return err
}
