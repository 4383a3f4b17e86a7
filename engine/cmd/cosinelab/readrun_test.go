package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"cosinelab/assets/words"
	"cosinelab/engine/figure"
	"cosinelab/engine/spec"
)

// Scores belong to their report: as many steps, a column for every run that has scores, numbers.
func TestScoresOfAnotherReportAreRefused(t *testing.T) {
	good, _ := runTiny(t)
	scores := read(t, good, scoresFile)
	lines := strings.SplitAfter(scores, "\n")
	first := strings.SplitN(lines[1], ",", 5) // step, split, label, the first run's score
	with := func(score string) string {
		return strings.Replace(scores, lines[1], strings.Join(first[:3], ",")+","+score+","+first[4], 1)
	}
	for says, text := range map[string]string{
		"0 steps, want 140":           lines[0],
		"139 steps, want 140":         strings.Join(lines[:140], ""),
		"140 steps, want 140":         scores + lines[140],
		"file is cut off":             "",
		"columns of scores":           "step\n",
		"no run of report.json":       strings.Replace(scores, "label,alone/1,", "label,alone/01,", 1),
		"want a number":               with("NaN"),
		"wrong number of fields":      strings.Replace(scores, "\n1,", "\n1,1,", 1),
		`want a number `:              with("1e999"),
		"bare \" in":                  with("0\""),
		"extraneous or missing \" in": "\"" + strings.Repeat("x", 10<<20),
	} {
		dir := copied(t, good)
		if err := os.WriteFile(filepath.Join(dir, scoresFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := do(t, "plot", dir); got.code != exitFailed || !strings.Contains(got.err, scoresFile) ||
			!strings.Contains(got.err, strings.TrimSpace(says)) {
			t.Errorf("%s: exit code %d, %.300s", says, got.code, got.err)
		}
	}
	dir := copied(t, good)
	if err := os.Remove(filepath.Join(dir, scoresFile)); err != nil {
		t.Fatal(err)
	}
	if got := do(t, "plot", dir); got.code != exitFailed || !strings.Contains(got.err,
		scoresFile+": file does not exist") {
		t.Errorf("without scores: exit code %d, %s", got.code, got.err)
	}
}

// An interrupted run is drawn from checkpoints that are its own.
func TestPlotTakesNoForeignCheckpoints(t *testing.T) {
	dir := begun(t)
	change(t, dir, specFile, `"rate": 0.002`, `"rate": 0.02`)
	if got := do(t, "plot", dir); got.code != exitFailed || !strings.Contains(got.err,
		"seed1-teacher.safetensors: checkpoint: of another spec") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

// Whatever report.json says, whoever reads it says what is wrong, or shows it.
func FuzzReportReadBack(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "out")
	var out bytes.Buffer
	if code := appFor("", &out, &out).main(context.Background(), []string{"run", tiny, "-out", dir}); code != exitOK {
		f.Fatal(out.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, reportFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for from, to := range map[string]string{`"step": 1`: `"step": -1`, `0.`: `1e308`, `"auroc"`: `"none"`,
		`"labelled": true`: `"labelled": false`, `"requests"`: `""`, `"value": `: `"value": null, "x": `,
		`"losses": [`: `"losses": [], "x": [`, `"alarms": [`: `"alarms": [], "causes": [], "x": [`,
		`"title": "`: `"title": "\u0000\u202e`} {
		f.Add(bytes.ReplaceAll(text, []byte(from), []byte(to)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := spec.ReadReport(bytes.NewReader(text))
		if err != nil {
			return
		}
		show(t, r)
	})
}

// show prints, tabulates and draws a report.
func show(t *testing.T, r spec.Report) {
	p := printer{io.Discard, words.English()}
	p.report(r, false)
	p.report(r, true)
	rows := tabulate([]*cell{{Set: r.Spec.Data.Source, What: "lstm", Seed: 1, Spec: r.Spec, report: &r}})
	for _, format := range formats {
		if err := p.table(format, rows); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
	if r.Data.ScoredSteps > 10_000 {
		return // without scores.csv of that length nothing is drawn
	}
	for i := range r.Arms {
		for j := range r.Arms[i].Runs {
			if run := &r.Arms[i].Runs[j]; run.Failed == nil {
				run.Scores = make([]float64, r.Data.ScoredSteps)
			}
		}
	}
	for _, name := range figure.Names() {
		f, err := figure.New(name, figure.Input{Report: r, Words: words.English()},
			figure.Options{Width: pageWidth * vg.Millimeter})
		if err != nil {
			continue
		}
		if err := f.Write(io.Discard, "svg"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
