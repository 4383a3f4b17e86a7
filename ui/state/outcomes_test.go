package state

import (
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// claimed is the verdict of a page in one language.
type claimed struct{ claim, why string }

// outcomes are experiments that have ended in every way there is, with all that the page says of them.
var outcomes = []struct {
	name          string
	looked        []int
	alone, cosine []float64
	input, pca    []float64 // of arms that only some have
	untrained     []float64
	data          func(*spec.DataSummary) // changes them; nil = as they are
	effect, shown bool                    // there is a figure; its bar is filled
	en, ko        claimed
}{
	{name: "no evidence", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.296, 0.336, 0.352},
		effect: true,
		en: claimed{"Cosine distillation: *+0.8 AP* over student alone, 95 % interval −4.0 to +5.6, 3 " +
			"seeds: *no evidence that it helps on this data.*",
			"+ cosine beats chance and untrained. 3 seeds show gains from *4.8* up; 13, from " +
				"1.2. AUROC agrees. PA F1 *94.0* looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +0.8*, 95 % 구간 −4.0 ~ +5.6, 시드 3개. *이 " +
			"데이터에서 도움이 된다는 근거가 없습니다.*",
			"+ 코사인은 우연과 미학습을 앞섭니다. 시드 3개로는 약 *4.8*, 13개로는 약 1.2의 " +
				"차이부터 보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 " +
				"점수도 *94.0*점을 받습니다."},
	},
	{name: "behind, no evidence", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.296, 0.326, 0.316},
		effect: true,
		en: claimed{"Cosine distillation: *−0.7 AP* against student alone, 95 % interval −3.6 to +2.1, 3 " +
			"seeds: *no evidence that it helps on this data.*",
			"+ cosine beats chance and untrained. 3 seeds show gains from *2.9* up; 13, from " +
				"0.7. AUROC agrees. PA F1 *94.0* looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP −0.7*, 95 % 구간 −3.6 ~ +2.1, 시드 3개. *이 " +
			"데이터에서 도움이 된다는 근거가 없습니다.*",
			"+ 코사인은 우연과 미학습을 앞섭니다. 시드 3개로는 약 *2.9*, 13개로는 약 0.7의 " +
				"차이부터 보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 " +
				"점수도 *94.0*점을 받습니다."},
	},
	{name: "helps", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		effect: true, shown: true,
		en: claimed{"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 " +
			"seeds: *it helps, on Web server (built-in) only.*",
			"Only an arm with the cosine to the input could show whether the gain is the " +
				"teacher’s. + cosine beats chance and untrained. 3 seeds show gains from *0.1* up; " +
				"13, from 0.0. AUROC agrees. PA F1 *94.0* looks better, but a random score gets " +
				"*94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 " +
			"됩니다. 확인한 데이터는 웹 서버(내장)뿐입니다.*",
			"교사 덕분인지는 입력과의 코사인을 쓰는 조건이 있어야 알 수 있습니다. + 코사인은 " +
				"우연과 미학습을 앞섭니다. 시드 3개로는 약 *0.1*, 13개로는 약 0.0의 차이부터 " +
				"보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 점수도 " +
				"*94.0*점을 받습니다."},
	},
	{name: "helps, and it is the teacher", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		input: []float64{0.32, 0.33, 0.343}, pca: []float64{0.3}, effect: true, shown: true,
		en: claimed{"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 " +
			"seeds: *it helps, on Web server (built-in) only.*",
			"Over + cosine to input, which has no teacher: *+3.0*, 95 % interval +2.5 to +3.6. + " +
				"cosine beats chance, untrained and PCA. PCA, without any training: *30.0*; + cosine " +
				"*36.1*. 3 seeds show gains from *0.1* up; 13, from 0.0. AUROC agrees. PA F1 *94.0* " +
				"looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 " +
			"됩니다. 확인한 데이터는 웹 서버(내장)뿐입니다.*",
			"교사를 쓰지 않는 + 입력과의 코사인보다 *+3.0*, 95 % 구간 +2.5 ~ +3.6. + 코사인은 " +
				"우연, 미학습과 PCA를 앞섭니다. 학습이 필요 없는 PCA *30.0*, + 코사인 *36.1*. 시드 " +
				"3개로는 약 *0.1*, 13개로는 약 0.0의 차이부터 보입니다. AUROC도 같은 결론입니다. PA " +
				"F1 *94.0*점은 좋아 보이지만, 무작위 점수도 *94.0*점을 받습니다."},
	},
	{name: "the gain is not the teacher's", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		input: []float64{0.35, 0.36, 0.373}, effect: true, shown: true,
		en: claimed{"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 " +
			"seeds: *it helps, but the gain is not shown to be the teacher’s.*",
			"Over + cosine to input, which has no teacher: *0.0*, 95 % interval −0.5 to +0.6. + " +
				"cosine beats chance and untrained. 3 seeds show gains from *0.1* up; 13, from 0.0. " +
				"AUROC agrees. PA F1 *94.0* looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 " +
			"되지만 교사 덕분이라는 근거는 없습니다.*",
			"교사를 쓰지 않는 + 입력과의 코사인보다 *0.0*, 95 % 구간 −0.5 ~ +0.6. + 코사인은 " +
				"우연과 미학습을 앞섭니다. 시드 3개로는 약 *0.1*, 13개로는 약 0.0의 차이부터 " +
				"보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 점수도 " +
				"*94.0*점을 받습니다."},
	},
	{name: "helps, but beaten by PCA", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		input: []float64{0.32, 0.33, 0.343}, pca: []float64{0.5}, effect: true, shown: true,
		en: claimed{"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 " +
			"seeds: *it helps, on Web server (built-in) only.*",
			"Over + cosine to input, which has no teacher: *+3.0*, 95 % interval +2.5 to +3.6. + " +
				"cosine is not shown to beat PCA. PCA, without any training, does better: *50.0*; + " +
				"cosine *36.1*. 3 seeds show gains from *0.1* up; 13, from 0.0. AUROC agrees. PA F1 " +
				"*94.0* looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 " +
			"됩니다. 확인한 데이터는 웹 서버(내장)뿐입니다.*",
			"교사를 쓰지 않는 + 입력과의 코사인보다 *+3.0*, 95 % 구간 +2.5 ~ +3.6. + 코사인이 " +
				"PCA를 앞선다는 근거가 없습니다. 학습이 필요 없는 PCA가 더 낫습니다: *50.0*, + " +
				"코사인 *36.1*. 시드 3개로는 약 *0.1*, 13개로는 약 0.0의 차이부터 보입니다. AUROC도 " +
				"같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 점수도 *94.0*점을 받습니다."},
	},
	{name: "helps, but the untrained student is not beaten", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		untrained: []float64{0.35, 0.363, 0.371}, effect: true, shown: true,
		en: claimed{"Cosine distillation: *+4.1 AP* over student alone, 95 % interval +4.0 to +4.3, 3 " +
			"seeds: *it helps, on Web server (built-in) only.*",
			"Only an arm with the cosine to the input could show whether the gain is the " +
				"teacher’s. + cosine is not shown to beat untrained. 3 seeds show gains from *0.1* " +
				"up; 13, from 0.0. AUROC agrees. PA F1 *94.0* looks better, but a random score gets " +
				"*94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +4.1*, 95 % 구간 +4.0 ~ +4.3, 시드 3개. *도움이 " +
			"됩니다. 확인한 데이터는 웹 서버(내장)뿐입니다.*",
			"교사 덕분인지는 입력과의 코사인을 쓰는 조건이 있어야 알 수 있습니다. + 코사인이 " +
				"미학습을 앞선다는 근거가 없습니다. 시드 3개로는 약 *0.1*, 13개로는 약 0.0의 " +
				"차이부터 보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 " +
				"점수도 *94.0*점을 받습니다."},
	},
	{name: "harms", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.29, 0.295, 0.306},
		pca: []float64{0.5}, effect: true, shown: true,
		en: claimed{"Cosine distillation: *−2.3 AP* against student alone, 95 % interval −3.0 to −1.6, 3 " +
			"seeds: *the teacher makes it worse here.*",
			"+ cosine is not shown to beat PCA. PCA, without any training, does better: *50.0*; " +
				"+ cosine *29.7*. 3 seeds show gains from *0.7* up; 13, from 0.2. AUROC agrees. PA " +
				"F1 *94.0* looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP −2.3*, 95 % 구간 −3.0 ~ −1.6, 시드 3개. *여기서는 " +
			"교사가 오히려 방해됩니다.*",
			"+ 코사인이 PCA를 앞선다는 근거가 없습니다. 학습이 필요 없는 PCA가 더 낫습니다: " +
				"*50.0*, + 코사인 *29.7*. 시드 3개로는 약 *0.7*, 13개로는 약 0.2의 차이부터 " +
				"보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 점수도 " +
				"*94.0*점을 받습니다."},
	},
	{name: "no spread", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.31, 0.32, 0.33},
		effect: true,
		en: claimed{"Cosine distillation: *0.0 AP* over student alone with every one of 3 seeds: no " +
			"spread, so *no evidence.*",
			"+ cosine beats chance and untrained. AUROC agrees. PA F1 *94.0* looks better, but a " +
				"random score gets *94.0*."},
		ko: claimed{"코사인 증류: 시드 3개 모두에서 학생 단독보다 똑같이 *AP 0.0*. 편차가 없어 *근거가 " +
			"되지 않습니다.*",
			"+ 코사인은 우연과 미학습을 앞섭니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 " +
				"보이지만, 무작위 점수도 *94.0*점을 받습니다."},
	},
	{name: "one seed", alone: []float64{0.3}, cosine: []float64{0.4},
		pca: []float64{0.3},
		en: claimed{"*+10.0 AP* with one seed: no spread, so no verdict.",
			"Another seed may reverse the sign. An interval needs two seeds or more."},
		ko: claimed{"시드 1개에서 *AP +10.0*: 편차를 알 수 없어 결론을 내리지 않습니다.",
			"다른 시드에서는 부호가 바뀔 수 있습니다. 구간을 보려면 시드가 2개 이상 필요합니다."},
	},
	{name: "one seed, beaten by PCA", alone: []float64{0.3}, cosine: []float64{0.4},
		pca: []float64{0.5},
		en: claimed{"*+10.0 AP* with one seed: no spread, so no verdict.",
			"Another seed may reverse the sign. An interval needs two seeds or more. With this " +
				"seed + cosine does not beat PCA."},
		ko: claimed{"시드 1개에서 *AP +10.0*: 편차를 알 수 없어 결론을 내리지 않습니다.",
			"다른 시드에서는 부호가 바뀔 수 있습니다. 구간을 보려면 시드가 2개 이상 필요합니다. " +
				"이 시드에서 + 코사인은 PCA를 앞서지 못합니다."},
	},
	{name: "seeds added after a look", looked: []int{2}, alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		effect: true, shown: true,
		en: claimed{"Cosine distillation: *+4.1 AP* over student alone, 97.5 % interval +3.9 to +4.3, 3 " +
			"seeds, of which 2 were planned: *exploratory, no claim.*",
			"2 seeds were planned and 1 added after a look: the interval is wider for it. + " +
				"cosine beats chance and untrained. 3 seeds show gains from *0.2* up; 13, from 0.0. " +
				"AUROC agrees. PA F1 *94.0* looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +4.1*, 97.5 % 구간 +3.9 ~ +4.3, 시드 3개(계획은 " +
			"2개). *탐색적 결과이며 결론이 아닙니다.*",
			"시드는 2개를 계획했고 결과를 본 뒤에 1개를 더했으므로, 구간을 그만큼 넓혔습니다. + " +
				"코사인은 우연과 미학습을 앞섭니다. 시드 3개로는 약 *0.2*, 13개로는 약 0.0의 " +
				"차이부터 보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 " +
				"점수도 *94.0*점을 받습니다."},
	},
	{name: "one seed planned", looked: []int{1}, alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		effect: true, shown: true,
		en: claimed{"Cosine distillation: *+4.1 AP* over student alone, 97.5 % interval +3.9 to +4.3, 3 " +
			"seeds, of which 1 was planned: *exploratory, no claim.*",
			"1 seed was planned and 2 added after a look: the interval is wider for it. + cosine " +
				"beats chance and untrained. 3 seeds show gains from *0.2* up; 13, from 0.0. AUROC " +
				"agrees. PA F1 *94.0* looks better, but a random score gets *94.0*."},
		ko: claimed{"코사인 증류: 학생 단독보다 *AP +4.1*, 97.5 % 구간 +3.9 ~ +4.3, 시드 3개(계획은 " +
			"1개). *탐색적 결과이며 결론이 아닙니다.*",
			"시드는 1개를 계획했고 결과를 본 뒤에 2개를 더했으므로, 구간을 그만큼 넓혔습니다. + " +
				"코사인은 우연과 미학습을 앞섭니다. 시드 3개로는 약 *0.2*, 13개로는 약 0.0의 " +
				"차이부터 보입니다. AUROC도 같은 결론입니다. PA F1 *94.0*점은 좋아 보이지만, 무작위 " +
				"점수도 *94.0*점을 받습니다."},
	},
	{name: "no labels", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		data: unlabelled,
		en: claimed{"This series has no labels: *scores and alarms, no metrics.*",
			"Without labels nobody can say which alarms are right, so there is no verdict."},
		ko: claimed{"이 시계열에는 정답이 없습니다: *점수와 경보만 보이고 지표는 없습니다.*",
			"정답이 없으면 어느 경보가 맞는지 알 수 없으므로 결론도 내리지 않습니다."},
	},
	{name: "no anomaly to find", alone: []float64{0.31, 0.32, 0.33}, cosine: []float64{0.351, 0.362, 0.371},
		data: nothingToFind,
		en: claimed{"The test part has no labelled anomaly: *nothing to find, so no verdict.*",
			"Its labels can only show false alarms."},
		ko: claimed{"시험 구간에 정답으로 표시된 이상이 없습니다: *찾을 것이 없어 결론을 내리지 " +
			"않습니다.*",
			"이 정답으로는 오경보만 셀 수 있습니다."},
	},
}

func TestTheVerdictSaysEveryOutcomeInBothLanguages(t *testing.T) {
	for _, c := range outcomes {
		ap := map[string][]float64{look.Alone: c.alone, look.Cosine: c.cosine, spec.ArmInput: c.input,
			spec.ArmPCA: c.pca}
		if c.untrained != nil {
			ap[look.Untrained] = c.untrained
		}
		s := foundOn(t, c.data, c.looked, ap)
		for tag, want := range map[string]claimed{"en": c.en, "ko": c.ko} {
			s.Words = words.In(tag)
			v := s.Verdict()
			if v.Claim != want.claim {
				t.Errorf("%s: claims\n%s, want\n%s", c.name, v.Claim, want.claim)
			}
			if v.Why != want.why {
				t.Errorf("%s: reasons\n%s, want\n%s", c.name, v.Why, want.why)
			}
			if (v.Effect != nil) != c.effect || c.effect && (len(v.Effect.Points) != len(c.alone) ||
				v.Effect.Excludes0 != c.shown) {
				t.Errorf("%s: figure %+v", c.name, v.Effect)
			}
		}
	}
}

// unlabelled takes the labels away, nothingToFind the anomalies that they mark.
func unlabelled(d *spec.DataSummary) { d.Labelled, d.Anomalous, d.Segments = false, 0, nil }

func nothingToFind(d *spec.DataSummary) { d.Anomalous, d.Segments = 0, nil }
