//go:build !js

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
)

// asGoWrites is the code of a function in the shape of Go's: it goes on where its parameter says, keeps values in a
// frame, notes a program counter, jumps by the table, and leaves if the stack is to be unwound.
func asGoWrites() []byte {
	address := func(k byte) []byte {
		return []byte{opLocalGet, stackLocal, opExtend, opI64Const, k, opI64Add, opWrap}
	}
	counter := appendSigned([]byte{opI64Const}, functionValue<<16+3)
	store := func(block int64, at byte) []byte {
		b := appendSigned([]byte{opLocalGet, stackLocal, opI64Const}, functionValue<<16+block)
		return append(b, opI64Store, 3, at)
	}
	return slices.Concat(
		[]byte{opGlobalGet, 0, opLocalSet, stackLocal, opBlock, noResult, opLoop, noResult,
			opBlock, noResult, opBlock, noResult, opBlock, noResult, opLocalGet, 0, opBrTable, 2, 0, 1, 2, opEnd},
		// Block 0: what it stores it loads again, and jumps to block 2.
		address(16), []byte{opI64Const, 60, opI64Store, 3, 0},
		address(16), []byte{0x29, 3, 0, opLocalSet, 2},
		[]byte{opLocalGet, stackLocal}, counter, []byte{opI64Store, 3, 8},
		address(32), address(16), []byte{0x29, 3, 4, opI64Store, 3, 2},
		address(40), []byte{opLocalTee, 3, opLocalGet, 3, 0x36, 2, 0}, // an address that is a value, too
		[]byte{opLocalGet, 2, opI64Const, 60, 0x51, opIf, noResult, opI32Const, 2, opLocalSet, 0, opBr, 3, opEnd},
		[]byte{opEnd},
		// Block 1 leaves, by way of block 1 itself if it is not the first time.
		[]byte{opLocalGet, stackLocal, opI64Const, 9, opI64Store, 3, 48, opI32Const, 1, opBrIf, 2},
		[]byte{opI32Const, 1, opLocalSet, 0, opBr, 1, opEnd},
		// Block 2, to which three ways lead. A program counter that is stored in an if says nothing of those behind it.
		store(4, 64), store(5, 72), []byte{opLocalGet, 2, opI64Eqz, opIf, noResult}, store(9, 80), []byte{opEnd}, store(6, 88),
		address(56), []byte{opLocalGet, 2, opI64Store, 3, 0, opI32Const, 0, opReturn},
		[]byte{opEnd, opUnreachable, opEnd, opI32Const, 1, opEnd})
}

// moduleOfFunction is a module that exports a function with a local for the stack pointer, one of 64 bits, and one
// of 32; its stack pointer is 1000.
func moduleOfFunction(code []byte) []byte {
	section := func(kind byte, content ...byte) []byte { return appendBytes([]byte{kind}, content) }
	body := append([]byte{3, 1, typeI32, 1, typeI64, 1, typeI32}, code...)
	return slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, 1, 0x60, 1, typeI32, 1, typeI32), section(3, 1, 0), section(5, 1, 0, 1),
		section(6, 1, typeI32, 1, opI32Const, 0xe8, 7, opEnd),
		section(7, slices.Concat([]byte{2, 1, 'f', 0, 0, 1, 'm', 2, 0})...),
		section(sectionCode, append([]byte{1}, appendBytes(nil, body)...)...))
}

// outcome is what a module's function returns for a parameter, and what the memory holds then.
func outcome(t *testing.T, module []byte, parameter uint64) (result uint64, memory []byte) {
	t.Helper()
	r := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigInterpreter())
	defer r.Close(t.Context())
	m, err := r.Instantiate(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	results, err := m.ExportedFunction("f").Call(t.Context(), parameter)
	if err != nil {
		t.Fatal(err)
	}
	memory, _ = m.Memory().Read(0, 65536)
	return results[0], bytes.Clone(memory)
}

func TestAShorterFunctionComputesTheSame(t *testing.T) {
	long := moduleOfFunction(asGoWrites())
	short, err := smaller(long, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if len(short) >= len(long) {
		t.Errorf("%d bytes became %d", len(long), len(short))
	}
	for parameter := range uint64(3) {
		wanted, memory := outcome(t, long, parameter)
		got, after := outcome(t, short, parameter)
		if got != wanted || !bytes.Equal(memory, after) {
			t.Errorf("block %d: %d became %d, the memory is the same: %t", parameter, wanted, got,
				bytes.Equal(memory, after))
		}
		if counter := binary.LittleEndian.Uint64(after[1008:]); parameter == 0 && counter != functionValue<<16+3 {
			t.Errorf("the program counter is %#x", counter)
		}
	}
}

func TestFunctionsThatAreWrittenByHandStayAsTheyAre(t *testing.T) {
	code := append([]byte{opLocalGet, 0, opLocalSet, 1}, asGoWrites()[4:]...)
	module := moduleOfFunction(code)
	got, err := smaller(module, nothing)
	if err != nil || !bytes.Equal(got, module) {
		t.Errorf("%v, the module is the same: %t", err, bytes.Equal(got, module))
	}
}

func TestAJumpElsewhereStaysAsItIs(t *testing.T) {
	code := asGoWrites()
	jump := []byte{opI32Const, 2, opLocalSet, 0, opBr, 3, opEnd}
	away := bytes.Replace(code, jump, []byte{opI32Const, 2, opLocalSet, 0, opBr, 4, opEnd}, 1)
	short, err := smaller(moduleOfFunction(away), nothing)
	if err != nil || !bytes.Contains(short, []byte{opIf, noResult, opI32Const, 2, opLocalSet, 0, opBr, 4, opEnd}) {
		t.Errorf("%v: a jump that leads to no table has changed", err)
	}
}

func TestInstructionsThatGoDoesNotWriteAreRefused(t *testing.T) {
	for _, code := range [][]byte{{0x06, noResult, opEnd}, {0xfd, 0, opEnd}, {opMore, 12, opEnd}} {
		if _, err := smaller(moduleOfFunction(code), nothing); !errors.Is(err, errCode) {
			t.Errorf("%x: %v, want %v", code, err, errCode)
		}
	}
	if _, err := smaller(moduleOfFunction([]byte{opI64Const, 0x80}), nothing); !errors.Is(err, errEnds) {
		t.Errorf("a constant without an end: %v, want %v", err, errEnds)
	}
}
