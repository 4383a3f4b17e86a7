package datasets

import (
	"strconv"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// entities says to which of several series, which share a table, each row belongs.
type entities struct {
	column string
	names  []string
	of     []int32 // one a row: a place in names
}

// MostEntities bounds the series of one table.
const MostEntities = 4096

// entitiesOf reads the column that tells the series; nil = no column does.
func entitiesOf(t *table.Table) (*entities, error) {
	with := t.With(found.Entity)
	if len(with) == 0 {
		return nil, nil
	}
	if len(with) > 1 {
		return nil, table.InFile(t.File, fault.New("data-two-entities", table.Short(with[0].Name),
			table.Short(with[1].Name)))
	}
	c := with[0]
	e := &entities{column: c.Name, of: make([]int32, t.Rows)}
	places := map[string]int32{}
	for row := range e.of {
		text := c.Text(row)
		if c.Codes != nil {
			text = c.Words[c.Codes[row]].Text
		}
		if text == "" {
			key := "data-no-entity"
			if c.Codes == nil { // more spellings than a column keeps, or nothing in the cell
				key = "data-entity-words"
			}
			return nil, t.At(row, c, fault.New(key))
		}
		at, known := places[text]
		if !known {
			if len(e.names) == MostEntities {
				return nil, t.At(row, c, fault.New("data-too-many-entities", MostEntities))
			}
			at = int32(len(e.names))
			places[text] = at
			e.names = append(e.names, table.Visible(text))
		}
		e.of[row] = at
	}
	return e, nil
}

// append adds the rows of another table.
func (e *entities) append(next *entities) {
	places := map[string]int32{}
	for i, n := range e.names {
		places[n] = int32(i)
	}
	for _, i := range next.of {
		name := next.names[i]
		at, known := places[name]
		if !known {
			at = int32(len(e.names))
			places[name] = at
			e.names = append(e.names, name)
		}
		e.of = append(e.of, at)
	}
}

// apart are the series of a table, each with its rows in order of time, by name. Findings of the table stay
// with it.
func (p *portion) apart() map[string]*portion {
	rows := make([][]int, len(p.entities.names))
	for row, i := range p.entities.of {
		rows[i] = append(rows[i], row)
	}
	out := map[string]*portion{}
	for i, name := range p.entities.names {
		one := *p
		one.entities, one.findings, one.blank = nil, nil, 0
		one.file = p.file + " (" + p.entities.column + " " + name + ")"
		one.raw = Raw{Rows: len(rows[i])}
		for _, values := range p.raw.Columns {
			one.raw.Columns = append(one.raw.Columns, permuted(values, rows[i]))
		}
		one.labels = permuted(p.labels, rows[i])
		one.at.At = permuted(p.at.At, rows[i])
		one.inOrder()
		out[name] = &one
	}
	return out
}

// none is a part without steps, of the same columns.
func (p *portion) none() *portion {
	out := *p
	out.raw, out.at, out.findings, out.blank = p.raw.Slice(0, 0), table.Axis{}, nil, 0
	if p.labels != nil {
		out.labels = []uint8{}
	}
	return &out
}

// readEach cuts every series of a table, and joins them.
func (whole *portion) readEach(opts Options, marks *marks, rule Fill) (*Set, error) {
	if marks != nil {
		labels, err := marks.overRows(whole)
		if err != nil {
			return nil, err
		}
		whole.labels = labels
	}
	apart := whole.apart()
	var sets []*Set
	for _, name := range whole.entities.names {
		one := apart[name]
		filled, err := one.fill(rule)
		if err != nil {
			return nil, err
		}
		cut, err := opts.Cut.row(one, archiveName{})
		if err != nil {
			return nil, err
		}
		train, test := one.split(cut)
		set, err := joinEntity(train, test, name, rule)
		if err != nil {
			return nil, err
		}
		set.take(filled, rule)
		set.Findings = one.findings
		sets = append(sets, set)
	}
	return whole.joinEach(sets, whole.findings, marks)
}

// readBoth joins the series that two tables have, training part and test part; what is in one of both alone
// has no other part.
func readBoth(train, test *portion, marks *marks, rule Fill) (*Set, error) {
	for _, p := range []*portion{train, test} {
		if p.entities == nil {
			return nil, table.InFile(p.file, fault.New("data-entity-one-part"))
		}
	}
	if err := test.align(train); err != nil {
		return nil, err
	}
	trains, tests := train.apart(), test.apart()
	all := entities{column: train.entities.column}
	all.append(train.entities)
	all.append(test.entities)
	var sets []*Set
	for _, name := range all.names {
		a, b := trains[name], tests[name]
		if a == nil {
			a = train.none()
		}
		if b == nil {
			b = test.none()
		}
		set, err := joinEntity(a, b, name, rule)
		if err != nil {
			return nil, err
		}
		set.Findings = append(a.findings, b.findings...)
		sets = append(sets, set)
	}
	return train.joinEach(sets, append(train.findings, test.findings...), marks)
}

// joinEntity makes the set of one series.
func joinEntity(train, test *portion, name string, rule Fill) (*Set, error) {
	set, err := join(train, test, rule)
	if err != nil {
		return nil, err
	}
	set.Name, set.Blank = name, 0
	return set, nil
}

// joinEach makes one set of those of every series.
func (p *portion) joinEach(sets []*Set, findings []found.Finding, marks *marks) (*Set, error) {
	set, err := Join(sets)
	if err != nil {
		return nil, err
	}
	set.Blank = p.blank
	own := set.Findings
	set.Findings = nil
	set.finish(append(append(findings, found.Finding{File: table.VisibleFile(p.file), Column: table.Visible(p.entities.column),
		Said: fault.Of(fault.New("find-entities", table.Visible(p.entities.column), strconv.Itoa(len(sets))))}),
		own...), marks)
	return set, nil
}
