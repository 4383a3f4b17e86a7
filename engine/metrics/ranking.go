package metrics

// AUROC is the share of pairs (anomalous, normal) that the scores rank rightly, ties counting half.
// Undefined without anomalous or without normal points.
func (e *Evaluation) AUROC() Value {
	if e.Positives == 0 || e.Negatives() == 0 {
		return Undefined
	}
	doubled := 0 // twice the number of pairs ranked rightly, so that ties stay integers
	var above level
	for l := range e.levels() {
		normal := (l.flagged - l.tp) - (above.flagged - above.tp)
		doubled += normal * (above.tp + l.tp)
		above = l
	}
	return Value(float64(doubled) / 2 / float64(e.Positives) / float64(e.Negatives()))
}

// AveragePrecision is the sum of precision times gain in recall over the distinct scores, without
// interpolation. Undefined without anomalous points.
func (e *Evaluation) AveragePrecision() Value {
	if e.Positives == 0 {
		return Undefined
	}
	sum, above := 0.0, 0
	for l := range e.levels() {
		sum += float64(l.tp-above) * float64(l.tp) / float64(l.flagged)
		above = l.tp
	}
	return Value(sum / float64(e.Positives))
}
