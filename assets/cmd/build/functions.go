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

	noTable = 0
	noFact  = 0xffffffff
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
	memory  []byte
	count   int
	names   []byte // each ends with a 0
	nameAt  int    // where they begin in the memory
	tables  []byte // what instructions are about: pairs of a value and how far it reaches
	at      int    // where the list begins in the memory
	list    []byte // for each function its number and its place here, then the functions
	facts   []byte
	factsAt []int  // where they begin, sorted
	find    []byte // the table that finds functions, of which the first word is here in the memory:
	findAt  int
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
	if err := t.check(); err != nil {
		return t, err
	}
	t.factsAt = t.begins()
	return t, nil
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

// begins are the places of all facts, sorted.
func (t functions) begins() (places []int) {
	t.each(func(f []byte, more, facts int) {
		for k := range facts {
			if at := word(f, functionSize+4*(more+k)); at != noFact {
				places = append(places, at)
			}
		}
	})
	slices.Sort(places)
	return slices.Compact(places)
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
// it is one of its own, which a byte keeps: unpack.js makes names of the numbers by it.
func (t functions) forget() {
	t.each(func(f []byte, more, facts int) {
		if bytes.HasPrefix(t.names[word(f, functionName):], []byte(ofRuntime)) {
			f[functionOwn] = 1
		}
		for _, field := range []int{functionName, functionFile, functionLine, functionUnit, functionBegins} {
			setWord(f, field, 0)
		}
		for _, k := range vainTables {
			if k < more {
				setWord(f, functionSize+4*k, noTable)
			}
		}
		for _, k := range vainFacts {
			if k < facts {
				setWord(f, functionSize+4*(more+k), noFact)
			}
		}
	})
	clear(t.names)
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

// table is the table that begins at a place. It ends with a value of 0 that is not the first.
func (t functions) table(at int) (table []byte, err error) {
	for next := at; next < len(t.tables); {
		if t.tables[next] == 0 && next > at {
			return t.tables[at : next+1], nil
		}
		for range 2 { // a value, and how far it reaches
			_, n := binary.Uvarint(t.tables[min(next, len(t.tables)):])
			if n <= 0 {
				return nil, errTables
			}
			next += n
		}
	}
	return nil, errTables
}

// frame is the table of how deep the stack is that begins at a place. Nearly all functions have a frame of one size
// from their first stop on, and a table that ends with the function: as one that never ends, functions share it.
func (t functions) frame(at int) (table []byte, err error) {
	table, err = t.table(at)
	if err != nil {
		return nil, err
	}
	var ranges []int // where in the table the length of each stands
	for at, value := 0, true; at < len(table)-1; value = !value {
		_, n := binary.Uvarint(table[at:])
		if !value {
			ranges = append(ranges, at)
		}
		at += n
	}
	if entry := []byte{2, 1}; len(ranges) == 1 || len(ranges) == 2 && bytes.HasPrefix(table, entry) {
		last := ranges[len(ranges)-1]
		return append(binary.AppendUvarint(slices.Clone(table[:last]), mostBlocks), 0), nil
	}
	return table, nil
}

// mostBlocks is more than a function has.
const mostBlocks = 1<<16 - 1

// fact is the fact that begins at a place. It ends where the next begins, of all that functions had at first.
func (t functions) fact(at int) (fact []byte, err error) {
	i, found := slices.BinarySearch(t.factsAt, at)
	if !found || at >= len(t.facts) {
		return nil, errTables
	}
	end := len(t.facts)
	if i+1 < len(t.factsAt) {
		end = min(end, t.factsAt[i+1])
	}
	return t.facts[at:end], nil
}

// column is where a number of functions stands in each of them, -1 = it has none; of = what it refers to, if it does.
type column struct {
	at func(f []byte, more, facts int) int
	of *layout
}

// columns are all numbers of functions but the one that counts them.
func (t functions) columns(frames, tables, facts *layout) (list []column) {
	for at := functionEntry + 4; at < functionSize; at += 4 {
		c := column{at: func([]byte, int, int) int { return at }}
		if at == functionStack {
			c.of = frames
		}
		list = append(list, c)
	}
	most := 0
	t.each(func(_ []byte, more, facts int) { most = max(most, more, facts) })
	for k := range most {
		list = append(list, column{func(_ []byte, more, _ int) int { return among(k, more, functionSize+4*k) }, tables})
	}
	for k := range most {
		list = append(list, column{func(_ []byte, more, facts int) int {
			return among(k, facts, functionSize+4*(more+k))
		}, facts})
	}
	return list
}

// numbers calls do with each number of a column.
func (t functions) numbers(c column, do func(n int)) {
	t.each(func(f []byte, more, facts int) {
		if at := c.at(f, more, facts); at >= 0 {
			do(word(f, at))
		}
	})
}

// pack brings the list into the order that compresses best: each number of all functions, one after the other, by
// its bytes. What functions refer to has numbers, and lies in their order. What follows from the rest is left out,
// above all the two megabytes of the table that finds functions.
// unpack.js is told by the result, which is for a section of its own, how to undo that.
func (t functions) pack() (section []byte, err error) {
	frames := &layout{content: t.frame, none: noTable, from: 1, align: 1}
	tables := &layout{content: t.table, none: noTable, align: 1}
	facts := &layout{content: t.fact, none: noFact, align: factAlign}
	layouts, columns := []*layout{frames, tables, facts}, t.columns(frames, tables, facts)
	for _, c := range columns {
		if c.of != nil {
			t.numbers(c, func(at int) { err = errors.Join(err, c.of.count(at)) })
		}
	}
	if err != nil {
		return nil, err
	}
	frames.order()
	tables.from = frames.from + len(frames.laid)
	tables.order()
	facts.order()
	var packed []byte
	for _, l := range layouts {
		packed = append(packed, planes(l.sizes)...)
	}
	for _, c := range columns {
		var words []int
		t.numbers(c, func(n int) {
			if c.of != nil {
				n = c.of.number(n)
			}
			words = append(words, n)
		})
		packed = append(packed, planes(words)...)
	}
	if tables.from+len(tables.laid) > len(t.tables) || len(facts.laid) > len(t.facts) || len(packed) > len(t.list) {
		return nil, errTables
	}
	clear(t.tables)
	copy(t.tables[frames.from:], frames.laid)
	copy(t.tables[tables.from:], tables.laid)
	clear(t.facts[copy(t.facts, facts.laid):])
	clear(t.list[copy(t.list, packed):])
	clear(t.find[:4*bucketWords*t.buckets()])
	numbers := []int{t.at, t.count, functionValue, len(packed), t.findAt, t.nameAt}
	for _, l := range layouts {
		numbers = append(numbers, l.from, len(l.sizes), l.shared)
	}
	for _, n := range numbers {
		section = binary.LittleEndian.AppendUint32(section, uint32(n))
	}
	return section, nil
}

// planes are numbers by their bytes: the lowest of all, then the next.
func planes(numbers []int) (bytes []byte) {
	for plane := range 4 {
		for _, n := range numbers {
			bytes = append(bytes, byte(n>>(8*plane)))
		}
	}
	return bytes
}

// factAlign is what the place of a fact is a multiple of.
const factAlign = 4

// layout is an order of what functions refer to, each content once: what several refer to comes first, from what most
// do to what two do, then the rest in the order of the references.
type layout struct {
	content func(at int) ([]byte, error)
	none    int // refers to nothing
	from    int // where the first is to lie
	align   int // of places

	refers   map[string]int // how many references each content has
	contents []string       // as they are laid
	shared   int            // how many of them have several references
	numbers  map[string]int // by content
	laid     []byte
	sizes    []int // of the contents
}

// count takes notice of a reference.
func (l *layout) count(at int) error {
	if at == l.none {
		return nil
	}
	content, err := l.content(at)
	if err != nil {
		return err
	}
	what := string(content)
	if l.refers == nil {
		l.refers = map[string]int{}
	}
	if l.refers[what]++; l.refers[what] == 1 {
		l.contents = append(l.contents, what)
	}
	return nil
}

// order lays everything out once all references are known.
func (l *layout) order() {
	slices.SortStableFunc(l.contents, func(a, b string) int { return l.refers[b] - l.refers[a] })
	l.numbers = map[string]int{}
	for i, what := range l.contents {
		l.numbers[what] = i
		if l.refers[what] > 1 {
			l.shared = i + 1
		}
		from := len(l.laid)
		l.laid = append(l.laid, what...)
		for len(l.laid)%l.align > 0 {
			l.laid = append(l.laid, 0)
		}
		l.sizes = append(l.sizes, len(l.laid)-from)
	}
}

// number is a reference as it is packed: 0 = to nothing, 1 = to the next that has no other, n+2 = to what is laid nth.
func (l *layout) number(at int) int {
	if at == l.none {
		return 0
	}
	content, _ := l.content(at) // count has seen it
	if n := l.numbers[string(content)]; n < l.shared {
		return n + 2
	}
	return 1
}

// among is at if k is one of n, else -1.
func among(k, n, at int) int {
	if k < n {
		return at
	}
	return -1
}
