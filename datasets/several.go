package datasets

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
)

// Member is one of the series of a set that has several, one behind the other in both parts.
type Member struct {
	Name  string
	Train steps.Range // steps of the set's training part; none where the series has no such part
	Test  steps.Range
}

// Sources parts the text of a source that names several sets: ids with commas between them. A comma that no
// id follows belongs to a name.
func Sources(source string) (ids []string) {
	for rest := source; ; {
		at := strings.IndexByte(rest, ',')
		for at >= 0 && !beginsID(rest[at+1:]) {
			next := strings.IndexByte(rest[at+1:], ',')
			if next < 0 {
				at = -1
			} else {
				at += 1 + next
			}
		}
		if at < 0 {
			return append(ids, strings.TrimSpace(rest))
		}
		ids, rest = append(ids, strings.TrimSpace(rest[:at])), rest[at+1:]
	}
}

// beginsID reports whether a text begins with the id of a set, or a pattern of ids.
func beginsID(text string) bool {
	id, _, _ := strings.Cut(strings.TrimSpace(text), ",")
	prefix, _, named := strings.Cut(id, "/")
	if named && (Group(prefix) == GroupBuiltin || Group(prefix) == GroupFile) {
		return true
	}
	_, known := benchmarkSource(strings.TrimSpace(prefix))
	return known
}

// Several reports whether a source names several sets: a list, or a pattern in which * stands for any signs
// but slashes, ? for one.
func Several(source string) bool {
	return strings.ContainsAny(source, "*?") || len(Sources(source)) > 1
}

// OpenSeveral opens every set that a source names, in the order of the list, those of a pattern by their
// names, and joins them. Patterns are matched with the ids of built-in sets, and of those in fsys, which may
// be nil. Files of a user's own are read as ReadFiles does.
func OpenSeveral(ctx context.Context, fsys fs.FS, source string, opts Options,
	open func(id string) (*Set, error)) (*Set, error) {
	var there []string
	for _, s := range All {
		if s.Group() == GroupBuiltin {
			there = append(there, s.ID)
		}
	}
	if fsys != nil && strings.ContainsAny(source, "*?") {
		entries, err := List(ctx, fsys)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			there = append(there, e.ID)
		}
	}
	ids, err := expanded(Sources(source), there)
	if err != nil {
		return nil, err
	}
	if files := ownFiles(fsys, ids); files != nil {
		set, err := ReadFiles(ctx, files, opts)
		if err == nil && len(files) > 1 {
			set.Name = source
		}
		return set, err
	}
	var sets []*Set
	for _, id := range ids {
		set, err := open(id)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	joined, err := Join(sets)
	if err != nil {
		return nil, err
	}
	joined.Name, joined.Title = source, table.Short(source)
	return joined, nil
}

// ownFiles are the files that ids name which are those of a user's own, one each, or all parts of one set; nil = they
// name others, or sets of several files.
func ownFiles(fsys fs.FS, ids []string) (files []File) {
	if fsys == nil {
		return nil
	}
	var groups [][]File
	for _, id := range ids {
		name, own := strings.CutPrefix(id, string(GroupFile)+"/")
		if !own {
			return nil
		}
		groups = append(groups, FilesOf(fsys, name))
	}
	known := map[string]bool{}
	for _, g := range groups {
		if len(g) > 1 {
			for _, f := range g {
				known[f.Name] = true
			}
		}
	}
	groups = slices.DeleteFunc(groups, func(g []File) bool { return len(g) == 1 && known[g[0].Name] })
	if len(groups) == 1 {
		return groups[0]
	}
	for _, g := range groups {
		if len(g) > 1 {
			return nil
		}
		g[0].beside = nil
		files = append(files, g[0])
	}
	return files
}

// expanded replaces patterns by the ids that they match.
func expanded(patterns, there []string) (ids []string, err error) {
	for _, p := range patterns {
		matched := []string{p}
		if strings.ContainsAny(p, "*?") {
			matched = nil
			for _, id := range there {
				if matches(p, id) {
					matched = append(matched, id)
				}
			}
			slices.SortStableFunc(matched, byNumbers)
		}
		if len(matched) == 0 {
			return nil, fault.New("data-no-match", table.Short(p), fault.Choices(table.Few(there)))
		}
		for _, id := range matched {
			if slices.Contains(ids, id) {
				return nil, fault.New("data-source-twice", table.Visible(id))
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// matches reports whether a pattern matches an id as a whole.
func matches(pattern, id string) bool {
	for ; pattern != ""; pattern, id = pattern[1:], id[1:] {
		switch {
		case pattern[0] == '*':
			for n := 0; n <= len(id); n++ {
				if matches(pattern[1:], id[n:]) {
					return true
				}
				if n < len(id) && id[n] == '/' {
					return false
				}
			}
			return false
		case id == "" || pattern[0] != '?' && pattern[0] != id[0] || pattern[0] == '?' && id[0] == '/':
			return false
		}
	}
	return id == ""
}

// Join puts sets of the same channels one behind the other, training parts and test parts: each is a member of
// the result, or each of its own members. Channels are the same by their names; in another order they are
// sorted. Labels of a set that has none count as normal where others have some, which a finding says.
func Join(sets []*Set) (*Set, error) {
	first := sets[0]
	out := &Set{Name: first.Name, Title: first.Title, Channels: first.Channels, Columns: first.Columns,
		Licence: first.Licence, Source: first.Source, TrainAt: first.TrainAt, TestAt: first.TestAt}
	out.TrainAt.At, out.TestAt.At = nil, nil
	for _, s := range sets {
		order, err := sameChannels(first, s)
		if err != nil {
			return nil, err
		}
		out.append(s, order)
	}
	if out.Labels != nil {
		for _, s := range sets {
			if s.Labels == nil {
				out.Findings = append(out.Findings, unlabelled(s))
			}
		}
	}
	return out, nil
}

// sameChannels says where the channels of a set are that another one has; nil = in the same order.
func sameChannels(first, s *Set) ([]int, error) {
	if slices.Equal(first.Channels, s.Channels) {
		return nil, nil
	}
	order := make([]int, len(first.Channels))
	for c, name := range first.Channels {
		order[c] = slices.Index(s.Channels, name)
		if order[c] >= 0 && !slices.Contains(order[:c], order[c]) {
			continue
		}
		if c < len(s.Channels) {
			return nil, fault.New("data-series-differ", table.VisibleFile(s.Name), c+1, table.Short(s.Channels[c]),
				table.VisibleFile(first.Name), table.Short(name))
		}
		return nil, fault.New("data-series-fewer", table.VisibleFile(s.Name), len(s.Channels),
			table.VisibleFile(first.Name), len(first.Channels), table.Short(name))
	}
	if len(s.Channels) > len(first.Channels) {
		more := slices.IndexFunc(s.Channels, func(n string) bool { return !slices.Contains(first.Channels, n) })
		return nil, fault.New("data-series-fewer", table.VisibleFile(first.Name), len(first.Channels),
			table.VisibleFile(s.Name), len(s.Channels), table.Short(s.Channels[more]))
	}
	return order, nil
}

// append adds the series of a set behind those that are there, with its channels in this order; nil = as they
// are.
func (s *Set) append(next *Set, order []int) {
	train, test := next.Train, next.Test
	if order != nil {
		train, test = train.Only(order), test.Only(order)
	}
	t, u := s.Train.Rows, s.Test.Rows
	if next.Members == nil {
		s.Members = append(s.Members, Member{Name: nameOf(next), Train: steps.Range{From: t, To: t + train.Rows},
			Test: steps.Range{From: u, To: u + test.Rows}})
	}
	for _, m := range next.Members {
		s.Members = append(s.Members, Member{Name: nameOf(next) + ": " + m.Name,
			Train: steps.Range{From: t + m.Train.From, To: t + m.Train.To},
			Test:  steps.Range{From: u + m.Test.From, To: u + m.Test.To}})
	}
	s.Labels = joinedLabels(s.Labels, u, next.Labels, test.Rows)
	s.Marked = joinedLabels(s.Marked, t, next.Marked, train.Rows)
	for _, a := range next.Anomalies {
		a.From, a.To = a.From+u, a.To+u
		if order != nil {
			a.Channels = moved(a.Channels, order)
		}
		s.Anomalies = append(s.Anomalies, a)
	}
	s.TrainAt, s.TestAt = joinedTimes(s.TrainAt, t, next.TrainAt), joinedTimes(s.TestAt, u, next.TestAt)
	s.Train, s.Test = s.Train.joined(train), s.Test.joined(test)
	if next.Missing != nil {
		if s.Missing == nil {
			s.Missing = make([]int, len(s.Channels))
		}
		for c := range s.Missing {
			from := c
			if order != nil {
				from = order[c]
			}
			s.Missing[c] += next.Missing[from]
		}
	}
	s.Filled, s.Blank = s.Filled+next.Filled, s.Blank+next.Blank
	if next.FillRule != "" {
		s.FillRule = next.FillRule
	}
	for _, f := range next.Findings {
		if f.File == "" {
			f.File = table.VisibleFile(nameOf(next))
		}
		s.Findings = append(s.Findings, f)
	}
	for _, d := range next.Dropped {
		if !slices.Contains(s.Dropped, d) {
			s.Dropped = append(s.Dropped, d)
		}
	}
}

// nameOf is how a set is called among others.
func nameOf(s *Set) string { return strings.TrimPrefix(s.Name, string(GroupFile)+"/") }

// moved translates channels of a set to places in the order of another.
func moved(channels, order []int) (out []int) {
	for _, c := range channels {
		out = append(out, slices.Index(order, c))
	}
	slices.Sort(out)
	return out
}

// joinedLabels puts labels behind those of n steps; nil = there are none, which count as normal beside some.
func joinedLabels(labels []uint8, n int, next []uint8, more int) []uint8 {
	if labels == nil && next == nil {
		return nil
	}
	if labels == nil {
		labels = make([]uint8, n)
	}
	if next == nil {
		next = make([]uint8, more)
	}
	return append(labels, next...)
}

// joinedTimes puts times behind those of n steps; none where one of both has none, or counts otherwise.
func joinedTimes(a table.Axis, n int, b table.Axis) table.Axis {
	if len(a.At) != n || b.None() || a.Clock != b.Clock || a.Unit != b.Unit {
		return table.Axis{}
	}
	a.At = append(a.At, b.At...)
	return a
}

// joined puts the steps of another part behind those of r, in memory of its own.
func (r Raw) joined(next Raw) Raw {
	if r.Columns == nil {
		r.Columns = make([][]float64, len(next.Columns))
	}
	out := Raw{Columns: make([][]float64, len(r.Columns)), Rows: r.Rows + next.Rows}
	for c := range out.Columns {
		out.Columns[c] = append(r.Columns[c][:r.Rows:cap(r.Columns[c])], next.Columns[c]...)
	}
	if r.made == nil && next.made == nil {
		return out
	}
	out.made = make([][]steps.Range, len(out.Columns))
	for c := range out.made {
		if r.made != nil {
			out.made[c] = append(out.made[c], r.made[c]...)
		}
		if next.made != nil {
			for _, g := range next.made[c] {
				out.made[c] = append(out.made[c], steps.Range{From: g.From + r.Rows, To: g.To + r.Rows})
			}
		}
	}
	return out
}

// Borders are the first steps of the members behind the first, in the test part; nil = there is one series.
func (s *Set) Borders() (borders []int) {
	for _, m := range s.Members[min(1, len(s.Members)):] {
		borders = append(borders, m.Test.From)
	}
	return borders
}

// Shortened returns the set with as many first steps of each member's test part as keep says of its length;
// it shares memory with s where nothing is left out.
func (s *Set) Shortened(keep func(rows int) int) *Set {
	out := *s
	out.Members, out.Anomalies, out.Labels, out.Test = nil, nil, nil, Raw{}
	at := s.TestAt
	at.At = nil
	for _, m := range s.Members {
		old, n, from := m.Test, min(keep(m.Test.Len()), m.Test.Len()), out.Test.Rows
		m.Test = steps.Range{From: from, To: from + n}
		out.Members = append(out.Members, m)
		out.Test = out.Test.joined(s.Test.Slice(old.From, old.From+n))
		if s.Labels != nil {
			out.Labels = append(out.Labels, s.Labels[old.From:old.From+n]...)
		}
		if !s.TestAt.None() {
			at.At = append(at.At, s.TestAt.At[old.From:old.From+n]...)
		}
		for _, a := range s.Anomalies {
			a.From, a.To = max(a.From, old.From)-old.From+from, min(a.To, old.From+n)-old.From+from
			if a.Len() > 0 {
				out.Anomalies = append(out.Anomalies, a)
			}
		}
	}
	if out.TestAt = at; s.TestAt.None() {
		out.TestAt = table.Axis{}
	}
	return &out
}

// memberText is what of the members counts in the set's digest.
func (s *Set) memberText() string {
	if s.Members == nil {
		return ""
	}
	return fmt.Sprintf("%+v", s.Members)
}

// unlabelled says that a series without labels counts as normal.
func unlabelled(s *Set) found.Finding {
	return found.Finding{Doubt: true, File: table.VisibleFile(nameOf(s)), Flag: "-label",
		Said: fault.Of(fault.New("find-unlabelled-series", table.VisibleFile(nameOf(s))))}
}
