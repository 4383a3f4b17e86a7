package datasets

import (
	"math"
	"slices"
	"strings"

	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
)

// look is what a preview takes from the table of a portion.
type look struct {
	cells  []found.Row
	shapes [][]byte
	format table.Format
	array  bool
}

// Bounds of a preview: what no page shows more of.
const (
	lookColumns  = 200
	lookSegments = 400
	lookGaps     = 100
	lookCell     = 60 // bytes
	lineParts    = 400
)

// look notes what a preview shows of the table, whose rows are in order by now; cells are not filled yet.
func (p *portion) look(t *table.Table) {
	l := &look{array: t.Array, format: t.Format}
	columns := t.Columns[:min(len(t.Columns), lookColumns)]
	for _, c := range columns {
		l.shapes = append(l.shapes, p.shape(c))
	}
	gaps := map[int]string{}
	for _, g := range p.gapsAt {
		if p.order == nil {
			gaps[p.inFile(g.Row)] = g.Long
		}
	}
	for _, row := range p.shownRows(columns) {
		r := found.Row{Line: t.Line(row), Gap: gaps[row]}
		if t.Array {
			r.Line = row + 1
		}
		for i, c := range columns {
			text, filled := p.cell(c, row)
			if r.Cells = append(r.Cells, text); filled {
				r.Filled = append(r.Filled, i)
			}
		}
		l.cells = append(l.cells, r)
	}
	for i := range columns {
		alike(l.cells, i)
	}
	p.seen = l
}

// alike writes the cells of a column with the same number of decimals, or times to the same unit, as files mostly
// have them.
func alike(rows []found.Row, i int) {
	decimals, seconds, times := 0, false, false
	for _, r := range rows {
		text := r.Cells[i]
		if len(text) > len("2006-01-02") && text[10] == ' ' {
			times, seconds = true, seconds || !strings.HasSuffix(text, ":00")
		}
		if _, after, ok := strings.Cut(text, "."); ok {
			decimals = max(decimals, len(after))
		}
	}
	for _, r := range rows {
		switch text := r.Cells[i]; {
		case times && len(text) == len("2006-01-02"):
			r.Cells[i] += " 00:00"
			if seconds {
				r.Cells[i] += ":00"
			}
		case times && !seconds:
			r.Cells[i] = strings.TrimSuffix(text, ":00")
		case !times && decimals > 0 && isPlain(text):
			whole, after, _ := strings.Cut(text, ".")
			r.Cells[i] = whole + "." + after + strings.Repeat("0", decimals-len(after))
		}
	}
}

// isPlain reports whether a cell is a number without an exponent.
func isPlain(text string) bool {
	return text != "" && strings.Trim(text, "-.0123456789") == ""
}

// inFile is the row of the file behind a gap that ends at a row.
func (p *portion) inFile(row int) int {
	if p.turned {
		return p.raw.Rows - row
	}
	return row
}

// shownRows are the rows of the file that a preview shows: the first, the last, those around the first gaps,
// and the first with a missing cell.
func (p *portion) shownRows(columns []*table.Column) (rows []int) {
	n := p.raw.Rows
	add := func(from, to int) {
		for r := max(from, 0); r < min(to, n); r++ {
			rows = append(rows, r)
		}
	}
	add(0, 4)
	add(n-2, n)
	if p.order == nil && len(p.gapsAt) > 0 {
		gap := p.inFile(p.gapsAt[0].Row)
		add(gap-2, gap+1)
	}
	first := n
	for _, c := range columns {
		if c.Role == found.Channel {
			if r := slices.IndexFunc(c.Values, func(x float64) bool { return x != x }); r >= 0 {
				first = min(first, p.reversed(r))
			}
		}
	}
	if first < n {
		add(first, first+1)
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// reversed is where the value of a row of the file stands in a channel, or the other way round.
func (p *portion) reversed(row int) int {
	if p.turned {
		return p.raw.Rows - 1 - row
	}
	return row
}

// cell is what stands in a row of the file, or the value that it will be filled with: the last one before it.
func (p *portion) cell(c *table.Column, row int) (text string, filled bool) {
	if c.Role.Used() && c.Role != found.OneHot {
		at := p.reversed(row)
		if c.Values[at] == c.Values[at] {
			return table.Number(c.Values[at]), false
		}
		for at--; at >= 0; at-- {
			if c.Values[at] == c.Values[at] {
				return table.Number(c.Values[at]), true
			}
		}
		return "", true
	}
	text = table.Visible(c.Text(row))
	if len(text) > lookCell {
		text = table.Short(text)
	}
	return text, false
}

// shape is a column in small; nil = it holds nothing that rises or falls.
func (p *portion) shape(c *table.Column) []byte {
	n := p.raw.Rows
	switch {
	case c.Role == found.Label && p.labels != nil:
		return sketch(n, found.Sketch/2, func(t int) float64 { return float64(p.labels[t]) })
	case c.Role == found.Time && !p.at.None():
		return sketch(n, found.Sketch/2, func(t int) float64 {
			if table.Missing(p.at.At[t]) {
				return math.NaN()
			}
			return float64(p.at.At[t])
		})
	}
	return sketch(n, found.Sketch/2, func(t int) float64 { return c.Values[t] })
}

// sketch is the lowest and the highest of each stretch of n values, 1 to 255; 0 where a stretch has none. It is
// nil if there are none at all.
func sketch(n, stretches int, at func(int) float64) []byte {
	stretches = min(stretches, n)
	ends := make([]float64, 0, 2*stretches)
	low, high := math.Inf(1), math.Inf(-1)
	for k := range stretches {
		lo, hi := math.Inf(1), math.Inf(-1)
		for t := n * k / stretches; t < n*(k+1)/stretches; t++ {
			if v := at(t); v == v {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		ends = append(ends, lo, hi)
		low, high = min(low, lo), max(high, hi)
	}
	if low > high {
		return nil
	}
	out := make([]byte, len(ends))
	for i, v := range ends {
		switch {
		case math.IsInf(v, 0):
		case low == high:
			out[i] = 128
		default: // halves, since the difference of both ends may be beyond float64
			out[i] = 1 + byte(math.Round(254*((v/2-low/2)/(high/2-low/2))))
		}
	}
	return out
}

// preview is a look at the set as a whole.
func (s *Set) preview(train, test *portion) *found.Preview {
	n := s.Train.Rows + s.Test.Rows
	v := &found.Preview{Rows: n, Cut: s.Train.Rows, Marked: s.marked(), Ticks: s.ticks(), Every: train.every}
	shown := s.lively()
	v.Channel = s.Channels[shown]
	v.Line = sketch(n, lineParts, func(t int) float64 {
		if t < s.Train.Rows {
			return s.Train.Columns[shown][t]
		}
		return s.Test.Columns[shown][t-s.Train.Rows]
	})
	if train.seen != nil {
		v.Cells, v.Shapes, v.Array = train.seen.cells, train.seen.shapes, train.seen.array
		v.Nameless = !train.seen.format.Header
		v.Parted, v.Comma = train.seen.format.SeparatorName(), train.seen.format.Decimal == ','
	}
	v.Gaps = train.gapsAt
	if test != nil {
		v.Fixed = true
		v.Gaps = slices.Clone(v.Gaps)
		for _, g := range test.gapsAt {
			v.Gaps = append(v.Gaps, found.Gap{Row: g.Row + s.Train.Rows, Long: g.Long})
		}
		v.Cells = append(slices.Clone(v.Cells), rowsOfTest(train, test)...)
	}
	v.Gaps = v.Gaps[:min(len(v.Gaps), lookGaps)]
	return v
}

// previewOf is a look at sets that are joined: rows as they stand in the first, the rest of all of them.
func (s *Set) previewOf(sets []*Set) *found.Preview {
	v := s.preview(&portion{}, nil)
	first := sets[0].Look
	v.Nameless = first.Nameless
	v.Cells, v.Shapes, v.Array, v.Parted, v.Comma, v.Every = first.Cells, first.Shapes, first.Array, first.Parted,
		first.Comma, first.Every
	v.Ticks = nil // times begin anew with each
	for i, one := range sets {
		m := s.Members[i]
		if one.Look.Every != v.Every {
			v.Every = 0
		}
		v.Fixed = v.Fixed || one.Look.Fixed
		for _, g := range one.Look.Gaps {
			if n := m.Train.Len(); g.Row < n {
				g.Row += m.Train.From
			} else {
				g.Row += s.Train.Rows + m.Test.From - n
			}
			v.Gaps = append(v.Gaps, g)
		}
	}
	slices.SortFunc(v.Gaps, func(a, b found.Gap) int { return a.Row - b.Row })
	v.Gaps = v.Gaps[:min(len(v.Gaps), lookGaps)]
	return v
}

// lively is the first channel that takes many values, or else one that changes at all.
func (s *Set) lively() int {
	const sample, many = 256, 32
	best, changes := -1, 0
	for c, values := range s.Train.Columns {
		seen := map[float64]bool{}
		for k := range min(sample, len(values)) {
			seen[values[len(values)*k/min(sample, len(values))]] = true
		}
		if len(seen) > many {
			return c
		}
		if best < 0 || changes == 0 && !Constant(values) {
			best, changes = c, len(seen)-1
		}
	}
	return best
}

// rowsOfTest are the first and last rows of the test part, if its columns stand in the order of the other's.
func rowsOfTest(train, test *portion) []found.Row {
	if test.seen == nil || len(test.seen.cells) == 0 || !slices.EqualFunc(train.columns, test.columns,
		func(a, b found.Column) bool { return a.Name == b.Name }) {
		return nil
	}
	rows := slices.Clone(test.seen.cells)
	rows[0].Test = table.VisibleFile(test.file)
	return rows
}

// marked are the labelled rows of both parts.
func (s *Set) marked() (out []steps.Range) {
	for _, a := range segments(s.Marked) {
		out = append(out, a.Range)
	}
	for _, a := range s.Anomalies {
		out = append(out, steps.Range{From: a.From + s.Train.Rows, To: a.To + s.Train.Rows})
	}
	return out[:min(len(out), lookSegments)]
}

// Units of round times, and how many ticks there are at most.
const mostTicks = 12

var roundTimes = []int64{1e9, 5e9, 15e9, 60e9, 300e9, 900e9, 3600e9, 3 * 3600e9, 6 * 3600e9, 12 * 3600e9,
	86400e9, 2 * 86400e9, 7 * 86400e9, 14 * 86400e9, 30 * 86400e9, 91 * 86400e9, 365 * 86400e9, 3652 * 86400e9}

// ticks are rows at round times, where times are dates in order.
func (s *Set) ticks() (out []found.Tick) {
	a, b := s.TrainAt, s.TestAt
	if a.None() || b.None() || !a.Clock || !b.Clock || !slices.IsSorted(a.At) || !slices.IsSorted(b.At) ||
		table.Missing(a.At[0]) || b.At[0] < a.At[len(a.At)-1] {
		return nil
	}
	first, last := a.At[0], b.At[len(b.At)-1]
	for _, unit := range roundTimes {
		if (last-first)/unit > mostTicks {
			continue
		}
		at := first - first%unit
		for ; at <= last; at += unit {
			row, _ := slices.BinarySearch(a.At, at)
			if row == len(a.At) {
				row, _ = slices.BinarySearch(b.At, at)
				row += len(a.At)
			}
			if at >= first {
				out = append(out, found.Tick{Row: row, Text: table.Axis{Clock: true}.Text(at)})
			}
		}
		return out
	}
	return nil
}
