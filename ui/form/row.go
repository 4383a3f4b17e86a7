package form

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// Field is one setting of the experiment that a person can change: the path of its value in a Spec's JSON, by
// which errors name it too. Of arms it is the path in each of them: arms.objective.axis.
type Field string

// row says how one setting is named, shown, written and read.
type row struct {
	field   Field
	name    words.Key
	hint    words.Key                 // what an empty or special value means; empty = nothing to say
	place   place                     // where in the recipe it stands
	more    bool                      // shown only when all settings are
	shows   func(*spec.Spec) bool     // for which experiments; nil = all
	options func(*spec.Spec) []option // that an experiment can have; nil when the value is typed
	value

	standard func(*spec.Spec) string // what an empty value stands for; nil = the hint says it in words
}

// place is a part of the recipe.
type place int

// The places of settings. Those that are drawn in a way of their own, such as the models, are in none of the
// lists.
const (
	alone place = iota
	ofData
	ofTeacher
	ofStudent
	ofObjective
	ofTraining
	ofDetection
)

// option is one choice of a field that is not typed: a row of a table of package spec.
type option interface {
	String() string
	WordKey() string
}

// value reads and writes one value of a Spec as text. set says in words what it does not take; it gets a copy
// of the form's spec, which may be half changed then.
type value struct {
	get func(*spec.Spec) string
	set func(*spec.Spec, string) error
}

// rowOf returns the row of a field, or nil.
func rowOf(f Field) *row {
	i := slices.IndexFunc(rows, func(r row) bool { return r.field == f })
	if i < 0 {
		return nil
	}
	return &rows[i]
}

// FieldAt returns the setting at a path of the spec, as errors name it; empty where the page has none there.
// A Field leaves out the indices of lists, such as [2].
func FieldAt(path string) Field {
	name := ""
	for part := range strings.SplitSeq(path, "[") {
		_, after, found := strings.Cut(part, "]")
		if !found {
			after = part
		}
		name += after
	}
	if f := Field(name); rowOf(f) != nil {
		return f
	}
	return ""
}

// kind is a pointer to a kind in a Spec, by which it is read and set.
type kind[K any] interface {
	*K
	option
	UnmarshalText([]byte) error
}

// choice completes the row of a setting that is one of the rows of a table.
func choice[K interface {
	~uint8
	option
}, P kind[K]](r row, at func(*spec.Spec) P, count K) row {
	return choiceOf(r, at, func(*spec.Spec) iter.Seq[K] { return spec.Each(count) })
}

// choiceOf is choice where not every experiment can have every row. It checks what was chosen here too, since
// a message may come from anywhere.
func choiceOf[K option, P kind[K]](r row, at func(*spec.Spec) P, kinds func(*spec.Spec) iter.Seq[K]) row {
	r.options = func(s *spec.Spec) (list []option) {
		for k := range kinds(s) {
			list = append(list, k)
		}
		return list
	}
	r.get = func(s *spec.Spec) string { return at(s).String() }
	r.set = func(s *spec.Spec, text string) error {
		if !slices.ContainsFunc(r.options(s), func(o option) bool { return o.String() == text }) {
			return fault.New("not-a-choice", text)
		}
		return at(s).UnmarshalText([]byte(text))
	}
	return r
}

// metric is one of metrics.All as a choice.
type metric string

func (m metric) String() string  { return string(m) }
func (m metric) WordKey() string { return "metric-" + strings.ReplaceAll(string(m), "_", "-") }

// chosen completes the row of a setting that names a metric.
func chosen(r row, at func(*spec.Spec) *string, names func() []string) row {
	r.options = func(*spec.Spec) (list []option) {
		for _, name := range names() {
			list = append(list, metric(name))
		}
		return list
	}
	r.get = func(s *spec.Spec) string { return s.JudgedBy().Name }
	r.set = func(s *spec.Spec, text string) error {
		if !slices.Contains(names(), text) {
			return fault.New("not-a-choice", text)
		}
		*at(s) = text
		return nil
	}
	return r
}

// text takes whatever was typed.
func text(at func(*spec.Spec) *string) value {
	return value{
		func(s *spec.Spec) string { return *at(s) },
		func(s *spec.Spec, text string) error { *at(s) = text; return nil },
	}
}

// whole and real write numbers as a person would type them, and say in words what they do not take.
func whole(at func(*spec.Spec) *int, low, high int) value {
	return value{
		func(s *spec.Spec) string { return strconv.Itoa(*at(s)) },
		func(s *spec.Spec, text string) error {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fault.New("not-whole", text)
			}
			if n < low || n > high {
				return fault.New("out-of-range", text, strconv.Itoa(low), strconv.Itoa(high))
			}
			*at(s) = n
			return nil
		},
	}
}

func real(at func(*spec.Spec) *float64, low, high float64) value {
	return value{
		func(s *spec.Spec) string { return words.Setting(*at(s)) },
		func(s *spec.Spec, text string) error {
			v, err := parseReal(text, low, high)
			if err == nil {
				*at(s) = v
			}
			return err
		},
	}
}

// share is a share of one that may be left out.
func share(at func(*spec.Spec) **float64, low, high float64) value {
	return value{
		func(s *spec.Spec) string {
			if v := *at(s); v != nil {
				return words.Setting(*v)
			}
			return ""
		},
		func(s *spec.Spec, text string) error {
			if text == "" {
				*at(s) = nil
				return nil
			}
			v, err := parseReal(text, low, high)
			if err == nil {
				*at(s) = &v
			}
			return err
		},
	}
}

// countOrNone is a whole number that is empty while it is zero.
func countOrNone(at func(*spec.Spec) *int, low int) value {
	v := whole(at, low, math.MaxInt32)
	return value{
		func(s *spec.Spec) string {
			if *at(s) == 0 {
				return ""
			}
			return v.get(s)
		},
		func(s *spec.Spec, text string) error {
			if text == "" {
				*at(s) = 0
				return nil
			}
			return v.set(s, text)
		},
	}
}

// list is whole numbers with commas between them; none is empty.
func list(at func(*spec.Spec) *[]int) value {
	return value{
		func(s *spec.Spec) string {
			var texts []string
			for _, n := range *at(s) {
				texts = append(texts, strconv.Itoa(n))
			}
			return strings.Join(texts, ", ")
		},
		func(s *spec.Spec, text string) error {
			var numbers []int
			for item := range strings.SplitSeq(text, ",") {
				item = strings.TrimSpace(item)
				if item == "" && text == "" {
					break
				}
				n, err := strconv.Atoi(item)
				if err != nil {
					return fault.New("not-whole", item)
				}
				numbers = append(numbers, n)
			}
			*at(s) = numbers
			return nil
		},
	}
}

// parseReal reads a number between low and high; it understands a decimal comma and a true minus sign.
func parseReal(text string, low, high float64) (float64, error) {
	v, err := strconv.ParseFloat(strings.NewReplacer(",", ".", "−", "-").Replace(text), 64)
	if err != nil {
		return 0, fault.New("not-a-number", text)
	}
	if !(v >= low && v <= high) { // NaN is outside too
		return 0, fault.New("out-of-range", text, words.Setting(low), words.Setting(high))
	}
	return v, nil
}
