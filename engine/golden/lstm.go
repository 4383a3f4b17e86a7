package golden

import (
	"encoding/json"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/detect"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// common is what the files of all recurrent and graph models hold. All fields of a file must be known, so
// some are here that nothing reads.
type common struct {
	What           string           `json:"what"`
	ComputedWith   string           `json:"computed_with"`
	Tolerance      json.RawMessage  `json:"tolerance"` // the same numbers as in the limits called single
	Total          string           `json:"total"`
	Params         map[string]array `json:"params"`
	Input          array            `json:"input"`
	TeacherOutput  array            `json:"teacher_output"`
	Output         array            `json:"output"`
	CosineGradient map[string]array `json:"cosine_loss_gradient_output"`
	Score          array            `json:"score"`
	Gradients      map[string]array `json:"gradients"`
	Training       training         `json:"training"`
}

// commonConfig is what the configurations of those files hold.
type commonConfig struct {
	Batch         int     `json:"batch"`
	Window        int     `json:"window"`
	Channels      int     `json:"channels"`
	DistillWeight float64 `json:"distill_weight"`
	DistillAxis   string  `json:"distill_axis"`
}

// setup is the file's model, whose further sizes and constants are in c.
func (f *common) setup(kind spec.ModelKind, has commonConfig, c models.Config) setup {
	c.Window, c.Channels = has.Window, has.Channels
	return setup{model: kind, sizes: c, batch: has.Batch, axis: has.DistillAxis, weight: has.DistillWeight,
		params: f.Params, input: f.Input, teacher: f.TeacherOutput}
}

// constants are those of a file, and the papers' where it has none.
func constants(c spec.Constants) [spec.ConstantCount]float64 {
	return spec.Model{Constants: c}.ConstantsOf()
}

// rest compares what depends on the output alone, and the training.
func (f *common) rest(v *verifier, p student) error {
	first := p.out.First
	if err := v.cosine(f.Output.steps(first), f.TeacherOutput.steps(first), f.CosineGradient); err != nil {
		return err
	}
	return v.train(p, f.Training)
}

// lstmFile is lstm.json. The formulas are in models/README.md, section 5.
type lstmFile struct {
	common
	Config struct {
		commonConfig
		Hidden int `json:"hidden"`
		Layers int `json:"layers"`
		Span   int `json:"smoothing_span"`
	} `json:"config"`
	Hidden []array `json:"hidden"`
	Losses struct {
		MSE    array            `json:"mse"`
		Total  array            `json:"total"`
		Cosine map[string]array `json:"cosine_loss"`
	} `json:"losses"`
	Smoothed array            `json:"score_smoothed"`
	Own      map[string]array `json:"gradients_mse"`
}

// verifyLSTM compares the model's values on the way, its losses and their gradients, then what follows from
// them.
func verifyLSTM(v *verifier, file []byte) error {
	var f lstmFile
	if err := decode(file, &f); err != nil {
		return err
	}
	p, err := f.setup(spec.ModelLSTM, f.Config.commonConfig,
		models.Config{DModel: f.Config.Hidden, Layers: f.Config.Layers}).build()
	if err != nil {
		return err
	}
	own, err := p.own(p.out.Loss, f.Own)
	if err != nil {
		return err
	}
	err = v.check(p.graph, p.feeds, []quantity{
		{"output", value, one(p.out.Series, f.Output)},
		{"hidden", value, p.perLayer("hidden", f.Hidden)},
		{"losses", value, append(p.terms(f.Losses.Cosine), target{"mse", p.out.Loss, f.Losses.MSE},
			target{"total", p.total, f.Losses.Total})},
		{"score", value, one(p.out.Scores[0].Node, f.Score)},
		{"gradients", gradient, p.perParam(p.gradients, f.Gradients)},
		{"gradients_mse", gradient, own},
	})
	if err != nil {
		return err
	}
	if err := v.smoothed(p, f.Config.Span, f.Smoothed); err != nil {
		return err
	}
	return f.rest(v, p)
}

// smoothed compares what detection makes of the device's scores of each window. Every window is smoothed by
// itself, as the file has it (models/README.md, section 1.4).
func (v *verifier) smoothed(p student, span int, want array) error {
	score := p.out.Scores[0].Node
	rounds, err := v.run(job{graph: p.graph, feeds: p.feeds, rounds: make([]map[*graph.Node][]float32, 1),
		results: []*graph.Node{score}})
	if err != nil {
		return fault.New("in-place", "score_smoothed", err)
	}
	var got []float64
	for window := range slices.Chunk(rounds[0][0], score.Shape[1]) {
		got = append(got, detect.Smooth(window, span)...)
	}
	v.compare(quantity{"score_smoothed", value, one(score, want)}, [][]float64{got})
	return nil
}
