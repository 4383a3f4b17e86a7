package metrics

// PointAdjusted counts points after every true segment with at least one flag has become all flags
// (Xu et al., WWW 2018).
func (a *Alarms) PointAdjusted() Confusion { return a.PercentAdjusted(0) }

// DelayAdjusted counts points after every true segment with a flag among its first delay+1 points has become
// all flags, every other true segment none, even if it is flagged later (Ren et al., KDD 2019). A negative
// delay counts as 0.
func (a *Alarms) DelayAdjusted(delay int) Confusion {
	delay = max(delay, 0)
	return a.adjusted(func(c caught, length int) int {
		if c.flags > 0 && c.delay <= delay {
			return length
		}
		return 0
	})
}

// PercentAdjusted counts points after every true segment of which more than percent is flagged has become all
// flags; the others keep theirs (PA%K, Kim et al., AAAI 2022). 0 is PointAdjusted, 100 is Point; a percent
// outside 0 ... 100 counts as the nearer of the two.
func (a *Alarms) PercentAdjusted(percent int) Confusion {
	percent = clipPercent(percent)
	return a.adjusted(func(c caught, length int) int {
		// In integers: a quotient of floating-point numbers goes wrong where the two sides are equal.
		if 100*c.flags > percent*length {
			return length
		}
		return c.flags
	})
}

func clipPercent(percent int) int { return min(max(percent, 0), 100) }

// adjusted counts points after adjust has said how many points of each true segment are flagged.
func (a *Alarms) adjusted(adjust func(c caught, length int) int) Confusion {
	tp := 0
	for i, t := range a.Evaluation.Segments {
		tp += adjust(a.caught[i], t.Len())
	}
	return a.confusion(tp)
}

// PercentArea is the area under F1 of PercentAdjusted over percent = 0 ... 100, at the threshold of the
// alarms (Kim et al., AAAI 2022). O(m + 101) after the alarms are known.
func (a *Alarms) PercentArea() Value {
	var gain [101]int // by the first percent at which a segment is no longer adjusted: what adjusting it adds
	for i, t := range a.Evaluation.Segments {
		c, length := a.caught[i].flags, t.Len()
		gain[(100*c+length-1)/length] += length - c
	}
	tp := a.truePositives()
	for _, g := range gain {
		tp += g
	}
	return percentArea(func(percent int) float64 {
		tp -= gain[percent]
		return float64(a.confusion(tp).F1)
	})
}

// percentArea is the trapezoid under f1, called with 0, 1, ..., 100 in this order.
func percentArea(f1 func(percent int) float64) Value {
	sum := f1(0) / 2
	for percent := 1; percent < 100; percent++ {
		sum += f1(percent)
	}
	return Value((sum + f1(100)/2) / 100)
}
