package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/engine/spec"
)

// readingOptions are the flags that say how a set is read.
type readingOptions struct {
	folder          string
	seed            uint64
	json            bool
	header, anomaly string
	skip            int
	label, time     string
	drop, channels  string
	separator       string
	decimal         string
	oneHot, keep    string
	entity, pivot   string
	missing, cut    string
	order, dates    string
	accept          string
	files           string // of found.Together
	labelFile       string // paths
	namesFile       string
	noValue         string
	scaling         string
	leaveOut        bool
}

// readingFlags declares them.
func (a *app) readingFlags(f *flag.FlagSet) *readingOptions {
	o := &readingOptions{}
	f.StringVar(&o.folder, "data", "", a.w.Say("cli-flag-data"))
	f.Uint64Var(&o.seed, "seed", 1, a.w.Say("cli-flag-data-seed"))
	a.fileFlags(f, o)
	return o
}

// fileFlags declares those about a file of one's own.
func (a *app) fileFlags(f *flag.FlagSet, o *readingOptions) {
	f.StringVar(&o.header, "header", "", a.w.Say("cli-flag-header"))
	f.IntVar(&o.skip, "skip", 0, a.w.Say("cli-flag-skip"))
	f.StringVar(&o.separator, "separator", "", a.w.Say("cli-flag-separator"))
	f.StringVar(&o.decimal, "decimal", "", a.w.Say("cli-flag-decimal"))
	f.StringVar(&o.label, "label", "", a.w.Say("cli-flag-data-label"))
	f.StringVar(&o.anomaly, "anomaly", "", a.w.Say("cli-flag-anomaly"))
	f.StringVar(&o.time, "time", "", a.w.Say("cli-flag-time"))
	f.StringVar(&o.drop, "drop", "", a.w.Say("cli-flag-drop"))
	f.StringVar(&o.channels, "channels", "", a.w.Say("cli-flag-channels"))
	f.StringVar(&o.oneHot, "onehot", "", a.w.Say("cli-flag-onehot"))
	f.StringVar(&o.keep, "keep", "", a.w.Say("cli-flag-keep"))
	f.StringVar(&o.entity, "entity", "", a.w.Say("cli-flag-entity"))
	f.StringVar(&o.pivot, "pivot", "", a.w.Say("cli-flag-pivot"))
	f.StringVar(&o.missing, "missing", "", a.w.Say("cli-flag-missing"))
	f.StringVar(&o.order, "order", "", a.w.Say("cli-flag-order"))
	f.StringVar(&o.dates, "dates", "", a.w.Say("cli-flag-dates"))
	f.StringVar(&o.accept, "accept", "", a.w.Say("cli-flag-accept", strings.Join(found.Acceptable, ", ")))
	f.StringVar(&o.files, "files", "", a.w.Say("cli-flag-files"))
	f.StringVar(&o.labelFile, "label-file", "", a.w.Say("cli-flag-label-file"))
	f.StringVar(&o.namesFile, "names-file", "", a.w.Say("cli-flag-names-file"))
	f.StringVar(&o.noValue, "no-value", "", a.w.Say("cli-flag-no-value"))
	f.StringVar(&o.cut, "split", "", a.w.Say("cli-flag-split"))
	f.StringVar(&o.scaling, "scaling", "", a.w.Say("cli-flag-scaling"))
	f.BoolVar(&o.leaveOut, "leave-out", false, a.w.Say("cli-flag-leave-out"))
}

// open reads the set that a command line names: by its id or, where no folder is given, by the paths of files, folders
// and patterns of such.
func (o readingOptions) open(ctx context.Context, sources ...string) (*datasets.Set, error) {
	source, folder := sources[0], o.folder
	if folder != "" && len(sources) > 1 {
		return nil, usage("cli-data-needs")
	}
	if paths := slices.ContainsFunc(sources, isPath); folder == "" && (paths || len(sources) > 1) {
		var err error
		if folder, source, err = placeOfFiles(o.beside(sources)); err != nil {
			return nil, err
		}
	}
	d, err := o.of(source)
	if err != nil {
		return nil, err
	}
	return openSet(ctx, folder, d)
}

// beside are paths with those of the files of labels and of names.
func (o readingOptions) beside(paths []string) []string {
	paths = slices.Clone(paths)
	for _, p := range []string{o.labelFile, o.namesFile} {
		if p != "" && !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	return paths
}

// isFile reports whether there is a file, or a folder, of that name.
func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// isPath reports whether a text that names data is the path of a file, or a pattern of such, which are there or have
// an ending, and no id.
func isPath(source string) bool {
	matched, _ := filepath.Glob(source)
	return (isFile(source) || len(matched) > 0) && datasets.GroupOf(source) != datasets.GroupBuiltin ||
		filepath.Ext(source) != "" && datasets.GroupOf(source) != datasets.GroupFile && len(datasets.Sources(source)) == 1
}

// placeOfFiles is a folder that holds all of these files, folders, and what patterns match, with the source that they
// are in it.
func placeOfFiles(paths []string) (folder, source string, err error) {
	var all []string
	for _, p := range paths {
		matched := []string{p}
		if !isFile(p) {
			if matched, err = filepath.Glob(p); err != nil || len(matched) == 0 {
				return "", "", fault.New("cli-no-such-file", p)
			}
		}
		for _, m := range matched {
			all = append(all, filepath.Clean(m))
		}
	}
	if folder, err = commonFolder(all); err != nil {
		return "", "", err
	}
	var ids []string
	for _, p := range all {
		name, err := relative(folder, p)
		if err != nil {
			return "", "", err
		}
		ids = append(ids, string(datasets.GroupFile)+"/"+filepath.ToSlash(name))
	}
	return folder, strings.Join(ids, ","), nil
}

// commonFolder is the innermost folder that holds all of some paths; a relative one where all lie in the same.
func commonFolder(paths []string) (string, error) {
	folder := filepath.Dir(paths[0])
	if filepath.Base(paths[0]) == "." || filepath.Base(paths[0]) == ".." ||
		slices.ContainsFunc(paths, func(p string) bool { return filepath.Dir(p) != folder }) {
		whole, err := filepath.Abs(paths[0])
		if err != nil {
			return "", told(paths[0], err)
		}
		folder = filepath.Dir(whole)
	}
	for _, p := range paths {
		for {
			name, err := relative(folder, p)
			if err != nil {
				return "", err
			}
			if name != ".." && !strings.HasPrefix(name, ".."+string(filepath.Separator)) {
				break
			}
			folder = filepath.Dir(folder)
		}
	}
	return folder, nil
}

// relative is the path of a file from a folder on; either may be relative.
func relative(folder, path string) (string, error) {
	if filepath.Dir(path) == folder {
		return filepath.Base(path), nil
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", told(path, err)
	}
	from, err := filepath.Abs(folder)
	if err != nil {
		return "", told(folder, err)
	}
	name, err := filepath.Rel(from, whole)
	return name, told(path, err)
}

// of returns what the flags say of a source, as a spec has it.
func (o readingOptions) of(source string) (spec.Data, error) {
	d := spec.Default().Data
	d.Source, d.Seed = source, o.seed
	return d, o.into(&d)
}

// into writes the flags that were given over what a spec says.
func (o readingOptions) into(d *spec.Data) error {
	for _, s := range []struct {
		given string
		to    *string
	}{{o.header, &d.Header}, {o.separator, &d.Separator}, {o.decimal, &d.Decimal},
		{o.label, &d.Label}, {o.anomaly, &d.Anomaly}, {o.missing, &d.Missing}, {o.order, &d.Order}, {o.dates, &d.Dates}, {o.accept, &d.Accept}, {o.files, &d.Files},
		{baseOf(o.labelFile), &d.LabelFile}, {baseOf(o.namesFile), &d.NamesFile}} {
		if s.given != "" {
			*s.to = s.given
		}
	}
	if o.skip != 0 {
		d.Skip = o.skip
	}
	o.roles(d)
	for _, text := range splitNames(o.noValue) {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			d.NoWord = append(d.NoWord, text)
			continue
		}
		d.NoValue = append(d.NoValue, x)
	}
	if o.cut != "" {
		cut, err := datasets.ParseCut(o.cut)
		if err != nil {
			return usageError{err}
		}
		d.Split, d.SplitRow, d.SplitTime = nil, cut.Row, cut.Time
		if cut.Share > 0 {
			d.Split = &cut.Share
		}
	}
	d.LeaveOut = d.LeaveOut || o.leaveOut
	if o.scaling != "" {
		if err := d.Scaling.UnmarshalText([]byte(o.scaling)); err != nil {
			return usage("cli-flag-value", "-scaling", o.scaling, fault.New("want-choice",
				scalings()))
		}
	}
	if err := d.ValidateFile(); err != nil {
		return usageError{err}
	}
	return nil
}

// baseOf is the name of a file without its folder; empty = none.
func baseOf(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// scalings are the names that -scaling takes.
func scalings() (names fault.Choices) {
	for k := range spec.Each(spec.ScalingCount) {
		names = append(names, k.String())
	}
	return names
}

// roles gives the columns named by flags their roles; where channels are named, no others are.
func (o readingOptions) roles(d *spec.Data) {
	roles := map[string]found.Role{}
	for name, role := range d.Columns {
		roles[name] = role
	}
	for _, list := range []struct {
		names string
		role  found.Role
	}{{o.time, found.Time}, {o.drop, found.Dropped}, {o.channels, found.Channel}, {o.keep, found.Channel},
		{o.oneHot, found.OneHot}, {o.entity, found.Entity}, {o.pivot, found.Names}} {
		for _, name := range splitNames(list.names) {
			roles[name] = list.role
		}
	}
	if o.channels != "" {
		roles[found.Others] = found.Dropped
	}
	if len(roles) > 0 {
		d.Columns = roles
	}
}

// splitNames parts names at commas; one that holds commas stands in quotation marks.
func splitNames(list string) (names []string) {
	quoted := false
	for _, part := range strings.FieldsFunc(list, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	}) {
		if name := strings.Trim(strings.TrimSpace(part), `"`); name != "" {
			names = append(names, name)
		}
	}
	return names
}
