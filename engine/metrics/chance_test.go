package metrics

import (
	"compress/gzip"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// chanceLabels has segments at both ends, of one point, and longer ones.
var chanceLabels = []uint8{1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1}

// enumerated is the expectation of of over all flags, each drawn with probability p, of a series with the
// labels.
func enumerated(labels []uint8, p float64, of func(flags []bool) float64) float64 {
	n, sum := len(labels), 0.0
	for bits := range 1 << n {
		flags, weight := make([]bool, n), 1.0
		for i := range flags {
			flags[i] = bits>>i&1 == 1
			if flags[i] {
				weight *= p
			} else {
				weight *= 1 - p
			}
		}
		sum += weight * of(flags)
	}
	return sum
}

func TestChanceLevelsAreRatiosOfExactExpectations(t *testing.T) {
	o := oracle{make([]float64, len(chanceLabels)), chanceLabels}
	segments, n := Segments(chanceLabels), len(chanceLabels)
	rows := []struct {
		name   string
		adjust func(flags []bool) []bool
		chance func(p float64) Rates
	}{
		{"point", func(f []bool) []bool { return f },
			func(p float64) Rates { return ChancePoint(segments, n, p) }},
		{"point-adjusted", func(f []bool) []bool { return o.percentAdjusted(f, 0) },
			func(p float64) Rates { return ChancePointAdjusted(segments, n, p) }},
		{"delay 1", func(f []bool) []bool { return o.delayAdjusted(f, 1) },
			func(p float64) Rates { return ChanceDelayAdjusted(segments, n, 1, p) }},
		{"delay 7", func(f []bool) []bool { return o.delayAdjusted(f, 7) },
			func(p float64) Rates { return ChanceDelayAdjusted(segments, n, 7, p) }},
		{"percent 50", func(f []bool) []bool { return o.percentAdjusted(f, 50) },
			func(p float64) Rates { return ChancePercentAdjusted(segments, n, 50, p) }},
		{"percent 100", func(f []bool) []bool { return o.percentAdjusted(f, 100) },
			func(p float64) Rates { return ChancePercentAdjusted(segments, n, 100, p) }},
	}
	for _, p := range []float64{0, 0.01, 0.3, 0.9, 1} {
		for _, row := range rows {
			tp := enumerated(chanceLabels, p,
				func(f []bool) float64 { return float64(o.confusion(row.adjust(f)).TP) })
			want := expectedRates(segments, n, p, tp)
			c := checker{t, row.name}
			c.equal("precision", row.chance(p).Precision, float64(want.Precision))
			c.equal("recall", row.chance(p).Recall, float64(want.Recall))
			c.equal("F1", row.chance(p).F1, float64(want.F1))
		}
		hit := enumerated(chanceLabels, p, func(f []bool) float64 {
			hits, all, _ := o.events(f)
			return float64(hits) / float64(all)
		})
		c := checker{t, "composite"}
		c.equal("recall", ChanceComposite(segments, n, p).Recall, hit)
		c.equal("area", ChancePercentArea(segments, n, p), o.percentArea(func(percent int) float64 {
			return float64(ChancePercentAdjusted(segments, n, percent, p).F1)
		}))
	}
}

func TestChanceWithoutAnomaliesOrProbabilityIsUndefined(t *testing.T) {
	segments := Segments(chanceLabels)
	for _, r := range []Rates{
		ChancePoint(nil, 9, 0.1), ChancePointAdjusted(nil, 9, 0.1), ChanceDelayAdjusted(nil, 9, 2, 0.1),
		ChancePercentAdjusted(nil, 9, 20, 0.1), ChanceComposite(nil, 9, 0.1),
		ChancePoint(segments, 12, -0.1), ChancePointAdjusted(segments, 12, 1.5),
		ChanceComposite(segments, 12, math.NaN()),
	} {
		if r.Precision.Defined() || r.Recall.Defined() || r.F1.Defined() {
			t.Errorf("%+v, want undefined rates", r)
		}
	}
	if v := ChancePercentArea(nil, 9, 0.1); v.Defined() {
		t.Errorf("area %v, want undefined", v)
	}
}

func TestDrawnLevelsLieNearTheClosedFormsWhereBothExist(t *testing.T) {
	labels := make([]uint8, 8000)
	for at := 100; at < len(labels); at += 400 {
		for i := range 40 {
			labels[at+i] = 1
		}
	}
	e, err := NewEvaluation(make([]float64, len(labels)), labels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	var closed, rows []Metric
	for _, m := range All {
		if m.Chance != nil {
			closed = append(closed, m)
			m.Chance = nil
			rows = append(rows, m)
		}
	}
	drawn, err := ChanceLevels(context.Background(), rows, e, 0.05, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range closed {
		level := m.Chance(e, 0.05)
		if m.Name == "ucr_accuracy" {
			continue // these labels have several segments
		}
		if drawn[i].Draws != Draws {
			t.Errorf("%s: %d draws, want %d", m.Name, drawn[i].Draws, Draws)
		}
		gap := math.Abs(float64(level - drawn[i].Mean))
		// Five standard errors of the mean, and what a ratio of expectations is off.
		most := []float64{1, float64(e.N()), float64(len(e.Segments)), 1e4}[m.Unit]
		if allowed := 5*float64(drawn[i].Deviation)/math.Sqrt(Draws) + 0.003*most; gap > allowed {
			t.Errorf("%s: closed form %v, drawn %v, want them within %v", m.Name, level, drawn[i].Mean,
				allowed)
		}
	}
}

func TestChanceLevelsRepeatAndReportProgress(t *testing.T) {
	e, err := NewEvaluation(make([]float64, len(chanceLabels)), chanceLabels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	calls, all := 0, 0
	first, err := ChanceLevels(context.Background(), All, e, 0.25, func(done, of int) {
		calls, all = calls+1, of
		if done != calls {
			t.Errorf("progress %d is told as the call %d", done, calls)
		}
	})
	want := 0
	for _, m := range All {
		if m.Chance == nil {
			want += m.draws()
		}
	}
	if err != nil || calls != all || calls != want {
		t.Errorf("error %v, progress was told %d times of %d, want every metric of its draws: %d", err, calls,
			all, want)
	}
	second, _ := ChanceLevels(context.Background(), All, e, 0.25, nil)
	for i := range first {
		if first[i].Mean.Defined() && first[i].Mean != second[i].Mean {
			t.Errorf("%s: %v, then %v", All[i].Name, first[i].Mean, second[i].Mean)
		}
	}
}

func TestLongComputationsStopWithTheirContext(t *testing.T) {
	e, err := NewEvaluation(make([]float64, len(chanceLabels)), chanceLabels, RefuseUnscored)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := 0
	_, err = Measure(ctx, All, e, nil, func(int, int) {
		if done++; done == 3 {
			cancel()
		}
	})
	if err != context.Canceled || done != 3 {
		t.Errorf("error %v after %d rows, want %v after 3", err, done, context.Canceled)
	}
	if _, err := ChanceLevels(ctx, All, e, 0.1, nil); err != context.Canceled {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// The figures are those of README.md, section 8.
func TestRandomFlagsReachTheKnownPointAdjustedF1OnMSL(t *testing.T) {
	labels := mslLabels(t)
	segments := Segments(labels)
	if len(labels) != 73_729 || len(segments) != 36 {
		t.Fatalf("%d labels with %d segments, want 73729 with 36", len(labels), len(segments))
	}
	got := ChancePointAdjusted(segments, len(labels), 0.01)
	for i, want := range []float64{91.23, 88.37, 89.78} {
		if v := []Value{got.Precision, got.Recall, got.F1}[i]; math.Abs(100*float64(v)-want) > 0.005 {
			t.Errorf("%+v, want 91.23, 88.37, 89.78 %%", got)
		}
	}
}

// mslLabels reads the test labels of MSL, one byte each after the header of an .npy file.
func mslLabels(t *testing.T) []uint8 {
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "msl", "MSL_test_label.npy.gz"))
	if err != nil {
		t.Skip("the labels of MSL are not in ../shared/data")
	}
	defer file.Close()
	content, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	return all[10+int(all[8])+int(all[9])<<8:]
}

func TestSpreadNeedsTwoDraws(t *testing.T) {
	none, one, two := summarise(nil), summarise([]float64{0.5}), summarise([]float64{0.25, 0.75})
	if none.Mean.Defined() || none.Deviation.Defined() {
		t.Errorf("no draws: %+v", none)
	}
	if one.Mean != 0.5 || one.Deviation.Defined() {
		t.Errorf("one draw: %+v", one)
	}
	if want := math.Sqrt(0.125); two.Mean != 0.5 || two.Deviation != Value(want) || two.Draws != 2 {
		t.Errorf("two draws: %+v, want mean 0.5, deviation %v", two, want)
	}
}
