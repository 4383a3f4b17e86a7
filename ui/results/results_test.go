package results

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// looked is a finished experiment of the student alone and with the cosine, over seeds, scored after two epochs.
// Each arm has an average precision a seed, and half of it after the first epoch; every other honest metric of
// the headline has what others says of the cosine, and 0.5 without it.
func looked(t *testing.T, alone, cosine []float64, others float64) *Progress {
	t.Helper()
	sp := spec.Default()
	sp.Evaluate, sp.Seeds = spec.EvaluateEachEpoch, nil
	sp.Arms = slices.DeleteFunc(slices.Clone(sp.Arms), func(a spec.Arm) bool {
		return a.Name != spec.ArmAlone && a.Name != spec.ArmCosine
	})
	for i := range alone {
		sp.Seeds = append(sp.Seeds, uint64(i+1))
	}
	r := spec.Report{Version: 1, Spec: sp, Seconds: 60,
		Data: spec.DataSummary{Title: "Server", Labelled: true, Anomalous: 1}}
	for k, values := range [][]float64{alone, cosine} {
		arm := spec.ArmReport{Arm: sp.Arms[k]}
		for i, v := range values {
			run := spec.Run{Arm: arm.Arm.Name, Seed: sp.Seeds[i]}
			of := func(v float64) []spec.Measure {
				return []spec.Measure{{Name: spec.DefaultHeadline, Value: metrics.Value(v), Chance: 0.01}}
			}
			run.Metrics = of(v)
			for _, h := range headline[1:] {
				x := 0.5 + 0.001*float64(i%2)
				if k == 1 {
					x = others + 0.002*float64(i%2)
				}
				run.Metrics = append(run.Metrics, spec.Measure{Name: h.name, Value: metrics.Value(x), Chance: 0.4})
			}
			run.Epochs = []spec.Epoch{{Epoch: 1, Seconds: 2, Test: of(v / 2)}, {Epoch: 2, Seconds: 3, Test: of(v)}}
			arm.Runs = append(arm.Runs, run)
		}
		r.Arms = append(r.Arms, arm)
	}
	for _, seed := range sp.Seeds {
		r.Teachers = append(r.Teachers, spec.TeacherRun{Seed: seed, Seconds: 7})
	}
	p := Begin(sp, r.Data)
	p.Finish(&r)
	return p
}

var (
	apart = []float64{0.30, 0.31, 0.32, 0.30, 0.31} // of the student alone, seed by seed
	above = []float64{0.40, 0.42, 0.41, 0.41, 0.42} // about ten points more
)

func names(columns []metricColumn) (all []string) {
	for _, c := range columns {
		all = append(all, c.Name)
	}
	return all
}

// The metric that is judged comes first, once, and its group with it; honest metrics stand before the others.
func TestColumnsBeginWithTheMetricThatIsJudged(t *testing.T) {
	for _, m := range metrics.All {
		few, all := names(columns(false, m)), names(columns(true, m))
		for _, list := range [][]string{few, all} {
			sorted := slices.Clone(list)
			slices.Sort(sorted)
			if len(slices.Compact(sorted)) != len(list) {
				t.Errorf("judged by %s a column is there twice: %v", m.Name, list)
			}
			groups := columns(len(list) == len(all), m)
			first := slices.IndexFunc(groups, func(c metricColumn) bool { return c.Group == m.Group })
			if groups[first].Name != m.Name {
				t.Errorf("judged by %s, the first of its group is %s", m.Name, groups[first].Name)
			}
			if !slices.IsSortedFunc(groups, func(a, b metricColumn) int { return a.Group.Compare(b.Group) }) {
				t.Errorf("judged by %s the groups are mixed: %v", m.Name, list)
			}
		}
		if len(all) != len(metrics.All) || !slices.Contains(few, m.Name) || len(few) > len(headline)+1 {
			t.Errorf("judged by %s: %d of %d columns, in short %v", m.Name, len(all), len(metrics.All), few)
		}
		for _, c := range columns(true, m) {
			if c.extra {
				t.Errorf("%s leaves where all are asked for", c.Name)
			}
		}
	}
	if judged := columns(false, metricNamed("etapr_f1"))[0]; judged.Name != "etapr_f1" || judged.extra {
		t.Errorf("the judged metric leaves when the page is narrow: %+v", judged)
	}
}

// A cell of the table of gains has the mean and the interval that the report has, and every seed as a mark.
func TestAGainIsThatOfTheReport(t *testing.T) {
	w := words.English()
	p := looked(t, apart, above, 0.6)
	m := metricNamed(spec.DefaultHeadline)
	gain := p.Report().Gains(spec.MeasuredBy(m))[0].Paired
	c := gainCell(w, m.Unit, gain, len(apart))
	if c.Value != "+10.4" || c.Provisional || !c.Shown || len(c.Marks) != 5 || c.Marks[0] < 9.99 || c.Marks[0] > 10.01 ||
		c.Mean.Value != 100*float64(gain.Mean) || c.Low.Value != 100*float64(gain.Low) ||
		c.High.Value != 100*float64(gain.High) || strings.Contains(c.Company, "+") {
		t.Errorf("%+v of %+v", c, gain)
	}
	// While seeds are missing it says how many there are; of one there is neither mean nor interval.
	if c := gainCell(w, m.Unit, gain, 8); !c.Provisional || c.Company != w.Say("seed-of", 5, 8) {
		t.Errorf("of 8 seeds: %+v", c)
	}
	one := looked(t, apart[:1], above[:1], 0.6).Report().Gains(spec.MeasuredBy(m))[0].Paired
	if c := gainCell(w, m.Unit, one, 1); c.Value != "+10.0" || c.Company != "" || c.Mean.Known || c.Shown {
		t.Errorf("of one seed: %+v", c)
	}
	if c := gainCell(w, m.Unit, spec.Paired{}, 3); c.Value != w.Say("pending") || len(c.Marks) != 0 || !c.Provisional {
		t.Errorf("of none: %+v", c)
	}
}

// The claim names outcome, difference, interval and seeds; the reasons name what other metrics say of it.
func TestTheVerdictSaysWhatTheReportFound(t *testing.T) {
	w := words.English()
	for _, c := range []struct {
		name          string
		alone, cosine []float64
		others        float64
		claim, why    string
	}{
		{"helps", apart, above, 0.6, "+10.4 AP", "AUROC"},
		{"harms", above, apart, 0.4, "−10.4 AP", "AUROC"},
		{"nothing shown", apart, []float64{0.35, 0.26, 0.33, 0.28, 0.33}, 0.5, "no evidence", ""},
		{"one seed", apart[:1], above[:1], 0.6, "+10.0 AP", ""},
	} {
		v := looked(t, c.alone, c.cosine, c.others).Verdict(w, false, false)
		if !strings.Contains(v.Claim, c.claim) || !strings.Contains(v.Why, c.why) {
			t.Errorf("%s: %s\n%s", c.name, v.Claim, v.Why)
		}
		if drawn := v.Effect != nil; drawn != (len(c.alone) > 1) {
			t.Errorf("%s: a figure %v", c.name, drawn)
		} else if drawn && (len(v.Effect.Points) != len(c.alone) || v.Effect.Low > v.Effect.Mean ||
			v.Effect.High < v.Effect.Mean || !strings.Contains(v.Effect.Spoken, v.Effect.Label)) {
			t.Errorf("%s: figure %+v", c.name, v.Effect)
		}
		if v.More == "" || strings.Contains(v.Why, "  ") {
			t.Errorf("%s: %q offers %q", c.name, v.Why, v.More)
		}
	}
	// What agrees, what does not, is named by its own difference.
	helps, against := looked(t, apart, above, 0.6).Verdict(w, false, false), looked(t, apart, above, 0.4).Verdict(w, false, false)
	if helps.Why == against.Why || !strings.Contains(against.Why, "AUROC (−10") {
		t.Errorf("metrics that point elsewhere are not named: %s", against.Why)
	}
}

// Gains by epoch are the student's, at the times of its training, after the teacher's where that is asked for.
func TestGainsByEpochLieWhereTheyCame(t *testing.T) {
	w := words.English()
	p := looked(t, apart, above, 0.6)
	e := p.Epochs(w, EpochView{Open: true})
	if e.Missing != "" || len(e.Lines) != 2 || len(e.Rows) != 4 || e.From != 1 || e.To != 2 {
		t.Fatalf("%+v", e)
	}
	alone, cosine := e.Lines[0].Marks, e.Lines[1].Marks
	if alone[0].Gain.Known || !cosine[1].Gain.Known || cosine[1].Gain.Value < 10.3 || cosine[1].Gain.Value > 10.5 ||
		cosine[0].Gain.Value > 5.3 || !cosine[0].Excludes0 || cosine[0].GainLow.Value > cosine[0].Gain.Value {
		t.Errorf("alone %+v, cosine %+v", alone, cosine)
	}
	for _, c := range []struct {
		view EpochView
		at   [2]float64 // of the cosine
	}{
		{EpochView{}, [2]float64{1, 2}}, {EpochView{Teacher: true}, [2]float64{1, 2}},
		{EpochView{Seconds: true}, [2]float64{2, 5}}, {EpochView{Seconds: true, Teacher: true}, [2]float64{9, 12}},
	} {
		marks := p.Epochs(w, c.view).Lines[1].Marks
		if got := [2]float64{marks[0].X, marks[1].X}; got != c.at {
			t.Errorf("%+v: at %v, want %v", c.view, got, c.at)
		}
	}
	if row := e.Rows[2].Cells; row[0] != "1" || row[1] != "2.0 + 7.0" || !strings.HasPrefix(row[3], "+5.2 (") {
		t.Errorf("row %q", row)
	}
	if !strings.Contains(e.Claim, "+10.4") || !strings.HasSuffix(e.Claim, w.Say("epochs-insight")) || e.Spoken != e.Claim {
		t.Errorf("claim %q", e.Claim)
	}
	p.Spec.Evaluate = spec.EvaluateAtEnd
	if e := p.Epochs(w, EpochView{}); e.Missing == "" || e.Lines != nil {
		t.Errorf("there is something to see of an experiment that nobody looked at: %+v", e)
	}
}

// A switch changes its part of the view alone.
func TestASwitchTurnsItsPart(t *testing.T) {
	for s, want := range map[EpochSwitch]EpochView{EpochsShown: {Open: true}, EpochsTimed: {Seconds: true},
		EpochsWithTeacher: {Teacher: true}, EpochsTable: {Table: true}, EpochsHidden: {}, EpochsCounted: {}} {
		var v EpochView
		if v.Turn(s); v != want {
			t.Errorf("switch %d: %+v, want %+v", s, v, want)
		}
		all := EpochView{Open: true, Seconds: true, Teacher: true, Table: true}
		if v = all; s == EpochsHidden {
			want = EpochView{Seconds: true, Teacher: true, Table: true}
		} else if s == EpochsCounted {
			want = EpochView{Open: true, Teacher: true, Table: true}
		} else {
			continue
		}
		if v.Turn(s); v != want {
			t.Errorf("switch %d of all: %+v, want %+v", s, v, want)
		}
	}
}
