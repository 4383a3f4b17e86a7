package datasets

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
)

// portion is a stretch of a series, with what is known of its steps.
type portion struct {
	file     string
	names    []string // of the channels; nil without a header
	raw      Raw      // NaN where cells are missing
	labels   []uint8  // one a step; nil = nobody says
	at       table.Axis
	columns  []found.Column
	findings []found.Finding
	blank    int
	absent   map[string]error // columns that were asked for in vain
	missing  []int            // filled so far, one number a channel; nil = nothing
	entities *entities        // of the rows, where several series share the file; nil = they are one

	asked  string      // for the order of rows: of found.Orders; empty = nobody did
	turned bool        // the file has the newest row first
	order  []int       // of the rows of the file that were sorted; nil = they were not
	gapsAt []found.Gap // the first of them
	every  int64       // nanoseconds between rows; 0 = they are no dates, or irregular
	seen   *look       // of the table
}

// readTable reads a text table or an npy array.
func readTable(ctx context.Context, f File, want table.Want) (t *table.Table, err error) {
	err = f.read(ctx, func(kind content, r *bufio.Reader) error {
		t, err = tableOf(kind, r, f, want)
		return err
	})
	return t, err
}

// tableOf reads a text table or an npy array of which the kind is known.
func tableOf(kind content, r *bufio.Reader, f File, want table.Want) (*table.Table, error) {
	switch kind {
	case contentNpy:
		return table.Array(r, f.Name, want)
	case contentZip:
		return nil, table.InFile(f.Name, fault.New("data-npz-not-one"))
	case contentJSON:
		return nil, table.InFile(f.Name, fault.New("refuse-json"))
	}
	return table.Text(r, f.Name, want)
}

// readPortion reads a table with the labels in it, and brings its rows in order of time.
func readPortion(ctx context.Context, f File, want table.Want, anomaly string) (*portion, error) {
	t, err := readTable(ctx, f, want)
	if err != nil {
		return nil, err
	}
	p, err := portionOf(t, anomaly)
	if err != nil {
		return nil, err
	}
	p.asked = want.Order
	if !want.Plain && p.at.Form.Zoned && p.at.Zone != 0 {
		p.note(found.Finding{Column: table.Visible(p.at.Name), Said: fault.Of(fault.New("find-utc"))})
	}
	if !want.Plain && p.entities == nil { // else each of the series has its own order
		p.inOrder()
	}
	if !want.Plain {
		p.look(t)
	}
	return p, nil
}

// portionOf takes channels, labels and times out of a table.
func portionOf(t *table.Table, anomaly string) (*portion, error) {
	p := &portion{file: t.File, raw: Raw{Rows: t.Rows}, blank: t.Blank, absent: t.Absent}
	for _, c := range t.Columns {
		if c.Role.Used() {
			p.addChannel(t, c)
		}
	}
	if label := t.Label(); label != nil {
		var err error
		if p.labels, err = t.Labels(label, anomaly); err != nil {
			return nil, err
		}
	}
	p.at = t.Axis()
	var err error
	if p.entities, err = entitiesOf(t); err != nil {
		return nil, err
	}
	for _, c := range t.Columns {
		p.columns = append(p.columns, c.Column)
	}
	p.findings = t.Findings
	return p, p.pivot(t)
}

// addChannel adds a column, or one for each spelling in it.
func (p *portion) addChannel(t *table.Table, c *table.Column) {
	name := func(text string) {
		if t.Format.Header {
			p.names = append(p.names, table.Visible(text))
		}
	}
	if c.Role != found.OneHot {
		name(c.Name)
		p.raw.Columns = append(p.raw.Columns, c.Values)
		return
	}
	for code, w := range c.Words {
		values := make([]float64, t.Rows)
		for i, in := range c.Codes {
			if int(in) == code {
				values[i] = 1
			}
		}
		name(c.Name + " = " + w.Text)
		p.raw.Columns = append(p.raw.Columns, values)
	}
}

// note adds a finding about the file.
func (p *portion) note(f found.Finding) {
	f.File = table.VisibleFile(p.file)
	p.findings = append(p.findings, f)
}

// fill replaces missing cells by the rule, and returns how many there were of each channel. Zeros count as
// measured, as in the programs that put them there.
func (p *portion) fill(rule Fill) (filled []int, err error) {
	filled = make([]int, p.raw.Channels())
	all := make([][]steps.Range, p.raw.Channels())
	for c, values := range p.raw.Columns {
		if at := slices.IndexFunc(values, func(v float64) bool { return v != v }); at >= 0 && rule == FillRefuse {
			return nil, table.InFile(p.file, fault.New("data-missing-refused", p.channel(c), p.place(at)))
		}
		all[c] = fill(values, rule)
		for _, made := range all[c] {
			filled[c] += made.Len()
		}
	}
	if rule != FillZero && slices.ContainsFunc(filled, func(n int) bool { return n > 0 }) {
		p.raw.made = all
	}
	return filled, nil
}

// channel names a channel.
func (p *portion) channel(c int) string {
	if p.names != nil {
		return p.names[c]
	}
	return fmt.Sprintf("channel %d", c+1)
}

// place says which row is meant: by its time where there is one, else by its number from 1.
func (p *portion) place(row int) any {
	if !p.at.None() && !table.Missing(p.at.At[row]) {
		return p.at.Text(p.at.At[row])
	}
	return row + 1
}

// split cuts the portion in two before a row.
func (p *portion) split(row int) (train, test *portion) {
	a, b := *p, *p
	b.blank = 0 // they are counted once
	a.raw, b.raw = p.raw.Slice(0, row), p.raw.Slice(row, p.raw.Rows)
	if p.labels != nil {
		a.labels, b.labels = p.labels[:row:row], p.labels[row:]
	}
	if !p.at.None() {
		a.at.At, b.at.At = p.at.At[:row:row], p.at.At[row:]
	}
	return &a, &b
}

// asked sees that every column that was asked for is in one of the files of a set; nil parts are none.
func asked(parts []*portion, lists ...*marks) error {
	for _, name := range slices.Sorted(maps.Keys(parts[0].absent)) {
		there := slices.ContainsFunc(parts, func(p *portion) bool { return p.absent[name] == nil }) ||
			slices.ContainsFunc(lists, func(m *marks) bool { return m != nil && m.columns && m.absent[name] == nil })
		if !there {
			return parts[0].absent[name]
		}
	}
	return nil
}

// append adds the rows of another file of the same columns.
func (p *portion) append(next *portion) error {
	if err := next.align(p); err != nil {
		return err
	}
	if (p.entities == nil) != (next.entities == nil) {
		return table.InFile(next.file, fault.New("data-entity-one-part"))
	}
	if p.entities != nil {
		p.entities.append(next.entities)
	}
	for c := range p.raw.Columns {
		p.raw.Columns[c] = append(p.raw.Columns[c], next.raw.Columns[c]...)
	}
	switch {
	case p.labels != nil && next.labels != nil:
		p.labels = append(p.labels, next.labels...)
	case p.labels != nil:
		p.labels = append(p.labels, make([]uint8, next.raw.Rows)...)
	case next.labels != nil:
		p.labels = append(make([]uint8, p.raw.Rows), next.labels...)
	}
	if !p.at.None() && !next.at.None() && p.at.Clock == next.at.Clock && p.at.Unit == next.at.Unit {
		p.at.At = append(p.at.At, next.at.At...)
	} else {
		p.at = table.Axis{}
	}
	maps.DeleteFunc(p.absent, func(name string, _ error) bool { return next.absent[name] == nil })
	p.raw.Rows += next.raw.Rows
	p.blank += next.blank
	p.findings = append(p.findings, next.findings...)
	return nil
}
