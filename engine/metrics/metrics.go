// Package metrics measures anomaly scores against labels.
package metrics

import "context"

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

// Measure computes rows of All, in their order. Between rows it calls progress, which may be nil, and stops with the
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

// All lists every metric; its order is that of the page.
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
}
