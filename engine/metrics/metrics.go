// Package metrics measures anomaly scores against labels.
package metrics

import "context"

// The parameters of the metrics in All that have one. Reports show them beside the number.
const (
	DefaultDelay   = 7   // points until a segment must be flagged
	DefaultPercent = 20  // per cent of a segment that must be flagged
	DefaultWindow  = 100 // points in the (widest) buffer window; it has no natural value
)

// Group says whether a metric may be read alone.
type Group string

const (
	// Honest metrics take the flags or the ranking as they are.
	Honest Group = "honest"
	// Flattering metrics help the detector with the test labels: point adjustment changes flags with them, an oracle
	// threshold is chosen on them. They are never shown without their chance level and an honest metric.
	Flattering Group = "flattering"
)

// Metric is one number that an Evaluation or its Alarms have. Exactly one of OfScores and OfAlarms is set.
type Metric struct {
	Name       string // stable key in reports
	Title      string
	Definition string // one sentence
	Group      Group
	Oracle     bool // its threshold is chosen with the test labels

	OfScores func(*Evaluation) Value // for a metric of the ranking, which needs no threshold
	OfAlarms func(*Alarms) Value     // for a metric of the flags at a threshold

	// Chance is the level of a score without information that flags a point with probability rate, in closed form;
	// nil where there is none. Use ChanceLevels, which draws scores for those.
	Chance func(e *Evaluation, rate float64) Value
}

// NeedsThreshold reports whether the metric is one of alarms.
func (m Metric) NeedsThreshold() bool { return m.OfAlarms != nil }

// Of is the metric's value; it is undefined where a metric of alarms gets none (a = nil).
func (m Metric) Of(e *Evaluation, a *Alarms) Value {
	switch {
	case !m.NeedsThreshold():
		return m.OfScores(e)
	case a == nil:
		return Undefined
	}
	return m.OfAlarms(a)
}

// Measure computes rows of All, in their order. After each row it calls progress, which may be nil, and it stops with the
// context's error once that is done. a may be nil: metrics of alarms are then undefined.
func Measure(ctx context.Context, rows []Metric, e *Evaluation, a *Alarms, progress func(done, of int)) ([]Value, error) {
	values := make([]Value, len(rows))
	for i, m := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values[i] = m.Of(e, a)
		if progress != nil {
			progress(i+1, len(rows))
		}
	}
	return values, nil
}

// All lists every metric, honest ones first; its order is that of the page.
var All = []Metric{
	{
		Name: "precision", Title: "Precision", Group: Honest,
		Definition: "Share of the flagged points that are anomalous.",
		OfAlarms:   func(a *Alarms) Value { return a.Point().Precision },
		Chance:     func(e *Evaluation, rate float64) Value { return ChancePoint(e.Segments, e.N(), rate).Precision },
	},
	{
		Name: "recall", Title: "Recall", Group: Honest,
		Definition: "Share of the anomalous points that are flagged.",
		OfAlarms:   func(a *Alarms) Value { return a.Point().Recall },
		Chance:     func(e *Evaluation, rate float64) Value { return ChancePoint(e.Segments, e.N(), rate).Recall },
	},
	{
		Name: "f1", Title: "F1", Group: Honest,
		Definition: "Harmonic mean of point-wise precision and recall.",
		OfAlarms:   func(a *Alarms) Value { return a.Point().F1 },
		Chance:     func(e *Evaluation, rate float64) Value { return ChancePoint(e.Segments, e.N(), rate).F1 },
	},
	{
		Name: "auroc", Title: "AUROC", Group: Honest,
		Definition: "Share of the pairs of an anomalous and a normal point that the score ranks rightly.",
		OfScores:   (*Evaluation).AUROC,
		Chance:     chanceAUROC,
	},
	{
		Name: "average_precision", Title: "Average precision", Group: Honest,
		Definition: "Precision averaged over the recall reached as the threshold falls.",
		OfScores:   (*Evaluation).AveragePrecision,
		Chance:     func(e *Evaluation, _ float64) Value { return ChancePoint(e.Segments, e.N(), 1).Precision },
	},
	{
		Name: "vus_roc", Title: "VUS-ROC", Group: Honest,
		Definition: "Area under the ROC curve with buffers of soft labels around true segments, averaged over buffer windows of 0 to 100 points.",
		OfScores:   func(e *Evaluation) Value { return e.defaultVUS().ROC },
	},
	{
		Name: "vus_pr", Title: "VUS-PR", Group: Honest,
		Definition: "Area under the precision-recall curve with buffers of soft labels around true segments, averaged over buffer windows of 0 to 100 points.",
		OfScores:   func(e *Evaluation) Value { return e.defaultVUS().PR },
	},
	{
		Name: "r_auc_roc", Title: "R-AUC-ROC", Group: Honest,
		Definition: "Area under the ROC curve with a buffer window of 100 points around true segments.",
		OfScores:   func(e *Evaluation) Value { return e.defaultRangeAUC().ROC },
	},
	{
		Name: "r_auc_pr", Title: "R-AUC-PR", Group: Honest,
		Definition: "Area under the precision-recall curve with a buffer window of 100 points around true segments.",
		OfScores:   func(e *Evaluation) Value { return e.defaultRangeAUC().PR },
	},
	{
		Name: "affiliation_precision", Title: "Affiliation precision", Group: Honest,
		Definition: "How near flags are to the true segment of their zone, averaged over zones; flags anywhere get at least about one half.",
		OfAlarms:   func(a *Alarms) Value { return a.Affiliation().Precision },
	},
	{
		Name: "affiliation_recall", Title: "Affiliation recall", Group: Honest,
		Definition: "How near true segments are to flags, averaged over segments; dense flags anywhere get nearly 1.",
		OfAlarms:   func(a *Alarms) Value { return a.Affiliation().Recall },
	},
	{
		Name: "affiliation_f1", Title: "Affiliation F1", Group: Honest,
		Definition: "Harmonic mean of affiliation precision and recall; flags anywhere get about 0.67.",
		OfAlarms:   func(a *Alarms) Value { return a.Affiliation().F1 },
	},
	{
		Name: "range_precision", Title: "Range-based precision", Group: Honest,
		Definition: "Share of each predicted segment that is anomalous, divided by the number of true segments it overlaps, averaged over predicted segments.",
		OfAlarms:   func(a *Alarms) Value { return a.RangeBased(RangeOptions{}).Precision },
	},
	{
		Name: "range_recall", Title: "Range-based recall", Group: Honest,
		Definition: "Share of each true segment that is flagged, divided by the number of predicted segments that overlap it, averaged over true segments.",
		OfAlarms:   func(a *Alarms) Value { return a.RangeBased(RangeOptions{}).Recall },
	},
	{
		Name: "range_f1", Title: "Range-based F1", Group: Honest,
		Definition: "Harmonic mean of range-based precision and recall.",
		OfAlarms:   func(a *Alarms) Value { return a.RangeBased(RangeOptions{}).F1 },
	},
	{
		Name: "segment_precision", Title: "Segment-wise precision", Group: Honest,
		Definition: "Share of the predicted segments that hit, counting each true segment hit once.",
		OfAlarms:   func(a *Alarms) Value { return a.SegmentWise().Precision },
	},
	{
		Name: "segment_recall", Title: "Segment-wise recall", Group: Honest,
		Definition: "Share of the true segments with at least one flag.",
		OfAlarms:   func(a *Alarms) Value { return a.SegmentWise().Recall },
		Chance:     func(e *Evaluation, rate float64) Value { return ChanceComposite(e.Segments, e.N(), rate).Recall },
	},
	{
		Name: "segment_f1", Title: "Segment-wise F1", Group: Honest,
		Definition: "Harmonic mean of segment-wise precision and recall.",
		OfAlarms:   func(a *Alarms) Value { return a.SegmentWise().F1 },
	},
	{
		Name: "event_f1", Title: "Event-wise F1", Group: Honest,
		Definition: "Harmonic mean of the share of true segments hit and of a precision over segments that falls with the share of normal points flagged.",
		OfAlarms:   func(a *Alarms) Value { return a.EventWise().F1 },
	},
	{
		Name: "composite_f1", Title: "Composite F1", Group: Honest,
		Definition: "Harmonic mean of point-wise precision and the share of true segments hit.",
		OfAlarms:   func(a *Alarms) Value { return a.Composite().F1 },
		Chance:     func(e *Evaluation, rate float64) Value { return ChanceComposite(e.Segments, e.N(), rate).F1 },
	},
	{
		Name: "best_f1", Title: "Best F1", Group: Flattering, Oracle: true,
		Definition: "Largest point-wise F1 over all thresholds, chosen with the test labels.",
		OfScores:   func(e *Evaluation) Value { return e.BestF1().F1 },
	},
	{
		Name: "pa_precision", Title: "Point-adjusted precision", Group: Flattering,
		Definition: "Precision after one flag anywhere in a true segment has counted as flags on all of it.",
		OfAlarms:   func(a *Alarms) Value { return a.PointAdjusted().Precision },
		Chance:     func(e *Evaluation, rate float64) Value { return ChancePointAdjusted(e.Segments, e.N(), rate).Precision },
	},
	{
		Name: "pa_recall", Title: "Point-adjusted recall", Group: Flattering,
		Definition: "Recall after one flag anywhere in a true segment has counted as flags on all of it.",
		OfAlarms:   func(a *Alarms) Value { return a.PointAdjusted().Recall },
		Chance:     func(e *Evaluation, rate float64) Value { return ChancePointAdjusted(e.Segments, e.N(), rate).Recall },
	},
	{
		Name: "pa_f1", Title: "Point-adjusted F1", Group: Flattering,
		Definition: "F1 after one flag anywhere in a true segment has counted as flags on all of it.",
		OfAlarms:   func(a *Alarms) Value { return a.PointAdjusted().F1 },
		Chance:     func(e *Evaluation, rate float64) Value { return ChancePointAdjusted(e.Segments, e.N(), rate).F1 },
	},
	{
		Name: "pa_delay_f1", Title: "Delay-adjusted F1", Group: Flattering,
		Definition: "F1 after a flag among the first 8 points of a true segment has counted as flags on all of it, and a later one as none.",
		OfAlarms:   func(a *Alarms) Value { return a.DelayAdjusted(DefaultDelay).F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChanceDelayAdjusted(e.Segments, e.N(), DefaultDelay, rate).F1
		},
	},
	{
		Name: "pak_f1", Title: "PA%20 F1", Group: Flattering,
		Definition: "F1 after flags on more than 20 % of a true segment have counted as flags on all of it.",
		OfAlarms:   func(a *Alarms) Value { return a.PercentAdjusted(DefaultPercent).F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePercentAdjusted(e.Segments, e.N(), DefaultPercent, rate).F1
		},
	},
	{
		Name: "pak_area", Title: "PA%K area", Group: Flattering,
		Definition: "F1 of PA%K averaged over K from 0, full point adjustment, to 100, none.",
		OfAlarms:   (*Alarms).PercentArea,
		Chance:     func(e *Evaluation, rate float64) Value { return ChancePercentArea(e.Segments, e.N(), rate) },
	},
	{
		Name: "pa_best_f1", Title: "Best point-adjusted F1", Group: Flattering, Oracle: true,
		Definition: "Largest point-adjusted F1 over all thresholds, chosen with the test labels.",
		OfScores:   func(e *Evaluation) Value { return e.BestPointAdjusted().F1 },
	},
	{
		Name: "pak_best_f1", Title: "Best PA%20 F1", Group: Flattering, Oracle: true,
		Definition: "Largest PA%20 F1 over all thresholds, chosen with the test labels.",
		OfScores:   func(e *Evaluation) Value { return e.BestPercentAdjusted(DefaultPercent).F1 },
	},
	{
		Name: "pak_best_area", Title: "Best PA%K area", Group: Flattering, Oracle: true,
		Definition: "Largest F1 of PA%K over all thresholds, chosen with the test labels anew at each K, averaged over K from 0 to 100.",
		OfScores:   (*Evaluation).BestPercentArea,
	},
}
