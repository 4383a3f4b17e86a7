package asm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Value is an expression of any type: I32, F32 or V128.
type Value interface {
	valueType() Type
	expression() expr
}

// An expr is the code that leaves one value on the stack, so an expression that is used twice is computed
// twice: keep it in a variable instead.
type expr struct {
	fn       *Func // owner of the variables inside; nil for constants
	code     []byte
	variable int // index + 1 when the expression is just a variable
	err      error
}

func (e expr) expression() expr { return e }

// I32 is an expression or variable of type i32.
type I32 struct{ expr }

// F32 is an expression or variable of type f32.
type F32 struct{ expr }

// V128 is an expression or variable of type v128.
type V128 struct{ expr }

func (I32) valueType() Type  { return TypeI32 }
func (F32) valueType() Type  { return TypeF32 }
func (V128) valueType() Type { return TypeV128 }

// join evaluates args in order, then op.
func join(op []byte, args ...expr) expr {
	var e expr
	for _, a := range args {
		if e.err == nil {
			e.err = a.misuse(e.fn)
		}
		if a.fn != nil {
			e.fn = a.fn
		}
		e.code = append(e.code, a.code...)
	}
	e.code = append(e.code, op...)
	return e
}

// misuse is the reason that e cannot stand beside variables of fn.
func (e expr) misuse(fn *Func) error {
	if e.err == nil && len(e.code) == 0 {
		return errors.New("an operand is missing")
	}
	if e.err == nil && e.fn != nil && fn != nil && e.fn != fn {
		return fmt.Errorf("mixes variables of %s with variables of %s", fn.name, e.fn.name)
	}
	return e.err
}

var errNotVariable = errors.New("set of an expression that is not a variable")

// assign writes the statement e = to.
func (e expr) assign(to expr) {
	if e.fn == nil {
		panic("asm: " + errNotVariable.Error())
	}
	if e.variable == 0 {
		e.fn.fail(errNotVariable)
		return
	}
	e.fn.statement(appendUint([]byte{opLocalSet}, uint32(e.variable-1)), to)
}

// Set assigns e to the variable v.
func (v I32) Set(e I32) { v.assign(e.expr) }

// Set assigns e to the variable v.
func (v F32) Set(e F32) { v.assign(e.expr) }

// Set assigns e to the variable v.
func (v V128) Set(e V128) { v.assign(e.expr) }

// Inc adds e to the variable v.
func (v I32) Inc(e I32) { v.Set(v.Add(e)) }

// Dec takes e off the variable v.
func (v I32) Dec(e I32) { v.Set(v.Sub(e)) }

// Inc adds e to the variable v, as f32x4.
func (v V128) Inc(e V128) { v.Set(v.Add(e)) }

// Dec takes e off the variable v, as f32x4.
func (v V128) Dec(e V128) { v.Set(v.Sub(e)) }

// Int is a constant.
func Int(v int32) I32 { return I32{expr{code: appendInt([]byte{opI32Const}, v)}} }

// Float is a constant.
func Float(v float32) F32 {
	return F32{expr{code: binary.LittleEndian.AppendUint32([]byte{opF32Const}, math.Float32bits(v))}}
}

// Floats is a constant with v in all four lanes.
func Floats(v float32) V128 { return Bits(math.Float32bits(v)) }

// Bits is a constant with v in all four lanes.
func Bits(v uint32) V128 { return Lanes(v, v, v, v) }

// Lanes is a constant of four 32-bit lanes.
func Lanes(a, b, c, d uint32) V128 {
	code := simd(simdConst)
	for _, v := range [4]uint32{a, b, c, d} {
		code = binary.LittleEndian.AppendUint32(code, v)
	}
	return V128{expr{code: code}}
}
