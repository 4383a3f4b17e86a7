package metrics

// Elsewhere is what another program calls a metric of All.
type Elsewhere struct {
	Metric  string // a row of All
	Program string
	Name    string
	// Same reports that the numbers agree for all inputs that the program takes. Others follow the same
	// definition, with thresholds, ties, edges or parameters of their own (metrics/README.md names most).
	Same bool
}

// Names lists the names of other programs, by metric in the order of All.
var Names = []Elsewhere{
	{"precision", "scikit-learn", "precision_score", true},
	{"precision", "Merlion", "PointwisePrecision", true},
	{"precision", "dtaianomaly", "Precision", true},
	{"recall", "scikit-learn", "recall_score", true},
	{"recall", "Merlion", "PointwiseRecall", true},
	{"recall", "dtaianomaly", "Recall", true},
	{"f1", "scikit-learn", "f1_score", true},
	{"f1", "Merlion", "PointwiseF1", true},
	{"f1", "TimeEval", "F1Score", true},
	{"f_beta", "scikit-learn", "fbeta_score", true},
	{"f_beta", "dtaianomaly", "FBeta", true},
	{"auroc", "scikit-learn", "roc_auc_score", true},
	{"auroc", "TSB-AD", "AUC-ROC", true},
	{"auroc", "TimeEval", "ROC_AUC", true},
	{"auroc", "aeon", "roc_auc_score", true},
	{"auroc", "dtaianomaly", "AreaUnderROC", true},
	{"average_precision", "scikit-learn", "average_precision_score", true},
	{"average_precision", "TSB-AD", "AUC-PR", true},
	{"average_precision", "TimeEval", "AVERAGE_PRECISION", true},
	{"average_precision", "TimeEval", "PR_AUC", false},
	{"average_precision", "aeon", "pr_auc_score", false},
	{"average_precision", "dtaianomaly", "AreaUnderPR", false},
	{"precision_at_k", "VUS", "Precision@k", false},
	{"precision_at_k", "TSAD_eval", "PatK_pw", false},
	{"precision_at_k", "TimeEval", "PrecisionAtK", false},
	{"precision_at_k", "aeon", "f_score_at_k_points", false},
	{"ucr_accuracy", "dtaianomaly", "UCRScore", false},
	{"etapr_precision", "eTaPR", "eTaP", true},
	{"etapr_recall", "eTaPR", "eTaR", true},
	{"etapr_f1", "eTaPR", "f1", true},
	{"composite_f1", "mvts-ano-eval", "Fc1", false},
	{"composite_f1", "TSAD_eval", "Composite_f", true},
	{"event_f1", "MVTSEvalPaper", "event-wise F1", true},
	{"event_f1", "dtaianomaly", "EventWiseFBeta", false},
	{"detection_delay", "Merlion", "MeanTimeToDetect", false},
	{"pate", "PATE", "PATE", true},
	{"vus_roc", "VUS", "VUS_ROC", true},
	{"vus_roc", "TSB-AD", "VUS-ROC", true},
	{"vus_roc", "TimeEval", "RangeRocVUS", false},
	{"vus_roc", "aeon", "range_roc_vus_score", false},
	{"vus_roc", "dtaianomaly", "VolumeUnderROC", false},
	{"vus_pr", "VUS", "VUS_PR", true},
	{"vus_pr", "TSB-AD", "VUS-PR", true},
	{"vus_pr", "TimeEval", "RangePrVUS", false},
	{"vus_pr", "aeon", "range_pr_vus_score", false},
	{"vus_pr", "dtaianomaly", "VolumeUnderPR", false},
	{"r_auc_roc", "VUS", "R_AUC_ROC", true},
	{"r_auc_roc", "TimeEval", "RangeRocAUC", false},
	{"r_auc_roc", "aeon", "range_roc_auc_score", false},
	{"r_auc_roc", "dtaianomaly", "RangeAreaUnderROC", false},
	{"r_auc_pr", "VUS", "R_AUC_PR", true},
	{"r_auc_pr", "TimeEval", "RangePrAUC", false},
	{"r_auc_pr", "aeon", "range_pr_auc_score", false},
	{"r_auc_pr", "dtaianomaly", "RangeAreaUnderPR", false},
	{"range_pr_area", "TimeEval", "RangePrecisionRangeRecallAUC", false},
	{"range_pr_area", "aeon", "rp_rr_auc_score", false},
	{"affiliation_precision", "affiliation-metrics-py", "precision", true},
	{"affiliation_precision", "VUS", "Affiliation_Precision", true},
	{"affiliation_recall", "affiliation-metrics-py", "recall", true},
	{"affiliation_recall", "VUS", "Affiliation_Recall", true},
	{"range_precision", "PRTS", "ts_precision", true},
	{"range_precision", "TSAD-Evaluator", "precision", true},
	{"range_precision", "TimeEval", "RANGE_PRECISION", false},
	{"range_precision", "aeon", "range_precision", false},
	{"range_precision", "VUS", "Rprecision", false},
	{"range_recall", "PRTS", "ts_recall", true},
	{"range_recall", "TSAD-Evaluator", "recall", true},
	{"range_recall", "TimeEval", "RANGE_RECALL", false},
	{"range_recall", "aeon", "range_recall", false},
	{"range_recall", "VUS", "Rrecall", false},
	{"range_f1", "PRTS", "ts_fscore", true},
	{"range_f1", "TSAD-Evaluator", "F-score", true},
	{"range_f1", "TimeEval", "RANGE_F1", false},
	{"range_f1", "aeon", "range_f_score", false},
	{"range_f1", "VUS", "RF", false},
	{"segment_f1", "TSAD_eval", "Segmentwise_metrics", true},
	{"best_f1", "TSB-AD", "Standard-F1", false},
	{"best_composite_f1", "TSB-AD", "Event-based-F1", false},
	{"best_range_f1", "TSB-AD", "R-based-F1", false},
	{"best_affiliation_f1", "TSB-AD", "Affiliation-F", false},
	{"pa_precision", "Merlion", "PointAdjustedPrecision", true},
	{"pa_precision", "dtaianomaly", "PointAdjustedPrecision", true},
	{"pa_recall", "Merlion", "PointAdjustedRecall", true},
	{"pa_recall", "dtaianomaly", "PointAdjustedRecall", true},
	{"pa_f1", "Merlion", "PointAdjustedF1", true},
	{"pa_f1", "dtaianomaly", "PointAdjustedFBeta", true},
	{"pa_f1", "TSAD_eval", "PointAdjust", true},
	{"pa_delay_f1", "TSAD_eval", "DelayThresholdedPointAdjust", true},
	{"pak_f1", "TSAD_eval", "PointAdjustKPercent", false},
	{"pak_area", "tadpak", "PA%K AUC", false},
	{"pa_best_f1", "TSB-AD", "PA-F1", false},
}

// Elsewhere are the rows of Names of the metric, as one text: where a program has details of its own, ≈
// stands before its name.
func (m Metric) Elsewhere() (texts []string) {
	for _, n := range Names {
		switch {
		case n.Metric != m.Name:
		case n.Same:
			texts = append(texts, n.Program+" "+n.Name)
		default:
			texts = append(texts, "≈ "+n.Program+" "+n.Name)
		}
	}
	return texts
}
