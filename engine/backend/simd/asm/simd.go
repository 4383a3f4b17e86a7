package asm

import "fmt"

// Vector opcodes that need more than their operands.
const (
	simdLoad        = 0
	simdLoad32Splat = 9
	simdStore       = 11
	simdConst       = 12
	simdShuffle     = 13
	simdLoad32Lane  = 86
	simdStore32Lane = 90
)

func simd(op uint32) []byte { return appendUint([]byte{opPrefix}, op) }

func (a V128) unary(op uint32) V128          { return V128{join(simd(op), a.expr)} }
func (a V128) binary(op uint32, b V128) V128 { return V128{join(simd(op), a.expr, b.expr)} }
func (a V128) ternary(op uint32, b, c V128) V128 {
	return V128{join(simd(op), a.expr, b.expr, c.expr)}
}

func (a V128) Not() V128          { return a.unary(77) }      // Not is ^a.
func (a V128) And(b V128) V128    { return a.binary(78, b) }  // And is a & b.
func (a V128) AndNot(b V128) V128 { return a.binary(79, b) }  // AndNot is a &^ b.
func (a V128) Or(b V128) V128     { return a.binary(80, b) }  // Or is a | b.
func (a V128) Abs() V128          { return a.unary(224) }     // Abs is |a|, as f32x4.
func (a V128) Neg() V128          { return a.unary(225) }     // Neg is -a, as f32x4.
func (a V128) Sqrt() V128         { return a.unary(227) }     // Sqrt is the correctly rounded root, as f32x4.
func (a V128) Add(b V128) V128    { return a.binary(228, b) } // Add is a + b, as f32x4.
func (a V128) Sub(b V128) V128    { return a.binary(229, b) } // Sub is a - b, as f32x4.
func (a V128) Mul(b V128) V128    { return a.binary(230, b) } // Mul is a * b, as f32x4.
func (a V128) Div(b V128) V128    { return a.binary(231, b) } // Div is a / b, as f32x4.
// Max is the larger, NaN if either is; slow on x86.
func (a V128) Max(b V128) V128 { return a.binary(233, b) }

// Pmin is b where b < a, else a: a NaN in a stays.
func (a V128) Pmin(b V128) V128 { return a.binary(234, b) }

// Pmax is b where a < b, else a: a NaN in a stays.
func (a V128) Pmax(b V128) V128 { return a.binary(235, b) }
func (a V128) Eq(b V128) V128   { return a.binary(65, b) } // Eq has all bits set where a == b, as f32x4.
func (a V128) Lt(b V128) V128   { return a.binary(67, b) } // Lt has all bits set where a < b, as f32x4.
func (a V128) Gt(b V128) V128   { return a.binary(68, b) } // Gt has all bits set where a > b, as f32x4.
func (a V128) Ge(b V128) V128   { return a.binary(70, b) } // Ge has all bits set where a >= b, as f32x4.

// IntAdd is a + b, as i32x4.
func (a V128) IntAdd(b V128) V128 { return a.binary(174, b) }

// IntSub is a - b, as i32x4.
func (a V128) IntSub(b V128) V128 { return a.binary(177, b) }

// IntShl is a << n, as i32x4.
func (a V128) IntShl(n int32) V128 { return V128{join(simd(171), a.expr, Int(n).expr)} }

// IntShr is a >> n, signed.
func (a V128) IntShr(n int32) V128 { return V128{join(simd(172), a.expr, Int(n).expr)} }
func (a V128) IntToFloat() V128    { return a.unary(250) } // IntToFloat converts i32x4 to f32x4.

// Select has the bits of a where mask has ones, and those of b elsewhere.
func (mask V128) Select(a, b V128) V128 { return a.ternary(82, b, mask) }

// RelaxedMadd is a*b + c as f32x4, with one rounding or two as the machine prefers (relaxed SIMD).
func (a V128) RelaxedMadd(b, c V128) V128 { return a.ternary(0x105, b, c) }

// RelaxedNmadd is c - a*b as f32x4, with one rounding or two as the machine prefers (relaxed SIMD).
func (a V128) RelaxedNmadd(b, c V128) V128 { return a.ternary(0x106, b, c) }

// Lane is lane i, 0 to 3, as f32.
func (a V128) Lane(i int) F32 { return F32{lane(i, 31, a.expr)} }

func lane(i int, op uint32, args ...expr) expr {
	e := join(append(simd(op), byte(i)), args...)
	if (i < 0 || i > 3) && e.err == nil {
		e.err = fmt.Errorf("lane %d, want 0 to 3", i)
	}
	return e
}

// Shuffle picks four 32-bit lanes: 0 to 3 of a, 4 to 7 of b.
func (a V128) Shuffle(b V128, lanes [4]int) V128 {
	code := simd(simdShuffle)
	var err error
	for _, l := range lanes {
		if l < 0 || l > 7 {
			err = fmt.Errorf("shuffle of lane %d, want 0 to 7", l)
		}
		for i := range 4 {
			code = append(code, byte(4*l+i))
		}
	}
	e := join(code, a.expr, b.expr)
	if e.err == nil {
		e.err = err
	}
	return V128{e}
}
