package spec_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"cosinelab/engine/spec"
)

// with is the default spec with this text as its threshold.
func with(t *testing.T, threshold string) []byte {
	t.Helper()
	text, err := json.Marshal(spec.Default())
	if err != nil {
		t.Fatal(err)
	}
	var sp map[string]any
	if err := json.Unmarshal(text, &sp); err != nil {
		t.Fatal(err)
	}
	sp["detect"].(map[string]any)["threshold"] = json.RawMessage(threshold)
	if text, err = json.Marshal(sp); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestThresholdsTakeTheParametersOfTheirPolicyOnly(t *testing.T) {
	for threshold, field := range map[string]string{
		`{"policy":"fixed","value":0}`:                    "",
		`{"policy":"fixed"}`:                              "detect.threshold.value",
		`{"policy":"fixed","value":1,"k":2}`:              "detect.threshold.k",
		`{"policy":"train_percentile","percent":99}`:      "",
		`{"policy":"train_percentile"}`:                   "detect.threshold.percent",
		`{"policy":"train_percentile","percent":101}`:     "detect.threshold.percent",
		`{"policy":"train_test_percentile","percent":-1}`: "detect.threshold.percent",
		`{"policy":"mean_sigma"}`:                         "",
		`{"policy":"mean_sigma","k":2.5}`:                 "",
		`{"policy":"mean_sigma","k":-1}`:                  "detect.threshold.k",
		`{"policy":"pot"}`:                                "",
		`{"policy":"pot","level":0.9,"q":0.0001}`:         "",
		`{"policy":"pot","level":1}`:                      "detect.threshold.level",
		`{"policy":"pot","q":0.03}`:                       "detect.threshold.q",
		`{"policy":"spot","percent":99}`:                  "detect.threshold.percent",
		`{"policy":"spot","q":-1}`:                        "detect.threshold.q",
		`{"policy":"dynamic"}`:                            "",
		`{"policy":"dynamic","q":0.1}`:                    "detect.threshold.q",
		`{"policy":"best_f1"}`:                            "",
		`{"policy":"best_f1","percent":99}`:               "detect.threshold.percent",
		`{"policy":"best_f1","value":0}`:                  "detect.threshold.value",
		`{"policy":"nonesuch"}`:                           "detect.threshold.policy",
		`{"policy":"pot","levels":0.9}`:                   "detect.threshold.levels",
		`{"policy":"pot","level":"high"}`:                 "detect.threshold.level",
	} {
		sp, err := spec.Parse(with(t, threshold))
		var wrong *spec.FieldError
		switch {
		case field == "" && err != nil:
			t.Errorf("%s: %v", threshold, err)
		case field != "" && (!errors.As(err, &wrong) || wrong.Field != field):
			t.Errorf("%s: error %v, want one about %s", threshold, err, field)
		case field == "":
			var back spec.Threshold
			text, err := json.Marshal(sp.Detect.Threshold)
			if err == nil {
				err = json.Unmarshal(text, &back)
			}
			if string(text) != threshold || err != nil || !reflect.DeepEqual(back, sp.Detect.Threshold) {
				t.Errorf("%s became %s, error %v", threshold, text, err)
			}
		}
	}
}

func TestAbsentParametersAreThoseOfThePolicy(t *testing.T) {
	half := 0.5
	for want, threshold := range map[string]spec.Threshold{
		"pot, level 0.98, q 0.001":     {Policy: spec.PolicyPOT},
		"spot, level 0.9, q 0.01":      {Policy: spec.PolicySPOT, Level: 0.9, Q: 0.01},
		"mean_sigma, k 3":              {Policy: spec.PolicyMeanSigma},
		"train_percentile, percent 99": {Policy: spec.PolicyTrainPercentile, Percent: 99},
		"fixed, value 0.5":             {Policy: spec.PolicyFixed, Value: &half},
		"best_f1":                      {Policy: spec.PolicyBestF1},
	} {
		if got := threshold.String(); got != want {
			t.Errorf("%+v is %q, want %q", threshold, got, want)
		}
	}
}
