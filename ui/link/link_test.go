package link

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// specOf is the default experiment with values that tests can name.
func specOf() spec.Spec {
	s := spec.Default()
	s.Train.Rate, s.Seeds = 1e-3, []uint64{1, 2, 3}
	return s
}

func TestLinkSurvivesTheRoundTrip(t *testing.T) {
	split := 0.3
	odd := spec.Default()
	odd.Data.Source = "file/it's (a) \"тест\" & 100%!.csv"
	odd.Data.Label = "7"
	odd.Data.Split = &split
	odd.Data.Channels = []int{3, 1}
	odd.Data.Train = steps.Range{From: 5, To: 900}
	odd.Train.Rate = 1e-7
	odd.Seeds = []uint64{1<<53 - 1, 0}
	odd.Arms[1].Student = &spec.Model{Kind: spec.ModelTransformer, DModel: 64}
	for _, want := range []Link{
		{Spec: spec.Default()},
		{Spec: spec.Default(), Span: steps.Range{From: 120, To: 4000}, Channels: []int{4, 22}},
		{Spec: odd},
	} {
		hash := want.Hash()
		got, err := Parse("#" + hash)
		if err != nil {
			t.Errorf("%s: %v", hash, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", hash, got, want)
		}
	}
}

func TestHashIsReadable(t *testing.T) {
	hash := Link{Spec: specOf(), Span: steps.Range{From: 1, To: 2}}.Hash()
	for _, part := range []string{"spec=(version:1,data:(source:builtin/server,", "seeds:!(1,2,3)",
		"&view=1-2"} {
		if !strings.Contains(hash, part) {
			t.Errorf("%s does not contain %s", hash, part)
		}
	}
	if strings.ContainsAny(hash, "\"%{} ") {
		t.Errorf("%s has characters that make it hard to read", hash)
	}
}

func TestHostileHashIsAnErrorInWords(t *testing.T) {
	good := Link{Spec: specOf()}.Hash()
	for _, c := range []struct{ name, hash, says string }{
		{"empty", "", `"", want spec`},
		{"something else", "lesson-3", `"lesson-3", want spec`},
		{"unknown part", good + "&x=1", `"x", want spec`},
		{"twice", good + "&" + good, "spec is there twice"},
		{"only a view", "view=1-2", "no spec"},
		{"bad escape", "spec=%zz", "spec: invalid URL escape"},
		{"cut off", good[:len(good)/2], "spec:"},
		{"open quote", "spec=(a:'", "a quote is not closed"},
		{"trailing text", "spec=())", "), want the end"},
		{"no colon", "spec=(a)", "want a colon"},
		{"no comma", "spec=(a:1'b':2)", "want a comma"},
		{"not a number", "spec=(a:1x2)", "neither a number nor a plain word"},
		{"deep", "spec=" + strings.Repeat("!(", 5000), "nested too deeply"},
		{"long", "spec=" + strings.Repeat("a", maxLength), "want at most"},
		{"unknown field", "spec=(version:1,evil:1)", "evil"},
		{"wrong version", strings.Replace(good, "version:1", "version:9", 1), "version: 9"},
		{"negative rate", strings.Replace(good, "rate:0.001", "rate:-1", 1), "train.rate: -1"},
		{"script", "spec=<script>alert(1)</script>", "want a value"},
		{"backward view", good + "&view=9-3", "want two steps"},
		{"negative view", good + "&view=-9-3", "want two steps"},
		{"huge view", good + "&view=0-99999999999999999999", "want two steps"},
		{"channels", good + "&channels=4,x", "want numbers"},
	} {
		_, err := Parse(c.hash)
		if err == nil {
			t.Errorf("%s: no error", c.name)
		} else if says := words.English().Error(err); !strings.Contains(says, c.says) {
			t.Errorf("%s: %s, want %q in it", c.name, says, c.says)
		}
	}
}

func TestRisonKeepsAnyJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		want := randomJSON(r, 0)
		text, _ := json.Marshal(want)
		back, err := fromRison(toRison(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var got any
		if err := json.Unmarshal(back, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s became %s (%v)", text, back, err)
		}
	}
}

func randomJSON(r *rand.Rand, depth int) any {
	texts := []string{"", "a", "builtin/server", "1", "-", "!", "'", "!'a", "a:b,(c)", "true", "№ 5", "1e5",
		"\\\"<>"}
	switch n := r.IntN(8); {
	case n < 2 && depth < 4:
		object := map[string]any{}
		for range r.IntN(4) {
			object[texts[r.IntN(len(texts))]] = randomJSON(r, depth+1)
		}
		return object
	case n < 4 && depth < 4:
		array := []any{}
		for range r.IntN(4) {
			array = append(array, randomJSON(r, depth+1))
		}
		return array
	case n == 4:
		return r.IntN(2) == 0
	case n == 5:
		return nil
	case n == 6:
		return r.NormFloat64() * 1e6
	}
	return texts[r.IntN(len(texts))]
}

func FuzzParse(f *testing.F) {
	f.Add(Link{Spec: spec.Default(), Span: steps.Range{From: 1, To: 2}, Channels: []int{4}}.Hash())
	f.Add("spec=(a:!(1,!t,'x!'y'))&view=1-2")
	f.Fuzz(func(t *testing.T, hash string) {
		l, err := Parse(hash)
		if err != nil {
			return
		}
		again, err := Parse(l.Hash())
		if err != nil || again.Hash() != l.Hash() {
			t.Errorf("%q reads as %q, which reads as %q, %v", hash, l.Hash(), again.Hash(), err)
		}
	})
}

// Links that an engine died of, or that took a page half a minute to draw.
func TestALinkOutOfBoundsIsRefusedByItsField(t *testing.T) {
	for file, field := range map[string]string{"link-stride-max.txt": "data.stride", "link-400-arms.txt": "arms"} {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Parse(strings.TrimSpace(string(text)))
		if wrong, ok := errors.AsType[*spec.FieldError](err); !ok || wrong.Field != field {
			t.Errorf("%s: error %v, want one about %s", file, err, field)
		}
	}
}
