package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// tinyTable are the flags of a table that is done within a second.
func tinyTable(more ...string) []string {
	return append([]string{"table", "-spec", tiny, "-models", "transformer,lstm", "-seeds", "2"}, more...)
}

func tableRows(t *testing.T, text string) (rows []row) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// find returns the row of a model's arm.
func findRow(t *testing.T, rows []row, model, arm string) row {
	t.Helper()
	for _, r := range rows {
		if r.Model == model && r.Arm == arm {
			return r
		}
	}
	t.Fatalf("no row for %s, %s", model, arm)
	return row{}
}

// uncorrected is a row without what depends on the rows beside it.
func uncorrected(r row) row {
	r.Values = slices.Clone(r.Values)
	for i := range r.Values {
		r.Values[i].Holm, r.Values[i].Doubtful = metrics.Undefined, false
	}
	return r
}

func TestTableIsTheMeanOverTheRunsOfItsCells(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "table")
	rows := tableRows(t, do(t, tinyTable("-format", "json", "-out", dir)...).must(t).out)
	if len(rows) != 2*4+1 { // alone, cosine, untrained and the gain of each model; the random score once
		t.Fatalf("%d rows", len(rows))
	}
	for _, model := range []string{"transformer", "lstm"} {
		one := reportAt(t, cellFile(t, dir, "builtin-server-"+model+"-seed1"))
		two := reportAt(t, cellFile(t, dir, "builtin-server-"+model+"-seed2"))
		line, gain := findRow(t, rows, model, "cosine"), findRow(t, rows, model, "cosine - alone")
		for i, c := range tableColumns {
			a, b := one.Arms[1].Runs[0].Of(c.metric).Value, two.Arms[1].Runs[0].Of(c.metric).Value
			wantClose(t, model+" "+c.metric, line.Values[i].Mean, (a+b)/2)
			wantClose(t, model+" deviation of "+c.metric, line.Values[i].Deviation,
				metrics.Value(math.Abs(float64(a-b))/math.Sqrt2))
			a, b = a-one.Arms[0].Runs[0].Of(c.metric).Value, b-two.Arms[0].Runs[0].Of(c.metric).Value
			wantClose(t, model+" gain in "+c.metric, gain.Values[i].Mean, (a+b)/2)
		}
		if line.Seeds != 2 || line.Failed != 0 || line.Kind != kindRun || gain.Kind != kindDifference {
			t.Errorf("rows %+v, %+v", line, gain)
		}
	}
	// What runs beside a model changes nothing in its rows but what is corrected for it.
	alone := tableRows(t, do(t, tinyTable("-format", "json", "-models", "lstm", "-parallel",
		"1")...).must(t).out)
	for _, arm := range []string{"alone", "cosine", "untrained"} {
		if d := diff(uncorrected(findRow(t, rows, "lstm", arm)),
			uncorrected(findRow(t, alone, "lstm", arm))); d != "" {
			t.Errorf("%s differs in a table of its own:\n%s", arm, d)
		}
	}
	if a, b := one(t, dir, "transformer").Teachers[0], one(t, dir, "lstm").Teachers[0]; a.Best != b.Best ||
		a.Parameters != b.Parameters {
		t.Errorf("students of one seed have teachers %+v and %+v", a, b)
	}
}

// one is the report of a model's first seed.
func one(t *testing.T, dir, model string) spec.Report {
	return reportAt(t, cellFile(t, dir, "builtin-server-"+model+"-seed1"))
}

func wantClose(t *testing.T, what string, got, want metrics.Value) {
	t.Helper()
	if got.Defined() != want.Defined() || math.Abs(float64(got-want)) > 1e-12 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestInterruptedTableGoesOn(t *testing.T) {
	want := do(t, tinyTable("-models", "lstm", "-seeds", "3", "-parallel", "1", "-format",
		"csv")...).must(t).out
	dir := filepath.Join(t.TempDir(), "table")
	stops := 0
	for lines := 1; ; lines += 4 {
		ctx, cancel := context.WithCancel(context.Background())
		errOut := &canceler{cancel: cancel, left: lines}
		var out bytes.Buffer
		code := appFor("", &out, errOut).main(ctx, tinyTable("-models", "lstm", "-seeds", "3", "-parallel",
			"1", "-out", dir, "-format", "csv"))
		cancel()
		if code == exitOK {
			if out.String() != want {
				t.Errorf("the table differs from one that was not interrupted:\n%s\nwant\n%s", out.String(),
					want)
			}
			break
		}
		if stops++; !strings.Contains(errOut.String(), "the same command goes on") || out.Len() > 0 {
			t.Fatalf("exit code %d, %s", code, errOut.String())
		}
	}
	if stops < 2 {
		t.Errorf("interrupted %d times, want several", stops)
	}
	before := read(t, cellFile(t, dir, "builtin-server-lstm-seed3"))
	again := do(t, tinyTable("-models", "lstm", "-seeds", "3", "-parallel", "1", "-out", dir, "-format",
		"csv")...).must(t)
	if again.out != want || !strings.Contains(again.err, "3 of 3 cells are there already") ||
		read(t, cellFile(t, dir, "builtin-server-lstm-seed3")) != before {
		t.Errorf("a finished table was made again: %s", again.err)
	}
	for i, name := range []string{"table.txt", "table.md", "table.tex", "table.csv", "table.json"} {
		if got, want := read(t, dir, name), do(t, tinyTable("-models", "lstm", "-seeds", "3", "-parallel",
			"1", "-out", dir, "-format", formats[i])...).must(t).out; got != want {
			t.Errorf("%s is not what -format %s prints", name, formats[i])
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, cellsDir, "*", "*")); left != nil {
		t.Errorf("finished cells keep checkpoints: %v", left)
	}
}

func TestTableRefusesTheFolderOfAnother(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "table")
	do(t, tinyTable("-out", dir, "-models", "lstm", "-seeds", "1")...).must(t)
	for _, flags := range [][]string{{"-epochs", "7"}, {"-score", "model"}, {"-threshold", "pot"}} {
		if got := do(t, tinyTable(append(flags, "-out", dir)...)...); got.code != exitFailed ||
			!strings.Contains(got.err, "use another -out") {
			t.Errorf("%v: exit code %d, %s", flags, got.code, got.err)
		}
	}
}

func TestTableNamesWhatItCannotDo(t *testing.T) {
	for _, c := range []struct {
		flags string
		code  int
		says  string
	}{
		{"-sets msl", exitFailed, "name the folder that holds it with -data"},
		{"-sets builtin/nothing", exitFailed, "builtin/nothing"},
		{"-models prophet", exitFailed, `builtin/server, prophet, seed 1: spec: "prophet", want transformer`},
		{"-size huge", exitUsage, "-size huge, want lab, full or paper-short"},
		{"-seeds 0", exitUsage, "-seeds 0, want 1 or more"},
		{"-format pdf", exitUsage, "-format pdf, want text, markdown, latex, csv or json"},
		{"-threshold median", exitFailed, `-threshold: spec: "median", want fixed`},
		{"-spec nowhere.json", exitFailed, "nowhere.json: file does not exist"},
		{"here", exitUsage, "table takes flags only"},
	} {
		got := do(t, append([]string{"table"}, strings.Fields(c.flags)...)...)
		if got.code != c.code || !strings.Contains(got.err, c.says) || got.out != "" {
			t.Errorf("%s: exit code %d, %q, want %d, %q", c.flags, got.code, got.err, c.code, c.says)
		}
	}
}

// A cell that fails is named; the table has the others.
func TestTableGoesOnWithoutACellThatFails(t *testing.T) {
	sp := write(t, "spec.json", strings.Replace(read(t, tiny), `"window": 10, "stride": 10`,
		`"window": 3, "stride": 3`, 1))
	// THOC looks further back than a window of 3
	got := do(t, "table", "-spec", sp, "-models", "lstm,thoc", "-seeds", "1")
	if got.code != exitFailed || !strings.Contains(got.err, "builtin/server, thoc, seed 1: ") {
		t.Fatalf("exit code %d, %s", got.code, got.err)
	}
	if !strings.Contains(got.out, "lstm cosine") || strings.Contains(got.out, "thoc alone") {
		t.Error(got.out)
	}
}

// cellOfRuns is a finished cell of arms whose runs all have this value and chance in every column.
func cellOfRuns(set, model string, seed uint64, value, chance metrics.Value) *cell {
	r := spec.Report{Data: spec.DataSummary{Title: "Title of " + set}}
	for i, arm := range []spec.Arm{{Name: "alone"},
		{Name: "cosine", Objective: spec.Objective{Kind: spec.ObjectiveCosine}},
		{Name: "untrained", Control: spec.ControlUntrained}, {Name: "random", Control: spec.ControlRandom}} {
		run := spec.Run{Arm: arm.Name, Seed: seed}
		for _, c := range tableColumns {
			v := value + metrics.Value(seed)/100
			if arm.Control != spec.ControlNone {
				v = chance
			}
			run.Metrics = append(run.Metrics,
				spec.Measure{Name: c.metric, Value: v + metrics.Value(i*i)/1000, Chance: chance})
		}
		r.Arms = append(r.Arms, spec.ArmReport{Arm: arm, Runs: []spec.Run{run}})
	}
	return &cell{Set: set, What: model, Seed: seed, report: &r}
}

func TestTableStandsNextToThePublishedNumbers(t *testing.T) {
	rows := tabulate([]*cell{cellOfRuns("msl", "lstm", 1, 0.8, 0.5), cellOfRuns("smd/machine-1-2", "lstm", 1,
		0.8, 0.5), cellOfRuns("builtin/pool", "lstm", 1, 0.8, 0.5)})
	printed := map[string]int{}
	for _, r := range rows {
		if r.Kind != kindPublished {
			continue
		}
		printed[r.Set]++
		p, re, f1 := float64(r.Values[0].Mean), float64(r.Values[1].Mean), float64(r.Values[2].Mean)
		if math.Abs(2*p*re/(p+re)-f1) > 2e-4 || r.Values[3].Mean.Defined() {
			t.Errorf("%s on %s: %+v", r.Arm, r.Set, r.Values)
		}
	}
	if printed["msl"] != 7 || printed["smd/machine-1-2"] != 6 || printed["builtin/pool"] != 0 {
		t.Errorf("published rows %v", printed)
	}
	var text strings.Builder
	if err := (printer{&text, words.English()}).table("text", rows); err != nil ||
		!strings.Contains(strings.Join(strings.Fields(text.String()), " "),
			"cosine distillation 92.14 97.93 94.94 -") {
		t.Errorf("error %v, no printed numbers in\n%s", err, text.String())
	}
	if len(publishedFor("psm")) != 6 {
		t.Error("PSM lacks published rows")
	}
}

func TestTableMarksWhatDoesNotBeatChanceAndUntrained(t *testing.T) {
	rows := tabulate([]*cell{cellOfRuns("a", "lstm", 1, 0.8, 0.5), cellOfRuns("a", "lstm", 2, 0.8, 0.5),
		cellOfRuns("a", "thoc", 1, 0.485, 0.5), cellOfRuns("a", "thoc", 2, 0.485, 0.5)})
	for model, doubtful := range map[string]bool{"lstm": false, "thoc": true} {
		for _, v := range findRow(t, rows, model, "alone").Values {
			if v.Doubtful != doubtful {
				t.Errorf("%s: %+v", model, v)
			}
		}
	}
	var text strings.Builder
	if err := (printer{&text, words.English()}).table("text", rows); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"lstm alone", "81.5 ± 0.7 (50.0)  ", "thoc alone", "50.0 ± 0.7 (50.0) *",
		"lstm cosine - alone", "+0.1 (+0.1 to +0.1) *", "* is not shown to beat chance",
		"With 2 seeds the exact sign-flip p of a difference cannot go below 0.5000."} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}

func TestEveryFormatHasEveryRow(t *testing.T) {
	rows := tabulate([]*cell{cellOfRuns("msl", "lstm", 1, 0.8, 0.5), cellOfRuns("a", "gta", 1, 0.7, 0.5)})
	var md, text, tex, sheet, object bytes.Buffer
	for i, w := range []*bytes.Buffer{&text, &md, &tex, &sheet, &object} {
		if err := (printer{w, words.English()}).table(formats[i], rows); err != nil {
			t.Fatal(err)
		}
	}
	table := 0
	for line := range strings.Lines(md.String()) {
		if strings.HasPrefix(line, "|") {
			table++
			if n := strings.Count(line, "|"); n != len(tableColumns)+2 {
				t.Errorf("%d bars in %s", n, line)
			}
		}
	}
	if table != len(rows)+2*2 || strings.Count(md.String(), "### ") != 2 {
		t.Errorf("%d lines of tables for %d rows:\n%s", table, len(rows), md.String())
	}
	lines, err := csv.NewReader(&sheet).ReadAll()
	if err != nil || len(lines) != 1+len(rows)*len(tableColumns) {
		t.Errorf("%d lines of CSV, error %v", len(lines), err)
	}
	if d := diff(rows, tableRows(t, object.String())); d != "" {
		t.Errorf("the rows are not those that JSON gives back:\n%s", d)
	}
	for _, r := range rows {
		if name := (printer{nil, words.English()}).cells(r)[0]; !strings.Contains(text.String(), name) {
			t.Errorf("no %s in the text", name)
		}
	}
}

// Every model's full size is one that a spec may have, on a window of the table.
func TestFullSizesAreValid(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		s := tableSpec(sizeFull)
		s.Data.Source, s.Student = "builtin/server", m.Full()
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", m, err)
		}
		if reflect.DeepEqual(s.Student, spec.Model{Kind: m}) {
			t.Errorf("%s has no full size", m)
		}
	}
}

func TestTimeLeftIsThatOfCellsLikeThoseToCome(t *testing.T) {
	cells := []*cell{{Set: "a", What: "lstm", Seed: 1}, {Set: "a", What: "gta", Seed: 1},
		{Set: "a", What: "lstm", Seed: 2}, {Set: "b", What: "gta", Seed: 1}}
	p := newTableProgress(appFor("", nil, &bytes.Buffer{}), cells, 2)
	if p.left() != "" {
		t.Errorf("%q is left before anything is done", p.left())
	}
	p.finished(cells[0], 10*time.Second)
	if got := p.left(); got != ", about 15 s left" { // three like the only one, two at once
		t.Errorf("%q", got)
	}
	p.finished(cells[1], 50*time.Second)
	if got := p.left(); got != ", about 30 s left" { // 10 and 50
		t.Errorf("%q", got)
	}
}

func TestTableOnRealSets(t *testing.T) {
	if testing.Short() {
		t.Skip("trains on a real machine")
	}
	data := realData(t)
	sp := write(t, "spec.json", strings.NewReplacer(
		`"train": {"from": 0, "to": 240}, "test": {"from": 460, "to": 600}`,
		`"train": {"from": 0, "to": 400}, "test": {"from": 15000, "to": 17000}`).Replace(read(t, tiny)))
	got := do(t, "table", "-data", data, "-spec", sp, "-sets", "smd/machine-1-2,msl/C-1", "-models", "lstm",
		"-seeds", "1")
	// it is shorter
	if got.code != exitFailed || !strings.Contains(got.err,
		"msl/C-1, lstm, seed 1: spec: data.test.to: 17000") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	if !strings.Contains(got.out, "SMD machine-1-2") || !strings.Contains(got.out, "published: THOC") {
		t.Error(got.out)
	}
	if _, err := os.Stat("table.txt"); err == nil {
		t.Error("files were written without -out")
	}
}

func TestTableScoresModelsWarmThatCanBe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "table")
	rows := tableRows(t, do(t, tinyTable("-seeds", "1", "-format", "json", "-warm", "2", "-smoothing", "3",
		"-out", dir)...).must(t).out)
	text := read(t, dir, "table.txt")
	for model, want := range map[string]string{
		"lstm":        "warm, the last 2 steps of each window, smoothed over a span of 3",
		"transformer": "cold, smoothed over a span of 3",
	} {
		for _, arm := range []string{"alone", "cosine - alone"} {
			if got := findRow(t, rows, model, arm); got.Scoring != want ||
				!strings.Contains(text, model+" "+arm+" ["+want+"]") {
				t.Errorf("%s %s is scored %q, want %q, in\n%s", model, arm, got.Scoring, want, text)
			}
		}
	}
	if got := findRow(t, rows, "", "random"); got.Scoring != "" {
		t.Errorf("random scores are %q", got.Scoring)
	}
}

// Others read these files: a value has these fields, in this order.
func TestAValueOfTheTableKeepsItsFields(t *testing.T) {
	got, err := json.Marshal(newValue("f1", 0.5))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"metric":"f1","mean":0.5,"deviation":null,"chance":null,"low":null,"high":null,"p":null,` +
		`"p_holm":null,"p_sign_flip":null,"p_smallest":null}`
	if string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}
