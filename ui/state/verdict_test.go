package state

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// outcomes are experiments, one for every outcome, with the words of both languages.
var outcomes = []struct {
	name          string
	looked        []int
	alone, cosine []float64
	input, pca    []float64 // of arms that only some have
	en, ko        string
	effect, shown bool // there is a figure; its bar is filled
}{
	{"no evidence", nil, []float64{0.31, 0.32, 0.33}, []float64{0.296, 0.336, 0.352}, nil, nil,
		"Cosine distillation: *+0.8 AP* over student alone, 95 % interval −4.0 to +5.6, 3 seeds: *no " +
			"evidence that it helps on this data.*",
		"코사인 증류: 학생 단독보다 *AP +0.8*, 95 % 구간 −4.0 ~ +5.6, 시드 3개. *이 데이터에서 도움이 된다는 근거가 " +
			"없습니다.*", true, false},
	{"behind, no evidence", nil, []float64{0.31, 0.32, 0.33}, []float64{0.296, 0.326, 0.316}, nil, nil,
		"Cosine distillation: *−0.7 AP* against student alone, 95 % interval −3.6 to +2.1, 3 seeds: *no " +
			"evidence that it helps on this data.*",
		"코사인 증류: 학생 단독보다 *AP −0.7*, 95 % 구간 −3.6 ~ +2.1, 시드 3개. *이 데이터에서 도움이 된다는 근거가 " +
			"없습니다.*", true, false},
	{"helps", nil, []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371}, nil, nil,
		"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 seeds: *it " +
			"helps, on Server only.*",
		"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 됩니다. 확인한 데이터는 " +
			"Server뿐입니다.*", true, true},
	{"helps, and it is the teacher", nil, []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371},
		[]float64{0.32, 0.33, 0.343}, nil,
		"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 seeds: *it " +
			"helps, on Server only.*",
		"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 됩니다. 확인한 데이터는 " +
			"Server뿐입니다.*", true, true},
	{"the gain is not the teacher's", nil, []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371},
		[]float64{0.35, 0.36, 0.373}, nil,
		"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 seeds: *it " +
			"helps, but it is not shown that the teacher does.*",
		"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 되지만 교사 덕분이라는 근거는 " +
			"없습니다.*", true, true},
	{"harms", nil, []float64{0.31, 0.32, 0.33}, []float64{0.29, 0.295, 0.306}, nil, nil,
		"Cosine distillation: *−2.3 AP* against student alone, 95 % interval −3.0 to −1.6, 3 seeds: *the " +
			"teacher makes it worse here.*",
		"코사인 증류: 학생 단독보다 *AP −2.3*, 95 % 구간 −3.0 ~ −1.6, 시드 3개. *여기서는 교사가 오히려 방해됩니다.*",
		true, true},
	{"no spread", nil, []float64{0.31, 0.32, 0.33}, []float64{0.31, 0.32, 0.33}, nil, nil,
		"Cosine distillation: *0.0 AP* over student alone with each of 3 seeds: no spread, so *no evidence.*",
		"코사인 증류: 시드 3개 모두에서 학생 단독보다 똑같이 *AP 0.0*. 편차가 없어 *근거가 되지 않습니다.*", true, false},
	{"one seed", nil, []float64{0.3}, []float64{0.4}, nil, nil,
		"*+10.0 AP* with one seed: no spread, so no verdict.",
		"시드 1개에서 *AP +10.0*: 편차를 알 수 없어 결론을 내리지 않습니다.", false, false},
	{"seeds added after a look", []int{2}, []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371}, nil, nil,
		"Cosine distillation: *+4.1 AP* over student alone, 97.5 % interval +3.9 to +4.3, 3 seeds, of " +
			"which 2 were planned: *exploratory, no claim.*",
		"코사인 증류: 학생 단독보다 *AP +4.1*, 97.5 % 구간 +3.9 ~ +4.3, 시드 3개 중 계획한 것은 2개. *탐색적 결과이며 " +
			"결론이 아닙니다.*", true, true},
}

// found is a page on which an experiment with these average precisions has ended. alone is also what MSE has;
// arms without values are left out.
func found(t *testing.T, looked []int, ap map[string][]float64) *State {
	t.Helper()
	s := idle(t)
	n := len(ap[look.Alone])
	sp := &s.Form.Spec
	sp.Seeds, sp.Looked = sp.Seeds[:n], looked
	for _, a := range spec.Default().Arms {
		has := func(b spec.Arm) bool { return a.Name == b.Name }
		if len(ap[a.Name]) > 0 && !slices.ContainsFunc(sp.Arms, has) {
			sp.Arms = append(sp.Arms, a)
		}
	}
	flat := slices.Repeat([]float64{0.1}, n)
	all := map[string][]float64{look.MSE: ap[look.Alone], look.Untrained: flat, look.Random: flat}
	maps.Copy(all, ap)
	reported(t, s, all)
	return s
}

func TestVerdictSaysWhatTheSeedsShowInBothLanguages(t *testing.T) {
	for _, c := range outcomes {
		s := found(t, c.looked, map[string][]float64{look.Alone: c.alone, look.Cosine: c.cosine,
			spec.ArmInput: c.input, spec.ArmPCA: c.pca})
		for tag, want := range map[string]string{"en": c.en, "ko": c.ko} {
			s.Words = words.In(tag)
			if got := s.Verdict().Claim; got != want {
				t.Errorf("%s: %q, want %q", c.name, got, want)
			}
		}
		s.Words = words.English()
		v, n := s.Verdict(), len(c.alone)
		if (v.Effect != nil) != c.effect || c.effect && (len(v.Effect.Points) != n ||
			v.Effect.Excludes0 != c.shown) {
			t.Errorf("%s: figure %+v", c.name, v.Effect)
		}
		if !strings.Contains(v.Note, "verdict by AP, named before training") {
			t.Errorf("%s: %q does not name the metric", c.name, v.Note)
		}
		if want := "PA F1 *94.0* looks better, but a random score gets *94.0*."; n > 1 &&
			!strings.HasSuffix(v.Why, want) {
			t.Errorf("%s: %q does not end with %q", c.name, v.Why, want)
		}
	}
}

func TestVerdictSaysWhatItIsToBeHeldAgainstInBothLanguages(t *testing.T) {
	for _, c := range []struct {
		name                  string
		looked                []int
		untrained, pca, input []float64
		en, ko                []string
	}{
		{"all beaten", nil, nil, nil, nil,
			[]string{"Whether the teacher does it, only an arm with the cosine to the input could show. + " +
				"cosine beats chance and untrained. 3 seeds show gains from *0.1* up; 13, from 0.0."},
			[]string{"교사 덕분인지는 입력과의 코사인 조건이 있어야 알 수 있습니다. + 코사인은 우연과 미학습을 앞섭니다. " +
				"시드 3개로는 약 *0.1*, 13개로는 약 0.0부터 보입니다."}},
		{"untrained is not", nil, []float64{0.35, 0.363, 0.371}, nil, nil,
			[]string{"But + cosine is not shown to beat untrained."},
			[]string{"다만 + 코사인이 미학습을 앞선다는 근거가 없습니다."}},
		{"added", []int{2}, nil, nil, nil,
			[]string{"2 seeds were planned and 1 added after a look: the interval is wider for it."},
			[]string{"계획한 시드는 2개이고 1개는 결과를 본 뒤에 더했으므로, 구간을 그만큼 넓혔습니다."}},
		{"PCA is beaten", nil, nil, []float64{0.3}, nil,
			[]string{"+ cosine beats chance, untrained and PCA.",
				"PCA, without any training: *30.0*; + cosine *36.1*."},
			[]string{"+ 코사인은 우연, 미학습과 PCA를 앞섭니다.", "학습이 필요 없는 PCA *30.0*, + 코사인 *36.1*."}},
		{"beaten by PCA", nil, nil, []float64{0.5}, nil,
			[]string{"But + cosine is not shown to beat PCA.",
				"PCA, without any training, does better: *50.0*; + cosine *36.1*."},
			[]string{"다만 + 코사인이 PCA를 앞선다는 근거가 없습니다.",
				"학습이 필요 없는 PCA가 더 낫습니다: *50.0*, + 코사인 *36.1*."}},
		{"to the input", nil, nil, nil, []float64{0.35, 0.36, 0.373},
			[]string{"To + cosine to input, which has no teacher: *0.0*, 95 % interval −0.5 to +0.6."},
			[]string{"교사가 없는 + 입력과의 코사인보다 *0.0*, 95 % 구간 −0.5 ~ +0.6."}},
	} {
		ap := map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371},
			spec.ArmPCA: c.pca, spec.ArmInput: c.input}
		if c.untrained != nil {
			ap[look.Untrained] = c.untrained
		}
		s := found(t, c.looked, ap)
		for tag, parts := range map[string][]string{"en": c.en, "ko": c.ko} {
			s.Words = words.In(tag)
			for _, want := range parts {
				if got := s.Verdict().Why; !strings.Contains(got, want) {
					t.Errorf("%s: %q, want %q in it", c.name, got, want)
				}
			}
		}
	}
}

func TestTheVerdictsMetricIsSetBeforeTraining(t *testing.T) {
	s := idle(t)
	s.Update(Set{"headline", "f1"})
	if s.Form.Spec.JudgedBy().Name != "f1" {
		t.Fatalf("the verdict is about %q", s.Form.Spec.Headline)
	}
	s.Update(Set{"headline", "pa_f1"})
	s.Update(Press{KeyRun})
	s.Update(Set{"headline", spec.DefaultHeadline})
	if got := s.Form.Spec.JudgedBy().Name; got != "f1" {
		t.Errorf("while training, or by a flattering metric: %q", got)
	}
	if c := s.Table().Columns[0]; c.Title != "F1" {
		t.Errorf("the first column is %q", c.Title)
	}
}

func TestResultsAreValuesOrGainsWithIntervals(t *testing.T) {
	s := found(t, nil, map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371},
		spec.ArmPCA: {0.3}})
	values := s.Table()
	s.Update(Cells{Gain: true})
	gains := s.Table()
	if !gains.Gain || values.Gain || len(gains.Rows) != len(values.Rows)-1 || gains.Rows[0].Name != look.Cosine {
		t.Fatalf("rows %+v", gains.Rows)
	}
	c := gains.Rows[0].Cells[0]
	if c.Value != "+4.1" || c.Company != "4.0 to 4.3" || !c.Shown || !c.Low.Known || len(c.Marks) != 3 {
		t.Errorf("cosine: %+v", c)
	}
	head := gains.Columns[0]
	if !head.Judged || gains.Columns[1].Judged || head.To != "to student alone" {
		t.Errorf("the first column is %+v", head)
	}
	for _, row := range gains.Rows {
		if row.Kind == spec.ArmPCA && (row.Cells[0].Value != "−2.0" || row.Cells[0].Shown) {
			t.Errorf("PCA: %+v", row.Cells[0])
		}
	}
	if !strings.Contains(gains.Legend, "95 % interval") || !strings.HasPrefix(gains.Foot, "Differences") {
		t.Errorf("%q %q", gains.Foot, gains.Legend)
	}
	s.Update(Cells{})
	if s.Table().Gain {
		t.Error("values do not come back")
	}
}

func TestSeedsAreAddedToTheExperimentThatHasEnded(t *testing.T) {
	ap := map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371}}
	s := found(t, nil, ap)
	if got, want := s.Verdict().More, "Add 10 seeds, 6 min 13 s"; got != want {
		t.Errorf("offers %q, want %q", got, want)
	}
	effects := s.Update(AddSeeds{})
	request := posted(effects, protocol.TypeRun)
	if request == nil || !slices.Equal(request.Spec.Looked, []int{3}) || len(request.Spec.Seeds) != 13 {
		t.Fatalf("asks for %+v", request)
	}
	if s.Run.Over || len(s.Run.Runs) == 0 || s.Run.Spec.Planned() != 3 {
		t.Errorf("the runs before are gone: %+v", s.Run)
	}
	if s.Verdict().More != "" || s.Update(AddSeeds{}) != nil {
		t.Error("seeds can be added while it trains")
	}
}

func TestSeedsThatAreTypedBehindOthersCountAsAddedAfterALook(t *testing.T) {
	s := found(t, nil, map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371}})
	s.Update(Set{"seeds", "5"})
	if got := s.Form.Spec.Looked; !slices.Equal(got, []int{3}) {
		t.Errorf("more seeds: looked at %v", got)
	}
	s.Update(Set{"seeds", "7, 8, 9, 10"})
	if got := s.Form.Spec.Looked; got != nil {
		t.Errorf("other seeds: looked at %v", got)
	}
}

// posted is the request of this type among effects; nil if there is none.
func posted(effects []Effect, kind string) *protocol.Request {
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.Type == kind {
			return &p.Request
		}
	}
	return nil
}
