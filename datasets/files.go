package datasets

import (
	"context"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// Options say how ReadFiles cuts and labels what it reads. The zero value is the usual case.
type Options struct {
	found.Asked
	Label    string // label column, by name or place; empty = the one that looks like it
	Missing  string // rule for missing cells; empty = last
	Cut      Cut
	Labelled bool // labels are required

	LabelFile string // name of the file that holds the labels; empty = as the names say
	NamesFile string // name of the file that holds the names of the columns; empty = as the names say

	names []string // that NamesFile holds
}

// want is what the options ask of a table.
func (o Options) want() table.Want {
	asked := o.Asked
	if o.Label != "" {
		asked.Columns = map[string]found.Role{o.Label: found.Label}
		maps.Copy(asked.Columns, o.Columns)
	}
	return table.Want{Asked: asked, Names: o.names}
}

// ReadFiles reads a set from one table or array, which is cut in two, or from several whose names say what they
// are; an archive counts as its files. Files that each hold a whole are one series where they follow one another, else
// several. Errors say file, line and column; when ctx ends first, it is that error alone.
func ReadFiles(ctx context.Context, files []File, opts Options) (*Set, error) {
	rule, err := fillOf(opts.Missing)
	if err != nil {
		return nil, err
	}
	if err := opts.Cut.check(); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fault.New("data-no-file")
	}
	inside, err := unpack(ctx, files)
	if err != nil {
		return nil, err
	}
	findLists(ctx, inside)
	inside, err = opts.appoint(ctx, inside)
	if err != nil {
		return nil, err
	}
	parts, err := sortParts(inside)
	if err != nil {
		set, groups, wrong := readSeveral(ctx, inside, opts, rule)
		if wrong != nil {
			return nil, wrong
		}
		if set == nil {
			return nil, err
		}
		set.named(inside, opts)
		set.settle(opts)
		return set, set.call(files, groups, opts)
	}
	set, err := parts.read(ctx, opts, rule)
	if err != nil {
		return nil, err
	}
	if parts.labels != nil {
		set.labelsFrom(*parts.labels)
	}
	set.named(inside, opts)
	if beside := files[0].beside; len(files) == 1 && len(beside) > 0 {
		set.tell(found.Finding{Said: fault.Of(fault.New("find-beside", strings.Join(table.Few(beside), ", ")))})
	}
	set.settle(opts)
	return set, set.call(files, nil, opts)
}

// readSeveral reads files that are no parts of one set, each of which holds a whole or is a part of one of several;
// groups are what is named as one. Nothing is returned where they are not.
func readSeveral(ctx context.Context, inside []File, opts Options, rule Fill) (set *Set, groups [][]File, err error) {
	if wholes, labels := separate(inside); wholes != nil {
		if set, err = readSeparate(ctx, wholes, labels, opts, rule); err != nil {
			return nil, nil, err
		}
		for i := range wholes {
			groups = append(groups, wholes[i:i+1])
		}
		if labels != nil {
			groups = append(groups, []File{*labels})
		}
		return set, groups, nil
	}
	if groups = groupsOf(inside); groups != nil {
		set, err = readGroups(ctx, groups, opts, rule)
	}
	return set, groups, err
}

// labelsFrom says which file the labels are from.
func (s *Set) labelsFrom(f File) {
	s.tell(found.Finding{File: table.Visible(f.Name),
		Said: fault.Of(fault.New("find-labels-file", table.Visible(f.Name)))})
	if u := s.uncut; u != nil {
		if u.files == nil {
			u.files = []string{table.VisibleFile(u.whole.file)}
		}
		s.readFrom(append(u.files, table.VisibleFile(f.Name)))
	}
}

// readFrom says from which files a set is, wherever these are cut.
func (s *Set) readFrom(files []string) {
	if s.Look != nil {
		s.Look.Files = files
	}
	if s.uncut != nil {
		s.uncut.files = files
	}
}

// tell adds a finding about the files, which holds wherever they are cut.
func (s *Set) tell(f found.Finding) {
	s.Findings = append(s.Findings, f)
	if s.uncut != nil {
		s.uncut.beside = append(s.uncut.beside, f)
	}
}

// settle takes out the doubts that a person has answered.
func (s *Set) settle(opts Options) {
	roles := opts.want().Columns
	opts.Settle(s.Findings, func(name string) bool {
		if roles[name] != "" {
			return true
		}
		return slices.ContainsFunc(s.Columns, func(c found.Column) bool {
			return table.Visible(c.Name) == name && (roles[c.Name] != "" || roles[strconv.Itoa(c.Place)] != "")
		})
	})
}

// call gives a set its name, and sees that it has the labels that it must have.
func (s *Set) call(files []File, groups [][]File, opts Options) error {
	if opts.Labelled && s.Labels == nil {
		return table.InFile(files[0].Name, fault.New("data-no-labels", "label"))
	}
	name := setName(files)
	s.Name, s.Title = fileID(name), table.VisibleFile(name)
	if len(groups) == 0 && !together(files) {
		for i := range files {
			groups = append(groups, files[i:i+1])
		}
	}
	if len(files) == 1 || len(groups) == 0 || path.Dir(files[0].Name) != "." {
		return nil
	}
	var ids, names []string
	for _, g := range groups {
		ids, names = append(ids, fileID(setName(g))), append(names, setName(g))
	}
	s.Name, s.Title = strings.Join(ids, ","), table.Short(strings.Join(names, ", "))
	if len(names) > 2 {
		s.Title = table.Short(names[0]) + " +" + strconv.Itoa(len(names)-1)
	}
	return nil
}

// setName names a set by its only file, or by what the names of several have in common.
func setName(files []File) string {
	base := path.Base(files[0].Name)
	if folder := path.Dir(files[0].Name); len(files) > 1 && folder != "." && folder != "/" {
		same := true
		for _, f := range files {
			same = same && path.Dir(f.Name) == folder
		}
		if same {
			return path.Base(folder)
		}
	} else if len(files) > 1 {
		var names []string
		for _, f := range files {
			names = append(names, path.Base(f.Name))
		}
		return headOf(names)
	}
	return base
}

// read reads the label files first: whether there are some decides whether a label column is required.
func (p fileParts) read(ctx context.Context, opts Options, rule Fill) (*Set, error) {
	marks, err := marksOf(ctx, p.labels, opts)
	if err != nil {
		return nil, err
	}
	if p.whole != nil {
		return p.readWhole(ctx, opts, marks, rule)
	}
	return p.readApart(ctx, opts, marks, rule)
}

// readWhole reads everything from one file, and cuts it.
func (p fileParts) readWhole(ctx context.Context, opts Options, marks *marks, rule Fill) (*Set, error) {
	want := opts.want()
	want.Maybe = marks != nil
	whole, err := readPortion(ctx, *p.whole, want, opts.Anomaly)
	if err != nil {
		return nil, err
	}
	if err := asked([]*portion{whole}, marks); err != nil {
		return nil, err
	}
	return whole.set(opts, marks, archiveRule(p.whole.Name), rule)
}

// set makes a set of everything, which it cuts.
func (whole *portion) set(opts Options, marks *marks, archive archiveName, rule Fill) (*Set, error) {
	if whole.entities != nil {
		set, err := whole.readEach(opts, marks, rule)
		if err == nil {
			set.Look = set.preview(whole, nil)
		}
		return set, err
	}
	filled, err := whole.fill(rule) // before the cut: the test part may begin with a missing cell
	if err != nil {
		return nil, err
	}
	if archive.labelled && whole.labels == nil && marks == nil {
		if err := archive.label(whole); err != nil {
			return nil, err
		}
	}
	u := &uncut{whole: whole, marks: marks, archive: archive, filled: filled, rule: rule, opts: opts}
	return u.cut(opts.Cut)
}

// uncut is a single file as it was read, before it is cut in two.
type uncut struct {
	whole   *portion
	marks   *marks
	archive archiveName
	filled  []int // cells, one number a channel
	rule    Fill
	opts    Options
	beside  []found.Finding // about the files, not about how one of them is read
	files   []string        // names of those that were read, where there are several
}

// cut makes a set of the file. What it finds is about this cut alone.
func (u *uncut) cut(at Cut) (*Set, error) {
	whole := *u.whole
	whole.findings = slices.Clone(whole.findings) // which doubts are settled is noted in them
	row, err := at.row(&whole, u.archive)
	if err != nil {
		return nil, err
	}
	train, test := whole.split(row)
	if u.marks != nil {
		if err := u.marks.overWhole(&whole, train, test); err != nil {
			return nil, err
		}
	}
	set, err := join(train, test, u.rule)
	if err != nil {
		return nil, err
	}
	set.take(u.filled, u.rule)
	set.finish(whole.findings, u.marks)
	set.Look, set.uncut = set.preview(&whole, nil), u
	set.Look.Files = u.files
	return set, nil
}

// Recut returns the set cut at another place, with other doubts settled: of opts nothing else counts. It is nil if the
// parts are files of their own.
func (s *Set) Recut(opts Options) (*Set, error) {
	if s.uncut == nil {
		return nil, nil
	}
	u := *s.uncut
	u.opts.Accept = opts.Accept
	set, err := u.cut(opts.Cut)
	if err != nil {
		return nil, err
	}
	set.Name, set.Title = s.Name, s.Title
	set.Findings = append(set.Findings, slices.Clone(s.uncut.beside)...)
	set.settle(u.opts)
	return set, nil
}

// readApart reads the training part from files of its own, and the test part from another.
func (p fileParts) readApart(ctx context.Context, opts Options, marks *marks, rule Fill) (*Set, error) {
	want := opts.want()
	want.Maybe = true
	var train *portion
	for _, f := range p.train {
		next, err := readPortion(ctx, f, want, opts.Anomaly)
		if err != nil {
			return nil, err
		}
		if train == nil {
			train = next
		} else if err := train.append(next); err != nil {
			return nil, err
		}
	}
	want.Maybe = marks != nil
	test, err := readPortion(ctx, *p.test, want, opts.Anomaly)
	if err != nil {
		return nil, err
	}
	entities := train.entities != nil || test.entities != nil
	own, err := marksOf(ctx, p.trainLabels, opts)
	if err != nil {
		return nil, err
	}
	if err := asked([]*portion{train, test}, marks, own); err != nil {
		return nil, err
	}
	if own != nil {
		over := own.over
		if entities {
			over = own.overRows
		}
		if train.labels, err = over(train); err != nil {
			return nil, err
		}
	}
	if marks != nil {
		over := marks.over
		if entities {
			over = marks.overRows
		}
		if test.labels, err = over(test); err != nil {
			return nil, err
		}
	}
	var set *Set
	if entities {
		set, err = readBoth(train, test, marks, rule)
	} else if set, err = join(train, test, rule); err == nil {
		set.finish(append(train.findings, test.findings...), marks)
	}
	if err != nil {
		return nil, err
	}
	set.Look = set.preview(train, test)
	for _, f := range slices.Concat(p.train, []File{*p.test}) {
		set.Look.Files = append(set.Look.Files, table.VisibleFile(f.Name))
	}
	for _, f := range []*File{p.labels, p.trainLabels} {
		if f != nil {
			set.Look.Files = append(set.Look.Files, table.VisibleFile(f.Name))
		}
	}
	return set, nil
}
