package metrics

import "math"

// CurvePoint is what one threshold gives: a point of the precision-recall and of the ROC curve.
type CurvePoint struct{ Recall, Precision, FalseRate float64 }

// Curve returns points of both curves, at most n, from the threshold that flags least to the one that flags
// everything. Each is what a threshold gives: where there are more distinct scores, those are left out that lie
// closest to others. It is empty where there are no anomalous or no normal points.
func (e *Evaluation) Curve(n int) (curve []CurvePoint) {
	if e.Positives == 0 || e.Negatives() == 0 || n < 2 {
		return nil
	}
	due := 0.0 // the way along the ROC curve, of 2, at which the next point is due
	for l := range e.levels() {
		recall := float64(l.tp) / float64(e.Positives)
		wrong := float64(l.flagged-l.tp) / float64(e.Negatives())
		if way := recall + wrong; way >= due {
			curve = append(curve, CurvePoint{recall, float64(l.tp) / float64(l.flagged), wrong})
			due = 2 * math.Ceil(way/2*float64(n-1)+1e-9) / float64(n-1)
		}
	}
	return curve
}
