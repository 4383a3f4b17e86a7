package golden

import (
	"encoding/json"
	"errors"
	"fmt"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/distill"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/op"
)

// transformerFile is anomaly_transformer.json.
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
	Training struct {
		Optimizer string  `json:"optimiser"`
		Rate      float64 `json:"lr"`
		Steps     int     `json:"steps"`
		Totals    []array `json:"totals"`
	} `json:"training"`
}

// verifyTransformer compares section by section; the constants that are no configuration here must be the file's.
func verifyTransformer(v *verifier, file []byte) error {
	var f transformerFile
	if err := decode(file, &f); err != nil {
		return err
	}
	if c := f.Config; c.K != models.DiscrepancyWeight || c.Temperature != models.Temperature || c.LogEpsilon != models.LogEpsilon {
		return fmt.Errorf("golden: k %v, temperature %v, log_epsilon %v; want %v, %v, %v", c.K, c.Temperature, c.LogEpsilon,
			models.DiscrepancyWeight, models.Temperature, models.LogEpsilon)
	}
	for _, part := range []func(*verifier) error{f.teacher, f.student, f.cosine, f.norms, f.training, f.plain} {
		if err := part(v); err != nil {
			return err
		}
	}
	return nil
}

// pupil is a model that learns from a teacher's output, in a graph of its own.
type pupil struct {
	graph     *graph.Graph
	out       models.Output
	terms     []target    // the cosine loss for each axis
	total     *graph.Node // own loss and weighted cosine loss
	params    []*graph.Node
	gradients []*graph.Node // of total
	feeds     feeds
}

// build makes a pupil of this model with these parameters.
func (f *transformerFile) build(name string, params map[string]array) (pupil, error) {
	m, err := models.Find(name)
	if err != nil {
		return pupil{}, err
	}
	c := models.Config{Window: f.Config.Window, Channels: f.Config.Channels, DModel: f.Config.DModel,
		Heads: f.Config.Heads, Layers: f.Config.Layers, DFF: f.Config.DFF}
	g, out, err := m.Graph(c, f.Config.Batch)
	if err != nil {
		return pupil{}, fmt.Errorf("golden: %w", err)
	}
	p := pupil{graph: g, out: out, params: g.Params(), feeds: feeds{}}
	if err := g.Extend(func() { err = p.distil(f) }); err != nil {
		return pupil{}, fmt.Errorf("golden: %w", err)
	}
	if err != nil {
		return pupil{}, err
	}
	if p.gradients, err = autodiff.Gradients(p.total, p.params...); err != nil {
		return pupil{}, fmt.Errorf("golden: %w", err)
	}
	return p, p.load(params, m.Extra(c))
}

// distil adds the teacher's output and the loss with it.
func (p *pupil) distil(f *transformerFile) error {
	x := p.graph.Input("x", p.out.Series.Shape...)
	teacher := p.graph.Input("teacher", p.out.Series.Shape...)
	p.feeds[x], p.feeds[teacher] = f.Input.floats(), f.TeacherOutput.floats()
	for _, axis := range distill.Axes {
		d, err := distill.Term("cosine", axis, teacher, p.out.Series)
		if err != nil {
			return err
		}
		p.terms = append(p.terms, target{"cosine_loss." + axis, d, f.Losses.Cosine[axis]})
		if axis == f.Config.DistillAxis {
			p.total = graph.Add(p.out.Loss, graph.Scale(d, f.Config.DistillWeight))
		}
	}
	if p.total == nil {
		return fmt.Errorf("golden: distill_axis %q: want one of %v", f.Config.DistillAxis, distill.Axes)
	}
	return nil
}

// load sets the parameters; the file must have each, and no others but extras.
func (p *pupil) load(params map[string]array, extra []models.Extra) error {
	used := 0
	for _, n := range p.params {
		a, ok := params[n.Name]
		if !ok || !a.shape.Equal(n.Shape) {
			return fmt.Errorf("golden: params: %s: shape %v, want %v", n.Name, a.shape, n.Shape)
		}
		p.feeds[n] = a.floats()
		used++
	}
	for _, e := range extra {
		if _, ok := params[e.Name]; ok {
			used++
		}
	}
	if used != len(params) {
		return fmt.Errorf("golden: params: %d tensors, of which the model has %d", len(params), used)
	}
	return nil
}

// perParam pairs a node for each parameter with what the file has under the parameter's name.
func (p *pupil) perParam(nodes []*graph.Node, want map[string]array) []target {
	var ts []target
	for i, n := range nodes {
		ts = append(ts, target{p.params[i].Name, n, want[p.params[i].Name]})
	}
	return ts
}

// teacher compares the output that the file says its own second model gives, which the student then learns from.
func (f *transformerFile) teacher(v *verifier) error {
	p, err := f.build("anomaly_transformer", f.TeacherParams)
	if err != nil {
		return err
	}
	return v.check(p.graph, p.feeds, []quantity{{"teacher_output", value, one(p.out.Series, f.TeacherOutput)}})
}

// student compares all values, and the gradient of the total. The softened score is there because at the true
// temperature most entries underflow, which would hide a mistake.
func (f *transformerFile) student(v *verifier) error {
	p, err := f.build("anomaly_transformer", f.Params)
	if err != nil {
		return err
	}
	a, score := p.out.Associations, p.out.Scores
	losses := append([]target{
		{"reconstruction", p.out.Parts[0].Node, f.Losses.Reconstruction},
		{"series_loss", a.SeriesLoss, f.Losses.SeriesLoss},
		{"prior_loss", a.PriorLoss, f.Losses.PriorLoss},
		{"total", p.total, f.Losses.Total},
	}, p.terms...)
	return v.check(p.graph, p.feeds, []quantity{
		{"output", value, one(p.out.Series, f.Output)},
		{"series", value, layers(a.Series, f.Series)},
		{"prior", value, layers(a.Prior, f.Prior)},
		{"losses", value, losses},
		{"discrepancy", value, one(a.Discrepancy, f.Discrepancy)},
		{"score", value, one(score[0].Node, f.Score)},
		{"score_temperature_1", value, one(models.AssociationScore(a.Discrepancy, score[1].Node, 1), f.ScoreSoft)},
		{"gradients", gradient, p.perParam(p.gradients, f.Gradients)},
	})
}

// layers pairs the association of each layer with the file's.
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

// cosine compares the gradients of the cosine losses alone by the student's output.
func (f *transformerFile) cosine(v *verifier) error {
	var targets []target
	in := feeds{}
	var err error
	g, e := graph.Build(func(g *graph.Graph) {
		student, teacher := g.Input("student", f.Output.shape...), g.Input("teacher", f.TeacherOutput.shape...)
		in[student], in[teacher] = f.Output.floats(), f.TeacherOutput.floats()
		targets, err = f.cosineGradients(teacher, student)
	})
	if err := errors.Join(e, err); err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	return v.check(g, in, []quantity{{"cosine_loss_gradient_output", gradient, targets}})
}

// cosineGradients differentiates by an input, not inside the model: there the loss may be built past the output node.
func (f *transformerFile) cosineGradients(teacher, student *graph.Node) ([]target, error) {
	var ts []target
	for _, axis := range distill.Axes {
		d, err := distill.Term("cosine", axis, teacher, student)
		if err != nil {
			return nil, err
		}
		grads, err := autodiff.Gradients(d, student)
		if err != nil {
			return nil, err
		}
		ts = append(ts, target{axis, grads[0], f.CosineGradient[axis]})
	}
	return ts, nil
}

// norms compares how much of each phase of the minimax step reaches each parameter.
func (f *transformerFile) norms(v *verifier) error {
	p, err := f.build("anomaly_transformer", f.Params)
	if err != nil {
		return err
	}
	var quantities []quantity
	a := p.out.Associations
	for _, phase := range []struct {
		name string
		loss *graph.Node
		want map[string]array
	}{{"series_loss", a.SeriesLoss, f.GradientNorms.Series}, {"prior_loss", a.PriorLoss, f.GradientNorms.Prior}} {
		grads, err := autodiff.Gradients(phase.loss, p.params...)
		if err != nil {
			return err
		}
		for i, d := range grads {
			grads[i] = graph.Unary(op.Sqrt, graph.SumAll(graph.Unary(op.Square, d)))
		}
		quantities = append(quantities, quantity{"gradient_norms." + phase.name, gradient, p.perParam(grads, phase.want)})
	}
	return v.check(p.graph, p.feeds, quantities)
}

// training compares the total loss over some steps of Adam on the same batch.
func (f *transformerFile) training(v *verifier) error {
	p, err := f.build("anomaly_transformer", f.Params)
	if err != nil {
		return err
	}
	s := newStepper(adamConfig{f.Training.Rate, 0.9, 0.999, 1e-8, 0}, p.params, p.gradients)
	for n, x := range s.feeds {
		p.feeds[n] = x
	}
	rounds, err := v.run(job{graph: p.graph, feeds: p.feeds, results: []*graph.Node{p.total}, updates: s.updates,
		rounds: s.rounds(len(f.Training.Totals))})
	if err != nil {
		return fmt.Errorf("golden: training: %w", err)
	}
	q, got := quantity{name: "training.totals", rule: training}, [][]float64{}
	for i, want := range f.Training.Totals {
		q.targets = append(q.targets, target{fmt.Sprintf("after %d steps", i), p.total, want})
		got = append(got, rounds[i][0])
	}
	v.compare(q, got)
	return nil
}

// plain compares the transformer without prior association, which the same weights serve.
func (f *transformerFile) plain(v *verifier) error {
	p, err := f.build("transformer", f.Params)
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
