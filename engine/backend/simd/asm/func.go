package asm

import (
	"errors"
	"fmt"
	"slices"
)

// Func is a function under construction. Parameters are declared first, then variables and statements in any
// order. A mistake that Go's types cannot see (a label that was left, a variable of another function) is kept
// and returned by Module.Encode; the first one wins.
type Func struct {
	name    string
	index   int
	module  *Module
	export  bool
	params  []Type
	results []Type
	locals  []Type

	body       []byte
	depth      int  // number of enclosing blocks
	typed      bool // a Return has fixed results
	returned   bool // the last statement at depth 0 was Return
	usesMemory bool
	err        error
}

// ParamI32 declares the next parameter.
func (f *Func) ParamI32() I32 { return I32{f.param(TypeI32)} }

// ParamF32 declares the next parameter.
func (f *Func) ParamF32() F32 { return F32{f.param(TypeF32)} }

// I32 declares a variable, initially 0.
func (f *Func) I32() I32 { return I32{f.local(TypeI32)} }

// F32 declares a variable, initially 0.
func (f *Func) F32() F32 { return F32{f.local(TypeF32)} }

// V128 declares a variable, initially 0.
func (f *Func) V128() V128 { return V128{f.local(TypeV128)} }

// V128s declares n variables.
func (f *Func) V128s(n int) []V128 {
	vars := make([]V128, n)
	for i := range vars {
		vars[i] = f.V128()
	}
	return vars
}

// LetI32 declares a variable that starts as e.
func (f *Func) LetI32(e I32) I32 { v := f.I32(); v.Set(e); return v }

// LetF32 declares a variable that starts as e.
func (f *Func) LetF32(e F32) F32 { v := f.F32(); v.Set(e); return v }

// LetV128 declares a variable that starts as e. Constants belong in variables set before a loop: V8 rebuilds
// a v128.const at every use.
func (f *Func) LetV128(e V128) V128 { v := f.V128(); v.Set(e); return v }

func (f *Func) param(t Type) expr {
	if len(f.locals) > 0 || len(f.body) > 0 {
		f.fail(errors.New("a parameter is declared after a variable or statement"))
	}
	f.params = append(f.params, t)
	return f.variable(len(f.params) - 1)
}

func (f *Func) local(t Type) expr {
	f.locals = append(f.locals, t)
	return f.variable(len(f.params) + len(f.locals) - 1)
}

func (f *Func) variable(index int) expr {
	return expr{fn: f, code: appendUint([]byte{opLocalGet}, uint32(index)), variable: index + 1}
}

func (f *Func) localDeclarations() []byte {
	var runs []byte
	count := uint32(0)
	for i := 0; i < len(f.locals); {
		n := 1
		for i+n < len(f.locals) && f.locals[i+n] == f.locals[i] {
			n++
		}
		runs = append(appendUint(runs, uint32(n)), byte(f.locals[i]))
		count++
		i += n
	}
	return append(appendUint(nil, count), runs...)
}

func (f *Func) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// statement appends args, then op.
func (f *Func) statement(op []byte, args ...expr) { f.append(join(op, args...)) }

// append writes e. Every statement passes here, so that expressions of other functions are caught.
func (f *Func) append(e expr) {
	if e.err != nil {
		f.fail(e.err)
	}
	if e.fn != nil && e.fn != f {
		f.fail(fmt.Errorf("uses a variable of %s", e.fn.name))
	}
	f.body = append(f.body, e.code...)
	f.returned = false
}

func (f *Func) finish() {
	if len(f.results) > 0 && !f.returned {
		f.fail(errors.New("does not end with Return"))
	}
	f.body = append(f.body, opEnd)
}

// Return leaves the function with at most one value; every Return of a function has the same type.
func (f *Func) Return(values ...Value) {
	var types []Type
	var args []expr
	for _, v := range values {
		types, args = append(types, v.valueType()), append(args, v.expression())
	}
	if len(types) > 1 {
		f.fail(fmt.Errorf("returns %d values, want at most 1", len(types)))
	}
	if !f.typed {
		f.results, f.typed = types, true
	} else if !slices.Equal(f.results, types) {
		f.fail(fmt.Errorf("returns %v, before it returned %v", types, f.results))
	}
	f.statement([]byte{opReturn}, args...)
	f.returned = f.depth == 0
}

// Call calls g, which returns nothing and was defined before f.
func (f *Func) Call(g *Func, args ...Value) {
	var types []Type
	var exprs []expr
	for _, a := range args {
		types, exprs = append(types, a.valueType()), append(exprs, a.expression())
	}
	if !slices.Equal(types, g.params) || len(g.results) > 0 {
		f.fail(fmt.Errorf("call of %s with %v for nothing, want %v for %v", g.name, types, g.params,
			g.results))
	}
	f.statement(appendUint([]byte{opCall}, uint32(g.index)), exprs...)
}
