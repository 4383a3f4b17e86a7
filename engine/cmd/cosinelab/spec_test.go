package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

func TestEveryFieldOfASpecHasItsMeaningInEveryLanguage(t *testing.T) {
	known := map[words.Key]bool{}
	for _, s := range specSections() {
		for _, f := range append(s.inner, s.field) {
			known[f.key] = true
			for _, tag := range words.Tags() {
				if !words.In(tag).Has(f.key) {
					t.Errorf("%s has no text for %s, the field %s in %s", tag, f.key, f.path, s.path)
				}
			}
		}
	}
	for _, key := range words.English().Keys() {
		if strings.HasPrefix(string(key), "field-") && !known[key] {
			t.Errorf("%s is no field of a spec", key)
		}
	}
}

func TestThePrintedSpecIsTheDefaultWithEveryField(t *testing.T) {
	for _, tag := range words.Tags() {
		text := do(t, "spec", "-lang", tag).must(t).out
		got, err := spec.Parse(withoutComments([]byte(text)))
		if err != nil || diff(spec.Default(), got) != "" {
			t.Errorf("%s: error %v, it differs from the default:\n%s", tag, err, diff(spec.Default(), got))
		}
		for _, s := range specSections() {
			for _, f := range append(s.inner, s.field) {
				if !strings.Contains(text, f.path) ||
					!strings.Contains(text, printer{w: words.In(tag)}.meaning(f)) {
					t.Errorf("%s: %s of %s is not told", tag, f.path, s.path)
				}
			}
		}
		for _, names := range [][]string{policyNames(), modelNames()} {
			if !strings.Contains(text, strings.Join(names, " | ")) {
				t.Errorf("%s: %v are not listed", tag, names)
			}
		}
		if got := doWith(t, context.Background(), text, "spec", "check",
			"-").must(t); !strings.HasPrefix(got.out, "-: valid\n") {
			t.Errorf("%q", got.out)
		}
	}
}

func TestSpecCheckNamesEveryErrorByFileAndField(t *testing.T) {
	good := write(t, "good.json", read(t, tiny))
	bad := write(t, "bad.json", "// mine\n"+strings.NewReplacer(`"epochs": 3`, `"epochs": 0`, `"stride": 10`,
		`"stride": 0`).Replace(read(t, tiny)))
	broken := write(t, "broken.json", "{\n  // \"comment\"\n  version: 1\n}")
	got := do(t, "spec", "check", good, bad, "nowhere.json", broken)
	if got.code != exitFailed || !strings.HasPrefix(got.out, good+": valid\n") ||
		strings.Contains(got.out, bad) {
		t.Errorf("exit code %d, %q", got.code, got.out)
	}
	for _, want := range []string{bad + ": spec: data.stride: 0, want",
		bad + ": spec: train.epochs: 0, want", "nowhere.json: file does not exist",
		broken + ": spec: line 3, column 3", "cosinelab: 4 errors in 3 of 4 files"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("no %q in %s", want, got.err)
		}
	}
}

func TestCommentsLeaveTextsAlone(t *testing.T) {
	const text = `{"a": "http://x\"//", "b": 1} // "c"`
	if got := string(withoutComments([]byte(text))); got != `{"a": "http://x\"//", "b": 1}       ` {
		t.Errorf("%q", got)
	}
}

func TestWhatAThresholdSawIsSaid(t *testing.T) {
	for i, key := range sawKeys[1:] {
		if key == "" {
			t.Errorf("kind %d has no text", i+1)
		}
	}
}

// A report says its outcome as the page does, without the page's marks, in every language.
func TestEveryOutcomeIsSaid(t *testing.T) {
	gain := func(values ...metrics.Value) spec.Paired {
		return spec.NewPaired(values, make([]metrics.Value, len(values)), 0.95)
	}
	r := spec.Report{Spec: spec.Default(), Data: spec.DataSummary{Title: "Server"}}
	m := r.Spec.JudgedBy()
	said := map[string]bool{}
	for k := range spec.VerdictCount {
		v := spec.Verdict{Outcome: k, Metric: m, Arm: spec.ArmCosine, Over: spec.ArmAlone,
			Gain: gain(0.01, 0.02, 0.06)}
		for _, tag := range words.Tags() {
			text := printer{w: words.In(tag)}.claim(r, v)
			if said[text] || strings.Contains(text, "*") || strings.Contains(text, "{") {
				t.Errorf("%s, outcome %d: %q", tag, k, text)
			}
			said[text] = true
		}
	}
	const want = "Cosine distillation: +3.0 AP over alone, 95 % interval −3.6 to +9.6, 3 seeds: no " +
		"evidence that it helps on this data."
	if !said[want] {
		t.Errorf("not said: %q, but %v", want, said)
	}
}

func TestPresetsAreListedPrintedAndRun(t *testing.T) {
	for _, list := range []string{do(t, "spec", "-presets").must(t).out, inKorean(t, "spec", "-presets").must(t).out} {
		for _, p := range spec.Presets {
			if !strings.Contains(list, "\n"+p.Name+" ") && !strings.HasPrefix(list, p.Name+" ") || strings.Contains(list, "preset-") {
				t.Errorf("%s is not in the list:\n%s", p.Name, list)
			}
		}
	}
	printed := do(t, "spec", "forecaster").must(t).out
	got, err := spec.Parse(withoutComments([]byte(printed)))
	if err != nil || got.Student.Kind != spec.ModelLSTM {
		t.Errorf("%v, student %v", err, got.Student.Kind)
	}
	a := appFor("", io.Discard, io.Discard)
	read, err := a.readSpec("poor")
	if err != nil || read.Teacher.Epochs != 1 {
		t.Errorf("run poor reads %d epochs of the teacher, %v", read.Teacher.Epochs, err)
	}
	if got := do(t, "spec", "nosuch"); got.code != exitUsage {
		t.Errorf("an unknown name ends with %d", got.code)
	}
}
