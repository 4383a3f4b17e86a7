package main

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Go's table of functions, as package runtime has it in pcHeader and _func: what the header begins with on a
// 64-bit machine without alignment, and where its numbers and those of a function stand.
const (
	tablesBegin = "\xf1\xff\xff\xff\x00\x00\x01\x08"

	headerFunctions = 8 * 1 // how many there are
	headerUnits     = 8 * 5 // where stand: the files of each package,
	headerFiles     = 8 * 6 // the names of files,
	headerTables    = 8 * 7 // the tables,
	headerList      = 8 * 8 // the functions
	headerSize      = 8 * 9

	functionStack  = 4 * 4 // its table of how deep the stack is,
	functionFile   = 4 * 5 // of files,
	functionLine   = 4 * 6 // of lines,
	functionMore   = 4 * 7 // and how many others there are, which stand behind the rest
	functionUnit   = 4 * 8
	functionBegins = 4 * 9 // in this line
	functionSize   = 4 * 11
)

var errTables = errors.New("the table of functions is not as Go 1.26 writes it")

// forgetLines takes from a program's memory what tells the line of a source file for each instruction: a stack
// trace then has functions and addresses, with ? for the file. What goes is a twelfth of the page's program
// after compression. The runtime takes a table at 0 for one that there is not; what no other table shares is
// set to 0.
func forgetLines(memory []byte) error {
	at := bytes.Index(memory, []byte(tablesBegin))
	if at < 0 || len(memory)-at < headerSize {
		return errTables
	}
	t := functions{memory: memory[at:]}
	list, units, files, tables := t.word(headerList), t.word(headerUnits), t.word(headerFiles), t.word(headerTables)
	if !(units < files && files < tables && tables < list && list < len(t.memory)) {
		return errTables
	}
	t.tables, t.list = t.memory[tables:list], t.memory[list:]
	if err := t.forget(t.word(headerFunctions)); err != nil {
		return err
	}
	clear(t.memory[units:tables])
	return nil
}

// functions is Go's table of functions within a memory.
type functions struct {
	memory []byte
	tables []byte // what instructions are about: pairs of a value and how far it reaches
	list   []byte // for each function its first instruction and its place here, then the functions
}

func (t functions) word(at int) int { return int(binary.LittleEndian.Uint64(t.memory[at:])) }

// forget clears what only lines need, of so many functions.
func (t functions) forget(count int) error {
	needed := make([]bool, len(t.tables))
	for i := range count {
		if len(t.list) < 8*i+8 {
			return errTables
		}
		f := binary.LittleEndian.Uint32(t.list[8*i+4:])
		if uint64(f)+functionSize > uint64(len(t.list)) {
			return errTables
		}
		if !t.need(needed, t.list[f:]) {
			return errTables
		}
		for _, field := range []int{functionFile, functionLine, functionUnit, functionBegins} {
			clear(t.list[int(f)+field:][:4])
		}
	}
	for i := range t.tables {
		if !needed[i] {
			t.tables[i] = 0
		}
	}
	return nil
}

// need marks the tables that a function needs for other things than lines; false = it cannot be one.
func (t functions) need(needed []bool, function []byte) bool {
	more := binary.LittleEndian.Uint32(function[functionMore:])
	if more > 16 || len(function) < functionSize+4*int(more) {
		return false
	}
	ok := t.needTable(needed, binary.LittleEndian.Uint32(function[functionStack:]))
	for i := range more {
		ok = ok && t.needTable(needed, binary.LittleEndian.Uint32(function[functionSize+4*i:]))
	}
	return ok
}

// needTable marks a table, which ends with a value of 0 that is not the first; false = it does not end.
func (t functions) needTable(needed []bool, at uint32) bool {
	if at == 0 {
		return true // there is none
	}
	for next := int(at); next < len(t.tables); {
		if t.tables[next] == 0 && next > int(at) {
			needed[next] = true
			return true
		}
		for range 2 { // a value, and how far it reaches
			_, n := binary.Uvarint(t.tables[min(next, len(t.tables)):])
			if n <= 0 {
				return false
			}
			for i := next; i < next+n; i++ {
				needed[i] = true
			}
			next += n
		}
	}
	return false
}
