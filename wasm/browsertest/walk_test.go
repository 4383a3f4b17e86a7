package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cosinelab/ui/link"
)

// dying has workers beside the engine die at any moment, in one of two ways.
const dying = `setTimeout(() => {
	if (Math.random() < 0.5) self.close();
	else throw new Error("it was killed");
}, Math.random() * 3000);`

// walk presses the page at random, from a seed, and returns what was done and what was wrong with it. It waits
// for the next frame after each press, as a fast person does; the page must never say that the engine has
// stopped unless the walk has ended it, and address and copied link are always those of what is shown.
const walk = `(async (seed, presses, most) => {
	const random = () => { // mulberry32
		seed = seed + 0x6d2b79f5 | 0;
		let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
		t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
		return ((t ^ t >>> 14) >>> 0) / 4294967296;
	};
	const pick = (list) => list[Math.floor(random() * list.length)];
	const find = (selector) => document.querySelector(selector);
	const key = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
	const drop = (...files) => {
		const carried = new DataTransfer();
		for (const [name, text] of files) carried.items.add(new File([text], name, {type: "text/csv"}));
		find("main").dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: carried}));
	};
	const change = (e, value) => {
		if (!e || e.disabled) return;
		if (e.type === "checkbox") e.checked = !e.checked; else e.value = value;
		e.dispatchEvent(new Event("change", {bubbles: true}));
	};
	const table = "a,b,label\n" + Array.from({length: 300}, (_, i) => i % 7 + "," + i % 5 + "," + (i % 50 > 44 ? 1 : 0)).join("\n") + "\n";
	// The address that is shown leaves no entry in the history to go back to.
	const visit = (to) => { if (to !== location.hash) { location.hash = to; depth++; } };
	const stopped = () => find(".claim").innerText.startsWith("The engine has stopped") || find(".claim").innerText.startsWith("엔진이");
	const links = [location.hash];
	let depth = 0, killed = false, copied = null;
	navigator.clipboard.writeText = async (text) => { copied = text; };
	const acts = {
		run: () => key(" "), run2: () => key(" "), stop: () => key("Escape"), stop2: () => key("Escape"),
		step: () => key("ArrowRight"), reset: () => { key("r"); if (random() < 0.5) key("r"); },
		storm: async () => { key(" "); await new Promise((go) => setTimeout(go, pick([50, 100, 200, 400]))); key("Escape"); },
		good: () => drop(["a.csv", table]), broken: () => drop(["a.csv", table + "1\n"]),
		several: () => drop(["a.csv", table], ["a_label.csv", "x\n"]),
		use: () => find('.sheet [data-do="use"]:not(:disabled)')?.click(), use2: () => { if (find(".sheet")) key("Enter"); },
		leave: () => find('.sheet [data-do="leave"]')?.click(), reopen: () => find('[data-do="reopen"]:not([hidden])')?.click(),
		role: () => change(pick([...document.querySelectorAll(".sheet .pv select"), null]), pick(["channel", "dropped", "label", ""])),
		cut: () => { const s = find(".sheet [data-moved]"); if (s) { s.value = 10 + Math.floor(random() * 80); s.dispatchEvent(new Event("input", {bubbles: true})); } },
		discard: () => find('[data-do="discard"]')?.click(), restart: () => { find('[data-do="restart"]')?.click(); },
		language: () => find("[data-language]").click(), theme: () => key("t"), keys: () => key("?"),
		epochs: () => change([...document.querySelectorAll(".recipe .val")].find((e) => e.dataset.field === "train.epochs"), pick(["1", "2", "x"])),
		arm: () => change(find('[data-toggle="mse"]')),
		link: () => visit(pick(links)), bad: () => visit(pick(["#spec=(a", "#nonsense"])),
		back: () => { if (depth > 0) { depth--; history.back(); } },
		builtin: () => { find('[data-tab="builtin"]').click(); change(find("select[data-source]"), pick(["builtin/server", "builtin/pool"])); },
		kill: () => { if (random() < 0.3) { killed = true; workers.at(-1).terminate(); } },
	};
	const done = [], end = performance.now() + most;
	while (done.length < presses && performance.now() < end) {
		const name = pick(Object.keys(acts));
		done.push(name);
		await acts[name]();
		if (random() < 0.5) await new Promise((go) => setTimeout(go, random() * 120));
		await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
		if (stopped() && !killed) return {done, wrong: "the engine has stopped: " + find(".claim").innerText};
		if (!links.includes(location.hash)) links.push(location.hash);
		if (name === "restart" && !stopped()) killed = false;
		// the page hears a moment later of an address that has changed
		for (let i = 0; i < 40; i++) {
			find('[data-do="copy"]').click();
			if (copied === location.href) break;
			await new Promise((go) => setTimeout(go, 50));
		}
		if (copied !== location.href) return {done, wrong: "the link is " + copied + ", the address " + location.href};
	}
	return {done, wrong: ""};
})`

// A real page is pressed at random while its engine and the workers beside it die. In the end it trains what
// it shows to the report that an engine gives which nothing has happened to.
func TestRandomPresses(t *testing.T) {
	sp := pair()
	p := opened(t, besides(t, serve(t), twoCores+ofFurther(dying)), sp)
	p.failing = true
	p.spy()
	var got struct {
		Done  []string
		Wrong string
	}
	const presses, most = 200, 25_000
	p.eval(fmt.Sprintf("%s(7, %d, %d)", walk, presses, most), &got)
	if got.Wrong != "" {
		p.shoot("walk.png")
		t.Fatalf("%s\nafter %s", got.Wrong, strings.Join(got.Done, " "))
	}
	t.Logf("%d presses", len(got.Done))
	// What is still under way comes to its end.
	for _, do := range []string{"leave", "stop", "discard", "restart"} {
		time.Sleep(500 * time.Millisecond)
		p.eval(fmt.Sprintf(`document.querySelector('[data-do=%q]:not(:disabled)')?.click()`, do), nil)
	}
	p.wait("rest", `!document.querySelector(".recipe.locked")`, time.Minute)
	p.eval(fmt.Sprintf("location.hash = %q", link.Link{Spec: sp}.Hash()), nil)
	p.wait("series", canTrain, time.Minute)
	p.eval("reported = undefined", nil)
	p.press(runButton)
	p.wait("report", "window.reported && "+canTrain, 2*time.Minute)
	p.reportsAsIfNothingHappened(sp)
}

// A press during a run, or before it is over, is asked about once; nothing else keeps a person.
func TestLeavingAsksWhileARunGoesOn(t *testing.T) {
	sp := small()
	sp.Train.Epochs, sp.Train.Patience = 200, 0
	p := opened(t, serve(t), sp)
	const asks = `(() => {
		const e = new Event("beforeunload", {cancelable: true});
		dispatchEvent(e);
		return e.defaultPrevented;
	})()`
	want := func(asked bool, when string) {
		t.Helper()
		var got bool
		if p.eval(asks, &got); got != asked {
			t.Errorf("%s: the page asks: %v", when, got)
		}
	}
	want(false, "before a run")
	p.press(runButton)
	p.wait("training", `document.querySelector(".recipe.locked")`, 10*time.Second)
	want(true, "while it trains")
	p.press(runButton)
	want(true, "while it is held")
	p.press(`.transport [data-do="stop"]`)
	p.wait("stop", `document.querySelector(".status").innerText.startsWith("Stopped")`, 20*time.Second)
	want(false, "once it has stopped")
}

// An address that changes during a run is not followed, and does not stay: what is copied is what is shown.
func TestTheAddressStaysThatOfTheRun(t *testing.T) {
	sp := small()
	sp.Train.Epochs, sp.Train.Patience = 200, 0
	p := opened(t, serve(t), sp)
	p.eval(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`, nil)
	for _, epochs := range []int{201, 202} {
		sp.Train.Epochs = epochs
		p.eval(fmt.Sprintf("location.hash = %q", link.Link{Spec: sp}.Hash()), nil)
		p.wait("settings", fmt.Sprintf(`[...document.querySelectorAll(".recipe .val")].some((e) => e.value === "%d")`, epochs), 10*time.Second)
	}
	p.press(runButton)
	p.wait("training", `document.querySelector(".recipe.locked")`, 10*time.Second)
	p.eval("history.back()", nil)
	p.wait("word about the link", `document.querySelector(".status").innerText.includes("the link was not followed")`, 10*time.Second)
	p.shoot("locked-link.png")
	p.press(`[data-do="copy"]`)
	var copied, shown string
	p.eval("copied", &copied)
	p.eval("location.href", &shown)
	if want := "#" + (link.Link{Spec: sp}).Hash(); copied != shown || !strings.HasSuffix(copied, want) {
		t.Errorf("the link is %s, the address %s, want %s", copied, shown, want)
	}
}
