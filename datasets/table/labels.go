package table

import (
	"math"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// mostClasses is how many values a label column may have without having been asked for.
const mostClasses = 20

// decideLabels finds the label column: the one asked for, or else the first by the strength of its name. Other
// columns that are labels by name are no channels either.
func (t *Table) decideLabels(want Want) error {
	label := t.Label()
	if label == nil {
		label = t.findLabel(want)
	}
	for _, c := range t.open() {
		switch {
		case want.Plain && (c == label || !named(c.Name, labelNames) || !t.Format.Header):
		case c != label && label != nil && t.Format.Header && labelish(c):
			c.is(found.SecondLabel, why("why-second"))
			if !want.Plain {
				t.note(found.Finding{Column: Visible(c.Name), Guess: string(found.SecondLabel), Flag: "-label",
					Said: why("find-second", Visible(c.Name), Visible(label.Name))})
			}
		}
	}
	if label != nil && !label.asked {
		label.is(found.Label, label.Why)
	}
	if !want.Plain && !want.Labels {
		t.maybeLabels(label)
	}
	return nil
}

// labelish reports whether a column is one of labels by a name that others hardly have.
func labelish(c *Column) bool {
	if named(c.Name, labelNames) {
		return true
	}
	return has(c.Name, labelWords, labelParts) && c.classes() > 0
}

// classes is the number of different values of a column that has few: words, or whole numbers; 0 = it has
// many, or others.
func (c *Column) classes() int {
	words := c.distinct()
	if len(words) == 0 || len(words) > mostClasses {
		return 0
	}
	for _, w := range words {
		if x := c.Values[w.row]; x == x && x != math.Trunc(x) {
			return 0
		}
	}
	if levels := c.levels(); levels != nil {
		return len(levels)
	}
	return len(words)
}

// findLabel returns the column that counts as label, with the reason; nil = none.
func (t *Table) findLabel(want Want) *Column {
	open := t.open()
	if t.Format.Header {
		for _, c := range open {
			if named(c.Name, labelNames) && (want.Plain || c.Words != nil) {
				c.Why = why("why-name")
				return c
			}
		}
	}
	if want.Plain {
		return nil
	}
	if t.Format.Header {
		for _, late := range []bool{false, true} {
			for _, c := range open {
				second := has(c.Name, []string{"changepoint", "type", "category", "id"}, []string{"change_point",
					"change point"})
				if second == late && labelish(c) {
					c.Why = why("why-name-and-values", c.classes())
					return c
				}
			}
		}
		for _, c := range open {
			if has(c.Name, maybeWords, nil) && (c.marks() > 0 || 0 < c.rare() && c.rare() <= rareMarks || c.classes() == 2 && !c.numeric() || c.rests() || c.sparse()) &&
				(len(open) > 1 || want.Labels) {
				return t.doubtLabel(c)
			}
		}
	}
	for _, c := range open {
		if c.spelled() && (len(open) > 1 || want.Labels) {
			return t.doubtLabel(c)
		}
	}
	if c := t.lastMarks(open); c != nil && !want.Labels {
		return t.doubtLabel(c)
	}
	return nil
}

// doubtLabel takes a column for the labels, and says so.
func (t *Table) doubtLabel(c *Column) *Column {
	c.Why = why("why-two-values")
	t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Said: why("find-label", Visible(c.Name)),
		Guess: string(found.Label), Choices: []string{string(found.Channel), string(found.Dropped)},
		Flag: "-label"})
	return c
}

// spelled reports whether a column holds words of which one says that all is well, and another that it is not.
func (c *Column) spelled() bool {
	if c.numeric() || c.classes() < 2 {
		return false
	}
	normal, wrong := false, false
	for _, w := range c.distinct() {
		normal = normal || normalWords[wordKey(w.Text)]
		wrong = wrong || anomalyWords[wordKey(w.Text)]
	}
	return normal && (wrong || len(c.distinct()) == 2)
}

// lastMarks returns the last column of a table without header if it alone holds nothing but 0 and 1, as files
// of several archives have it.
func (t *Table) lastMarks(open []*Column) *Column {
	if t.Format.Header || t.Array || len(open) < 2 || t.Rows < ramp {
		return nil
	}
	for i, c := range open {
		if marks := c.marks() > 0; marks != (i == len(open)-1) {
			return nil
		}
	}
	return open[len(open)-1]
}

// marks is the share of the rarer value of a column of two values, 0 and 1 or -1 and 1; 0 = it is none.
func (c *Column) marks() float64 {
	levels := c.levels()
	if len(levels) != 2 || levels[1] == 0 || levels[0] == 0 && levels[-1] == 0 {
		return 0
	}
	return float64(min(levels[1], levels[0]+levels[-1])) / float64(c.filled())
}

// rare is the share of the rarer of two values, whatever they are; 0 = there are not two.
func (c *Column) rare() float64 {
	if share := c.marks(); share > 0 {
		return share
	}
	words := c.distinct()
	if len(words) != 2 || !c.numeric() || c.classes() != 2 {
		return 0
	}
	return float64(min(words[0].Count, words[1].Count)) / float64(c.filled())
}

// Of a column that rests at one of a few values, at least so much of it does.
const (
	restClasses = 6
	restShare   = 0.8
)

// rests reports whether a column of a few values mostly holds one of them, as one of labels of several kinds
// does.
func (c *Column) rests() bool {
	n := c.classes()
	if n < 3 || n > restClasses {
		return false
	}
	most := 0
	for _, w := range c.distinct() {
		most = max(most, w.Count)
	}
	return float64(most) >= restShare*float64(c.filled())
}

// sparse reports whether a column holds one of a few words in some rows, and nothing in most of them, as where only
// what is wrong is marked.
func (c *Column) sparse() bool {
	n := c.classes()
	return (n == 1 || n > 1 && n <= restClasses && !c.numeric()) && c.filled() <= len(c.Values)/2
}

// rareMarks is the share below which one of two values is rare.
const rareMarks = 0.2

// maybeLabels says which channels may be labels.
func (t *Table) maybeLabels(label *Column) {
	for _, c := range t.open() {
		key := ""
		switch share := c.rare(); {
		case t.Format.Header && has(c.Name, labelWords, labelParts) && c.numeric() && c.classes() == 0:
			key = "find-label-name-numbers"
		case label == nil && share > 0 && share <= rareMarks && t.Rows >= ramp && len(t.open()) > 1:
			key = "find-maybe-label"
		case t.Format.Header && t.qualityOf(c) != nil:
			t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Guess: string(found.Channel), Flag: "-drop",
				Choices: []string{string(found.Dropped)},
				Said:    why("find-quality", Visible(c.Name), Visible(t.qualityOf(c).Name))})
			continue
		default:
			continue
		}
		t.note(found.Finding{Doubt: true, Column: Visible(c.Name), Said: why(key, Visible(c.Name)),
			Guess: string(found.Channel), Choices: []string{string(found.Label), string(found.Dropped)},
			Flag: "-label"})
	}
}

// onlyLabels makes labels of the only column that is left where none is said to be.
func (t *Table) onlyLabels(want Want) error {
	open := t.open()
	switch {
	case t.Label() != nil:
	case len(open) == 1:
		open[0].is(found.Label, why("why-only"))
	case len(t.Columns) == 1:
		t.Columns[0].is(found.Label, why("why-only"))
	default:
		if t.Array {
			return InFile(t.File, fault.New("data-label-column", len(t.Columns)))
		}
		return InFile(t.File, fault.New("data-label-column-of", len(open), labelNames[0]))
	}
	for _, c := range t.open() {
		c.is(found.Dropped, why("why-beside-labels"))
	}
	return nil
}

// qualityWords end the names of columns that say how good the value of another is.
var qualityWords = []string{"quality", "qual", "q", "qc", "status", "stat", "validity", "valid", "flag", "품질"}

// qualityOf is the column whose quality another holds: one of a few whole numbers, named after it; nil = none.
func (t *Table) qualityOf(c *Column) *Column {
	if !c.numeric() || c.classes() == 0 {
		return nil
	}
	name := plainName(c.Name)
	for _, word := range qualityWords {
		before, ok := strings.CutSuffix(name, word)
		if !ok || strings.TrimRight(before, "_-. :/") == before {
			continue
		}
		before = strings.TrimRight(before, "_-. :/")
		for _, other := range t.Columns {
			if other != c && before != "" && plainName(other.Name) == before {
				return other
			}
		}
	}
	return nil
}
