//go:build !page

package words

import (
	"embed"
	"strings"
)

//go:embed *.txt
var files embed.FS

// file is the text of a language's file.
func file(tag string) string {
	text, err := files.ReadFile(tag + ".txt")
	if err != nil {
		panic(err) // the files are part of this program
	}
	return string(text)
}

// languages lists the languages that there are.
func languages() (list []string) {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the files are part of this program
	}
	for _, e := range entries {
		list = append(list, strings.TrimSuffix(e.Name(), ".txt"))
	}
	return list
}

// Give is for the page's program, which is built with the tag page: it has no words but those it is given. Any
// other has all of its own.
func Give(tag, text string) {}
