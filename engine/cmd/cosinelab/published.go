package main

import "strings"

// published is a row of the paper's table: percent, with point adjustment, thresholds that saw the test part
// (engine/models/README.md, section 10).
type published struct {
	method                string
	model                 string // the model here that it is about; empty if it is about none alone
	precision, recall, f1 float64
}

// publishedFor returns what was printed for the data that a set belongs to. The paper's SMD is all 28
// machines at once; a machine alone is another number.
func publishedFor(set string) []published {
	switch family, _, _ := strings.Cut(set, "/"); family {
	case "msl":
		return publishedMSL
	case "psm":
		return publishedPSM
	case "smd":
		return publishedSMD
	}
	return nil
}

const (
	inDistillation = "Anomaly Transformer, in the distillation paper"
	withCosine     = "Anomaly Transformer with cosine distillation"
	inItsOwn       = "Anomaly Transformer, in its own paper"
)

var publishedMSL = []published{
	{"LSTM", "lstm", 85.45, 82.50, 83.95},
	{"OmniAnomaly", "omni_anomaly", 89.02, 86.37, 87.67},
	{"THOC", "thoc", 88.45, 90.97, 89.69},
	{"GTA, best threshold on test", "gta", 91.04, 91.17, 91.11},
	{inDistillation, "anomaly_transformer", 91.75, 93.90, 92.81},
	{withCosine, "anomaly_transformer", 92.14, 97.93, 94.94},
	{inItsOwn, "anomaly_transformer", 92.09, 95.15, 93.59},
}

var publishedPSM = []published{
	{"LSTM", "lstm", 76.93, 89.64, 82.80},
	{"OmniAnomaly", "omni_anomaly", 88.39, 74.46, 80.83},
	{"THOC", "thoc", 88.14, 90.99, 89.54},
	{inDistillation, "anomaly_transformer", 97.24, 97.86, 97.55},
	{withCosine, "anomaly_transformer", 97.34, 98.79, 98.06},
	{inItsOwn, "anomaly_transformer", 96.91, 98.90, 97.89},
}

var publishedSMD = []published{
	{"LSTM", "lstm", 78.55, 85.28, 81.78},
	{"OmniAnomaly", "omni_anomaly", 83.68, 86.82, 85.22},
	{"THOC", "thoc", 79.76, 90.95, 84.99},
	{inDistillation, "anomaly_transformer", 88.65, 91.15, 89.88},
	{withCosine, "anomaly_transformer", 89.10, 94.85, 91.89},
	{inItsOwn, "anomaly_transformer", 89.40, 95.45, 92.33},
}
