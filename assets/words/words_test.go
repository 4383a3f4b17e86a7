package words

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSayPutsArgumentsIn(t *testing.T) {
	l, err := parse("xx", `
plural-rule = one
number-decimal = ,
number-group = .
not-available = n/a
list-comma = ", "
list-or = {0} or {1}
list-and = {0} and {1}
plain = Train here
place = seed {0} of {1}
runs = {0} {0|run|runs}
big = {0:n} steps
share = {0:.1} %
braces = {{0}} and {0}
object = {0:을/를} 봅니다
way = {0:으로/로} 갑니다
inner = inside of {0}
agree = {0} {0|agrees|agree}
colour = red
broken = {0
`)
	if err != nil {
		t.Fatal(err)
	}
	inner := told{"inner", []any{2}}
	for _, c := range []struct {
		key  Key
		args []any
		want string
	}{
		{"plain", nil, "Train here"},
		{"place", []any{1, 3}, "seed 1 of 3"},
		{"runs", []any{1}, "1 run"},
		{"runs", []any{0}, "0 runs"},
		{"runs", []any{2.0}, "2 runs"},
		{"runs", []any{"many"}, "many runs"},
		{"big", []any{28479}, "28.479 steps"},
		{"share", []any{12.345}, "12,3 %"},
		{"braces", []any{"x"}, "{0} and x"},
		{"object", []any{"학생"}, "학생을 봅니다"},
		{"object", []any{"교사"}, "교사를 봅니다"},
		{"object", []any{"AUROC"}, "AUROC를 봅니다"},
		{"object", []any{"F1"}, "F1을 봅니다"},
		{"object", []any{10}, "10을 봅니다"},
		{"object", []any{"VUS-PR"}, "VUS-PR을 봅니다"},
		{"object", []any{"alone"}, "alone을(를) 봅니다"},
		{"object", []any{"*잡음*"}, "*잡음*을 봅니다"},
		{"way", []any{"서울"}, "서울로 갑니다"},
		{"way", []any{"집"}, "집으로 갑니다"},
		{"way", []any{"학교"}, "학교로 갑니다"},
		{"way", []any{"spec.json"}, "spec.json(으)로 갑니다"},
		{"place", []any{inner, Key("colour")}, "seed inside of 2 of red"},
		{"inner", []any{choices{"a", "b", "c"}}, "inside of a, b or c"},
		{"inner", []any{choices{"a"}}, "inside of a"},
		{"agree", []any{All{"a"}}, "a agrees"},
		{"agree", []any{All{"a", "b", "c"}}, "a, b and c agree"},
		{"inner", []any{fmt.Errorf("%w", errors.New("foreign"))}, "inside of foreign"},
		{"inner", []any{0.25}, "inside of 0,25"},
		{"inner", nil, "inside of {0}"},
		{"missing", nil, "missing"},
		{"broken", []any{1}, "{0"},
	} {
		if got := l.Say(c.key, c.args...); got != c.want {
			t.Errorf("%s with %v is %q, want %q", c.key, c.args, got, c.want)
		}
	}
}

type told struct {
	key  string
	args []any
}

func (e told) Error() string         { return e.key }
func (e told) Told() (string, []any) { return e.key, e.args }

type choices []string

func (c choices) List() []string { return c }

func TestErrorsThatAreJoinedAreAllSaid(t *testing.T) {
	err := errors.Join(told{"seconds", []any{1}}, errors.New("else"))
	if got, want := English().Error(err), "1 s; else"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestALanguageIsFoundByPreference(t *testing.T) {
	for _, c := range []struct {
		wanted []string
		want   string
	}{
		{nil, "en"},
		{[]string{"ko-KR", "en"}, "ko"},
		{[]string{"ko_KR.UTF-8"}, "ko"},
		{[]string{"fr", "KO"}, "ko"},
		{[]string{"C.UTF-8"}, "en"},
		{[]string{"fr-CA", "de"}, "en"},
	} {
		if got := In(c.wanted...).Tag; got != c.want {
			t.Errorf("%v gives %s, want %s", c.wanted, got, c.want)
		}
	}
}

func TestTheSwitchLeadsThroughEveryLanguage(t *testing.T) {
	l := English()
	for range Tags() {
		next := l.Next()
		if next == l.Tag {
			t.Errorf("%s leads to itself", l.Tag)
		}
		l = In(next)
	}
	if l != English() {
		t.Errorf("after all languages comes %s, want the first again", l.Tag)
	}
}

func TestALanguageNeedNotBeReadForOneText(t *testing.T) {
	for _, tag := range Tags() {
		for _, k := range []Key{"language", "language-name", In(tag).Keys()[0]} {
			if got, want := Of(tag, k), In(tag).text[k]; got != want || want == "" {
				t.Errorf("%s: %s is %q, want %q", tag, k, got, want)
			}
		}
	}
}

func TestAFileThatCannotBeReadNamesTheLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a = 1\nb: 2", `xx.txt:2: "b: 2"`},
		{"a = 1\n\n# c\na = 2", `xx.txt:4: "a = 2"`},
		{"plural-rule = odd", "plural-rule"},
	} {
		if _, err := parse("xx", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives %v, want %s", c.text, err, c.want)
		}
	}
}

// Marks of a text that every language must keep: arguments, strong text, code.
var slots = regexp.MustCompile(`\{(\d+)`)

func TestEveryLanguageSaysTheSame(t *testing.T) {
	for _, tag := range Tags() {
		l := In(tag)
		for k, text := range English().text {
			if !l.Has(k) {
				t.Errorf("%s.txt has no text for %s: %s", tag, k, text)
				continue
			}
			if want, got := arguments(text), arguments(l.text[k]); !slices.Equal(want, got) {
				t.Errorf("%s.txt: %s has the arguments %v, want %v", tag, k, got, want)
			}
			if strings.Count(text, "*") != strings.Count(l.text[k], "*") ||
				strings.Count(text, "`") != strings.Count(l.text[k], "`") {
				t.Errorf("%s.txt: %s has not the strong text or the code of %q: %q", tag, k, text, l.text[k])
			}
		}
		for k := range l.text {
			if !English().Has(k) {
				t.Errorf("%s.txt has a text for %s, en.txt has none", tag, k)
			}
		}
	}
}

// arguments lists the numbers of the arguments in a text, each once, in order.
func arguments(text string) []string {
	var list []string
	for _, m := range slots.FindAllStringSubmatch(strings.ReplaceAll(text, "{{", ""), -1) {
		list = append(list, m[1])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Words that Korean texts avoid, since they have another for the same thing: a page, a command and a report
// agree.
var avoided = map[string]string{"스텝": "시점, of training 단계", "에포크": "에폭", "테스트": "시험", "훈련": "학습", "레이블": "정답",
	"실험군": "조건", "작업자": "워커", "윈도우": "윈도", "행렬 곱": "행렬곱"}

func TestKoreanHasOneWordForOneThing(t *testing.T) {
	for k, text := range In("ko").text {
		for word, better := range avoided {
			if strings.Contains(text, word) {
				t.Errorf("ko.txt: %s says %s, want %s: %s", k, word, better, text)
			}
		}
	}
}

// term is how a text marks a term.
var term = regexp.MustCompile(`\[[^\]|]*\|([^\]]*)\]`)

func TestEveryTermIsDefined(t *testing.T) {
	terms := 0
	for _, tag := range Tags() {
		l := In(tag)
		for k, text := range l.text {
			for _, m := range term.FindAllStringSubmatch(slots.ReplaceAllString(text, "0"), -1) {
				terms++
				if name := m[1][strings.LastIndex(m[1], "|")+1:]; !l.Has(Key("define-" + name)) {
					t.Errorf("%s.txt: %s has the term %q, which nothing defines", tag, k, name)
				}
			}
		}
	}
	if terms == 0 {
		t.Error("no text has a term")
	}
}

func TestMarkupIsClosed(t *testing.T) {
	for _, tag := range Tags() {
		for k, text := range In(tag).text {
			if strings.Count(text, "*")%2 != 0 || strings.Count(text, "`")%2 != 0 {
				t.Errorf("%s.txt: %s opens strong text or code without closing it: %q", tag, k, text)
			}
			bare := strings.NewReplacer("{{", "", "}}", "").Replace(text)
			if strings.Count(bare, "{") != strings.Count(bare, "}") {
				t.Errorf("%s.txt: %s has a brace without its other: %q", tag, k, text)
			}
		}
	}
}

// lasting is an argument that is a length of time.
type lasting time.Duration

func (l lasting) Long() time.Duration { return time.Duration(l) }

func TestTimesBetweenRowsAreWrittenInWords(t *testing.T) {
	for d, want := range map[time.Duration][2]string{193 * time.Minute: {"3 h 13 min", "3시간 13분"},
		time.Second: {"1 s", "1초"}, 250 * time.Millisecond: {"0.25 s", "0.25초"}} {
		for i, tag := range []string{"en", "ko"} {
			if got := In(tag).Say("find-gap-at", "x", lasting(d)); got != "x + "+want[i] {
				t.Errorf("%v in %s: %q, want %q", d, tag, got, want[i])
			}
		}
	}
}
