package form

import (
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// sizeRows are the sizes of the teacher or of the student, shown where its model has them. An empty one
// stands for the model's own default. How large a size may be is for the spec's validation to say.
func sizeRows(path Field, p place, model func(*spec.Spec) *spec.Model) (rows []row) {
	for k := range spec.Each(spec.SizeCount) {
		ofLab := func(s *spec.Spec) int {
			lab := spec.Models[model(s).Kind].Lab
			return *lab.Size(k)
		}
		rows = append(rows, row{field: path + "." + Field(k.String()), name: words.Key(k.WordKey()), place: p,
			more:     true,
			shows:    func(s *spec.Spec) bool { return ofLab(s) != 0 },
			value:    countOrNone(func(s *spec.Spec) *int { return model(s).Size(k) }, 1),
			standard: func(s *spec.Spec) string { return strconv.Itoa(ofLab(s)) }})
	}
	return rows
}

// constantRows are what else a spec may set of a model, shown where the model has it. An empty one stands for
// what the paper has.
func constantRows(path Field, p place, model func(*spec.Spec) *spec.Model) []row {
	info := func(s *spec.Spec) spec.Model { return spec.Models[model(s).Kind].Lab }
	rows := []row{
		{field: path + ".skips", name: "skips", place: p, more: true,
			shows:    func(s *spec.Spec) bool { return info(s).Centres > 0 },
			value:    list(func(s *spec.Spec) *[]int { return &model(s).Skips }),
			standard: func(*spec.Spec) string { return "1, 2, 4, …" }},
		choice(row{field: path + ".prior", name: "prior", place: p, more: true,
			shows: func(s *spec.Spec) bool { return info(s).Latent > 0 }},
			func(s *spec.Spec) *spec.PriorKind { return &model(s).Prior }, spec.PriorCount),
		choice(row{field: path + ".edges", name: "edges", place: p, more: true,
			shows: func(s *spec.Spec) bool { return info(s).Features > 0 }},
			func(s *spec.Spec) *spec.EdgeKind { return &model(s).Edges }, spec.EdgeCount),
	}
	for k := range spec.Each(spec.ConstantCount) {
		c := spec.ConstantTable[k]
		rows = append(rows, row{field: path + "." + Field(k.String()), name: words.Key(k.WordKey()), place: p,
			more:     true,
			shows:    func(s *spec.Spec) bool { return c.Has(model(s).Kind) },
			value:    share(func(s *spec.Spec) **float64 { return model(s).Constant(k) }, 0, 1e6),
			standard: func(*spec.Spec) string { return words.Setting(c.Default) }})
	}
	return rows
}

func teacherOf(s *spec.Spec) *spec.Model { return &s.Teacher.Model }
func studentOf(s *spec.Spec) *spec.Model { return &s.Student }

// model is a model with its width, written "transformer 64", or "transformer" for the model's default width.
// Choosing one drops all other sizes: they were about the model before.
func model(at func(*spec.Spec) *spec.Model) value {
	return value{
		func(s *spec.Spec) string { return modelText(*at(s)) },
		func(s *spec.Spec, text string) error {
			name, width, sized := strings.Cut(text, " ")
			d, err := strconv.Atoi(width)
			if sized && (err != nil || d < 1) {
				return fault.New("not-a-choice", text)
			}
			chosen := spec.Model{DModel: d}
			if chosen.Kind.UnmarshalText([]byte(name)) != nil {
				return fault.New("not-a-choice", text)
			}
			*at(s) = chosen
			return nil
		},
	}
}

// modelText leaves a default width out, so that the model keeps its own should that change.
func modelText(m spec.Model) string {
	if m.DModel == 0 {
		return m.Kind.String()
	}
	return m.Kind.String() + " " + strconv.Itoa(m.DModel)
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
	size := m.OrLab()
	p := Pick{Input: f.input(w, field), Title: spec.Models[m.Kind].Title, Width: w.Say("width", size.DModel)}
	if size.Layers > 0 {
		p.Layers = w.Say("layers", size.Layers)
	}
	for k := range spec.Each(spec.ModelCount) {
		for _, d := range widthsOf(m, k) {
			sized := modelText(spec.Model{Kind: k, DModel: d})
			p.Choices = append(p.Choices, Choice{Value: sized, Text: w.Say("width", d),
				Group: spec.Models[k].Title,
				On:    k == m.Kind && d == size.DModel})
		}
	}
	p.Value = modelText(spec.Model{Kind: m.Kind, DModel: size.DModel})
	return p
}

// widthsOf lists the widths of a model on offer: those that its heads divide, its own, and the one it has
// now.
func widthsOf(now spec.Model, kind spec.ModelKind) []int {
	k := spec.Models[kind]
	uneven := func(d int) bool { return k.Branches > 0 && d%(k.Branches*k.Lab.Heads) != 0 }
	list := slices.DeleteFunc(slices.Clone(widths), uneven)
	list = append(list, k.Lab.DModel)
	if now.Kind == kind {
		list = append(list, now.OrLab().DModel)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
