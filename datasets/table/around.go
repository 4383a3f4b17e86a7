package table

import (
	"bytes"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// How many lines may stand around a table.
const (
	mostBefore = 40
	MostBehind = 12
)

// closing are words by which the lines begin that programs write below a table, in lower case.
var closing = []string{"total", "totals", "sum", "sums", "summe", "summary", "subtotal", "average", "averages", "avg", "mean",
	"mittelwert", "median", "min", "minimum", "max", "maximum", "count", "std", "stdev", "std dev", "variance", "range",
	"end", "eof", "end of file", "end of data", "end of report", "ende", "rows", "records", "generated", "exported",
	"report", "note", "notes", "source", "footer", "n", "합계", "평균", "최소", "최대", "최솟값", "최댓값", "개수", "끝", "비고",
	"合计", "平均", "最小", "最大", "合計"}

// closes reports whether a text begins with a word that stands below tables, or is in brackets.
func closes(text string) bool {
	text = strings.ToLower(strings.Trim(text, " -=*#<>:.[]"))
	if strings.HasPrefix(text, "(") {
		return true
	}
	word := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" :;=,", r) })
	return slices.Contains(closing, text) || len(word) > 0 && slices.Contains(closing, word[0])
}

// Closes reports whether a row begins with a word that stands below tables.
func Closes(cells [][]byte) bool { return closes(Closing(cells)) }

// aside is a row that may be none of the table: it stays one if others follow.
type aside struct {
	cells [][]byte
	line  int
	blank int
}

// Cloned copies cells, which are valid until the next row is read.
func Cloned(cells [][]byte) [][]byte {
	out := make([][]byte, len(cells))
	for i, cell := range cells {
		out[i] = bytes.Clone(cell)
	}
	return out
}

// wordFirst returns the first cell that holds something if that is a text, and its place; nil = it is none.
func wordFirst(cells [][]byte, decimal byte) (cell []byte, at int) {
	at = slices.IndexFunc(cells, func(c []byte) bool { return len(trim(c)) > 0 })
	if at < 0 {
		return nil, 0
	}
	cell = trim(cells[at])
	if c := cell[0]; c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-' && len(cell) > 1 && cell[1] >= '0' && cell[1] <= '9' {
		return nil, 0 // as nearly all rows begin
	}
	if valueClass(cell, decimal) != classText || bad(string(cell)) {
		return nil, 0
	}
	return cell, at
}

// Comment reports whether cells are of a line that begins with # where a table of so many columns has none.
func Comment(cells [][]byte, columns int) bool {
	first := trim(cells[0])
	return len(first) > 0 && first[0] == '#' && (len(cells) != columns || columns == 1)
}

// Words reports whether a row begins with a word, as lines around tables do.
func Words(cells [][]byte, decimal byte) bool {
	word, _ := wordFirst(cells, decimal)
	return word != nil
}

// passes reports whether a row is none of the table: a comment, the names of the columns once more, or, unless others
// follow, what stands below it.
func (p *parser) passes(cells [][]byte, line, blank int) (bool, error) {
	if p.want.Plain || p.n == 0 && len(p.aside) == 0 {
		return false, nil
	}
	switch {
	case Comment(cells, len(p.columns)) && p.columns[0].c.count[classText] == 0:
		p.comments = append(p.comments, line)
		return true, nil
	case p.t.Format.Header && p.namesAgain(cells):
		p.again = append(p.again, line)
		return true, nil
	case p.below(cells) && len(p.aside) < MostBehind:
		p.aside = append(p.aside, aside{Cloned(cells), line, blank})
		return true, nil
	}
	rows := p.aside
	p.aside = nil
	for _, r := range rows {
		if err := p.take(r.cells, r.line, r.blank); err != nil {
			return false, err
		}
	}
	return false, nil
}

// namesAgain reports whether a row is that of the names.
func (p *parser) namesAgain(cells [][]byte) bool {
	if len(cells) != len(p.columns) || len(cells) < 2 {
		return false
	}
	for i, c := range p.columns {
		if string(trim(cells[i])) != c.c.Name {
			return false
		}
	}
	return true
}

// below reports whether a row may stand below the table: it begins with a word where no other row does, and has fewer
// cells than the table, or the others have a time there, or it is one of those words.
func (p *parser) below(cells [][]byte) bool {
	word, at := wordFirst(cells, p.t.Format.Decimal)
	if word == nil || len(cells) > len(p.columns) && len(trim(cells[len(cells)-1])) > 0 || NoWord(string(word), p.want.NoWord) {
		return false
	}
	count := p.columns[min(at, len(p.columns)-1)].c.count
	if count[classText] > 0 {
		return false
	}
	if len(cells) < len(p.columns) {
		return true
	}
	return count[classStamp] > 2 || count[classNumber] > 2 && (len(cells) == 1 || closes(string(word)))
}

// around says which lines were no rows.
func (p *parser) around() {
	if len(p.comments) > 0 {
		p.t.note(found.Finding{Line: p.comments[0], Said: fault.Of(fault.New("find-comments", len(p.comments), p.comments[0]))})
	}
	if len(p.again) > 0 {
		p.t.note(found.Finding{Line: p.again[0], Said: fault.Of(fault.New("find-names-again", len(p.again), p.again[0]))})
	}
	if len(p.aside) == 0 {
		return
	}
	first := p.aside[0]
	p.t.note(found.Finding{Line: first.line, Doubt: !closes(Closing(first.cells)),
		Said: fault.Of(fault.New("find-footer", len(p.aside), first.line, Short(Closing(first.cells))))})
	p.aside = nil
}

// Closing is what stands in a row below a table, as text.
func Closing(cells [][]byte) string {
	var texts []string
	for _, cell := range cells {
		if cell = trim(cell); len(cell) > 0 {
			texts = append(texts, string(cell))
		}
	}
	return strings.Join(texts, " ")
}

// body are the first lines of a table without those that stand around it: comments within, and what is below if the
// table ends among them.
func body(lines [][]byte) [][]byte {
	out := make([][]byte, 0, len(lines))
	for i, line := range lines {
		if i == 0 || line[0] != '#' {
			out = append(out, line)
		}
	}
	for cut := 0; cut <= MostBehind && cut+3 <= len(out); cut++ {
		if _, n := parting(out[:len(out)-cut]); n >= 2 {
			return out[:len(out)-cut]
		}
	}
	return out
}

// before is how many of the lines stand before a table whose names of columns are words alone, above rows that are
// not: lines of which one at least fits neither. 0 = none do.
func before(lines [][]byte) int {
	most := min(mostBefore, len(lines)-3)
	best := 0
	for k := 0; k <= most; k++ {
		sep, n := parting(lines[k:])
		if n < 2 || !areNames(lines[k], sep, n) {
			continue
		}
		classes := classesOf(lines[k:], sep, n)
		data := len(lines)
		for i := k + 1; i < len(lines); i++ {
			if fits(lines[i], sep, classes) {
				data = i
				break
			}
		}
		switch {
		case data > k+1+MostUnitRows || data == len(lines):
			continue
		case k == 0:
			if !untimely(lines[:data], sep, n) {
				return 0
			}
		case !slices.ContainsFunc(lines[:k], func(l []byte) bool { return fits(l, sep, classes) }):
			better := timely(lines[k], sep) && !timely(lines[best], sep) || texts(lines[k], sep) > texts(lines[best], sep)
			if best == 0 || better {
				best = k
			}
		}
		if best > 0 && data == best+1 {
			return best
		}
	}
	return best
}

// timely reports whether one of the names is one of times.
func timely(line []byte, sep byte) bool {
	for _, cell := range cellsOf(line, sep) {
		if has(string(trim(bytes.Trim(trim(cell), `"`))), timeWords, timeParts) {
			return true
		}
	}
	return false
}

// untimely reports whether the first of some lines of names names no time, but another does.
func untimely(lines [][]byte, sep byte, n int) bool {
	return !timely(lines[0], sep) && slices.ContainsFunc(lines[1:], func(l []byte) bool {
		return areNames(l, sep, n) && timely(l, sep)
	})
}

// areNames reports whether a line is n words, of which one may be missing.
func areNames(line []byte, sep byte, n int) bool {
	cells := cellsOf(line, sep)
	return (len(cells) == n || len(cells) == n+1) && texts(line, sep) >= max(n-1, 2)
}

// classesOf are what the columns look like in the last lines; text where they differ.
func classesOf(lines [][]byte, sep byte, n int) []class {
	out := make([]class, n)
	for _, line := range lines[max(1, len(lines)-5):] {
		for i, cell := range cellsOf(line, sep) {
			if i >= n {
				break
			}
			c := likely(cell)
			if out[i] == classMissing {
				out[i] = c
			} else if c != classMissing && c != out[i] {
				out[i] = classText
			}
		}
	}
	return out
}

// likely is what a cell looks like, whatever the decimal mark.
func likely(cell []byte) class {
	cell = trim(bytes.Trim(trim(cell), `"`))
	if c := valueClass(cell, '.'); c != classText {
		return c
	}
	return valueClass(cell, ',')
}

// fits reports whether a line may be a row of columns that look so: as many cells, and no word where they are none.
func fits(line []byte, sep byte, classes []class) bool {
	cells := cellsOf(line, sep)
	if len(cells) != len(classes) && len(cells) != len(classes)+1 {
		return false
	}
	values := false
	for i, want := range classes {
		got := likely(cells[i])
		if got == classText && want != classText && want != classMissing && !bad(string(trim(cells[i]))) {
			return false
		}
		values = values || want != classText && want != classMissing
	}
	return values
}
