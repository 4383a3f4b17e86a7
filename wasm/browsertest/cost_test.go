package browsertest

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"

	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// spent is what the browser counted of the page's thread, in seconds since the page began: whole tasks, with
// the parts of them that were script, style and layout.
type spent struct{ At, Task, Script, Style, Layout float64 }

// spent reads the browser's counters, which have to be enabled.
func (p *tab) spent() (s spent) {
	p.t.Helper()
	var list []*performance.Metric
	p.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		list, err = performance.GetMetrics().Do(ctx)
		return err
	}))
	fields := map[string]*float64{"Timestamp": &s.At, "TaskDuration": &s.Task, "ScriptDuration": &s.Script,
		"RecalcStyleDuration": &s.Style, "LayoutDuration": &s.Layout}
	for _, m := range list {
		if field := fields[m.Name]; field != nil {
			*field = m.Value
		}
	}
	return s
}

// since is what was spent after an earlier moment.
func (s spent) since(t spent) spent {
	return spent{s.At - t.At, s.Task - t.Task, s.Script - t.Script, s.Style - t.Style, s.Layout - t.Layout}
}

// talkative is an experiment whose steps are many and short: the engine has news at any moment.
func talkative() spec.Spec {
	s := small()
	s.Teacher.Epochs, s.Train.Epochs = 500, 500
	s.Seeds = []uint64{1, 2, 3, 4, 5, 6, 7, 8}
	return s
}

// BenchmarkThread prints how busy the page's own thread is while a training tells much; a tenth is wanted.
func BenchmarkThread(b *testing.B) {
	for b.Loop() {
		p := opened(b, serve(b), talkative())
		// In time of the processor: on a busy machine a task takes longer without doing more.
		p.do(performance.Enable().WithTimeDomain(performance.EnableTimeDomainThreadTicks))
		p.press(runButton)
		p.wait("training", `document.querySelector(".live-tag")`, time.Minute)
		time.Sleep(2 * time.Second) // what follows a person's act is drawn at once
		before := p.spent()
		time.Sleep(8 * time.Second)
		during := p.spent().since(before)
		var still bool
		if p.eval(`Boolean(document.querySelector(".live-tag"))`, &still); !still {
			b.Fatal("the training ended too early to measure beside it")
		}
		fmt.Printf("of %.1f s the page's thread was busy for %.2f (%.0f%%), %.2f in script\n", during.At, during.Task,
			100*during.Task/during.At, during.Script)
	}
}

var (
	before = flag.String("before", "", "the server of another version, which is measured in turn with this one")
	rounds = flag.Int("rounds", 3, "how often each version is measured")
)

// versions are the servers to measure: this one, and the one before if the flag names it.
func versions(b *testing.B) (names, urls []string) {
	b.Helper()
	if *before != "" {
		names, urls = append(names, "before"), append(urls, serveBy(b, *before))
	}
	return append(names, "now"), append(urls, serve(b))
}

// median is the middle value, of an even number the higher one.
func median[T cmp.Ordered](list []T) T { return slices.Sorted(slices.Values(list))[len(list)/2] }

// taken is what the default experiment took: the page's own thread, and the processor, in seconds, of all threads
// of the page, its workers' included, and of what draws.
type taken struct {
	spent
	Page, Drawing float64
}

// columns are the figures of an experiment, as BenchmarkExperiment prints them.
var columns = []struct {
	name  string
	value func(taken) float64
}{
	{"whole", func(t taken) float64 { return t.At }},
	{"processor", func(t taken) float64 { return t.Page + t.Drawing }},
	{"page+workers", func(t taken) float64 { return t.Page }},
	{"drawing", func(t taken) float64 { return t.Drawing }},
	{"page alone", func(t taken) float64 { return t.Task }},
	{"script", func(t taken) float64 { return t.Script }},
	{"style", func(t taken) float64 { return t.Style }},
	{"layout", func(t taken) float64 { return t.Layout }},
}

// BenchmarkExperiment presses the button of the default experiment, waits for its verdict, and prints how long
// that took with what the processor did meanwhile. Each round is printed: on a busy machine the processor's time
// says more than the clock's.
func BenchmarkExperiment(b *testing.B) {
	names, urls := versions(b)
	for b.Loop() {
		fmt.Print("the default experiment, from the button to the verdict; seconds, all but the first of the processor\n",
			strings.Repeat(" ", 16))
		for _, c := range columns {
			fmt.Printf("%13s", c.name)
		}
		fmt.Println()
		measured := make([][]taken, len(urls))
		for range *rounds {
			for i, url := range urls {
				measured[i] = append(measured[i], defaultExperiment(b, url))
				printTaken(names[i], measured[i][len(measured[i])-1:])
			}
		}
		for i, name := range names {
			printTaken(name+", median", measured[i])
		}
	}
}

// printTaken prints medians.
func printTaken(name string, list []taken) {
	fmt.Printf("%-16s", name)
	for _, c := range columns {
		var values []float64
		for _, t := range list {
			values = append(values, c.value(t))
		}
		fmt.Printf("%13.2f", median(values))
	}
	fmt.Println()
}

// processor is how many seconds of the processor the browser's processes took so far: those that run pages with
// their workers, and that which draws.
func (p *tab) processor() (page, drawing float64) {
	p.t.Helper()
	var list []*systeminfo.ProcessInfo
	p.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		list, err = systeminfo.GetProcessInfo().Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
		return err
	}))
	for _, one := range list {
		switch one.Type {
		case "renderer":
			page += one.CPUTime
		case "GPU":
			drawing += one.CPUTime
		}
	}
	return page, drawing
}

// defaultExperiment runs the default experiment once, in a browser of its own.
func defaultExperiment(b *testing.B, url string) (t taken) {
	b.Helper()
	p := open(b, url+"#"+link.Link{Spec: spec.Default()}.Hash())
	defer chromedp.Cancel(p.ctx)
	p.wait("series", canTrain, time.Minute)
	p.do(performance.Enable().WithTimeDomain(performance.EnableTimeDomainThreadTicks))
	before := p.spent()
	page, drawing := p.processor()
	p.press(runButton)
	p.wait("report", isDone, patience)
	t.spent = p.spent().since(before)
	t.Page, t.Drawing = p.processor()
	t.Page, t.Drawing = t.Page-page, t.Drawing-drawing
	return t
}

// start is when the page reached what, in milliseconds from the navigation, and what kept its thread longest: it is
// usable as it stands, then taken over by the program.
type start struct{ Painted, Usable, Taken, Longest, Blocked float64 }

// watchStart notes in a page that is about to load when its run control is there to be seen, and every task
// that is longer than 50 ms until then.
const watchStart = `
	globalThis.watched = {Painted: 0, Usable: 0, Longest: 0, Blocked: 0};
	new PerformanceObserver((list) => {
		for (const e of list.getEntries()) {
			watched.Longest = Math.max(watched.Longest, e.duration);
			watched.Blocked += e.duration - 50;
		}
	}).observe({type: "longtask", buffered: true});
	new PerformanceObserver((list) => { watched.Painted ||= list.getEntries()[0].startTime; }).observe({type: "paint", buffered: true});
	const seen = new MutationObserver(() => {
		if (!document.querySelector(".transport")) return;
		seen.disconnect();
		requestAnimationFrame(() => setTimeout(() => { watched.Usable = performance.now(); }));
	});
	seen.observe(document, {childList: true, subtree: true});`

// BenchmarkStart loads the page, cold, as it is and with the thread of the page four times as slow, and prints
// when it can be used and what kept its thread.
func BenchmarkStart(b *testing.B) {
	names, urls := versions(b)
	for b.Loop() {
		fmt.Println("the page's start; milliseconds, medians\n" +
			"                 first paint   usable   taken over   longest task   blocked")
		for _, slower := range []float64{1, 4} {
			measured := make([][]start, len(urls))
			for range *rounds {
				for i, url := range urls {
					measured[i] = append(measured[i], startOnce(b, url, slower))
				}
			}
			for i, name := range names {
				of := func(field func(start) float64) float64 {
					var list []float64
					for _, m := range measured[i] {
						list = append(list, field(m))
					}
					return median(list)
				}
				fmt.Printf("%-8s 1/%g of %10.0f %8.0f %12.0f %14.0f %9.0f\n", name, slower,
					of(func(s start) float64 { return s.Painted }), of(func(s start) float64 { return s.Usable }),
					of(func(s start) float64 { return s.Taken }), of(func(s start) float64 { return s.Longest }), of(func(s start) float64 { return s.Blocked }))
			}
		}
	}
}

// startOnce loads the page in a new browser, which has nothing of it, with a thread that is so many times
// slower.
func startOnce(b *testing.B, url string, slower float64) (s start) {
	b.Helper()
	p := open(b, "about:blank")
	defer chromedp.Cancel(p.ctx)
	p.do(network.SetCacheDisabled(true), emulation.SetCPUThrottlingRate(slower),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(watchStart).Do(ctx)
			return err
		}), chromedp.Navigate(url))
	p.wait("engine", canTrain, 2*time.Minute)
	var text string
	p.eval(`JSON.stringify({...watched, Taken: performance.getEntriesByName("page ready")[0].startTime})`, &text)
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		b.Fatal(err)
	}
	return s
}
