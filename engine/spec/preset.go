package spec

import (
	"encoding/json"
	"maps"
	"slices"
)

// Preset is an experiment by the question that it answers. Its words are preset-NAME and preset-NAME-about.
type Preset struct {
	Name    string
	partial string // what differs from Default: an object replaces fields, a list all of a list
}

// WordKey is the key of the question.
func (p Preset) WordKey() string { return "preset-" + p.Name }

// Parts of presets.
const (
	plain    = `{"name":"alone","objective":{"kind":"none"}}`
	toward   = `{"name":"cosine","objective":{"kind":"cosine","weight":5,"axis":"channel","schedule":"constant"}}`
	toInput  = `{"name":"cosine-input","objective":{"kind":"cosine","weight":5,"axis":"channel","target":"input","schedule":"constant"}}`
	idle     = `{"name":"untrained","control":"untrained"}`
	chance   = `{"name":"random","control":"random"}`
	analysis = `{"name":"pca","control":"pca"}`
)

// Presets are the experiments that are offered, in their order.
var Presets = []Preset{
	{"early", `{"evaluate":"each_epoch","train":{"epochs":4,"patience":0}}`},
	{"teacher", `{"train":{"epochs":2},"arms":[` + plain + "," + toward + "," + toInput + `,
		{"name":"cosine-shuffled","objective":{"kind":"cosine","weight":5,"axis":"channel","target":"shuffled","schedule":"constant"}},
		{"name":"cosine-untrained","objective":{"kind":"cosine","weight":5,"axis":"channel","target":"untrained","schedule":"constant"}},` +
		idle + "," + chance + `]}`},
	{"noise", `{"train":{"epochs":1},"seeds":[1,2,3],"arms":[{"name":"norm","control":"norm"},` + plain + "," + toward + "," +
		idle + "," + chance + `]}`},
	{"network", `{"data":{"source":"builtin/spacecraft"},"arms":[{"name":"norm","control":"norm"},` + analysis +
		`,{"name":"forecast","control":"forecast"},` + plain + "," + toward + "," + idle + "," + chance + `]}`},
	{"labels", `{"train":{"epochs":2},"detect":{"threshold":{"policy":"best_f1","percent":0}},"seeds":[1,2,3]}`},
	{"weight", `{"train":{"epochs":2},"arms":[` + analysis + "," + plain + `,
		{"name":"cosine-0.5","objective":{"kind":"cosine","weight":0.5,"axis":"channel","schedule":"constant"}},
		{"name":"cosine-2","objective":{"kind":"cosine","weight":2,"axis":"channel","schedule":"constant"}},
		{"name":"cosine-5","objective":{"kind":"cosine","weight":5,"axis":"channel","schedule":"constant"}},
		{"name":"cosine-10","objective":{"kind":"cosine","weight":10,"axis":"channel","schedule":"constant"}},` + chance + `]}`},
	{"axis", `{"train":{"epochs":2},"arms":[` + analysis + "," + plain + "," + toward + `,
		{"name":"cosine-time","objective":{"kind":"cosine","weight":5,"axis":"time","schedule":"constant"}},
		{"name":"cosine-window","objective":{"kind":"cosine","weight":5,"axis":"window","schedule":"constant"}},` + chance + `]}`},
	{"amplitude", `{"train":{"epochs":2},"arms":[` + analysis + "," + plain + "," + toward + `,
		{"name":"mse","objective":{"kind":"mse","weight":5,"schedule":"constant"}},` + toInput + "," + chance + `]}`},
	{"little", `{"data":{"train":{"from":0,"to":600}},"train":{"epochs":8}}`},
	{"poor", `{"teacher":{"epochs":1},"train":{"epochs":2}}`},
	{"forecaster", `{"student":{"model":"lstm"},"train":{"epochs":4}}`},
	{"association", `{"detect":{"score":"association"},"train":{"epochs":4},"seeds":[1,2,3]}`},
	{"graph", `{"student":{"model":"gta"},"train":{"epochs":3},"seeds":[1,2,3],"arms":[` + analysis + "," + plain + "," + toward +
		"," + chance + `]}`},
}

// Spec is the experiment. A preset that cannot be read is the default experiment: a test finds it.
func (p Preset) Spec() Spec {
	s, err := p.read()
	if err != nil {
		return Default()
	}
	return s
}

func (p Preset) read() (Spec, error) {
	text, err := json.Marshal(Default())
	if err != nil {
		return Spec{}, err
	}
	var whole, part map[string]any
	for _, err := range []error{json.Unmarshal(text, &whole), json.Unmarshal([]byte(p.partial), &part)} {
		if err != nil {
			return Spec{}, err
		}
	}
	overlay(whole, part)
	if text, err = json.Marshal(whole); err != nil {
		return Spec{}, err
	}
	return Parse(text)
}

// overlay puts fields in the place of others, object by object; one that is 0 leaves.
func overlay(whole, part map[string]any) {
	for name, x := range maps.All(part) {
		inner, object := x.(map[string]any)
		before, known := whole[name].(map[string]any)
		switch {
		case x == 0.0:
			delete(whole, name)
		case object && known:
			overlay(before, inner)
		default:
			whole[name] = x
		}
	}
}

// PresetOf is the preset with a name; false = there is none.
func PresetOf(name string) (Preset, bool) {
	i := slices.IndexFunc(Presets, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		return Preset{}, false
	}
	return Presets[i], true
}
