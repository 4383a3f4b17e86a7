package browsertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/engine/spec"
)

// watchLanes counts from now on how often the lines of models, cosines and scores in the charts change while they
// belong to a training run, and notes when that was for the first time.
const watchLanes = `(() => {
	globalThis.moved = {teacher: 0, student: 0, cosine: 0, score: 0, first: 0, began: performance.now(), tags: new Set()};
	const last = {};
	const look = () => {
		const live = document.querySelector("#signal .k-live");
		if (live) {
			moved.tags.add(live.textContent);
			const of = {teacher: '.lane-channel path.arm-teacher', student: '.lane-channel path.line:not(.arm-teacher):not(.input)',
				cosine: '.lane-cosine path.line', score: '.lane-score path.peaks'};
			for (const [name, selector] of Object.entries(of)) {
				const d = [...document.querySelectorAll(selector)].map((e) => e.getAttribute("d")).join();
				if (d && d !== last[name]) {
					moved[name]++;
					moved.first ||= performance.now();
				}
				last[name] = d;
			}
		}
	};
	look();
	new MutationObserver(look).observe(document.getElementById("signal"),
		{subtree: true, childList: true, attributes: true, characterData: true});
})()`

// watched is an experiment whose training goes on for a while, with its arms one after the other.
func watched() spec.Spec {
	s := small()
	s.Arms = s.Arms[3:5]
	s.Teacher.Epochs, s.Train.Epochs, s.Train.Patience = 100, 400, 0
	return s
}

// Whoever presses Train sees the lanes move: the teacher's lines first, within seconds, then those of the
// students, their cosines and scores.
func TestLanesMoveWhileAModelLearns(t *testing.T) {
	p := opened(t, serve(t), watched())
	p.eval(watchLanes, nil)
	p.press(runButton)
	p.wait("a line of the teacher that moves", `moved.teacher > 1`, patience)
	var first float64
	p.eval("moved.first - moved.began", &first)
	t.Logf("first movement after %.0f ms", first)
	p.wait("lines of a student that move", `moved.student > 1 && moved.cosine > 1 && moved.score > 1`, patience)
	p.shoot("live.png")
	var tags string
	p.eval(`[...moved.tags].slice(0, 4).join(" | ")`, &tags)
	t.Log(tags)
	p.wait("report", isDone, patience)
	p.wait("lanes without a tag", `!document.querySelector("#signal .k-live")`, 5*time.Second)
}

// Who goes step by step sees what each step changed.
func TestAStepShowsItsEffect(t *testing.T) {
	p := opened(t, serve(t), watched())
	const line = `document.querySelector('.lane-channel path.arm-teacher')?.getAttribute("d") ?? ""`
	p.eval(`globalThis.before = ""`, nil)
	for range 3 {
		p.do(chromedp.KeyEvent(kb.ArrowRight))
		p.wait("another line of the teacher", `(`+line+`) && (`+line+`) !== before`, 20*time.Second)
		p.eval(`before = `+line, nil)
	}
	p.shoot("step.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("stop", canTrain, 20*time.Second)
}

// Who changes the weight trains the arms that have one, as the page says before, and who goes back finds the
// earlier result without training.
func TestNothingIsTrainedTwiceOnThePage(t *testing.T) {
	s := small()
	s.Arms = s.Arms[3:5]
	s.Teacher.Epochs, s.Train.Epochs = 2, 2
	p := opened(t, serve(t), s)
	p.press(runButton)
	p.wait("report", isDone, patience)
	first := p.text(".claim") + p.text(`[data-row="cosine"]`)
	weigh := func(to string) {
		p.eval(fmt.Sprintf(`(() => {
			const field = document.querySelector('[data-field="arms.objective.weight"]');
			field.value = %q;
			field.dispatchEvent(new Event("change", {bubbles: true}));
		})()`, to), nil)
	}
	weigh("9")
	p.wait("word of what will be trained", `document.querySelector(".status").innerText.startsWith("trains 1 of 3 runs; 2 are kept")`,
		20*time.Second)
	p.shoot("plan.png")
	p.eval(`globalThis.trained = new Set(); new MutationObserver(() => {
		const who = document.querySelector(".status").innerText;
		if (who.includes("Epoch")) trained.add(who.split("\n")[1]);
	}).observe(document.querySelector(".status"), {subtree: true, childList: true, characterData: true})`, nil)
	p.press(runButton)
	p.wait("report of the other weight", isDone+` && document.querySelector(".claim").innerText`, patience)
	var trained string
	p.eval(`[...trained].join()`, &trained)
	if trained != "" && trained != "+ cosine, seed 1" { // it may be over before it is seen
		t.Errorf("trained were %q, want the cosine alone", trained)
	}
	if second := p.text(".claim") + p.text(`[data-row="cosine"]`); second == first {
		t.Error("another weight has the same result")
	}
	back := fmt.Sprintf(`document.querySelector(".claim").innerText +
		document.querySelector('[data-row="cosine"]').innerText === %s`, quote(first))
	p.eval("history.back()", nil)
	p.wait("the earlier result", back, 20*time.Second)
	p.eval("history.forward()", nil)
	p.wait("the later result", "!("+back+")", 20*time.Second)
}
