//go:build !js

package words_test

import (
	"go/ast"
	"go/constant"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"cosinelab/assets/words"
)

// formed are the beginnings of keys that programs put together from the names in a table: each row of the
// table has its text, which tests beside the tables hold.
var formed = []string{"data-about-", "data-expects-", "data-fill-", "data-title-", "document-",
	"data-dropped-", "field-", "define-",
	// The rows of engine/spec and engine/metrics, and the kinds of arms, which are rows of two of its tables.
	"arm-", "axis-", "constant-", "control-", "edges-", "evaluate-", "method-", "metric-", "model-", "objective-",
	"param-", "part-", "preset-", "policy-", "prior-", "rate-schedule-", "saw-", "scaling-", "unit-", "useless-",
	"score-", "size-", "weight-schedule-"}

// own are the keys that package words reads itself.
var own = []string{"language-name", "plural-rule", "number-decimal", "number-group", "not-available",
	"list-comma", "list-and", "list-or",
	"foreign-error", "seconds", "minutes", "hours"}

// use is where keys stand in the module's programs.
type use struct {
	said     map[string]string // keys, each with a place where it is said
	literals map[string]bool   // all texts, for keys that stand in tables of another type
	page     map[string]string // keys that the packages of the page's programs say, likewise
	ofPage   map[string]bool   // those packages, by path
}

func TestEveryKeyThatIsSaidHasATextAndEveryTextIsSaid(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the whole module")
	}
	u := use{map[string]string{}, map[string]bool{}, map[string]string{}, map[string]bool{}}
	u.readPrograms(t)
	for _, env := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}} {
		u.read(t, env)
	}
	u.readPages(t)
	for key, place := range u.page {
		if words.ForCommands(words.Key(key)) {
			t.Errorf("%s: %q is said by a package of the page, which has no texts of commands", place, key)
		}
	}
	for key, place := range u.said {
		if !words.English().Has(words.Key(key)) {
			t.Errorf("%s: %q is said and has no text in en.txt", place, key)
		}
	}
	for _, key := range own {
		u.literals[key] = true
	}
	for _, key := range words.English().Keys() {
		if !u.literals[string(key)] && u.said[string(key)] == "" && !begins(string(key)) {
			t.Errorf("en.txt has a text for %s that nothing says", key)
		}
	}
}

func begins(key string) bool {
	for _, prefix := range formed {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// read loads the module as it is built for one platform.
func (u *use) read(t *testing.T, env []string) {
	t.Helper()
	pkgs, err := packages.Load(
		&packages.Config{
			Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes |
				packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps, Dir: "../..",
			Env: append(os.Environ(), env...)}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		for _, f := range p.Syntax {
			ast.Inspect(f, func(n ast.Node) bool { return u.note(p, n) })
		}
	}
}

// readPrograms lists the packages of the page's programs.
func (u *use) readPrograms(t *testing.T) {
	t.Helper()
	programs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps,
		Dir: "../..", Env: append(os.Environ(), "GOOS=js", "GOARCH=wasm")}, "./wasm/lab", "./wasm/bench", "./wasm/worker")
	if err != nil || len(programs) != 3 {
		t.Fatalf("%d programs, %v", len(programs), err)
	}
	packages.Visit(programs, nil, func(p *packages.Package) { u.ofPage[p.PkgPath] = true })
}

// sayInPage matches what a page says before its program runs.
var sayInPage = regexp.MustCompile(`\.Say "([a-z0-9-]+)"`)

// textInScript is a text of a script, which may be a key.
var textInScript = regexp.MustCompile(`"([a-z0-9-]+)"`)

// readPages reads the templates of the pages.
func (u *use) readPages(t *testing.T) {
	t.Helper()
	pages, err := filepath.Glob("../*.html")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	parts, err := filepath.Glob("../../engine/cmd/*/*.gohtml")
	if err != nil || len(parts) == 0 {
		t.Fatalf("%d parts of pages, %v", len(parts), err)
	}
	pages = append(pages, parts...)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range sayInPage.FindAllStringSubmatch(string(text), -1) {
			u.said[m[1]] = page
		}
	}
	scripts, err := filepath.Glob("../*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range textInScript.FindAllStringSubmatch(string(text), -1) {
			u.literals[m[1]] = true
		}
	}
}

// note keeps what a node says: a constant of type words.Key, or the key of a fault.
func (u *use) note(p *packages.Package, n ast.Node) bool {
	switch x := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.CallExpr:
		if fn, ok := calleeOf(p, x); ok && fn == "cosinelab/datasets/fault.New" && len(x.Args) > 0 {
			u.say(p, x.Args[0])
		}
	case ast.Expr:
		if value := p.TypesInfo.Types[x]; value.Value != nil && value.Value.Kind() == constant.String {
			switch value.Type.String() {
			case "cosinelab/assets/words.Key", "cosinelab/datasets/fault.Word":
				u.say(p, x)
			}
		}
	}
	if lit, ok := n.(*ast.BasicLit); ok {
		if text, err := strconv.Unquote(lit.Value); err == nil {
			u.literals[text] = true
		}
	}
	return true
}

func (u *use) say(p *packages.Package, x ast.Expr) {
	value := p.TypesInfo.Types[x].Value
	if value == nil || value.Kind() != constant.String || constant.StringVal(value) == "" {
		return
	}
	key, place := constant.StringVal(value), p.Fset.Position(x.Pos()).String()
	u.said[key] = place
	if u.ofPage[p.PkgPath] {
		u.page[key] = place
	}
}

func calleeOf(p *packages.Package, call *ast.CallExpr) (string, bool) {
	var id *ast.Ident
	switch f := call.Fun.(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return "", false
	}
	fn, ok := p.TypesInfo.Uses[id].(*types.Func)
	if !ok {
		return "", false
	}
	return fn.FullName(), true
}
