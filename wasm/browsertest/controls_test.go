package browsertest

import (
	"strings"
	"testing"
	"time"

	"cosinelab/engine/spec"
	"cosinelab/ui/link"
	"cosinelab/wasm/browsertest/chromium"
)

// looked is the default experiment, small, scored after each of its epochs.
func looked() spec.Spec {
	s := spec.Default()
	s.Data.Train.From, s.Data.Train.To = 0, 1500
	s.Train.Epochs, s.Teacher.Epochs, s.Seeds, s.Evaluate = 3, 3, []uint64{1, 2}, spec.EvaluateEachEpoch
	return s
}

func TestControlsHaveAGroupARowAndASignOfTheirOwn(t *testing.T) {
	for _, language := range []string{"en", "ko"} {
		p := open(t, serve(t)+"#"+link.Link{Spec: looked()}.Hash(), chromium.Speaking(language))
		p.wait("engine", canTrain, time.Minute)
		var arms, controls int
		p.eval(`[...document.querySelectorAll(".arms li")].findIndex((e) => e.className === "group")`, &arms)
		p.eval(`document.querySelectorAll(".arms li").length - 1`, &controls)
		if controls -= arms; arms != 3 || controls < 6 {
			t.Errorf("%d arms, then %d controls", arms, controls)
		}
		p.press(`[data-do="run"]`)
		done := strings.NewReplacer("done", map[string]string{"en": "done", "ko": "완료"}[language]).Replace(isDone)
		p.wait("report", done, patience)
		p.press(`[data-do="gains"]`)
		p.wait("gains", `document.querySelectorAll(".gains svg .mark").length === 3 * 3 + 2 * 3`, 10*time.Second)
		p.shoot("gains-" + language + ".png")
		p.press(`[data-do="seconds"]`)
		p.press(`[data-do="taught"]`)
		p.press(`[data-do="numbers"]`)
		p.wait("numbers", `document.querySelectorAll(".gains tbody tr").length === 9`, 10*time.Second)
		p.shoot("gains-table-" + language + ".png")
		var signs []string
		p.eval(`[...document.querySelectorAll(".table tbody th path.mark")].map((e) => e.getAttribute("d"))`, &signs)
		different := map[string]bool{}
		for _, d := range signs {
			different[d] = true
		}
		if len(different) < 7 { // student alone and + cosine differ by what fills the circle
			t.Errorf("%d signs of %d arms: %s", len(different), len(signs), strings.Join(signs, "\n"))
		}
	}
}
