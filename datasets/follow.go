package datasets

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// separate are files that each hold a whole, with labels for all of them where there are some; nil = they are not: one
// is a part of another, or there are not several.
func separate(files []File) (wholes []File, labels *File) {
	for i, f := range files {
		if path.Ext(cmp.Or(f.Inside, f.Name)) == "" { // as the arrays of an npz
			return nil, nil
		}
		switch partOf(f, false) {
		case partWhole:
			wholes = append(wholes, f)
		case partLabels:
			if labels != nil {
				return nil, nil
			}
			labels = &files[i]
		default:
			return nil, nil
		}
	}
	if len(wholes) < 2 {
		return nil, nil
	}
	slices.SortStableFunc(wholes, func(a, b File) int { return byNumbers(a.Name, b.Name) })
	for i, f := range wholes[1:] {
		if f.Name == wholes[i].Name {
			return nil, nil
		}
	}
	return wholes, labels
}

// readSeparate reads files that each hold a whole: as one series where they follow one another in time, or somebody
// asked for it, else as several.
func readSeparate(ctx context.Context, wholes []File, labels *File, opts Options, rule Fill) (*Set, error) {
	want := opts.want()
	want.Maybe = true
	var portions []*portion
	for i, f := range wholes {
		p, err := readPortion(ctx, f, want, opts.Anomaly)
		if fault.Has(err, "data-no-values") && labels == nil {
			labels = &wholes[i] // whatever it is called
			continue
		}
		if err != nil {
			return nil, err
		}
		portions = append(portions, p)
	}
	marks, err := marksOf(ctx, labels, opts)
	if err != nil {
		return nil, err
	}
	if len(portions) == 0 {
		return nil, table.InFile(wholes[0].Name, fault.New("data-no-part"))
	}
	if err := asked(portions, marks); err != nil {
		return nil, err
	}
	row, err := inRow(portions, opts.Files)
	if err != nil {
		return nil, err
	}
	if row.join {
		set, err := row.read(opts, marks, rule)
		if err == nil && labels != nil {
			set.labelsFrom(*labels)
		}
		return set, err
	}
	if labels != nil {
		return nil, table.InFile(labels.Name, fault.New("data-labels-of-many", len(wholes)))
	}
	var sets []*Set
	for i, p := range portions {
		one, err := p.set(opts, nil, archiveRule(wholes[i].Name), rule)
		if err != nil {
			return nil, err
		}
		one.Name = fileID(setName(wholes[i : i+1]))
		sets = append(sets, one)
	}
	set, err := joinSeparate(sets)
	if err == nil && row.said != nil {
		set.Findings = append(set.Findings, *row.said)
	}
	return set, err
}

// queue is how files follow one another.
type queue struct {
	join     bool
	portions []*portion     // in order of time, or of their names
	said     *found.Finding // what was decided, with the reason; nil = nothing was to be decided
}

// inRow decides whether files are one series: asked says so (of found.Together) or, where nobody did, they are if each
// begins after the one before has ended, and mostly soon after: pauses are short beside the files. Times of runs that
// lie far apart stay several series, and so do those of machines that ran at the same time.
func inRow(portions []*portion, asked string) (queue, error) {
	q := queue{portions: slices.Clone(portions), join: len(portions) == 1}
	if q.join {
		return q, nil
	}
	timed := q.timed()
	if timed {
		slices.SortStableFunc(q.portions, func(a, b *portion) int { return cmp.Compare(a.first(), b.first()) })
	}
	for i, p := range q.portions[1:] {
		before := q.portions[i]
		if timed && p.first() <= before.last() {
			return q.overlap(before, p, asked)
		}
	}
	switch {
	case asked == "join" && !timed:
		q.say(false, "find-files-by-name")
	case !timed || !sameColumns(q.portions) || slices.ContainsFunc(portions, func(p *portion) bool {
		return (p.entities == nil) != (portions[0].entities == nil)
	}):
		q.join = asked == "join" // joining says what differs
		return q, nil
	default:
		pause, long := q.pauses()
		q.join = asked == "join" || asked == "" && 2*pause <= long
		text := fault.New("find-files-follow", len(portions), strings.Join(q.names(), ", "))
		if asked == "apart" {
			text = fault.New("find-files-apart", len(portions), strings.Join(q.names(), ", "))
		} else if key := map[bool]string{true: "find-files-follow-after", false: "find-files-far"}[q.join]; pause > 0 {
			text = fault.New(key, len(portions), strings.Join(q.names(), ", "), q.portions[0].span(pause),
				q.portions[0].span(long))
		}
		q.said = &found.Finding{Said: fault.Of(text), Flag: "-files", Doubt: !q.join && asked == "",
			Guess: map[bool]string{true: "join", false: "apart"}[q.join], Choices: found.Together}
		return q, nil
	}
	q.join = true
	return q, nil
}

// say notes what was decided of files that nobody can order by their times.
func (q *queue) say(doubt bool, key string) {
	q.said = &found.Finding{Said: fault.Of(fault.New(key, len(q.portions), strings.Join(q.names(), ", "))), Flag: "-files",
		Guess: "join", Choices: found.Together, Doubt: doubt}
}

// overlap is what becomes of files of which one begins before another has ended. Those of which it is a small part may
// be meant to follow: that is in doubt.
func (q queue) overlap(before, p *portion, asked string) (queue, error) {
	from, to := p.at.Text(p.first()), before.at.Text(before.last())
	if asked == "join" {
		return q, table.InFile(p.file, fault.New("data-files-overlap", from, table.VisibleFile(before.file), to))
	}
	shorter := min(p.last()-p.first(), before.last()-before.first())
	common := min(before.last(), p.last()) - p.first()
	if 10*common <= shorter && sameColumns(q.portions) {
		q.said = &found.Finding{Doubt: true, File: table.VisibleFile(p.file), Flag: "-files", Guess: "apart",
			Choices: found.Together,
			Said: fault.Of(fault.New("find-files-overlap", table.VisibleFile(p.file), from, table.VisibleFile(before.file),
				to))}
	}
	return q, nil
}

// timed reports whether all rows of all files have times of one kind.
func (q queue) timed() bool {
	first := q.portions[0].at
	return !slices.ContainsFunc(q.portions, func(p *portion) bool {
		return p.at.None() || p.at.Clock != first.Clock || p.at.Unit != first.Unit || len(p.at.At) == 0 ||
			slices.ContainsFunc(p.at.At, table.Missing)
	})
}

// sameColumns reports whether all files have channels of the same names, or as many without names.
func sameColumns(portions []*portion) bool {
	sorted := func(p *portion) []string { return slices.Sorted(slices.Values(p.names)) }
	first := portions[0]
	return !slices.ContainsFunc(portions, func(p *portion) bool {
		return p.raw.Channels() != first.raw.Channels() || !slices.Equal(sorted(p), sorted(first))
	})
}

// pauses are the middle of those between the files, beyond a usual step, and of how long these are.
func (q queue) pauses() (pause, long int64) {
	var between, spans []int64
	for i, p := range q.portions {
		spans = append(spans, p.last()-p.first())
		if i > 0 {
			before := q.portions[i-1]
			between = append(between, max(0, p.first()-before.last()-max(p.step(), before.step())))
		}
	}
	return median(between), median(spans)
}

// names are those of the files, in their order.
func (q queue) names() (names []string) {
	for _, p := range q.portions {
		names = append(names, table.VisibleFile(p.file))
	}
	return table.Few(names)
}

// first and last are the earliest and the latest time of a file's rows.
func (p *portion) first() int64 { return slices.Min(p.at.At) }
func (p *portion) last() int64  { return slices.Max(p.at.At) }

// step is the usual time between two rows; of several series that share times, between two that differ.
func (p *portion) step() int64 {
	sorted := slices.Compact(slices.Sorted(slices.Values(p.at.At)))
	if len(sorted) < 2 {
		return math.MaxInt64 / 4 // one row says nothing: no pause is long beside it
	}
	between := make([]int64, 0, len(sorted)-1)
	for i := 1; i < len(sorted); i++ {
		between = append(between, sorted[i]-sorted[i-1])
	}
	return median(between)
}

// read makes one series of the files, and lists the pauses between them.
func (q queue) read(opts Options, marks *marks, rule Fill) (*Set, error) {
	whole := *q.portions[0]
	files := q.names()
	border, rows := map[int]string{}, whole.raw.Rows
	for _, next := range q.portions[1:] {
		border[rows] = table.VisibleFile(next.file)
		if err := whole.follow(next); err != nil {
			return nil, err
		}
		rows = whole.raw.Rows
	}
	whole.file = strings.Join(files, ", ")
	if q.said != nil {
		whole.findings = append(whole.findings, *q.said)
	}
	q.unlabelled(&whole, marks)
	whole.betweenFiles(border)
	if whole.seen != nil {
		whole.seen.shapes = whole.shapes(whole.seen.shapes)
	}
	set, err := whole.set(opts, marks, archiveName{}, rule)
	if err != nil {
		return nil, err
	}
	set.readFrom(files)
	return set, nil
}

// unlabelled says which files have no labels where others do.
func (q queue) unlabelled(whole *portion, marks *marks) {
	for _, p := range q.portions {
		if p.labels == nil && whole.labels != nil && marks == nil {
			whole.findings = append(whole.findings, found.Finding{Doubt: true, File: table.VisibleFile(p.file), Flag: "-label",
				Said: fault.Of(fault.New("find-unlabelled-file", table.VisibleFile(p.file)))})
		}
	}
}

// follow adds the rows of the file that comes next.
func (p *portion) follow(next *portion) error {
	rows := p.raw.Rows
	if next.every != p.every {
		p.every = 0
	}
	if err := p.append(next); err != nil {
		return err
	}
	for _, g := range next.gapsAt {
		p.gapsAt = append(p.gapsAt, found.Gap{Row: g.Row + rows, Long: g.Long})
	}
	if p.seen != nil && next.seen != nil {
		p.seen = p.seen.then(next, slices.EqualFunc(p.columns, next.columns, func(a, b found.Column) bool {
			return a.Name == b.Name
		}))
	}
	for i := range p.columns {
		if i < len(next.columns) && p.columns[i].Name == next.columns[i].Name {
			p.columns[i].Missing += next.columns[i].Missing
			p.columns[i].Spelt = spelt(p.columns[i].Spelt, next.columns[i].Spelt)
		}
	}
	return nil
}

// spelt adds the spellings of another file.
func spelt(a, b []found.Spelt) []found.Spelt {
	out := slices.Clone(a)
	for _, s := range b {
		if i := slices.IndexFunc(out, func(o found.Spelt) bool { return o.Text == s.Text }); i >= 0 {
			out[i].Count += s.Count
		} else {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(x, y found.Spelt) int { return y.Count - x.Count })
	return out
}

// then is a look at two files one after the other: the first rows of the first, and all that is shown of the last.
func (l look) then(next *portion, same bool) *look {
	if !same || len(next.seen.cells) == 0 {
		return &l
	}
	if at := slices.IndexFunc(l.cells, func(r found.Row) bool { return r.Test != "" }); at >= 0 {
		l.cells = l.cells[:at]
	}
	more := slices.Clone(next.seen.cells)
	more[0].Test = table.VisibleFile(next.file)
	l.cells = append(slices.Clip(l.cells), more...)
	return &l
}

// betweenFiles lists the pauses between files, which begin at these rows.
func (p *portion) betweenFiles(border map[int]string) {
	if p.at.None() || p.entities != nil {
		return
	}
	usual := p.step()
	var places error
	n := 0
	for _, row := range slices.Sorted(maps.Keys(border)) {
		d := p.at.At[row] - p.at.At[row-1]
		if 2*d <= 3*usual {
			continue
		}
		p.gapsAt = append(p.gapsAt, found.Gap{Row: row, Long: fmt.Sprint(p.span(d))})
		at := fault.New("find-file-after", border[row], p.span(d))
		if n++; n == 1 {
			places = at
		} else if n <= mostPlaces {
			places = fault.New("find-gap-then", places, at)
		}
	}
	if n > mostPlaces {
		places = fault.New("find-gap-then", places, "…")
	}
	slices.SortFunc(p.gapsAt, func(a, b found.Gap) int { return a.Row - b.Row })
	if n > 0 {
		p.findings = append(p.findings, found.Finding{Doubt: true,
			Said: fault.Of(fault.New("find-files-gaps", n, places))})
	}
}

// shapes are the columns in small, over all files.
func (p *portion) shapes(of [][]byte) [][]byte {
	out := slices.Clone(of)
	for i := range min(len(out), len(p.columns)) {
		var values func(t int) float64
		switch c := p.columns[i]; {
		case c.Role == found.Label && p.labels != nil:
			values = func(t int) float64 { return float64(p.labels[t]) }
		case c.Role == found.Time && !p.at.None():
			values = func(t int) float64 { return float64(p.at.At[t]) }
		case c.Role.Used() && c.Role != found.OneHot:
			at := p.channelOf(i)
			if p.names == nil {
				at = p.countedChannel(i)
			}
			if at >= 0 {
				values = func(t int) float64 { return p.raw.Columns[at][t] }
			}
		}
		if values != nil {
			out[i] = sketch(p.raw.Rows, found.Sketch/2, values)
		}
	}
	return out
}

// countedChannel is which channel a column of a file without names is; -1 = none alone.
func (p *portion) countedChannel(at int) (n int) {
	for _, c := range p.columns[:at] {
		if c.Role == found.OneHot {
			return -1
		}
		if c.Role.Used() {
			n++
		}
	}
	return n
}
