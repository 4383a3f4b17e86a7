package experiment

import (
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// The default settings fit into any file of 30 rows or more of a user's own, and what was changed is said;
// settings that fit stay as they are.
func TestShortFilesAreFitted(t *testing.T) {
	for _, c := range []struct {
		train, test int
		short       bool
	}{{15, 15, true}, {16, 14, true}, {30, 30, true}, {50, 50, true}, {140, 60, true}, {250, 249, false},
		{600, 99, false}, {2000, 2000, false}} {
		sp := spec.Default()
		sp.Data.Source = "file/x"
		p, err := Prepare(sp, numbered(c.train, c.test))
		if err != nil {
			t.Errorf("%d and %d rows: %v", c.train, c.test, err)
			continue
		}
		if f := p.Summary.Fitted; (f != nil) != c.short || f != nil && (f.Window != p.Spec.Data.Window ||
			p.Spec.Data.Window >= sp.Data.Window) {
			t.Errorf("%d and %d rows: fitted to %+v, window %d", c.train, c.test, f, p.Spec.Data.Window)
		}
		if p.fit.Len() < 1 || p.valid.Len() < 1 || p.test.Len() < 1 {
			t.Errorf("%d and %d rows: %d, %d and %d windows", c.train, c.test, p.fit.Len(), p.valid.Len(),
				p.test.Len())
		}
		if again, err := Prepare(p.Spec, numbered(c.train, c.test)); err != nil || again.Summary.Fitted != nil {
			t.Errorf("%d and %d rows: fitted again, %v", c.train, c.test, err)
		}
	}
	sp := spec.Default()
	sp.Data.Source = "file/x"
	if _, err := Prepare(sp, numbered(15, 14)); !fault.Has(err, "data-too-short") {
		t.Errorf("29 rows: %v", err)
	}
	sp.Data.Source, sp.Data.Train = "smd/machine-1-1", steps.Range{To: 40}
	if _, err := Prepare(sp, numbered(60, 60)); err == nil {
		t.Error("a set of others is fitted")
	}
}
