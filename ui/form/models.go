package form

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// size is one of the sizes that models have.
type size struct {
	json string
	name words.Key
	of   func(*spec.Model) *int
}

var sizes = []size{
	{"d_model", "size-width", func(m *spec.Model) *int { return &m.DModel }},
	{"heads", "size-heads", func(m *spec.Model) *int { return &m.Heads }},
	{"layers", "size-layers", func(m *spec.Model) *int { return &m.Layers }},
	{"d_ff", "size-dff", func(m *spec.Model) *int { return &m.DFF }},
	{"latent", "size-latent", func(m *spec.Model) *int { return &m.Latent }},
	{"flows", "size-flows", func(m *spec.Model) *int { return &m.Flows }},
	{"centres", "size-centres", func(m *spec.Model) *int { return &m.Centres }},
	{"features", "size-features", func(m *spec.Model) *int { return &m.Features }},
	{"mlp", "size-mlp", func(m *spec.Model) *int { return &m.MLP }},
}

// sizeRows are the sizes of the teacher or of the student, shown where its model has them. Each stands at the model's own
// default while it is empty; how large it may be is for the experiment to say.
func sizeRows(path Field, p place, model func(*spec.Spec) *spec.Model) (rows []row) {
	for _, size := range sizes {
		at := func(s *spec.Spec) *int { return size.of(model(s)) }
		ofLab := func(s *spec.Spec) int {
			lab := spec.Model{Name: model(s).Name}.OrLab()
			return *size.of(&lab)
		}
		rows = append(rows, row{field: path + "." + Field(size.json), name: size.name, place: p, more: true,
			shows:    func(s *spec.Spec) bool { return ofLab(s) != 0 },
			value:    orEmpty(at, whole(at, 1, math.MaxInt32)),
			standard: func(s *spec.Spec) string { return strconv.Itoa(ofLab(s)) }})
	}
	return rows
}

func teacherOf(s *spec.Spec) *spec.Model { return &s.Teacher.Model }
func studentOf(s *spec.Spec) *spec.Model { return &s.Student }

// model is a model with its width, written "transformer 64", or "transformer" for the model's default width.
func model(at func(*spec.Spec) *spec.Model) value {
	return value{
		func(s *spec.Spec) string { return modelText(*at(s)) },
		func(s *spec.Spec, text string) error {
			name, width, sized := strings.Cut(text, " ")
			d, err := strconv.Atoi(width)
			if sized && (err != nil || d < 1) {
				return fault.New("not-a-choice", text)
			}
			*at(s) = spec.Model{Name: name, DModel: d}
			return nil
		},
	}
}

// modelText leaves a default width out, so that the model keeps its own should that change.
func modelText(m spec.Model) string {
	if m.DModel == 0 {
		return m.Name
	}
	return m.Name + " " + strconv.Itoa(m.DModel)
}

// Pick is a model with its size.
type Pick struct {
	Input
	Title, Width, Layers string
}

// widths are the model widths on offer beside a model's own.
var widths = []int{16, 32, 64, 128, 256, 512}

// pick describes a model with the models and widths that it can be changed to.
func (f *Form) pick(w *words.Language, field Field, of func(*spec.Spec) *spec.Model) Pick {
	m := *of(&f.Spec)
	p := Pick{Input: f.input(w, field), Title: m.Name}
	size := m.OrLab()
	p.Width = w.Say("width", size.DModel)
	if size.Layers > 0 {
		p.Layers = w.Say("layers", size.Layers)
	}
	for _, k := range spec.Models {
		if k.Name == m.Name {
			p.Title = k.Title
		}
		for _, d := range widthsOf(m, k) {
			choice := spec.Model{Name: k.Name, DModel: d}
			p.Choices = append(p.Choices, Choice{Value: modelText(choice), Text: w.Say("width", d),
				Group: k.Title, On: k.Name == m.Name && d == size.DModel})
		}
	}
	p.Value = modelText(spec.Model{Name: m.Name, DModel: size.DModel})
	return p
}

// widthsOf lists the widths of a model on offer: those that its heads divide, its own, and the one it has now.
func widthsOf(now spec.Model, k spec.ModelInfo) []int {
	list := slices.DeleteFunc(slices.Clone(widths), func(d int) bool { return k.Branches > 0 && d%(k.Branches*k.Lab.Heads) != 0 })
	list = append(list, k.Lab.DModel)
	if now.Name == k.Name {
		list = append(list, now.OrLab().DModel)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
