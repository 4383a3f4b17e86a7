package metrics

var warned = []Metric{
	{
		Name: "pate", Short: "PATE", Group: Warned,
		Slow:   true,
		Source: "Ghorbani et al., KDD 2024; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value {
			return e.PATE(PATEOptions{Early: e.Parameters.Window.Points, Late: e.Parameters.Window.Points})
		},
		Setting: Parameters.pate, Buffers: true,
	},
	{
		Name: "vus_roc", Short: "VUS-ROC", Group: Warned,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.ownVUS().ROC },
		Setting:  Parameters.vus, Buffers: true,
	},
	{
		Name: "vus_pr", Short: "VUS-PR", Group: Warned,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.ownVUS().PR },
		Setting:  Parameters.vus, Buffers: true,
	},
	{
		Name: "r_auc_roc", Short: "R-AUC-ROC", Group: Warned,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.ownRangeAUC().ROC },
		Setting:  Parameters.rangeAUC, Buffers: true,
	},
	{
		Name: "r_auc_pr", Short: "R-AUC-PR", Group: Warned,
		Source:   "Paparrizos et al., PVLDB 15(11), 2022; metrics/README.md, section 7",
		OfScores: func(e *Evaluation) Value { return e.ownRangeAUC().PR },
		Setting:  Parameters.rangeAUC, Buffers: true,
	},
	{
		Name: "range_pr_area", Short: "Range PR area", Group: Warned,
		Slow:     true,
		Source:   "Wenig et al., PVLDB 15, 2022; metrics/README.md, section 5",
		OfScores: func(e *Evaluation) Value { return e.RangePRArea(e.Parameters.Range.Alpha) },
		Setting:  Parameters.rangeSweep,
	},
	{
		Name: "affiliation_precision", Short: "Affil. P", Group: Warned,
		Source:   "Huet et al., KDD 2022; metrics/README.md, section 6",
		OfAlarms: func(a *Alarms) Value { return a.Affiliation().Precision },
	},
	{
		Name: "affiliation_recall", Short: "Affil. R", Group: Warned,
		Source:   "Huet et al., KDD 2022; metrics/README.md, section 6",
		OfAlarms: func(a *Alarms) Value { return a.Affiliation().Recall },
	},
	{
		Name: "affiliation_f1", Short: "Affil. F1", Group: Warned,
		Source:   "Huet et al., KDD 2022; metrics/README.md, section 6",
		OfAlarms: func(a *Alarms) Value { return a.Affiliation().F1 },
	},
	{
		Name: "range_precision", Short: "Range P", Group: Warned,
		Source:   "Tatbul et al., NeurIPS 2018; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.RangeBased(a.Evaluation.Parameters.Range).Precision },
		Setting:  Parameters.rangePrecision,
	},
	{
		Name: "range_recall", Short: "Range R", Group: Warned,
		Source:   "Tatbul et al., NeurIPS 2018; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.RangeBased(a.Evaluation.Parameters.Range).Recall },
		Setting:  Parameters.rangeRecall,
	},
	{
		Name: "range_f1", Short: "Range F1", Group: Warned,
		Source:   "Tatbul et al., NeurIPS 2018; metrics/README.md, section 5",
		OfAlarms: func(a *Alarms) Value { return a.RangeBased(a.Evaluation.Parameters.Range).F1 },
		Setting:  Parameters.rangeF,
	},
	{
		Name: "segment_precision", Short: "Segm. P", Group: Warned,
		Source:   "Hundman et al., KDD 2018; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.SegmentWise().Precision },
	},
	{
		Name: "segment_recall", Short: "Segm. R", Group: Warned,
		Source:   "Hundman et al., KDD 2018; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.SegmentWise().Recall },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChanceComposite(e.Segments, e.N(), rate).Recall
		},
	},
	{
		Name: "segment_f1", Short: "Segm. F1", Group: Warned,
		Source:   "Hundman et al., KDD 2018; metrics/README.md, section 4",
		OfAlarms: func(a *Alarms) Value { return a.SegmentWise().F1 },
	},
}

var flattering = []Metric{
	{
		Name: "best_f1", Short: "Best F1", Group: Flattering, Oracle: true,
		Source:   "metrics/README.md, section 2",
		OfScores: func(e *Evaluation) Value { return e.BestF1().F1 },
	},
	{
		Name: "best_composite_f1", Short: "Best comp. F1", Group: Flattering, Oracle: true, Everything: true,
		Source:   "Garg et al., TNNLS 2021; metrics/README.md, section 4",
		OfScores: func(e *Evaluation) Value { return e.BestComposite().F1 },
	},
	{
		Name: "best_range_f1", Short: "Best range F1", Group: Flattering, Oracle: true, Everything: true,
		Slow:     true,
		Source:   "Tatbul et al., NeurIPS 2018; metrics/README.md, section 5",
		OfScores: func(e *Evaluation) Value { return e.BestRange(e.Parameters.Range.Alpha).F1 },
		Setting:  Parameters.rangeSweep,
	},
	{
		Name: "best_affiliation_f1", Short: "Best affil. F1", Group: Flattering, Oracle: true, Everything: true,
		Slow:     true,
		Source:   "Huet et al., KDD 2022; metrics/README.md, section 6",
		OfScores: func(e *Evaluation) Value { return e.BestAffiliation().F1 },
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
		OfAlarms: func(a *Alarms) Value { return a.DelayAdjusted(a.Evaluation.Parameters.Delay).F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChanceDelayAdjusted(e.Segments, e.N(), e.Parameters.Delay, rate).F1
		},
		Setting: Parameters.delay,
	},
	{
		Name: "pak_f1", Short: "PA%K F1", Group: Flattering,
		Source:   "Kim et al., AAAI 2022; metrics/README.md, section 3",
		OfAlarms: func(a *Alarms) Value { return a.PercentAdjusted(a.Evaluation.Parameters.Percent).F1 },
		Chance: func(e *Evaluation, rate float64) Value {
			return ChancePercentAdjusted(e.Segments, e.N(), e.Parameters.Percent, rate).F1
		},
		Setting: Parameters.percent,
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
		Name: "pak_best_f1", Short: "Best PA%K F1", Group: Flattering, Oracle: true,
		Source:   "Kim et al., AAAI 2022; metrics/README.md, section 3",
		OfScores: func(e *Evaluation) Value { return e.BestPercentAdjusted(e.Parameters.Percent).F1 },
		Setting:  Parameters.percent,
	},
	{
		Name: "pak_best_area", Short: "Best PA%K area", Group: Flattering, Oracle: true,
		Source:   "Kim et al., AAAI 2022; metrics/README.md, section 3",
		OfScores: (*Evaluation).BestPercentArea,
	},
}
