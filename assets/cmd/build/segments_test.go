//go:build !js

package main

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// moduleOf returns a module with a section before its data section and one behind it.
func moduleOf(data []byte) []byte {
	module := []byte("\x00asm\x01\x00\x00\x00\x01\x02ab")
	return append(appendBytes(append(module, sectionData), data), "\x00\x03\x01xy"...)
}

// memoryOf returns what the memory of a module begins with, and in how many segments that lies.
func memoryOf(t *testing.T, module []byte) (memory []byte, segments int) {
	t.Helper()
	memory = make([]byte, 1<<20)
	r := reader{module[8:], nil}
	for len(r.rest) > 0 {
		kind, section := r.byte(), r.bytes(r.uint())
		if kind != sectionData {
			continue
		}
		s := reader{section, nil}
		segments = int(s.uint())
		for range segments {
			s.bytes(2)
			at := s.uint()
			s.byte()
			copy(memory[at:], s.bytes(s.uint()))
		}
		if s.err != nil || len(s.rest) > 0 {
			t.Fatalf("%v, %d bytes too many", s.err, len(s.rest))
		}
	}
	return memory, segments
}

func TestASmallerModuleBeginsWithTheSameMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var segments []segment
		at := uint64(random.IntN(200))
		for range 1 + random.IntN(100) {
			data := make([]byte, random.IntN(40))
			for i := range data {
				data[i] = byte(random.Uint32())
			}
			segments = append(segments, segment{at, data})
			at += uint64(len(data) + random.IntN(2*leftOut))
		}
		random.Shuffle(len(segments), func(i, j int) { segments[i], segments[j] = segments[j], segments[i] })
		module := moduleOf(appendSegments(nil, segments))
		before, many := memoryOf(t, module)
		got, err := smaller(module, nothing)
		if err != nil {
			t.Fatal(err)
		}
		after, few := memoryOf(t, got)
		if !bytes.Equal(before, after) || few > many || !bytes.HasSuffix(got, []byte("\x00\x03\x01xy")) ||
			!bytes.HasPrefix(got, module[:12]) {
			t.Fatalf("%d segments became %d, the memory is the same: %t", many, few,
				bytes.Equal(before, after))
		}
	}
}

func TestOnlyLongRunsOfZerosAreLeftOut(t *testing.T) {
	memory := make([]byte, 1000)
	memory[7], memory[7+leftOut], memory[8+2*leftOut], memory[900] = 1, 2, 3, 4
	var got []uint64
	for _, s := range split(memory) {
		got = append(got, s.at, uint64(len(s.data)))
	}
	if want := []uint64{7, leftOut + 1, 8 + 2*leftOut, 1, 900, 1}; !slices.Equal(got, want) {
		t.Errorf("segments at, of length: %d, want %d", got, want)
	}
}

// nothing changes nothing.
func nothing([]byte) ([]byte, error) { return nil, nil }

func TestOtherModulesAreRefused(t *testing.T) {
	overlap := appendSegments(nil, []segment{{7, []byte{1, 2}}, {8, []byte{3}}})
	for _, c := range []struct {
		module []byte
		want   string
	}{
		{[]byte("\x00asm\x02\x00\x00\x00"), "version 1"},
		{nil, "version 1"},
		{moduleOf(overlap), "do not overlap"},
		{moduleOf([]byte{1, 1, i32Const, 7, endOfAddress, 0}), "constant addresses"},
		{moduleOf([]byte{1, active, 0x23, 0, endOfAddress, 0}), "constant addresses"},
		{moduleOf([]byte{2, active, i32Const, 7, endOfAddress, 1, 5}), "ends within"},
	} {
		if _, err := smaller(c.module, nothing); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%x: %v, want %q", c.module, err, c.want)
		}
	}
	whole := moduleOf(appendSegments(nil, []segment{{7, []byte{1, 2}}}))
	for n := range len(whole) {
		if got, err := smaller(whole[:n], nothing); err == nil && !slices.Equal(got, whole[:n]) {
			t.Errorf("%d of %d bytes are taken for a module", n, len(whole))
		}
	}
}
