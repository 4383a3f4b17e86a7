// Package detector is a trained detector as a thing that one keeps.
package detector

import (
	"fmt"
	"math"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// Version is the version of what this package writes and reads; any other is refused.
const Version = 1

// Ending is that of files' names.
const Ending = ".detector"

// Detector is everything that new data are scored by: which columns a series has and how they are scaled, the
// model or closed form with what it has learnt, and how scores become alarms.
type Detector struct {
	Version int    `json:"version"`
	Program string `json:"program,omitempty"` // that wrote it
	// Device computed the scores that the threshold was chosen by: on it, and on it alone, the same data get the
	// same bits.
	Device string `json:"device"`
	// Spec is that of the experiment, with its arm and its seed alone. What it says of windows, scores and
	// alarms is how new data are scored.
	Spec spec.Spec `json:"spec"`
	// Micro is how many windows the model computes at once, of a model.
	Micro    int          `json:"micro,omitempty"`
	Channels []Channel    `json:"channels"` // in the order of the model
	Reading  Reading      `json:"reading"`
	Start    detect.Start `json:"threshold"`
	Expected Expected     `json:"expected"`
	Data     Origin       `json:"data"`

	// Weights are the parameters under PyTorch's names, [...] as there; those of a teacher whose output the score
	// needs begin with "teacher.". Empty for a closed form.
	Weights map[string]tensor.Tensor `json:"-"`
	// Fit is the state of a closed form.
	Fit map[string]tensor.Wide `json:"-"`
}

// Channel is one channel with its place in a file and its scale: the model sees (value - Shift) / Scale.
type Channel struct {
	Name   string `json:"name"`
	Column string `json:"column"` // in the header; empty = the file had none, and Place counts
	Place  int    `json:"place"`  // of the column, from 1
	// Is makes a channel of 0 and 1 of a column of words: 1 where this one stands; nil = the column holds numbers.
	Is    *string `json:"is,omitempty"`
	Unit  string  `json:"unit,omitempty"` // from the column's name
	Shift float64 `json:"shift"`
	Scale float64 `json:"scale"`
	Low   float64 `json:"low"`  // least value of the training part
	High  float64 `json:"high"` // largest
	Last  float64 `json:"last"` // the last one, which stands for missing cells before the first that is there
}

// Reading is how a file was read that new data are expected to look like.
type Reading struct {
	Columns []found.Column `json:"columns,omitempty"` // all of them, with their roles; of a user's own file
	Fill    string         `json:"fill"`              // rule of datasets.Fill for missing cells
	Decimal string         `json:"decimal,omitempty"` // decimal mark; empty = nobody knows
	Times   table.Form     `json:"times,omitzero"`    // how rows tell when they were measured
}

// Expected is what is known of how often a detector raises an alarm.
type Expected struct {
	// TrainShare is the share of the scores of the training part that lie above the threshold; undefined where the
	// threshold looked at none.
	TrainShare metrics.Value `json:"train_share"`
	TestSteps  int           `json:"test_steps"`
	TestAlarms int           `json:"test_alarms"`
	// PerDay is how many alarms the test part raised a day; undefined where nobody knows its times.
	PerDay metrics.Value `json:"per_day"`
	// Usual is spec.Run.Usual of the test part.
	Usual []float64 `json:"usual,omitempty"`
}

// Origin is what a detector was trained on.
type Origin struct {
	Source     string      `json:"source"`
	Title      string      `json:"title"`
	SHA256     string      `json:"sha256"` // of the values of the training part, in hexadecimal
	TrainSteps int         `json:"train_steps"`
	Times      *spec.Times `json:"times,omitempty"`
}

// FileName is what the file of an arm's run is called, where names of arms hold what a file system does not allow
// as well.
func FileName(arm string, seed uint64) string { return fmt.Sprintf("%s-%d%s", Safe(arm), seed, Ending) }

// Safe is a name with - in the place of what no file system takes.
func Safe(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
	if safe = strings.Trim(safe, ". "); safe == "" {
		return "arm"
	}
	return safe
}

// Arm is the arm that was kept.
func (d *Detector) Arm() spec.Arm { return d.Spec.Arms[0].OrDefault() }

// Seed is the seed that was kept.
func (d *Detector) Seed() uint64 { return d.Spec.Seeds[0] }

// Closed reports whether it is a closed form.
func (d *Detector) Closed() bool { return spec.Controls[d.Arm().Control].Closed }

// check says what of a detector cannot be.
func (d *Detector) check() error {
	if d.Version != Version {
		return fault.New("detector-version", d.Version, Version)
	}
	if err := d.Spec.Validate(); err != nil {
		return err
	}
	switch {
	case len(d.Spec.Arms) != 1 || len(d.Spec.Seeds) != 1:
		return fault.New("detector-one-arm", len(d.Spec.Arms), len(d.Spec.Seeds))
	case d.Spec.Arms[0].Control == spec.ControlRandom:
		return fault.New("detector-random")
	case len(d.Channels) == 0:
		return fault.New("detector-no-channels")
	case !d.Closed() && (d.Micro < 1 || d.Micro > d.Spec.Train.Batch):
		return fault.New("detector-micro", d.Micro, d.Spec.Train.Batch)
	case d.Closed() != (len(d.Weights) == 0):
		return fault.New("detector-weights")
	}
	for i, c := range d.Channels {
		switch {
		case c.Scale == 0 || !finite(c.Shift, c.Scale, c.Low, c.High, c.Last):
			return fault.New("detector-scale", i+1)
		case c.Column == "" && c.Place < 1:
			return fault.New("detector-place", i+1)
		}
	}
	if p := d.Start.Policy; p != d.Spec.Detect.Threshold.Policy {
		return fault.New("detect-start-policy")
	}
	return d.Start.Check()
}

func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// Unit is what the name of a column says of its unit: temp [°C], flow (l/min). Empty = nothing.
func Unit(name string) string {
	name = strings.TrimSpace(name)
	for _, pair := range []string{"[]", "()"} {
		at := strings.LastIndexByte(name, pair[0])
		if at > 0 && strings.HasSuffix(name, pair[1:]) && len(name)-at <= 16 {
			return strings.TrimSpace(name[at+1 : len(name)-1])
		}
	}
	return ""
}
