//go:build !js

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// Go's table of functions, as package runtime has it in pcHeader, moduledata and _func: what the header begins
// with on a 64-bit machine without alignment, and where its numbers and those of the others stand.
const (
	tablesBegin = "\xf1\xff\xff\xff\x00\x00\x01\x08"

	headerFunctions = 8 * 1 // how many there are
	headerNames     = 8 * 4 // where stand: the names of functions,
	headerUnits     = 8 * 5 // the files of each package,
	headerFiles     = 8 * 6 // the names of files,
	headerTables    = 8 * 7 // the tables,
	headerList      = 8 * 8 // the functions
	headerSize      = 8 * 9

	moduleNames = 8 * 1 // where a module's names of functions are,
	moduleFind  = 8 * 19
	moduleData  = 8 * 24 // behind what moduleFind begins
	moduleFacts = 8 * 40 // what is known of functions
	moduleSize  = 8 * 41

	functionEntry  = 4 * 0
	functionName   = 4 * 1
	functionStack  = 4 * 4 // its table of how deep the stack is,
	functionFile   = 4 * 5 // of files,
	functionLine   = 4 * 6 // of lines,
	functionMore   = 4 * 7 // and how many others there are, which stand behind the rest
	functionUnit   = 4 * 8
	functionBegins = 4 * 9    // in this line
	functionOwn    = 4*11 - 2 // a byte that nothing uses
	functionFacts  = 4*11 - 1 // how many facts are known of it, which stand behind those tables
	functionSize   = 4 * 11

	noFact = 0xffffffff
)

// Tables and facts of a function that nothing but stack traces, a debugger and the execution tracer look at: what
// was copied into it from other functions, its arguments, and where it could be stopped by a signal, of which
// there are none here.
var (
	vainTables = []int{0, 2, 3}
	vainFacts  = []int{3, 5, 6, 7}
)

// Where the program counters of a function lie, there are so many buckets of so many words each in the table that
// finds the function of a program counter.
const (
	bucketsEach = 16
	bucketWords = 5
)

var errTables = errors.New("the table of functions is not as Go 1.26 writes it")

// functions is Go's table of functions within a memory.
type functions struct {
	memory []byte
	count  int
	names  []byte // each ends with a 0
	nameAt int    // where they begin in the memory
	tables []byte // what instructions are about: pairs of a value and how far it reaches
	at     int    // where the list begins in the memory
	list   []byte // for each function its number and its place here, then the functions
	facts  []byte
	find   []byte // the table that finds functions, of which the first word is here in the memory:
	findAt int
}

// functionsOf finds the table in a memory.
func functionsOf(memory []byte) (t functions, err error) {
	at := bytes.Index(memory, []byte(tablesBegin))
	if at < 0 || len(memory)-at < headerSize {
		return t, errTables
	}
	word := func(from, i int) int { return int(binary.LittleEndian.Uint64(memory[from+i:])) }
	names, units, files := word(at, headerNames), word(at, headerUnits), word(at, headerFiles)
	tables, list := word(at, headerTables), word(at, headerList)
	places := []int{headerSize, names, units, files, tables, list, len(memory) - at}
	if !slices.IsSorted(places) {
		return t, errTables
	}
	module := bytes.Index(memory, binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil,
		uint64(at)), uint64(at+names)))
	if module < 0 || len(memory)-module < moduleSize {
		return t, errTables
	}
	facts, find, data := word(module, moduleFacts), word(module, moduleFind), word(module, moduleData)
	if !slices.IsSorted([]int{at + list, facts, find, data, len(memory)}) {
		return t, errTables
	}
	t = functions{memory: memory, count: word(at, headerFunctions), names: memory[at+names : at+units],
		nameAt: at + names, tables: memory[at+tables : at+list], at: at + list, list: memory[at+list : facts], facts: memory[facts:find], find: memory[find:data],
		findAt: find}
	clear(memory[at+units : at+tables])
	return t, t.check()
}

// check checks that functions lie one behind the other behind the table of their places.
func (t functions) check() error {
	next := t.first()
	if t.count < 1 || t.count > len(t.list)/8 || next > len(t.list) {
		return errTables
	}
	for i := range t.count {
		if len(t.list)-next < functionSize || word(t.list, 8*i) != functionValue+i ||
			word(t.list, 8*i+4) != next || word(t.list, next+functionName) >= len(t.names) {
			return errTables
		}
		f := t.list[next:]
		more, facts := word(f, functionMore), int(f[functionFacts])
		if more > 16 || len(f) < functionSize+4*(more+facts) || word(f, functionEntry) != functionValue+i {
			return errTables
		}
		next = aligned(next + functionSize + 4*(more+facts))
	}
	if word(t.list, 8*t.count) != functionValue+t.count || len(t.find) < 4*bucketWords*t.buckets() {
		return errTables
	}
	for b := range t.buckets() {
		bucket := t.find[4*bucketWords*b:][:4*bucketWords]
		if word(bucket, 0) != b/bucketsEach || slices.Max(bucket[4:]) != 0 {
			return errTables
		}
	}
	return nil
}

// word is a number of 32 bits.
func word(from []byte, at int) int { return int(binary.LittleEndian.Uint32(from[at:])) }

func setWord(to []byte, at, n int) { binary.LittleEndian.PutUint32(to[at:], uint32(n)) }

// aligned is where the next function begins.
func aligned(at int) int { return (at + 7) &^ 7 }

// first is where the first function begins: behind a number and a place for each, and the number behind the last.
func (t functions) first() int { return aligned(8*t.count + 4) }

// buckets is how many there are of all functions but the last, which has one that is cut off.
func (t functions) buckets() int { return bucketsEach * (t.count - 1) }

// each calls do with every function.
func (t functions) each(do func(f []byte, more, facts int)) {
	for i := range t.count {
		f := t.list[word(t.list, 8*i+4):]
		do(f, word(f, functionMore), int(f[functionFacts]))
	}
}

// forget takes from a program's memory what only stack traces tell: the names of functions, the line of a source
// file for each instruction, arguments, and functions that were copied into others. A trace then has functions by
// number, which listed names, and addresses, with ? for the file. What the runtime itself asks of a name is whether
// it is one of its own, which a byte keeps: unpack.js makes names of the numbers by it. The runtime takes a table at 0 for one that there is not; what nothing else shares is set
// to 0.
func (t functions) forget() error {
	needed, ok := make([]bool, len(t.tables)), true
	t.each(func(f []byte, more, _ int) {
		if bytes.HasPrefix(t.names[word(f, functionName):], []byte(ofRuntime)) {
			f[functionOwn] = 1
		}
		for _, field := range []int{functionName, functionFile, functionLine, functionUnit, functionBegins} {
			setWord(f, field, 0)
		}
		for _, k := range vainTables {
			if k < more {
				setWord(f, functionSize+4*k, 0)
			}
		}
		ok = ok && t.needTable(needed, word(f, functionStack))
		for k := range more {
			ok = ok && t.needTable(needed, word(f, functionSize+4*k))
		}
	})
	if !ok {
		return errTables
	}
	clear(t.names)
	for i := range t.tables {
		if !needed[i] {
			t.tables[i] = 0
		}
	}
	return t.forgetFacts()
}

// ofRuntime begins the names of the runtime's functions.
const ofRuntime = "runtime."

// listed returns the names of all functions, a line each, in the order of their numbers.
func (t functions) listed() (lines []byte) {
	t.each(func(f []byte, _, _ int) {
		name, _, _ := bytes.Cut(t.names[word(f, functionName):], []byte{0})
		lines = append(append(lines, name...), '\n')
	})
	return lines
}

// needTable marks a table, which ends with a value of 0 that is not the first; false = it does not end.
func (t functions) needTable(needed []bool, at int) bool {
	if at == 0 {
		return true // there is none
	}
	for next := at; next < len(t.tables); {
		if t.tables[next] == 0 && next > at {
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

// forgetFacts clears facts that nothing looks at. A fact ends where the next begins.
func (t functions) forgetFacts() error {
	needed := map[int]bool{} // by where it begins
	t.each(func(f []byte, more, facts int) {
		for k := range facts {
			at := functionSize + 4*(more+k)
			begin := word(f, at)
			if begin == noFact {
				continue
			}
			vain := slices.Contains(vainFacts, k)
			needed[begin] = needed[begin] || !vain
			if vain {
				setWord(f, at, noFact)
			}
		}
	})
	begins := make([]int, 0, len(needed))
	for begin := range needed {
		begins = append(begins, begin)
	}
	slices.Sort(begins)
	for i, begin := range begins[:max(len(begins)-1, 0)] {
		end := begins[i+1]
		if end > len(t.facts) {
			return errTables
		}
		if !needed[begin] {
			clear(t.facts[begin:end])
		}
	}
	return nil
}

// pack brings the list into the order that compresses best: each number of all functions, one after the other.
// What follows from the rest is left out, above all the two megabytes of the table that finds functions.
// unpack.js is told by the result, which is for a section of its own, how to undo that.
func (t functions) pack() (section []byte) {
	var packed []byte
	column := func(number func(f []byte, more, facts int) int) {
		t.each(func(f []byte, more, facts int) {
			if at := number(f, more, facts); at >= 0 {
				packed = append(packed, f[at:at+4]...)
			}
		})
	}
	for at := functionEntry + 4; at < functionSize; at += 4 {
		column(func([]byte, int, int) int { return at })
	}
	most := 0
	t.each(func(_ []byte, more, facts int) { most = max(most, more, facts) })
	for k := range most {
		column(func(_ []byte, more, _ int) int { return among(k, more, functionSize+4*k) })
	}
	for k := range most {
		column(func(_ []byte, more, facts int) int { return among(k, facts, functionSize+4*(more+k)) })
	}
	clear(t.list)
	copy(t.list, packed)
	clear(t.find[:4*bucketWords*t.buckets()])
	for _, n := range []int{t.at, t.count, functionValue, len(packed), t.findAt, t.nameAt} {
		section = binary.LittleEndian.AppendUint32(section, uint32(n))
	}
	return section
}

// among is at if k is one of n, else -1.
func among(k, n, at int) int {
	if k < n {
		return at
	}
	return -1
}
