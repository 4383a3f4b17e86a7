package datasets

import (
	"bufio"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// Words in the name of a file that holds the names of columns, for others that have none.
var nameFileWords = []string{"names", "columns", "column", "header", "headers", "features", "channels", "sensors", "열이름",
	"컬럼", "채널명"}

// appoint marks the file of labels that a person named, and takes the one of names out of files, which it reads. Without
// a word about it, that is one whose name says so and that holds names alone.
func (o *Options) appoint(ctx context.Context, files []File) ([]File, error) {
	files = slices.Clone(files)
	if o.LabelFile != "" {
		i, err := fileNamed(files, o.LabelFile, "label_file")
		if err != nil {
			return nil, err
		}
		files[i].is = partLabels
	}
	at := slices.IndexFunc(files, func(f File) bool { return f.is == partWhole && saysNames(f.Name) })
	if o.NamesFile != "" {
		i, err := fileNamed(files, o.NamesFile, "names_file")
		if err != nil {
			return nil, err
		}
		at = i
	}
	if at < 0 || len(files) == 1 {
		return files, nil
	}
	names, alone, err := namesIn(ctx, files[at])
	switch {
	case o.NamesFile == "" && (err != nil || !alone):
		return files, ctx.Err() // a table that is called so
	case err != nil:
		return nil, err
	}
	o.names, o.NamesFile = names, files[at].Name
	return slices.Delete(files, at, at+1), nil
}

// fileNamed is which of files has a name, with or without the folder before it.
func fileNamed(files []File, name, field string) (int, error) {
	for i, f := range files {
		if f.Name == name || path.Base(f.Name) == path.Base(name) {
			return i, nil
		}
	}
	var there []string
	for _, f := range files {
		there = append(there, table.VisibleFile(f.Name))
	}
	return 0, fault.New("data-file-named", field, table.Short(name), strings.Join(table.Few(there), ", "))
}

// saysNames reports whether the name of a file says that it holds names of columns.
func saysNames(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(path.Base(name)), ".")
	return slices.ContainsFunc(strings.FieldsFunc(stem, func(r rune) bool { return strings.ContainsRune("_- 0123456789()", r) }),
		func(t string) bool { return slices.Contains(nameFileWords, t) })
}

// mostNames is how many bytes of a file of names are read.
const mostNames = 1 << 20

// namesIn reads names of columns: the cells of a line, or one a line. Alone says that nothing else is in the file; else
// its first line is taken for the header of a table.
func namesIn(ctx context.Context, f File) (names []string, alone bool, err error) {
	var lines []string
	err = f.read(ctx, func(kind content, r *bufio.Reader) error {
		if kind != contentText {
			return table.InFile(f.Name, fault.New("data-not-a-text"))
		}
		r = table.Decoded(r)
		for read := 0; read < mostNames; {
			line, err := cutLine(r, mostNames)
			if line == nil || err != nil {
				return err
			}
			read += len(line) + 1
			if text := strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff")); text != "" {
				lines = append(lines, text)
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	if len(lines) == 0 {
		return nil, false, table.InFile(f.Name, fault.New("data-empty"))
	}
	first := cellsOf(lines[0])
	switch {
	case len(lines) == 1 || len(first) > 1:
		names, alone = first, len(lines) == 1
	default:
		names, alone = lines, true
		for i := range names {
			names[i] = strings.Trim(names[i], `"'`)
		}
	}
	if i := slices.IndexFunc(names, isNumber); i >= 0 {
		return nil, false, table.AtLine(f.Name, 1, fault.New("data-name-is-number", table.Short(names[i])))
	}
	return names, alone, nil
}

// cellsOf parts a line at the sign that parts it most often.
func cellsOf(line string) []string {
	sign, most := "", 0
	for _, s := range []string{"\t", ";", "|", ","} {
		if n := strings.Count(line, s); n > most {
			sign, most = s, n
		}
	}
	if most == 0 {
		return []string{strings.Trim(line, `"'`)}
	}
	cells := strings.Split(strings.TrimSuffix(line, sign), sign)
	for i := range cells {
		cells[i] = strings.Trim(strings.TrimSpace(cells[i]), `"'`)
	}
	return cells
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return err == nil
}

// named says where the names of the columns are from.
func (s *Set) named(files []File, opts Options) {
	if opts.names == nil {
		return
	}
	s.tell(found.Finding{File: table.VisibleFile(opts.NamesFile),
		Said: fault.Of(fault.New("find-names-file", len(opts.names), table.VisibleFile(opts.NamesFile)))})
	if u := s.uncut; u != nil && u.files == nil {
		u.files = []string{table.VisibleFile(u.whole.file)}
		s.Look.Files = u.files
	}
	if s.Look != nil {
		s.readFrom(append(s.Look.Files, table.VisibleFile(opts.NamesFile)))
	}
}
