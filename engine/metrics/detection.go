package metrics

// Detection is how soon true segments are found, with what it costs (metrics/README.md, section 4). None of
// its four numbers means anything alone: flagging everything has no delay, misses nothing, and raises no
// false alarm run.
type Detection struct {
	Delays    []Value `json:"delays"` // by true segment, in points from its start; undefined where missed
	Detected  int     `json:"detected"`
	Missed    int     `json:"missed"`
	MeanDelay Value   `json:"mean_delay"` // over the detected ones; undefined if there are none

	FalseRuns   int `json:"false_alarm_runs"`   // predicted segments that touch no true one
	FalsePoints int `json:"false_alarm_points"` // flagged normal points
	// both for 10,000 normal points; undefined without them
	RunsPer10000   Value `json:"runs_per_10000"`
	PointsPer10000 Value `json:"points_per_10000"`
}

// Detection counts delays and false alarms. O(m) after the alarms are known.
func (a *Alarms) Detection() Detection {
	d := Detection{Delays: make([]Value, len(a.caught)), Detected: a.Hits, Missed: len(a.caught) - a.Hits,
		MeanDelay: Undefined, FalseRuns: a.FalseRuns, FalsePoints: a.falsePositives(),
		RunsPer10000: Undefined, PointsPer10000: Undefined}
	sum := 0
	for i, c := range a.caught {
		d.Delays[i] = Undefined
		if c.flags > 0 {
			d.Delays[i] = Value(c.delay)
			sum += c.delay
		}
	}
	if a.Hits > 0 {
		d.MeanDelay = Value(float64(sum) / float64(a.Hits))
	}
	if n := a.Evaluation.Negatives(); n > 0 {
		d.RunsPer10000 = Value(1e4 * float64(d.FalseRuns) / float64(n))
		d.PointsPer10000 = Value(1e4 * float64(d.FalsePoints) / float64(n))
	}
	return d
}
