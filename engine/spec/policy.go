package spec

import (
	"fmt"
	"math"
	"strings"
)

// PolicyInfo is what a form needs to know of a threshold policy that a Spec may name.
type PolicyInfo struct {
	Name   string
	Params []string // the fields of Threshold that it reads, as JSON calls them
}

// Policies lists the threshold policies that a Spec may name, in the order of detect.Thresholds.
var Policies = []PolicyInfo{
	{"fixed", []string{"value"}},
	{"train_percentile", []string{"percent"}},
	{"mean_sigma", []string{"k"}},
	{"pot", []string{"level", "q"}},
	{"spot", []string{"level", "q"}},
	{"dynamic", nil},
	{"train_test_percentile", []string{"percent"}},
	{"best_f1", nil},
}

// OrDefault returns the threshold with each absent parameter replaced by the policy's default, if it has one.
func (t Threshold) OrDefault() Threshold {
	switch t.Policy {
	case "mean_sigma":
		t.K = or(t.K, 3)
	case "pot", "spot":
		t.Level, t.Q = or(t.Level, 0.98), or(t.Q, 1e-3)
	}
	return t
}

func or(x, absent float64) float64 {
	if x == 0 {
		return absent
	}
	return x
}

// String says how the threshold is chosen: train_percentile, percent 99.
func (t Threshold) String() string {
	full := t.OrDefault()
	text := full.Policy
	for _, p := range full.params() {
		if full.has(p.name) {
			text += fmt.Sprintf(", %s %v", p.name, p.value)
		}
	}
	return text
}

// param is a parameter with the values it may have.
type param struct {
	name  string
	value float64
	given bool
	ok    bool
	want  string
}

func (t Threshold) params() []param {
	value := math.NaN()
	if t.Value != nil {
		value = *t.Value
	}
	share := func(x float64) bool { return x > 0 && x < 1 }
	return []param{
		{"percent", t.Percent, t.Percent != 0, t.Percent > 0 && t.Percent <= 100, "above 0, up to 100"},
		{"k", t.K, t.K != 0, finite(t.K) && t.K > 0, "a number of deviations above 0"},
		{"level", t.Level, t.Level != 0, share(t.Level), "a share between 0 and 1"},
		{"q", t.Q, t.Q != 0, share(t.Q) && t.Q < 1-t.Level, "a share above 0 and below that of the tail, 1 - level"},
		{"value", value, t.Value != nil, finite(value), "a number"},
	}
}

// has reports whether the policy reads a parameter.
func (t Threshold) has(param string) bool {
	for _, p := range Policies {
		for _, name := range p.Params {
			if p.Name == t.Policy && name == param {
				return true
			}
		}
	}
	return false
}

// Validate checks a threshold by itself; the first wrong field is returned as *FieldError.
func (t Threshold) Validate() error {
	var c check
	t.validate(&c)
	return c.first()
}

func (t Threshold) validate(c *check) {
	const field = "detect.threshold"
	var names []string
	for _, p := range Policies {
		names = append(names, p.Name)
	}
	c.oneOf(field+".policy", t.Policy, names...)
	for _, p := range t.OrDefault().params() {
		where := field + "." + p.name
		if t.has(p.name) {
			c.that(p.ok, where, strings.ReplaceAll(fmt.Sprint(p.value), "NaN", "missing"), p.want)
		} else {
			c.that(!p.given, where, p.value, "nothing: "+t.Policy+" has no such parameter")
		}
	}
}
