package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// traced panics deep in its stack, which has grown and been scanned, recovers, and prints where it was.
const traced = `package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

type node struct {
	next *node
	name string
}

//go:noinline
func deep(n int, list *node) string {
	var pad [64]int
	pad[n%64] = n
	if n == 0 {
		runtime.GC()
		panic("here")
	}
	return deep(n-1, &node{list, fmt.Sprint(n, pad[n%64])})
}

func main() {
	done := make(chan string)
	go func() {
		defer func() {
			trace := string(debug.Stack())
			done <- fmt.Sprint(recover(), " ", strings.Contains(trace, "main.deep("))
		}()
		deep(5000, nil)
	}()
	said := <-done
	_, file, line, ok := runtime.Caller(0)
	fmt.Println(said, file, line, ok)
}
`

// compiled is a program for the browser, as Go's linker leaves it.
func compiled(t *testing.T, code string) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module tiny\n\ngo 1.26\n", "main.go": code} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := goCommand(t.Context(), dir, "build", "-ldflags=-s -w", "-o", "tiny.wasm", "."); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(dir, "tiny.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return module
}

func TestAProgramWithoutLinesRunsAndNamesItsFunctions(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program for the browser")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs Node")
	}
	module := compiled(t, traced)
	short, err := smaller(module, forgetLines)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "short.wasm")
	if err := os.WriteFile(path, short, 0o644); err != nil {
		t.Fatal(err)
	}
	goroot, err := goCommand(t.Context(), ".", "env", "GOROOT")
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(node, "--stack-size=4096", filepath.Join(goroot, "lib", "wasm", "wasm_exec_node.js"),
		path).CombinedOutput()
	if got, want := strings.TrimSpace(string(said)), "here true ? 0 true"; err != nil || got != want {
		t.Errorf("%v: the program says %q, want %q", err, got, want)
	}
	for _, file := range []string{"proc.go", "main.go"} {
		if !bytes.Contains(module, []byte(file)) || bytes.Contains(short, []byte(file)) {
			t.Errorf("%s is in the program: before %t, after %t, want true, false", file,
				bytes.Contains(module, []byte(file)), bytes.Contains(short, []byte(file)))
		}
	}
}

func TestOtherTablesOfFunctionsAreRefused(t *testing.T) {
	header := append([]byte(tablesBegin), make([]byte, 200)...)
	header[headerFunctions] = 1
	for at, place := range map[int]byte{headerUnits: 80, headerFiles: 88, headerTables: 96, headerList: 104} {
		header[at] = place
	}
	beyond := bytes.Clone(header)
	beyond[108] = 255 // where the function is
	for name, memory := range map[string][]byte{"none": make([]byte, 1000), "short": header[:20],
		"out of order": bytes.Replace(header, []byte{96}, []byte{10}, 1), "a function beyond the end": beyond,
		"many functions": append(bytes.Clone(header[:headerFunctions+2]), header[headerFunctions:]...)} {
		if err := forgetLines(bytes.Clone(memory)); !errors.Is(err, errTables) {
			t.Errorf("%s: %v, want %v", name, err, errTables)
		}
	}
	whole := bytes.Clone(header)
	whole[108], whole[104] = 8, 0
	if err := forgetLines(whole); err != nil {
		t.Errorf("a table of one function: %v", err)
	}
}
