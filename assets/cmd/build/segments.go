package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// joinBelow is the length of the longest gap between two data segments that is filled with zeros.
const joinBelow = 64

// sectionData is the kind of the section that holds what the memory of a module begins with.
const sectionData = 11

// segment is a piece of the memory that a module begins with; what no segment sets is 0.
type segment struct {
	at   uint64
	data []byte
}

// joinSegments returns a WebAssembly module that begins with the same memory in fewer segments. Go's linker
// leaves out each run of eight zeros: it makes some 85,000 segments of three million bytes. That is smaller
// before compression, but their addresses are what a compressor can do least about: as zeros, the page's
// program takes a tenth less.
func joinSegments(module []byte) ([]byte, error) {
	const magic = "\x00asm\x01\x00\x00\x00"
	if !bytes.HasPrefix(module, []byte(magic)) {
		return nil, errors.New("want a WebAssembly module of version 1")
	}
	out := []byte(magic)
	r := reader{module[len(magic):], nil}
	for len(r.rest) > 0 && r.err == nil {
		kind := r.byte()
		section := r.bytes(r.uint())
		if kind == sectionData && r.err == nil {
			segments, err := readSegments(section)
			if err != nil {
				return nil, err
			}
			section = appendSegments(nil, joined(segments))
		}
		out = appendBytes(append(out, kind), section)
	}
	return out, r.err
}

// joined fills short gaps with zeros; segments are in the order of their addresses, and do not overlap.
func joined(segments []segment) []segment {
	var out []segment
	var end uint64
	for _, s := range segments {
		if len(out) > 0 && s.at-end < joinBelow {
			last := &out[len(out)-1]
			last.data = append(last.data, make([]byte, s.at-end)...)
			last.data = append(last.data, s.data...)
		} else {
			out = append(out, segment{s.at, slices.Clone(s.data)})
		}
		end = s.at + uint64(len(s.data))
	}
	return out
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
		if kind != active || opcode != i32Const || behind != endOfAddress {
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
