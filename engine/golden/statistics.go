package golden

import (
	"encoding/json"
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// statisticsCase is a case of the file of comparisons: two lists of values over seeds with what their
// differences show, or p-values with what Holm's correction makes of them (metrics/README.md, section 11).
type statisticsCase struct {
	Name     string          `json:"name"`
	Kind     string          `json:"kind"`
	A        []metrics.Value `json:"a"`
	B        []metrics.Value `json:"b"`
	P        []metrics.Value `json:"p"`
	Expected struct {
		N        int             `json:"n"`
		Dropped  int             `json:"dropped"`
		Mean     metrics.Value   `json:"mean"`
		SD       metrics.Value   `json:"sd"`
		Low      metrics.Value   `json:"low"`
		High     metrics.Value   `json:"high"`
		SignFlip metrics.Value   `json:"p_sign_flip"`
		Least    metrics.Value   `json:"p_smallest"`
		M        int             `json:"m"`
		Adjusted []metrics.Value `json:"adjusted"`
		Rejected []*bool         `json:"rejected"`
	} `json:"expected"`
}

// exactP is how wrong a p-value may be.
const exactP = 1e-12

// verifyStatistics compares intervals, p-values and their correction. Nothing of it runs on the device.
func verifyStatistics(v *verifier, file []byte) error {
	var f struct{ Cases []statisticsCase }
	if err := json.Unmarshal(file, &f); err != nil {
		return fault.New("golden-json", err)
	}
	l := ledger{}
	for _, c := range f.Cases {
		switch {
		case c.Kind == "holm" && len(c.P) == len(c.Expected.Adjusted) && len(c.P) == len(c.Expected.Rejected):
			c.holm(&l)
		case c.Kind == "paired" && len(c.A) == len(c.B):
			c.paired(&l)
		default:
			return fault.New("in-place", c.Name, fault.New("golden-statistics", c.Kind))
		}
	}
	v.report.Checks = append(v.report.Checks, l.checks...)
	return nil
}

func (c statisticsCase) paired(l *ledger) {
	p, want := spec.NewPaired(c.A, c.B, 0.95), c.Expected
	l.note("counts", c.Name+"/n", float64(p.N()), float64(want.N), exactly)
	l.note("counts", c.Name+"/dropped", float64(p.Dropped), float64(want.Dropped), exactly)
	limit := c.limit()
	l.defined("interval", c.Name+"/mean", p.Mean, want.Mean, limit)
	l.defined("interval", c.Name+"/sd", p.SD, want.SD, limit)
	l.defined("interval", c.Name+"/low", p.Low, want.Low, limit)
	l.defined("interval", c.Name+"/high", p.High, want.High, limit)
	l.defined("p-values", c.Name+"/sign flip", p.SignFlip, want.SignFlip, exactP)
	l.defined("p-values", c.Name+"/smallest", p.Least, want.Least, exactP)
}

// limit is that of the file's field "tolerance".
func (c statisticsCase) limit() float64 {
	largest := 0.0
	for i := range c.A {
		for _, x := range []metrics.Value{c.A[i], c.B[i]} {
			if x.Defined() {
				largest = max(largest, math.Abs(float64(x)))
			}
		}
	}
	size := 0.0
	for _, x := range []metrics.Value{c.Expected.Mean, c.Expected.SD} {
		if x.Defined() {
			size = max(size, math.Abs(float64(x)))
		}
	}
	return 1e-8*size + 1e-12*largest
}

func (c statisticsCase) holm(l *ledger) {
	m := 0
	for i, p := range spec.Holm(c.P) {
		l.defined("Holm", c.Name, p, c.Expected.Adjusted[i], exactP)
		if !p.Defined() {
			continue
		}
		m++
		rejected := spec.Paired{Level: 0.95, Evidence: spec.Evidence{Holm: p}}.Shown()
		same := 0.0
		if want := c.Expected.Rejected[i]; want != nil && *want == rejected {
			same = 1
		}
		l.note("rejected", c.Name, same, 1, exactly)
	}
	l.note("counts", c.Name+"/m", float64(m), float64(c.Expected.M), exactly)
}

// defined compares a value that may be undefined on both sides.
func (l *ledger) defined(quantity, at string, got, want metrics.Value, limit float64) {
	if !got.Defined() && !want.Defined() {
		return
	}
	l.note(quantity, at, float64(got), float64(want), limit)
}
