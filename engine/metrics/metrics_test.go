package metrics

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
)

func TestEveryMetricIsDescribedCompletely(t *testing.T) {
	seen := map[string]bool{}
	for i, m := range All {
		if m.Name == "" || m.Short == "" || m.Source == "" || seen[m.Name] || seen[m.Short] {
			t.Errorf("row %d: name %q, short title %q, source %q, want all three, the titles once", i,
				m.Name, m.Short, m.Source)
		}
		seen[m.Name], seen[m.Short] = true, true
		if (m.OfScores == nil) == (m.OfAlarms == nil) {
			t.Errorf("%s: want a function of scores or one of alarms", m.Name)
		}
		if !slices.Contains(Groups, m.Group) {
			t.Errorf("%s: group %q", m.Name, m.Group)
		}
		if m.Oracle && (m.Group != Flattering || m.NeedsThreshold()) {
			t.Errorf("%s: an oracle metric flatters, whatever the threshold", m.Name)
		}
		if i > 0 && m.Group.Compare(All[i-1].Group) < 0 {
			t.Errorf("%s: honest metrics come first, then those with a warning", m.Name)
		}
		if found, ok := Find(m.Name); !ok || found.Name != m.Name {
			t.Errorf("%s is not found", m.Name)
		}
	}
}

func TestEveryMetricHasATitleAndADefinitionOfOneSentenceInEachLanguage(t *testing.T) {
	for _, tag := range words.Tags() {
		w := words.In(tag)
		for _, m := range All {
			if !w.Has(words.Key(m.WordKey())) {
				t.Errorf("%s.txt has no text for %s, the title of %s", tag, m.WordKey(), m.Name)
			}
			definition := w.Say(words.Key(m.DefinitionKey()))
			if !strings.HasSuffix(definition, ".") || strings.Count(definition, ". ") > 0 {
				t.Errorf("%s.txt: %s = %q, want one sentence", tag, m.DefinitionKey(), definition)
			}
			warned := w.Has(words.Key(m.WarningKey()))
			if warned != (m.Group == Warned) {
				t.Errorf("%s.txt: %s is there: %v, want it of warned metrics only", tag, m.WarningKey(), warned)
			}
		}
	}
}

func TestMetricsOfAlarmsAreUndefinedWithoutAThreshold(t *testing.T) {
	e := exampleSeries()
	values, err := Measure(context.Background(), All, e, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range All {
		if m.Name == "ucr_accuracy" {
			continue // it needs exactly one segment
		}
		if values[i].Defined() == m.NeedsThreshold() {
			t.Errorf("%s is %v", m.Name, values[i])
		}
	}
}

func TestUndefinedIsNullInJSON(t *testing.T) {
	text, err := json.Marshal([]Value{0.25, Undefined, 0})
	if err != nil || string(text) != "[0.25,null,0]" {
		t.Errorf("%s, error %v, want [0.25,null,0]", text, err)
	}
	var back []Value
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back[0] != 0.25 || back[1].Defined() || back[2] != 0 {
		t.Errorf("read back as %v", back)
	}
	if err := json.Unmarshal([]byte(`["n/a"]`), &back); err == nil {
		t.Error("a word was read as a number")
	}
}

func TestWrongInputIsRefusedWithItsPlace(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		scores []float64
		labels []uint8
		policy Unscored
		want   string
	}{
		{nil, nil, RefuseUnscored, "metrics: no scored points, want at least one"},
		{[]float64{1}, []uint8{0, 1}, RefuseUnscored, "metrics: 1 scores, 2 labels, want as many"},
		{[]float64{1, 2}, []uint8{0, 2}, RefuseUnscored, "metrics: label 1 is 2, want 0 or 1"},
		{[]float64{1, inf}, []uint8{0, 1}, LowestUnscored, "metrics: score 1 is +Inf, want a finite number"},
		{[]float64{-inf, 1}, []uint8{0, 1}, ExcludeUnscored,
			"metrics: score 0 is -Inf, want a finite number"},
		{[]float64{1, nan}, []uint8{0, 1}, RefuseUnscored,
			"metrics: score 1 is NaN, want a finite number or a policy for unscored points"},
		{[]float64{nan, nan}, []uint8{0, 1}, ExcludeUnscored, "metrics: no scored points, want at least one"},
		{[]float64{nan, nan}, []uint8{0, 1}, LowestUnscored, "metrics: no scored points, want at least one"},
	} {
		_, err := NewEvaluation(c.scores, c.labels, c.policy)
		if err == nil || words.English().Error(err) != c.want {
			t.Errorf("%v %v: error %v, want %s", c.scores, c.labels, err, c.want)
		}
	}
	if _, err := exampleSeries().Flag(make([]bool, 3)); err == nil ||
		words.English().Error(err) != "metrics: 3 flags, want one for each of 12 points" {
		t.Errorf("error %v", err)
	}
}

func TestUnscoredPointsRankBelowEveryScore(t *testing.T) {
	for _, lowest := range []float64{0, -7, 1e300, -1e300} {
		e, err := NewEvaluation([]float64{lowest, math.NaN(), 2 * math.Abs(lowest)}, []uint8{0, 1, 0},
			LowestUnscored)
		if err != nil {
			t.Fatal(err)
		}
		if !(e.Scores[1] < lowest) || math.IsInf(e.Scores[1], 0) || e.Unscored != 1 {
			t.Errorf("lowest score %v: the unscored point got %v", lowest, e.Scores[1])
		}
	}
}

func TestFlagsWithoutAThresholdCountLikeThoseOfOne(t *testing.T) {
	e := exampleSeries()
	flags := make([]bool, e.N())
	for i, s := range e.Scores {
		flags[i] = s > 0.5
	}
	a, err := e.Flag(flags)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := a.Point(), e.At(0.5).Point(); got != want || a.Rate() != e.At(0.5).Rate() {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestParametersOutsideTheirRangeCountAsTheNearest(t *testing.T) {
	e := exampleSeries()
	a := e.At(0.5)
	for _, pair := range [][2]any{
		{a.DelayAdjusted(-4), a.DelayAdjusted(0)},
		{a.DelayAdjusted(math.MaxInt), a.PointAdjusted()},
		{a.PercentAdjusted(math.MinInt), a.PointAdjusted()},
		{a.PercentAdjusted(math.MaxInt), a.Point()},
		{e.BestPercentAdjusted(math.MaxInt), e.BestF1()},
		{e.VUS(-1), e.VUS(0)},
		{e.RangeAUC(-1), e.RangeAUC(0)},
		{e.RangeAUC(math.MaxInt).ROC, Value(1)},
		{ChanceDelayAdjusted(e.Segments, e.N(), math.MaxInt, 0.1),
			ChancePointAdjusted(e.Segments, e.N(), 0.1)},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%+v, want %+v", pair[0], pair[1])
		}
	}
}

// The closed form of README.md, section 6: it does not depend on where the event lies in its zone.
func TestFlaggingEverythingHasTheAffiliationOfItsZones(t *testing.T) {
	labels := []uint8{0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0}
	e, err := NewEvaluation(make([]float64, len(labels)), labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	got := e.At(-1).Affiliation()
	for i, share := range []float64{2.0 / 5, 1.0 / 3.5, 3.0 / 9.5} {
		if want := 0.5 + share*share/2; math.Abs(float64(got.ZonePrecision[i])-want) > 1e-12 ||
			got.ZoneRecall[i] != 1 {
			t.Errorf("zone %d: precision %v, recall %v, want %v and 1", i, got.ZonePrecision[i],
				got.ZoneRecall[i], want)
		}
	}
}

func TestBuffersOverMostOfTheSeriesAreReported(t *testing.T) {
	e := exampleSeries()
	if covered := e.VUS(0).Covered; covered != 0 {
		t.Errorf("covered %v without buffers, want 0", covered)
	}
	if covered := e.RangeAUC(2).Covered; math.Abs(float64(covered)-4.0/7) > 1e-15 {
		t.Errorf("covered %v, want 4 of 7 normal points", covered)
	}
	if covered := e.VUS(100).Covered; covered != 1 {
		t.Errorf("covered %v with wide buffers, want 1", covered)
	}
}
