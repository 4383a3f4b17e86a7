package table

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// why is a reason for a role.
func why(key string, args ...any) *fault.Fault { return fault.Of(fault.New(key, args...)) }

// is gives a column its role.
func (c *Column) is(role found.Role, reason *fault.Fault) { c.Role, c.Why = role, reason }

// Decide gives every column its role: first what was asked, then what is empty, times, row numbers, labels,
// text; what is left are channels.
func (t *Table) Decide(want Want) error {
	for _, c := range t.Columns {
		c.is("", nil)
	}
	if !want.Plain {
		t.measures()
	}
	t.noValues(want)
	if err := t.asked(want); err != nil {
		return err
	}
	t.decideEmpty(want)
	t.decideTimes(want)
	t.decideNumbers(want)
	if err := t.decideLabels(want); err != nil {
		return err
	}
	if want.Labels {
		return t.onlyLabels(want)
	}
	if !want.Plain {
		t.decideLong(want)
	}
	if err := t.decideRest(want); err != nil {
		return err
	}
	if len(t.Channels()) == 0 {
		t.keepRamps()
	}
	if len(t.Channels()) == 0 {
		return InFile(t.File, fault.New("data-no-values", strings.Join(Few(t.names()), ", ")))
	}
	return nil
}

// keepRamps makes channels of columns that only their values took for row numbers or times, where nothing else
// is left.
func (t *Table) keepRamps() {
	for _, c := range t.Columns {
		if c.Why == nil || c.Why.Key != "why-steady" && c.Why.Key != "why-epoch" {
			continue
		}
		c.is(found.Channel, why("why-numbers"))
		t.Findings = slices.DeleteFunc(t.Findings, func(f found.Finding) bool {
			return f.Column == Visible(c.Name) && (f.Said.Key == "find-steady" || f.Said.Key == "find-epoch")
		})
	}
}

// Guess gives every column a role without asking that what is left can be used.
func (t *Table) Guess(want Want) {
	t.decideEmpty(want)
	t.decideTimes(want)
	t.decideNumbers(want)
	if label := t.findLabel(want); label != nil {
		label.is(found.Label, label.Why)
	}
	for _, c := range t.open() {
		if c.wordy() {
			c.is(found.Text, why("why-text", c.count[classText]))
		} else {
			c.is(found.Channel, why("why-numbers"))
		}
	}
}

// wordsInChannel says of a channel with a text in it what can be done, if few spellings stand there.
func (t *Table) wordsInChannel(c *Column, err error) error {
	if t.Array || len(c.texts) == 0 || c.count[classNumber] == 0 {
		return err
	}
	var words []string
	for _, w := range c.texts {
		words = append(words, Visible(w.Text))
	}
	return t.At(c.odd.row, c, fault.New("data-word-in-channel", c.odd.text, c.count[classText], strings.Join(Few(words), ",")))
}

// Numbers says which cell of a column is no number; nil = none.
func (t *Table) Numbers(c *Column) error {
	if c.numeric() || c.filled() == 0 {
		return nil
	}
	row, text := c.odd.row, c.odd.text
	if c.count[classText] == 0 {
		row = slices.IndexFunc(c.stamps, func(ns int64) bool { return ns != noStamp })
		text = c.clockText(c.stamps[row])
	}
	return t.At(row, c, fault.New("data-not-a-number", text))
}

// names are those of all columns.
func (t *Table) names() (names []string) {
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return names
}

// Find returns the column of that name, or in that place, counted from 1.
func (t *Table) Find(asked string) (*Column, error) {
	var same []*Column
	for _, equal := range []func(a, b string) bool{
		func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, c := range t.Columns {
			if equal(strings.TrimSpace(c.Name), strings.TrimSpace(asked)) {
				same = append(same, c)
			}
		}
		if len(same) == 1 {
			return same[0], nil
		}
		if len(same) > 1 {
			return nil, InFile(t.File, fault.New("data-name-twice", Short(asked), same[0].Place, same[1].Place))
		}
	}
	if at, err := strconv.Atoi(strings.TrimSpace(asked)); err == nil && at >= 1 && at <= len(t.Columns) {
		return t.Columns[at-1], nil
	}
	if t.Array {
		return nil, InFile(t.File, fault.New("data-no-names", Short(asked), len(t.Columns)))
	}
	return nil, InFile(t.File, fault.New("data-no-column", Short(asked), fault.Choices(Few(t.names()))))
}

// asked gives the roles that a person has named.
func (t *Table) asked(want Want) error {
	for _, name := range slices.Sorted(maps.Keys(want.Columns)) {
		if name == found.Others {
			continue
		}
		c, err := t.Find(name)
		if err != nil {
			if want.Maybe && (fault.Has(err, "data-no-column") || fault.Has(err, "data-no-names")) {
				if t.Absent == nil {
					t.Absent = map[string]error{}
				}
				t.Absent[name] = err
				continue
			}
			return err
		}
		if c.asked && c.Role != want.Columns[name] {
			return InFile(t.File, fault.New("data-two-roles", Short(c.Name)))
		}
		c.is(want.Columns[name], why("why-asked"))
		c.asked = true
	}
	if labels := t.With(found.Label); len(labels) > 1 {
		return InFile(t.File, fault.New("data-two-label-columns", Short(labels[0].Name), Short(labels[1].Name)))
	}
	return nil
}

// open are the columns without a role.
func (t *Table) open() (out []*Column) {
	for _, c := range t.Columns {
		if c.Role == "" {
			out = append(out, c)
		}
	}
	return out
}

// decideEmpty takes out what holds nothing; a channel by its name may be empty in sets that are known.
func (t *Table) decideEmpty(want Want) {
	for _, c := range t.open() {
		if c.filled() == 0 && !want.Plain && len(t.Columns) > 1 {
			c.is(found.Empty, why("why-empty"))
			if c.Name != "" {
				t.note(found.Finding{Column: Visible(c.Name), Said: why("find-empty", Visible(c.Name))})
			}
		}
	}
}

// decideNumbers takes out what numbers the rows.
func (t *Table) decideNumbers(want Want) {
	for _, c := range t.open() {
		byName := t.Format.Header && numbersRows(c.Name)
		if want.Plain {
			if t.Format.Header && c.Place == 1 && c.Name == "" || plainName(c.Name) == "index" && byName {
				c.is(found.RowNumber, why("why-name"))
			}
			continue
		}
		if !c.numeric() {
			if byName && c.Name == "" && c.Place == 1 {
				c.is(found.RowNumber, why("why-nameless"))
			}
			continue
		}
		m := motionOf(c.Values)
		switch {
		case byName && (m.whole && m.strict() || c.Place == 1 && c.Name == "" || plainName(c.Name) == "index"):
			c.is(found.RowNumber, why("why-name"))
		case m.steady() && m.n+1 >= ramp && len(t.open()) > 1:
			c.is(found.RowNumber, why("why-steady", strconv.FormatFloat(m.step, 'g', 4, 64)))
			t.note(found.Finding{Doubt: !m.whole || abs(m.step) != 1, Column: Visible(c.Name),
				Said: why("find-steady", Visible(c.Name)), Guess: string(found.RowNumber),
				Choices: []string{string(found.Channel)}, Flag: "-channels"})
		case byName && t.Rows >= ramp && c.Name != "":
			t.note(found.Finding{Doubt: true, Column: Visible(c.Name),
				Said: why("find-number-name", Visible(c.Name)), Guess: string(found.Channel),
				Choices: []string{string(found.Dropped)}, Flag: "-drop"})
		}
	}
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// ramp is how many rows have to rise by the same step before a column without a name for it counts as one of
// row numbers or times.
const ramp = 10

// decideRest makes channels of what is left, and leaves text out.
func (t *Table) decideRest(want Want) error {
	others, said := want.Columns[found.Others]
	for _, c := range t.Columns {
		if !want.Plain && (c.Role == found.Channel || c.Role == "" && (!said || others == found.Channel)) {
			t.missingWords(c)
		}
		if err := t.unitsMixed(c); err != nil && (c.Role == found.Channel || c.Role == "" && !said) {
			return err
		}
		switch {
		case c.Role == found.OneHot && c.Words == nil:
			return InFile(t.File, t.inColumn(c, fault.New("data-too-many-words", mostWords)))
		case c.Role == "" && said:
			c.is(others, why("why-others"))
		case c.Role == "" && !want.Plain && c.wordy() && (c.count[classText]+c.count[classStamp] > 0):
			t.textColumn(c)
		}
		if c.Role != "" && c.Role != found.Channel {
			continue
		}
		if err := t.channel(c, want); err != nil {
			return err
		}
	}
	return nil
}

// textColumn leaves a column of text out, and says so.
func (t *Table) textColumn(c *Column) {
	c.is(found.Text, why("why-text", c.count[classText]+c.count[classStamp]))
	f := found.Finding{Column: Visible(c.Name), Guess: string(found.Text), Flag: "-onehot",
		Said: why("find-text", Visible(c.Name))}
	if c.distinct() != nil {
		f.Choices = []string{string(found.OneHot)}
	}
	t.note(f)
}

// channel makes a channel of a column of numbers.
func (t *Table) channel(c *Column, want Want) error {
	if err := t.Numbers(c); err != nil {
		return t.wordsInChannel(c, err)
	}
	if c.bad.err != nil {
		return t.At(c.bad.row, c, c.bad.err)
	}
	reason := why("why-numbers")
	if c.asked {
		reason = c.Why
	}
	c.is(found.Channel, reason)
	if !want.Plain && t.Rows >= ramp {
		t.pointOut(c)
	}
	if !want.Plain && c.Words != nil && len(c.levels()) == 1 && t.Rows > 1 {
		c.is(found.Constant, why("why-constant"))
		if t.Rows >= ramp {
			t.note(found.Finding{Column: Visible(c.Name), Said: why("find-constant", Visible(c.Name))})
		}
	}
	return nil
}
