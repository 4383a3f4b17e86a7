// Package chromium starts a headless browser for tests.
package chromium

import (
	"context"
	"errors"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// ErrNotFound means that no browser is installed.
var ErrNotFound = errors.New("no Chromium found")

// Open starts a browser of its own, which asks the network for nothing but what a page wants; stop ends it.
func Open(more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop func(), err error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		Speaking("en-US"))
	ctx, stopBrowser := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, stopPage := chromedp.NewContext(ctx, chromedp.WithErrorf(func(format string, args ...any) {
		if !strings.HasPrefix(format, "unhandled") { // events that are newer than the library are no error
			log.Printf(format, args...)
		}
	}))
	return ctx, func() { stopPage(); stopBrowser() }, nil
}

// Speaking makes a browser prefer a language.
func Speaking(tag string) chromedp.ExecAllocatorOption { return chromedp.Flag("accept-lang", tag) }

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless_shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNotFound
}

// Start opens a browser for as long as a test takes. Without one the test is skipped; where CI is set that is
// a failure.
func Start(tb testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	tb.Helper()
	ctx, stop, err := Open(more...)
	if err != nil && os.Getenv("CI") == "true" {
		tb.Fatalf("%v, and CI is set", err)
	}
	if err != nil {
		tb.Skip(err)
	}
	tb.Cleanup(stop)
	return ctx
}

// Await makes an evaluation wait for the promise that it gives.
func Await(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
