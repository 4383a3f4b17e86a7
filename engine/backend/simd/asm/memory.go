package asm

// Loads and stores take a byte address in an I32 plus a constant offset in bytes. Addresses need no
// alignment, but the engine is told that they are multiples of 4.
const alignment = 2 // log2 of bytes

func (a I32) load(op []byte, offset uint32, more ...byte) expr {
	op = appendUint(append(op, alignment), offset)
	e := join(append(op, more...), a.expr)
	if e.fn != nil {
		e.fn.usesMemory = true
	}
	return e
}

// LoadI32 is the integer at a+offset.
func (a I32) LoadI32(offset uint32) I32 { return I32{a.load([]byte{opI32Load}, offset)} }

// LoadF32 is the float32 at a+offset.
func (a I32) LoadF32(offset uint32) F32 { return F32{a.load([]byte{opF32Load}, offset)} }

// Load is the 16 bytes at a+offset.
func (a I32) Load(offset uint32) V128 { return V128{a.load(simd(simdLoad), offset)} }

// LoadSplat is the float32 at a+offset in all four lanes.
func (a I32) LoadSplat(offset uint32) V128 { return V128{a.load(simd(simdLoad32Splat), offset)} }

// LoadLane is v with lane i, 0 to 3, replaced by the float32 at a+offset.
func (a I32) LoadLane(offset uint32, v V128, i int) V128 {
	return V128{a.memoryLane(simdLoad32Lane, offset, v, i)}
}

func (a I32) memoryLane(op, offset uint32, v V128, i int) expr {
	code := appendUint(append(simd(op), alignment), offset)
	e := join(code, a.expr, v.expr)
	checked := lane(i, 0, e)
	e.code, e.err = append(e.code, byte(i)), checked.err
	if e.fn != nil {
		e.fn.usesMemory = true
	}
	return e
}

// StoreF32 writes v at a+offset.
func (a I32) StoreF32(offset uint32, v F32) { a.store([]byte{opF32Store}, offset, v.expr) }

// Store writes the 16 bytes of v at a+offset.
func (a I32) Store(offset uint32, v V128) { a.store(simd(simdStore), offset, v.expr) }

// StoreLane writes lane i, 0 to 3, of v at a+offset.
func (a I32) StoreLane(offset uint32, v V128, i int) {
	a.memoryLane(simdStore32Lane, offset, v, i).perform()
}

func (a I32) store(op []byte, offset uint32, v expr) {
	op = appendUint(append(op, alignment), offset)
	e := join(op, a.expr, v)
	if e.fn != nil {
		e.fn.usesMemory = true
	}
	e.perform()
}

// perform makes e a statement of the function whose variables it uses.
func (e expr) perform() {
	if e.fn == nil {
		panic("asm: a store of a constant at a constant address belongs to no function")
	}
	e.fn.append(e)
}
