package spec

import (
	"encoding/json"
	"testing"
)

func TestEveryPresetIsAnExperimentOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	text, _ := json.Marshal(Default())
	seen[string(text)] = "default"
	for _, p := range Presets {
		s, err := p.read()
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		text, _ := json.Marshal(s)
		if other, twice := seen[string(text)]; twice {
			t.Errorf("%s is the experiment of %s", p.Name, other)
		}
		seen[string(text)] = p.Name
		if again, ok := PresetOf(p.Name); !ok || again.Name != p.Name {
			t.Errorf("%s is not found", p.Name)
		}
		if s.Baseline() == "" || len(s.Seeds) < 3 {
			t.Errorf("%s: %d seeds, baseline %q: no verdict can come of it", p.Name, len(s.Seeds), s.Baseline())
		}
	}
	if _, ok := PresetOf("no such"); ok {
		t.Error("a preset that there is not")
	}
}
