// Package timing is what benchmarks measured, with its forms as text.
package timing

import (
	"encoding/json"
	"math"
	"slices"
)

// Groups of lines.
const (
	GroupStartup    = "startup"
	GroupProduct    = "product"
	GroupStep       = "training step"
	GroupScoring    = "scoring"
	GroupExperiment = "default experiment"
)

// Report is everything that was measured on one machine.
type Report struct {
	Machine string `json:"machine"` // browser or operating system, as it names itself
	Device  string `json:"device"`
	Cores   int    `json:"cores"`
	Lines   []Line `json:"lines"`
}

// Line is one thing that was timed.
type Line struct {
	Group   string  `json:"group"`
	Name    string  `json:"name"`
	About   string  `json:"about,omitempty"`
	Workers int     `json:"workers,omitempty"` // that shared the work; 0 = there is no work to share
	FLOP    float64 `json:"flop,omitempty"`    // of the products in it
	Times           // of one product, one training step, one window, one start
	// Median and 10th percentile of the roofline of one worker, measured in between, in GFLOP/s; 0 = not
	// known.
	Roofline     float64 `json:"roofline_gflops,omitempty"`
	RooflineBest float64 `json:"roofline_best_gflops,omitempty"`
}

// Times are milliseconds over all runs.
type Times struct {
	Median float64 `json:"median_ms"`
	P10    float64 `json:"p10_ms"` // the 10th percentile
	Runs   int     `json:"runs"`
}

// GFLOPS is the speed of the median; NaN if nothing is counted, or nothing timed yet.
func (l Line) GFLOPS() float64 {
	if l.FLOP == 0 || l.Runs == 0 {
		return math.NaN()
	}
	return l.FLOP / l.Median / 1e6
}

// Share is GFLOPS as a part of what so many workers could do at most; NaN if that is not known.
func (l Line) Share() float64 {
	if l.Roofline == 0 {
		return math.NaN()
	}
	return l.GFLOPS() / l.Roofline / float64(max(1, l.Workers))
}

// BestShare compares the 10th percentiles of both, which other programs on the machine disturb least.
func (l Line) BestShare() float64 {
	if l.RooflineBest == 0 || l.FLOP == 0 || l.Runs == 0 {
		return math.NaN()
	}
	return l.FLOP / l.P10 / 1e6 / l.RooflineBest / float64(max(1, l.Workers))
}

// Rate is how many of these are done in a second.
func (l Line) Rate() float64 { return 1000 / l.Median }

// Of collects the times of runs, in milliseconds; there must be one at least.
func Of(ms []float64) Times {
	return Times{Median: Quantile(ms, 0.5), P10: Quantile(ms, 0.1), Runs: len(ms)}
}

// Quantile is the value below which the share q of x lies.
func Quantile(x []float64, q float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[int(math.Round(q*float64(len(x)-1)))]
}

// MarshalJSON adds what follows from the fields, so that readers of the JSON need not compute it.
func (l Line) MarshalJSON() ([]byte, error) {
	type fields Line // without this method
	out := struct {
		fields
		GFLOPS *float64 `json:"gflops,omitempty"`
		Share  *float64 `json:"share_of_roofline,omitempty"`
	}{fields: fields(l)}
	if x := l.GFLOPS(); !math.IsNaN(x) {
		out.GFLOPS = &x
	}
	if x := l.Share(); !math.IsNaN(x) {
		out.Share = &x
	}
	return json.Marshal(out)
}
