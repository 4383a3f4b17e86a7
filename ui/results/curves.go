package results

import (
	"math"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Drawn is what every threshold gives a run: from the one that flags least on, recall, precision and the share of
// the normal steps that are flagged.
type Drawn struct {
	Arm                          string
	Recall, Precision, FalseRate []float64
}

// Curves are precision by recall, and recall by false alarms, of the runs that charts show, each with its threshold
// as a mark, beside what chance gives.
func (p *Progress) Curves(w *words.Language, all []Drawn) []Plot {
	pr := Plot{Title: w.Say("curve-pr"), Sub: w.Say("curve-pr-axes"), Linear: true, Epochs: 1,
		Across: w.Say("metric-recall"), Up: w.Say("metric-precision")}
	roc := Plot{Title: w.Say("curve-roc"), Sub: w.Say("curve-roc-axes"), Linear: true, Epochs: 1,
		Across: w.Say("curve-false"), Up: w.Say("metric-recall")}
	if len(all) > 0 {
		random := look.Look{Kind: spec.ArmRandom, Text: w.Say("chance")}
		share := float64(p.Data.Anomalous) / float64(max(1, p.Data.ScoredSteps))
		pr.Curves = append(pr.Curves, Curve{Look: random, X: []float64{0, 1}, Y: []float64{share, share}, Bare: true})
		roc.Curves = append(roc.Curves, Curve{Look: random, X: []float64{0, 1}, Y: []float64{0, 1}, Bare: true})
	}
	for _, d := range all {
		l := look.Named(w, p.Spec, d.Arm)
		pr.Curves = append(pr.Curves, Curve{Look: l, X: d.Recall, Y: d.Precision, Bare: true})
		roc.Curves = append(roc.Curves, Curve{Look: l, X: d.FalseRate, Y: d.Recall, Bare: true})
		runs := p.runsOf(d.Arm)
		if len(runs) == 0 {
			continue
		}
		at := func(name string) float64 { return float64(runs[0].Of(name).Value) }
		recall, precision, wrong := at(curveMetrics[0]), at(curveMetrics[1]), at(curveMetrics[2])/1e4
		if math.IsNaN(recall + precision + wrong) {
			continue
		}
		pr.Curves = append(pr.Curves, Curve{Look: l, X: []float64{recall}, Y: []float64{precision}, Mark: true})
		roc.Curves = append(roc.Curves, Curve{Look: l, X: []float64{wrong}, Y: []float64{recall}, Mark: true})
		said := func(share float64) string { return w.Fixed(100*share, 1) }
		pr.Spoken += w.Say("curve-at", l.Text, said(recall), said(precision), said(wrong)) + " "
	}
	roc.Spoken = pr.Spoken
	return []Plot{pr, roc}
}
