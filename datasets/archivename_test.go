package datasets

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The rules of the archives as expressions.
var (
	ucrName = regexp.MustCompile(`(?i)^\d{3}_UCR_Anomaly_.*_(\d{1,8})_(\d{1,8})_(\d{1,8})\.(txt|csv|tsv|out|npy)$`)
	tsbName = regexp.MustCompile(`(?i)_tr_(\d{1,8})_1st_\d{1,8}(?:\.\w+)?$`)
)

func TestNamesOfArchivesAreReadAsTheirRulesSay(t *testing.T) {
	number := func(text string) int { n, _ := strconv.Atoi(text); return n }
	pieces := []string{"907", "12", "UCR", "ucr", "Anomaly", "tr", "TR", "1st", "44", "123456789", "12345678", "", "x.y", "é"}
	ends := []string{".txt", ".CSV", ".npy", ".a_b", ".", "", ".out.txt", ".c-v"}
	begins := []string{"", "907_UCR_Anomaly_", "001_ucr_ANOMALY__", "id_tr_", "_tr_20_1st_", "x_tr_"}
	random := rand.New(rand.NewPCG(1, 2))
	said := 0
	for range 200_000 {
		var parts []string
		for range 1 + random.IntN(5) {
			parts = append(parts, pieces[random.IntN(len(pieces))])
		}
		name := begins[random.IntN(len(begins))] + strings.Join(parts, "_") + ends[random.IntN(len(ends))]
		want := archiveName{}
		if m := ucrName.FindStringSubmatch(name); m != nil {
			want = archiveName{train: number(m[1]), labelled: true, from: number(m[2]), to: number(m[3])}
		} else if m := tsbName.FindStringSubmatch(name); m != nil {
			want = archiveName{train: number(m[1])}
		}
		if got := archiveRule(name); got != want {
			t.Fatalf("%q is read as %+v, want %+v", name, got, want)
		}
		if want != (archiveName{}) {
			said++
		}
	}
	if said < 1000 {
		t.Errorf("only %d names say something", said)
	}
}
