package kernels

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// parsed is the type of a kernel as the table writes it.
func parsed(t *testing.T, k Kernel) *ast.FuncType {
	t.Helper()
	e, err := parser.ParseExpr(fmt.Sprintf("func(%s) %s {}", k.Params, k.Result))
	if err != nil {
		t.Fatalf("%s: %v", k.Name, err)
	}
	return e.(*ast.FuncLit).Type
}

// signature lists the types of a kernel.
func signature(t *testing.T, k Kernel) (params, results []string) {
	t.Helper()
	f := parsed(t, k)
	for _, field := range f.Params.List {
		for range field.Names {
			params = append(params, field.Type.(*ast.Ident).Name)
		}
	}
	if f.Results != nil {
		results = []string{f.Results.List[0].Type.(*ast.Ident).Name}
	}
	return params, results
}

func typeNames(types []api.ValueType) (names []string) {
	for _, t := range types {
		names = append(names, api.ValueTypeName(t))
	}
	return names
}

// exports are the functions of a module; wazero cannot read the relaxed one.
func exports(t *testing.T, code []byte) map[string]api.FunctionDefinition {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { r.Close(ctx) })
	m, err := r.CompileModule(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return m.ExportedFunctions()
}

func TestTableHasTheSignatureOfEveryExport(t *testing.T) {
	functions := exports(t, Plain)
	if len(functions) != len(All) {
		t.Errorf("the module exports %d functions, the table has %d", len(functions), len(All))
	}
	for _, k := range All {
		f, ok := functions[k.Name]
		if !ok {
			t.Errorf("%s is not exported", k.Name)
			continue
		}
		params, results := signature(t, k)
		if got := fmt.Sprint(typeNames(f.ParamTypes()),
			typeNames(f.ResultTypes())); got != fmt.Sprint(params, results) {
			t.Errorf("%s is %s, the table says %v %v", k.Name, got, params, results)
		}
		if !strings.HasSuffix(k.Doc, ".") {
			t.Errorf("%s has no sentence", k.Name)
		}
	}
}

func TestBothBuildsExportTheSameKernels(t *testing.T) {
	for _, k := range All {
		for name, code := range map[string][]byte{"plain": Plain, "relaxed": Relaxed} {
			if !strings.Contains(string(code), fmt.Sprintf("%c%s\x00", len(k.Name), k.Name)) {
				t.Errorf("%s: %s is not exported", name, k.Name)
			}
		}
	}
}
