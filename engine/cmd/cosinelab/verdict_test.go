package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// reportOf is what a run found whose arms have these average precisions, seed by seed; arms without values are
// left out.
func reportOf(looked []int, data spec.DataSummary, ap map[string][]float64) spec.Report {
	r := spec.Report{Version: 1, Spec: spec.Default(), Data: data}
	r.Spec.Seeds, r.Spec.Looked = nil, looked
	for i := range ap[spec.ArmAlone] {
		r.Spec.Seeds = append(r.Spec.Seeds, uint64(i+1))
	}
	r.Spec.Arms = slices.DeleteFunc(slices.Clone(r.Spec.Arms), func(a spec.Arm) bool { return ap[a.Name] == nil })
	for _, a := range r.Spec.Arms {
		arm := spec.ArmReport{Arm: a}
		for i, x := range ap[a.Name] {
			arm.Runs = append(arm.Runs, spec.Run{Arm: a.Name, Seed: r.Spec.Seeds[i], Metrics: []spec.Measure{
				{Name: spec.DefaultHeadline, Value: metrics.Value(x), Chance: 0.095}}})
		}
		r.Arms = append(r.Arms, arm)
	}
	return r
}

func TestRunSaysEveryOutcomeInBothLanguages(t *testing.T) {
	labelled := spec.DataSummary{Source: "builtin/server", Title: "Web server (built-in)", Labelled: true, Anomalous: 475}
	unlabelled, nothingToFind := labelled, labelled
	unlabelled.Labelled, unlabelled.Anomalous, nothingToFind.Anomalous = false, 0, 0
	alone, above := []float64{0.31, 0.32, 0.33}, []float64{0.351, 0.362, 0.371}
	for _, c := range []struct {
		name       string
		data       spec.DataSummary
		looked     []int
		alone      []float64
		cosine     []float64 // nil = there is no such arm
		input, pca []float64
		en, ko     string
	}{
		{name: "no evidence", data: labelled, alone: alone, cosine: []float64{0.296, 0.336, 0.352},
			en: "Cosine distillation: +0.8 AP over alone, 95 % interval −4.0 to +5.6, 3 seeds: no " +
				"evidence that it helps on this data.\n" +
				"cosine beats chance.\n" +
				"3 seeds show gains from 4.8 up; 13, from 1.2. Exact sign-flip p 0.5000 (3 seeds: at " +
				"least 0.2500).",
			ko: "코사인 증류: alone보다 AP +0.8, 95 % 구간 −4.0 ~ +5.6, 시드 3개. 이 데이터에서 " +
				"도움이 된다는 근거가 없습니다.\n" +
				"cosine은(는) 우연을 앞섭니다.\n" +
				"시드 3개로는 약 4.8, 13개로는 약 1.2의 차이부터 보입니다. 정확한 부호 뒤집기 p " +
				"0.5000 (시드 3개로는 최소 0.2500)."},
		{name: "helps, and it is the teacher", data: labelled, alone: alone, cosine: above,
			input: []float64{0.32, 0.33, 0.343}, pca: []float64{0.3, 0.3, 0.3},
			en: "Cosine distillation: +4.1 AP over alone, 95 % interval +4.0 to +4.3, 3 seeds: it " +
				"helps, on Web server (built-in) only.\n" +
				"Over cosine-input, which has no teacher: +3.0, 95 % interval +2.5 to +3.6.\n" +
				"cosine beats chance and pca.\n" +
				"pca, without any training: 30.0; cosine 36.1.\n" +
				"3 seeds show gains from 0.1 up; 13, from 0.0. Exact sign-flip p 0.2500 (3 seeds: at " +
				"least 0.2500).",
			ko: "코사인 증류: alone보다 AP +4.1, 95 % 구간 +4.0 ~ +4.3, 시드 3개. 도움이 됩니다. " +
				"확인한 데이터는 웹 서버(내장)뿐입니다.\n" +
				"교사를 쓰지 않는 cosine-input보다 +3.0, 95 % 구간 +2.5 ~ +3.6.\n" +
				"cosine은(는) 우연과 pca을(를) 앞섭니다.\n" +
				"학습이 필요 없는 pca 30.0, cosine 36.1.\n" +
				"시드 3개로는 약 0.1, 13개로는 약 0.0의 차이부터 보입니다. 정확한 부호 뒤집기 p " +
				"0.2500 (시드 3개로는 최소 0.2500)."},
		{name: "the gain is not the teacher's", data: labelled, alone: alone, cosine: above,
			input: []float64{0.35, 0.36, 0.373},
			en: "Cosine distillation: +4.1 AP over alone, 95 % interval +4.0 to +4.3, 3 seeds: it " +
				"helps, but the gain is not shown to be the teacher’s.\n" +
				"Over cosine-input, which has no teacher: 0.0, 95 % interval −0.5 to +0.6.\n" +
				"cosine beats chance.\n" +
				"3 seeds show gains from 0.1 up; 13, from 0.0. Exact sign-flip p 0.2500 (3 seeds: at " +
				"least 0.2500).",
			ko: "코사인 증류: alone보다 AP +4.1, 95 % 구간 +4.0 ~ +4.3, 시드 3개. 도움이 되지만 교사 " +
				"덕분이라는 근거는 없습니다.\n" +
				"교사를 쓰지 않는 cosine-input보다 0.0, 95 % 구간 −0.5 ~ +0.6.\n" +
				"cosine은(는) 우연을 앞섭니다.\n" +
				"시드 3개로는 약 0.1, 13개로는 약 0.0의 차이부터 보입니다. 정확한 부호 뒤집기 p " +
				"0.2500 (시드 3개로는 최소 0.2500)."},
		{name: "helps, but beaten by PCA", data: labelled, alone: alone, cosine: above, pca: []float64{0.5, 0.5, 0.5},
			en: "Cosine distillation: +4.1 AP over alone, 95 % interval +4.0 to +4.3, 3 seeds: it " +
				"helps, on Web server (built-in) only.\n" +
				"Only an arm with the cosine to the input could show whether the gain is the " +
				"teacher’s.\n" +
				"cosine is not shown to beat pca.\n" +
				"pca, without any training, does better: 50.0; cosine 36.1.\n" +
				"3 seeds show gains from 0.1 up; 13, from 0.0. Exact sign-flip p 0.2500 (3 seeds: at " +
				"least 0.2500).",
			ko: "코사인 증류: alone보다 AP +4.1, 95 % 구간 +4.0 ~ +4.3, 시드 3개. 도움이 됩니다. " +
				"확인한 데이터는 웹 서버(내장)뿐입니다.\n" +
				"교사 덕분인지는 입력과의 코사인을 쓰는 조건이 있어야 알 수 있습니다.\n" +
				"cosine이(가) pca을(를) 앞선다는 근거가 없습니다.\n" +
				"학습이 필요 없는 pca이(가) 더 낫습니다: 50.0, cosine 36.1.\n" +
				"시드 3개로는 약 0.1, 13개로는 약 0.0의 차이부터 보입니다. 정확한 부호 뒤집기 p " +
				"0.2500 (시드 3개로는 최소 0.2500)."},
		{name: "harms", data: labelled, alone: alone, cosine: []float64{0.29, 0.295, 0.306},
			en: "Cosine distillation: −2.3 AP against alone, 95 % interval −3.0 to −1.6, 3 seeds: " +
				"the teacher makes it worse here.\n" +
				"cosine beats chance.\n" +
				"3 seeds show gains from 0.7 up; 13, from 0.2. Exact sign-flip p 0.2500 (3 seeds: at " +
				"least 0.2500).",
			ko: "코사인 증류: alone보다 AP −2.3, 95 % 구간 −3.0 ~ −1.6, 시드 3개. 여기서는 교사가 " +
				"오히려 방해됩니다.\n" +
				"cosine은(는) 우연을 앞섭니다.\n" +
				"시드 3개로는 약 0.7, 13개로는 약 0.2의 차이부터 보입니다. 정확한 부호 뒤집기 p " +
				"0.2500 (시드 3개로는 최소 0.2500)."},
		{name: "no spread", data: labelled, alone: alone, cosine: alone,
			en: "Cosine distillation: 0.0 AP over alone with every one of 3 seeds: no spread, so no " +
				"evidence.\n" +
				"cosine beats chance.\n" +
				"Exact sign-flip p 1.0000 (3 seeds: at least 0.2500).",
			ko: "코사인 증류: 시드 3개 모두에서 alone보다 똑같이 AP 0.0. 편차가 없어 근거가 되지 " +
				"않습니다.\n" +
				"cosine은(는) 우연을 앞섭니다.\n" +
				"정확한 부호 뒤집기 p 1.0000 (시드 3개로는 최소 0.2500)."},
		{name: "one seed", data: labelled, alone: alone[:1], cosine: above[:1], pca: []float64{0.5},
			en: "+4.1 AP with one seed: no spread, so no verdict.\n" +
				"With this seed cosine does not beat pca.\n" +
				"pca, without any training: 50.0; cosine 35.1.",
			ko: "시드 1개에서 AP +4.1: 편차를 알 수 없어 결론을 내리지 않습니다.\n" +
				"이 시드에서 cosine은(는) pca을(를) 앞서지 못합니다.\n" +
				"학습이 필요 없는 pca 50.0, cosine 35.1."},
		{name: "seeds added after a look", data: labelled, looked: []int{1}, alone: alone, cosine: above,
			en: "Cosine distillation: +4.1 AP over alone, 97.5 % interval +3.9 to +4.3, 3 seeds, of " +
				"which 1 was planned: exploratory, no claim.\n" +
				"cosine beats chance.\n" +
				"3 seeds show gains from 0.2 up; 13, from 0.0. Exact sign-flip p 0.2500 (3 seeds: at " +
				"least 0.2500).\n" +
				"1 seed was planned and 2 added after a look: the interval is wider for it.",
			ko: "코사인 증류: alone보다 AP +4.1, 97.5 % 구간 +3.9 ~ +4.3, 시드 3개(계획은 1개). " +
				"탐색적 결과이며 결론이 아닙니다.\n" +
				"cosine은(는) 우연을 앞섭니다.\n" +
				"시드 3개로는 약 0.2, 13개로는 약 0.0의 차이부터 보입니다. 정확한 부호 뒤집기 p " +
				"0.2500 (시드 3개로는 최소 0.2500).\n" +
				"시드는 1개를 계획했고 결과를 본 뒤에 2개를 더했으므로, 구간을 그만큼 넓혔습니다."},
		{name: "no labels", data: unlabelled, alone: alone, cosine: above,
			en: "No labels, so no verdict.",
			ko: "정답이 없어 결론을 내리지 않습니다."},
		{name: "no anomaly to find", data: nothingToFind, alone: alone, cosine: above,
			en: "The test part has no labelled anomaly: nothing to find, so no verdict.",
			ko: "시험 구간에 정답으로 표시된 이상이 없습니다: 찾을 것이 없어 결론을 내리지 않습니다."},
		{name: "no arm with a teacher", data: labelled, alone: alone,
			en: "No verdict: it needs an arm with a teacher and one without.",
			ko: "결론을 내리지 않습니다. 결론에는 교사 모델이 있는 조건과 없는 조건이 모두 " +
				"필요합니다."},
	} {
		r := reportOf(c.looked, c.data, map[string][]float64{spec.ArmAlone: c.alone, spec.ArmCosine: c.cosine,
			spec.ArmInput: c.input, spec.ArmPCA: c.pca})
		for tag, want := range map[string]string{"en": c.en, "ko": c.ko} {
			var out bytes.Buffer
			printer{&out, words.In(tag)}.verdict(r, r.Summary().Verdict)
			if got := strings.TrimSpace(out.String()); got != want {
				t.Errorf("%s: says\n%s\nwant\n%s", c.name, got, want)
			}
		}
	}
}
