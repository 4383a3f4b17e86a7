package spec

import (
	"fmt"
	"math"
	"slices"

	"cosinelab/datasets/fault"
)

// PolicyKind is a way to choose a threshold.
type PolicyKind uint8

// The threshold policies (metrics/README.md, section 9), by how much they see.
const (
	_ PolicyKind = iota
	PolicyFixed
	PolicyTrainPercentile
	PolicyMeanSigma
	PolicyPOT
	PolicySPOT
	PolicyDynamic
	PolicyTrainTestPercentile
	PolicyBestF1

	PolicyCount
)

// PolicyInfo is what is known of a threshold policy. Its function is in the package detect.
type PolicyInfo struct {
	Name    string
	Params  []ParamKind // that it reads
	Saw     SawKind     // what it looked at
	Train   bool        // it needs the scores of the training part
	Labels  bool        // it needs labels, with an anomaly among them
	Smooths bool        // it smooths scores itself
	Moves   bool        // its threshold changes from step to step
}

// Policies describes every threshold policy.
var Policies = [PolicyCount]PolicyInfo{
	PolicyFixed: {Name: "fixed", Params: []ParamKind{ParamValue}, Saw: SawNothing},
	PolicyTrainPercentile: {Name: "train_percentile", Params: []ParamKind{ParamPercent}, Saw: SawTrain,
		Train: true},
	PolicyMeanSigma: {Name: "mean_sigma", Params: []ParamKind{ParamK}, Saw: SawTrain, Train: true},
	PolicyPOT: {Name: "pot", Params: []ParamKind{ParamLevel, ParamQ}, Saw: SawTrain,
		Train: true},
	PolicySPOT: {Name: "spot", Params: []ParamKind{ParamLevel, ParamQ}, Saw: SawPast,
		Train: true, Moves: true},
	PolicyDynamic: {Name: "dynamic", Saw: SawTest, Smooths: true, Moves: true},
	PolicyTrainTestPercentile: {Name: "train_test_percentile", Params: []ParamKind{ParamPercent},
		Saw: SawTest, Train: true},
	PolicyBestF1: {Name: "best_f1", Saw: SawLabels, Labels: true},
}

// SawKind is what a policy looks at of the data that it is judged on. Results are shown with it: a threshold
// that has seen the test part flatters (metrics/README.md, section 9).
type SawKind uint8

// What a policy can look at.
const (
	_ SawKind = iota
	SawNothing
	SawTrain
	SawPast
	SawTest
	SawLabels
	SawHand

	SawCount
)

// SawInfo is what is known of a way to look.
type SawInfo struct {
	Name string
	Key  string // of its words, behind "saw-"
}

// Saws describes what policies can look at, by how much it is.
var Saws = [SawCount]SawInfo{
	SawNothing: {Name: "nothing", Key: "nothing"},
	SawTrain:   {Name: "train scores", Key: "train"},
	SawPast:    {Name: "train scores and past test scores", Key: "past"},
	SawTest:    {Name: "sees test scores", Key: "test"},
	SawLabels:  {Name: "uses test labels", Key: "labels"},
	SawHand:    {Name: "whatever moved the hand", Key: "hand"},
}

// ParamKind is a parameter of threshold policies.
type ParamKind uint8

// The parameters.
const (
	ParamPercent ParamKind = iota
	ParamK
	ParamLevel
	ParamQ
	ParamValue

	ParamCount
)

// ParamInfo is what is known of a parameter. valid gets the whole threshold: one parameter may bound another.
type ParamInfo struct {
	Name    string     // of the field of Threshold, as JSON calls it
	Default float64    // what an absent one stands for; 0 = it must be given
	Start   float64    // where a form starts one that must be given
	want    fault.Word // what it must be; it is told most
	most    float64    // of one that nothing else bounds
	valid   func(x float64, t Threshold) bool
	get     func(Threshold) (x float64, given bool)
	set     func(t *Threshold, x float64)
}

// Params describes every parameter of a threshold policy.
var Params = [ParamCount]ParamInfo{
	ParamPercent: {Name: "percent", Start: 99, want: "want-percent",
		valid: func(x float64, _ Threshold) bool { return x > 0 && x <= 100 },
		get:   func(t Threshold) (float64, bool) { return t.Percent, t.Percent != 0 },
		set:   func(t *Threshold, x float64) { t.Percent = x }},
	ParamK: {Name: "k", Default: 3, want: "want-k", most: maxFloat,
		valid: func(x float64, _ Threshold) bool { return x > 0 && x <= maxFloat },
		get:   func(t Threshold) (float64, bool) { return t.K, t.K != 0 },
		set:   func(t *Threshold, x float64) { t.K = x }},
	ParamLevel: {Name: "level", Default: 0.98, want: "want-share-inside",
		valid: func(x float64, _ Threshold) bool { return x > 0 && x < 1 },
		get:   func(t Threshold) (float64, bool) { return t.Level, t.Level != 0 },
		set:   func(t *Threshold, x float64) { t.Level = x }},
	ParamQ: {Name: "q", Default: 1e-3, want: "want-q",
		// The quantile must lie inside the tail, which holds a share of 1 - level (metrics/README.md, section
		// 9.3).
		valid: func(x float64, t Threshold) bool { return x > 0 && x < 1-t.Level },
		get:   func(t Threshold) (float64, bool) { return t.Q, t.Q != 0 },
		set:   func(t *Threshold, x float64) { t.Q = x }},
	ParamValue: {Name: "value", Start: 1, want: "want-number-within", most: maxFloat,
		valid: func(x float64, _ Threshold) bool { return math.Abs(x) <= maxFloat },
		get: func(t Threshold) (float64, bool) {
			if t.Value == nil {
				return 0, false
			}
			return *t.Value, true
		},
		set: func(t *Threshold, x float64) { t.Value = &x }},
}

// Param is the value of a parameter, and whether the threshold has it.
func (t Threshold) Param(k ParamKind) (x float64, given bool) { return Params[k].get(t) }

// SetParam gives the threshold a parameter.
func (t *Threshold) SetParam(k ParamKind, x float64) { Params[k].set(t, x) }

// Reads reports whether the policy has a parameter.
func (p PolicyInfo) Reads(k ParamKind) bool { return slices.Contains(p.Params, k) }

// Readers lists the policies that have the parameter.
func (k ParamKind) Readers() (policies []PolicyKind) {
	for p := range Each(PolicyCount) {
		if Policies[p].Reads(k) {
			policies = append(policies, p)
		}
	}
	return policies
}

// OrDefault returns the threshold with each absent parameter replaced by the policy's default, if it has one.
// What the policy does not read stays as it is.
func (t Threshold) OrDefault() Threshold {
	for _, k := range Policies[t.Policy].Params {
		if _, given := t.Param(k); !given && Params[k].Default != 0 {
			t.SetParam(k, Params[k].Default)
		}
	}
	return t
}

// String says how the threshold is chosen: train_percentile, percent 99.
func (t Threshold) String() string {
	full := t.OrDefault()
	text := full.Policy.String()
	for _, k := range Policies[full.Policy].Params {
		x, given := full.Param(k)
		if given {
			text += fmt.Sprintf(", %s %v", Params[k].Name, x)
		}
	}
	return text
}

// Validate checks a threshold by itself; the first wrong field is returned as *FieldError.
func (t Threshold) Validate() error {
	var c check
	t.validate(&c)
	return c.first()
}

func (t Threshold) validate(c *check) {
	const field = "detect.threshold."
	wantOne(c, field+"policy", t.Policy, PolicyCount)
	full := t.OrDefault()
	for k := range ParamCount {
		p := Params[k]
		x, given := full.Param(k)
		switch {
		case !Policies[t.Policy].Reads(k):
			c.that(!given, field+p.Name, x, "want-no-param", t.Policy.String())
		case !given:
			c.that(false, field+p.Name, fault.Word("got-missing"), p.want, p.most)
		default:
			c.that(p.valid(x, full), field+p.Name, x, p.want, p.most)
		}
	}
}
