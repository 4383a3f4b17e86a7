package state

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

func TestThePageSaysWhatIsLeftOutOfAFile(t *testing.T) {
	s := &State{Words: words.English(), Data: summary()}
	before := s.aboutSeries()
	s.Data.BlankLines = 2
	s.Data.Dropped = slices.Repeat([]spec.Dropped{{Name: "date", Why: "time"}}, 7)
	said := strings.Join(s.aboutSeries()[len(before):], "; ")
	if want := "7 columns not used: " + strings.Repeat("“date” (times), ", 5) + "…; 2 blank lines left out"; said != want {
		t.Errorf("said %q, want %q", said, want)
	}
}
