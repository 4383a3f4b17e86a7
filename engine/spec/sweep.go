package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
)

// Sweep is a grid of experiments: the text of a Spec in which lists stand where a Spec has single values. Each
// such list is an axis of the grid. Lists of the same values in the same field of several arms are one axis:
// arms then vary together.
type Sweep struct {
	Axes []Axis

	text   []byte
	places []splice // in the order of the text
}

// Axis is a setting that varies over a sweep.
type Axis struct {
	// Field is its path in the spec, without the number of an arm: train.epochs, arms.objective.weight.
	Field  string   `json:"field"`
	Values []string `json:"values"` // as JSON has them
}

// Name is the last part of the field: epochs.
func (a Axis) Name() string { return a.Field[strings.LastIndexByte(a.Field, '.')+1:] }

// Text is a value as people read it: a name without its quotes.
func (a Axis) Text(i int) string {
	if text, err := strconv.Unquote(a.Values[i]); err == nil {
		return text
	}
	return a.Values[i]
}

// splice is the part of a sweep's text that a value of an axis takes the place of.
type splice struct {
	from, to int
	axis     int
	share    bool // it is the member of shareField
}

// shareField is a field of data that only a sweep has: the share of the training part that is trained on, from
// its end, which borders on the test part. In an experiment data.train says it.
const shareField = "train_share"

// Bounds of a sweep.
const (
	maxValues = 100    // of an axis
	maxPoints = 10_000 // of a grid
)

// ParseSweep reads a sweep. Of the specs in its grid only the first is checked: At checks each.
func ParseSweep(text []byte) (Sweep, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	err := json.Unmarshal(text, new(any))
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line, col := position(text, syntax.Offset-1)
		return Sweep{}, fault.New("spec-syntax", line, col, syntax.Error())
	}
	s := Sweep{text: text}
	r := sweepReader{d: json.NewDecoder(bytes.NewReader(text)), s: &s}
	r.value(reflect.TypeFor[Spec](), "", "")
	if r.wrong != nil {
		return Sweep{}, r.wrong
	}
	if s.Points() > maxPoints {
		return Sweep{}, fault.New("sweep-too-large", s.Points(), maxPoints)
	}
	_, err = s.At(make([]int, len(s.Axes)), 0)
	return s, err
}

// Points is the number of places in the grid.
func (s Sweep) Points() int {
	n := 1
	for _, a := range s.Axes {
		if n *= len(a.Values); n > maxPoints {
			return n
		}
	}
	return n
}

// Grid lists all places, the last axis varying fastest: which value of each axis.
func (s Sweep) Grid() (all [][]int) {
	for i := range s.Points() {
		at := make([]int, len(s.Axes))
		for k := len(at) - 1; k >= 0; k-- {
			n := len(s.Axes[k].Values)
			at[k], i = i%n, i/n
		}
		all = append(all, at)
	}
	return all
}

// At is the experiment at a place of the grid. Where the share of the training part varies it takes the number of
// steps in all of that part; 0 leaves the part whole.
func (s Sweep) At(at []int, trainSteps int) (Spec, error) {
	var b bytes.Buffer
	end := 0
	for _, p := range s.places {
		b.Write(s.text[end:p.from])
		value := s.Axes[p.axis].Values[at[p.axis]]
		if p.share {
			part, err := lastShare(value, trainSteps)
			if err != nil {
				return Spec{}, err
			}
			value = part
		}
		b.WriteString(value)
		end = p.to
	}
	b.Write(s.text[end:])
	return Parse(b.Bytes())
}

// lastShare is the member of data that stands for a share of the training part.
func lastShare(value string, steps int) (string, error) {
	share, err := strconv.ParseFloat(value, 64)
	if err != nil || !(share > 0 && share <= 1) {
		return "", &FieldError{"data." + shareField, value, fault.New("want-share")}
	}
	if share == 1 || steps == 0 {
		return `"train": {"from": 0, "to": 0}`, nil
	}
	from := min(steps-1, steps-int(math.Round(share*float64(steps))))
	return fmt.Sprintf(`"train": {"from": %d, "to": %d}`, from, steps), nil
}

// Find is the place of the axis that a person calls so: by its field, or the last part of that; -1 if there is
// none.
func (s Sweep) Find(name string) int {
	return slices.IndexFunc(s.Axes, func(a Axis) bool { return a.Field == name || a.Name() == name })
}

// sweepReader finds the lists of a sweep's text, which is JSON.
type sweepReader struct {
	d     *json.Decoder
	s     *Sweep
	wrong error // the first
}

// value reads one value where a value of type t is expected, nil where that is not known; field is its path
// without numbers.
func (r *sweepReader) value(t reflect.Type, path, field string) {
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, _ := r.d.Token()
	switch {
	case token == json.Delim('{'):
		r.object(t, path, field)
	case token == json.Delim('[') && single(t):
		r.axis(path, field, int(r.d.InputOffset())-1, false)
	case token == json.Delim('['):
		var element reflect.Type
		if t != nil && t.Kind() == reflect.Slice {
			element = t.Elem()
		}
		for i := 0; r.d.More(); i++ {
			r.value(element, fmt.Sprintf("%s[%d]", path, i), field)
		}
		r.d.Token()
	}
}

// single reports whether a Spec has a single text, number or switch of this type.
func single(t reflect.Type) bool {
	if t == nil {
		return false
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Struct:
		return false
	}
	return true
}

func (r *sweepReader) object(t reflect.Type, path, field string) {
	for r.d.More() {
		before := int(r.d.InputOffset())
		token, _ := r.d.Token()
		key, _ := token.(string)
		inner, plain := strings.TrimPrefix(path+"."+cut(key), "."), strings.TrimPrefix(field+"."+cut(key), ".")
		if path == "data" && key == shareField {
			from := before + bytes.IndexByte(r.s.text[before:], '"')
			r.share(inner, from)
			continue
		}
		r.value(fieldOf(t, key), inner, plain)
	}
	r.d.Token()
}

// share reads the share of the training part: a list, or one value.
func (r *sweepReader) share(path string, from int) {
	token, _ := r.d.Token()
	if token == json.Delim('[') {
		r.axis(path, path, from, true)
		return
	}
	text := fmt.Sprint(token)
	if _, ok := token.(float64); !ok {
		r.note(path, text, "want-share")
		return
	}
	r.place(path, path, []string{text}, splice{from: from, to: int(r.d.InputOffset()), share: true})
}

// axis reads the values of a list whose first bracket has been read.
func (r *sweepReader) axis(path, field string, from int, share bool) {
	var values []string
	for r.d.More() {
		var raw json.RawMessage
		if r.d.Decode(&raw) != nil {
			return // the text is JSON
		}
		text := string(bytes.TrimSpace(raw))
		if strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") || text == "null" {
			r.note(path, quoted(text), "want-sweep-value")
		}
		if slices.Contains(values, text) {
			r.note(path, text, "want-sweep-once")
		}
		values = append(values, text)
	}
	r.d.Token()
	if len(values) == 0 || len(values) > maxValues {
		r.note(path, strconv.Itoa(len(values)), "want-sweep-values")
	}
	r.place(path, field, values, splice{from: from, to: int(r.d.InputOffset()), share: share})
}

// place notes where values of an axis go.
func (r *sweepReader) place(path, field string, values []string, p splice) {
	p.axis = slices.IndexFunc(r.s.Axes, func(a Axis) bool { return a.Field == field })
	switch {
	case p.axis < 0:
		p.axis = len(r.s.Axes)
		r.s.Axes = append(r.s.Axes, Axis{field, values})
	case !slices.Equal(r.s.Axes[p.axis].Values, values):
		r.note(path, strings.Join(values, ", "), "want-sweep-same")
	}
	r.s.places = append(r.s.places, p)
}

// note keeps the first thing that is wrong.
func (r *sweepReader) note(path, got string, want fault.Word) {
	if r.wrong == nil {
		r.wrong = &FieldError{path, got, fault.New(string(want), maxValues)}
	}
}
