package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// eight are the flags of a table of eight cells.
func eight(out string, more ...string) []string {
	return tinyTable(append([]string{"-seeds", "4", "-parallel", "1", "-out", out}, more...)...)
}

// whole is what a process alone makes of eight cells.
func whole(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "whole")
	do(t, eight(out)...).must(t)
	return tableResults(t, out)
}

// task is the environment of a task of a Slurm array.
func task(number, count, least, most int) []string {
	return []string{fmt.Sprint("SLURM_ARRAY_TASK_ID=", number), fmt.Sprint("SLURM_ARRAY_TASK_COUNT=", count),
		fmt.Sprint("SLURM_ARRAY_TASK_MIN=", least), fmt.Sprint("SLURM_ARRAY_TASK_MAX=", most),
		"SLURM_ARRAY_TASK_STEP=1"}
}

// within runs the program with more in its environment.
func within(t *testing.T, env []string, args ...string) outcome {
	t.Helper()
	c := program(args...)
	c.Env = append(c.Env, env...)
	return finish(t, c)
}

// Tasks of an array compute a table together; gather says which numbers are missing, and an array of those
// computes exactly them.
func TestAnArrayFillsATable(t *testing.T) {
	want := whole(t)
	out := filepath.Join(t.TempDir(), "out")
	for _, number := range []int{0, 1, 4, 6} {
		got := within(t, task(number, 8, 0, 7), eight(out)...)
		if got.code != exitOK || got.out != "" ||
			!strings.Contains(got.err, fmt.Sprintf("part %d of 8 (from 0): 1 of 8 cells", number)) {
			t.Fatalf("exit code %d, %s%s", got.code, got.err, got.out)
		}
	}
	got := do(t, "gather", out)
	if got.code != exitMissing || !strings.Contains(got.err, "sbatch --array=2-3,5,7;") ||
		!strings.Contains(got.err, "missing: builtin/server, transformer, seed 3") ||
		!strings.Contains(got.err, "4 of 8 cells are missing") || !strings.Contains(got.out, "lstm cosine") {
		t.Fatalf("exit code %d, %s%s", got.code, got.err, got.out)
	}
	for _, number := range []int{2, 3, 5, 7} {
		if got := within(t, task(number, 4, 2, 7), eight(out)...); got.code != exitOK ||
			!strings.Contains(got.err, "1 of 1 cells of this part are done") {
			t.Fatalf("exit code %d, %s", got.code, got.err)
		}
	}
	if tableResults(t, out) != want {
		t.Error("the table is not that of a process alone")
	}
	got = do(t, "gather", out, "-format", "csv").must(t)
	if got.out != read(t, out, "table.csv") || !strings.Contains(got.err, "all 8 cells are there") {
		t.Errorf("%s%s", got.err, got.out)
	}
}

// Machines without a folder in common each fill their own; gather puts them together.
func TestGatherMergesFolders(t *testing.T) {
	want := whole(t)
	dir := t.TempDir()
	var parts []string
	for i := range 3 {
		part := filepath.Join(dir, fmt.Sprint("part", i))
		parts = append(parts, part)
		env := []string{fmt.Sprint("JOB_COMPLETION_INDEX=", i), "JOB_COMPLETIONS=3"}
		if got := within(t, env, eight(part)...); got.code != exitOK {
			t.Fatal(got.err)
		}
	}
	if got := do(t, append([]string{"gather"}, parts[:2]...)...); got.code != exitMissing ||
		!strings.Contains(got.err, "the indexes 2\n") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	all := filepath.Join(dir, "all")
	do(t, append([]string{"gather", "-out", all}, parts...)...).must(t)
	if tableResults(t, all) != want {
		t.Error("what is gathered is not the table of a process alone")
	}
	other := filepath.Join(dir, "other")
	do(t, tinyTable("-models", "lstm", "-seeds", "1", "-epochs", "1", "-out", other)...).must(t)
	if got := do(t, "gather", parts[0], other); got.code != exitFailed ||
		!strings.Contains(got.err, "is of another table") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

func TestGatherSaysWhatIsWrong(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	do(t, tinyTable("-models", "lstm", "-seeds", "1", "-out", out)...).must(t)
	plan := read(t, out, planFile)
	for what, c := range map[string]struct{ text, says string }{
		"cut":             {plan[:len(plan)/2], "not what this program has written"},
		"null":            {strings.Replace(plan, `"cells":[{`, `"cells":[null,{`, 1), "not what its name says"},
		"another rate":    {strings.ReplaceAll(plan, `"rate":0.002`, `"rate":0.003`), "not what its name says"},
		"an invalid spec": {strings.ReplaceAll(plan, `"epochs":3`, `"epochs":-3`), "train.epochs"},
	} {
		if c.text == plan {
			t.Fatalf("%s changes nothing", what)
		}
		if err := os.WriteFile(filepath.Join(out, planFile), []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := do(t, "gather", out); got.code != exitFailed || !strings.Contains(got.err, c.says) ||
			!strings.Contains(got.err, planFile) {
			t.Errorf("%s: exit code %d, %s", what, got.code, got.err)
		}
	}
	if got := do(t, "gather", filepath.Join(out, "none")); got.code != exitFailed ||
		!strings.Contains(got.err, "file does not exist") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	if got := do(t, "gather"); got.code != exitUsage {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

func TestShardsAreNumbersOfAnArray(t *testing.T) {
	for _, c := range []struct {
		flag, env string
		want      numbered
		says      string
	}{
		{flag: "2/5", want: numbered{number: 2, in: array{0, 1, 5}}},
		{flag: "all", env: "SLURM_ARRAY_TASK_ID=3"},
		{flag: "5/5", says: "want i/n"}, {flag: "-1/5", says: "want i/n"}, {flag: "x", says: "want i/n"},
		{env: "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=10 SLURM_ARRAY_TASK_STEP=3",
			want: numbered{number: 7, in: array{1, 3, 4}}},
		{env: "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_STEP=1",
			want: numbered{number: 7, in: array{3, 1, 5}, gaps: true}},
		{env: "SLURM_ARRAY_TASK_ID=x", says: "SLURM_ARRAY_TASK_ID is x"},
		{env: "JOB_COMPLETION_INDEX=2 JOB_COMPLETIONS=3", want: numbered{number: 2, in: array{0, 1, 3}}},
		{env: "JOB_COMPLETION_INDEX=2", says: "set JOB_COMPLETIONS"},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		got, err := numberedBy(c.flag, func(name string) string { return env[name] })
		if c.says != "" {
			if a := appFor("", nil, nil); err == nil || !strings.Contains(a.w.Error(err.(usageError).error), c.says) {
				t.Errorf("%s %s: error %v, want %s", c.flag, c.env, err, c.says)
			}
		} else if err != nil || got != c.want {
			t.Errorf("%s %s: %+v, error %v, want %+v", c.flag, c.env, got, err, c.want)
		}
	}
	for _, c := range []struct {
		in     array
		shards []int
		want   string
	}{{array{0, 1, 12}, []int{9, 3, 7, 8}, "3,7-9"}, {array{1, 1, 3}, []int{0, 1, 2}, "1-3"},
		{array{2, 5, 4}, []int{1, 2}, "7,12"}} {
		if got := c.in.numbers(c.shards); got != c.want {
			t.Errorf("%v of %v: %s, want %s", c.shards, c.in, got, c.want)
		}
	}
}

// An array with gaps means nothing in a folder that knows no other.
func TestAnArrayWithGapsNeedsOneBefore(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if got := within(t, task(3, 4, 3, 9), eight(out)...); got.code != exitUsage ||
		!strings.Contains(got.err, "-shard") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

// Two processes share a folder; each is killed again and again, and goes on. The table is that of one alone.
func TestProcessesShareATableThroughKills(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("signals are for other systems")
	}
	kills, seed := 20, uint64(1)
	if testing.Short() {
		kills = 5
	}
	want := whole(t)
	draw := rand.New(rand.NewPCG(seed, 1))
	killed := 0
	for round := 0; killed < kills && !t.Failed(); round++ {
		out := filepath.Join(t.TempDir(), "out")
		var group sync.WaitGroup
		var mu sync.Mutex
		for range 2 {
			tries := 1 + draw.IntN(3)
			var after []time.Duration
			for range tries {
				after = append(after, time.Duration(draw.Float64()*float64(1500*time.Millisecond)))
			}
			group.Go(func() {
				for _, d := range after {
					if killAfter(t, eight(out), d) {
						mu.Lock()
						killed++
						mu.Unlock()
					}
				}
				if got := finish(t, program(eight(out)...)); got.code != exitOK {
					t.Errorf("exit code %d, %s", got.code, got.err)
				}
			})
		}
		group.Wait()
		if tableResults(t, out) != want {
			t.Errorf("round %d: the table is not that of a process alone", round)
		}
		for _, path := range filesBelow(t, out) {
			if strings.HasPrefix(filepath.Base(path), ".") {
				t.Errorf("round %d: %s is left", round, path)
			}
		}
	}
	t.Logf("%d processes were killed", killed)
}

// Processes that share a folder compute each cell once.
func TestProcessesComputeEachCellOnce(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	var group sync.WaitGroup
	var said [3]outcome
	for i := range said {
		group.Go(func() { said[i] = finish(t, program(eight(out)...)) })
	}
	group.Wait()
	computed := 0
	for _, s := range said {
		if s.code != exitOK || s.out != said[0].out {
			t.Errorf("exit code %d, %s%s", s.code, s.err, s.out)
		}
		computed += strings.Count(s.err, ": done in ")
	}
	if computed != 8 {
		t.Errorf("8 cells were computed %d times", computed)
	}
}

// What a scheduler ends exits with a code of its own once a checkpoint is kept, and goes on.
func TestASchedulerEndsATableThatGoesOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("signals are for other systems")
	}
	want := whole(t)
	run := filepath.Join(t.TempDir(), "run")
	do(t, "run", tiny, "-out", run).must(t)
	for _, s := range append([]os.Signal{syscall.SIGTERM}, announced...) {
		out := filepath.Join(t.TempDir(), "out")
		if got := signalled(t, s, cellsDir, out, eight(out)...); got.code != exitRequeue ||
			!strings.Contains(got.err, "the same command goes on") {
			t.Errorf("%v: exit code %d, %s", s, got.code, got.err)
		}
		if left, _ := filepath.Glob(filepath.Join(out, "*", "*", ".claim*")); left != nil {
			t.Errorf("%v: %q are left", s, left)
		}
		if got := finish(t, program(eight(out)...)); got.code != exitOK || tableResults(t, out) != want {
			t.Errorf("%v: exit code %d, %s", s, got.code, got.err)
		}
		again := filepath.Join(t.TempDir(), "run")
		if got := signalled(t, s, checkpointsDir, again, "run", tiny, "-out", again); got.code != exitRequeue {
			t.Errorf("run, %v: exit code %d, %s", s, got.code, got.err)
		}
		if got := do(t, "run", "-resume", "-out", again).must(t); runResults(t, again) != runResults(t, run) {
			t.Errorf("run, %v: the results differ: %s", s, got.err)
		}
	}
}

// signalled runs the program and sends it a signal once there are checkpoints.
func signalled(t *testing.T, s os.Signal, in, out string, args ...string) outcome {
	t.Helper()
	c := program(args...)
	var said, errOut bytes.Buffer
	c.Stdout, c.Stderr = &said, &errOut
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if there, _ := filepath.Glob(filepath.Join(out, in, "*.safetensors")); there != nil {
			break
		}
		if there, _ := filepath.Glob(filepath.Join(out, in, "*", "*.safetensors")); there != nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := c.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	c.Wait()
	return outcome{c.ProcessState.ExitCode(), said.String(), errOut.String()}
}
