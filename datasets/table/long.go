package table

import (
	"math"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// Words of names of columns in tables that hold one value a row: of the one that names what was measured, and of the one
// that holds the value.
var (
	tagWords = []string{"tag", "tagname", "sensor", "sensorid", "variable", "metric", "parameter", "param", "channel", "signal",
		"point", "pointname", "item", "measurement", "attribute", "quantity", "name", "series", "field", "key", "태그", "센서", "항목",
		"변수", "测点", "标签"}
	valueWords = []string{"value", "val", "reading", "measurement", "measured", "wert", "valor", "valeur", "y", "데이터", "값", "측정값", "数值", "值"}
)

// decideLong looks whether each row holds one value of one of several channels, which another column names: then its
// times come several times, each with another name. Whoever names an entity has said what that column is.
func (t *Table) decideLong(want Want) {
	if want.Labels || len(t.With(found.Names)) > 0 || len(t.With(found.Entity)) > 0 || t.Rows < ramp {
		return
	}
	var tags []*Column
	var values []*Column
	for _, c := range t.open() {
		switch words := len(c.distinct()); {
		case c.numeric():
			values = append(values, c)
		case words > 1 && c.count[classMissing] == 0 && c.count[classText] == c.filled():
			tags = append(tags, c)
		}
	}
	byName := func(list []*Column, words []string) *Column {
		i := slices.IndexFunc(list, func(c *Column) bool { return t.Format.Header && has(c.Name, words, nil) })
		if i < 0 {
			return nil
		}
		return list[i]
	}
	tag, value := byName(tags, tagWords), byName(values, valueWords)
	if tag == nil && len(tags) == 1 {
		tag = tags[0]
	}
	if value == nil && len(values) == 1 {
		value = values[0]
	}
	if tag == nil || value == nil || len(values) > 2 {
		return
	}
	repeated, twice := t.repeats(tag)
	named := byName([]*Column{tag}, tagWords) != nil && byName([]*Column{value}, valueWords) != nil
	if twice > t.Rows/20 || 10*repeated < 3*t.Rows && !named {
		return
	}
	tag.is(found.Names, why("why-names", Visible(value.Name)))
	for _, c := range values {
		if c != value {
			c.is(found.Dropped, why("why-beside-value"))
		}
	}
	t.note(found.Finding{Doubt: true, Column: Visible(tag.Name), Guess: string(found.Names),
		Choices: []string{string(found.Entity), string(found.Dropped)}, Flag: "-pivot",
		Said: why("find-long", Visible(tag.Name), Visible(value.Name), len(tag.distinct()),
			strings.Join(Few(spelled(tag.distinct())), ", "))})
}

func spelled(words []Word) (out []string) {
	for _, w := range words {
		out = append(out, Visible(w.Text))
	}
	return out
}

// repeats counts rows with a time that another row has too, and those that also share its tag. Without times there are
// none.
func (t *Table) repeats(tag *Column) (times, twice int) {
	findings := t.Findings
	axis := t.Axis()
	t.Findings = findings // it is asked for again
	if axis.None() {
		return 0, t.Rows
	}
	type place struct {
		at   int64
		code uint8
	}
	seen, pairs := map[int64]int{}, map[place]bool{}
	for row, at := range axis.At {
		p := place{at, tag.Codes[row]}
		if seen[at]++; pairs[p] {
			twice++
		}
		pairs[p] = true
	}
	for _, n := range seen {
		if n > 1 {
			times += n
		}
	}
	return times, twice
}

// Pivoted are the channels of a table whose rows hold one value each, by the spellings of the column that names them: NaN
// where a time has no value of a channel. first is a row of each time, in the order in which they first come; doubles are
// the rows whose time and name another has too: the last counts. of says which time each row is of.
type Pivoted struct {
	Names   []string
	Columns [][]float64
	First   []int
	Of      []int
	Doubles int
}

// Pivot puts the rows of each time together.
func (t *Table) Pivot(tag, value *Column, at []int64) (*Pivoted, error) {
	if tag.Codes == nil {
		return nil, InFile(t.File, t.inColumn(tag, fault.New("data-too-many-words", mostWords)))
	}
	p := &Pivoted{Of: make([]int, t.Rows)}
	places := map[int64]int{}
	for row, ns := range at {
		if ns == noStamp {
			return nil, t.At(row, tag, fault.New("data-long-no-time"))
		}
		k, known := places[ns]
		if !known {
			k = len(p.First)
			places[ns] = k
			p.First = append(p.First, row)
		}
		p.Of[row] = k
	}
	if len(p.First)*len(tag.Words) > MaxValues {
		return nil, InFile(t.File, fault.New("data-too-many-values", MaxValues))
	}
	for _, w := range tag.Words {
		p.Names = append(p.Names, w.Text)
		p.Columns = append(p.Columns, nans(len(p.First)))
	}
	taken := make([][]bool, len(tag.Words))
	for i := range taken {
		taken[i] = make([]bool, len(p.First))
	}
	for row, code := range tag.Codes {
		if taken[code][p.Of[row]] {
			p.Doubles++
		}
		taken[code][p.Of[row]] = true
		p.Columns[code][p.Of[row]] = value.Values[row]
	}
	return p, nil
}

// nans are n values that are missing.
func nans(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
