package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"cosinelab/engine/metrics"
)

// goldenCase is a case of the golden metrics with the inputs written out.
type goldenCase struct {
	Name   string
	N      int
	Labels struct{ Segments [][2]int }
	Scores struct {
		Kind    string
		Divisor float64
		Values  []*float64
	}
	Options  struct{ Threshold float64 }
	Expected map[string]json.RawMessage
}

func goldenCases(t *testing.T) (cases []goldenCase) {
	t.Helper()
	var f struct{ Cases []goldenCase }
	if err := json.Unmarshal([]byte(read(t, metricsFile)), &f); err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Cases {
		// the longer ones cost more than they tell here
		if c.Scores.Kind == "list" && c.N <= 40 && c.Expected["default"] == nil {
			cases = append(cases, c)
		}
	}
	return cases
}

// files writes the case as CSV, with a header or not.
func (c goldenCase) files(t *testing.T, header bool) (scores, labels string) {
	var s, l strings.Builder
	if header {
		s.WriteString("step,score\n")
		l.WriteString("anomaly\n")
	}
	for i := range c.N {
		if header {
			s.WriteString(strconv.Itoa(i) + ",")
		}
		s.WriteString(number(*c.Scores.Values[i]/c.Scores.Divisor) + "\n")
		label := "0\n"
		for _, seg := range c.Labels.Segments {
			if i >= seg[0] && i < seg[1] {
				label = "1\n"
			}
		}
		l.WriteString(label)
	}
	return write(t, "scores.csv", s.String()), write(t, "labels.csv", l.String())
}

// value is the number that the case has at a path: point/f1.
func (c goldenCase) value(t *testing.T, path string) metrics.Value {
	t.Helper()
	key, inner, nested := strings.Cut(path, "/")
	text := c.Expected[key]
	for nested {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil {
			t.Fatal(err)
		}
		key, inner, nested = strings.Cut(inner, "/")
		text = object[key]
	}
	var v metrics.Value
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %s: %v", c.Name, path, err)
	}
	return v
}

func TestEvalEqualsTheGoldenFile(t *testing.T) {
	same := []struct{ metric, path string }{
		{"precision", "point/precision"}, {"recall", "point/recall"}, {"f1", "point/f1"}, {"auroc", "auroc"},
		{"average_precision", "average_precision"}, {"best_f1", "best_f1/f1"},
		{"pa_precision", "pa/precision"}, {"pa_recall", "pa/recall"},
		{"pa_f1", "pa/f1"}, {"pa_best_f1", "pa_best/f1"}, {"pak_area", "pak_area_fixed"},
		{"pak_best_area", "pak_area_best"},
		{"composite_f1", "composite/f1"}, {"segment_f1", "segment/f1"}, {"event_f1", "event/f1"},
		{"affiliation_f1", "affiliation/f1"},
	}
	cases := goldenCases(t)
	for i, c := range cases {
		scores, labels := c.files(t, i%2 == 0)
		got := do(t, "eval", "-scores", scores, "-labels", labels, "-threshold", number(c.Options.Threshold),
			"-json").must(t)
		var e evaluation
		if err := json.Unmarshal([]byte(got.out), &e); err != nil {
			t.Fatal(err)
		}
		if e.Points != c.N || float64(e.Flagged) != float64(c.value(t, "n_flagged")) ||
			e.Policy != "fixed, value "+number(c.Options.Threshold) {
			t.Errorf("%s: %+v", c.Name, e)
		}
		found := map[string]metrics.Value{}
		for _, m := range e.Metrics {
			found[m.Name] = m.Value
		}
		for _, s := range same {
			want := c.value(t, s.path)
			if v, ok := found[s.metric]; !ok || v.Defined() != want.Defined() ||
				math.Abs(float64(v-want)) > 1e-9 {
				t.Errorf("%s: %s is %v, want %v", c.Name, s.metric, v, want)
			}
		}
	}
	if len(cases) < 10 {
		t.Errorf("%d cases, want those with written scores", len(cases))
	}
}

const (
	someScores = "score\n0.1\n0.9\n0.2\n0.3\n0.8\n0.1\n"
	someLabels = "0\n1\n0\n0\n1\n1\n"
)

func TestEvalReadsStandardInputGzipAndNamedColumns(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(someScores))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	plain, zipped := write(t, "s.csv", someScores), write(t, "s.csv.gz", packed.String())
	wide := write(t, "wide.csv", "\ufeffscore, time, "+
		"other\n0.1,a,1\n0.9,b,1\n0.2,c,1\n0.3,d,1\n0.8,e,1\n0.1,f,1\n")
	labels := write(t, "l.csv", someLabels)
	timed := write(t, "timed.csv", "timestamp_(min),label\n1,0\n2,1\n3,0\n4,0\n5,1\n6,1\n")
	want := do(t, "eval", "-scores", plain, "-labels", labels).must(t).out
	if !strings.Contains(want, "6 points, 3 anomalous in 2 segments") ||
		!strings.Contains(want, "2 flagged above 0.55: best_f1, saw: test labels") {
		t.Fatal(want)
	}
	for _, args := range []string{
		"-scores " + zipped + " -labels " + labels,
		"-scores " + wide + " -column score -labels " + labels,
		"-scores " + plain + " -labels " + timed + " -label label",
	} {
		if got := do(t, append([]string{"eval"}, strings.Fields(args)...)...).must(t).out; got != want {
			t.Errorf("%s:\n%s", args, got)
		}
	}
	if got := doWith(t, context.Background(), someScores, "eval", "-scores", "-", "-labels",
		labels).must(t).out; got != want {
		t.Error(got)
	}
	if got := doWith(t, context.Background(), someLabels, "eval", "-scores", plain, "-labels",
		"-").must(t).out; got != want {
		t.Error(got)
	}
}

func TestEvalNamesFileAndLineOfWhatItCannotUse(t *testing.T) {
	scores, labels := write(t, "s.csv", someScores), write(t, "l.csv", someLabels)
	for _, c := range []struct{ scores, labels, want string }{
		{write(t, "text.csv", "score\n1\nhigh\n"), labels,
			"text.csv:3: column 1 (score): text “high”, want a number"},
		{write(t, "ragged.csv", "step,score\n0,1\n1\n"), labels, "ragged.csv:3: 1 field, want 2"},
		{write(t, "quote.csv", "a\n\"b\n"), labels, "quote.csv:"},
		{write(t, "inf.csv", "1\n+Inf\n"), write(t, "l.csv", "0\n1\n"),
			"inf.csv:2: column 1: score +Inf, want a finite number"},
		{write(t, "gap.csv", "step,score\n0,1\n1,\n"), write(t, "l.csv", "0\n1\n"),
			"gap.csv:3: column 2 (score): no score: say with -unscored"},
		{write(t, "wide.csv", "a,b,c\n1,2,3\n"), labels, "wide.csv has 1 score, "},
		{write(t, "broad.csv", strings.Repeat("a,", 30)+"b\n"+strings.Repeat("1.5,", 30)+"2\n"), labels,
			"broad.csv: 31 columns, want one, or the name of the one to read: a"},
		{write(t, "empty.csv", ""), labels, "empty.csv: empty file, want rows of numbers"},
		{write(t, "head.csv", "score\n"), labels, "head.csv: no rows after the header"},
		{write(t, "s.csv.gz", "\x1f\x8bplain"), labels, "s.csv.gz: gzip: "},
		{scores, write(t, "half.csv", "a\n0\n0.5\n1.5\n"), "half.csv:3: column 1 (a): label “0.5”, want 0 or 1"},
		{scores, write(t, "short.csv", "0\n1\n"), "has 6 scores, "},
	} {
		got := do(t, "eval", "-scores", c.scores, "-labels", c.labels)
		if got.code != exitFailed || !strings.Contains(got.err, c.want) || got.out != "" {
			t.Errorf("exit code %d, %q, want %q", got.code, got.err, c.want)
		}
	}
	if got := do(t, "eval", "-scores", scores, "-labels", labels, "-column",
		"speed"); !strings.Contains(got.err, "s.csv: no column “speed”, want one of score") {
		t.Errorf("%q", got.err)
	}
}

func TestEvalTellsWhatItDidAboutUnscoredPoints(t *testing.T) {
	scores := write(t, "s.csv", "step,score\n0,\n1,0.9\n2,NaN\n3,0.3\n4,0.8\n5,0.1\n")
	labels := write(t, "l.csv", someLabels)
	for policy, want := range map[string]string{
		"exclude": "4 points, 3 anomalous in 2 segments, 2 without a score (exclude)",
		"lowest":  "6 points, 3 anomalous in 2 segments, 2 without a score (lowest)",
	} {
		if got := do(t, "eval", "-scores", scores, "-labels", labels, "-unscored",
			policy).must(t); !strings.Contains(got.out, want) {
			t.Errorf("%s:\n%s", policy, got.out)
		}
	}
}

func TestEvalDrawsIntervalsOverTheData(t *testing.T) {
	scores := write(t, "s.csv", "score\n1\n2\n9\n1\n3\n2\n8\n1\n4\n2\n")
	labels := write(t, "l.csv", "y\n0\n0\n1\n0\n0\n0\n1\n0\n0\n0\n")
	got := do(t, "eval", "-scores", scores, "-labels", labels, "-bootstrap", "50", "-json").must(t)
	var found struct {
		OverData []struct {
			Name      string
			Low, High float64
			Draws     int
		} `json:"over_data"`
	}
	if err := json.Unmarshal([]byte(got.out), &found); err != nil || len(found.OverData) != 2 ||
		found.OverData[1].Name != "auroc" || found.OverData[1].Low != 1 || found.OverData[1].Draws != 50 {
		t.Errorf("%+v, error %v", found, err)
	}
	text := do(t, "eval", "-scores", scores, "-labels", labels, "-bootstrap", "50").must(t).out
	if !strings.Contains(text, "AUROC: 95 % interval over the data 100.0 to 100.0 (50 draws, blocks of ") {
		t.Error(text)
	}
	one := write(t, "one.csv", "y\n0\n0\n1\n0\n0\n0\n0\n0\n0\n0\n")
	if got := do(t, "eval", "-scores", scores, "-labels", one, "-bootstrap", "50"); got.code != exitFailed ||
		!strings.Contains(got.err, "needs two labelled segments") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

func TestEvalWithoutAnomaliesAsksForAThreshold(t *testing.T) {
	scores, labels := write(t, "s.csv", "1\n2\n3\n"), write(t, "l.csv", "0\n0\n0\n")
	got := do(t, "eval", "-scores", scores, "-labels", labels).must(t)
	if !strings.Contains(got.out, "give one with -threshold") || strings.Contains(got.out,
		"At the threshold") || !strings.Contains(got.out, "n/a") {
		t.Error(got.out)
	}
	got = do(t, "eval", "-scores", scores, "-labels", labels, "-threshold", "2").must(t)
	if !strings.Contains(got.out, "1 flagged above 2: fixed, value 2, saw: nothing") ||
		!strings.Contains(got.out, "At the threshold\n") {
		t.Error(got.out)
	}
}

func TestEvalChoosesByAnyPolicyFromTrainScores(t *testing.T) {
	scores, labels, train := write(t, "s.csv", someScores), write(t, "l.csv", someLabels),
		write(t, "t.csv", "0.1\n0.2\n0.3\n0.4\n")
	for _, c := range []struct{ flags, want string }{
		{"-threshold train_percentile -percent 50",
			"3 flagged above 0.25: train_percentile, percent 50, saw: train scores"},
		{"-threshold mean_sigma -k 2", "mean_sigma, k 2, saw: train scores"},
		{"-threshold pot -level 0.3 -q 0.1", "Tail: 2 of 4 scores above 0.2, generalised Pareto"},
		{"-threshold spot -level 0.3 -q 0.1",
			"flagged by a threshold that moves: spot, level 0.3, q 0.1, saw: train scores and past test " +
				"scores"},
		{"-threshold dynamic", "flagged by a threshold that moves: dynamic, saw: test scores"},
	} {
		args := append([]string{"eval", "-scores", scores, "-labels", labels, "-train", train},
			strings.Fields(c.flags)...)
		if got := do(t, args...).must(t); !strings.Contains(got.out, c.want) {
			t.Errorf("%s: want %q in\n%s", c.flags, c.want, got.out)
		}
	}
}
