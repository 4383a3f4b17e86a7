package state

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
)

// servedPage is a page beside whose engine lies a folder with one table.
func servedPage(t *testing.T, sources ...protocol.Source) *State {
	t.Helper()
	s, _ := New(words.English(), "", 0)
	a := ready()
	a.Catalogue = append(a.Catalogue, sources...)
	for range 7 {
		why := &fault.Fault{Key: "folder-pipe"}
		a.Passed = append(a.Passed, protocol.Passed{Path: strings.Repeat("x", 100) + "train.csv", Fault: why})
	}
	s.Update(a)
	s.Update(opened(s))
	return s
}

// request is the only request among effects.
func request(t *testing.T, effects []Effect) protocol.Request {
	t.Helper()
	i := slices.IndexFunc(effects, func(e Effect) bool { _, ok := e.(Post); return ok })
	if i < 0 {
		t.Fatalf("no request among %+v", effects)
	}
	return effects[i].(Post).Request
}

func TestAServedFileOpens(t *testing.T) {
	s := servedPage(t, protocol.Source{ID: "file/pump.csv", Title: "pump.csv", Group: form.GroupBenchmark})
	s.Update(Tab{form.GroupBenchmark})
	r := request(t, s.Update(Choose{"file/pump.csv"}))
	if r.Type != protocol.TypeOpen || r.Data.Source != "file/pump.csv" || r.Files != nil {
		t.Fatalf("asked %+v", r)
	}
	s.Update(opened(s))
	if s.Form.Group != form.GroupBenchmark || !s.Ready() {
		t.Errorf("tab %q, ready %v", s.Form.Group, s.Ready())
	}
	// What is set about it is asked for in the same way.
	if r := request(t, s.Update(Set{"data.label", "truth"})); r.Data.Label != "truth" || r.Files != nil {
		t.Errorf("asked %+v", r)
	}
	s.Update(opened(s))

	// One of the same name that is dropped goes before it, until the served one is chosen again.
	if r := request(t, taken(s, 1, "pump.csv")); !slices.Equal(r.Files, []string{"pump.csv"}) {
		t.Errorf("asked %+v", r)
	}
	s.Update(opened(s))
	if s.Form.Group != form.GroupFile {
		t.Errorf("tab %q", s.Form.Group)
	}
	if r := request(t, s.Update(Choose{"file/pump.csv"})); r.Files != nil {
		t.Errorf("asked %+v", r)
	}
}

func TestALinkToAServedFileOpens(t *testing.T) {
	s := servedPage(t, protocol.Source{ID: "file/pump.csv", Title: "pump.csv", Group: form.GroupBenchmark})
	s.Form.Spec.Data = spec.Data{Source: "file/pump.csv"}
	if s.Form.Missing(s.Form.Spec.Data, form.Dropped{}) || !s.Form.Missing(spec.Data{Source: "file/other.csv"}, form.Dropped{}) {
		t.Error("what is served is missing, or what is not is there")
	}
}

func TestWhatIsPassedOverStandsBesideTheBenchmarks(t *testing.T) {
	s := servedPage(t)
	if shown := s.Recipe().Passed; shown != nil {
		t.Errorf("beside built-in sets: %q", shown)
	}
	s.Update(Tab{form.GroupBenchmark})
	shown := s.Recipe().Passed
	if len(shown) != 6 || shown[5] != s.Words.Say("folder-more", 2) {
		t.Fatalf("%q", shown)
	}
	if !strings.Contains(shown[0], "xtrain.csv: a pipe, not a file") || len(shown[0]) > 120 {
		t.Errorf("%q", shown[0])
	}
}
