package scoring

import (
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
	"cosinelab/engine/detector"
)

// columns say where a table has what a detector needs.
type columns struct {
	header   bool
	n        int   // cells of a row
	channels []int // the cell of each channel
	times    []int // the cells that say when a row was measured; none = nothing does
	entity   int   // the cell that tells which series a row belongs to; -1 = all are of one
	extra    []string
}

// shownNames is how many columns a message lists.
const shownNames = 8

// match finds the columns by their names, in any order; in a table without a header by their places. first are
// the cells of the first row.
func match(d *detector.Detector, f table.Format, first [][]byte) (columns, error) {
	names := make([]string, len(first))
	for i, cell := range first {
		names[i] = strings.TrimSpace(string(cell))
	}
	if len(names) > 0 {
		names[0] = strings.TrimSpace(strings.TrimPrefix(names[0], "#"))
	}
	for len(names) > 1 && names[len(names)-1] == "" { // a separator behind the last name
		names = names[:len(names)-1]
	}
	if d.Channels[0].Column == "" {
		return byPlace(d, f, first)
	}
	c := columns{header: true, n: len(names), entity: -1}
	var missing []string
	used := map[int]bool{}
	for _, ch := range d.Channels {
		at := find(names, ch, used)
		if at < 0 && !slices.Contains(missing, ch.Column) {
			missing = append(missing, ch.Column)
		}
		if at >= 0 && ch.Is == nil {
			used[at] = true
		}
		c.channels = append(c.channels, at)
	}
	all := 0
	for _, at := range c.channels {
		if at >= 0 {
			all++
		}
	}
	if all == 0 && plain(f, first) {
		return byPlace(d, f, first)
	}
	for _, name := range d.Reading.Times.Columns {
		at := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(name)) })
		if at >= 0 {
			c.times = append(c.times, at)
		}
	}
	if len(c.times) < len(d.Reading.Times.Columns) {
		c.times = nil
	}
	if e := EntityOf(d); e != nil {
		c.entity = slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(e.Name)) })
	}
	c.extra = extra(d, names, c)
	for _, k := range d.Reading.Columns {
		if len(missing) > 0 && k.Role == found.Names && slices.Contains(names, k.Name) {
			return c, fault.New("score-long", k.Name, strings.Join(few(missing), ", "))
		}
	}
	if len(missing) > 0 {
		if len(c.extra) == 0 {
			return c, fault.New("score-missing", strings.Join(few(missing), ", "))
		}
		return c, fault.New("score-missing-extra", strings.Join(few(missing), ", "), strings.Join(few(c.extra),
			", "))
	}
	return c, nil
}

// find returns the place of a channel's column, exactly spelt before in another case; -1 = it is not there.
// Columns of one name count in their order.
func find(names []string, ch detector.Channel, used map[int]bool) int {
	want := strings.TrimSpace(ch.Column)
	for _, equal := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for i, name := range names {
			if !used[i] && equal(name, want) {
				return i
			}
		}
	}
	return -1
}

// plain reports whether a first row holds no names: numbers, times, or nothing.
func plain(f table.Format, first [][]byte) bool {
	for _, cell := range first {
		if _, _, err := f.Measured(cell); err != nil && !table.IsStamp(cell) {
			return false
		}
	}
	return true
}

// byPlace takes columns by their places: the table must have as many as that of the training, or all but those of
// labels, which new data rarely have.
func byPlace(d *detector.Detector, f table.Format, first [][]byte) (columns, error) {
	c := columns{header: !plain(f, first), n: len(first), entity: -1}
	all := len(d.Reading.Columns)
	for _, ch := range d.Channels {
		all = max(all, ch.Place)
	}
	var labels []int
	for _, k := range d.Reading.Columns {
		if k.Role == found.Label || k.Role == found.SecondLabel {
			labels = append(labels, k.Place)
		}
	}
	fits := func(want int) bool {
		if c.n == want+1 && len(table.Trimmed(first[want])) == 0 {
			c.n = want // a separator behind the last cell
		}
		return c.n == want
	}
	if fits(all) {
		labels = nil
	} else if !fits(all - len(labels)) {
		return c, fault.New("score-places", c.n, all)
	}
	at := func(place int) int {
		before := 0
		for _, l := range labels {
			if l < place {
				before++
			}
		}
		return place - 1 - before
	}
	for _, ch := range d.Channels {
		c.channels = append(c.channels, at(ch.Place))
	}
	for _, place := range d.Reading.Times.Places {
		c.times = append(c.times, at(place))
	}
	if e := EntityOf(d); e != nil {
		c.entity = at(e.Place)
	}
	return c, nil
}

// EntityOf is the column that tells series apart; nil = none did in training.
func EntityOf(d *detector.Detector) *found.Column {
	for i, k := range d.Reading.Columns {
		if k.Role == found.Entity {
			return &d.Reading.Columns[i]
		}
	}
	return nil
}

// extra are the names of columns that the detector does not know.
func extra(d *detector.Detector, names []string, c columns) (out []string) {
	for i, name := range names {
		known := slices.Contains(c.channels, i) || slices.Contains(c.times, i) || i == c.entity || name == "" ||
			slices.ContainsFunc(d.Reading.Columns, func(k found.Column) bool {
				return strings.EqualFold(strings.TrimSpace(k.Name), name)
			})
		if !known {
			out = append(out, name)
		}
	}
	return out
}

// few are the first of some names, as messages have them.
func few(names []string) []string {
	out := []string{}
	for i, name := range names {
		if i == shownNames {
			return append(out, "…")
		}
		out = append(out, table.Short(name))
	}
	return out
}
