package ui

import (
	"slices"
	"strconv"
	"syscall/js"

	"cosinelab/ui/form"
	"cosinelab/ui/sheet"
	"cosinelab/ui/state"
)

// Listen turns what happens on the page into messages. A few listeners on the document stay for as long as
// the page does, so that rendering never adds or removes any.
func (p *Page) Listen() {
	listen("click", p.onClick)
	listen("change", p.onChange)
	listen("input", p.onInput)
	listen("keydown", p.onKey)
	listen("pointerover", p.onPointer)
	listen("focusin", p.onPointer)
	listen("pointerdown", p.onCut)
	listen("pointermove", p.onCut)
	listen("pointerup", p.onCut)
	listen("pointercancel", p.onCut)
	listen("dragover", p.onDrag)
	listen("dragleave", p.onDrag)
	listen("drop", p.onDrop)
}

// listen calls on for an event of any element of the page. Targets without closest, such as the document
// itself, are not elements. The functions are never released: they live as long as the page.
func listen(event string, on func(e, target js.Value)) {
	js.Global().Get("document").Call("addEventListener", event,
		js.FuncOf(func(_ js.Value, args []js.Value) any {
			if target := args[0].Get("target"); target.Get("closest").Truthy() {
				on(args[0], target)
			}
			return nil
		}))
}

// data returns a data attribute of the nearest element around target that has it.
func data(target js.Value, name string) (value string, element js.Value, ok bool) {
	element = target.Call("closest", "[data-"+name+"]")
	if !element.Truthy() {
		return "", element, false
	}
	return element.Get("dataset").Get(name).String(), element, true
}

// act sends the message of the first action whose attribute an element around target has.
func (p *Page) act(actions []action, target js.Value) {
	for _, a := range actions {
		if attribute, _, ok := data(target, a.attribute); ok {
			if m := a.message(attribute, target.Get("value").String()); m != nil {
				p.Send(m)
			}
			return
		}
	}
}

// onClick finds what was meant by attributes, since what is clicked is often a picture inside a button.
func (p *Page) onClick(e, target js.Value) {
	if first, rows, ok := data(target, "rows"); ok {
		box := rows.Call("getBoundingClientRect")
		share := (e.Get("clientY").Float() - box.Get("top").Float()) / box.Get("height").Float()
		count := number(rows.Get("dataset").Get("count").String())
		row := max(0, min(count-1, int(share*float64(count))))
		p.Send(state.Glance{What: state.GlanceStep, Value: strconv.Itoa(number(first) + row)})
		return
	}
	p.act(presses, target)
}

// onChange takes over what was typed or chosen. Fields report it when they lose the focus or at Enter, not
// with every key: half a number is no mistake.
func (p *Page) onChange(_, target js.Value) {
	if _, _, ok := data(target, "files"); ok {
		purpose := target.Get("dataset").Get("files").String()
		if what := map[string]string{forLabels: sheet.LabelFile, forNames: sheet.NamesFile}[purpose]; what != "" {
			p.addBeside(target.Get("files"), what)
			target.Set("value", "")
			return
		}
		files := p.keep(target.Get("files"))
		switch purpose {
		case forScores:
			p.Send(state.ScoreNew{Files: files})
		case forTeacher:
			p.Send(state.Teach{Files: files})
		default:
			p.Send(state.Drop{Files: files})
		}
		target.Set("value", "") // so that the same file can be chosen again
		return
	}
	p.act(changes, target)
}

// onInput follows the slider while it moves.
func (p *Page) onInput(_, target js.Value) { p.act(moves, target) }

// onKey hears the keys that work wherever the focus is. It leaves alone those that the focused control, or
// the browser, needs itself.
func (p *Page) onKey(e, target js.Value) {
	key := e.Get("key").String()
	// Escape in a field puts back the value that the spec has (data-kept), and does not stop the run.
	if kept, input, ok := data(target, "kept"); ok && key == "Escape" {
		input.Set("value", kept)
		input.Call("blur")
		return
	}
	if p.State.Sheet != nil && p.onSheetKey(e, target, key) {
		return
	}
	if _, row, ok := data(target, "alarm"); ok && moveTo(e, row, key) {
		return
	}
	if n, _, ok := data(target, "head"); ok && moveHead(e, target, number(n), key) {
		return
	}
	if arm, _, ok := data(target, "row"); ok && key == "Enter" {
		p.Send(state.Pin{Arm: arm})
		return
	}
	if e.Get("defaultPrevented").Bool() || e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool() ||
		e.Get("altKey").Bool() || takes(target, key) {
		return
	}
	keys := shortcuts
	if p.State.Sheet != nil {
		keys = sheetShortcuts
	}
	if what := keys[key]; what != "" {
		e.Call("preventDefault")
		// A key that is held down repeats, and would pause and continue over and over.
		if !e.Get("repeat").Bool() {
			p.Send(clicks[what])
		}
	}
}

// takes tells whether a control does something of its own with a key, which then is no shortcut. Escape never
// is such a key: fields that use it have had it before.
func takes(target js.Value, key string) bool {
	switch {
	case key == "Escape":
		return false
	case target.Call("matches", `input:not([type]), [type="text"], select, textarea`).Bool():
		return true
	case key == " ":
		return target.Call("matches", "button, input, [role=slider]").Bool()
	case key == "Enter":
		return target.Call("matches", "button, a, summary").Bool()
	case key == "ArrowRight":
		return target.Call("matches", "input, [role=slider]").Bool()
	}
	return false
}

// onPointer brings the arm of a row of results, or of the line of causes, into focus, and lets it go when the
// pointer leaves. It hears the keyboard's focus too.
func (p *Page) onPointer(e, target js.Value) {
	if from, _, ok := data(target, "alarm"); ok && e.Get("type").String() == "focusin" {
		p.Send(state.ShowAlarm{From: number(from)})
		return
	}
	arm, _, inRow := data(target, "row")
	switch {
	case inRow:
	case target.Call("closest", ".stack, .alarms").Truthy():
		return // the stack says itself what is in focus there; the list is of what is in focus
	default:
		arm, _, _ = data(target, "causes")
	}
	if arm != p.pointed {
		p.pointed = arm
		p.Send(state.Focus{Arm: arm})
	}
}

// onDrag shows that the whole page takes files. Without preventDefault there would be no drop; a dragleave
// with a related target only goes from one element of the page to another.
func (p *Page) onDrag(e, target js.Value) {
	if !e.Get("dataTransfer").Get("types").Call("includes", "Files").Bool() {
		return
	}
	e.Call("preventDefault")
	over := e.Get("type").String() == "dragover" && !p.State.Control.Locked()
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
	if files := p.keep(e.Get("dataTransfer").Get("files")); len(files.Names) > 0 {
		p.Send(state.Drop{Files: files})
	}
}

// keep keeps files, a detector before all others; there are none while a run has its settings.
func (p *Page) keep(files js.Value) (kept form.Dropped) {
	n := files.Length()
	if n == 0 || p.State.Control.Locked() {
		return kept
	}
	kept.ID = len(p.drops) + 1
	var list []any
	for _, detectors := range []bool{true, false} {
		for i := range n {
			if name := files.Index(i).Get("name").String(); state.IsDetector(name) == detectors {
				list, kept.Names = append(list, files.Index(i)), append(kept.Names, name)
			}
		}
	}
	p.drops = append(p.drops, list) // those before stay: a way back if these cannot be read
	return kept
}

// addBeside puts a file of labels, or of names, beside those of the sheet.
func (p *Page) addBeside(chosen js.Value, what string) {
	if p.State.Sheet == nil || chosen.Length() == 0 || p.State.Control.Locked() {
		return
	}
	file := chosen.Index(0)
	name := file.Get("name").String()
	before := p.State.Sheet.Files
	if slices.Contains(before.Names, name) { // one of the same name from another folder
		name = what + "_" + name
		file = js.Global().Get("File").New([]any{file}, name)
	}
	p.drops = append(p.drops, append(slices.Clone(p.Files(before.ID)), file))
	p.Send(state.AddBeside{Files: form.Dropped{ID: len(p.drops), Names: append(slices.Clone(before.Names), name)}, What: what})
}

// Files returns the files that a person dropped or chose together, by their number. Their contents are read
// by the worker alone.
func (p *Page) Files(drop int) []any {
	if drop < 1 || drop > len(p.drops) {
		return nil
	}
	return p.drops[drop-1]
}

// SwitchTheme changes between light and dark. Until somebody does, the theme is the system's; the choice
// outlives the page where the browser lets it.
func SwitchTheme() {
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

// Remember keeps a value for the next visit. A browser that keeps nothing throws, which does no harm.
func Remember(name, value string) {
	defer func() { _ = recover() }()
	js.Global().Get("localStorage").Call("setItem", name, value)
}

// Remembered returns what was kept under a name, empty if nothing is or the browser keeps nothing.
func Remembered(name string) (value string) {
	defer func() { _ = recover() }()
	if kept := js.Global().Get("localStorage").Call("getItem", name); !kept.IsNull() {
		value = kept.String()
	}
	return value
}

// moveTo moves the focus from a row of the list to another, and tells whether the key is one for that.
func moveTo(e, row js.Value, key string) bool {
	var to js.Value
	switch key {
	case "ArrowDown":
		to = row.Get("nextElementSibling")
	case "ArrowUp":
		to = row.Get("previousElementSibling")
	case "Home":
		to = row.Get("parentElement").Get("firstElementChild")
	case "End":
		to = row.Get("parentElement").Get("lastElementChild")
	default:
		return false
	}
	e.Call("preventDefault")
	if to.Truthy() {
		to.Call("focus")
	}
	return true
}

// moveHead goes from a head to the one beside it, and tells whether the key is one for that.
func moveHead(e, target js.Value, n int, key string) bool {
	row := number(target.Get("dataset").Get("heads").String())
	by, ok := map[string]int{"ArrowLeft": -1, "ArrowRight": 1, "ArrowUp": -row, "ArrowDown": row}[key]
	if !ok {
		return false
	}
	e.Call("preventDefault")
	all := target.Call("closest", "[role=radiogroup]").Call("querySelectorAll", "[data-head]")
	if to := all.Index(n + by); n+by >= 0 && to.Truthy() {
		to.Call("focus")
		to.Call("click")
	}
	return true
}
