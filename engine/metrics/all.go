package metrics

import "slices"

// All lists every metric, honest ones first; its order is that of the page. A row without Chance has a level
// that is drawn by ChanceLevels. What several rows have in common is computed again for each where it is
// cheap; R-AUC and VUS are kept in the Evaluation.
var All = slices.Concat(honest, warned, flattering)

var honest = []Metric{
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
		Name: "f_beta", Short: "Fβ", Group: Honest,
		Source:   "van Rijsbergen, 1979; metrics/README.md, section 2",
		OfAlarms: func(a *Alarms) Value { return a.Point().FBeta(a.Evaluation.Parameters.Beta) },
		Chance:   chanceFBeta,
		Setting:  Parameters.beta,
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
		Name: "precision_at_k", Short: "P@k", Group: Honest,
		Source:   "metrics/README.md, section 2",
		OfScores: func(e *Evaluation) Value { return e.PrecisionAtK(e.Positives).Value },
		Chance:   func(e *Evaluation, _ float64) Value { return ChancePoint(e.Segments, e.N(), 1).Precision },
	},
	{
		Name: "ucr_accuracy", Short: "UCR", Group: Honest,
		Source:   "Wu & Keogh, TKDE 2021; metrics/README.md, section 2",
		OfScores: func(e *Evaluation) Value { return e.UCR(e.Parameters.UCR).Hit },
		Chance:   func(e *Evaluation, _ float64) Value { return e.UCR(e.Parameters.UCR).Chance },
		Setting:  Parameters.ucr,
	},
	{
		Name: "etapr_precision", Short: "eTaPR P", Group: Honest,
		Source:   "Hwang et al., SAC 2022; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.ETaPR(a.Evaluation.Parameters.ETaPR).Precision },
		Setting:  Parameters.etapr,
	},
	{
		Name: "etapr_recall", Short: "eTaPR R", Group: Honest,
		Source:   "Hwang et al., SAC 2022; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.ETaPR(a.Evaluation.Parameters.ETaPR).Recall },
		Setting:  Parameters.etapr,
	},
	{
		Name: "etapr_f1", Short: "eTaPR F1", Group: Honest,
		Source:   "Hwang et al., SAC 2022; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.ETaPR(a.Evaluation.Parameters.ETaPR).F1 },
		Setting:  Parameters.etapr,
	},
	{
		Name: "composite_f1", Short: "Comp. F1", Group: Honest, Everything: true,
		Source:   "Garg et al., TNNLS 2021; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.Composite().F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChanceComposite(e.Segments, e.N(), rate).F1
		},
	},
	{
		Name: "event_f1", Short: "Event F1", Group: Honest,
		Source:   "Sehili & Zhang, 2023; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.EventWise().F1 },
	},
	{
		Name: "detection_delay", Short: "Delay", Group: Honest, Unit: UnitSteps, Less: true, Everything: true,
		Source:   "metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.Detection().MeanDelay },
	},
	{
		Name: "missed_segments", Short: "Missed", Group: Honest, Unit: UnitSegments, Less: true,
		Everything: true,
		Source:     "metrics/README.md, section 4",
		OfAlarms:   func(a *Alarms) Value { return Value(a.Detection().Missed) },
		Chance:     chanceMissed,
	},
	{
		Name: "false_alarm_runs", Short: "False runs", Group: Honest, Unit: UnitPer10000, Less: true,
		Everything: true,
		Source:     "metrics/README.md, section 4",
		OfAlarms:   func(a *Alarms) Value { return a.Detection().RunsPer10000 },
	},
	{
		Name: "false_alarm_points", Short: "False steps", Group: Honest, Unit: UnitPer10000, Less: true,
		Everything: true,
		Source:     "metrics/README.md, section 4",
		OfAlarms:   func(a *Alarms) Value { return a.Detection().PointsPer10000 },
		Chance:     chanceFalsePoints,
	},
}
