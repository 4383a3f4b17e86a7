package datasets

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"io"
	"path"
	"strings"

	"cosinelab/datasets/fault"
)

// Options say how ReadFiles cuts and labels what it reads. The zero value is the usual case.
type Options struct {
	Label    string  // label column; empty = one of the usual names, if there is one
	Split    float64 // share of a single file that is the training part; 0 = 0.5
	Labelled bool    // labels are required
}

// maxArchive bounds an npz, which has to be in memory as a whole.
const maxArchive = 512 << 20

// maxArrays bounds the arrays of an npz, of which at most three are used.
const maxArrays = 1000

// ReadFiles reads a set from one table or array, which is cut in two (its label column then counts for the
// second part), or from several that have train, test and label in their names; an npz counts as its arrays.
// Time stamps are dropped, and missing cells take the channel's last value, or 0 before the first. Errors say
// file, line and column; when ctx ends first, it is that error alone.
func ReadFiles(ctx context.Context, files []File, opts Options) (*Set, error) {
	if opts.Split == 0 {
		opts.Split = 0.5
	}
	if !(opts.Split > 0 && opts.Split < 1) {
		return nil, fault.New("data-split", opts.Split)
	}
	if len(files) == 0 {
		return nil, fault.New("data-no-file")
	}
	arrays, err := unpack(ctx, files)
	if err != nil {
		return nil, err
	}
	parts, err := sortParts(arrays)
	if err != nil {
		return nil, err
	}
	set, err := parts.read(ctx, opts)
	if err != nil {
		return nil, err
	}
	if opts.Labelled && set.Labels == nil {
		return nil, inFile(files[0].Name, fault.New("data-no-labels", labelNames[0]))
	}
	base := path.Base(files[0].Name)
	set.Title, set.Name = Visible(base), fileID(base)
	return set, nil
}

// unpack replaces every npz by its arrays.
func unpack(ctx context.Context, files []File) (out []File, err error) {
	for _, f := range files {
		err := f.read(ctx, func(kind content, r *bufio.Reader) error {
			if kind != contentNpz {
				out = append(out, f)
				return nil
			}
			arrays, err := entries(ctx, f.Name, r)
			out = append(out, arrays...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// entries returns the arrays of an npz, each named as a file in a folder.
func entries(ctx context.Context, name string, r io.Reader) ([]File, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxArchive+1))
	if err != nil {
		return nil, inFile(name, fault.Cause(err))
	}
	if len(raw) > maxArchive {
		return nil, inFile(name, fault.New("data-npz-too-large", maxArchive))
	}
	if bytes.Count(raw, []byte("PK\x01\x02")) > maxArrays { // what its directory says of itself may be wrong
		return nil, inFile(name, fault.New("data-npz-too-many", maxArrays))
	}
	from := &counted{at: bytes.NewReader(raw)}
	z, err := zip.NewReader(from, int64(len(raw)))
	if err != nil {
		return nil, inFile(name, fault.New("data-npz-broken", fault.Cause(err)))
	}
	var arrays []File
	for _, entry := range z.File {
		array := name + "/" + strings.TrimSuffix(entry.Name, ".npy")
		arrays = append(arrays, File{Name: array, Open: func() (io.ReadCloser, error) {
			content, err := entry.Open()
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{&inflated{ctx: ctx, r: content, from: &from.read}, content}, nil
		}})
	}
	if len(arrays) == 0 {
		return nil, inFile(name, fault.New("data-npz-empty"))
	}
	return arrays, nil
}

// part is what a file is to a set.
type part int

const (
	partWhole part = iota // everything in one
	partTrain
	partTest
	partLabels
	partCount
)

// partNames are the words by which the names of files tell the parts.
var partNames = [partCount]string{partTrain: "train", partTest: "test", partLabels: "label"}

// partOf goes by the words in a file's name, or else in that of its folder.
func partOf(name string) part {
	for _, word := range []string{path.Base(name), path.Base(path.Dir(name))} {
		word = strings.ToLower(word)
		switch {
		case strings.Contains(word, "label"), strings.Contains(word, "truth"), strings.HasPrefix(word, "y_"):
			return partLabels
		case strings.Contains(word, "train"):
			return partTrain
		case strings.Contains(word, "test"):
			return partTest
		}
	}
	return partWhole
}

// fileParts holds at most one file a part; a file without Open is not there.
type fileParts [partCount]File

// has reports whether there is a file for that part.
func (p fileParts) has(k part) bool { return p[k].Open != nil }

// sortParts decides what each file is. A file on its own is everything, whatever its name.
func sortParts(files []File) (p fileParts, err error) {
	if len(files) == 1 {
		p[partWhole] = files[0]
		return p, nil
	}
	for _, f := range files {
		k := partOf(f.Name)
		if p.has(k) {
			return p, inFile(f.Name, twice(k, Visible(p[k].Name)))
		}
		p[k] = f
	}
	switch {
	case p.has(partTrain) && p.has(partTest) && !p.has(partWhole):
	case p.has(partWhole) && p.has(partLabels) && len(files) == 2:
	case p.has(partWhole):
		return p, inFile(p[partWhole].Name, fault.New("data-no-part"))
	case !p.has(partTrain):
		return p, fault.New("data-part-missing", partNames[partTrain])
	default:
		return p, fault.New("data-part-missing", partNames[partTest])
	}
	return p, nil
}

// twice says that another file is the same part of a set.
func twice(k part, other string) error {
	if k == partWhole {
		return fault.New("data-no-part-twice", other)
	}
	return fault.New("data-part-twice", partNames[k], other)
}

// read reads the label file first: whether there is one decides whether a label column is required.
func (p fileParts) read(ctx context.Context, opts Options) (*Set, error) {
	var labels *table
	if p.has(partLabels) {
		var err error
		labels, err = readTable(ctx, p[partLabels], layout{label: opts.Label, maybe: true, labels: true})
		if err != nil {
			return nil, err
		}
	}
	if p.has(partWhole) {
		whole, err := readTable(ctx, p[partWhole], layout{label: opts.Label, maybe: labels != nil})
		if err != nil {
			return nil, err
		}
		return whole.split(opts.Split, labels)
	}
	train, err := readTable(ctx, p[partTrain], layout{label: opts.Label, maybe: true})
	if err != nil {
		return nil, err
	}
	test, err := readTable(ctx, p[partTest], layout{label: opts.Label, maybe: labels != nil})
	if err != nil {
		return nil, err
	}
	if labels == nil && test.labels != nil {
		labels = test
	}
	return join(train, test, labels, FillLast)
}

// split cuts a table into training and test part. Labels from a file of their own may be those of the whole
// table or of its test part.
func (t *table) split(share float64, labels *table) (*Set, error) {
	cut := int(share * float64(t.values.Rows))
	if cut < 1 || cut >= t.values.Rows {
		return nil, inFile(t.file, fault.New("data-uncuttable", t.values.Rows, share))
	}
	filled := fill(t.values, FillLast) // before the cut: the test part may begin with a missing cell
	train, test := *t, *t
	test.blank = 0 // they are counted once
	train.values, test.values = t.values.Slice(0, cut), t.values.Slice(cut, t.values.Rows)
	if labels == nil && t.labels != nil {
		labels = t
	}
	if labels != nil && len(labels.labels) == t.values.Rows {
		labels = &table{file: labels.file, labels: labels.labels[cut:], blank: labels.blank}
	}
	set, err := join(&train, &test, labels, FillLast)
	if err == nil && filled > 0 {
		set.Filled, set.FillRule = filled, FillLast
	}
	return set, err
}
