package engine_test

import (
	"flag"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of layers in README.md again")

// TestMapShowsTheLayers holds the table of packages in README.md to layers. With -update it writes the table.
func TestMapShowsTheLayers(t *testing.T) {
	const from, to = "<!-- layers: go test ./engine -run Map -update -->\n", "<!-- end of layers -->\n"
	book := read(t, "README.md")
	before, rest, ok := strings.Cut(book, from)
	got, after, closed := strings.Cut(rest, to)
	if !ok || !closed {
		t.Fatalf("README.md: the table of layers is gone, want it between %q and %q", from, to)
	}
	want := layerTable(t)
	if got == want {
		return
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(before+from+want+to+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	gotRows, wantRows := strings.Split(got, "\n"), strings.Split(want, "\n")
	for _, row := range wantRows {
		if !slices.Contains(gotRows, row) {
			t.Errorf("README.md lacks the row\n%s", row)
		}
	}
	for _, row := range gotRows {
		if !slices.Contains(wantRows, row) {
			t.Errorf("README.md has a row that is not so:\n%s", row)
		}
	}
	t.Error("README.md has other layers than imports_test.go: go test ./engine -run Map -update writes them")
}

// layerTable is the table of all packages, in the order of layers.
func layerTable(t *testing.T) string {
	t.Helper()
	short := func(folder string) string { return strings.TrimPrefix(folder, "engine/") }
	table := "| package | what it is or does | of this module it imports | of others |\n|---|---|---|---|\n"
	for _, p := range layers {
		var inside []string
		for _, imp := range p.imports {
			inside = append(inside, short(imp))
		}
		var outside []string
		for _, imp := range p.outside {
			outside = append(outside, strings.TrimPrefix(strings.TrimPrefix(imp, "github.com/"),
				"golang.org/x/"))
		}
		_, does, _ := strings.Cut(strings.TrimSuffix(packageDoc(t, p.folder), "."), " ")
		_, does, _ = strings.Cut(does, " ")
		cells := []string{"`" + short(p.folder) + "`", does, strings.Join(inside, ", "),
			strings.Join(outside, ", ")}
		table += "| " + strings.Join(cells, " | ") + " |\n"
	}
	return table
}

func TestEveryPackageIsOneSentence(t *testing.T) {
	for _, folder := range packages(t) {
		about := packageDoc(t, folder)
		begins := "Package " + path.Base(folder) + " "
		if strings.HasPrefix(about, "Command ") {
			begins = "Command " + path.Base(folder) + " "
		}
		switch {
		case !strings.HasPrefix(about, begins) || !strings.HasSuffix(about, "."):
			t.Errorf("%s: %q, want a package doc that begins with %q", folder, about, begins)
		case strings.Contains(about, " and "):
			t.Errorf("%s: %q, want a package that does one thing, or a sentence that says which", folder,
				about)
		}
	}
}

// packageDoc is the first sentence of the doc of the package in a folder.
func packageDoc(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(folder), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var docs []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil,
			parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if f.Doc != nil {
			docs = append(docs, new(doc.Package).Synopsis(f.Doc.Text()))
		}
	}
	if len(docs) > 1 {
		t.Errorf("%s has %d package docs, want one", folder, len(docs))
	}
	return strings.Join(docs, " ")
}

var (
	cited    = regexp.MustCompile(`([\w/]*)README\.md, sections? ([\d.]*\d(?:(?: to | and |, )[\d.]*\d)*)`)
	number   = regexp.MustCompile(`\d+(?:\.\d+)?`)
	numbered = regexp.MustCompile(`(?m)^#+ (\d+(?:\.\d+)?)\.? `)
	named    = regexp.MustCompile(`[\w/-]+\.md\b`)
	wrapped  = regexp.MustCompile(`\n\s*// ?`)
)

// TestCitedSectionsExist looks up every section of a book that Go code cites. A book is named as seen from
// its package, from engine/ or from the module's root.
func TestCitedSectionsExist(t *testing.T) {
	seen := 0
	for _, file := range under(t, ".go") {
		text := wrapped.ReplaceAllString(read(t, file), " ")
		for _, name := range named.FindAllString(text, -1) {
			if !strings.HasSuffix(file, "_test.go") && book(file, name) == "" {
				t.Errorf("%s names %s, which is not in the repository", file, name)
			}
		}
		for _, c := range cited.FindAllStringSubmatch(text, -1) {
			at := book(file, c[1]+"README.md")
			if at == "" {
				continue
			}
			var there []string
			for _, h := range numbered.FindAllStringSubmatch(read(t, at), -1) {
				there = append(there, h[1])
			}
			for _, section := range number.FindAllString(c[2], -1) {
				seen++
				if !slices.Contains(there, section) {
					t.Errorf("%s cites section %s of %s, which has %v", file, section, at, there)
				}
			}
		}
	}
	if seen < 40 {
		t.Errorf("%d citations were found, want the dozens that there are", seen)
	}
}

// book is the file of that name as a Go file may call it; empty if there is none.
func book(from, name string) string {
	for _, folder := range []string{filepath.Dir(from), ".", ".."} {
		if at := filepath.Join(folder, filepath.FromSlash(name)); exists(at) {
			return at
		}
	}
	return ""
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksBetweenBooksLeadSomewhere(t *testing.T) {
	for _, file := range under(t, ".md") {
		for _, l := range link.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(l[1], "://") {
				continue
			}
			target, anchor, _ := strings.Cut(l[1], "#")
			at := file
			if target != "" {
				at = filepath.Join(filepath.Dir(file), filepath.FromSlash(target))
			}
			if !exists(at) {
				t.Errorf("%s links to %s, which is not there", file, l[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, at)), anchor) {
				t.Errorf("%s links to %s: no such heading", file, l[1])
			}
		}
	}
}

var (
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// anchors are the names of a book's headings in links.
func anchors(book string) (names []string) {
	for _, h := range heading.FindAllStringSubmatch(book, -1) {
		names = append(names, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(h[1]), ""), " ",
			"-"))
	}
	return names
}

// under lists the module's files that end so, as seen from this folder.
func under(t *testing.T, ending string) (files []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != ".." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "dist") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ending) {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
