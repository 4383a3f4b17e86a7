package browsertest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// besides returns an address where the page is the one at another, but for a script that each worker runs
// first. What the browser lets tests put before scripts does not reach workers of workers.
func besides(t *testing.T, address, script string) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(at)
	isWorker := func(r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/worker.") &&
			strings.HasSuffix(r.URL.Path, ".js")
	}
	direct := proxy.Director
	proxy.Director = func(r *http.Request) {
		direct(r)
		if isWorker(r) {
			r.Header.Set("Accept-Encoding", "identity")
			r.Header.Del("If-None-Match")
		}
	}
	proxy.ModifyResponse = func(r *http.Response) error {
		if !isWorker(r.Request) || r.StatusCode != http.StatusOK {
			return nil
		}
		text, err := io.ReadAll(r.Body)
		text = append([]byte(script+"\n"), text...)
		r.Body = io.NopCloser(bytes.NewReader(text))
		r.ContentLength = int64(len(text))
		r.Header.Set("Content-Length", fmt.Sprint(len(text)))
		return err
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// twoCores lets every worker see a machine on which a second one can compute.
const twoCores = "Object.defineProperty(navigator, 'hardwareConcurrency', {value: 2});"

// ofFurther is a script that only workers beside the engine run.
func ofFurther(script string) string {
	return fmt.Sprintf("if (self.name.startsWith('further')) { %s }", script)
}

// pair is an experiment of two arms that are trained.
func pair() spec.Spec {
	s := small()
	s.Arms = slices.DeleteFunc(s.Arms, func(a spec.Arm) bool {
		return a.Kind() != look.Alone && a.Kind() != look.Cosine
	})
	return s
}

// However a second worker fails, from its first line to its first answer, the run goes on with one, as the
// page says, and its report is that of an undisturbed run.
func TestARunGoesOnWhateverHappensToASecondWorker(t *testing.T) {
	without := func(file string) string { // the server does not have it
		return fmt.Sprintf(`{ const load = importScripts; self.importScripts = (...files) =>
			load(...files.map((f) => f.includes(%q) ? "./nowhere.js" : f)); }`, file)
	}
	address, sp := serve(t), pair()
	for _, c := range []struct{ name, script, said string }{
		{"without kernels.js", without("kernels"), "could not be loaded"},
		{"without wasm_exec.js", without("wasm_exec"), "could not be loaded"},
		{"a script that throws", `throw new Error("no such thing");`, "no such thing"},
		{"a promise that is refused", `WebAssembly.instantiate = () => Promise.reject(new RangeError("out of memory"));`,
			"out of memory"},
		{"a promise that is refused without an error", `WebAssembly.instantiate = () => Promise.reject();`, ""},
		{"a worker that ends itself before it is there", `self.close();`, "nothing was heard of it"},
		{"an answer that is none", `{ const post = self.postMessage.bind(self);
			self.postMessage = (m, ...more) => post(Array.isArray(m) ? ["{"] : m, ...more); }`, "answer of the worker"},
		{"answers that nobody asked for", `for (let i = 0; i < 9; i++) self.postMessage(["{}"]);`, "answer of the worker"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := opened(t, besides(t, address, twoCores+ofFurther(c.script)), sp)
			p.failing = true
			p.spy()
			p.eval(`window.said = []; new MutationObserver(() => {
				const why = document.querySelector(".why").innerText;
				if (why !== said.at(-1)) said.push(why);
			}).observe(document.querySelector("main"), {childList: true, subtree: true, characterData: true})`, nil)
			p.press(runButton)
			p.wait("report", isDone, 2*time.Minute)
			var said []string
			p.eval("said", &said)
			if !slices.ContainsFunc(said, func(s string) bool {
				return strings.HasPrefix(s, "The run goes on") && strings.Contains(s, c.said)
			}) {
				t.Errorf("the page says %q, want %q", said, c.said)
			}
			if got := p.text(".eyebrow"); !strings.Contains(got, "a worker was lost") {
				t.Errorf("the report's provenance is %q", got)
			}
			p.reportsAsIfNothingHappened(sp)
		})
	}
}

// A run that is stopped while a second worker is still loading ends that worker alone: on six pages, fifteen
// times each, after each of these pauses. What a worker loads is in the cache only from the second time on.
func TestStopWhileAWorkerLoadsLeavesTheEngine(t *testing.T) {
	const pages, presses = 6, 15
	address := besides(t, serve(t), twoCores)
	for page := range pages {
		t.Run(fmt.Sprint("page ", page+1), func(t *testing.T) {
			p := opened(t, address, spec.Default())
			p.spy()
			for i := range presses {
				p.do(chromedp.KeyEvent(" "))
				time.Sleep(time.Duration(50<<((page+i)%4)) * time.Millisecond)
				p.do(chromedp.KeyEvent(kb.Escape))
				p.wait("stop", fmt.Sprintf(`idles === %d && document.querySelector(".status").innerText.startsWith("Stopped") &&
					%s`, i+1, canTrain), 20*time.Second)
			}
		})
	}
}
