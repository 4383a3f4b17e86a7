//go:build js

package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"os"
	"path/filepath"
	"syscall/js"

	"cosinelab/assets/words"
)

// gridText are the parts of the page's view of a grid.
//
//go:embed explorer.gohtml
var gridText string

// answer is what the page gets for what it tells.
type answer struct {
	Parts map[string]string `json:"parts,omitempty"` // HTML by name
	Asked []asked           `json:"asked,omitempty"`
	// Report is the document of a folder, Wrong why there is none.
	Report string `json:"report,omitempty"`
	Title  string `json:"title,omitempty"`
	Save   string `json:"save,omitempty"` // what buttons say
	Close  string `json:"close,omitempty"`
	Wrong  string `json:"wrong,omitempty"`
}

// main is the part of the command line that the page has fetched when somebody wants it, in a worker: the grid, and the
// report of a folder. What comes is a heard as JSON, what goes an answer.
func main() {
	parts := template.Must(template.New("grid").Parse(gridText))
	g := newGrid(words.English())
	inbox := make(chan string, 1000)
	self := js.Global()
	tell := js.FuncOf(func(_ js.Value, args []js.Value) any {
		inbox <- args[0].String()
		return nil
	})
	for i := range self.Get("inbox").Length() {
		inbox <- self.Get("inbox").Index(i).String()
	}
	self.Set("told", tell) // cosinelab.js hands over what comes from now on
	for text := range inbox {
		var h heard
		if json.Unmarshal([]byte(text), &h) != nil {
			continue // the page writes nothing else
		}
		var out answer
		if h.Do == "report" {
			out = documentIn(h)
		} else {
			out = answerOf(g, parts, g.hear(h))
		}
		text, err := json.Marshal(out)
		if err == nil {
			self.Call("postMessage", string(text))
		}
	}
}

func answerOf(g *explorer, parts *template.Template, todo []asked) answer {
	out := answer{Parts: map[string]string{}, Asked: todo}
	v := g.view()
	for _, name := range []string{"head", "form", "status", "maps"} {
		var b bytes.Buffer
		if err := parts.ExecuteTemplate(&b, name, v); err != nil {
			out.Wrong = err.Error()
		}
		out.Parts[name] = b.String()
	}
	return out
}

// documentIn is the document of the folder that the page has put into the files of this worker.
func documentIn(h heard) (out answer) {
	a := &app{w: words.In(h.Lang), getenv: os.Getenv}
	out.Save, out.Close = a.w.Say("where-save-report"), a.w.Say("where-close")
	d, err := a.documentOf(context.Background(), folderIn(h.Name), "")
	var b bytes.Buffer
	if err == nil {
		out.Title = d.Title
		err = d.write(&b)
	}
	if err != nil {
		out.Wrong = a.w.Error(err)
	}
	out.Report = b.String()
	return out
}

// folderIn is the highest folder below a path that holds a table, a sweep or a run; the path itself if there is none.
func folderIn(top string) string {
	found := top
	filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && (entry.Name() == planFile || entry.Name() == reportFile) {
			found = filepath.Dir(path)
			return filepath.SkipAll
		}
		return nil
	})
	return found
}
