package ui

import (
	"syscall/js"

	"cosinelab/assets/words"
)

// languageKey is where the browser keeps the language from visit to visit; chosen.js reads it.
const languageKey = "language"

// Spoken is the language that the page was opened in: chosen.js has picked it, before anything was painted, and
// fetched its words. Of the others the program is given here what leads to them.
func Spoken() *words.Language {
	spoken := js.Global().Get("spoken")
	tag := spoken.Get("tag").String()
	links := document().Call("querySelectorAll", "link[rel=words]")
	for i := range links.Length() {
		link := links.Index(i)
		words.Give(link.Get("lang").String(), "language = "+link.Get("title").String()+
			"\nlanguage-name = "+link.Get("dataset").Get("name").String()+"\n")
	}
	words.Give(tag, spoken.Get("words").String())
	return words.In(tag)
}

// Shown is the tag of the language that the document is in.
func Shown() string { return document().Get("documentElement").Get("lang").String() }

// WhenSpoken calls then when the words of a language are here, at once if they are, or when it is clear that they
// will not come.
func WhenSpoken(tag string, then func()) {
	if words.Here(tag) {
		then()
		return
	}
	var settled js.Func
	settled = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled.Release()
		if text := args[0]; text.Type() == js.TypeString { // else an error
			words.Give(tag, text.String())
		}
		then()
		return nil
	})
	js.Global().Call("fetchWords", tag).Call("then", settled, settled)
}

func document() js.Value { return js.Global().Get("document") }

// Speak names the document in the language that was chosen, and keeps the choice for the next visit. The rest
// of the page follows from the state.
func Speak(tag string, title words.Key) {
	document().Get("documentElement").Set("lang", tag)
	document().Set("title", words.In(tag).Say(title))
	Remember(languageKey, tag)
}
