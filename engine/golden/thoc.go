package golden

import (
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// thocFile is thoc.json. The formulas are in models/README.md, section 7.
type thocFile struct {
	common
	Config struct {
		commonConfig
		Hidden          int     `json:"hidden"`
		Cell            string  `json:"cell"`
		Skips           []int   `json:"skips"`
		Centres         []int   `json:"centres"`
		Tau             float64 `json:"tau"`
		Orthogonality   float64 `json:"orthogonality_weight"`
		SelfSupervision float64 `json:"self_supervision_weight"`
		First           int     `json:"distill_first_step"`
	} `json:"config"`
	Features   []array `json:"features"`
	Assignment []array `json:"assignment"`
	Relevance  []array `json:"relevance"`
	Final      array   `json:"final_features"`
	Distance   array   `json:"distance"`
	Losses     struct {
		OneClass        array            `json:"one_class"`
		Orthogonality   array            `json:"orthogonality"`
		SelfSupervision array            `json:"self_supervision"`
		Own             array            `json:"own"`
		Total           array            `json:"total"`
		Cosine          map[string]array `json:"cosine_loss"`
	} `json:"losses"`
	Own map[string]array `json:"gradients_own"`
}

// verifyTHOC knows one kind of cell, whatever its layers look back to.
func verifyTHOC(v *verifier, file []byte) error {
	var f thocFile
	if err := decode(file, &f); err != nil {
		return err
	}
	c := f.Config
	if c.Cell != "gru" {
		return differs("cell", c.Cell, "gru")
	}
	p, err := f.setup(spec.ModelTHOC, c.commonConfig, models.Config{DModel: c.Hidden, Layers: len(c.Skips),
		Centres: c.Centres, Skips: c.Skips,
		Constants: constants(spec.Constants{Tau: &c.Tau, OrthogonalityWeight: &c.Orthogonality,
			SelfSupervisionWeight: &c.SelfSupervision})}).build()
	if err != nil {
		return err
	}
	if p.out.First != c.First {
		return differs("distill_first_step", c.First, p.out.First)
	}
	own, err := p.own(p.out.Loss, f.Own)
	if err != nil {
		return err
	}
	err = v.check(p.graph, p.feeds, []quantity{
		{"output", value, one(p.out.Series, f.Output)},
		{"features", value, p.perLayer("features", f.Features)},
		{"assignment", value, p.perLayer("assignment", f.Assignment)},
		{"relevance", value, p.perLayer("relevance", f.Relevance)},
		{"final_features", value, []target{p.inner("final_features", f.Final)}},
		{"distance", value, []target{p.inner("distance", f.Distance)}},
		{"losses", value, append(p.terms(f.Losses.Cosine), p.part(spec.PartOneClass, f.Losses.OneClass),
			p.part(spec.PartOrthogonality, f.Losses.Orthogonality),
			p.part(spec.PartSelfSupervision, f.Losses.SelfSupervision),
			target{"own", p.out.Loss, f.Losses.Own}, target{"total", p.total, f.Losses.Total})},
		{"score", value, one(p.out.Scores[0].Node, f.Score)},
		{"gradients", gradient, p.perParam(p.gradients, f.Gradients)},
		{"gradients_own", gradient, own},
	})
	if err != nil {
		return err
	}
	return f.rest(v, p)
}
