package ui

import (
	"slices"
	"strconv"
	"syscall/js"

	"cosinelab/ui/state"
)

// Listen turns what happens on the page into messages. A few listeners on the document stay for as long as the page
// does, so that rendering never adds or removes any.
func (p *Page) Listen() {
	document := js.Global().Get("document")
	listeners := []struct {
		event string
		on    func(e, target js.Value)
	}{
		{"click", p.onClick},
		{"change", p.onChange},
		{"input", p.onInput},
		{"keydown", p.onKey},
		{"pointerover", p.onPointer},
		{"focusin", p.onPointer},
		{"dragover", p.onDrag},
		{"dragleave", p.onDrag},
		{"drop", p.onDrop},
	}
	for _, l := range listeners {
		document.Call("addEventListener", l.event, js.FuncOf(func(_ js.Value, args []js.Value) any {
			if target := args[0].Get("target"); target.Get("closest").Truthy() {
				l.on(args[0], target)
			}
			return nil
		}))
	}
}

// data returns a data attribute of the nearest element around target that has it.
func data(target js.Value, name string) (value string, element js.Value, ok bool) {
	element = target.Call("closest", "[data-"+name+"]")
	if !element.Truthy() {
		return "", element, false
	}
	return element.Get("dataset").Get(name).String(), element, true
}

var keys = []struct {
	what string
	key  state.Key
}{
	{"run", state.KeyRun},
	{"step", state.KeyStep},
	{"stop", state.KeyStop},
	{"reset", state.KeyReset},
	{"copy", state.KeyCopy},
}

// onClick finds what was meant by attributes, since what is clicked is often a picture inside a button.
func (p *Page) onClick(_, target js.Value) {
	if channel, _, ok := data(target, "channel"); ok {
		n, _ := strconv.Atoi(channel)
		p.Send(state.Reveal{Channel: n})
	} else if what, _, ok := data(target, "do"); ok {
		p.act(what)
	} else if arm, _, ok := data(target, "row"); ok {
		p.Send(state.Pin{Arm: arm})
	}
}

// act does what a button says.
func (p *Page) act(what string) {
	for _, k := range keys {
		if k.what == what {
			p.Send(state.Press{Key: k.key})
		}
	}
	switch what {
	case "more":
		p.Send(state.More{})
	case "metrics":
		p.Send(state.MoreMetrics{})
	case "discard":
		p.Send(state.Discard{})
	case "restart":
		p.Send(state.Restart{})
	case "keys":
		p.Send(state.Help{})
	case "theme":
		toggleTheme()
	case languageAct:
		p.Send(state.SetLanguage{Tag: p.State.Words.Next().Tag})
	}
}

// onChange takes over what was typed or chosen. Fields tell it when they lose the focus or at Enter, not at every key, so
// that half a number is no mistake.
func (p *Page) onChange(_, target js.Value) {
	if _, _, ok := data(target, "files"); ok {
		p.take(target.Get("files"))
		target.Set("value", "") // so that the same file can be chosen again
		return
	}
	text := target.Get("value").String()
	if f, _, ok := data(target, "field"); ok {
		n, _ := strconv.Atoi(f)
		p.Send(state.Set{Field: state.Field(n), Text: text})
	} else if kind, _, ok := data(target, "toggle"); ok {
		p.Send(state.Toggle{Kind: kind})
	} else if group, _, ok := data(target, "tab"); ok {
		p.Send(state.Tab{Group: group})
	} else if _, _, ok := data(target, "workers"); ok {
		n, _ := strconv.Atoi(text)
		p.Send(state.Workers{N: n})
	} else if _, _, ok := data(target, "source"); ok {
		p.Send(state.Choose{Source: text})
	}
}

// onInput follows the slider while it moves.
func (p *Page) onInput(_, target js.Value) {
	if _, _, ok := data(target, "slider"); ok {
		place, _ := strconv.Atoi(target.Get("value").String())
		p.Send(state.Set{Field: state.FieldWeight, Text: strconv.FormatFloat(state.SliderWeight(place), 'g', -1, 64)})
	}
}

// shortcuts are the keys of the run control, by KeyboardEvent.key.
var shortcuts = []struct{ key, what string }{
	{" ", "run"},
	{"ArrowRight", "step"},
	{"Escape", "stop"},
	{"r", "reset"},
	{"R", "reset"},
	{"t", "theme"},
	{"T", "theme"},
	{"?", "keys"},
}

// onKey leaves keys alone that the focused control, or the browser, needs itself.
func (p *Page) onKey(e, target js.Value) {
	key := e.Get("key").String()
	if kept, input, ok := data(target, "kept"); ok && key == "Escape" {
		input.Set("value", kept)
		input.Call("blur")
		return
	}
	if arm, _, ok := data(target, "row"); ok && key == "Enter" {
		p.Send(state.Pin{Arm: arm})
		return
	}
	if e.Get("defaultPrevented").Bool() || e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool() || e.Get("altKey").Bool() || takes(target, key) {
		return
	}
	for _, s := range shortcuts {
		if s.key == key {
			e.Call("preventDefault")
			if !e.Get("repeat").Bool() {
				p.act(s.what)
			}
			return
		}
	}
}

// takes tells whether a control does something of its own with a key.
func takes(target js.Value, key string) bool {
	switch {
	case key == "Escape":
		return false
	case target.Call("matches", `input:not([type]), [type="text"], select, textarea`).Bool():
		return true
	case key == " ":
		return target.Call("matches", "button, input, [role=slider]").Bool()
	case key == "ArrowRight":
		return target.Call("matches", "input, [role=slider]").Bool()
	}
	return false
}

// onPointer brings the arm of a row of results into focus, and lets it go when the pointer leaves the table.
func (p *Page) onPointer(_, target js.Value) {
	arm, _, inRow := data(target, "row")
	switch {
	case inRow:
	case target.Call("closest", ".stack").Truthy():
		return // the stack says itself what is in focus there
	default:
		arm, _, _ = data(target, "causes")
	}
	if arm != p.pointed {
		p.pointed = arm
		p.Send(state.Focus{Arm: arm})
	}
}

// onDrag shows that the whole page takes files.
func (p *Page) onDrag(e, target js.Value) {
	if !e.Get("dataTransfer").Get("types").Call("includes", "Files").Bool() {
		return
	}
	e.Call("preventDefault")
	over := e.Get("type").String() == "dragover" && !p.State.Locked()
	dragging(over || e.Get("relatedTarget").Truthy())
}

// dragging is a class of the body and not a view: the browser sends dragover many times a second.
func dragging(on bool) {
	js.Global().Get("document").Get("body").Get("classList").Call("toggle", "dragging", on)
}

// onDrop keeps the browser from opening the file in place of the page.
func (p *Page) onDrop(e, _ js.Value) {
	e.Call("preventDefault")
	dragging(false)
	p.take(e.Get("dataTransfer").Get("files"))
}

// take keeps files and tells the state their names.
func (p *Page) take(files js.Value) {
	n := files.Length()
	if n == 0 || p.State.Locked() {
		return
	}
	var names []string
	for i := range n {
		file := files.Index(i)
		p.files = append(p.files, file) // those before stay: should these not be readable, theirs is the way back
		names = append(names, file.Get("name").String())
	}
	p.Send(state.Drop{Names: names})
}

// File returns a file that a person dropped or chose, by its name.
func (p *Page) File(name string) (file js.Value, ok bool) {
	for _, f := range slices.Backward(p.files) { // of two with one name the newer
		if f.Get("name").String() == name {
			return f, true
		}
	}
	return js.Undefined(), false
}

// toggleTheme changes between light and dark; the choice outlives the page where the browser lets it.
func toggleTheme() {
	root := js.Global().Get("document").Get("documentElement")
	dark := js.Global().Call("matchMedia", "(prefers-color-scheme: dark)").Get("matches").Bool()
	if set := root.Get("dataset").Get("theme"); set.Truthy() {
		dark = set.String() == "dark"
	}
	theme := "dark"
	if dark {
		theme = "light"
	}
	root.Get("dataset").Set("theme", theme)
	Remember("theme", theme)
}

// Remember keeps a value for the next visit; browsers that keep nothing throw, which does no harm.
func Remember(name, value string) {
	defer func() { _ = recover() }()
	js.Global().Get("localStorage").Call("setItem", name, value)
}

// Remembered returns what was kept under a name, empty if nothing is.
func Remembered(name string) (value string) {
	defer func() { _ = recover() }()
	if kept := js.Global().Get("localStorage").Call("getItem", name); !kept.IsNull() {
		value = kept.String()
	}
	return value
}
