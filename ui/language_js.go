package ui

import (
	"syscall/js"

	"cosinelab/assets/words"
)

// languageKey is where the browser keeps the language from visit to visit; chosen.js reads it.
const languageKey = "language"

// Spoken is the language that the page was opened in: chosen.js has picked it, before anything was painted.
func Spoken() *words.Language {
	return words.In(js.Global().Get("document").Get("documentElement").Get("lang").String())
}

// Speak names the document in the language that was chosen, and keeps the choice for the next visit. The rest
// of the page follows from the state.
func Speak(tag string, title words.Key) {
	document := js.Global().Get("document")
	document.Get("documentElement").Set("lang", tag)
	document.Set("title", words.In(tag).Say(title))
	Remember(languageKey, tag)
}
