package golden

import (
	"encoding/json"
	"fmt"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
)

// transformerFile is anomaly_transformer.json. The formulas are in models/README.md, sections 3 and 4.
type transformerFile struct {
	What         string          `json:"what"`
	ComputedWith string          `json:"computed_with"`
	Tolerance    json.RawMessage `json:"tolerance"` // the same numbers as in the limits called single
	Config       struct {
		Batch         int     `json:"batch"`
		Window        int     `json:"window"`
		Channels      int     `json:"channels"`
		DModel        int     `json:"d_model"`
		Heads         int     `json:"heads"`
		DFF           int     `json:"d_ff"`
		Layers        int     `json:"layers"`
		K             float64 `json:"k"`
		Temperature   float64 `json:"temperature"`
		DistillWeight float64 `json:"distill_weight"`
		DistillAxis   string  `json:"distill_axis"`
		LogEpsilon    float64 `json:"log_epsilon"`
		Sigma         string  `json:"sigma"`
	} `json:"config"`
	Total         string           `json:"total"`
	Params        map[string]array `json:"params"`
	TeacherParams map[string]array `json:"teacher_params"`
	Input         array            `json:"input"`
	Output        array            `json:"output"`
	TeacherOutput array            `json:"teacher_output"`
	Series        []array          `json:"series"`
	Prior         []array          `json:"prior"`
	Losses        struct {
		Reconstruction array            `json:"reconstruction"`
		SeriesLoss     array            `json:"series_loss"`
		PriorLoss      array            `json:"prior_loss"`
		Total          array            `json:"total"`
		Cosine         map[string]array `json:"cosine_loss"`
	} `json:"losses"`
	CosineGradient map[string]array `json:"cosine_loss_gradient_output"`
	Discrepancy    array            `json:"discrepancy"`
	Score          array            `json:"score"`
	ScoreSoft      array            `json:"score_temperature_1"`
	Gradients      map[string]array `json:"gradients"`
	GradientNorms  struct {
		Series map[string]array `json:"series_loss"`
		Prior  map[string]array `json:"prior_loss"`
	} `json:"gradient_norms"`
	Plain struct {
		What      string           `json:"what"`
		Total     array            `json:"total"`
		Score     array            `json:"score"`
		Gradients map[string]array `json:"gradients"`
	} `json:"plain_transformer"`
	Training training `json:"training"`
}

// verifyTransformer compares section by section.
func verifyTransformer(v *verifier, file []byte) error {
	var f transformerFile
	if err := decode(file, &f); err != nil {
		return err
	}
	for _, part := range []func(*verifier) error{f.teacher, f.student, f.norms, f.plain} {
		if err := part(v); err != nil {
			return err
		}
	}
	return nil
}

// setup is the file's student, or its second model, as this row of models.All.
func (f *transformerFile) setup(kind spec.ModelKind, params map[string]array) setup {
	c := f.Config
	return setup{model: kind, batch: c.Batch, axis: c.DistillAxis, weight: c.DistillWeight, params: params,
		input: f.Input, teacher: f.TeacherOutput,
		sizes: models.Config{Window: c.Window, Channels: c.Channels, DModel: c.DModel, Heads: c.Heads,
			Layers: c.Layers, DFF: c.DFF, Constants: constants(spec.Constants{DiscrepancyWeight: &c.K,
				Temperature: &c.Temperature, LogEpsilon: &c.LogEpsilon})}}
}

// teacher compares the output that the file says its own second model gives, which the student then learns
// from.
func (f *transformerFile) teacher(v *verifier) error {
	p, err := f.setup(spec.ModelAnomalyTransformer, f.TeacherParams).build()
	if err != nil {
		return err
	}
	return v.check(p.graph, p.feeds, []quantity{{"teacher_output", value,
		one(p.out.Series, f.TeacherOutput)}})
}

// student compares all values, and the gradient of the total. The softened score is there because at the true
// temperature most entries underflow, which would hide a mistake.
func (f *transformerFile) student(v *verifier) error {
	p, err := f.setup(spec.ModelAnomalyTransformer, f.Params).build()
	if err != nil {
		return err
	}
	a, score := p.out.Associations, p.out.Scores
	losses := append([]target{
		{"reconstruction", p.out.Parts[0].Node, f.Losses.Reconstruction},
		{"series_loss", a.SeriesLoss, f.Losses.SeriesLoss},
		{"prior_loss", a.PriorLoss, f.Losses.PriorLoss},
		{"total", p.total, f.Losses.Total},
	}, p.terms(f.Losses.Cosine)...)
	err = v.check(p.graph, p.feeds, []quantity{
		{"output", value, one(p.out.Series, f.Output)},
		{"series", value, layers(a.Series, f.Series)},
		{"prior", value, layers(a.Prior, f.Prior)},
		{"losses", value, losses},
		{"discrepancy", value, one(a.Discrepancy, f.Discrepancy)},
		{"score", value, one(score[0].Node, f.Score)},
		{"score_temperature_1", value, one(models.AssociationScore(a.Discrepancy, score[1].Node, 1),
			f.ScoreSoft)},
		{"gradients", gradient, p.perParam(p.gradients, f.Gradients)},
	})
	if err != nil {
		return err
	}
	if err := v.cosine(f.Output, f.TeacherOutput, f.CosineGradient); err != nil {
		return err
	}
	return v.train(p, f.Training)
}

// layers pairs the association of each layer with the file's. A layer that the file lacks has an empty array,
// whose shape check refuses.
func layers(nodes []*graph.Node, want []array) []target {
	var ts []target
	for i, n := range nodes {
		t := target{name: fmt.Sprintf("layer %d", i), node: n}
		if i < len(want) {
			t.want = want[i]
		}
		ts = append(ts, t)
	}
	return ts
}

// norms compares how much of each phase of the minimax step reaches each parameter. A side of a divergence
// that is not detached shows here and nowhere in the values (models/README.md, section 11).
func (f *transformerFile) norms(v *verifier) error {
	p, err := f.setup(spec.ModelAnomalyTransformer, f.Params).build()
	if err != nil {
		return err
	}
	var quantities []quantity
	a := p.out.Associations
	for _, phase := range []struct {
		name string
		loss *graph.Node
		want map[string]array
	}{{"series_loss", a.SeriesLoss, f.GradientNorms.Series},
		{"prior_loss", a.PriorLoss, f.GradientNorms.Prior}} {
		grads, err := autodiff.Gradients(phase.loss, p.params...)
		if err != nil {
			return err
		}
		for i, d := range grads {
			grads[i] = graph.Unary(op.Sqrt, graph.SumAll(graph.Unary(op.Square, d)))
		}
		quantities = append(quantities, quantity{"gradient_norms." + phase.name, gradient,
			p.perParam(grads, phase.want)})
	}
	return v.check(p.graph, p.feeds, quantities)
}

// plain compares the transformer without prior association, which the same weights serve. Its loss has the
// squared error once (models/README.md, section 4).
func (f *transformerFile) plain(v *verifier) error {
	p, err := f.setup(spec.ModelTransformer, f.Params).build()
	if err != nil {
		return err
	}
	return v.check(p.graph, p.feeds, []quantity{
		{"plain_transformer.output", value, one(p.out.Series, f.Output)},
		{"plain_transformer.total", value, one(p.total, f.Plain.Total)},
		{"plain_transformer.score", value, one(p.out.Scores[0].Node, f.Plain.Score)},
		{"plain_transformer.gradients", gradient, p.perParam(p.gradients, f.Plain.Gradients)},
	})
}
