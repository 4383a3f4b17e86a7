// Package golden compares what a device computes with files of golden vectors.
package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/graph"
)

// Report is the outcome of comparing one file.
type Report struct {
	What   string // the file's own description of itself
	Checks []Check
}

// Check is one quantity, compared tensor by tensor. Where a quantity has several tensors, the numbers are
// those of the one that comes closest to its limit or furthest beyond it.
type Check struct {
	Name  string  // output, gradients
	At    string  // the tensor that comes closest to its limit, where the quantity has several
	Error float64 // the largest absolute difference in that tensor; +Inf if one is not a number
	Limit float64 // how large it may be
}

// OK reports whether the error is within the limit. An error that is not a number was made infinite before,
// so it never is.
func (c Check) OK() bool { return c.Error <= c.Limit }

// OK reports whether all errors are within their limits.
func (r Report) OK() bool {
	for _, c := range r.Checks {
		if !c.OK() {
			return false
		}
	}
	return true
}

// kinds lists the files that can be verified, by the beginning of their field "what", or of "format" where
// they have none.
var kinds = []struct {
	what   string
	verify func(v *verifier, file []byte) error
}{
	{"Anomaly Transformer:", verifyTransformer},
	{"LSTM predictor:", verifyLSTM},
	{"OmniAnomaly:", verifyOmniAnomaly},
	{"THOC:", verifyTHOC},
	{"causal GTA:", verifyGTA},
	{"Adam,", verifyAdam},
	{"tsad-golden-metrics/1", verifyEvaluation},
	{"tsad-golden-metrics2/1", verifyEvaluation2},
	{"tsad-golden-pot/1", verifyTails},
	{"tsad-golden-baselines/1", verifyBaselines},
	{"tsad-golden-statistics/1", verifyStatistics},
}

// Verify runs a file in the format of the golden vectors through the engine on the device. It fails if the
// file is of a kind that nothing here computes, or does not hold what its kind must; an error beyond its
// limit is no failure but a Check that is not OK.
func Verify(file []byte, dev backend.Device) (Report, error) {
	if len(file) > MaxFile {
		return Report{}, fault.New("golden-long", MaxFile)
	}
	return verify(file, onDevice(dev), single)
}

// verify finds the kind of the file, and compares it with what run computes.
func verify(file []byte, run machine, lim limits) (Report, error) {
	var head struct {
		What   string `json:"what"`
		Format string `json:"format"`
	}
	if err := json.Unmarshal(file, &head); err != nil {
		return Report{}, fault.New("golden-json", err)
	}
	if head.What == "" {
		head.What = head.Format
	}
	var known fault.Choices
	for _, k := range kinds {
		if strings.HasPrefix(head.What, k.what) {
			v := &verifier{run: run, limits: lim, report: Report{What: head.What}}
			err := k.verify(v, file)
			return v.report, err
		}
		known = append(known, strings.TrimRight(k.what, ":,"))
	}
	return Report{}, fault.New("golden-unknown-kind", head.What, known)
}

// limits are the largest errors that rounding explains. They follow from the precision that a machine
// computes in.
type limits struct {
	value     float64 // of a value, relative to the largest magnitude in its tensor
	floor     float64 // added to that
	gradient  float64 // of a gradient, relative to its tensor, or to a thousandth of the largest of all
	training  float64 // of the loss after some steps, relative
	optimizer float64 // of a value in an optimiser's step, relative to its tensor
}

// single are the limits for float32 that come with the golden vectors.
var single = limits{value: 1e-4, floor: 1e-7, gradient: 1e-3, training: 1e-3, optimizer: 1e-4}

// rule is how the limit of a tensor follows from the largest magnitude m in it and M in all tensors of the
// quantity.
type rule func(lim limits, m, M float64) float64

// A gradient may be as wrong as a thousandth of the largest allows: a tiny one is what is left when larger
// ones cancel.
func value(lim limits, m, _ float64) float64     { return lim.value*m + lim.floor }
func gradient(lim limits, m, M float64) float64  { return lim.gradient * max(m, 1e-3*M) }
func trained(lim limits, m, _ float64) float64   { return lim.training * m }
func optimizer(lim limits, m, _ float64) float64 { return lim.optimizer * m }

// verifier compares the quantities of one file. Checks are added in the order of the file's quantities; a
// failure leaves those before it in the report.
type verifier struct {
	run    machine
	limits limits
	report Report
}

// quantity is what one Check is about.
type quantity struct {
	name    string
	rule    rule
	targets []target
}

// target is a node with the values it should have.
type target struct {
	name string // within the quantity
	node *graph.Node
	want array
}

// of names the target with its quantity.
func (t target) of(q quantity) string { return strings.TrimSpace(q.name + " " + t.name) }

// one is the targets of a quantity with a single tensor.
func one(n *graph.Node, want array) []target { return []target{{"", n, want}} }

// check evaluates all targets at once and adds a Check for each quantity. It fails before anything is run if
// a target has no node or another shape than the file. A run is one round: nothing is updated.
func (v *verifier) check(g *graph.Graph, feeds feeds, quantities []quantity) error {
	j := job{graph: g, feeds: feeds, rounds: make([]map[*graph.Node][]float32, 1)}
	for _, q := range quantities {
		for _, t := range q.targets {
			if t.node == nil {
				return fault.New("golden-not-computed", t.of(q))
			}
			if !t.node.Shape.Equal(t.want.shape) {
				return fault.New("golden-shape", t.of(q), fmt.Sprint(t.want.shape), fmt.Sprint(t.node.Shape))
			}
			j.results = append(j.results, t.node)
		}
	}
	rounds, err := v.run(j)
	if err != nil {
		return err
	}
	got := rounds[0]
	for _, q := range quantities {
		v.compare(q, got[:len(q.targets)])
		got = got[len(q.targets):]
	}
	return nil
}

// compare adds the Check of one quantity. got has the values of each target, in their order.
func (v *verifier) compare(q quantity, got [][]float64) {
	largest := 0.0
	for _, t := range q.targets {
		largest = max(largest, t.want.magnitude())
	}
	worst, share := Check{Name: q.name}, -1.0
	for i, t := range q.targets {
		c := Check{q.name, t.name, difference(got[i], t.want.data),
			q.rule(v.limits, t.want.magnitude(), largest)}
		s := c.Error / c.Limit
		// A limit of 0 is kept by an error of 0.
		if c.Error == 0 {
			s = 0
		}
		if s > share {
			worst, share = c, s
		}
	}
	v.report.Checks = append(v.report.Checks, worst)
}

// difference is the largest |got - want|; it is infinite if there are too few of one, or a number is none.
func difference(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	d := 0.0
	for i := range want {
		e := math.Abs(got[i] - want[i])
		if math.IsNaN(e) {
			return math.Inf(1)
		}
		d = max(d, e)
	}
	return d
}

// differs says that a setting of a file is not the one that the engine computes with. Other numbers would
// then be wrong for a reason that their checks do not show.
func differs(setting string, got, want any) error {
	return fault.New("golden-setting", setting, fmt.Sprint(got), fmt.Sprint(want))
}

// decode reads a file whose every field must be known, so that no quantity is passed over in silence.
func decode(file []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fault.New("golden-json", err)
	}
	return nil
}
