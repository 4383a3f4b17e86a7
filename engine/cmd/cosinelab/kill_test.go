package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// killed is a command that is killed at random and goes on.
type killed struct {
	name    string
	args    func(out string) []string // to begin, and for a table to go on
	goesOn  func(out string) []string
	results func(t *testing.T, out string) string // without timings
	want    map[string]string                     // results by the text of spec.json
	takes   time.Duration
}

// TestKill kills runs and tables at random moments, damages in between what they have saved, and lets them go
// on: they end with the same bits, or are refused in words, after which a clean start works. What is not
// damaged is never refused. COSINELAB_KILLS says how often, COSINELAB_KILL_SEED which moments.
func TestKill(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("signals are for other systems")
	}
	kills, seed := 20, uint64(1)
	if testing.Short() {
		kills = 4
	}
	if n, err := strconv.Atoi(os.Getenv("COSINELAB_KILLS")); err == nil {
		kills, seed = n, uint64(time.Now().UnixNano())
	}
	if n, err := strconv.ParseUint(os.Getenv("COSINELAB_KILL_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Log("seed", seed)
	draw := rand.New(rand.NewPCG(seed, 0))
	foreign := filepath.Join(t.TempDir(), "foreign")
	other := write(t, "other.json", strings.Replace(read(t, tiny), `"rate": 0.002`, `"rate": 0.001`, 1))
	do(t, "run", other, "-out", foreign).must(t)
	victims := []*killed{
		{name: "run", args: func(out string) []string { return []string{"run", tiny, "-out", out} },
			goesOn:  func(out string) []string { return []string{"run", "-resume", "-out", out} },
			results: runResults},
		{name: "table", args: killedTable, goesOn: killedTable, results: tableResults},
	}
	for _, v := range victims {
		out := filepath.Join(t.TempDir(), "out")
		start := time.Now()
		if got := finish(t, program(v.args(out)...)); got.code != exitOK {
			t.Fatal(got.err)
		}
		v.takes = time.Since(start)
		v.want = map[string]string{read(t, out, specFile): v.results(t, out)}
	}
	count := map[string]int{}
	for n := 0; n < kills && !t.Failed(); {
		v := victims[draw.IntN(len(victims))]
		n += v.survive(t, draw, foreign, count)
	}
	t.Logf("%v", count)
}

func killedTable(out string) []string {
	return tinyTable("-models", "transformer,lstm", "-seeds", "1", "-out", out)
}

// survive kills a command up to three times, then lets it end; it returns how often it was killed.
func (v *killed) survive(t *testing.T, draw *rand.Rand, foreign string, count map[string]int) (kills int) {
	out := filepath.Join(t.TempDir(), "out")
	damages, what := 0, []string{v.name}
	for range 1 + draw.IntN(3) {
		after := time.Duration(draw.Float64() * 1.1 * float64(v.takes))
		if c := v.command(out); killAfter(t, c, after) {
			kills++
			count[v.name+" killed"]++
		}
		what = append(what, "killed after "+after.String())
		if draw.IntN(2) == 0 {
			continue
		}
		if did := damage(t, draw, out, foreign); did != "" {
			what = append(what, did)
			kind := strings.Fields(did)[0]
			count[kind]++
			if kind != "unfinished" { // what a killed save leaves is in nobody's way
				damages++
			}
		}
	}
	got := finish(t, program(v.command(out)...))
	said := strings.Join(what, ", ")
	switch {
	case got.code == exitOK:
		v.check(t, said, out)
	case damages == 0:
		t.Errorf("%s: refused by %s", said, got.err)
	case got.code != exitFailed || !strings.HasPrefix(last(got.err), "cosinelab: "):
		t.Errorf("%s: exit code %d, %s", said, got.code, got.err)
	default:
		count["refused"]++
		fresh := filepath.Join(t.TempDir(), "fresh")
		if got := finish(t, program(v.args(fresh)...)); got.code != exitOK {
			t.Errorf("%s: a fresh start fails: %s", said, got.err)
			return max(kills, 1)
		}
		v.check(t, said+", started anew", fresh)
	}
	return max(kills, 1)
}

// command is what a person would type next: to begin, or to go on where a folder says with what.
func (v *killed) command(out string) []string {
	if _, err := os.Stat(filepath.Join(out, specFile)); err != nil {
		return v.args(out)
	}
	return v.goesOn(out)
}

// killAfter starts the program and kills it, unless it ends before.
func killAfter(t *testing.T, args []string, after time.Duration) bool {
	t.Helper()
	c := program(args...)
	var errOut bytes.Buffer
	c.Stderr = &errOut
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { c.Process.Kill() })
	defer timer.Stop()
	c.Wait()
	if strings.Contains(errOut.String(), "panic") || strings.Contains(errOut.String(), "goroutine ") {
		t.Errorf("%v: %s", args, errOut.String())
	}
	return c.ProcessState.ExitCode() < 0
}

// check compares the results with those of a command that was left alone, and finds nothing unfinished.
func (v *killed) check(t *testing.T, said, out string) {
	t.Helper()
	sp := read(t, out, specFile)
	if _, known := v.want[sp]; !known { // a spec that was edited: carried out by itself
		fresh := filepath.Join(t.TempDir(), "fresh")
		if got := finish(t, program("run", filepath.Join(out, specFile), "-out", fresh)); got.code != exitOK {
			t.Fatal(got.err)
		}
		v.want[sp] = v.results(t, fresh)
	}
	if v.results(t, out) != v.want[sp] {
		t.Errorf("%s: the results differ", said)
	}
	for _, path := range filesBelow(t, out) {
		if strings.HasPrefix(filepath.Base(path), ".") {
			t.Errorf("%s: %s is left", said, path)
		}
	}
}

func filesBelow(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func runResults(t *testing.T, out string) string {
	t.Helper()
	text, err := json.Marshal(reportIn(t, out).WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + read(t, out, scoresFile)
}

func tableResults(t *testing.T, out string) string {
	t.Helper()
	text := ""
	for i := range formats {
		text += read(t, out, "table"+endings[i])
	}
	for _, path := range filesBelow(t, out) {
		if filepath.Base(filepath.Dir(path)) == cellsDir {
			report, err := json.Marshal(reportAt(t, path).WithoutTimings())
			if err != nil {
				t.Fatal(err)
			}
			text += string(report)
		}
	}
	return text
}

// damage does something to what a killed command has saved, and says what; empty if there is nothing to damage.
func damage(t *testing.T, draw *rand.Rand, out, foreign string) string {
	t.Helper()
	var saved []string
	if _, err := os.Stat(out); err == nil {
		for _, path := range filesBelow(t, out) {
			if strings.HasSuffix(path, ".safetensors") || strings.HasSuffix(path, ".json") && draw.IntN(4) == 0 {
				saved = append(saved, path)
			}
		}
	}
	if len(saved) == 0 {
		return ""
	}
	path, other := saved[draw.IntN(len(saved))], saved[draw.IntN(len(saved))]
	b := []byte(read(t, path))
	put := func(path string, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	switch name := filepath.Base(path); draw.IntN(7) {
	case 0:
		if len(b) > 0 {
			b[draw.IntN(len(b))] ^= 1 << draw.IntN(8)
		}
		put(path, b)
		return "flipped " + name
	case 1:
		put(path, b[:draw.IntN(len(b)+1)])
		return "cut " + name
	case 2:
		put(path, []byte(read(t, other)))
		put(other, b)
		return "swapped " + name + " with " + filepath.Base(other)
	case 3:
		arms := filesBelow(t, filepath.Join(foreign, checkpointsDir))
		put(path, []byte(read(t, arms[draw.IntN(len(arms))])))
		return "replaced " + name
	case 4:
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		return "removed " + name
	case 5:
		put(filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s-%016x.cosinelab-unfinished", name, draw.Uint64())), b)
		return "unfinished " + name
	}
	file := filepath.Join(out, specFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	edits := []string{`"rate": 0.002`, `"rate": 0.004`, `"percent": 95`, `"percent": 90`, `"epochs": 3`, `"epochs": 2`}
	i := 2 * draw.IntN(len(edits)/2)
	put(file, bytes.Replace(text, []byte(edits[i]), []byte(edits[i+1]), 1))
	return "edited " + edits[i]
}
