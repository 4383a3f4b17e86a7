package spec

import "cosinelab/engine/metrics"

// Parameters are those of the metrics. The points of a window that follows from the data are still to be
// found.
func (d Detect) Parameters() metrics.Parameters {
	p := metrics.Defaults
	if w, err := metrics.ParseWindow(d.Window); err == nil {
		p.Window = w
	}
	return p
}

func (d Detect) validate(c *check) {
	wantOne(c, "detect.score", d.Score, ScoreCount)
	d.Threshold.validate(c)
	c.that(d.Smoothing >= 0 && d.Smoothing <= maxSpan, "detect.smoothing", d.Smoothing, "want-span", maxSpan)
	c.that(d.Smoothing == 0 || !Policies[d.Threshold.Policy].Smooths, "detect.smoothing", d.Smoothing,
		"want-no-smoothing", d.Threshold.Policy.String())
	c.that(d.Merge >= 0 && d.Merge <= maxSpan, "detect.merge", d.Merge, "want-span", maxSpan)
	c.that(d.Least >= 0 && d.Least <= maxSpan, "detect.least", d.Least, "want-span", maxSpan)
	if _, err := metrics.ParseWindow(d.Window); d.Window != "" && err != nil {
		c.that(false, "detect.window", d.Window, "metrics-want-window", metrics.MaxWindow,
			metrics.WindowNames())
	}
}
