// Package metrics measures anomaly scores against labels.
package metrics

import (
	"context"
	"slices"
	"strings"
)

// The parameters of the metrics in All that have one. Reports show them beside the number.
const (
	DefaultDelay   = 7   // points until a segment must be flagged
	DefaultPercent = 20  // per cent of a segment that must be flagged
	DefaultWindow  = 100 // points in the (widest) buffer window; it has no natural value
)

// Group says whether a metric may be read alone (metrics/README.md, section 8).
type Group string

const (
	// Honest metrics take the flags or the ranking as they are.
	Honest Group = "honest"
	// Flattering metrics help the detector with the test labels: point adjustment changes flags with them, an
	// oracle threshold is chosen on them. They are never shown without their chance level and an honest
	// metric.
	Flattering Group = "flattering"
)

// Metric is one number that an Evaluation or its Alarms have. Exactly one of OfScores and OfAlarms is set.
type Metric struct {
	Name   string // stable key in reports
	Short  string // a title where there is little room, the same in every language
	Group  Group
	Oracle bool   // its threshold is chosen with the test labels
	Less   bool   // the smaller the better
	Source string // where its definition comes from

	OfScores func(*Evaluation) Value // for a metric of the ranking, which needs no threshold
	OfAlarms func(*Alarms) Value     // for a metric of the flags at a threshold

	// Chance is the level of a score without information that flags a point with probability rate, in closed
	// form; nil where there is none. Use ChanceLevels, which draws scores for those.
	Chance func(e *Evaluation, rate float64) Value
}

// WordKey is the key of the title in the languages' files.
func (m Metric) WordKey() string { return "metric-" + strings.ReplaceAll(m.Name, "_", "-") }

// DefinitionKey is the key of a sentence that says what the metric is.
func (m Metric) DefinitionKey() string { return m.WordKey() + "-definition" }

// Over is how much better value is than other; below 0 it is worse.
func (m Metric) Over(value, other Value) Value {
	if m.Less {
		return other - value
	}
	return value - other
}

// Find returns the metric of this name in All; false if there is none.
func Find(name string) (Metric, bool) {
	i := slices.IndexFunc(All, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{}, false
	}
	return All[i], true
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

// Measure computes rows of All, in their order. After each row it calls progress, which may be nil, and it
// stops with the context's error once that is done. a may be nil: metrics of alarms are then undefined.
func Measure(ctx context.Context, rows []Metric, e *Evaluation, a *Alarms,
	progress func(done, of int)) ([]Value, error) {
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

// All lists every metric, honest ones first; its order is that of the page. A row without Chance has a level
// that is drawn by ChanceLevels. What several rows have in common is computed again for each where it is
// cheap; R-AUC and VUS are kept in the Evaluation.
var All = []Metric{
	{
		Name: "precision", Short: "P", Group: Honest,
		Source:   "metrics/README.md, section 2",
		OfAlarms: func(a *Alarms) Value { return a.Point().Precision },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePoint(e.Segments, e.N(), rate).Precision
		},
	},
	{
		Name: "recall", Short: "R", Group: Honest,
		Source:   "metrics/README.md, section 2",
		OfAlarms: func(a *Alarms) Value { return a.Point().Recall },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePoint(e.Segments, e.N(), rate).Recall
		},
	},
	{
		Name: "f1", Short: "F1", Group: Honest,
		Source:   "metrics/README.md, section 2",
		OfAlarms: func(a *Alarms) Value { return a.Point().F1 },
		Chance:   func(e *Evaluation, rate float64) Value { return ChancePoint(e.Segments, e.N(), rate).F1 },
	},
	{
		Name: "auroc", Short: "AUROC", Group: Honest,
		Source:   "metrics/README.md, section 2",
		OfScores: (*Evaluation).AUROC,
		Chance:   chanceAUROC,
	},
	{
		Name: "average_precision", Short: "AP", Group: Honest,
		Source:   "metrics/README.md, section 2",
		OfScores: (*Evaluation).AveragePrecision,
		Chance:   func(e *Evaluation, _ float64) Value { return ChancePoint(e.Segments, e.N(), 1).Precision },
	},
	{
		Name: "vus_roc", Short: "VUS-ROC", Group: Honest,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.defaultVUS().ROC },
	},
	{
		Name: "vus_pr", Short: "VUS-PR", Group: Honest,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.defaultVUS().PR },
	},
	{
		Name: "r_auc_roc", Short: "R-AUC-ROC", Group: Honest,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.defaultRangeAUC().ROC },
	},
	{
		Name: "r_auc_pr", Short: "R-AUC-PR", Group: Honest,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.defaultRangeAUC().PR },
	},
	{
		Name: "affiliation_precision", Short: "Affil. P", Group: Honest,
		Source:   "Huet et al., KDD 2022; metrics/README.md, section 6",
		OfAlarms: func(a *Alarms) Value { return a.Affiliation().Precision },
	},
	{
		Name: "affiliation_recall", Short: "Affil. R", Group: Honest,
		Source:   "Huet et al., KDD 2022; metrics/README.md, section 6",
		OfAlarms: func(a *Alarms) Value { return a.Affiliation().Recall },
	},
	{
		Name: "affiliation_f1", Short: "Affil. F1", Group: Honest,
		Source:   "Huet et al., KDD 2022; metrics/README.md, section 6",
		OfAlarms: func(a *Alarms) Value { return a.Affiliation().F1 },
	},
	{
		Name: "range_precision", Short: "Range P", Group: Honest,
		Source:   "Tatbul et al., NeurIPS 2018; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.RangeBased(RangeOptions{}).Precision },
	},
	{
		Name: "range_recall", Short: "Range R", Group: Honest,
		Source:   "Tatbul et al., NeurIPS 2018; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.RangeBased(RangeOptions{}).Recall },
	},
	{
		Name: "range_f1", Short: "Range F1", Group: Honest,
		Source:   "Tatbul et al., NeurIPS 2018; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.RangeBased(RangeOptions{}).F1 },
	},
	{
		Name: "segment_precision", Short: "Segm. P", Group: Honest,
		Source:   "Hundman et al., KDD 2018; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.SegmentWise().Precision },
	},
	{
		Name: "segment_recall", Short: "Segm. R", Group: Honest,
		Source:   "Hundman et al., KDD 2018; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.SegmentWise().Recall },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChanceComposite(e.Segments, e.N(), rate).Recall
		},
	},
	{
		Name: "segment_f1", Short: "Segm. F1", Group: Honest,
		Source:   "Hundman et al., KDD 2018; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.SegmentWise().F1 },
	},
	{
		Name: "event_f1", Short: "Event F1", Group: Honest,
		Source:   "Sehili & Zhang, 2023; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.EventWise().F1 },
	},
	{
		Name: "composite_f1", Short: "Comp. F1", Group: Honest,
		Source:   "Garg et al., TNNLS 2021; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.Composite().F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChanceComposite(e.Segments, e.N(), rate).F1
		},
	},
	{
		Name: "best_f1", Short: "Best F1", Group: Flattering, Oracle: true,
		Source:   "metrics/README.md, section 2",
		OfScores: func(e *Evaluation) Value { return e.BestF1().F1 },
	},
	{
		Name: "pa_precision", Short: "PA P", Group: Flattering,
		Source:   "Xu et al., WWW 2018; metrics/README.md, section 3",
		OfAlarms: func(a *Alarms) Value { return a.PointAdjusted().Precision },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePointAdjusted(e.Segments, e.N(), rate).Precision
		},
	},
	{
		Name: "pa_recall", Short: "PA R", Group: Flattering,
		Source:   "Xu et al., WWW 2018; metrics/README.md, section 3",
		OfAlarms: func(a *Alarms) Value { return a.PointAdjusted().Recall },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePointAdjusted(e.Segments, e.N(), rate).Recall
		},
	},
	{
		Name: "pa_f1", Short: "PA F1", Group: Flattering,
		Source:   "Xu et al., WWW 2018; metrics/README.md, section 3",
		OfAlarms: func(a *Alarms) Value { return a.PointAdjusted().F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePointAdjusted(e.Segments, e.N(), rate).F1
		},
	},
	{
		Name: "pa_delay_f1", Short: "PA delay F1", Group: Flattering,
		Source:   "Ren et al., KDD 2019; metrics/README.md, section 3",
		OfAlarms: func(a *Alarms) Value { return a.DelayAdjusted(DefaultDelay).F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChanceDelayAdjusted(e.Segments, e.N(), DefaultDelay, rate).F1
		},
	},
	{
		Name: "pak_f1", Short: "PA%20 F1", Group: Flattering,
		Source:   "Kim et al., AAAI 2022; metrics/README.md, section 3",
		OfAlarms: func(a *Alarms) Value { return a.PercentAdjusted(DefaultPercent).F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePercentAdjusted(e.Segments, e.N(), DefaultPercent, rate).F1
		},
	},
	{
		Name: "pak_area", Short: "PA%K area", Group: Flattering,
		Source:   "Kim et al., AAAI 2022; metrics/README.md, section 3",
		OfAlarms: (*Alarms).PercentArea,
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePercentArea(e.Segments, e.N(), rate)
		},
	},
	{
		Name: "pa_best_f1", Short: "Best PA F1", Group: Flattering, Oracle: true,
		Source:   "Xu et al., WWW 2018; metrics/README.md, section 3",
		OfScores: func(e *Evaluation) Value { return e.BestPointAdjusted().F1 },
	},
	{
		Name: "pak_best_f1", Short: "Best PA%20 F1", Group: Flattering, Oracle: true,
		Source:   "Kim et al., AAAI 2022; metrics/README.md, section 3",
		OfScores: func(e *Evaluation) Value { return e.BestPercentAdjusted(DefaultPercent).F1 },
	},
	{
		Name: "pak_best_area", Short: "Best PA%K area", Group: Flattering, Oracle: true,
		Source:   "Kim et al., AAAI 2022; metrics/README.md, section 3",
		OfScores: (*Evaluation).BestPercentArea,
	},
}
