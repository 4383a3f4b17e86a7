package form

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

func TestThePageSaysWhatIsLeftOutOfAFile(t *testing.T) {
	f := &Form{Data: &spec.DataSummary{Channels: []string{"a"}, TestSteps: 10}}
	before := f.aboutSeries(words.English())
	f.Data.BlankLines = 2
	f.Data.Dropped = slices.Repeat([]spec.Dropped{{Name: "date", Why: "time"}}, 7)
	said := strings.Join(f.aboutSeries(words.English())[len(before):], "; ")
	if want := "7 columns not used: " + strings.Repeat("“date” (times), ", 5) +
		"…; 2 blank lines left out"; said != want {
		t.Errorf("said %q, want %q", said, want)
	}
}
