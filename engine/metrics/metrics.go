// Package metrics measures anomaly scores against labels.
package metrics

import (
	"context"
	"slices"
	"strings"
)

// Group says whether a metric may be read alone (metrics/README.md, section 8).
type Group string

const (
	// Honest metrics take the flags or the ranking as they are, and give a useless score little.
	Honest Group = "honest"
	// Warned metrics do so, too, but a score without information can get much of them. They are shown with the
	// reason, and beside what a constant and a random score get.
	Warned Group = "warned"
	// Flattering metrics help the detector with the test labels: point adjustment changes flags with them, an
	// oracle threshold is chosen on them. They are never shown without their chance level and an honest
	// metric.
	Flattering Group = "flattering"
)

// Groups are all groups, those first that may be read alone.
var Groups = []Group{Honest, Warned, Flattering}

// Compare puts groups in the order of Groups.
func (g Group) Compare(h Group) int { return slices.Index(Groups, g) - slices.Index(Groups, h) }

// Unit says what the values of a metric are, and how they are written.
type Unit uint8

// The units.
const (
	UnitShare    Unit = iota // 0 ... 1, written in points of 100
	UnitSteps                // points of the series
	UnitSegments             // true segments
	UnitPer10000             // for 10,000 normal points

	UnitCount
)

// UnitInfo is what is known of a unit.
type UnitInfo struct {
	Name  string
	Scale float64 // of what is written to the value
}

// Units describes every unit.
var Units = [UnitCount]UnitInfo{
	UnitShare:    {"share", 100},
	UnitSteps:    {"steps", 1},
	UnitSegments: {"segments", 1},
	UnitPer10000: {"per-10000", 1},
}

// WordKey is the key of the unit's name in the languages' files.
func (u Unit) WordKey() string { return "unit-" + Units[u].Name }

// Of is the number that is written for a value, with one decimal.
func (u Unit) Of(v Value) float64 { return Units[u].Scale * float64(v) }

// Metric is one number that an Evaluation or its Alarms have. Exactly one of OfScores and OfAlarms is set.
type Metric struct {
	Name   string // stable key in reports
	Short  string // a title where there is little room, the same in every language
	Group  Group
	Unit   Unit
	Oracle bool   // its threshold is chosen with the test labels
	Less   bool   // the smaller the better
	Source string // where its definition comes from

	OfScores func(*Evaluation) Value // for a metric of the ranking, which needs no threshold
	OfAlarms func(*Alarms) Value     // for a metric of the flags at a threshold

	// Chance is the level of a score without information that flags a point with probability rate, in closed
	// form; nil where there is none. Use ChanceLevels, which draws scores for those.
	Chance func(e *Evaluation, rate float64) Value

	Buffers bool // it has buffers of the window of the parameters
	Slow    bool // its chance level is drawn from SlowDraws scores
	// Everything says that the value of flagging everything stands beside it, as it does of warned metrics.
	Everything bool
	// Setting writes the parameters that the metric has, in the symbols of the definitions; nil = it has none.
	Setting func(Parameters) string
}

// WordKey is the key of the title in the languages' files.
func (m Metric) WordKey() string { return "metric-" + strings.ReplaceAll(m.Name, "_", "-") }

// BriefKey is the key of a title that has room where four stand side by side: OfDetection have one.
func (m Metric) BriefKey() string { return m.WordKey() + "-brief" }

// DefinitionKey is the key of a sentence that says what the metric is.
func (m Metric) DefinitionKey() string { return m.WordKey() + "-definition" }

// WarningKey is the key of a sentence that says why a warned metric cannot be read alone.
func (m Metric) WarningKey() string { return m.WordKey() + "-warning" }

// ShowsConstant reports whether the metric is shown beside what a constant score gets, which flags
// everything.
func (m Metric) ShowsConstant() bool { return m.Group == Warned || m.Everything }

// Over is how much better value is than other; below 0 it is worse.
func (m Metric) Over(value, other Value) Value {
	if m.Less {
		return other - value
	}
	return value - other
}

// Find returns the metric of this name in All; false if there is none.
func Find(name string) (Metric, bool) {
	i := slices.IndexFunc(All, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{}, false
	}
	return All[i], true
}

// NeedsThreshold reports whether the metric is one of alarms.
func (m Metric) NeedsThreshold() bool { return m.OfAlarms != nil }

// Of is the metric's value; it is undefined where a metric of alarms gets none (a = nil).
func (m Metric) Of(e *Evaluation, a *Alarms) Value {
	switch {
	case !m.NeedsThreshold():
		return m.OfScores(e)
	case a == nil:
		return Undefined
	}
	return m.OfAlarms(a)
}

// Measure computes rows of All, in their order. After each row, and now and then within one that takes long, it
// calls progress, which may be nil, with the number of rows that are done; it stops with the context's error
// once that is done. a may be nil: metrics of alarms are then undefined.
func Measure(ctx context.Context, rows []Metric, e *Evaluation, a *Alarms,
	progress func(done, of int)) (values []Value, err error) {
	// Metrics are formulas without errors: one that is given up panics, and here is where that ends.
	defer func() {
		switch r := recover().(type) {
		case nil:
		case givenUp:
			values, err = nil, r.error
		default:
			panic(r)
		}
	}()
	done := 0
	turn := func() {
		if err := ctx.Err(); err != nil {
			panic(givenUp{err})
		}
		if progress != nil {
			progress(done, len(rows))
		}
	}
	e = e.under(turn)
	if a != nil {
		watched := *a
		watched.Evaluation = a.Evaluation.under(turn)
		a = &watched
	}
	values = make([]Value, len(rows))
	for i, m := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values[i] = m.Of(e, a)
		done = i + 1
		if progress != nil {
			progress(done, len(rows))
		}
	}
	return values, nil
}

// givenUp is the panic of a metric that nobody waits for any more.
type givenUp struct{ error }

// Constants measures rows of All on a score that is the same everywhere, and whose threshold flags
// everything, for the labels and the parameters of e.
func Constants(ctx context.Context, rows []Metric, e *Evaluation) ([]Value, error) {
	c := e.of(make([]float64, e.N()))
	return Measure(ctx, rows, c, c.At(-1), nil)
}

// OfDetection are the four metrics that say how alarms fare. They are shown together: each alone is best for
// a detector that flags nothing, or everything (metrics/README.md, section 4).
func OfDetection() (rows []Metric) {
	for _, name := range []string{"detection_delay", "missed_segments", "false_alarm_runs",
		"false_alarm_points"} {
		if m, ok := Find(name); ok {
			rows = append(rows, m)
		}
	}
	return rows
}
