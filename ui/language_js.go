package ui

import (
	"strings"
	"syscall/js"

	"github.com/hexops/vecty"
	"github.com/hexops/vecty/elem"

	"cosinelab/assets/words"
)

// languageKey is where the browser keeps the language from visit to visit; chosen.js reads it.
const languageKey = "language"

// languageButton leads to the next language. It is named in that language, and its tooltip in all of them:
// whoever looks for it may understand none of the words around it.
func languageButton(now *words.Language) *vecty.HTML {
	var names []string
	for _, tag := range words.Tags() {
		names = append(names, words.Of(tag, "language"))
	}
	next := now.Next()
	return elem.Button(vecty.Markup(class("btn"), vecty.Data("language", next), attr("lang", next),
		vecty.Property("title", strings.Join(names, " · "))), elem.Span(vecty.Text(words.Of(next, "language-name"))))
}

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
