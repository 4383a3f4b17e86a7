package metrics

import (
	"fmt"
	"slices"
	"strconv"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
)

// Parameters are what the metrics of All can be told. Reports hold them beside the numbers.
type Parameters struct {
	Window  Window       `json:"window"`  // of VUS, R-AUC and PATE
	Delay   int          `json:"delay"`   // points after its first until a segment must be flagged
	Percent int          `json:"percent"` // of a segment that must be flagged, K
	Beta    float64      `json:"beta"`    // weight of recall in F_beta
	Range   RangeOptions `json:"range"`
	ETaPR   ETaPROptions `json:"etapr"`
	UCR     int          `json:"ucr"` // points around the one segment that the highest score may lie in at least
}

// Defaults are the parameters of an Evaluation that was told no others.
var Defaults = Parameters{Window: Window{Points: 100}, Delay: 7, Percent: 20, Beta: 0.5, ETaPR: DefaultETaPR,
	UCR: DefaultUCRTolerance}

// WindowRule says where a window comes from.
type WindowRule uint8

// The rules.
const (
	WindowNumber WindowRule = iota // it was given
	WindowPeriod                   // PeriodOf a channel
	WindowMedian                   // the median length of the true segments

	WindowRuleCount
)

// WindowRules are the names of the rules; a number has none.
var WindowRules = [WindowRuleCount]string{WindowPeriod: "period", WindowMedian: "median-anomaly"}

// MarshalText writes the name.
func (r WindowRule) MarshalText() ([]byte, error) { return []byte(WindowRules[r]), nil }

// UnmarshalText reads a name.
func (r *WindowRule) UnmarshalText(text []byte) error {
	i, err := oneOf(WindowRules[:], text)
	*r = WindowRule(i)
	return err
}

// Window is the width of the buffers around true segments. It has no natural value: numbers of different
// windows cannot be compared.
type Window struct {
	Points int        `json:"points"`
	Rule   WindowRule `json:"rule,omitempty"`
}

// MaxWindow is the widest window that is read.
const MaxWindow = 10_000

// ParseWindow reads a number of points, or the name of a rule, whose points are then still to be found.
func ParseWindow(text string) (Window, error) {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n <= MaxWindow {
		return Window{Points: n}, nil
	}
	if i := slices.Index(WindowRules[1:], text); i >= 0 {
		return Window{Rule: WindowRule(i + 1)}, nil
	}
	return Window{}, fault.New("metrics-want-window", MaxWindow, WindowNames())
}

// WindowNames are the names of the rules that have one.
func WindowNames() fault.Choices { return fault.Choices(WindowRules[1:]) }

// String is the window as results show it.
func (w Window) String() string {
	if w.Rule == WindowNumber {
		return strconv.Itoa(w.Points)
	}
	return fmt.Sprintf("%d (%s)", w.Points, WindowRules[w.Rule])
}

// Of finds the points of a rule: the period of a channel, or the median length of the segments; of none it is
// the default.
func (w Window) Of(channel []float64, segments []steps.Range) Window {
	switch {
	case w.Rule == WindowPeriod:
		w.Points = PeriodOf(channel).Length
	case w.Rule == WindowMedian && len(segments) == 0:
		w.Points = Defaults.Window.Points
	case w.Rule == WindowMedian:
		w.Points = medianLength(segments)
	}
	return w
}

// medianLength of an even number of segments is the mean of the middle two, without its fraction.
func medianLength(segments []steps.Range) int {
	all := make([]int, len(segments))
	for i, s := range segments {
		all[i] = s.Len()
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// Of the parameters, what each kind of metric has, in the symbols of its definition, which are the same in every
// language: τ are thresholds.
func (p Parameters) vus() string { return "W = " + p.Window.String() + ", opt, 250 τ" }

func (p Parameters) rangeAUC() string { return "W = " + p.Window.String() + ", 250 τ" }

func (p Parameters) pate() string {
	return fmt.Sprintf("e, d ∈ {0, %s}, 250 τ", p.Window)
}

func (p Parameters) beta() string    { return "β = " + number(p.Beta) }
func (p Parameters) delay() string   { return fmt.Sprintf("k = %d", p.Delay) }
func (p Parameters) percent() string { return fmt.Sprintf("K = %d %%", p.Percent) }
func (p Parameters) ucr() string     { return fmt.Sprintf("M ≥ %d", p.UCR) }

func (p Parameters) etapr() string {
	return fmt.Sprintf("θp = %s, θr = %s, δ = %s", number(p.ETaPR.ThetaP), number(p.ETaPR.ThetaR),
		number(p.ETaPR.Delta))
}

func (p Parameters) rangePrecision() string {
	return fmt.Sprintf("α = 0, %s, %s", p.Range.Cardinality, p.Range.PrecisionBias)
}

func (p Parameters) rangeRecall() string {
	return fmt.Sprintf("α = %s, %s, %s", number(p.Range.Alpha), p.Range.Cardinality, p.Range.RecallBias)
}

func (p Parameters) rangeF() string {
	return fmt.Sprintf("α = %s, %s, P %s, R %s", number(p.Range.Alpha), p.Range.Cardinality,
		p.Range.PrecisionBias, p.Range.RecallBias)
}

func (p Parameters) rangeSweep() string {
	return fmt.Sprintf("α = %s, reciprocal, flat", number(p.Range.Alpha))
}

// number writes as few digits as a number has.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
