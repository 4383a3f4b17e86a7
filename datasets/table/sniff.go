package table

import (
	"bytes"
	"slices"
	"strings"

	"cosinelab/datasets/found"

	"cosinelab/datasets/fault"
)

// Format is how a text is written.
type Format struct {
	Comma    byte   // between cells; a space = runs of spaces
	Decimal  byte   // point or comma
	Encoding string // empty = UTF-8
	Header   bool   // the first row holds names
	strict   bool   // a lone group of three digits is no number: it may be decimals
	Dates    string // order of dates in numbers, of found.DateOrders; empty = as it looks
}

// sampled is how many lines tell the format.
const sampled = 100

// linesOf returns the first lines of a sample that are not blank, without the last one where it may be cut.
func linesOf(sample []byte, whole bool) (lines [][]byte) {
	all := bytes.Split(sample, []byte("\n"))
	if len(all) > 1 && !whole {
		all = all[:len(all)-1]
	}
	for _, line := range all {
		line = bytes.TrimRight(line, "\r")
		if len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, line)
		}
		if len(lines) == sampled {
			break
		}
	}
	return lines
}

// candidates are the separators, the likelier first: the comma may also be a decimal sign, and spaces stand
// within names and times.
var candidates = []byte("\t;|,")

// separator returns what splits every line into the same number of cells, of which most are readable.
func separator(lines [][]byte) byte {
	if oneOfDecimals(lines) {
		return ';' // which stands nowhere
	}
	sep, _ := parting(lines)
	return sep
}

// parting is the separator with the number of cells that it gives every line; 0 = none parts them evenly.
func parting(lines [][]byte) (best byte, cells int) {
	best, most := byte(','), 0.0
	for _, sep := range append(candidates, spaces) {
		n := evenly(lines, sep)
		if n < 2 {
			continue
		}
		share := readable(lines, sep, n)
		if sep == spaces && cells > 0 && (n < cells && share < 1-1e-9 || len(cellsOf(lines[0], sep)) != n) {
			continue // they stand within times, between columns of text
		}
		if share > most+1e-9 {
			best, cells, most = sep, n, share
		}
	}
	return best, cells
}

// oneOfDecimals reports whether the lines are one column of numbers with decimal commas: each has one comma
// between digits, and the first is a name without any, or some digits behind a comma begin as only decimals do.
func oneOfDecimals(lines [][]byte) bool {
	named, decimals := false, 0
	for i, line := range lines {
		before, after, has := bytes.Cut(trim(line), []byte{','})
		if !has {
			if i == 0 && classOf(before, '.') == classText && len(lines) > 1 {
				named = true
				continue
			}
			if classOf(before, '.') == classMissing || classOf(before, '.') == classNumber && bytes.IndexByte(before, '.') < 0 {
				continue
			}
			return false
		}
		if !digits(bytes.TrimLeft(before, "+-")) || !digits(after) {
			return false
		}
		if len(after) > 1 && after[0] == '0' || bytes.HasPrefix(before, []byte("-0")) {
			decimals++
		}
	}
	return decimals > 0 || named && bytes.Count(bytes.Join(lines, nil), []byte{','}) > 0
}

// digits reports whether a text is nothing but digits, and has some.
func digits(text []byte) bool {
	return len(text) > 0 && len(bytes.Trim(text, "0123456789")) == 0
}

// preamble is how many of the lines come before the table: titles, or else others that fit neither the names of its
// columns nor its rows, which is unsure.
func preamble(lines [][]byte) (n int, unsure bool) {
	if n := titles(lines); n > 0 {
		return n, false
	}
	if oneOfDecimals(lines) {
		return 0, false
	}
	n = before(lines)
	return n, n > 0
}

// mostTitles is how many titles before a table may be passed over.
const mostTitles = 10

// titles is how many of the lines are titles, of at most half as many cells as the rows below have, and no numbers
// among several.
func titles(lines [][]byte) int {
	if oneOfDecimals(lines) {
		return 0
	}
	for k := 0; k <= mostTitles && k+2 <= len(lines); k++ {
		rest := lines[k:]
		sep, n := parting(rest)
		switch {
		case n < 2:
			continue
		case !areTitles(lines[:k], sep, n):
			return 0
		case areTitles(rest[:1], sep, n) && belowTitles(rest[1:], sep, n):
			continue // the line above the names of columns, as merged cells leave it
		}
		return k
	}
	return 0
}

// belowTitles reports whether lines begin with names of columns above other things, or with more titles above such.
func belowTitles(lines [][]byte, sep byte, n int) bool {
	for ; len(lines) > 2; lines = lines[1:] {
		if names := texts(lines[0], sep); names > n/2 {
			return texts(lines[1], sep) < names
		}
		if !areTitles(lines[:1], sep, n) {
			return false
		}
	}
	return false
}

// areTitles reports whether lines are titles above rows of n cells.
func areTitles(lines [][]byte, sep byte, n int) bool {
	for _, line := range lines {
		filled := 0
		for _, cell := range cellsOf(line, sep) {
			if cell = trim(cell); len(cell) == 0 {
				continue
			}
			if filled++; classOf(cell, '.') == classNumber {
				return false
			}
		}
		if filled > n/2 {
			return false
		}
	}
	return true
}

// texts is how many cells of a line are words.
func texts(line []byte, sep byte) (n int) {
	for _, cell := range cellsOf(line, sep) {
		if classOf(trim(bytes.Trim(trim(cell), `"`)), '.') == classText {
			n++
		}
	}
	return n
}

// cellsOf splits a line by itself.
func cellsOf(line []byte, sep byte) [][]byte {
	if sep == spaces {
		return splitSpaces(line, nil)
	}
	var cells [][]byte
	quoted, from := false, 0
	for i, b := range line {
		if b == '"' {
			quoted = !quoted
		} else if b == sep && !quoted {
			cells, from = append(cells, line[from:i]), i+1
		}
	}
	return append(cells, line[from:])
}

// evenly is the number of cells that a separator gives every line; 0 = not the same number. The first line
// may have a separator more at its end, or a name less where rows begin with their own.
func evenly(lines [][]byte, sep byte) int {
	if len(lines) == 0 {
		return 0
	}
	n := len(cellsOf(lines[len(lines)-1], sep))
	for i, line := range lines {
		cells := cellsOf(line, sep)
		switch got := len(cells); {
		case got == n:
		case i == 0 && got == n+1 && len(bytes.TrimSpace(cells[n])) == 0:
		case i == 0 && got == n-1 && (sep == spaces || sep == '\t' || endsWith(lines[1:], sep)):
		default:
			return 0
		}
	}
	return n
}

// endsWith reports whether every line ends with the separator.
func endsWith(lines [][]byte, sep byte) bool {
	for _, line := range lines {
		if !bytes.HasSuffix(bytes.TrimRight(line, " "), []byte{sep}) {
			return false
		}
	}
	return true
}

// readable is the share of the cells below the first line that are numbers, times, truths or missing.
func readable(lines [][]byte, sep byte, columns int) float64 {
	if len(lines) > 1 {
		lines = lines[1:]
	}
	good, all := 0, 0
	for _, line := range lines {
		for _, cell := range cellsOf(line, sep) {
			all++
			comma := sep != ',' || bytes.HasPrefix(trim(cell), []byte{'"'}) // it may be a decimal sign
			if cell = trim(bytes.Trim(trim(cell), `"`)); valueClass(cell, '.') != classText ||
				comma && valueClass(cell, ',') != classText {
				good++
			}
		}
	}
	return (1 + float64(good)) / (1 + float64(all))
}

// class is what a cell looks like.
type class int

const (
	classMissing class = iota
	classNumber
	classTruth
	classStamp
	classText
)

func classOf(cell []byte, decimal byte) class {
	if isMissing(cell) {
		return classMissing
	}
	if _, ok := number(cell, decimal); ok {
		return classNumber
	}
	if _, ok := truth(cell); ok {
		return classTruth
	}
	if _, ok := parseStamp(cell, ""); ok {
		return classStamp
	}
	return classText
}

// decimalMark tells the decimal mark of a text from its cells; doubt = the sign before what may be decimals or groups
// of three digits; 0 = none. Where semicolons part the cells and dates are 31.12.2024, points part groups.
func decimalMark(lines [][]byte, sep byte) (mark, doubt byte) {
	var only, point, last, grouped, groupedPoints, dotted int
	for _, line := range lines {
		for _, cell := range cellsOf(line, sep) {
			cell = bare(trim(bytes.Trim(trim(cell), `"`)))
			comma, dot := bytes.LastIndexByte(cell, ','), bytes.LastIndexByte(cell, '.')
			if classOf(cell, '.') == classStamp {
				if dot > 0 && bytes.Count(cell, []byte{'.'}) == 2 {
					dotted++
				}
				continue
			}
			if classOf(cell, '.')+classOf(cell, ',') == 2*classText {
				continue
			}
			switch {
			case comma < 0 && dot < 0:
			case comma < 0:
				point++
				if _, ok := ungrouped(cell, ','); ok && cell[0] != '0' {
					groupedPoints++
				}
			case dot > comma:
				point += 2
			case dot >= 0:
				last++
			default:
				only++
				if _, ok := ungrouped(cell, '.'); ok && cell[0] != '0' {
					grouped++
				}
			}
		}
	}
	switch {
	case last > 0 && point == 0:
		return ',', 0
	case only == 0 && sep == ';' && point > 0 && point == groupedPoints:
		if dotted > 0 {
			return ',', '.'
		}
		return '.', '.'
	case only == 0 || point > 0:
		return '.', 0
	case only == grouped:
		if sep == ',' {
			return '.', ','
		}
		return ',', ','
	}
	return ',', 0
}

// firstRows are the rows by which the header is told.
type firstRows struct {
	cells [][]string
	lines []int
	blank []int // blank lines before each
}

// header decides whether the first row holds names; unsure = it may be the other way.
func (f firstRows) header(decimal byte) (header, unsure bool) {
	first, rest := f.cells[0], f.cells[1:]
	var numbers, texts, others int
	for i, cell := range first {
		below := classBelow(rest, i, decimal)
		switch c := classOf([]byte(strings.TrimSpace(cell)), decimal); {
		case c == classText && below != classText:
			return true, false
		case c == classText:
			texts++
		case c == classNumber:
			numbers++
		case c != classMissing:
			others++
		}
	}
	if numbers == 0 && others == 0 && texts > 0 {
		return len(rest) == 0 || !repeated(first, rest), false
	}
	if numbers > 0 && others == 0 {
		return numbersAsNames(first, rest, decimal)
	}
	return false, false
}

// classBelow is what the cells of a column look like, missing ones aside; text where they differ.
func classBelow(rest [][]string, i int, decimal byte) class {
	out := classMissing
	texts, all := 0, 0
	for _, row := range rest {
		if i >= len(row) {
			continue
		}
		switch c := valueClass([]byte(strings.TrimSpace(row[i])), decimal); c {
		case classMissing:
		case classText:
			texts++
			all++
		default:
			out = c
			all++
		}
	}
	if 2*texts > all {
		return classText
	}
	return out
}

// repeated reports whether a cell of the first row occurs below it, as values do and names do not.
func repeated(first []string, rest [][]string) bool {
	for _, row := range rest {
		for i, cell := range row {
			if i < len(first) && cell == first[i] {
				return true
			}
		}
	}
	return false
}

// numbersAsNames decides about a first row of numbers. Data frames number their columns from 0, under an
// empty cell where there is an index; a series without a name is called 0.
func numbersAsNames(first []string, rest [][]string, decimal byte) (header, unsure bool) {
	var at []int
	for i, cell := range first {
		if strings.TrimSpace(cell) != "" {
			at = append(at, i)
		}
	}
	start, ok := whole(first[at[0]])
	if !ok || start > 1 && len(at) < 3 || len(rest) == 0 {
		return false, false
	}
	fractions, same := 0, false
	for k, i := range at {
		n, ok := whole(first[i])
		if !ok || n != start+k {
			return false, false
		}
		for _, row := range rest {
			if i < len(row) {
				cell := strings.TrimSpace(row[i])
				same = same || cell == strings.TrimSpace(first[i])
				if _, plain := whole(cell); !plain && classOf([]byte(cell), decimal) == classNumber {
					fractions++
				}
			}
		}
	}
	switch indexed := at[0] > 0; {
	case indexed:
		return true, false
	case len(at) == 1 && start != 0, len(at) < 3 && start == 1:
		return false, false
	case len(at) > 1 && fractions > 0 && start == 0:
		return true, false
	case fractions > 0:
		return !same || len(at) > 2, true
	}
	return len(at) > 2 && start == 0 && !same, true
}

// whole reads a cell that is a short natural number and nothing else.
func whole(cell string) (n int, ok bool) {
	cell = strings.TrimSpace(cell)
	if len(cell) == 0 || len(cell) > 6 || len(cell) > 1 && cell[0] == '0' {
		return 0, false
	}
	for _, r := range cell {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = 10*n + int(r-'0')
	}
	return n, true
}

// headerDoubt says that the first row may be names or not.
func headerDoubt(file string, header bool) found.Finding {
	key, guess, other := "find-header-none", "no", "yes"
	if header {
		key, guess, other = "find-header-numbers", "yes", "no"
	}
	return found.Finding{Doubt: true, File: file, Line: 1, Said: fault.Of(fault.New(key)), Guess: guess,
		Choices: []string{other}, Flag: "-header"}
}

// UnitsRow reports whether the cells of a row are words, as in one of units: none is a number, a truth or a time.
func UnitsRow(cells [][]byte, decimal byte) bool {
	words := false
	for _, cell := range cells {
		switch valueClass(trim(cell), decimal) {
		case classNumber, classTruth, classStamp:
			return false
		case classText:
			words = true
		}
	}
	return words
}

// Below names at most MostUnitRows rows hold units or further names, if leastBelowUnits rows of a table stand below them.
const (
	MostUnitRows    = 2
	leastBelowUnits = 3
)

// unitRows is how many rows below the names hold units: words above numbers, or times, in every column.
func (f firstRows) unitRows(decimal byte) int {
	for n := MostUnitRows; n > 0; n-- {
		if len(f.cells) > n+leastBelowUnits && f.wordsAbove(n, decimal) {
			return n
		}
	}
	return 0
}

// wordsAbove reports whether n rows below the names are words in columns that hold none further below.
func (f firstRows) wordsAbove(n int, decimal byte) bool {
	for _, row := range f.cells[1 : 1+n] {
		cells := make([][]byte, len(row))
		for c, text := range row {
			cells[c] = []byte(text)
		}
		if !UnitsRow(cells, decimal) {
			return false
		}
		for c, cell := range cells {
			word := classOf(trim(cell), decimal) == classText
			if word && slices.ContainsFunc(f.cells[1+n:], func(below []string) bool {
				return c >= len(below) || classOf(trim([]byte(below[c])), decimal) == classText
			}) {
				return false
			}
		}
	}
	return true
}
