package state

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each variant of a message and of an effect has its case in the one place that handles them.
func TestEveryMessageAndEveryEffectIsHandled(t *testing.T) {
	for _, c := range []struct{ variants, method, handler, function, prefix string }{
		{".", "message", ".", "handle", ""},
		{".", "effect", "../../wasm/lab", "do", "state"},
		{"../bench", "message", "../bench", "Update", ""},
		{"../bench", "effect", "../../wasm/bench", "do", "bench"},
	} {
		handled := cases(t, c.handler, c.function, c.prefix)
		variants := receivers(t, c.variants, c.method)
		if len(variants) < 5 {
			t.Errorf("%s has only the variants %v of %s", c.variants, variants, c.method)
		}
		for _, v := range variants {
			if !slices.Contains(handled, v) {
				t.Errorf("%s has no case for %s of %s, which is a %s", c.function, v, c.variants, c.method)
			}
		}
	}
}

// receivers lists the types of a package that have a method.
func receivers(t *testing.T, folder, method string) (names []string) {
	each(t, folder, func(d *ast.FuncDecl) {
		if d.Name.Name == method && d.Recv != nil {
			if id, ok := d.Recv.List[0].Type.(*ast.Ident); ok {
				names = append(names, id.Name)
			}
		}
	})
	return names
}

// cases lists the types of a package that the switches of a function have cases for; its own package has no
// prefix.
func cases(t *testing.T, folder, function, prefix string) (names []string) {
	each(t, folder, func(d *ast.FuncDecl) {
		if d.Name.Name != function {
			return
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if c, ok := n.(*ast.CaseClause); ok {
				for _, x := range c.List {
					switch x := x.(type) {
					case *ast.Ident:
						if prefix == "" {
							names = append(names, x.Name)
						}
					case *ast.SelectorExpr:
						if of, ok := x.X.(*ast.Ident); ok && of.Name == prefix {
							names = append(names, x.Sel.Name)
						}
					}
				}
			}
			return true
		})
	})
	return names
}

// each calls do for every function that a package declares.
func each(t *testing.T, folder string, do func(*ast.FuncDecl)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				do(d)
			}
		}
	}
}
