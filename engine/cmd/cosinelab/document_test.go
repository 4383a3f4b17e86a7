package main

import (
	"encoding/csv"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// experiments are the specs in a document by title.
func experiments(t *testing.T, page string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)<summary>([^<]*): <code>.*?<pre>(.*?)</pre>`).FindAllStringSubmatch(page, -1) {
		all[html.UnescapeString(m[1])] = html.UnescapeString(m[2])
	}
	return all
}

// complete fails unless a document needs nothing beside itself and each of its links leads somewhere.
func complete(t *testing.T, page string) {
	t.Helper()
	for _, outside := range regexp.MustCompile(`(?:src|href)="([^"#][^"]*)"`).FindAllString(page, -1) {
		t.Errorf("the document needs %s", outside)
	}
	links := regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) == 0 {
		t.Error("no number says how to get it again")
	}
	for _, l := range links {
		if !strings.Contains(page, `id="`+l[1]+`"`) {
			t.Errorf("%s leads nowhere", l[0])
		}
	}
	if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<no value>") {
		t.Error("the template lacks something")
	}
}

// Every number of a table's document is one of the table, and the spec beside it gives it again.
func TestADocumentHoldsWhatGivesItsNumbersAgain(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	do(t, tinyTable("-out", out)...).must(t)
	do(t, "report", out).must(t)
	page := read(t, out, documentFile)
	complete(t, page)
	text := html.UnescapeString(page)
	for line := range strings.Lines(read(t, out, "table.txt")) {
		for _, cell := range regexp.MustCompile(`\S+ ± \S+`).FindAllString(line, -1) {
			if !strings.Contains(text, cell) {
				t.Errorf("no %s in the document", cell)
			}
		}
	}
	specs := experiments(t, page)
	if len(specs) != 2 {
		t.Fatalf("%d experiments", len(specs))
	}
	dir := filepath.Join(t.TempDir(), "run")
	do(t, "run", write(t, "again.json", specs["builtin/server, lstm"]), "-out", dir).must(t)
	r := reportIn(t, dir)
	rows, err := csv.NewReader(strings.NewReader(read(t, out, "table.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(page, "<svg") != 2 { // what arms reach with each seed, of each model
		t.Errorf("%d drawings", strings.Count(page, "<svg"))
	}
	compared := 0
	for _, row := range rows {
		if row[1] == kindRun && row[2] == "lstm" {
			mean, err := strconv.ParseFloat(row[7], 64)
			if got := r.Standing(row[3], row[6]).Value.Mean; err != nil || float64(got) != mean {
				t.Errorf("%s of %s is %v again, was %s", row[6], row[3], got, row[7])
			}
			compared++
		}
	}
	if compared != 3*len(tableColumns) {
		t.Errorf("%d numbers were compared", compared)
	}
}

func TestADocumentOfASweepHasItsMaps(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	do(t, "sweep", weightsByEpochs(t), "-out", out).must(t)
	for _, lang := range []string{"en", "ko"} {
		file := filepath.Join(t.TempDir(), lang+".html")
		do(t, "report", out, "-html", file, "-lang", lang).must(t)
		page := read(t, file)
		complete(t, page)
		chance := map[string]string{"en": "by chance alone about 0.2", "ko": "우연만으로도 약 0.2칸"}[lang]
		if !strings.Contains(page, `<html lang="`+lang+`"`) || strings.Count(page, "<svg") != 1 ||
			!strings.Contains(page, chance) || len(experiments(t, page)) != 4 {
			t.Errorf("%s: %d drawings, %d experiments", lang, strings.Count(page, "<svg"), len(experiments(t, page)))
		}
	}
}

func TestADocumentOfARunHasItsFigures(t *testing.T) {
	dir, _ := runTiny(t)
	file := filepath.Join(t.TempDir(), "run.html")
	do(t, "report", dir, "-html", file).must(t)
	page := read(t, file)
	complete(t, page)
	if strings.Count(page, "<svg") < 3 || len(experiments(t, page)) != 1 {
		t.Errorf("%d drawings, %d experiments", strings.Count(page, "<svg"), len(experiments(t, page)))
	}
	again := filepath.Join(t.TempDir(), "again.html")
	do(t, "report", dir, "-html", again).must(t)
	if read(t, again) != page {
		t.Error("the same run gives another document")
	}
}

// A document says what is missing; of nothing there is none.
func TestADocumentOfPartSaysSo(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	do(t, eight(out, "-shard", "0/8")...).must(t)
	do(t, "report", out).must(t)
	if page := read(t, out, documentFile); !strings.Contains(page, "7 of 8 cells are missing") {
		t.Error("the document does not say what is missing")
	}
	cells, _ := filepath.Glob(filepath.Join(out, cellsDir, "*.json"))
	for _, c := range cells {
		if err := os.Remove(c); err != nil {
			t.Fatal(err)
		}
	}
	if got := do(t, "report", out); got.code != exitFailed || !strings.Contains(got.err, "no cell is finished yet") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}
