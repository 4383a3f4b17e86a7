package golden

import (
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// omniFile is omni_anomaly.json. The formulas are in models/README.md, section 6.
type omniFile struct {
	common
	Config struct {
		commonConfig
		Hidden   int     `json:"hidden"`
		Dense    int     `json:"dense"`
		Latent   int     `json:"z_dim"`
		Flows    int     `json:"flows"`
		StdFloor float64 `json:"std_floor"`
	} `json:"config"`
	Noise     array `json:"noise"`
	OutputStd array `json:"output_std"`
	Posterior struct {
		Z0     array `json:"z0"`
		Z      array `json:"z"`
		LogQ0  array `json:"log_q0"`
		LogDet array `json:"log_det"`
	} `json:"posterior"`
	Prior      array `json:"prior_log_prob"`
	Likelihood array `json:"log_likelihood"`
	Losses     struct {
		Own   array `json:"negative_elbo"`
		Parts struct {
			X array `json:"log_p_x"`
			Z array `json:"log_p_z"`
			Q array `json:"log_q"`
		} `json:"parts"`
		Total  array            `json:"total"`
		Cosine map[string]array `json:"cosine_loss"`
	} `json:"losses"`
	LastPoint array            `json:"score_last_point"`
	Own       map[string]array `json:"gradients_negative_elbo"`
}

// verifyOmniAnomaly feeds the file's noise, so that draws are the same.
func verifyOmniAnomaly(v *verifier, file []byte) error {
	var f omniFile
	if err := decode(file, &f); err != nil {
		return err
	}
	c := f.Config
	s := f.setup(spec.ModelOmniAnomaly, c.commonConfig, models.Config{DModel: c.Hidden, DFF: c.Dense,
		Latent: c.Latent, Flows: c.Flows, Samples: 1, Constants: constants(spec.Constants{StdFloor: &c.StdFloor})})
	s.noise = map[string]array{"noise": f.Noise}
	p, err := s.build()
	if err != nil {
		return err
	}
	own, err := p.own(p.out.Loss, f.Own)
	if err != nil {
		return err
	}
	score := p.out.Scores[0].Node
	// The published program scores the last step of a window only (models/README.md, section 6.3).
	last := graph.Reshape(graph.SliceAxis(score, 1, c.Window-1, c.Window), c.Batch)
	err = v.check(p.graph, p.feeds, []quantity{
		{"output", value, one(p.out.Series, f.Output)},
		{"posterior", value, []target{p.inner("z0", f.Posterior.Z0), p.inner("z", f.Posterior.Z),
			p.inner("log_q0", f.Posterior.LogQ0), p.inner("log_det", f.Posterior.LogDet)}},
		{"prior_log_prob", value, []target{p.inner("prior_log_prob", f.Prior)}},
		{"output_std", value, []target{p.inner("output_std", f.OutputStd)}},
		{"log_likelihood", value, []target{p.inner("log_likelihood", f.Likelihood)}},
		{"losses", value, append(p.terms(f.Losses.Cosine), target{"negative_elbo", p.out.Loss, f.Losses.Own},
			target{"total", p.total, f.Losses.Total}, p.part(spec.PartLikelihood, f.Losses.Parts.X),
			p.part(spec.PartPrior, f.Losses.Parts.Z),
			p.part(spec.PartPosterior, f.Losses.Parts.Q))},
		{"score", value, one(score, f.Score)},
		{"score_last_point", value, one(last, f.LastPoint)},
		{"gradients", gradient, p.perParam(p.gradients, f.Gradients)},
		{"gradients_negative_elbo", gradient, own},
	})
	if err != nil {
		return err
	}
	return f.rest(v, p)
}
