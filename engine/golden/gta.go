package golden

import (
	"slices"

	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// gtaFile is gta.json; what other files hold once stands in each of its variants. The formulas are in
// models/README.md, section 8.
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

// gtaVariant is the model with one kind of graph. Hard draws every edge, soft weighs it by its probability.
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

// verifyGTA refuses a file whose convolutions are others than the engine has, since all else would differ too.
func verifyGTA(v *verifier, file []byte) error {
	var f gtaFile
	if err := decode(file, &f); err != nil {
		return err
	}
	c := f.Config
	doubling := make([]int, max(0, min(c.Levels, 30)))
	for k := range doubling {
		doubling[k] = 1 << k
	}
	if c.Kernel != 2 || !slices.Equal(c.Dilations, doubling) {
		return differs("kernel, dilations", []any{c.Kernel, c.Dilations}, []any{2, doubling})
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

// Its graph learns from the first epoch on: the file has none in which it is complete.
func (f *gtaFile) setup(soft bool) setup {
	c, always := f.Config, 0.0
	common := common{Params: f.Params, Input: f.Input, TeacherOutput: f.TeacherOutput}
	s := common.setup(spec.ModelGTA, c.commonConfig, models.Config{DModel: c.DModel, Heads: c.Heads,
		Layers: c.Layers, DFF: c.DFF,
		Features: c.Features, MLP: c.MLP, Table: c.Table, SoftGraph: soft, Levels: c.Levels,
		Constants: constants(spec.Constants{Tau: &c.Tau, SparsityWeight: &c.Sparsity, CompleteEpochs: &always})})
	s.noise = map[string]array{"gumbel": f.Noise}
	return s
}

// variant compares everything that one kind of graph gives. The names of its checks begin with that of the
// variant.
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

// evaluation compares the graph that scores windows, once as scoring sets the noise and once without it. Both
// must give the same graph.
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
