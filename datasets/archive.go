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
	"cosinelab/datasets/table"
)

// maxArchive bounds an archive, which has to be in memory as a whole.
const maxArchive = 512 << 20

// maxArrays bounds the files of an archive, of which few are used.
const maxArrays = 1000

// unpack replaces every archive by its files.
func unpack(ctx context.Context, files []File) (out []File, err error) {
	for _, f := range files {
		err := f.read(ctx, func(kind content, r *bufio.Reader) error {
			if kind != contentZip {
				out = append(out, f)
				return nil
			}
			inside, err := entries(ctx, f.Name, r)
			out = append(out, inside...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// entries returns the files of an archive, each named as a file in a folder.
func entries(ctx context.Context, name string, r io.Reader) ([]File, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxArchive+1))
	if err != nil {
		return nil, table.InFile(name, fault.Cause(err))
	}
	if len(raw) > maxArchive {
		return nil, table.InFile(name, fault.New("data-npz-too-large", maxArchive))
	}
	if bytes.Count(raw, []byte("PK\x01\x02")) > maxArrays { // what its directory says of itself may be wrong
		return nil, table.InFile(name, fault.New("data-npz-too-many", maxArrays))
	}
	from := &counted{at: bytes.NewReader(raw)}
	z, err := zip.NewReader(from, int64(len(raw)))
	if err != nil {
		return nil, table.InFile(name, fault.New("data-npz-broken", fault.Cause(err)))
	}
	var files []File
	for _, entry := range z.File {
		if err := notOfBook(entry.Name); err != nil {
			return nil, table.InFile(name, err)
		}
		if passedOver(entry) {
			continue
		}
		inside := strings.TrimSuffix(strings.ReplaceAll(entry.Name, `\`, "/"), ".npy")
		files = append(files, File{Name: name + "/" + inside, Inside: inside,
			Size: int64(min(entry.UncompressedSize64, 1<<40)), Open: opener(ctx, entry, from)})
	}
	if len(files) == 0 {
		return nil, table.InFile(name, fault.New("data-npz-empty"))
	}
	return readable(files), nil
}

// opener opens an entry within bounds.
func opener(ctx context.Context, entry *zip.File, from *counted) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		content, err := entry.Open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{&inflated{ctx: ctx, r: content, from: &from.read}, content}, nil
	}
}

// passedOver reports whether an entry is a folder, or something that programs leave in archives.
func passedOver(entry *zip.File) bool {
	name := strings.ReplaceAll(entry.Name, `\`, "/")
	base := path.Base(name)
	return strings.HasSuffix(name, "/") || entry.FileInfo().IsDir() || strings.HasPrefix(base, ".") ||
		strings.HasPrefix(name, "__MACOSX/") || strings.Contains(name, "/__MACOSX/") ||
		strings.EqualFold(base, "thumbs.db") || strings.EqualFold(base, "desktop.ini")
}

// readable leaves out what tells about the others, unless nothing else is there.
func readable(files []File) []File {
	var out []File
	for _, f := range files {
		lower := strings.ToLower(path.Base(f.Inside))
		about := strings.HasPrefix(lower, "readme") || strings.HasPrefix(lower, "license") ||
			strings.HasPrefix(lower, "licence")
		switch path.Ext(lower) {
		case ".md", ".pdf", ".png", ".jpg", ".py", ".ipynb", ".html", ".docx":
			about = true
		}
		if !about {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return files
	}
	return out
}

// notOfBook says what an archive is that is a document of an office program.
func notOfBook(entry string) error {
	switch {
	case strings.HasPrefix(entry, "xl/"):
		return fault.New("refuse-workbook")
	case entry == "content.xml", strings.HasPrefix(entry, "Index/"), strings.HasPrefix(entry, "word/"):
		return fault.New("refuse-document")
	case strings.HasSuffix(entry, "data.pkl") || strings.HasSuffix(entry, "/data/0"):
		return fault.New("refuse-pickle")
	}
	return nil
}
