//go:build !js

package main

import (
	"bytes"
	"encoding/binary"
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
			done <- fmt.Sprint(recover(), " ", strings.Count(trace, "f.(*f).") > 40)
		}()
		deep(5000, nil)
	}()
	said := <-done
	_, file, line, ok := runtime.Caller(0)
	fmt.Println(said, file, line, ok)
}
`

// runs has Node run a program as the page does; after it come the folder of Go and the program.
const runs = `
	const [goroot, program] = process.argv.slice(1);
	require(goroot + "/lib/wasm/wasm_exec.js");
	require(process.cwd() + "/../../unpack.js");
	const go = new Go();
	WebAssembly.instantiate(require("fs").readFileSync(program), go.importObject).then(({ module, instance }) => {
		unpack(module, instance);
		return go.run(instance);
	});`

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

func TestAProgramWithoutNamesAndLinesRunsAndNumbersItsFunctions(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program for the browser")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs Node")
	}
	module := compiled(t, traced)
	var names []byte
	short, err := smaller(module, func(memory []byte) (section []byte, err error) {
		section, names, err = packed(memory)
		return section, err
	})
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
	said, err := exec.Command(node, "--stack-size=4096", "-e", runs, goroot, path).CombinedOutput()
	if got, want := strings.TrimSpace(string(said)), "here true ? 0 true"; err != nil || got != want {
		t.Errorf("%v: the program says %q, want %q", err, got, want)
	}
	for _, name := range []string{"proc.go", "main.go", "main.deep", "runtime.gcStart"} {
		if !bytes.Contains(module, []byte(name)) || bytes.Contains(short, []byte(name)) {
			t.Errorf("%s is in the program: before %t, after %t, want true, false", name,
				bytes.Contains(module, []byte(name)), bytes.Contains(short, []byte(name)))
		}
	}
	if !bytes.Contains(names, []byte("\nmain.deep\n")) {
		t.Error("the list of functions lacks main.deep")
	}
}

// tableOfTwo is a memory with a table of two functions, the second with a table and two facts, one of them vain.
func tableOfTwo() (memory []byte) {
	const header, names, units, tables, list, facts, find, module = 8, 80, 84, 90, 120, 256, 272, 912
	memory = make([]byte, module+moduleSize)
	copy(memory[header:], tablesBegin)
	long := func(at, n int) { binary.LittleEndian.PutUint64(memory[at:], uint64(n)) }
	long(header+headerFunctions, 2)
	for field, at := range map[int]int{headerNames: names, headerUnits: units, headerFiles: units,
		headerTables: tables, headerList: list} {
		long(header+field, at-header)
	}
	long(module, header)
	long(module+moduleNames, names)
	long(module+moduleFind, find)
	long(module+moduleData, module)
	long(module+moduleFacts, facts)
	copy(memory[tables:], "\x00\x02\x01\x00\x04\x01\x00")
	l := memory[list:facts]
	for i, n := range []int{functionValue, 24, functionValue + 1, 72, functionValue + 2} {
		setWord(l, 4*i, n)
	}
	setWord(l, 24+functionEntry, functionValue)
	second := l[72:]
	setWord(second, functionEntry, functionValue+1)
	setWord(second, functionStack, 1)
	setWord(second, functionMore, 1)
	second[functionFacts] = 2
	for b := range bucketsEach {
		setWord(memory[find:], 4*bucketWords*b, b/bucketsEach)
	}
	return memory
}

func TestOtherTablesOfFunctionsAreRefused(t *testing.T) {
	if _, _, err := packed(tableOfTwo()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := packed(make([]byte, 1000)); !errors.Is(err, errTables) {
		t.Errorf("no table: %v, want %v", err, errTables)
	}
	for _, at := range []int{8 + headerFunctions, 8 + headerFunctions + 5, 8 + headerNames, 8 + headerTables, 8 + headerList,
		912, 912 + moduleNames, 912 + moduleFacts, 120, 120 + 4, 120 + 8,
		120 + 12 + 1, 120 + 72, 120 + 72 + functionMore, 120 + 72 + functionFacts, 120 + 72 + functionStack, 272, 272 + 4,
		272 + 20*15} {
		memory := tableOfTwo()
		memory[at] += 200
		if _, _, err := packed(memory); !errors.Is(err, errTables) {
			t.Errorf("%d more in byte %d: %v, want %v", 200, at, err, errTables)
		}
	}
	for n := range len(tableOfTwo()) {
		if _, _, err := packed(tableOfTwo()[:n]); !errors.Is(err, errTables) {
			t.Errorf("the first %d bytes of a memory are taken for one: %v", n, err)
		}
	}
}
