package datasets

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// FilesOf returns the files that make up the set of a name in fsys: those of a folder, or a file with those
// beside it whose names say that they belong to it, as train.csv, test.csv and test_label.csv do.
func FilesOf(fsys fs.FS, name string) []File {
	info, err := fs.Stat(fsys, name)
	if err == nil && info.IsDir() {
		return filesIn(fsys, name, tablesIn(fsys, name))
	}
	there := tablesIn(fsys, path.Dir(name))
	for _, g := range grouped(there) {
		if len(g) > 1 && headOf(g) == path.Base(name) {
			return filesIn(fsys, path.Dir(name), g)
		}
	}
	one := FileIn(fsys, name)
	for _, n := range there {
		if n != path.Base(name) && stemOf(n) == stemOf(path.Base(name)) {
			one.beside = append(one.beside, table.Visible(n))
		}
	}
	return []File{one}
}

// filesIn are the files with these names in a folder.
func filesIn(fsys fs.FS, folder string, names []string) (files []File) {
	for _, n := range names {
		files = append(files, FileIn(fsys, path.Join(folder, n)))
	}
	return files
}

// tablesIn lists the tables and arrays that lie directly in a folder.
func tablesIn(fsys fs.FS, folder string) (names []string) {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if isTable(e.Name()) && has(fsys, path.Join(folder, e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names
}

// grouped puts files together whose names differ only in what they say of the part that each is. What is no
// set as a whole stays apart, but no file of labels is one of its own beside others of its group.
func grouped(names []string) (groups [][]string) {
	byStem := map[string][]string{}
	var stems []string
	for _, n := range names {
		s := stemOf(n)
		if byStem[s] == nil {
			stems = append(stems, s)
		}
		byStem[s] = append(byStem[s], n)
	}
	for _, s := range stems {
		group := byStem[s]
		var files []File
		for _, n := range group {
			files = append(files, File{Name: n})
		}
		if _, err := sortParts(files); err == nil || len(group) == 1 {
			groups = append(groups, group)
			continue
		}
		for _, n := range group {
			if k := partOf(File{Name: n}, false); k != partLabels && k != partTrainLabels {
				groups = append(groups, []string{n})
			}
		}
	}
	return groups
}

// groupsOf are tables as several sets, in the order of their names; nil = they are not, since one of them is no set,
// or holds labels of nobody knows which.
func groupsOf(files []File) (groups [][]File) {
	byStem := map[string][]File{}
	for _, f := range files {
		name := cmp.Or(f.Inside, f.Name)
		if path.Ext(name) == "" { // as the arrays of an npz
			return nil
		}
		stem := path.Join(path.Dir(name), stemOf(path.Base(name)))
		byStem[stem] = append(byStem[stem], f)
	}
	for _, g := range byStem {
		if _, err := sortParts(g); err != nil {
			return nil
		}
		if k := partOf(g[0], false); len(g) == 1 && k != partWhole {
			return nil
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b []File) int { return byNumbers(a[0].Name, b[0].Name) })
	if len(groups) < 2 {
		return nil
	}
	return groups
}

// readGroups reads files that are several sets, and joins these.
func readGroups(ctx context.Context, groups [][]File, opts Options, rule Fill) (*Set, error) {
	var sets []*Set
	for _, g := range groups {
		parts, err := sortParts(g)
		if err != nil {
			return nil, err
		}
		one, err := parts.read(ctx, opts, rule)
		if err != nil {
			return nil, err
		}
		one.Name = fileID(setName(g))
		sets = append(sets, one)
	}
	return joinSeparate(sets)
}

// joinSeparate joins the sets of files that are several series.
func joinSeparate(sets []*Set) (*Set, error) {
	set, err := Join(sets)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range sets {
		names = append(names, table.VisibleFile(nameOf(s)))
	}
	set.Findings = append(set.Findings, found.Finding{Said: fault.Of(fault.New("find-several-series", len(sets),
		strings.Join(table.Few(names), ", ")))})
	set.Look = set.previewOf(sets)
	set.Look.Files = names
	return set, nil
}

// together reports whether a folder would tell by their names alone that files belong together.
func together(files []File) bool {
	var names []string
	for _, f := range files {
		names = append(names, path.Base(f.Name))
	}
	return len(grouped(names)) == 1
}

// stemOf is the name of a file without what says which part of a set it is.
func stemOf(name string) string {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	for _, words := range [][]string{labelFileWords, {"training", "testing"}, trainFileWords, testFileWords,
		{"abnormal"}, wrongFileWords, wellFileWords} {
		for _, w := range words {
			stem = strings.ReplaceAll(stem, w+"s", "")
			stem = strings.ReplaceAll(stem, w, "")
		}
	}
	tokens := strings.FieldsFunc(stem, func(r rune) bool { return strings.ContainsRune("_- .()", r) })
	tokens = slices.DeleteFunc(tokens, func(t string) bool {
		return slices.Contains([]string{"x", "y", "tr", "te", "data", "v0", "v1", "gt", "dataset", "set"}, t)
	})
	return strings.Join(tokens, "_")
}

// headOf is the file by whose name a group is called: what is trained on, or everything.
func headOf(group []string) string {
	for _, is := range []func(n string) bool{
		func(n string) bool { return partOf(File{Name: n}, false) == partTrain },
		func(n string) bool { return partOf(File{Name: n}, true) == partTrain },
		func(n string) bool { return partOf(File{Name: n}, false) == partWhole },
	} {
		if i := slices.IndexFunc(group, is); i >= 0 {
			return group[i]
		}
	}
	return group[0]
}

// own lists the sets of a user's own in a folder: its groups of files, and folders that are a set as a whole;
// known are folders of benchmarks.
func own(fsys fs.FS, known []string) (sets []Entry) {
	for _, g := range grouped(tablesIn(fsys, ".")) {
		sets = append(sets, Entry{ID: fileID(headOf(g)), Title: table.Visible(strings.Join(g, " + "))})
	}
	top, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return sets
	}
	for _, e := range top {
		if !e.IsDir() || slices.Contains(known, e.Name()) {
			continue
		}
		names := tablesIn(fsys, e.Name())
		if _, err := sortParts(filesIn(fsys, e.Name(), names)); err == nil && len(names) > 1 {
			sets = append(sets, Entry{ID: fileID(e.Name()), Title: table.Visible(e.Name() + ": " +
				strings.Join(names, " + "))})
		}
	}
	return sets
}
