package words

import (
	"strings"
	"testing"
)

func TestEveryKeyIsSaid(t *testing.T) {
	for k := range count {
		if English[k] == "" {
			t.Errorf("key %d has no English words", k)
		}
	}
}

func TestStrongTextIsClosed(t *testing.T) {
	for k, text := range English {
		if strings.Count(text, "*")%2 != 0 || strings.Count(text, "`")%2 != 0 {
			t.Errorf("key %d: %q opens strong text or code without closing it", k, text)
		}
	}
}

func TestSayPutsArgumentsIn(t *testing.T) {
	if got := English.Say(SeedOf, 1, 3); got != "seed 1 of 3" {
		t.Errorf("got %q", got)
	}
	if got := English.Say(Train); got != "Train here" {
		t.Errorf("got %q", got)
	}
}
