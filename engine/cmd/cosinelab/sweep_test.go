package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/engine/spec"
)

// tinySweep is a grid of weights by epochs that is done within a second or two.
func tinySweep(t *testing.T, replace ...string) string {
	t.Helper()
	text := read(t, tiny)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the spec has no %s", replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	return write(t, "sweep.json", text)
}

func weightsByEpochs(t *testing.T) string {
	return tinySweep(t, `"weight": 0.5`, `"weight": [0, 0.5, 5]`, `"epochs": 3`, `"epochs": [1, 2]`)
}

// Each cell of a map is the experiment that run carries out; a cell of weight 0 is its student alone. Nothing is
// trained twice.
func TestASweepIsTheExperimentsOfItsGrid(t *testing.T) {
	file, out := weightsByEpochs(t), filepath.Join(t.TempDir(), "out")
	got := do(t, "sweep", file, "-out", out, "-format", "json").must(t)
	var maps []spec.Map
	if err := json.Unmarshal([]byte(got.out), &maps); err != nil || len(maps) != 1 {
		t.Fatalf("%d maps, error %v", len(maps), err)
	}
	m := maps[0]
	if m.Rows.Name() != "weight" || m.Columns.Name() != "epochs" || m.Arm != "cosine" || m.Over != "alone" {
		t.Errorf("%+v", m)
	}
	for y, weight := range []string{"0", "0.5", "5"} {
		for x, epochs := range []string{"1", "2"} {
			cell := m.Cells[y][x]
			dir := filepath.Join(t.TempDir(), "run")
			do(t, "run", tinySweep(t, `"weight": 0.5`, `"weight": `+weight, `"epochs": 3`, `"epochs": `+epochs), "-out",
				dir).must(t)
			r := reportIn(t, dir)
			if weight == "0" {
				if !cell.Alone || cell.Base != r.Standing("alone", m.Metric).Value.Mean {
					t.Errorf("weight 0, epochs %s: %+v", epochs, cell)
				}
				continue
			}
			want := r.Gain("cosine", "alone", m.Metric)
			if cell.Seeds != 2 || diff(cell.Gain, want) != "" {
				t.Errorf("weight %s, epochs %s: %+v, want %+v", weight, epochs, cell.Gain, want)
			}
		}
	}
	// Two teachers, and two students alone for each number of epochs.
	if trainings, _ := filepath.Glob(filepath.Join(out, trainingsDir, "*")); len(trainings) != 2+2*2 {
		t.Errorf("%d trainings are shared", len(trainings))
	}
	if cells, _ := filepath.Glob(filepath.Join(out, cellsDir, "*.json")); len(cells) != 2*2*2 {
		t.Errorf("%d cells", len(cells))
	}
	for i, format := range formats {
		again := do(t, "sweep", file, "-out", out, "-format", format).must(t)
		if again.out != read(t, out, "map"+endings[i]) || !strings.Contains(again.err, "8 of 8 cells are there already") {
			t.Errorf("%s: %s%s", format, again.err, again.out)
		}
		if gathered := do(t, "gather", out, "-format", format).must(t); gathered.out != again.out {
			t.Errorf("gather, %s: %s", format, gathered.out)
		}
	}
	text := read(t, out, "map.txt")
	for _, want := range []string{`weight \ epochs`, "alone ", "4 of 4 cells run: ", "by chance alone about 0.2 would leave 0"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if svg := read(t, out, "map.svg"); !strings.Contains(svg, "<desc>") || !strings.Contains(svg, "by chance alone") {
		t.Error("the figure has no caption")
	}
}

// Tasks of an array that each end by kill or requeue give the map of a process alone.
func TestASweepInShardsIsThatOfOneProcess(t *testing.T) {
	file, one, many := weightsByEpochs(t), filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "many")
	want := do(t, "sweep", file, "-out", one, "-format", "csv").must(t).out
	for i := range 3 {
		got := do(t, "sweep", file, "-out", many, "-shard", fmt.Sprintf("%d/3", i)).must(t)
		if got.out != "" {
			t.Errorf("a shard printed %s", got.out)
		}
	}
	if got := do(t, "gather", many, "-format", "csv").must(t); got.out != want {
		t.Errorf("%s, want\n%s", got.out, want)
	}
	rows, err := csv.NewReader(strings.NewReader(want)).ReadAll()
	if err != nil || len(rows) != 1+3*2 || rows[0][1] != "arms.objective.weight" {
		t.Errorf("%d rows, error %v", len(rows), err)
	}
}

func TestASweepOverSetsAndSharesHasAMapForEachSet(t *testing.T) {
	file := tinySweep(t, `"builtin/server"`, `["builtin/server", "builtin/pool"]`,
		`"train": {"from": 0, "to": 240}`, `"train_share": [0.1, 0.2]`, `"d_model": 4, "heads": 2, "layers": 1, "d_ff": 4, "epochs": 2`,
		`"d_model": 4, "heads": 2, "layers": 1, "d_ff": 4, "epochs": 1`, `"epochs": 3`, `"epochs": 1`, `[1, 2]`, `[1]`)
	got := do(t, "sweep", file, "-format", "json", "-rows", "train_share").must(t)
	var maps []spec.Map
	if err := json.Unmarshal([]byte(got.out), &maps); err != nil || len(maps) != 2 {
		t.Fatalf("%d maps, error %v: %s", len(maps), err, got.out)
	}
	if maps[0].Set != "builtin/server" || maps[1].Set != "builtin/pool" || len(maps[1].Cells) != 2 ||
		maps[1].Rows.Name() != "train_share" || !maps[0].Cells[1][0].Run() {
		t.Errorf("%+v", maps)
	}
}

func TestASweepSaysWhatIsWrong(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	do(t, "sweep", tinySweep(t, `"epochs": 3`, `"epochs": [1]`, `[1, 2]`, `[1]`), "-out", out).must(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{tinySweep(t, `"weight": 0.5`, `"weight": [0, 0]`)}, exitFailed, "arms[1].objective.weight: 0, want each value once"},
		{[]string{tinySweep(t, `"weight": 0.5`, `"weight": [0]`)}, exitFailed, "every weight is 0"},
		{[]string{tinySweep(t, `"kind": "cosine", "weight": 0.5, "axis": "channel", "schedule": "constant"`, `"kind": "none"`)},
			exitFailed, "a sweep compares an arm"},
		{[]string{tinySweep(t, `"window": 10`, `"window": [10, 1000]`)}, exitFailed, "window=1000: "},
		{[]string{tinySweep(t), "-rows", "width"}, exitUsage, "-rows width"},
		{[]string{tinySweep(t), "-out", out}, exitFailed, "is of another table"},
		{[]string{"nowhere.json"}, exitFailed, "nowhere.json: file does not exist"},
		{nil, exitUsage, "sweep"},
	} {
		got := do(t, append([]string{"sweep"}, c.args...)...)
		if got.code != c.code || !strings.Contains(got.err, c.says) || got.out != "" {
			t.Errorf("%v: exit code %d, %s%s, want %s", c.args, got.code, got.err, got.out, c.says)
		}
	}
	if got := do(t, tinyTable("-out", out)...); got.code != exitFailed || !strings.Contains(got.err, "is of another table") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	if _, err := os.Stat(filepath.Join(out, specFile)); err == nil {
		t.Error("the folder of a sweep is now that of a table")
	}
}

// What -estimate says comes from measured steps, and nothing is computed.
func TestTheEstimateComputesNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	got := do(t, "sweep", weightsByEpochs(t), "-out", out, "-estimate").must(t)
	if !strings.Contains(got.err, "8 cells to compute, about ") || got.out != "" {
		t.Errorf("%s%s", got.err, got.out)
	}
	if cells, _ := filepath.Glob(filepath.Join(out, cellsDir, "*")); cells != nil {
		t.Errorf("%q were computed", cells)
	}
}
