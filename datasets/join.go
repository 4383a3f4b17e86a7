package datasets

import (
	"fmt"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// dropped says why columns of these roles are not used.
var dropped = map[found.Role]Reason{found.Time: ReasonTime, found.RowNumber: ReasonNumber,
	found.SecondLabel: ReasonLabel, found.Text: ReasonText, found.Empty: ReasonEmpty, found.Dropped: ReasonAsked}

// join makes a set of two parts. Missing cells are filled by the rule.
func join(train, test *portion, rule Fill) (*Set, error) {
	if err := test.align(train); err != nil {
		return nil, err
	}
	set := &Set{Channels: slices.Clone(train.names), Train: train.raw, Test: test.raw, Labels: test.labels,
		Marked: train.labels, TrainAt: train.at, TestAt: test.at, Blank: train.blank + test.blank,
		Columns: train.columns}
	if set.Channels == nil {
		set.Channels = slices.Clone(test.names)
	}
	for c := len(set.Channels); c < train.raw.Channels(); c++ {
		set.Channels = append(set.Channels, fmt.Sprintf("channel %d", c+1))
	}
	set.drop(train.columns)
	set.drop(test.columns)
	for _, c := range test.columns {
		if c.Role == found.Label && !slices.ContainsFunc(set.Columns, func(d found.Column) bool {
			return d.Name == c.Name
		}) {
			set.Columns = append(slices.Clone(set.Columns), c)
		}
	}
	for _, p := range []*portion{train, test} {
		filled, err := p.fill(rule)
		if err != nil {
			return nil, err
		}
		set.take(filled, rule)
	}
	set.Train, set.Test = train.raw, test.raw
	if set.Labels != nil {
		set.Anomalies = segments(set.Labels)
	}
	return set, nil
}

// drop lists the columns that are no channels.
func (s *Set) drop(columns []found.Column) {
	for _, c := range columns {
		why, ok := dropped[c.Role]
		d := Dropped{table.Visible(c.Name), why}
		if ok && (c.Name != "" || c.Role != found.Empty) && !slices.Contains(s.Dropped, d) {
			s.Dropped = append(s.Dropped, d)
		}
	}
}

// take counts cells that were filled.
func (s *Set) take(filled []int, rule Fill) {
	for c, n := range filled {
		if n == 0 {
			continue
		}
		if s.Missing == nil {
			s.Missing = make([]int, len(filled))
		}
		s.Missing[c] += n
		s.Filled += n
		s.FillRule = rule
	}
}

// align brings the channels of p in the order of those of another part. A column that is a channel in only one
// of both, since it is empty, constant text or labels in the other, is one in neither.
func (p *portion) align(to *portion) error {
	if p.names != nil && to.names != nil {
		to.without(p)
		p.without(to)
	}
	if p.raw.Channels() != to.raw.Channels() {
		return table.InFile(p.file, fault.New("data-channels-differ", p.raw.Channels(), table.Visible(to.file),
			to.raw.Channels()))
	}
	if p.names == nil || to.names == nil || slices.Equal(p.names, to.names) {
		return nil
	}
	order := make([]int, len(to.names))
	for c, name := range to.names {
		if order[c] = slices.Index(p.names, name); order[c] < 0 || slices.Contains(order[:c], order[c]) {
			return table.InFile(p.file, fault.New("data-names-differ", c+1, table.Short(p.names[c]),
				table.Visible(to.file), table.Short(name)))
		}
	}
	p.raw, p.names = p.raw.Only(order), to.names
	p.note(found.Finding{Said: fault.Of(fault.New("find-order-of-columns", table.Visible(to.file)))})
	return nil
}

// without drops the channels that are a column of another role in the other part.
func (p *portion) without(other *portion) {
	nth := map[string]int{}
	for _, c := range other.columns {
		at := nthNamed(p.columns, c.Name, nth[c.Name])
		nth[c.Name]++
		if at < 0 || c.Role.Used() || !p.columns[at].Role.Used() || len(p.names) == 1 {
			continue
		}
		i := p.channelOf(at)
		if i < 0 {
			continue
		}
		if c.Role == found.Label && p.labels == nil {
			p.labels = zeroOne(p.raw.Columns[i])
		}
		p.names = slices.Delete(slices.Clone(p.names), i, i+1)
		p.raw.Columns = slices.Delete(slices.Clone(p.raw.Columns), i, i+1)
		p.columns = slices.Clone(p.columns)
		p.columns[at].Role, p.columns[at].Why = c.Role, c.Why
		p.note(found.Finding{Column: table.Visible(c.Name), Guess: string(c.Role),
			Said: fault.Of(fault.New("find-other-part", table.Visible(c.Name), table.Visible(other.file),
				fault.Word(c.Role.WordKey())))})
	}
}

// nthNamed is the place of the column that has a name as the nth, from 0; -1 = there are fewer.
func nthNamed(columns []found.Column, name string, nth int) int {
	for i, c := range columns {
		if c.Name != name {
			continue
		}
		if nth == 0 {
			return i
		}
		nth--
	}
	return -1
}

// channelOf is which channel a column is that is one: several of them may have the same name; -1 = it is several.
func (p *portion) channelOf(at int) int {
	before := 0
	for _, c := range p.columns[:at] {
		if c.Name == p.columns[at].Name && c.Role.Used() {
			before++
		}
	}
	for i, name := range p.names {
		if name != table.Visible(p.columns[at].Name) {
			continue
		}
		if before == 0 {
			return i
		}
		before--
	}
	return -1
}

// zeroOne reads values as labels; nil = they hold others.
func zeroOne(values []float64) []uint8 {
	out := make([]uint8, len(values))
	for i, v := range values {
		switch v {
		case 0:
		case 1:
			out[i] = 1
		default:
			return nil
		}
	}
	return out
}
