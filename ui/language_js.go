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

// languageButton leads to the next language. It says so in that language, and what it is for in all of them:
// who looks for it may understand none of the words around it.
func languageButton(now *words.Language) *vecty.HTML {
	var names []string
	for _, tag := range words.Tags() {
		names = append(names, words.In(tag).Say("language"))
	}
	next := now.Next()
	return elem.Button(vecty.Markup(class("btn"), vecty.Data("language", next.Tag), attr("lang", next.Tag),
		vecty.Property("title", strings.Join(names, " · "))), elem.Span(vecty.Text(next.Name)))
}

// Spoken is the language that the page was opened in: chosen.js has picked it.
func Spoken() *words.Language {
	return words.In(js.Global().Get("document").Get("documentElement").Get("lang").String())
}

// Speak names the page in a language that was chosen, and keeps the choice for the next visit.
func Speak(tag string, title words.Key) {
	document := js.Global().Get("document")
	document.Get("documentElement").Set("lang", tag)
	document.Set("title", words.In(tag).Say(title))
	Remember(languageKey, tag)
}
