package metrics

// SegmentWise counts true segments with and without a flag, and predicted segments that touch no true one
// (Hundman et al., KDD 2018).
func (a *Alarms) SegmentWise() Confusion {
	return newConfusion(a.Hits, a.FalseRuns, len(a.Evaluation.Segments)-a.Hits, 0)
}

// Composite combines point-wise precision with the share of true segments that are hit
// (Garg et al., TNNLS 2021).
func (a *Alarms) Composite() Rates {
	return a.events(float64(a.Point().Precision))
}

// EventWise combines the share of true segments that are hit with a precision over events that falls with the
// share of normal points flagged (Sehili & Zhang 2023).
func (a *Alarms) EventWise() Rates {
	events := ratio(float64(a.Hits), float64(a.Hits+a.FalseRuns))
	falseAlarmRate := ratio(float64(a.falsePositives()), float64(a.Evaluation.Negatives()))
	return a.events(events * (1 - falseAlarmRate))
}

// events completes a precision with the recall of true segments.
func (a *Alarms) events(precision float64) Rates {
	return a.harmonic(precision, ratio(float64(a.Hits), float64(len(a.Evaluation.Segments))))
}

// harmonic is harmonicRates with the flags for an empty side.
func (a *Alarms) harmonic(precision, recall float64) Rates {
	r := harmonicRates(precision, recall)
	r.NoPredictions, r.NoPositives = a.Flagged == 0, a.Evaluation.Positives == 0
	return r
}
