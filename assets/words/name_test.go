package words

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// What stands around a name keeps its direction, whatever the name is; most names stay as they are.
func TestNamesAreIsolatedWhereTheyNeedIt(t *testing.T) {
	for name, want := range map[string]string{
		"alone": "alone", "": "", "펌프": "펌프", "a*b`c": "a∗b'c",
		"\u202eabc":            "\u2068\u202eabc\u2069",
		"שלום":                 "\u2068שלום\u2069",
		"a\u2069\u202eb":       "\u2068a\u202eb\u2069",
		"\u2067a":              "\u2068\u2067a\u2069\u2069",
		"\u2068a\u2069\u202eb": "\u2068\u2068a\u2069\u202eb\u2069",
		"\u2068שלום\u2069":     "\u2068שלום\u2069",
	} {
		if got := Name(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
		if got := Name(Name(name)); got != want {
			t.Errorf("%q twice is %q", name, got)
		}
	}
	w := English()
	if got, want := w.Say("back-to", "\u202eabc"), w.Say("back-to", "\u2068\u202eabc\u2069"); got != want ||
		!strings.Contains(got, "\u2069") {
		t.Errorf("says %q, want %q", got, want)
	}
}

func TestOverlongNamesAreCut(t *testing.T) {
	long := strings.Repeat("가나", 500) + ".csv"
	got := Name(long)
	if n := utf8.RuneCountInString(got); n > nameShown+1 || !strings.HasPrefix(got, "가나가") ||
		!strings.Contains(got, "…") || !strings.HasSuffix(got, ".csv") || Whole(long) != long ||
		Whole("a") != "" {
		t.Errorf("%d characters: %q", n, got)
	}
}

// Isolated names cannot leave what they are in.
func FuzzName(f *testing.F) {
	f.Add("a\u2069\u202eb")
	f.Add("\u2068\u2067\u2069א")
	f.Fuzz(func(t *testing.T, name string) {
		got := Name(name)
		if utf8.RuneCountInString(got) > 3*nameShown {
			t.Errorf("%q is long", got)
		}
		if strings.IndexFunc(got, turns) >= 0 && !isIsolated(got) {
			t.Errorf("%q is shown as %q", name, got)
		}
		open := 0
		for _, r := range got {
			switch r {
			case isolate, leftFirst, rightFirst:
				open++
			case endIsolate:
				open--
			}
			if open < 0 {
				t.Fatalf("%q leaves", got)
			}
		}
		if open != 0 {
			t.Errorf("%q stays open", got)
		}
	})
}
