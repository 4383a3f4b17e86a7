package state

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// outcomes are experiments, one for every outcome, with the words of both languages.
var outcomes = []struct {
	name          string
	looked        []int
	alone, cosine []float64
	en, ko        string
	effect, shown bool // there is a figure; its bar is filled
}{
	{"no evidence", nil, []float64{0.31, 0.32, 0.33}, []float64{0.296, 0.336, 0.352},
		"Cosine distillation: *+0.8 AP* over student alone, 95 % interval −4.0 to +5.6, 3 seeds: *no " +
			"evidence that it helps on this data.*",
		"코사인 증류: 학생 단독보다 *AP +0.8*, 95 % 구간 −4.0 ~ +5.6, 시드 3개. *이 데이터에서 도움이 된다는 근거가 " +
			"없습니다.*", true, false},
	{"behind, no evidence", nil, []float64{0.31, 0.32, 0.33}, []float64{0.296, 0.326, 0.316},
		"Cosine distillation: *−0.7 AP* against student alone, 95 % interval −3.6 to +2.1, 3 seeds: *no " +
			"evidence that it helps on this data.*",
		"코사인 증류: 학생 단독보다 *AP −0.7*, 95 % 구간 −3.6 ~ +2.1, 시드 3개. *이 데이터에서 도움이 된다는 근거가 " +
			"없습니다.*", true, false},
	{"helps", nil, []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371},
		"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 seeds: *it " +
			"helps, on Server only.*",
		"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 됩니다. 확인한 데이터는 " +
			"Server뿐입니다.*", true, true},
	{"harms", nil, []float64{0.31, 0.32, 0.33}, []float64{0.29, 0.295, 0.306},
		"Cosine distillation: *−2.3 AP* against student alone, 95 % interval −3.0 to −1.6, 3 seeds: *the " +
			"teacher makes it worse here.*",
		"코사인 증류: 학생 단독보다 *AP −2.3*, 95 % 구간 −3.0 ~ −1.6, 시드 3개. *여기서는 교사가 오히려 방해됩니다.*",
		true, true},
	{"no spread", nil, []float64{0.31, 0.32, 0.33}, []float64{0.31, 0.32, 0.33},
		"Cosine distillation: *0.0 AP* over student alone with each of 3 seeds: no spread, so *no evidence.*",
		"코사인 증류: 시드 3개 모두에서 학생 단독보다 똑같이 *AP 0.0*. 편차가 없어 *근거가 되지 않습니다.*", true, false},
	{"one seed", nil, []float64{0.3}, []float64{0.4},
		"*+10.0 AP* with one seed: no spread, so no verdict.",
		"시드 1개에서 *AP +10.0*: 편차를 알 수 없어 결론을 내리지 않습니다.", false, false},
	{"seeds added after a look", []int{2}, []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371},
		"Cosine distillation: *+4.1 AP* over student alone, 97.5 % interval +3.9 to +4.3, 3 seeds, of " +
			"which 2 were planned: *exploratory, no claim.*",
		"코사인 증류: 학생 단독보다 *AP +4.1*, 97.5 % 구간 +3.9 ~ +4.3, 시드 3개 중 계획한 것은 2개. *탐색적 결과이며 " +
			"결론이 아닙니다.*", true, true},
}

func TestVerdictSaysWhatTheSeedsShowInBothLanguages(t *testing.T) {
	for _, c := range outcomes {
		s := idle(t)
		n := len(c.alone)
		s.Form.Spec.Seeds, s.Form.Spec.Looked = s.Form.Spec.Seeds[:n], c.looked
		flat := slices.Repeat([]float64{0.1}, n)
		reported(t, s, map[string][]float64{look.Alone: c.alone, look.Cosine: c.cosine, look.MSE: c.alone,
			look.Untrained: flat, look.Random: flat})
		for tag, want := range map[string]string{"en": c.en, "ko": c.ko} {
			s.Words = words.In(tag)
			if got := s.Verdict().Claim; got != want {
				t.Errorf("%s: %q, want %q", c.name, got, want)
			}
		}
		s.Words = words.English()
		v := s.Verdict()
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
	same, cosine := []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371}
	flat := []float64{0.1, 0.1, 0.1}
	for _, c := range []struct {
		name      string
		looked    []int
		cosine    []float64
		untrained []float64
		en, ko    string
	}{
		{"all beaten", nil, cosine, flat, "+ cosine beats chance and untrained. 3 seeds show gains from " +
			"*0.1* up; 13, from 0.0.", "+ 코사인은 우연과 미학습을 앞섭니다. 시드 3개로는 약 *0.1*, 13개로는 약 0.0부터 " +
			"보입니다."},
		{"untrained is not", nil, cosine, cosine, "But + cosine is not shown to beat untrained.",
			"다만 + 코사인이 미학습을 앞선다는 근거가 없습니다."},
		{"added", []int{2}, cosine, flat, "2 seeds were planned and 1 added after a look: the interval is " +
			"wider for it. + cosine beats chance and untrained.", "계획한 시드는 2개이고 1개는 결과를 본 뒤에 " +
			"더했으므로, 구간을 그만큼 넓혔습니다. + 코사인은 우연과 미학습을 앞섭니다."},
	} {
		s := idle(t)
		s.Form.Spec.Looked = c.looked
		reported(t, s, map[string][]float64{look.Alone: same, look.Cosine: c.cosine, look.MSE: same,
			look.Untrained: c.untrained, look.Random: flat})
		for tag, want := range map[string]string{"en": c.en, "ko": c.ko} {
			s.Words = words.In(tag)
			if got := s.Verdict().Why; !strings.HasPrefix(got, want) {
				t.Errorf("%s: %q, want %q first", c.name, got, want)
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
