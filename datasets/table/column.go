package table

import (
	"math"
	"runtime"
	"strconv"
	"time"

	"cosinelab/datasets/found"
)

// Column is one column of a table.
type Column struct {
	found.Column
	Values []float64 // one a row, NaN where missing; of a column with text only NaN
	Words  []Word    // the spellings in it, if there are at most mostWords; nil = more
	Codes  []uint8   // which of Words stands in each row; nil where Words is

	asked    bool      // its role was given
	units    []Word    // behind its numbers
	measures []float64 // the numbers with a unit, one a row, NaN elsewhere; nil = there are none
	stamps   []int64
	swapped  []int64
	ways     [3]int // how many stamps allow which way
	dates    int    // stamps with a date
	clocks   int    // stamps with a time of day
	longs    int    // stamps with more hours than a day has
	zoned    int    // stamps that name a zone
	zone     int64  // of the first
	offsets  bool   // they name several
	count    [classText + 1]int
	odd      oddity // the first text
	texts    []Word // the spellings of text, if there are at most mostTexts; nil = more, or none
	bad      oddity // the first number that no channel can hold
}

// Word is a spelling in a column.
type Word struct {
	Text  string
	Count int
	row   int // where it first stands
}

// oddity is a cell that may be an error.
type oddity struct {
	text string
	row  int
	err  error
}

// mostWords is how many spellings a column keeps: labels and classes have fewer, numbers more.
const mostWords = 64

// rows that have no time.
const noStamp = math.MinInt64

// builder takes the cells of a column, row by row.
type builder struct {
	c        Column
	decimal  byte
	dates    string // their order, of found.DateOrders; empty = as it looks
	values   growing[float64]
	codes    growing[uint8]
	stamps   growing[int64]
	swapped  growing[int64]
	measures growing[float64]
	index    map[string]uint8 // of Words; nil = there are too many
	last     float64          // item of an array, with its spelling
	spelt    []byte
	// text has more spellings than are kept
	manyTexts bool
}

func newBuilder(name string, place int, decimal byte) *builder {
	b := &builder{decimal: decimal, index: map[string]uint8{}}
	b.c.Name, b.c.Place = name, place
	return b
}

// add takes the cell of the next row.
func (b *builder) add(cell []byte) {
	cell = trim(cell)
	row := b.values.n
	b.word(cell, row)
	c, x := classMissing, math.NaN()
	if plain, ok := plainNumber(cell, b.decimal); ok {
		c, x = classNumber, plain
	} else if !isMissing(cell) {
		c, x = b.class(cell, row)
	}
	if b.c.count[c]++; c != classStamp && b.stamps.n > 0 {
		b.stamps.add(noStamp)
		b.swapped.add(noStamp)
	}
	if b.values.add(x); b.measures.n > 0 && b.measures.n < b.values.n {
		b.measures.add(math.NaN())
	}
}

// class reads a cell that is not missing.
func (b *builder) class(cell []byte, row int) (class, float64) {
	if x, ok := number(cell, b.decimal); ok {
		if err := usable(x, cell); err != nil && b.c.bad.err == nil {
			b.c.bad = oddity{"", row, err}
		}
		return classNumber, x
	}
	if x, ok := truth(cell); ok {
		return classTruth, x
	}
	if b.c.count[classText] == 0 || b.c.count[classStamp] > 0 {
		if s, ok := parseStamp(cell, b.dates); ok {
			b.stamp(s, row)
			return classStamp, math.NaN()
		}
	}
	if b.c.count[classText] == 0 {
		b.c.odd = oddity{text: Short(string(cell)), row: row}
	}
	if x, unit, ok := measured(cell, b.decimal); ok {
		b.measure(x, unit, row)
	} else {
		b.text(cell, row)
	}
	return classText, math.NaN()
}

// mostTexts is how many spellings of text a column of numbers keeps: what stands for a missing number has few.
const mostTexts = 16

// text counts a spelling of text.
func (b *builder) text(cell []byte, row int) {
	if b.manyTexts {
		return
	}
	for i := range b.c.texts {
		if b.c.texts[i].Text == string(cell) {
			b.c.texts[i].Count++
			return
		}
	}
	if len(b.c.texts) == mostTexts || len(cell) > 200 {
		b.c.texts, b.manyTexts = nil, true
		return
	}
	b.c.texts = append(b.c.texts, Word{Text: string(cell), Count: 1, row: row})
}

// stamp keeps a time; rows before the first have none.
func (b *builder) stamp(s stamp, row int) {
	for b.stamps.n < row {
		b.stamps.add(noStamp)
		b.swapped.add(noStamp)
	}
	b.stamps.add(s.ns)
	b.swapped.add(s.swapped)
	b.c.ways[s.only]++
	if s.zoned {
		if b.c.zoned++; b.c.zoned == 1 {
			b.c.zone = s.zone
		}
		b.c.offsets = b.c.offsets || s.zone != b.c.zone
	}
	if s.date {
		b.c.dates++
	}
	if s.long {
		b.c.longs++
	}
	if s.clock {
		b.c.clocks++
	}
}

// word counts a spelling.
func (b *builder) word(cell []byte, row int) {
	if b.index == nil {
		return
	}
	code, known := b.index[string(cell)]
	if !known {
		if len(b.index) == mostWords || len(cell) > 200 {
			b.index, b.c.Words, b.codes = nil, nil, growing[uint8]{}
			return
		}
		code = uint8(len(b.index))
		text := string(cell)
		b.index[text] = code
		b.c.Words = append(b.c.Words, Word{Text: text, row: row})
	}
	b.c.Words[code].Count++
	b.codes.add(code)
}

// mostGarbage is how many bytes of blocks may wait to be collected.
const mostGarbage = 32 << 20

// finished turns builders into columns, and leaves none of them.
func finished(builders []*builder) (columns []*Column) {
	freed := 0
	for i, b := range builders {
		columns = append(columns, b.column())
		builders[i] = nil
		if freed += 8 * len(columns[i].Values); freed > mostGarbage {
			runtime.GC() // else the blocks of all columns would lie beside the columns: twice the data
			freed = 0
		}
	}
	return columns
}

// column is what was taken.
func (b *builder) column() *Column {
	c := &b.c
	c.Values = b.values.all()
	if b.measures.n > 0 {
		c.measures = b.measures.all()
	}
	c.Codes, c.stamps, c.swapped = b.codes.all(), b.stamps.all(), b.swapped.all()
	if b.index == nil {
		c.Codes = nil
	}
	if len(c.stamps) == 0 {
		c.stamps, c.swapped = nil, nil
	}
	c.Missing = c.count[classMissing]
	return c
}

// Number writes a number of a table as people do: with an exponent only where it is far from 1.
func Number(x float64) string {
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e15) {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// Text is what stands in a row, as far as it is a number, a time, or one of few spellings.
func (c *Column) Text(row int) string {
	switch x := c.Values[row]; {
	case x == x:
		return Number(x)
	case c.stamps != nil && c.stamps[row] != noStamp:
		return c.clockText(c.stamps[row])
	case c.Codes != nil:
		return c.Words[c.Codes[row]].Text
	}
	return ""
}

// clockText is a time by the clock of the zone that the first time of the column names, if it names one.
func (c *Column) clockText(ns int64) string {
	if c.dates == 0 && c.clocks > 0 && ns >= 0 && ns < 10000*hour {
		return undatedText(undated + ns)
	}
	if c.zoned == 0 {
		return Axis{Clock: true, Unit: 1}.Text(ns)
	}
	return time.Unix(0, ns).In(time.FixedZone("", int(c.zone/second))).Format("2006-01-02 15:04:05.999999999 -07:00")
}

// filled is the number of cells that hold something.
func (c *Column) filled() int { return len(c.Values) - c.count[classMissing] }

// numeric reports whether every cell that is there is a number, or true or false.
func (c *Column) numeric() bool {
	return c.filled() > 0 && c.count[classNumber]+c.count[classTruth] == c.filled()
}

// timed reports whether every cell that is there is a time in words.
func (c *Column) timed() bool { return c.filled() > 0 && c.count[classStamp] == c.filled() }

// Timed reports whether every cell is a time in words.
func (c *Column) Timed() bool { return c.timed() }

// Texts reports whether no cell is a number, or true or false.
func (c *Column) Texts() bool { return c.count[classNumber]+c.count[classTruth] == 0 }

// Offsets reports whether times are of several offsets from UTC.
func (c *Column) Offsets() bool { return c.offsets }

// Stamp is the time in a row of a column of times; Missing tells where there is none.
func (c *Column) Stamp(row int) int64 { return c.stamps[row] }

// wordy reports whether more cells are text, or times, than numbers.
func (c *Column) wordy() bool {
	return 2*(c.count[classText]+c.count[classStamp]) > c.filled()
}

// distinct are the spellings that are not missing; nil = too many.
func (c *Column) distinct() (words []Word) {
	for _, w := range c.Words {
		if !isMissing([]byte(w.Text)) {
			words = append(words, w)
		}
	}
	return words
}

// levels are the numbers in a column of few, each with its count; nil = many, or other things beside numbers.
func (c *Column) levels() map[float64]int {
	if c.Words == nil || !c.numeric() {
		return nil
	}
	out := map[float64]int{}
	for _, w := range c.distinct() {
		out[c.Values[w.row]] += w.Count
	}
	return out
}

// motion says how the numbers of a column follow one another.
type motion struct {
	n          int // steps between rows that both hold a number
	up, down   int // steps that rise, fall
	usual      int // steps of the same size as the first
	step       float64
	whole      bool // only whole numbers
	least, top float64
}

func motionOf(values []float64) (m motion) {
	m.whole, m.least, m.top = true, math.Inf(1), math.Inf(-1)
	last := math.NaN()
	for _, x := range values {
		if x != x {
			continue
		}
		m.whole = m.whole && x == math.Trunc(x)
		m.least, m.top = min(m.least, x), max(m.top, x)
		if last == last {
			d := x - last
			if m.n == 0 {
				m.step = d
			}
			m.n++
			switch {
			case d > 0:
				m.up++
			case d < 0:
				m.down++
			}
			if math.Abs(d-m.step) <= 1e-6*math.Abs(m.step)+1e-12*math.Abs(x) {
				m.usual++
			}
		}
		last = x
	}
	return m
}

// steady reports whether every row lies the same step behind the one before it.
func (m motion) steady() bool { return m.n > 0 && m.step != 0 && m.usual == m.n }

// strict reports whether every row lies on the same side of the one before it.
func (m motion) strict() bool { return m.n > 0 && (m.up == m.n || m.down == m.n) }

// mostly reports whether nearly every row does.
func (m motion) mostly() bool { return m.n > 1 && 20*max(m.up, m.down) >= 19*m.n }
