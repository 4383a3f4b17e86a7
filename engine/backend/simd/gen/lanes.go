package main

import "cosinelab/engine/backend/simd/asm"

// lanes is one step of a walk over a row: four floats, or the 1 to 3 that are left at its end.
type lanes struct {
	f    *asm.Func
	at   asm.I32 // byte offset of the step in the row
	left asm.I32 // floats in the step
	tail bool    // left is less than 4
	more uint32  // bytes to add to at
}

// walk visits the n floats of a row four at a time. body is emitted twice: for whole vectors and for the end.
func walk(f *asm.Func, n asm.I32, body func(l lanes)) {
	walkFrom(f, asm.Int(0), n, body)
}

// walkFrom is walk from float first, a multiple of 4, on.
func walkFrom(f *asm.Func, first, n asm.I32, body func(l lanes)) {
	at, end := f.I32(), f.LetI32(floatBytes(n))
	f.For(at, floatBytes(first), end.Sub(asm.Int(15)), 16,
		func() { body(lanes{f: f, at: at, left: asm.Int(4)}) })
	left := f.LetI32(end.Sub(at).Shr(2))
	f.If(left.Gt(asm.Int(0)), func() { body(lanes{f: f, at: at, left: left, tail: true}) })
}

// walkWide is walk that takes several vectors a round as long as it can, body i with a state of its own: for
// bodies so short that the loop, or the chain of one sum, would take longer than they do.
func walkWide(f *asm.Func, n asm.I32, vectors int, body func(l lanes, i int)) {
	at := f.I32()
	end := f.LetI32(floatBytes(n.Sub(asm.Int(int32(4*vectors - 1)))))
	f.For(at, asm.Int(0), end, int32(16*vectors), func() {
		for i := range vectors {
			body(lanes{f: f, at: at, left: asm.Int(4), more: uint32(16 * i)}, i)
		}
	})
	walkFrom(f, at.Shr(2), n, func(l lanes) { body(l, 0) })
}

// walkTogether is walk that takes several vectors a round as long as it can, so that the body can share
// between them what takes long to find.
func walkTogether(f *asm.Func, n asm.I32, vectors int, body func(l []lanes)) {
	at := f.I32()
	end := f.LetI32(floatBytes(n.Sub(asm.Int(int32(4*vectors - 1)))))
	f.For(at, asm.Int(0), end, int32(16*vectors), func() {
		var together []lanes
		for i := range vectors {
			together = append(together, lanes{f: f, at: at, left: asm.Int(4), more: uint32(16 * i)})
		}
		body(together)
	})
	walkFrom(f, at.Shr(2), n, func(l lanes) { body([]lanes{l}) })
}

// sumOver walks over a row with several sums, which add adds to in turn, and returns their total in every
// lane.
func sumOver(f *asm.Func, n asm.I32, sums []asm.V128, add func(l lanes, s asm.V128)) asm.V128 {
	for _, s := range sums {
		s.Set(asm.Floats(0))
	}
	walkWide(f, n, len(sums), func(l lanes, i int) { add(l, sums[i]) })
	for _, s := range sums[1:] {
		sums[0].Inc(s)
	}
	return f.LetV128(total(f, sums[0]))
}

// load reads the step from a row; lanes behind the row's end are 0, and nothing behind it is read: it may be
// the last byte of memory, or a NaN of somebody else's that would slow down or spoil a sum.
func (l lanes) load(row asm.I32) asm.V128 {
	if !l.tail {
		return l.f.LetV128(row.Add(l.at).Load(l.more))
	}
	v := l.f.LetV128(asm.Floats(0))
	at := l.f.LetI32(row.Add(l.at))
	for i := range 3 {
		l.f.If(l.left.Gt(asm.Int(int32(i))), func() { v.Set(at.LoadLane(uint32(4*i), v, i)) })
	}
	return v
}

// store writes the step to a row, and nothing behind the row's end.
func (l lanes) store(row asm.I32, v asm.V128) {
	if !l.tail {
		row.Add(l.at).Store(l.more, v)
		return
	}
	at, value := l.f.LetI32(row.Add(l.at)), l.f.LetV128(v)
	for i := range 3 {
		l.f.If(l.left.Gt(asm.Int(int32(i))), func() { at.StoreLane(uint32(4*i), value, i) })
	}
}

// clear is v with 0 behind the row's end, for sums.
func (l lanes) clear(v asm.V128) asm.V128 {
	if !l.tail {
		return v
	}
	return v.And(l.inside())
}

// inside has all bits set in the lanes that belong to the row.
func (l lanes) inside() asm.V128 { return laneIndex().Lt(l.left.Float().Splat()) }

// laneIndex is 0, 1, 2, 3 as floats.
func laneIndex() asm.V128 { return asm.Lanes(0, 0x3f800000, 0x40000000, 0x40400000) }

// each repeats body n times and moves every row pointer on by its stride in bytes.
func each(f *asm.Func, n asm.I32, rows []row, body func()) {
	f.Repeat(n, 1, func() {
		body()
		for _, r := range rows {
			r.at.Inc(r.stride)
		}
	})
}

// A row is an address and the bytes from one row to the next.
type row struct{ at, stride asm.I32 }

// rowParams declares n rows, each an address and a stride in floats.
func rowParams(f *asm.Func, n int) []row {
	rows := make([]row, n)
	for i := range rows {
		rows[i] = row{at: f.ParamI32(), stride: floatBytes(f.ParamI32())}
	}
	return rows
}

// total is the sum of the four lanes of v, in all lanes.
func total(f *asm.Func, v asm.V128) asm.V128 { return across(f, v, asm.V128.Add) }

// across combines the four lanes of v; every lane holds the result.
func across(f *asm.Func, v asm.V128, combine func(a, b asm.V128) asm.V128) asm.V128 {
	v = f.LetV128(v)
	v.Set(combine(v, v.Shuffle(v, [4]int{2, 3, 0, 1})))
	v.Set(combine(v, v.Shuffle(v, [4]int{1, 0, 3, 2})))
	return v
}
