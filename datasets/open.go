package datasets

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// Entry is one set found in a folder.
type Entry struct {
	ID       string // for Open: smd/machine-1-2
	Title    string
	Train    int // steps; 0 where only reading the whole file would tell
	Test     int
	Channels int // 0 where only reading the file would tell
}

// fileID is the id of a file that belongs to no benchmark.
func fileID(name string) string { return string(GroupFile) + "/" + name }

// List returns what Open can open in fsys: benchmark sets that are complete, in catalogue order, then tables,
// arrays and archives at the top of fsys, those that belong together as one.
func List(ctx context.Context, fsys fs.FS) ([]Entry, error) {
	if _, err := fs.ReadDir(fsys, "."); err != nil {
		return nil, fault.New("data-list", fault.Cause(err))
	}
	var all []Entry
	var known []string
	for _, s := range All {
		folder, sets := s.locate(ctx, fsys)
		all = append(all, sets...)
		known = append(known, folder)
	}
	if !slices.Contains(known, ".") { // a benchmark's own folder holds no sets of their own
		all = append(all, own(fsys, known)...)
	}
	return all, ctx.Err()
}

// isTable reports whether a file name says that ReadFiles may read it.
func isTable(name string) bool {
	switch path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) {
	case ".csv", ".tsv", ".npy", ".npz", ".zip":
		return true
	}
	return archiveRule(name).train > 0
}

// Open reads the set with that id (smd/machine-1-2, msl, msl/C-1, psm, file/NAME) from a folder that holds
// the files of ID's source, either as its publishers lay them out or under the source's name, each also
// compressed as .gz. Errors name source, file and line.
func Open(ctx context.Context, fsys fs.FS, id string) (*Set, error) {
	prefix, name, _ := strings.Cut(id, "/")
	if GroupOf(id) == GroupFile {
		return ReadFiles(ctx, FilesOf(fsys, name), Options{})
	}
	source, ok := benchmarkSource(prefix)
	if !ok {
		return nil, unknownSource(id, GroupBenchmark, fileID("NAME"))
	}
	set, err := source.read(ctx, fsys, name)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fault.New("in-place", source.ID, err)
	}
	set.Name, set.Licence, set.Source = id, source.Licence, source.Origin
	return set, nil
}

// read reads one set of a benchmark; an empty name stands for the source as a whole.
func (s Source) read(ctx context.Context, fsys fs.FS, name string) (*Set, error) {
	folder, sets := s.locate(ctx, fsys)
	if len(sets) == 0 {
		return nil, fault.New("data-not-here", s.Expects())
	}
	home, err := fs.Sub(fsys, folder)
	if err != nil {
		return nil, err
	}
	return s.open(ctx, home, name)
}

// locate returns the first of the source's usual folders that holds at least one complete set, and the sets
// in it.
func (s Source) locate(ctx context.Context, fsys fs.FS) (folder string, sets []Entry) {
	for _, folder := range s.folders {
		if home, err := fs.Sub(fsys, folder); err == nil {
			if sets := s.list(ctx, home); len(sets) > 0 {
				return folder, sets
			}
		}
	}
	return "", nil
}

// find returns the file of that name, or the same compressed.
func find(home fs.FS, name string) (File, error) {
	for _, n := range []string{name, name + ".gz"} {
		if info, err := fs.Stat(home, n); err == nil && info.Mode().IsRegular() {
			return FileIn(home, n), nil
		}
	}
	return File{}, table.InFile(name, fault.New("data-not-there", path.Base(name)+".gz"))
}

// has reports whether find would find every one of the names.
func has(home fs.FS, names ...string) bool {
	for _, n := range names {
		if _, err := find(home, n); err != nil {
			return false
		}
	}
	return true
}

// findPortion reads a file that may be compressed, of a set whose columns are known.
func findPortion(ctx context.Context, home fs.FS, name string, want table.Want) (*portion, error) {
	f, err := find(home, name)
	if err != nil {
		return nil, err
	}
	want.Plain = true
	return readPortion(ctx, f, want, "")
}

// joinFiles reads and joins the three usual files of a benchmark.
func joinFiles(ctx context.Context, home fs.FS, train, test, labels string, fields int, rule Fill) (
	*Set, error) {
	a, err := findPortion(ctx, home, train, table.Want{Fields: fields})
	if err != nil {
		return nil, err
	}
	b, err := findPortion(ctx, home, test, table.Want{Fields: fields})
	if err != nil {
		return nil, err
	}
	l, err := findPortion(ctx, home, labels, table.Want{Labels: true})
	if err != nil {
		return nil, err
	}
	if len(l.labels) != b.raw.Rows {
		return nil, table.InFile(l.file, fault.New("data-labels-differ", len(l.labels), table.VisibleFile(b.file),
			b.raw.Rows))
	}
	b.labels = l.labels
	set, err := join(a, b, rule)
	if err != nil {
		return nil, err
	}
	set.Blank += l.blank
	set.Columns = nil
	return set, nil
}
