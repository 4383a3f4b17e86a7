// Package browsertest takes a user's path through the built page in a real browser.
package browsertest

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/wasm/browsertest/chromium"
)

// serve starts the built server with the given flags and returns its address.
func serve(t testing.TB, args ...string) string {
	t.Helper()
	binary, err := filepath.Abs("../../dist/serve")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(binary); err != nil {
		t.Skip("the page is not built: run make build")
	}
	return serveBy(t, binary, args...)
}

// serveBy starts a server, which may be one of another version, and returns its address.
func serveBy(t testing.TB, binary string, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("server: %v", err)
	}
	_, rest, _ := strings.Cut(line, "http://")
	host, _, _ := strings.Cut(rest, "/")
	return "http://" + host + "/"
}

// tab is a page in a headless browser. Every error that the page logs fails the test, unless something is
// made to fail in it.
type tab struct {
	t       testing.TB
	ctx     context.Context
	failing bool
}

// open starts a browser at a URL, which knows the introduction.
func open(t testing.TB, url string, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	p := first(t, more...)
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(
			`try { localStorage.setItem("toured", "yes") } catch {}`).Do(ctx)
		return err
	}), chromedp.Navigate(url))
	return p
}

// first starts a browser that has never seen the page.
func first(t testing.TB, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	ctx := chromium.Start(t, append(more, chromedp.WindowSize(1440, 900))...)
	p := &tab{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, p.hear)
	p.do(log.Enable())
	return p
}

func (p *tab) hear(event any) {
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		p.t.Errorf("the page threw: %v", e.ExceptionDetails)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError && !p.failing {
			p.t.Errorf("the page logged: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}
}

func (p *tab) do(actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// eval runs an expression, or a promise, in the page and decodes its value.
func (p *tab) eval(expression string, into any) {
	p.t.Helper()
	if err := chromedp.Run(p.ctx, chromedp.Evaluate(expression, into, chromium.Await)); err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
}

// text is what an element shows.
func (p *tab) text(selector string) string {
	p.t.Helper()
	var s string
	p.eval(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &s)
	return s
}

// wait polls until the expression is true; what is what it waits for, in words.
func (p *tab) wait(what, expression string, most time.Duration) {
	p.t.Helper()
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		var ok bool
		p.eval("Promise.resolve("+expression+").then(Boolean)", &ok)
		if ok {
			return
		}
		if time.Since(start) > most {
			p.shoot("failed.png")
			p.t.Fatalf("no %s after %v; the page says %q, %q", what, most, p.text(".status"),
				p.text(".claim"))
		}
	}
}

// press clicks the button with this action.
func (p *tab) press(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(selector, chromedp.ByQuery))
}

// shoot leaves a picture of the page in the folder that SCREENSHOTS names.
func (p *tab) shoot(name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	var png []byte
	p.do(chromedp.CaptureScreenshot(&png))
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// engineRun runs an experiment in a worker of its own with so many workers, and returns the report: the
// engine without the page.
func (p *tab) engineRun(sp spec.Spec, workers int) spec.Report {
	p.t.Helper()
	request, err := json.Marshal(protocol.Request{Type: protocol.TypeRun, ID: 1, Spec: &sp, Workers: workers})
	if err != nil {
		p.t.Fatal(err)
	}
	var answer string
	p.eval(fmt.Sprintf(`new Promise((done, failed) => {
		const names = JSON.parse(document.getElementById("assets").textContent);
		const worker = new Worker(names["worker.js"]);
		worker.onerror = (e) => failed(new Error(e.message));
		worker.onmessage = (e) => {
			const m = JSON.parse(e.data[0]);
			if (m.type === "ready" && m.cores < %d) failed(new Error("the machine has " + m.cores + " cores"));
			if (m.type === "error") failed(new Error(JSON.stringify(m.error)));
			if (m.type === "report") { worker.terminate(); done(JSON.stringify(m.report)); }
		};
		worker.postMessage([%s]);
	})`, workers, quote(string(request))), &answer)
	var report spec.Report
	if err := json.Unmarshal([]byte(answer), &report); err != nil {
		p.t.Fatal(err)
	}
	return report
}

// pretendCores lets workers that start from now on see a machine with so many cores.
func (p *tab) pretendCores(n int) {
	p.t.Helper()
	p.begin(fmt.Sprintf("Object.defineProperty(navigator, 'hardwareConcurrency', {value: %d});\n", n))
}

// begin puts a line before the script of workers of the page that start from now on.
func (p *tab) begin(line string) {
	p.t.Helper()
	chromedp.ListenTarget(p.ctx, func(event any) {
		if e, ok := event.(*fetch.EventRequestPaused); ok {
			go p.prepend(e, line) // a listener must not wait for answers of the browser
		}
	})
	p.do(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*/worker.*.js",
		RequestStage: fetch.RequestStageResponse}}))
}

// prepend puts a line before a script that is on its way to the page.
func (p *tab) prepend(e *fetch.EventRequestPaused, line string) {
	err := chromedp.Run(p.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		script, err := fetch.GetResponseBody(e.RequestID).Do(ctx)
		if err != nil {
			return err
		}
		headers := slices.DeleteFunc(e.ResponseHeaders, func(h *fetch.HeaderEntry) bool {
			// they are of the script before
			return slices.Contains([]string{"content-encoding", "content-length"}, strings.ToLower(h.Name))
		})
		body := base64.StdEncoding.EncodeToString(append([]byte(line), script...))
		return fetch.FulfillRequest(e.RequestID,
			e.ResponseStatusCode).WithResponseHeaders(headers).WithBody(body).Do(ctx)
	}))
	if err != nil {
		p.t.Errorf("%s: %v", e.Request.URL, err)
	}
}

func quote(s string) string {
	text, _ := json.Marshal(s) // strings always marshal
	return string(text)
}
