package golden

import (
	"math"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/detect"
	"cosinelab/engine/spec"
)

// thresholds compares percentiles and deviations with the number of test scores that they flag.
func (c evaluationCase) thresholds(l *ledger) error {
	train, err := c.Options.Train.scores(c.Options.NTrain)
	if err != nil {
		return err
	}
	test, err := c.Options.Test.scores(c.Options.NTest)
	if err != nil {
		return err
	}
	c.first(l, "train", train, c.Check.Train)
	c.first(l, "test", test, c.Check.Test)
	for _, key := range sorted(c.Expected) {
		want, _ := c.Expected[key].(map[string]any)
		name, x, err := policyOf(key)
		if err != nil {
			return err
		}
		threshold, err := thresholdOf(name, x)
		if err != nil {
			return err
		}
		cut, err := detect.Choose(threshold, detect.Scores{Train: train, Test: test}, nil)
		if err != nil {
			return err
		}
		// A score is flagged above the threshold, not at it.
		flags := 0
		for _, s := range test {
			if s > cut.Threshold {
				flags++
			}
		}
		l.note(name, c.Name+"/"+key, cut.Threshold, numberIn(want["threshold"]), evaluated)
		l.note(name+" flags", c.Name+"/"+key, float64(flags), numberIn(want["test_flags"]), exactly)
	}
	return nil
}

// thresholdOf is a policy with one parameter. It fails if the name is no policy's.
func thresholdOf(policy string, x float64) (t spec.Threshold, err error) {
	if err = t.Policy.UnmarshalText([]byte(policy)); err == nil {
		for _, k := range spec.Policies[t.Policy].Params {
			t.SetParam(k, x)
		}
	}
	return t, err
}

// policyOf reads a key such as train_percentile_99.5 or mean_plus_3_sigma.
func policyOf(key string) (name string, x float64, err error) {
	name, number := "mean_sigma", strings.TrimSuffix(strings.TrimPrefix(key, "mean_plus_"), "_sigma")
	if i := strings.LastIndex(number, "_"); i >= 0 {
		name, number = number[:i], number[i+1:]
	}
	if x, err = strconv.ParseFloat(number, 64); err != nil {
		err = fault.New("golden-threshold", key)
	}
	return name, x, err
}

// numberIn is a number of a file, NaN if it is none.
func numberIn(x any) float64 {
	if f, ok := x.(float64); ok {
		return f
	}
	return math.NaN()
}
