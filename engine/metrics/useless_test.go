package metrics

import (
	"context"
	"math"
	"testing"
)

// measured is a row of All of a control.
func measured(t *testing.T, u Useless, labels []uint8) map[string]float64 {
	t.Helper()
	values, err := u.Measure(context.Background(), All, labels, nil, Defaults)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for i, m := range All {
		out[m.Name] = float64(values[i])
	}
	return out
}

// someSegments has 40 segments of 50 points in 20,000.
func someSegments() []uint8 {
	labels := make([]uint8, 20_000)
	for at := 300; at+50 < len(labels); at += 500 {
		for i := range 50 {
			labels[at+i] = 1
		}
	}
	return labels
}

// The values that follow from the definitions: README.md, sections 2 to 8.1.
func TestUselessScoresGetWhatTheDefinitionsSay(t *testing.T) {
	labels := someSegments()
	share := 0.1 // of anomalies
	for _, u := range UselessScores {
		got := measured(t, u, labels)
		near := func(name string, want, within float64) {
			t.Helper()
			if math.Abs(got[name]-want) > within {
				t.Errorf("%s of %s is %v, want %v within %v", name, u.Name, got[name], want, within)
			}
		}
		switch {
		case u.Knows:
			for _, m := range All {
				if m.Unit == UnitShare && m.Name != "ucr_accuracy" && m.Name != "vus_roc" && m.Name != "vus_pr" &&
					m.Name != "r_auc_roc" && m.Name != "r_auc_pr" && m.Name != "pate" {
					near(m.Name, 1, 1e-9)
				}
			}
			near("pate", 1, 0.02)
		case u.Name == "constant":
			near("average_precision", share, 1e-12)
			near("precision_at_k", share, 1e-12)
			near("auroc", 0.5, 1e-12)
			near("composite_f1", 2*share/(1+share), 1e-12)
			near("best_composite_f1", 2*share/(1+share), 1e-12)
			near("range_pr_area", (1+share)/2, 1e-12)
			near("detection_delay", 0, 0)
			near("missed_segments", 0, 0)
			near("false_alarm_runs", 0, 0)
			near("false_alarm_points", 1e4, 1e-9)
			near("segment_f1", 1, 1e-12)
			near("event_f1", 0, 1e-12)
			if got["pate"] <= 0.5 {
				t.Errorf("PATE of a constant score is %v, want more than one half", got["pate"])
			}
		case u.Name != "levels": // which flags nothing
			near("auroc", 0.5, 0.02)
			near("average_precision", share, 0.01)
			near("precision_at_k", share, 0.02)
			near("etapr_f1", 0, 1e-12)
			near("false_alarm_points", 100, 15)
			near("best_affiliation_f1", 0.67, 0.02)
		}
	}
}

// Values that an independent implementation got for the labels of MSL, with random numbers of its own; its
// PATE is that of one pair of buffers.
func TestUselessScoresOnMSL(t *testing.T) {
	labels := mslLabels(t)
	for _, c := range []struct {
		control string
		within  float64
		want    map[string]float64
	}{
		{"constant", 0.0006, map[string]float64{"average_precision": .105, "auroc": .500, "f1": .191,
			"precision_at_k": .105, "missed_segments": 0, "false_alarm_runs": 0, "etapr_f1": 0,
			"range_pr_area": .553, "best_composite_f1": .191, "best_range_f1": .006,
			"best_affiliation_f1": .679, "pair": .567}},
		{"random", 0.02, map[string]float64{"average_precision": .105, "auroc": .5, "f1": .0165,
			"precision_at_k": .103, "false_alarm_runs": 100.5, "etapr_f1": 0, "range_pr_area": .1,
			"best_composite_f1": .2, "best_affiliation_f1": .68, "pair": .1325}},
	} {
		for _, u := range UselessScores {
			if u.Name != c.control {
				continue
			}
			got := measured(t, u, labels)
			e, err := NewEvaluation(u.Scores(labels), labels, RefuseUnscored)
			if err != nil {
				t.Fatal(err)
			}
			got["pair"] = float64(e.PATEPair(PATEOptions{Early: 100, Late: 100}))
			for name, want := range c.want {
				within := c.within
				if m, _ := Find(name); m.Unit != UnitShare {
					within *= 200
				}
				if math.Abs(got[name]-want) > within {
					t.Errorf("%s of %s is %v, want %v within %v", name, c.control, got[name], want, within)
				}
			}
		}
	}
}
