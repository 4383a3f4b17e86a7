//go:build !js

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// index is the page that the build cannot do without.
const index = "index.html"

// isPage tells the files that keep their names, since people open them by those: HTML at the root.
func isPage(source string) bool { return path.Ext(source) == ".html" && path.Dir(source) == "." }

// manifest is the element of a page that holds the built names.
var manifest = regexp.MustCompile(`(<script type="application/json" id="assets">)[^<]*(</script>)`)

// Each pattern captures a reference. The files are our own: patterns suffice where others would need a
// parser.
var (
	referenceHTML = regexp.MustCompile(`\b(?:src|href)=["']([^"']*)["']`)
	referenceCSS  = regexp.MustCompile(`url\(["']?([^"')]*)["']?\)|@import ["']([^"']*)["']`)
	referenceJS   = regexp.MustCompile(`["'](\./[^"']*)["']`)
)

// file is one file of the built page.
type file struct {
	source string // slash-separated path below assets
	name   string // the same with the hash of data, but for pages
	data   []byte
}

// linker names sources by content, those that a source refers to before the source itself.
type linker struct {
	sources map[string][]byte
	names   map[string]string // source to built name; empty while its references are being linked
	page    []file
}

// link returns the built files for sources, sorted by source name with the pages last.
func link(sources map[string][]byte) ([]file, error) {
	if sources[index] == nil {
		return nil, errors.New("assets/index.html is missing")
	}
	l := linker{sources: sources, names: map[string]string{}}
	var pages []string
	for _, source := range slices.Sorted(maps.Keys(sources)) {
		if isPage(source) {
			pages = append(pages, source)
			l.names[source] = source // others may refer to it before it is linked
		}
	}
	for _, source := range slices.Sorted(maps.Keys(sources)) {
		if _, err := l.name(source); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(l.page, func(a, b file) int { return strings.Compare(a.source, b.source) })
	for _, source := range pages {
		if err := l.addPage(source); err != nil {
			return nil, err
		}
	}
	return l.page, nil
}

// name returns the built name of a source, which it links first if that has not been done.
func (l *linker) name(source string) (string, error) {
	if name, seen := l.names[source]; seen {
		if name == "" {
			return "", fmt.Errorf(
				"assets/%s: refers to itself by way of other files, so that its content cannot name it",
				source)
		}
		return name, nil
	}
	// Under way: a reference that leads back here is a circle.
	l.names[source] = ""
	data, err := l.rewrite(source)
	if err != nil {
		return "", err
	}
	ext := path.Ext(source)
	// The data has the names of what it refers to, so that a change there changes this name, too. The server
	// takes files with twelve hexadecimal digits there for ones that never change.
	hash := sha256.Sum256(data)
	l.names[source] = fmt.Sprintf("%s.%x%s", strings.TrimSuffix(source, ext), hash[:6], ext)
	l.page = append(l.page, file{source, l.names[source], data})
	return l.names[source], nil
}

// addPage appends a page with its references and its manifest of all files that are not pages. Pages come
// last: only then have all others their names.
func (l *linker) addPage(source string) error {
	data, err := l.rewrite(source)
	if err != nil {
		return err
	}
	names := maps.Clone(l.names)
	maps.DeleteFunc(names, func(source, _ string) bool { return isPage(source) })
	object, err := json.Marshal(names)
	if err != nil {
		return err
	}
	place := manifest.FindSubmatchIndex(data)
	if place == nil {
		return fmt.Errorf(
			`assets/%s: no <script type="application/json" id="assets"></script> for the built names`, source)
	}
	data = slices.Concat(data[:place[3]], object, data[place[4]:])
	l.page = append(l.page, file{source, source, data})
	return nil
}

// rewrite returns a source with built names in its references.
func (l *linker) rewrite(source string) ([]byte, error) {
	data := l.sources[source]
	var out bytes.Buffer
	done := 0
	for _, at := range references(source, data) {
		built, err := l.reference(source, string(data[at[0]:at[1]]))
		if err != nil {
			return nil, err
		}
		out.Write(data[done:at[0]])
		out.WriteString(built)
		done = at[1]
	}
	out.Write(data[done:])
	return out.Bytes(), nil
}

// references returns where the references in data begin and end.
func references(source string, data []byte) [][2]int {
	var pattern *regexp.Regexp
	switch path.Ext(source) {
	case ".html":
		pattern = referenceHTML
	case ".css":
		pattern = referenceCSS
	case ".js":
		pattern = referenceJS
	default:
		return nil
	}
	var found [][2]int
	for _, match := range pattern.FindAllSubmatchIndex(data, -1) {
		for group := 2; group < len(match); group += 2 {
			if match[group] >= 0 {
				found = append(found, [2]int{match[group], match[group+1]})
			}
		}
	}
	return found
}

// elsewhere matches references that leave the page: to a scheme such as https or data, or to a place in the
// same file.
var elsewhere = regexp.MustCompile(`^(?:[a-z]+:|#|$)`)

// reference returns what a reference from source becomes. Only the last element of its path changes: built
// files lie in the folders of their sources, so that relative references stay right.
func (l *linker) reference(source, ref string) (string, error) {
	if elsewhere.MatchString(ref) {
		return ref, nil
	}
	if strings.HasPrefix(ref, "/") {
		return "", fmt.Errorf(
			"assets/%s: refers to %q, want a relative path: the page may be served from any folder", source,
			ref)
	}
	to := ref
	if i := strings.IndexAny(ref, "?#"); i >= 0 {
		to = ref[:i]
	}
	target := path.Join(path.Dir(source), to)
	if _, known := l.sources[target]; !known {
		return "", fmt.Errorf("assets/%s: refers to %q, but there is no assets/%s", source, ref, target)
	}
	name, err := l.name(target)
	if err != nil {
		return "", err
	}
	return to[:strings.LastIndex(to, "/")+1] + path.Base(name) + ref[len(to):], nil
}
