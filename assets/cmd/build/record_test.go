//go:build !js

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
	"cosinelab/engine/spec"
)

// recordedRun is the recorded run of this version. It takes half a minute where nobody has built the page before.
func recordedRun(t *testing.T) *made {
	t.Helper()
	if testing.Short() {
		t.Skip("carries out the default experiment")
	}
	m, err := record(context.Background(), "../../..")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What is recorded is what cosinelab run default finds, to the last bit.
func TestTheRecordedRunIsTheDefaultExperiment(t *testing.T) {
	m := recordedRun(t)
	sp := spec.Default()
	set, err := datasets.Builtin(sp.Data.Source, sp.Data.Seed)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := experiment.Prepare(sp, set)
	if err != nil {
		t.Fatal(err)
	}
	report, err := experiment.Run(context.Background(), prepared, cpu.New(),
		experiment.Options{Machine: runtime.GOOS + "/" + runtime.GOARCH})
	if err != nil {
		t.Fatal(err)
	}
	text := func(r spec.Report) string {
		list, err := json.Marshal(r.WithoutTimings())
		if err != nil {
			t.Fatal(err)
		}
		return string(bytes.ReplaceAll(list, []byte("[]"), []byte("null")))
	}
	if got, want := text(m.Report), text(report); got != want {
		t.Errorf("recorded:\n%.2000s\nwant:\n%.2000s", got, want)
	}
	for i, of := range m.Lines {
		if of.Kind != protocol.LineScore {
			continue
		}
		for _, a := range report.Arms {
			for _, r := range a.Runs {
				if r.Arm == of.Arm && r.Seed == of.Seed && !slices.EqualFunc(m.Values[i], r.Scores,
					func(a float32, b float64) bool { return a == float32(b) }) {
					t.Errorf("%+v: other scores", of)
				}
			}
		}
	}
}

// Scores are cut to thousandths: every alarm stays, and every score reads as it did.
func TestRecordedScoresRaiseTheAlarmsOfTheReport(t *testing.T) {
	m := recordedRun(t)
	_, page, err := m.pack()
	if err != nil {
		t.Fatal(err)
	}
	n := words.English().Numbers
	for _, a := range page.Report.Arms {
		for _, r := range a.Runs {
			if r.Scores == nil {
				continue
			}
			var raised []steps.Range
			for t, s := range r.Scores {
				if !(s > float64(r.Threshold.Value)) {
					continue
				}
				if k := len(raised); k > 0 && raised[k-1].To == t {
					raised[k-1].To++
				} else {
					raised = append(raised, steps.Range{From: t, To: t + 1})
				}
			}
			if !slices.Equal(raised, r.Alarms) {
				t.Errorf("%s: alarms %v, want %v", a.Arm.Name, raised, r.Alarms)
			}
			i := slices.Index(m.Lines, protocol.Line{Kind: protocol.LineScore, Arm: r.Arm, Seed: r.Seed})
			other := 0
			for t, v := range m.Values[i] {
				if n.Fixed(float64(v), 2) != n.Fixed(r.Scores[t], 2) {
					other++
				}
			}
			if other > 1 {
				t.Errorf("%s: %d scores read otherwise", a.Arm.Name, other)
			}
		}
	}
}

// The page is complete without a program, in both languages.
func TestThePageShowsTheRunInEveryLanguage(t *testing.T) {
	m := recordedRun(t)
	sources := map[string][]byte{index: slices.Concat([]byte(`<html data-settings="">`), place)}
	if err := m.show(sources); err != nil {
		t.Fatal(err)
	}
	again := map[string][]byte{index: slices.Concat([]byte(`<html data-settings="">`), place)}
	if err := m.show(again); err != nil || !bytes.Equal(again[index], sources[index]) ||
		!bytes.Equal(again[recordedFile], sources[recordedFile]) {
		t.Errorf("another page the second time: %v", err)
	}
	page := string(sources[index])
	for _, tag := range words.Tags() {
		s := begun(tag, mustRead(t, sources[recordedFile]))
		shown := inLanguage(page, tag)
		want := []string{s.Words.Say("tag-recorded"), s.Words.Say("train"), s.Words.Say("all-settings"),
			s.Words.Say("learning"), s.Table().Foot, s.Causes().Lead, s.Learning().Plots[0].Title}
		for _, r := range s.Table().Rows {
			want = append(want, r.Text, r.Cells[0].Value)
		}
		for _, part := range strings.FieldsFunc(s.Verdict().Claim, func(r rune) bool { return r == '*' }) {
			want = append(want, strings.TrimSpace(part))
		}
		for _, text := range want {
			if !strings.Contains(shown, text) {
				t.Errorf("%s: the page does not say %q", tag, text)
			}
		}
	}
	// Every lane has its line.
	for _, class := range []string{"env", "line input", "line arm-teacher", "strokes", "area arm-alone", "peaks arm-cosine",
		"alarm-right arm-cosine", "threshold", "truth", "line total", "interval"} {
		if !regexp.MustCompile(`<path class="` + class + `[" ]`).MatchString(page) {
			t.Errorf("no path of class %s", class)
		}
	}
}

// inLanguage is the text of a page as somebody reads it who reads one language.
func inLanguage(page, tag string) string {
	other := regexp.MustCompile(`<x-w data-in="([a-z]+)" lang="[a-z]+">(.*?)</x-w>`)
	page = other.ReplaceAllStringFunc(page, func(s string) string {
		if m := other.FindStringSubmatch(s); m[1] == tag {
			return m[2]
		}
		return ""
	})
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "")
	return strings.NewReplacer("&#39;", "'", "&amp;", "&", "&#34;", `"`).Replace(text)
}

func mustRead(t *testing.T, text []byte) *recorded.Run {
	t.Helper()
	r, err := recorded.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
