//go:build js

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"strings"
	"syscall/js"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
)

// patience is how long the worker waits for the list of the server's folder, in milliseconds. Until it is
// there, or the time is over, the built-in sets wait too.
const patience = 15_000

// openRemote asks the server that the page came from for its folder of real sets; nil if it has none. A
// folder that is there and cannot be listed is an Inventory that says so.
func openRemote() *datasets.Inventory {
	base := js.Global().Get("URL").New("data/", js.Global().Get("location").Get("href")).Get("href").String()
	options := map[string]any{"signal": js.Global().Get("AbortSignal").Call("timeout", patience)}
	response, err := await(js.Global().Call("fetch", base, options))
	if err != nil {
		return unlisted(err)
	}
	switch status := response.Get("status").Int(); status {
	case 200:
	case 404: // the page lies on a server of files
		return nil
	default:
		return unlisted(fault.New("server-answers", base, status))
	}
	text, err := bytesOf(response.Call("arrayBuffer"))
	if err != nil {
		return unlisted(err)
	}
	var listing struct {
		Files  []datasets.Stored `json:"files"`
		Passed []datasets.Passed `json:"passed"`
	}
	// Some servers of files answer every address with a page: what is no listing counts as none.
	if json.Unmarshal(text, &listing) != nil || len(listing.Files)+len(listing.Passed) == 0 {
		return nil
	}
	inv := datasets.NewInventory(listing.Files,
		func(name string) (io.ReadCloser, error) { return fetchFile(base, name) })
	inv.Passed = listing.Passed
	return inv
}

// unlisted is a folder of which nothing is known but what went wrong.
func unlisted(err error) *datasets.Inventory {
	inv := datasets.NewInventory(nil, nil)
	inv.Passed = []datasets.Passed{{Path: ".", Fault: fault.Of(fault.New("data-list", err))}}
	return inv
}

// fetchFile reads a file of the folder as a whole; each part of its path is escaped, since names may hold
// what addresses may not.
func fetchFile(base, name string) (io.ReadCloser, error) {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = js.Global().Call("encodeURIComponent", p).String()
	}
	data, err := fetch(base + "files/" + strings.Join(parts, "/"))
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}
