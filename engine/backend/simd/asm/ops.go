package asm

// Opcodes of the core specification, section 5.4.
const (
	opBlock    = 0x02
	opLoop     = 0x03
	opIf       = 0x04
	opElse     = 0x05
	opEnd      = 0x0b
	opBr       = 0x0c
	opBrIf     = 0x0d
	opBrTable  = 0x0e
	opReturn   = 0x0f
	opCall     = 0x10
	opSelect   = 0x1b
	opLocalGet = 0x20
	opLocalSet = 0x21
	opI32Load  = 0x28
	opF32Load  = 0x2a
	opF32Store = 0x38
	opI32Const = 0x41
	opF32Const = 0x43
	opPrefix   = 0xfd // of every vector instruction

	blockEmpty = 0x40
)

// binary and compare keep the instructions below to one line each.
func (a I32) binary(op byte, b I32) I32 { return I32{join([]byte{op}, a.expr, b.expr)} }
func (a F32) binary(op byte, b F32) F32 { return F32{join([]byte{op}, a.expr, b.expr)} }
func (a F32) compare(op byte, b F32) I32 {
	return I32{join([]byte{op}, a.expr, b.expr)}
}

func (a I32) Eq(b I32) I32    { return a.binary(0x46, b) }      // Eq is a == b.
func (a I32) Ne(b I32) I32    { return a.binary(0x47, b) }      // Ne is a != b.
func (a I32) Lt(b I32) I32    { return a.binary(0x48, b) }      // Lt is a < b, signed.
func (a I32) Gt(b I32) I32    { return a.binary(0x4a, b) }      // Gt is a > b, signed.
func (a I32) Le(b I32) I32    { return a.binary(0x4c, b) }      // Le is a <= b, signed.
func (a I32) Ge(b I32) I32    { return a.binary(0x4e, b) }      // Ge is a >= b, signed.
func (a I32) Add(b I32) I32   { return a.binary(0x6a, b) }      // Add is a + b.
func (a I32) Sub(b I32) I32   { return a.binary(0x6b, b) }      // Sub is a - b.
func (a I32) Mul(b I32) I32   { return a.binary(0x6c, b) }      // Mul is a * b.
func (a I32) And(b I32) I32   { return a.binary(0x71, b) }      // And is a & b.
func (a I32) Or(b I32) I32    { return a.binary(0x72, b) }      // Or is a | b.
func (a I32) Shl(n int32) I32 { return a.binary(0x74, Int(n)) } // Shl is a << n.
func (a I32) Shr(n int32) I32 { return a.binary(0x75, Int(n)) } // Shr is a >> n, signed.

// Select is a if c is not 0, else b; both are computed.
func (c I32) Select(a, b I32) I32 { return I32{join([]byte{opSelect}, a.expr, b.expr, c.expr)} }

// Min is the smaller of a and b, signed; each is computed twice.
func (a I32) Min(b I32) I32 { return a.Lt(b).Select(a, b) }

// Max is the larger of a and b, signed; each is computed twice.
func (a I32) Max(b I32) I32 { return a.Gt(b).Select(a, b) }

// Float is a converted to f32, signed.
func (a I32) Float() F32 { return F32{join([]byte{0xb2}, a.expr)} }

// Int is a rounded towards 0, saturated to the range of i32; NaN gives 0.
func (a F32) Int() I32 { return I32{join([]byte{0xfc, 0x00}, a.expr)} }

func (a F32) Ne(b F32) I32  { return a.compare(0x5c, b) } // Ne is a != b.
func (a F32) Add(b F32) F32 { return a.binary(0x92, b) }  // Add is a + b.
func (a F32) Mul(b F32) F32 { return a.binary(0x94, b) }  // Mul is a * b.
func (a F32) Div(b F32) F32 { return a.binary(0x95, b) }  // Div is a / b.

// Splat is a in all four lanes.
func (a F32) Splat() V128 { return V128{join(simd(19), a.expr)} }

// Splat is a in all four lanes.
func (a I32) Splat() V128 { return V128{join(simd(17), a.expr)} }
