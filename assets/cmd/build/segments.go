//go:build !js

package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// leftOut is how many zeros in a row are left out of a program's data.
const leftOut = 64

// mostMemory is how far the data of a program may reach, in bytes.
const mostMemory = 256 << 20

// Kinds of sections: what the memory of a module begins with, the functions, and those that mean something to us
// alone, of which there is one.
const (
	sectionData = 11
	sectionCode = 10
	sectionOwn  = 0

	ownName = "functions" // unpack.js looks for it
)

// segment is a piece of the memory that a module begins with; what no segment sets is 0.
type segment struct {
	at   uint64
	data []byte
}

// smaller returns a WebAssembly module that computes the same as one of Go's linker, in the form that compresses
// best. The linker leaves out each run of eight zeros: it makes some 85,000 segments of three million bytes.
// That is smaller before compression, but their addresses are what a compressor can do least about: as zeros,
// the page's program takes a tenth less. What change does to the memory that the program begins with comes on
// top, with a section of its own for what it returns, and what shortCode does to functions.
func smaller(module []byte, change func(memory []byte) (section []byte, err error)) ([]byte, error) {
	const magic = "\x00asm\x01\x00\x00\x00"
	if !bytes.HasPrefix(module, []byte(magic)) {
		return nil, errors.New("want a WebAssembly module of version 1")
	}
	out := []byte(magic)
	var own []byte
	r := reader{module[len(magic):], nil}
	for len(r.rest) > 0 && r.err == nil {
		kind := r.byte()
		section, err := r.bytes(r.uint()), r.err
		switch {
		case err != nil:
		case kind == sectionCode:
			section, err = shortCode(section)
		case kind == sectionData:
			section, own, err = otherData(section, change)
		}
		if err != nil {
			return nil, err
		}
		out = appendBytes(append(out, kind), section)
	}
	if own != nil {
		out = appendBytes(append(out, sectionOwn), append(appendBytes(nil, []byte(ownName)), own...))
	}
	return out, r.err
}

// otherData returns a data section that sets the memory that change has made of what the section sets.
func otherData(section []byte, change func(memory []byte) ([]byte, error)) (data, own []byte, err error) {
	segments, err := readSegments(section)
	if err != nil {
		return nil, nil, err
	}
	memory := laid(segments)
	own, err = change(memory)
	return appendSegments(nil, split(memory)), own, err
}

// packed forgets what a program does not need of its table of functions, of which it lists the names, and packs the
// rest.
func packed(memory []byte) (section, names []byte, err error) {
	t, err := functionsOf(memory)
	if err != nil {
		return nil, nil, err
	}
	names = t.listed()
	t.forget()
	section, err = t.pack()
	return section, names, err
}

// laid is the memory that segments set, from address 0. They are in the order of addresses, and do not overlap.
func laid(segments []segment) (memory []byte) {
	for _, s := range segments {
		memory = append(memory, make([]byte, s.at-uint64(len(memory)))...)
		memory = append(memory, s.data...)
	}
	return memory
}

// split returns the segments that set a memory: they leave out its long runs of zeros.
func split(memory []byte) (segments []segment) {
	from, end := 0, 0 // the segment under way, which ends behind its last byte that is not 0
	for i, b := range memory {
		switch {
		case b == 0:
			continue
		case i-end >= leftOut && end > from:
			segments = append(segments, segment{uint64(from), memory[from:end]})
			from = i
		case end == from:
			from = i
		}
		end = i + 1
	}
	return append(segments, segment{uint64(from), memory[from:end]})
}

// What stands before a segment's address if it is a constant, and behind it.
const (
	active       = 0
	i32Const     = 0x41
	endOfAddress = 0x0b
)

// readSegments returns what a data section holds, in the order of addresses.
func readSegments(section []byte) ([]segment, error) {
	r := reader{section, nil}
	segments := make([]segment, 0, len(section)/8)
	for range r.uint() {
		kind, opcode := r.byte(), r.byte()
		at := r.uint() // signed, but Go's addresses are far below the first that is negative
		behind := r.byte()
		segments = append(segments, segment{at, r.bytes(r.uint())})
		if r.err != nil {
			return nil, r.err
		}
		if kind != active || opcode != i32Const || behind != endOfAddress || at > mostMemory {
			return nil, errors.New("want data segments with constant addresses, as Go's linker makes them")
		}
	}
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.at, b.at) })
	for i, s := range segments[min(1, len(segments)):] {
		if before := segments[i]; before.at+uint64(len(before.data)) > s.at {
			return nil, errors.New("want data segments that do not overlap")
		}
	}
	return segments, r.err
}

// appendSegments appends the content of a data section.
func appendSegments(out []byte, segments []segment) []byte {
	out = binary.AppendUvarint(out, uint64(len(segments)))
	for _, s := range segments {
		out = appendAddress(append(out, active, i32Const), s.at)
		out = appendBytes(append(out, endOfAddress), s.data)
	}
	return out
}

// appendAddress appends a number as a signed LEB128 integer: bit 6 of the last byte is the sign.
func appendAddress(out []byte, n uint64) []byte {
	for ; n > 0x3f; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

// appendBytes appends the length of data, then data.
func appendBytes(out, data []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(data))), data...)
}

// reader reads the parts of a module; after an error it returns zeros.
type reader struct {
	rest []byte
	err  error
}

var errEnds = errors.New("a WebAssembly module that ends within a section")

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.rest, r.err = nil, errEnds
		return nil
	}
	part := r.rest[:n]
	r.rest = r.rest[n:]
	return part
}

func (r *reader) byte() byte {
	if part := r.bytes(1); r.err == nil {
		return part[0]
	}
	return 0
}

// uint reads an unsigned LEB128 integer, which is what Go calls a varint.
func (r *reader) uint() uint64 {
	n, length := binary.Uvarint(r.rest)
	if length <= 0 {
		r.rest, r.err = nil, errEnds
		return 0
	}
	r.rest = r.rest[length:]
	return n
}
