package golden

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
)

// evaluation2Case is a case of the second file of metrics: an evaluation, or a series whose period is asked
// for, which may have scores, too. The parameters of a metric are the keys of what is expected.
type evaluation2Case struct {
	evaluationCase
	Series struct {
		N         int          `json:"n"`
		Divisor   float64      `json:"divisor"`
		Triangles [][2]float64 `json:"triangles"` // period, height
		Slope     float64      `json:"slope"`
		NoiseBits uint         `json:"noise_bits"`
		Seed      uint32       `json:"seed"`
	} `json:"series"`
	// Inputs has the beginning and the sum of what the rules must give, under names of this file's own.
	Inputs struct {
		Values    []float64 `json:"first_values"`
		Scores    []float64 `json:"first_scores"`
		Sum       float64   `json:"sum"`
		Positives int       `json:"positives"`
	} `json:"-"`
}

// verifyEvaluation2 compares every metric of the second file.
func verifyEvaluation2(v *verifier, file []byte) error {
	var f struct{ Cases []json.RawMessage }
	if err := json.Unmarshal(file, &f); err != nil {
		return fault.New("golden-json", err)
	}
	l := ledger{counted: counted2}
	for _, text := range f.Cases {
		var c evaluation2Case
		check := struct{ Check any }{&c.Inputs}
		if err := json.Unmarshal(text, &c); err != nil {
			return fault.New("golden-json", err)
		}
		if err := json.Unmarshal(text, &check); err != nil {
			return fault.New("golden-json", err)
		}
		verify := c.metrics
		if c.Kind == "period" {
			verify = c.period
		}
		if err := verify(&l); err != nil {
			return fault.New("in-place", c.Name, err)
		}
	}
	v.report.Checks = append(v.report.Checks, l.checks...)
	return nil
}

// counted2 are the numbers of the second file that are counted or chosen.
func counted2(at string) bool {
	name := at[strings.LastIndex(at, "/")+1:]
	name, _, _ = strings.Cut(name, "[")
	switch name {
	case "threshold_ge", "threshold", "k", "delays", "detected", "missed", "false_alarm_runs",
		"false_alarm_points", "period", "peak":
		return true
	}
	return strings.HasPrefix(name, "n_")
}

// metrics compares one list of scores with its labels.
func (c evaluation2Case) metrics(l *ledger) error {
	c.Check.Scores, c.Check.Sum, c.Check.Positives = c.Inputs.Scores, c.Inputs.Sum, c.Inputs.Positives
	e, err := c.evaluation(l)
	if err != nil {
		return err
	}
	answer, err := c.answer2(e)
	if err != nil {
		return err
	}
	return c.leaves(l, c.Name, c.Expected, answer)
}

// answer2 is everything that the file has of an evaluation, under the file's keys.
func (c evaluation2Case) answer2(e *metrics.Evaluation) (map[string]any, error) {
	a := e.At(c.Options.Threshold)
	answer := map[string]any{
		"n_points": e.N(), "n_positive": e.Positives, "n_segments": len(e.Segments),
		"n_flagged": a.Flagged, "n_flagged_segments": len(a.Segments),
		"precision_at_k":   e.PrecisionAtK(e.Positives),
		"detection":        a.Detection(),
		"best_composite":   e.BestComposite(),
		"best_affiliation": e.BestAffiliation(),
	}
	for _, row := range []struct {
		key string
		of  func(p []float64) any
	}{
		{"f_beta", func(p []float64) any { return a.Point().FBeta(p[0]) }},
		{"best_range", func(p []float64) any { return e.BestRange(p[0]) }},
		{"range_pr_auc", func(p []float64) any { return e.RangePRArea(p[0]) }},
		{"etapr", func(p []float64) any {
			return a.ETaPR(metrics.ETaPROptions{ThetaP: p[0], ThetaR: p[1], Delta: p[2]})
		}},
		{"pate", func(p []float64) any { return pate(e, a, int(p[0]), int(p[1])) }},
		{"dqe", func(p []float64) any { return defined(e, e.DQE(p[0])) }},
		{"sdqe", func(p []float64) any { return defined(e, a.DQE(p[0])) }},
		{"ucr", func(p []float64) any { return e.UCR(int(p[0])) }},
	} {
		object := map[string]any{}
		want, _ := c.Expected[row.key].(map[string]any)
		for key := range want {
			p, err := numbersOf(key)
			if err != nil {
				return nil, err
			}
			object[key] = row.of(p)
		}
		answer[row.key] = object
	}
	ranges, err := c.ranges2(a)
	answer["range2"] = ranges
	return answer, err
}

// defined is null where nothing is an anomaly.
func defined(e *metrics.Evaluation, d metrics.DQE) any {
	if e.Positives == 0 {
		return nil
	}
	return d
}

// numbersOf reads a key such as 0.5/0.1/0.0.
func numbersOf(key string) (numbers []float64, err error) {
	for text := range strings.SplitSeq(key, "/") {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fault.New("golden-threshold", key)
		}
		numbers = append(numbers, x)
	}
	return numbers, nil
}

// pate has the areas and the rates of every pair of buffers besides their means.
func pate(e *metrics.Evaluation, a *metrics.Alarms, early, late int) map[string]any {
	grid, o := map[string]any{}, metrics.PATEOptions{Early: early, Late: late}
	all := o
	all.All = true
	for _, before := range []int{0, early} {
		for _, after := range []int{0, late} {
			o := metrics.PATEOptions{Early: before, Late: after}
			all, r := o, a.PATERates(o)
			all.All = true
			grid[fmt.Sprintf("%d/%d", before, after)] = map[string]any{"area": e.PATEPair(o),
				"area_all": e.PATEPair(all), "precision": r.Precision, "recall": r.Recall, "f1": r.F1}
		}
	}
	return map[string]any{"pate": e.PATE(o), "pate_all": e.PATE(all), "pate_f1": a.PATEF1(o), "grid": grid}
}

// ranges2 are the range-based metrics whose precision and recall have biases of their own.
func (c evaluation2Case) ranges2(a *metrics.Alarms) (map[string]any, error) {
	out := map[string]any{}
	want, _ := c.Expected["range2"].(map[string]any)
	for key := range want {
		o, err := rangeOptions(key)
		if err != nil {
			return nil, err
		}
		of := func(alpha, beta float64) metrics.Rates {
			with := o
			with.Alpha, with.Beta = alpha, beta
			return a.RangeBased(with)
		}
		out[key] = map[string]any{"precision": of(0, 1).Precision, "f2.0": of(0, 2).F1,
			"recall.0": of(0, 1).Recall, "recall.0.5": of(0.5, 1).Recall, "recall.1": of(1, 1).Recall,
			"f1.0": of(0, 1).F1, "f1.0.5": of(0.5, 1).F1, "f1.1": of(1, 1).F1}
	}
	return out, nil
}

// rangeOptions reads a key such as reciprocal/flat/front.
func rangeOptions(key string) (o metrics.RangeOptions, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 3 {
		return o, fault.New("golden-threshold", key)
	}
	if err = o.Cardinality.UnmarshalText([]byte(parts[0])); err == nil {
		err = o.PrecisionBias.UnmarshalText([]byte(parts[1]))
	}
	if err == nil {
		err = o.RecallBias.UnmarshalText([]byte(parts[2]))
	}
	return o, err
}

// period compares the period of a series, and VUS with that window where there are scores.
func (c evaluation2Case) period(l *ledger) error {
	x, err := c.series()
	if err != nil {
		return err
	}
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	c.first(l, "series", x, c.Inputs.Values)
	l.note("inputs", c.Name+"/sum", sum, c.Inputs.Sum, exactly)
	p := metrics.PeriodOf(x)
	answer := map[string]any{"period": p.Length, "fallback": p.Fallback, "peak": p.Peak,
		"peak_value":            p.Height,
		"autocorrelation_first": p.Autocorrelation[:min(len(p.Autocorrelation), 6)]}
	if c.Expected["vus"] != nil {
		e, err := c.evaluation(l)
		if err != nil {
			return err
		}
		answer["vus"] = e.VUS(p.Length)
	}
	return c.leaves(l, c.Name, c.Expected, answer)
}

// series follows the rule in the file's field "rules", in numbers that are whole until they are divided.
func (c evaluation2Case) series() ([]float64, error) {
	s := c.Series
	if s.N < 1 || s.NoiseBits > 32 {
		return nil, fault.New("golden-scores", c.Kind, 0, s.N)
	}
	if err := points(s.N); err != nil {
		return nil, err
	}
	out, state := make([]float64, s.N), s.Seed
	for t := range out {
		v := s.Slope * float64(t)
		for _, tri := range s.Triangles {
			v += tri[1] * math.Abs(2*math.Mod(float64(t), tri[0])-tri[0])
		}
		if s.NoiseBits > 0 {
			state = 1664525*state + 1013904223
			v += float64(state >> (32 - s.NoiseBits))
		}
		out[t] = v / s.Divisor
	}
	return out, nil
}
