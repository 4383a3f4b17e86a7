//go:build !js

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Instructions of WebAssembly that are looked for; what the others take from the stack, and what stands behind
// them, is told by effect and by operands.
const (
	opUnreachable = 0x00
	opBlock       = 0x02
	opLoop        = 0x03
	opIf          = 0x04
	opElse        = 0x05
	opEnd         = 0x0b
	opBr          = 0x0c
	opBrIf        = 0x0d
	opBrTable     = 0x0e
	opReturn      = 0x0f
	opCall        = 0x10
	opIndirect    = 0x11
	opDrop        = 0x1a
	opSelect      = 0x1b
	opLocalGet    = 0x20
	opLocalSet    = 0x21
	opLocalTee    = 0x22
	opGlobalGet   = 0x23
	opGlobalSet   = 0x24
	opLoad        = 0x28 // the first of them
	opStore       = 0x36 // the first of them
	opI64Store    = 0x37
	opMemorySize  = 0x3f
	opMemoryGrow  = 0x40
	opI32Const    = 0x41
	opI64Const    = 0x42
	opF32Const    = 0x43
	opF64Const    = 0x44
	opI32Eqz      = 0x45
	opI64Eqz      = 0x50
	opI32Add      = 0x6a
	opI64Add      = 0x7c
	opWrap        = 0xa7
	opExtend      = 0xad
	opLast        = 0xc4
	opMore        = 0xfc

	typeI32   = 0x7f
	typeI64   = 0x7e
	noResult  = 0x40
	mostFrame = 1 << 24 // what is farther from the stack pointer than that is no place in a frame
)

// The stack pointer is this global, of which functions keep a copy in the first local behind the parameter. What
// their program counters begin with comes next.
const (
	stackGlobal  = 0
	stackLocal   = 1
	counterLocal = 2
	newestLocal  = 3

	counterLocals = 2
)

// functionValue is the number of the first function in Go's program counters: the counter of the block b of the
// function i, counted without what is imported, is (functionValue+i)<<16 + b.
const functionValue = 0x1000

// instruction is one of a function's: its bytes, and the numbers among them.
type instruction struct {
	op    byte
	bytes []byte
	n, m  uint64 // its first operand as it is unsigned, and its second
	i     int64  // the first as a signed constant
	fold  int    // if positive, the instruction stands for so many of the list
}

var errCode = errors.New("an instruction that Go 1.26 does not write")

// shortCode returns the code section with functions that compute the same and compress better, in the order in
// which they were.
//
// A function of Go's keeps its frame in memory. For each value there it computes an address of 64 bits, which it
// cuts to 32, where the instruction itself can hold the distance from the stack pointer. For each call it stores
// where it goes on: a number that no other call shares, of which all but the number of the block is the same
// within the function. After each call it leaves if the stack is to be unwound, by a jump whose length differs
// from call to call, to where it returns 1.
func shortCode(section []byte) ([]byte, error) {
	r := reader{section, nil}
	count := r.uint()
	out := binary.AppendUvarint(nil, count)
	for i := range int(count) {
		body := r.bytes(r.uint())
		if r.err != nil {
			return nil, r.err
		}
		short, err := shortFunction(body, functionValue+i)
		if err != nil {
			return nil, fmt.Errorf("function %d: %w", i, err)
		}
		out = appendBytes(out, short)
	}
	return out, r.err
}

// shortFunction does it for one function, whose program counters begin with the number counter.
func shortFunction(body []byte, counter int) ([]byte, error) {
	r := reader{body, nil}
	groups := int(r.uint())
	first := r.rest
	for range groups {
		r.uint()
		r.byte()
	}
	locals, code := first[:len(first)-len(r.rest)], r.rest
	list, err := instructions(code)
	if err != nil || r.err != nil {
		return nil, errors.Join(err, r.err)
	}
	if len(list) < 3 || !list[0].is(opGlobalGet, stackGlobal) || !list[1].is(opLocalSet, stackLocal) {
		return body, nil // written by hand
	}
	list = shortened(list)
	shortFrames(list)
	shortLeaves(list)
	shortJumps(list)
	var begin []byte
	if bytes.HasPrefix(locals, []byte{1, typeI32}) {
		if begin = shortReturns(list, int64(counter)<<16); begin != nil {
			groups++
			locals = slices.Concat(locals[:2], []byte{counterLocals, typeI64}, locals[2:])
		}
	}
	out := append(binary.AppendUvarint(nil, uint64(groups)), locals...)
	out = append(out, begin...)
	for at := 0; at < len(list); at += max(list[at].fold, 1) {
		out = append(out, list[at].bytes...)
	}
	return out, nil
}

func (i instruction) is(op byte, n uint64) bool { return i.op == op && i.n == n }

// instructions reads the code of a function.
func instructions(code []byte) (list []instruction, err error) {
	r := reader{code, nil}
	for len(r.rest) > 0 && r.err == nil {
		from := r.rest
		i := instruction{op: r.byte()}
		switch op := i.op; {
		case op >= opBlock && op <= opIf:
			i.n = uint64(r.byte())
		case op == opBr, op == opBrIf, op == opCall, op >= opLocalGet && op <= opGlobalSet:
			i.n = r.uint()
		case op == opMemorySize, op == opMemoryGrow:
			r.byte()
		case op == opBrTable:
			for range r.uint() + 1 {
				r.uint()
			}
		case op == opIndirect, op >= opLoad && op < opMemorySize:
			i.n, i.m = r.uint(), r.uint()
		case op == opI32Const, op == opI64Const:
			i.i = r.signed()
		case op == opF32Const:
			r.bytes(4)
		case op == opF64Const:
			r.bytes(8)
		case op == opMore:
			if err := more(&r); err != nil {
				return nil, err
			}
		case op <= 1, op == opElse, op == opEnd, op == opReturn, op == opDrop, op == opSelect,
			op > opF64Const && op <= opLast:
		default:
			return nil, fmt.Errorf("%w: %#x", errCode, op)
		}
		i.bytes = from[:len(from)-len(r.rest)]
		list = append(list, i)
	}
	return list, r.err
}

// more reads what follows the first byte of an instruction with two: conversions that saturate, and copies.
func more(r *reader) error {
	switch kind := r.uint(); {
	case kind <= 7:
	case kind == 10:
		r.bytes(2)
	case kind == 11:
		r.bytes(1)
	default:
		return fmt.Errorf("%w: 0xfc %d", errCode, kind)
	}
	return nil
}

// effect is how many values an instruction takes from the stack and puts there; ok = false for those that
// depend on more than the instruction.
func (i instruction) effect() (takes, puts int, ok bool) {
	switch op := i.op; {
	case op == opLocalGet, op == opGlobalGet, op == opMemorySize, op >= opI32Const && op <= opF64Const:
		return 0, 1, true
	case op == opLocalSet, op == opGlobalSet, op == opDrop:
		return 1, 0, true
	case op == opLocalTee, op == opMemoryGrow, op >= opLoad && op < opStore:
		return 1, 1, true
	case op >= opStore && op < opMemorySize:
		return 2, 0, true
	case op == opSelect:
		return 3, 1, true
	case op == 0x45, op == 0x50, // eqz
		op >= 0x67 && op <= 0x69, op >= 0x79 && op <= 0x7b, // clz, ctz, popcnt
		op >= 0x8b && op <= 0x91, op >= 0x99 && op <= 0x9f, // of floating point, from abs to sqrt
		op >= opWrap && op <= opLast:
		return 1, 1, true
	case op > opF64Const && op < opWrap:
		return 2, 1, true
	}
	return 0, 0, false
}

// shortened returns a list of instructions that computes the same without what Go's compiler writes in vain, each
// instruction at a time: what the end of the new list and it can do in fewer.
func shortened(list []instruction) (short []instruction) {
	for _, i := range list {
		short = append(short, i)
		for _, rule := range rules {
			if n, in := rule(short); n > 0 {
				short = append(short[:len(short)-n], in...)
			}
		}
	}
	return short
}

// rules tell how many instructions at the end of a list can be written as others; 0 = none.
var rules = []func(list []instruction) (n int, in []instruction){
	// A constant is cut to 32 bits.
	func(list []instruction) (int, []instruction) {
		if e := last(list, 2); e != nil && e[0].op == opI64Const && e[1].op == opWrap {
			return 2, []instruction{constant(e[0].i)}
		}
		return 0, nil
	},
	// A condition becomes a number, which is compared with 0.
	func(list []instruction) (int, []instruction) {
		if e := last(list, 2); e != nil && e[0].op == opExtend && e[1].op == opI64Eqz {
			return 2, []instruction{plain(opI32Eqz)}
		}
		return 0, nil
	},
	func(list []instruction) (int, []instruction) {
		e := last(list, 2)
		if e == nil || e[1].op != opI32Eqz {
			return 0, nil
		}
		if opposite := opposites[e[0].op]; opposite > 0 {
			return 2, []instruction{plain(opposite)}
		}
		if e := last(list, 3); e != nil && e[1].op == opI32Eqz && (e[0].op == opI32Eqz || e[0].op == opI64Eqz) {
			return 2, nil
		}
		return 0, nil
	},
	// A local is set, then read.
	func(list []instruction) (int, []instruction) {
		if e := last(list, 2); e != nil && e[0].op == opLocalSet && e[1].is(opLocalGet, e[0].n) {
			return 2, []instruction{{op: opLocalTee, n: e[0].n, bytes: binary.AppendUvarint([]byte{opLocalTee}, e[0].n)}}
		}
		return 0, nil
	},
	// A frame is left, then the place of the program counter, then the function.
	func(list []instruction) (int, []instruction) {
		if e := last(list, 2*frameMove); e != nil && movesFrame(e) && movesFrame(e[frameMove:]) {
			return 2*frameMove - 1, append([]instruction{constant(e[1].i + e[frameMove+1].i)}, e[2:frameMove]...)
		}
		return 0, nil
	},
	func(list []instruction) (int, []instruction) {
		if e := last(list, 4); e != nil && e[0].is(opLocalTee, stackLocal) && e[1].is(opGlobalSet, stackGlobal) &&
			e[2].op == opI32Const && e[3].op == opReturn {
			return 4, slices.Clone(e[1:])
		}
		return 0, nil
	},
}

// opposites are the comparisons of integers that hold where others do not.
var opposites = func() (table [256]byte) {
	for _, equal := range []byte{0x46, 0x51} { // of 32 bits, and of 64
		for _, pair := range [][2]byte{{0, 1}, {2, 8}, {3, 9}, {4, 6}, {5, 7}} {
			a, b := equal+pair[0], equal+pair[1]
			table[a], table[b] = b, a
		}
	}
	return table
}()

// frameMove are the instructions that move the stack pointer: the local, a constant, an addition, the local, the
// global.
const frameMove = 5

func movesFrame(list []instruction) bool {
	return list[0].is(opLocalGet, stackLocal) && list[1].op == opI32Const && list[2].op == opI32Add &&
		list[3].is(opLocalTee, stackLocal) && list[4].is(opGlobalSet, stackGlobal)
}

// last are the last n of a list; nil = there are fewer.
func last(list []instruction, n int) []instruction {
	if len(list) < n {
		return nil
	}
	return list[len(list)-n:]
}

// plain is an instruction without operands.
func plain(op byte) instruction { return instruction{op: op, bytes: []byte{op}} }

// constant is one of 32 bits.
func constant(n int64) instruction {
	n = int64(int32(n))
	return instruction{op: opI32Const, i: n, bytes: appendSigned([]byte{opI32Const}, n)}
}

// frameAddress are the instructions that compute an address of a frame, behind the one that gets the stack
// pointer.
const frameAddress = 5

// shortFrames has loads and stores hold the distance from the stack pointer where they can, and has other
// addresses of frames computed in 32 bits.
func shortFrames(list []instruction) {
	var stack []int // which instruction began the address that is there, or -1
	for at := 0; at < len(list); at++ {
		i := &list[at]
		if k, ok := distance(list[at:]); ok {
			i.bytes = appendSigned(append(slices.Clone(i.bytes), opI32Const), k)
			i.bytes = append(i.bytes, opI32Add)
			i.i, i.fold = k, frameAddress
			stack = append(stack, at)
			at += frameAddress - 1
			continue
		}
		takes, puts, ok := i.effect()
		if !ok {
			stack = stack[:0]
			continue
		}
		if i.op >= opLoad && i.op < opMemorySize && len(stack) >= takes {
			if from := stack[len(stack)-takes]; from >= 0 {
				a := &list[from]
				a.bytes = []byte{opLocalGet, stackLocal}
				i.m += uint64(a.i)
				i.bytes = binary.AppendUvarint(binary.AppendUvarint([]byte{i.op}, i.n), i.m)
			}
		}
		stack = stack[:max(len(stack)-takes, 0)]
		for range puts {
			stack = append(stack, -1)
		}
	}
}

// distance is k where a list begins with the address of what lies k bytes from the stack pointer. Nothing in a
// frame lies beyond the end of the memory, so that it makes no difference how many bits the address has.
func distance(list []instruction) (k int64, ok bool) {
	if len(list) < frameAddress || !list[0].is(opLocalGet, stackLocal) || list[1].op != opExtend ||
		list[2].op != opI64Const || list[3].op != opI64Add || list[4].op != opWrap {
		return 0, false
	}
	k = list[2].i
	return k, k >= 0 && k < mostFrame
}

// shortLeaves has a function return 1 where it would jump to where it does.
func shortLeaves(list []instruction) {
	end := len(list)
	if end < 3 || list[end-3].op != opEnd || list[end-2].op != opI32Const || list[end-2].i != 1 {
		return
	}
	depth := uint64(0)
	for at, i := range list[:end-3] {
		switch {
		case i.op >= opBlock && i.op <= opIf:
			depth++
		case i.op == opEnd:
			depth--
		case i.op == opBrIf && depth > 0 && i.n == depth-1:
			list[at].bytes = []byte{opIf, noResult, opI32Const, 1, opReturn, opEnd}
		}
	}
}

// jump are the instructions of a jump: they set the parameter to a block's number and go back to the table at the
// function's begin, which leads there. Where it has a condition, an if stands before them and an end behind.
const jump = 3

// shortJumps has a function jump straight to the blocks that end behind the jump, not by way of the table.
func shortJumps(list []instruction) {
	var open, targets []int // by depth the instruction that opened it; for each block's number the one to leave
	loop := -1              // which begins before the table
	for at := 0; at < len(list); at++ {
		i := &list[at]
		switch {
		case i.op >= opBlock && i.op <= opIf:
			if to, ok := jumpAt(list[at+1:], open, targets, loop, 1); ok && i.op == opIf && list[at+1+jump].op == opEnd {
				i.bytes = binary.AppendUvarint([]byte{opBrIf}, uint64(to))
				i.fold = 1 + jump + 1
				at += i.fold - 1
				continue
			}
			open = append(open, at)
		case i.op == opEnd && len(open) > 0:
			open = open[:len(open)-1]
		case i.op == opBrTable && targets == nil:
			targets = tableOf(*i, open)
			for _, o := range open {
				if list[o].op == opLoop {
					loop = o
				}
			}
		default:
			if to, ok := jumpAt(list[at:], open, targets, loop, 0); ok {
				i.bytes = binary.AppendUvarint([]byte{opBr}, uint64(to))
				i.fold = jump
				at += jump - 1
			}
		}
	}
}

// jumpAt tells whether a list begins with a jump by way of the table, within so many more instructions that are
// open, and how many open ones lie between the place before those and the one to leave for its block.
func jumpAt(list []instruction, open, targets []int, loop, more int) (depth int, ok bool) {
	if len(list) <= jump || list[0].op != opI32Const || !list[1].is(opLocalSet, 0) || list[2].op != opBr {
		return 0, false
	}
	back := len(open) - 1 + more - int(list[2].n)
	if back < 0 || back >= len(open) || open[back] != loop {
		return 0, false
	}
	depth = depthOf(open, targets, list[0].i)
	return depth, depth >= 0
}

// tableOf returns which open instruction each entry of a jump table leaves.
func tableOf(table instruction, open []int) (targets []int) {
	r := reader{table.bytes[1:], nil}
	for range r.uint() + 1 {
		depth := r.uint()
		if depth >= uint64(len(open)) {
			return nil
		}
		targets = append(targets, open[uint64(len(open))-1-depth])
	}
	return targets
}

// depthOf is how many open instructions lie between a place and the one to leave for a block; -1 = that one is
// closed already, or the table does not know the block.
func depthOf(open, targets []int, block int64) int {
	if block < 0 || block >= int64(len(targets)) {
		return -1
	}
	at, found := slices.BinarySearch(open, targets[block])
	if !found {
		return -1
	}
	return len(open) - 1 - at
}

// shortReturns has a function compute its own program counters: from the first one, or from the one that was stored
// last where it is known which that is. Most calls store one more than the call before them, and all of these look
// the same. It returns the instructions that set two locals for that; nil = the function has no program counters.
func shortReturns(list []instruction, first int64) (begin []byte) {
	known := counters(list, first)
	for at, i := range list {
		block, is := counterAt(i, first)
		if !is {
			continue
		}
		b := []byte{opLocalGet, counterLocal}
		if from := known[at].from; from >= 0 {
			b[1], block = newestLocal, block-from
		}
		if block != 0 {
			b = append(appendSigned(append(b, opI64Const), block), opI64Add)
		}
		if known[at].kept {
			b = append(b, opLocalTee, newestLocal)
		}
		list[at].bytes = b
	}
	if len(known) == 0 {
		return nil
	}
	for at, i := range list {
		if i.op >= opLocalGet && i.op <= opLocalTee && i.n >= counterLocal {
			list[at].bytes = binary.AppendUvarint([]byte{i.op}, i.n+counterLocals)
		}
	}
	begin = appendSigned([]byte{opI64Const}, first)
	return append(begin, opLocalTee, counterLocal, opLocalGet, 0, opExtend, opI64Add, opLocalSet, newestLocal)
}

// counterAt tells whether an instruction is a constant with a program counter of the function, and of which block.
func counterAt(i instruction, first int64) (block int64, is bool) {
	block = i.i - first
	return block, i.op == opI64Const && i.fold == 0 && block >= 0 && block < 1<<16
}

// What is known at a place of the block whose counter was stored last, beside its number.
const (
	anyBlock = -1
	nowhere  = -2 // no way leads here
)

// counter is what is known where a program counter is stored: the block of the one before, or anyBlock, and whether
// it becomes the one before for those that follow.
type counter struct {
	from int64
	kept bool
}

// counters follows the ways through a function. Whoever enters it, or goes on in it, does so with the counter of the
// block where that is; a jump by way of the table comes with any.
func counters(list []instruction, first int64) map[int]counter {
	type label struct {
		op            byte
		before, state int64 // where it begins, and of those who jump to it
	}
	var open []label
	found, now, ifs := map[int]counter{}, int64(anyBlock), 0
	meet := func(a, b int64) int64 {
		switch {
		case a == nowhere:
			return b
		case b == nowhere || a == b:
			return a
		}
		return anyBlock
	}
	jump := func(depth uint64, state int64) {
		if depth < uint64(len(open)) {
			l := &open[uint64(len(open))-1-depth]
			l.state = meet(l.state, state)
		}
	}
	jumped := jumpedTo(list)
	for at := 0; at < len(list); at += max(list[at].fold, 1) {
		i := list[at]
		r := reader{i.bytes, nil}
		switch op := r.byte(); {
		case i.op == opBrIf && op == opIf: // leaves the function
		case op >= opBlock && op <= opIf:
			open = append(open, label{op, now, nowhere})
			if op == opIf {
				ifs++
			} else if op == opLoop {
				now = anyBlock
			}
		case op == opElse && len(open) > 0:
			l := &open[len(open)-1]
			l.state, now = meet(l.state, now), l.before
			l.op = opElse
		case op == opEnd && len(open) > 0:
			l := open[len(open)-1]
			open = open[:len(open)-1]
			if l.op != opLoop { // to a loop one jumps back
				now = meet(now, l.state)
			}
			if l.op == opIf {
				now = meet(now, l.before)
			}
			if l.op == opIf || l.op == opElse {
				ifs--
			}
		case op == opBr:
			jump(r.uint(), now)
			now = nowhere
		case op == opBrIf:
			jump(r.uint(), now)
		case op == opBrTable:
			for block := range int64(r.uint() + 1) {
				if jumped == nil || jumped[block] {
					jump(r.uint(), anyBlock)
				} else {
					jump(r.uint(), block)
				}
			}
			now = nowhere
		case op == opReturn, op == opUnreachable:
			now = nowhere
		}
		if block, is := counterAt(i, first); is {
			// Nothing goes on within an if: what is called there ends the function, or begins it again.
			c := counter{max(now, anyBlock), ifs == 0 && list[at+1].op == opI64Store}
			if found[at] = c; c.kept {
				now = block
			}
		}
	}
	return found
}

// jumpedTo are the blocks to which a function jumps by way of the table; nil = not known.
func jumpedTo(list []instruction) map[int64]bool {
	blocks := map[int64]bool{}
	for at := 0; at < len(list); at += max(list[at].fold, 1) {
		if i := list[at]; i.op == opLocalSet && i.n == 0 || i.op == opLocalTee && i.n == 0 {
			if at == 0 || list[at-1].op != opI32Const {
				return nil
			}
			blocks[list[at-1].i] = true
		}
	}
	return blocks
}

// signed reads a signed LEB128 integer.
func (r *reader) signed() (n int64) {
	for shift := uint(0); shift < 70; shift += 7 {
		b := r.byte()
		n |= int64(b&0x7f) << shift
		if b&0x80 == 0 {
			if b&0x40 != 0 && shift < 57 {
				n |= -1 << (shift + 7)
			}
			return n
		}
	}
	r.rest, r.err = nil, errEnds
	return 0
}

// appendSigned appends a signed LEB128 integer.
func appendSigned(out []byte, n int64) []byte {
	for ; n < -0x40 || n > 0x3f; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n)&0x7f)
}
