package browsertest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"cosinelab/engine/spec"
)

// spy loads the page again with its workers in a list, the last report that one of them sent, the names of
// checkpoints in the order in which they came, how often one was idle, and the first training step of each
// arm that each worker told of.
func (p *tab) spy() {
	p.t.Helper()
	const script = `{
		const Real = Worker;
		window.workers = [];
		window.addresses = [];
		window.kept = [];
		window.idles = 0;
		window.firsts = [];
		window.Worker = class extends Real {
			constructor(...args) {
				super(...args);
				workers.push(this);
				addresses.push(String(args[0]));
				const first = {};
				firsts.push(first);
				this.addEventListener("message", (e) => {
					const m = Array.isArray(e.data) ? JSON.parse(e.data[0]) : {};
					if (m.type === "report") window.reported = JSON.stringify(m.report);
					if (m.type === "kept") kept.push(m.name);
					if (m.type === "state" && m.state === "idle") idles++;
					if (m.type === "event" && m.event.arm && m.event.step) first[m.event.arm] ??= m.event.step;
				});
			}
		};
	}`
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	}), chromedp.Reload())
	p.wait("series", canTrain, time.Minute)
}

// reportsAsIfNothingHappened fails the test unless the report that the page got is that of an undisturbed
// run.
func (p *tab) reportsAsIfNothingHappened(sp spec.Spec) {
	p.t.Helper()
	var text string
	p.eval("reported", &text)
	var got spec.Report
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		p.t.Fatal(err)
	}
	if got, want := timeless(p.t, got), timeless(p.t, p.engineRun(sp, 1)); got != want {
		p.t.Errorf("the report is\n%s\nundisturbed\n%s", got, want)
	}
}

// killing makes the engine kill the first worker beside it in the middle of a run, when it has just asked it
// for something. No event tells of that, as when a browser ends a worker.
const killing = `{
	const Real = Worker;
	let asked = 0;
	self.Worker = class extends Real {
		postMessage(...message) {
			super.postMessage(...message);
			if (++asked === 4) this.terminate();
		}
	};
}
`

// A worker dies: the page says so, and the report is that of a run in which nothing happened.
func TestARunGoesOnWithoutAWorkerThatDies(t *testing.T) {
	p := opened(t, serve(t), small())
	p.begin("Object.defineProperty(navigator, 'hardwareConcurrency', {value: 2});" + killing)
	p.spy()
	p.press(runButton)
	p.wait("word of the loss", `document.querySelector(".why").innerText.startsWith("The run goes on: a worker is gone")`, time.Minute)
	p.shoot("lost.png")
	p.wait("report", isDone, time.Minute)
	if got := p.text(".eyebrow"); !strings.Contains(got, "a worker was lost") {
		t.Errorf("the report's provenance is %q", got)
	}
	p.reportsAsIfNothingHappened(small())
}

// The engine itself dies in the middle of a training run: a new one resumes after a step that was kept, and
// the report is that of a run in which nothing happened.
func TestANewEngineGoesOnWhereTheLastOneDied(t *testing.T) {
	sp := pair()
	// Long enough for a checkpoint and the end of the engine on any machine: nothing stops the training early.
	sp.Train.Epochs, sp.Train.Patience = 200, 0
	p := opened(t, serve(t), sp)
	p.spy()
	p.press(runButton)
	p.wait("checkpoint of a training run under way", `kept.includes("seed1-arm1.safetensors")`, time.Minute)
	p.eval("workers[0].terminate()", nil)
	p.wait("word of the end", `document.querySelector(".claim").innerText.startsWith("The engine has stopped")`, 10*time.Second)
	p.shoot("dead.png")
	p.press(`[data-do="restart"]`)
	p.wait("training", `document.querySelector(".recipe.locked")`, time.Minute)
	p.shoot("restarted.png")
	p.wait("report", isDone, 2*time.Minute)
	if got := p.text(".eyebrow"); !strings.Contains(got, "a new one went on") {
		t.Errorf("the report's provenance is %q", got)
	}
	first := map[string]int{}
	p.eval("firsts.at(-1)", &first)
	if arm := sp.Arms[1].Name; first[arm] < 2 {
		t.Errorf("the new engine begins %s with step %d", arm, first[arm])
	}
	p.reportsAsIfNothingHappened(sp)
}

// The engine dies when nothing is under way: what was finished stays on the page, which starts it again and
// can train.
func TestAnEngineThatDiesLeavesItsResultsAndIsStartedAgain(t *testing.T) {
	p := opened(t, serve(t), small())
	p.spy()
	p.press(runButton)
	p.wait("report", isDone, time.Minute)
	value := p.text(`[data-row="alone"] .v b`)
	p.eval("workers[0].terminate()", nil)
	p.wait("word of the end", `document.querySelector(".claim").innerText.startsWith("The engine has stopped")`, 10*time.Second)
	if got := p.text(`[data-row="alone"] .v b`); got != value {
		t.Errorf("the finished run shows %s, before %s", got, value)
	}
	p.press(`[data-do="restart"]`)
	p.wait("engine", canTrain, time.Minute)
	if got := p.text(`[data-row="alone"] .v b`); got != value {
		t.Errorf("the finished run shows %s with a new engine, before %s", got, value)
	}
	p.press(runButton)
	// the status still tells of what was done
	p.wait("training", `document.querySelector(".recipe.locked")`, 10*time.Second)
	p.wait("report", isDone, time.Minute)
	if got := p.text(`[data-row="alone"] .v b`); got != value {
		t.Errorf("trained again: %s, before %s", got, value)
	}
}
