package train

import (
	"testing"

	"cosinelab/engine/spec"
)

func TestEveryRateScheduleHasItsFunction(t *testing.T) {
	for k := range spec.Each(spec.RateScheduleCount) {
		if rates[k] == nil {
			t.Errorf("train.rates lacks a row for %s", k)
		}
	}
}
