package golden

import (
	"slices"

	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// gtaFile is gta.json; what other files hold once stands in each of its variants.
type gtaFile struct {
	What         string `json:"what"`
	ComputedWith string `json:"computed_with"`
	Tolerance    any    `json:"tolerance"` // the same numbers as in the limits called single
	Total        string `json:"total"`
	Config       struct {
		commonConfig
		Features  int     `json:"features"`
		MLP       int     `json:"mlp"`
		Levels    int     `json:"levels"`
		Kernel    int     `json:"kernel"`
		Dilations []int   `json:"dilations"`
		DModel    int     `json:"d_model"`
		Heads     int     `json:"heads"`
		DFF       int     `json:"d_ff"`
		Layers    int     `json:"layers"`
		Table     int     `json:"max_window"`
		Tau       float64 `json:"tau"`
		Sparsity  float64 `json:"sparsity_weight"`
	} `json:"config"`
	Params        map[string]array `json:"params"`
	Input         array            `json:"input"`
	TeacherOutput array            `json:"teacher_output"`
	Noise         array            `json:"gumbel_noise"`
	Hard          gtaVariant       `json:"hard"`
	Soft          gtaVariant       `json:"soft"`
	Evaluation    array            `json:"adjacency_evaluation"`
}

// gtaVariant is the model with one kind of graph.
type gtaVariant struct {
	Adjacency array   `json:"adjacency"`
	Context   []array `json:"context"` // in the hard variant only
	Output    array   `json:"output"`
	Losses    struct {
		MSE      array            `json:"mse"`
		Sparsity array            `json:"sparsity"`
		Total    array            `json:"total"`
		Cosine   map[string]array `json:"cosine_loss"`
	} `json:"losses"`
	CosineGradient map[string]array `json:"cosine_loss_gradient_output"` // in the hard variant only
	Score          array            `json:"score"`
	Gradients      map[string]array `json:"gradients"`
	Training       training         `json:"training"`
}

func verifyGTA(v *verifier, file []byte) error {
	var f gtaFile
	if err := decode(file, &f); err != nil {
		return err
	}
	if c := f.Config; c.Levels != 3 || c.Kernel != 2 || !slices.Equal(c.Dilations, []int{1, 2, 4}) {
		return differs("levels, kernel, dilations", []any{c.Levels, c.Kernel, c.Dilations},
			[]any{3, 2, []int{1, 2, 4}})
	}
	if err := f.variant(v, "hard", f.Hard, false); err != nil {
		return err
	}
	if err := v.cosine(f.Hard.Output, f.TeacherOutput, f.Hard.CosineGradient); err != nil {
		return err
	}
	if err := f.evaluation(v); err != nil {
		return err
	}
	return f.variant(v, "soft", f.Soft, true)
}

func (f *gtaFile) setup(soft bool) setup {
	c := f.Config
	common := common{Params: f.Params, Input: f.Input, TeacherOutput: f.TeacherOutput}
	s := common.setup(spec.ModelGTA, c.commonConfig, models.Config{DModel: c.DModel, Heads: c.Heads,
		Layers: c.Layers, DFF: c.DFF,
		Features: c.Features, MLP: c.MLP, Table: c.Table, SoftGraph: soft,
		Constants: models.Constants{Tau: c.Tau, Sparsity: c.Sparsity}})
	s.noise = map[string]array{"gumbel": f.Noise}
	return s
}

// variant compares everything that one kind of graph gives.
func (f *gtaFile) variant(v *verifier, name string, want gtaVariant, soft bool) error {
	p, err := f.setup(soft).build()
	if err != nil {
		return err
	}
	at := len(v.report.Checks)
	quantities := []quantity{
		{"adjacency", value, []target{p.inner("adjacency", want.Adjacency)}},
		{"output", value, one(p.out.Series, want.Output)},
		{"losses", value, append(p.terms(want.Losses.Cosine), p.part(spec.PartPrediction, want.Losses.MSE),
			p.part(spec.PartSparsity, want.Losses.Sparsity), target{"total", p.total, want.Losses.Total})},
		{"score", value, one(p.out.Scores[0].Node, want.Score)},
		{"gradients", gradient, p.perParam(p.gradients, want.Gradients)},
	}
	if len(want.Context) > 0 {
		quantities = append(quantities, quantity{"context", value, p.perLayer("context", want.Context)})
	}
	if err := v.check(p.graph, p.feeds, quantities); err != nil {
		return err
	}
	if err := v.train(p, want.Training); err != nil {
		return err
	}
	for i := range v.report.Checks[at:] {
		v.report.Checks[at+i].Name = name + "." + v.report.Checks[at+i].Name
	}
	return nil
}

// evaluation compares the graph that scores windows, once as scoring sets the noise and once without it.
func (f *gtaFile) evaluation(v *verifier) error {
	for _, noiseless := range []bool{false, true} {
		s := f.setup(false)
		s.sizes.Noiseless = noiseless
		s.noise = map[string]array{"gumbel": {shape: f.Noise.shape, data: make([]float64, len(f.Noise.data))}}
		p, err := s.build()
		if err != nil {
			return err
		}
		if err := v.check(p.graph, p.feeds, []quantity{{"adjacency_evaluation", value,
			[]target{p.inner("adjacency", f.Evaluation)}}}); err != nil {
			return err
		}
	}
	return nil
}
