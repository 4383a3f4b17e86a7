package metrics

// PointAdjusted counts points after every true segment with at least one flag has become all flags
// (Xu et al., WWW 2018).
func (a *Alarms) PointAdjusted() Confusion {
	return a.adjusted(func(c caught, length int) int {
		if c.flags > 0 {
			return length
		}
		return 0
	})
}

// adjusted counts points after adjust has said how many points of each true segment are flagged.
func (a *Alarms) adjusted(adjust func(c caught, length int) int) Confusion {
	tp := 0
	for i, t := range a.Evaluation.Segments {
		tp += adjust(a.caught[i], t.Len())
	}
	return a.confusion(tp)
}
