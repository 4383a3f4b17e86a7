package metrics

// Point counts flags point by point. O(m) after the alarms are known.
func (a *Alarms) Point() Confusion { return a.confusion(a.truePositives()) }

// FBeta weighs recall beta times as much as precision; 1 is F1, 0 precision (van Rijsbergen 1979;
// metrics/README.md, section 2).
func (c Confusion) FBeta(beta float64) Value {
	square := beta * beta
	return Value(ratio((1+square)*float64(c.TP), (1+square)*float64(c.TP)+square*float64(c.FN)+float64(c.FP)))
}

// Best is the threshold of the largest F1, chosen with the test labels, with the counts it leads to: an upper
// bound, not a result.
type Best struct {
	Confusion
	// an observed score, to be used with >=; undefined without anomalies
	ThresholdGE Value `json:"threshold_ge"`
	Threshold   Value `json:"threshold"` // the same flags with the strict comparison of At
}

// BestF1 is the largest point-wise F1 over all thresholds; of equal ones, that with the fewest flags.
func (e *Evaluation) BestF1() Best {
	s := search{e: e}
	for l := range e.levels() {
		s.offer(l)
	}
	return s.best()
}

// search keeps the level with the largest F1 = 2TP/(flagged + positives).
type search struct {
	e     *Evaluation
	found level
}

// offer takes levels from the highest down. F1 values are compared as fractions of integers, so that equal
// ones tie.
func (s *search) offer(l level) {
	// Multiplied out. The comparison is strict: of equal ones the first stays, which has the highest
	// threshold.
	if l.tp*(s.found.flagged+s.e.Positives) > s.found.tp*(l.flagged+s.e.Positives) {
		s.found = l
	}
}

// f1 is that of the best level offered so far.
func (s search) f1() float64 {
	return ratio(float64(2*s.found.tp), float64(s.found.flagged+s.e.Positives))
}

// best completes the best level to the counts and thresholds that reports show.
func (s search) best() Best {
	l, e := s.found, s.e
	fp := l.flagged - l.tp
	b := Best{Confusion: newConfusion(l.tp, fp, e.Positives-l.tp, e.Negatives()-fp), ThresholdGE: Undefined,
		Threshold: Undefined}
	if l.flagged > 0 {
		b.ThresholdGE, b.Threshold = Value(l.score), Value(e.strict(l.score))
	}
	return b
}
