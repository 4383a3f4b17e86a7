package state

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
	"cosinelab/ui/results"
)

// explained is a page with a report whose cosine arm alarms twice: in the anomaly of channel 8, and
// elsewhere.
func explained(t *testing.T) *State {
	t.Helper()
	s := idle(t)
	s.Update(Resize{600})
	s.Update(Press{KeyRun})
	run := finish(look.Cosine, 1, 0.4)
	run.Alarms = []steps.Range{{From: 14, To: 16}, {From: 100, To: 140}}
	run.Causes = [][]spec.Cause{{{Channel: 7, Share: 0.61}, {Channel: 2, Share: 0.2}},
		{{Channel: 3, Share: 0.5}}}
	run.Located = &spec.Located{Segments: 1, HitRate100: 1, HitRate150: 1, Chance100: 1. / 12,
		Chance150: 1. / 12}
	s.Update(happened(spec.Event{Phase: spec.PhaseScore, Arm: look.Cosine, Seed: 1, Finished: &run,
		Runs: 12}))
	return s
}

func TestCausesNameTheChannelsOfTheAlarmAtTheCursor(t *testing.T) {
	s := idle(t)
	if got := s.Causes(); got.Name != "" || !strings.Contains(got.Lead, "once an arm is scored") {
		t.Errorf("before any score: %+v", got)
	}
	s = explained(t)
	for _, c := range []struct {
		cursor   int
		lead     string
		channels string
		truth    string
	}{
		{-1, "put the cursor on one", "", "HitRate@100 % 100.0 (chance 8.3)"},
		{50, "put the cursor on one", "", "chance"},
		{15, "alarm 14–15, in A1", "Channel 8 61 % right, Channel 3 20 %", "A1 shows in Channel 8"},
		// of the anomaly there
		{10, "alarm 14–15, in A1", "Channel 8 61 % right, Channel 3 20 %", "A1 shows in Channel 8"},
		{139, "alarm 100–139, false", "Channel 4 50 %", ""},
	} {
		s.Update(Cursor{c.cursor})
		got := s.Causes()
		var channels []string
		for _, one := range got.Channels {
			text := one.Name + " " + one.Share
			if one.Right {
				text += " right"
			}
			channels = append(channels, text)
		}
		if got.Name != look.Cosine || !strings.Contains(got.Lead, c.lead) ||
			strings.Join(channels, ", ") != c.channels || !strings.Contains(got.Truth, c.truth) {
			t.Errorf("cursor at %d: %+v", c.cursor, got)
		}
	}
	s.Run.Runs[0].Alarms, s.Run.Runs[0].Causes = s.Run.Runs[0].Alarms[1:], s.Run.Runs[0].Causes[1:]
	s.Update(Cursor{12})
	if got := s.Causes(); got.Lead != "A1 is missed" || got.Truth != "A1 shows in Channel 8" {
		t.Errorf("a missed anomaly: %+v", got)
	}
	s.Run.Runs[0].Causes = nil
	if got := s.Causes(); !strings.Contains(got.Lead, "not a sum over channels") {
		t.Errorf("a score that no channel adds to: %+v", got)
	}
}

func TestACauseIsShownAmongTheChannels(t *testing.T) {
	s := explained(t)
	if got := s.Scene().Shown(); !slices.Equal(got, []int{0, 7}) {
		t.Fatalf("shown are %v", got)
	}
	if got := sent(s.Update(Reveal{7})); got != nil {
		t.Errorf("a channel that is shown already asks for %v", got)
	}
	s.Update(Reveal{2})
	if got := s.Scene().Shown(); !slices.Equal(got, []int{2, 0}) || !strings.Contains(s.Hash(),
		"channels=3,1") {
		t.Errorf("shown are %v, the address is %s", got, s.Hash())
	}
	s.Update(Reveal{12})
	if s.Stack.Refused != nil || !slices.Equal(s.Scene().Shown(), []int{2, 0}) {
		t.Errorf("a channel that there is not: %q, shown %v", s.Stack.Refused, s.Scene().Shown())
	}
}

func TestHitRatesStandAmongAllMetricsWithTheirChance(t *testing.T) {
	s := explained(t)
	if n := len(s.Table().Columns); n != 7 {
		t.Fatalf("%d columns, want the %d of the headline", n, 7)
	}
	before := s.Table().Switch
	s.Update(MoreMetrics{})
	table := s.Table()
	i := slices.IndexFunc(table.Columns, func(c results.Column) bool { return c.Title == "HitRate@100 %" })
	if i < 0 || table.Columns[i].Chance != "8.3" || table.Columns[i].Warned ||
		!table.Columns[i+2].Warned {
		t.Fatalf("columns %+v", table.Columns)
	}
	if !strings.Contains(before, strconv.Itoa(len(metrics.All)+2)) || table.Rows[1].Cells[i].Value != "100.0" ||
		table.Rows[0].Cells[i].Value != "–" {
		t.Errorf("%s: row %+v", before, table.Rows[1].Cells[i])
	}
}

func TestCellsThatDoNotBeatChanceAndUntrainedAreMarked(t *testing.T) {
	s := idle(t)
	reported(t, s, map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.1, 0.5, 0.1},
		look.MSE: {0.2, 0.21, 0.2}, look.Untrained: {0.2, 0.2, 0.2}, look.Random: {0.09, 0.09, 0.09}})
	table := s.Table()
	// controls are what the others are compared with
	for i, want := range []bool{false, true, true, false, false} {
		if got := table.Rows[i].Cells[0].Doubtful != ""; got != want {
			t.Errorf("%s: marked %v, want %v", table.Rows[i].Name, got, want)
		}
	}
	if !strings.Contains(table.Legend, "not shown to beat both") {
		t.Errorf("the legend is %q", table.Legend)
	}
	s = idle(t)
	s.Update(Set{"seeds", "1"})
	reported(t, s, map[string][]float64{look.Alone: {0.3}, look.Cosine: {0.1}, look.MSE: {0.2},
		look.Untrained: {0.2}})
	if why := s.Verdict().Why; !strings.Contains(why,
		"With this seed + cosine does not beat untrained.") {
		t.Errorf("with one seed the verdict says %q", why)
	}
}
