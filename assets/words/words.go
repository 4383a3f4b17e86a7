// Package words says everything that a person reads in the language of that person.
package words

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Key names one sentence, or a part of one, in the files of the languages: en.txt, ko.txt. Text between two
// asterisks is strong, text between backquotes is code.
type Key string

// Language says things in one language. It does not change once it is read, so that goroutines may share it.
type Language struct {
	Tag  string // BCP 47: en, ko
	Name string // as its speakers call it, such as 한국어
	Numbers
	text   map[Key]string
	plural func(n float64) int
}

// Tags lists the languages that there are, English first.
func Tags() []string { return slices.Clone(tags()) }

var tags = sync.OnceValue(func() []string {
	list := []string{english}
	for _, tag := range languages() {
		if tag != english {
			list = append(list, tag)
		}
	}
	return list
})

// Here reports whether the words of a language are here, if there is one: in the page's program they come one by
// one.
func Here(tag string) bool {
	return !slices.Contains(tags(), tag) || strings.Contains(file(tag), "plural-rule = ")
}

// commands are the beginnings of keys that only commands say, and figures for print.
var commands = []string{"cli-", "field-", "plot-", "golden-", "serve-", "fetch-", "caption-", "runfile-", "jupyter-",
	// of the map and of documents, which the page has made when somebody wants them
	"map-", "document-", "where-"}

// ForCommands tells the keys that the page does without.
func ForCommands(k Key) bool {
	return slices.ContainsFunc(commands, func(begin string) bool { return strings.HasPrefix(string(k), begin) })
}

const english = "en"

// English is the language that every other is translated from.
func English() *Language { return In(english) }

// In returns the first of the wanted languages that there is, in their order of preference. A region or an
// encoding is passed over, as in ko-KR or ko_KR.UTF-8. Where none is there it is English.
func In(wanted ...string) *Language {
	for _, w := range wanted {
		base := strings.ToLower(w)
		if i := strings.IndexAny(base, "-_.@"); i >= 0 {
			base = base[:i]
		}
		if slices.Contains(tags(), base) {
			return read(base)
		}
	}
	return read(english)
}

// Next is the tag of the language after this one in the order of Tags, the first after the last: where a
// switch leads.
func (l *Language) Next() string {
	list := tags()
	return list[(slices.Index(list, l.Tag)+1)%len(list)]
}

// Of returns the text of one key without arguments, of a language that need not be read for it.
func Of(tag string, k Key) string {
	_, rest, _ := strings.Cut("\n"+file(tag), "\n"+string(k)+" = ")
	line, _, _ := strings.Cut(rest, "\n")
	return unquote(strings.TrimSpace(line))
}

var (
	mu   sync.Mutex
	been = map[string]*Language{} // languages that were read, by tag
)

// read returns a language, parsed once.
func read(tag string) *Language {
	mu.Lock()
	defer mu.Unlock()
	if l := been[tag]; l != nil {
		return l
	}
	l, err := parse(tag, file(tag))
	if err != nil {
		panic(err) // tests read all files
	}
	been[tag] = l
	return l
}

// parse reads lines of the form key = text. Lines that begin with # are comments. Errors name file and line.
func parse(tag, text string) (*Language, error) {
	l := &Language{Tag: tag, text: make(map[Key]string, strings.Count(text, "\n"))}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		k, v, found := strings.Cut(line, " = ")
		key := Key(strings.TrimSpace(k))
		if _, twice := l.text[key]; !found || twice {
			return nil, fmt.Errorf("%s.txt:%d: %q, want a new key, an equals sign between spaces, text", tag,
				i+1, line)
		}
		l.text[key] = unquote(strings.TrimSpace(v))
	}
	l.Name = l.text["language-name"]
	l.Numbers = Numbers{Decimal: l.text["number-decimal"], Group: l.text["number-group"],
		None: l.text["not-available"]}
	if l.plural = pluralRules[l.text["plural-rule"]]; l.plural == nil {
		return nil, fmt.Errorf("%s.txt: plural-rule %q is unknown", tag, l.text["plural-rule"])
	}
	return l, nil
}

// unquote takes the quotes off a text that needs spaces at its ends.
func unquote(text string) string {
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		return text[1 : len(text)-1]
	}
	return text
}

// Has reports whether there is a text for the key.
func (l *Language) Has(k Key) bool { _, ok := l.text[k]; return ok }

// Say returns the text of k with its arguments put in. A text holds arguments in braces; two braces stand for
// one:
//
//	{0}            the first argument
//	{0:n}          a whole number with its thousands apart
//	{0:.2}         a number with two decimals
//	{0|run|runs}   one of several forms, chosen by the number that the argument is, or that it lists
//	{0:을/를}       the argument with the particle that its last sound asks for: after a consonant / vowel
//
// A key without a text is said as it is: tests find it.
func (l *Language) Say(k Key, args ...any) string {
	text, ok := l.text[k]
	if !ok {
		return string(k)
	}
	if !strings.ContainsAny(text, "{}") {
		return text
	}
	var b strings.Builder
	for text != "" {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:at])
		end := strings.IndexByte(text[at:], '}')
		switch {
		case at+1 < len(text) && text[at+1] == text[at]:
			b.WriteByte(text[at])
			text = text[at+2:]
		case text[at] == '{' && end > 0:
			b.WriteString(l.fill(text[at+1:at+end], args))
			text = text[at+end+1:]
		default: // tests find it
			b.WriteByte(text[at])
			text = text[at+1:]
		}
	}
	return b.String()
}

// fill returns what stands for the inside of one pair of braces. One that names no argument is left as it is,
// where tests and readers see it.
func (l *Language) fill(slot string, args []any) string {
	digits := 0
	for digits < len(slot) && slot[digits] >= '0' && slot[digits] <= '9' {
		digits++
	}
	i, err := strconv.Atoi(slot[:digits])
	if err != nil || i >= len(args) {
		return "{" + slot + "}"
	}
	rest := slot[digits:]
	switch {
	case rest == "":
		return l.argument(args[i])
	case rest[0] == '|':
		return l.form(args[i], strings.Split(rest[1:], "|"))
	case rest == ":n":
		x, _ := number(args[i])
		return l.Count(int(x))
	case strings.HasPrefix(rest, ":."):
		x, _ := number(args[i])
		decimals, _ := strconv.Atoi(rest[2:])
		return l.Fixed(x, decimals)
	}
	after, before, _ := strings.Cut(rest[1:], "/")
	said := l.argument(args[i])
	return said + particle(said, after, before)
}

// argument says one argument: by its key what has words, by its own text what has none. Errors are put in
// words, so that a sentence may hold another.
func (l *Language) argument(a any) string {
	switch x := a.(type) {
	case string:
		return isolated(x)
	case interface{ WordKey() string }:
		return l.Say(Key(x.WordKey()))
	case Key:
		return l.Say(x)
	case All:
		return l.All(x)
	case interface{ Long() time.Duration }:
		if d := x.Long(); d%time.Second != 0 && d < time.Minute { // between rows, where parts of a second count
			return l.Say("seconds", d.Seconds())
		}
		return l.Duration(x.Long())
	case interface{ List() []string }:
		return l.OneOf(x.List())
	case error:
		return l.Error(x)
	case int:
		return l.Plain(float64(x))
	case float64:
		return l.Plain(x)
	}
	return fmt.Sprint(a)
}

// All is an argument that lists things: a, b and c. A form is chosen by how many they are.
type All []string

// OneOf lists choices: a, b or c.
func (l *Language) OneOf(choices []string) string { return l.list("list-or", choices) }

// All lists things: a, b and c.
func (l *Language) All(things []string) string { return l.list("list-and", things) }

func (l *Language) list(last Key, items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	n := len(items) - 1
	return l.Say(last, strings.Join(items[:n], l.Say("list-comma")), items[n])
}

// Error puts an error in words: the text of its key, where it has one, else what it says of itself. Joined
// errors are said one after the other. Told is a method of package fault, which this one need not import.
func (l *Language) Error(err error) string {
	if told, ok := err.(interface{ Told() (string, []any) }); ok {
		key, args := told.Told()
		return l.Say(Key(key), args...)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, inner := range joined.Unwrap() {
			all = append(all, l.Error(inner))
		}
		return strings.Join(all, "; ")
	}
	return err.Error()
}

// pluralRules say which form a number takes, by the name under plural-rule in a language's file.
var pluralRules = map[string]func(n float64) int{
	"one":  oneOrMany,                      // 1 run, 2 runs
	"none": func(float64) int { return 0 }, // nouns do not change
}

func oneOrMany(n float64) int {
	if n == 1 {
		return 0
	}
	return 1
}

// form chooses by number. A language may leave out forms, the last of which then stand for the rest; what is
// no number takes the last, too.
func (l *Language) form(a any, forms []string) string {
	n, ok := number(a)
	if !ok {
		return forms[len(forms)-1]
	}
	return forms[min(l.plural(n), len(forms)-1)]
}

// number is an argument as a number, and whether it is one; of a list it is the length.
func number(a any) (float64, bool) {
	switch x := a.(type) {
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	case uint64:
		return float64(x), true
	case float64:
		return x, true
	case All:
		return float64(len(x)), true
	}
	return 0, false
}

// Keys lists the keys that have a text, in order.
func (l *Language) Keys() []Key { return slices.Sorted(maps.Keys(l.text)) }
