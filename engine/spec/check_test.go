package spec_test

import (
	"errors"
	"strings"
	"testing"

	"cosinelab/engine/spec"
)

func TestCheckFindsEveryWrongField(t *testing.T) {
	s := spec.Default()
	s.Data.Window, s.Data.Stride, s.Train.Batch, s.Seeds = 0, 0, 0, []uint64{1, 1}
	s.Arms[4].Objective.Weight = -1
	var fields []string
	for _, err := range spec.Check([]byte(text(t, s))) {
		wrong, ok := errors.AsType[*spec.FieldError](err)
		if !ok {
			t.Fatal(err)
		}
		fields = append(fields, wrong.Field)
	}
	const want = "data.window data.stride arms[4].objective.weight train.batch seeds[1]"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("wrong are %s, want %s", got, want)
	}
	if errs := spec.Check([]byte(text(t, spec.Default()))); len(errs) > 0 {
		t.Error(errs)
	}
	odd := strings.NewReplacer(`"batch"`, `"bach"`, `"standard"`, `"some"`, `"stride"`,
		`"step"`).Replace(text(t, spec.Default()))
	if errs := spec.Check([]byte(odd)); len(errs) != 3 {
		t.Errorf("two unknown fields and an unknown name are the errors %v", errs)
	}
	if errs := spec.Check([]byte(`{"version": 1,}`)); len(errs) != 1 {
		t.Errorf("text that is no JSON has the errors %v", errs)
	}
}
