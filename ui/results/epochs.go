package results

import (
	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// EpochView is how a person looks at gains by epoch.
type EpochView struct {
	Open    bool // in the place of the learning curves
	Curves  bool // what every threshold gives, likewise
	Seconds bool // of training, instead of epochs
	Teacher bool // with the time that the teacher took before
	Table   bool // numbers instead of the figure
}

// EpochSwitch is a part of the view that a person changes.
type EpochSwitch uint8

// The switches.
const (
	EpochsShown EpochSwitch = iota
	EpochsHidden
	CurvesShown
	EpochsCounted
	EpochsTimed
	EpochsWithTeacher
	EpochsTable
)

// Turn changes a part of the view.
func (v *EpochView) Turn(s EpochSwitch) {
	switch s {
	case EpochsShown, EpochsHidden, CurvesShown:
		v.Open, v.Curves = s == EpochsShown, s == CurvesShown
	case EpochsCounted, EpochsTimed:
		v.Seconds = s == EpochsTimed
	case EpochsWithTeacher:
		v.Teacher = !v.Teacher
	case EpochsTable:
		v.Table = !v.Table
	}
}

// Epochs is what trained arms reach, and gain, as training goes on.
type Epochs struct {
	EpochView
	Claim   string // the gain early and late, with intervals
	Missing string // why there is nothing to see; empty = there is
	Unit    string // of the axis
	From    float64
	To      float64
	Lines   []EpochLine
	Heads   []string // of the table
	Rows    []EpochRow
	Spoken  string
}

// EpochLine is an arm with what it reaches.
type EpochLine struct {
	look.Look
	Marks []EpochMark
}

// EpochMark is a mean with its interval after an epoch, and that of the gain; Maybe what nobody knows.
type EpochMark struct {
	X                       float64
	Value, Low, High        Maybe
	Gain, GainLow, GainHigh Maybe
	Excludes0               bool
}

// EpochRow is a line of the table: an arm after an epoch.
type EpochRow struct {
	look.Look
	Cells []string
}

// Epochs follows the arms that are finished.
func (p *Progress) Epochs(w *words.Language, view EpochView) Epochs {
	e := Epochs{EpochView: view, Unit: w.Say("figure-epoch"), From: 1, To: 1}
	r, m := p.Report(), p.Spec.JudgedBy()
	if m.NeedsThreshold() {
		e.Missing = w.Say("epochs-threshold", m.Short)
		return e
	}
	if p.Spec.Evaluate != spec.EvaluateEachEpoch {
		e.Missing = w.Say("epochs-missing", m.Short)
		return e
	}
	if !r.LooksByEpoch() {
		e.Missing = w.Say("epochs-wait")
		return e
	}
	if view.Seconds {
		e.Unit, e.From = "s", 0
	}
	e.Heads = []string{w.Say("arm"), w.Say("figure-epoch"), w.Say("epochs-seconds"), m.Short,
		w.Say("epochs-gain")}
	for _, a := range r.Arms {
		line := EpochLine{Look: look.Of(w, p.Spec, a.Arm)}
		for _, point := range r.ByEpoch(a.Arm.Name, r.Spec.Baseline(), m) {
			line.Marks = append(line.Marks, e.mark(point, m))
			e.Rows = append(e.Rows, epochRow(w, line.Look, point, m))
		}
		if len(line.Marks) > 0 {
			e.Lines = append(e.Lines, line)
			e.To = max(e.To, line.Marks[len(line.Marks)-1].X)
		}
	}
	e.Claim = p.epochClaim(w, r, m)
	e.Spoken = e.Claim
	return e
}

// mark is a point on the axis that is shown.
func (e Epochs) mark(point spec.EpochPoint, m metrics.Metric) EpochMark {
	x := float64(point.Epoch)
	if e.Seconds {
		if x = point.Seconds; e.Teacher {
			x += point.Teacher
		}
	}
	return EpochMark{X: x, Value: maybe(m.Unit, point.Value.Mean), Low: maybe(m.Unit, point.Value.Low),
		High: maybe(m.Unit, point.Value.High), Gain: maybe(m.Unit, point.Gain.Mean),
		GainLow: maybe(m.Unit, point.Gain.Low), GainHigh: maybe(m.Unit, point.Gain.High),
		Excludes0: point.Gain.Excludes0()}
}

// epochRow is a point in numbers. Times are the student's, then the teacher's before it.
func epochRow(w *words.Language, l look.Look, point spec.EpochPoint, m metrics.Metric) EpochRow {
	seconds := w.Fixed(point.Seconds, 1)
	if point.Teacher > 0 {
		seconds += " + " + w.Fixed(point.Teacher, 1)
	}
	gain := "–"
	if point.Gain.N() > 0 {
		gain = w.SignedPoints(float64(point.Gain.Mean))
	}
	if point.Gain.N() > 1 {
		gain += " (" + intervalText(w, point.Gain) + ")"
	}
	return EpochRow{l, []string{w.Fixed(float64(point.Epoch), 0), seconds,
		written(w.Numbers, m.Unit, point.Value.Mean), gain}}
}

// epochClaim is what the arm of the verdict gains after its first and its last epoch, and what the one gains
// that has the input in the teacher's place.
func (p *Progress) epochClaim(w *words.Language, r spec.Report, m metrics.Metric) string {
	said := w.Say("epochs-insight")
	for _, arm := range []string{p.Spec.Credited(), p.Spec.Examined()} {
		points := r.ByEpoch(arm, r.Spec.Baseline(), m)
		if n := len(points); n > 1 && points[0].Gain.N() > 1 {
			first, last := points[0], points[n-1]
			said = w.Say("epochs-claim", p.NameOf(w, arm), w.SignedPoints(float64(first.Gain.Mean)),
				intervalText(w, first.Gain), last.Epoch, w.SignedPoints(float64(last.Gain.Mean)),
				intervalText(w, last.Gain)) + " " + said
		}
	}
	return said
}
