package table

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/found"
)

// noValues makes missing cells of the numbers and words that a person says stand for them.
func (t *Table) noValues(want Want) {
	for _, c := range t.Columns {
		if len(want.NoWord) > 0 && c.count[classText] > 0 {
			c.without(func(text string) bool { return NoWord(text, want.NoWord) })
		}
	}
	if len(want.NoValue) == 0 {
		return
	}
	for _, c := range t.Columns {
		for row, x := range c.Values {
			if x != x || !slices.Contains(want.NoValue, x) {
				continue
			}
			c.Values[row] = math.NaN()
			c.count[classNumber]--
			c.count[classMissing]++
			if c.Codes != nil {
				c.Words[c.Codes[row]].Text = ""
			}
		}
		c.Missing = c.count[classMissing]
		if c.bad.err == nil || c.Values[c.bad.row] == c.Values[c.bad.row] {
			continue
		}
		c.bad.err = nil
		for row, x := range c.Values {
			if err := usableItem(x); x == x && err != nil {
				c.bad = oddity{"", row, err}
				break
			}
		}
	}
}

// NoWord reports whether a text is one of some words, in any case.
func NoWord(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(strings.TrimSpace(w), text) })
}

// without makes missing cells of texts, and returns these.
func (c *Column) without(missing func(text string) bool) (gone []Word) {
	left := c.texts[:0:0]
	for _, w := range c.texts {
		if !missing(w.Text) {
			left = append(left, w)
			continue
		}
		gone = append(gone, w)
		c.count[classText] -= w.Count
		c.count[classMissing] += w.Count
	}
	c.texts, c.Missing = left, c.count[classMissing]
	if len(left) > 0 {
		c.odd = oddity{text: Short(left[0].Text), row: left[0].row}
	}
	for i, w := range c.Words {
		if slices.ContainsFunc(gone, func(g Word) bool { return g.Text == w.Text }) {
			c.Words[i].Text = ""
		}
	}
	return gone
}

// badWords are what loggers and historians write in the place of a number that they have not got, in lower case.
var badWords = map[string]bool{"bad": true, "bad data": true, "bad quality": true, "bad value": true, "error": true,
	"err": true, "#err": true, "#error": true, "fail": true, "failed": true, "failure": true, "fault": true,
	"calc failed": true, "comm fail": true, "comm failed": true, "comm error": true, "comm loss": true,
	"no comm": true, "communication error": true, "no result": true, "no sample": true, "no reading": true,
	"no good": true, "not connected": true, "not available": true, "unavailable": true, "disconnected": true,
	"offline": true, "off-line": true, "shutdown": true, "shut down": true, "out of service": true,
	"out of serv": true, "out of range": true, "over range": true, "overrange": true, "under range": true,
	"underrange": true, "over": true, "under": true, "overflow": true, "underflow": true, "ovf": true,
	"ovr": true, "o.l.": true, "ol": true, "ovld": true, "configure": true, "arc offline": true, "arc off-line": true,
	"intf shut": true, "pt_disabled": true, "scan timeout": true, "timeout": true, "time out": true,
	"timed out": true, "invalid": true, "unknown": true, "uncertain": true, "undefined": true, "undef": true,
	"unreliable": true, "stale": true, "sensor fault": true, "sensor error": true, "sensor fail": true,
	"open circuit": true, "short circuit": true, "not a number": true, "#null!": true, "#n/v": true,
	"#getting_data": true, "n.v.": true, "n/v": true, "n.b.": true, "nc": true, "n/c": true,
	"fehler": true, "fehlerhaft": true, "ungültig": true, "keine daten": true, "störung": true,
	"erreur": true, "défaut": true, "invalide": true, "falla": true, "fallo": true, "inválido": true,
	"오류": true, "에러": true, "불량": true, "통신불량": true, "통신오류": true, "측정불가": true, "점검중": true,
	"미수신": true, "결측치": true, "故障": true, "错误": true, "無效": true, "无效": true, "坏值": true}

// bad reports whether a text stands for a number that nobody has got: one of the usual words, or signs alone.
func bad(text string) bool {
	return badWords[strings.ToLower(strings.Join(strings.Fields(text), " "))] || strings.Trim(text, "-*#?.=_~/—– ") == ""
}

// Bad is bad for who reads cell by cell.
func Bad(cell []byte) bool { return bad(string(trim(cell))) }

// missingWords makes missing cells of the words in a column of numbers, if all are of those that stand for none, and
// says so. A column that holds but a few numbers of one value is none of numbers.
func (t *Table) missingWords(c *Column) {
	if c.count[classText] == 0 || c.count[classNumber] == 0 || c.texts == nil || c.count[classStamp]+c.count[classTruth] > 0 ||
		slices.ContainsFunc(c.texts, func(w Word) bool { return !bad(w.Text) }) {
		return
	}
	n := c.count[classText]
	var words []string
	for _, w := range c.without(func(string) bool { return true }) {
		words = append(words, w.Text)
	}
	t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Flag: "-no-value", Guess: strings.Join(Few(words), ","),
		Said: why("find-bad-words", Visible(c.Name), n, strings.Join(Few(words), ", "))})
}

// sentinel reports whether programs write this number where they have none.
func sentinel(x float64) bool {
	switch math.Abs(x) {
	case 999, 9999, 99999, 999999, 9999999, 999.25, 999.9, 9999.9, 32768, 65535, 2147483648, 1e10, 1e15:
		return true
	}
	return false
}

// pointOut says that a channel holds a number that stands for a missing cell in many files, if it lies farther
// from all others than these lie apart.
func (t *Table) pointOut(c *Column) {
	counts := map[float64]int{}
	least, top := math.Inf(1), math.Inf(-1)
	for _, x := range c.Values {
		switch {
		case x != x:
		case sentinel(x):
			counts[x]++
		default:
			least, top = min(least, x), max(top, x)
		}
	}
	span := top - least
	for _, x := range slices.Sorted(maps.Keys(counts)) {
		n := counts[x]
		if !(span > 0) || x >= least-span && x <= top+span {
			continue
		}
		text := strconv.FormatFloat(x, 'f', -1, 64)
		t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Guess: string(found.Channel), Flag: "-no-value",
			Said: why("find-sentinel", Visible(c.Name), n, text, strconv.FormatFloat(least, 'g', 4, 64),
				strconv.FormatFloat(top, 'g', 4, 64))})
	}
}
