package datasets

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cosinelab/datasets/table"
)

// plant is a water plant's two files as iTrust hands them out: days of normal operation, days with attacks.
// Lines before the header, spaces around names and spellings of the label ("A ttack") are those of its program,
// which the reader of tables knows.
type plant struct{ id, title string }

var (
	swat = plant{"swat", "SWaT"} // Secure Water Treatment
	wadi = plant{"wadi", "WADI"} // Water Distribution
)

// files are the plant's two files in a folder; nil = they are not both there.
func (p plant) files(home fs.FS) []File {
	files := filesIn(home, ".", slices.DeleteFunc(tablesIn(home, "."), func(n string) bool {
		return !strings.Contains(strings.ToLower(n), p.id)
	}))
	if parts, err := sortParts(files); err != nil || len(parts.train) == 0 || parts.test == nil {
		return nil
	}
	return files
}

// list lists the plant if both its files are there.
func (p plant) list(_ context.Context, home fs.FS) []Entry {
	if p.files(home) == nil {
		return nil
	}
	return []Entry{{ID: p.id, Title: p.title}}
}

// open reads both files.
func (p plant) open(ctx context.Context, home fs.FS, name string) (*Set, error) {
	if name != "" {
		return nil, noSet(p.id, name, p.list(ctx, home))
	}
	set, err := ReadFiles(ctx, p.files(home), Options{})
	if err != nil {
		return nil, err
	}
	set.Title = p.title
	return set, nil
}

// nabWindows is NAB's list of the windows that are anomalous, by files.
const nabWindows = "labels/combined_windows.json"

// collection is an archive of files that are a set each, in some folders.
type collection struct {
	id, title string
	folders   []string // where the files lie
	holds     func(name string) bool
	labels    string // of all files; empty = each has its own
}

var (
	nab = collection{"nab", "NAB", []string{"data/artificialNoAnomaly", "data/artificialWithAnomaly",
		"data/realAWSCloudwatch", "data/realAdExchange", "data/realKnownCause", "data/realTraffic",
		"data/realTweets"}, func(n string) bool { return path.Ext(strings.TrimSuffix(n, ".gz")) == ".csv" }, nabWindows}
	ucr = collection{"ucr", "UCR", []string{"."},
		func(n string) bool { return archiveRule(n).labelled }, ""}
	tsbad = collection{"tsb-ad", "TSB-AD", []string{".", "TSB-AD-M", "TSB-AD-U"},
		func(n string) bool { _, ok := tsbTrain(strings.TrimSuffix(n, ".gz")); return ok }, ""}
)

// list lists every file.
func (c collection) list(_ context.Context, home fs.FS) (sets []Entry) {
	if c.labels != "" && !has(home, c.labels) {
		return nil
	}
	for _, folder := range c.folders {
		for _, name := range tablesIn(home, folder) {
			if !c.holds(name) {
				continue
			}
			short := strings.TrimPrefix(path.Join(folder, strings.TrimSuffix(name, ".gz")), "data/")
			e := Entry{ID: c.id + "/" + short, Title: table.Visible(c.title + " " + path.Base(short))}
			if !slices.Contains(sets, e) { // it may lie there compressed as well
				sets = append(sets, e)
			}
		}
	}
	slices.SortStableFunc(sets, func(a, b Entry) int { return byNumbers(a.ID, b.ID) })
	return sets
}

// open reads one file, with its labels where they are in a list.
func (c collection) open(ctx context.Context, home fs.FS, name string) (*Set, error) {
	there := c.list(ctx, home)
	i := slices.IndexFunc(there, func(e Entry) bool { return e.ID == c.id+"/"+name })
	if i < 0 {
		return nil, noSet(c.id, name, there[:min(len(there), 10)])
	}
	if c.labels != "" {
		name = path.Join("data", name)
	}
	f, err := find(home, name)
	if err != nil {
		return nil, err
	}
	files := []File{f}
	if c.labels != "" {
		labels, err := find(home, c.labels)
		if err != nil {
			return nil, err
		}
		files = append(files, labels)
	}
	set, err := ReadFiles(ctx, files, Options{})
	if err != nil {
		return nil, err
	}
	set.Title = there[i].Title
	return set, nil
}
