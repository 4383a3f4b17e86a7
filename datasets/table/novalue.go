package table

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"cosinelab/datasets/found"
)

// noValues makes missing cells of the numbers that a person says stand for them.
func (t *Table) noValues(want Want) {
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
