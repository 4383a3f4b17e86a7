package datasets

import (
	"bytes"

	"cosinelab/datasets/fault"
)

// foreigners are kinds of files that people have instead of tables, by how they begin; the key says what each
// is and what to save instead.
var foreigners = []struct{ start, key string }{
	{"PAR1", "refuse-parquet"},
	{"ARROW1", "refuse-parquet"},
	{"FEA1", "refuse-parquet"},
	{"ORC", "refuse-parquet"},
	{"\x89HDF\r\n", "refuse-hdf"},
	{"MATLAB 5.0 MAT-file", "refuse-hdf"},
	{"\xd0\xcf\x11\xe0", "refuse-workbook"},
	{"SQLite format 3\x00", "refuse-database"},
	{"%PDF-", "refuse-document"},
	{"{\\rtf", "refuse-document"},
	{"\x89PNG", "refuse-document"},
	{"\xff\xd8\xff", "refuse-document"},
	{"7z\xbc\xaf", "refuse-archive"},
	{"Rar!", "refuse-archive"},
	{"BZh", "refuse-archive"},
	{"\xfd7zXZ\x00", "refuse-archive"},
	{"\x28\xb5\x2f\xfd", "refuse-archive"},
	{"RDX", "refuse-pickle"},
	{"@relation", "refuse-arff"},
	{"@RELATION", "refuse-arff"},
}

// pickles are the beginnings of Python's pickles, protocols 2 to 5, which begin with a protocol and a frame,
// a module or a container.
func isPickle(start []byte) bool {
	return len(start) > 2 && start[0] == 0x80 && start[1] >= 2 && start[1] <= 5
}

// foreign says what a file is that is neither text nor an array; nil = it may be read.
func foreign(start []byte) error {
	for _, f := range foreigners {
		if bytes.HasPrefix(start, []byte(f.start)) {
			return fault.New(f.key)
		}
	}
	if isPickle(start) {
		return fault.New("refuse-pickle")
	}
	if len(start) > 262 && string(start[257:262]) == "ustar" {
		return fault.New("refuse-archive")
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n"))
	for _, tag := range []string{"<!doctype", "<html", "<?xml", "<head", "<body"} {
		if bytes.HasPrefix(text, []byte(tag)) {
			return fault.New("refuse-page")
		}
	}
	return nil
}

// isJSON reports whether a text begins as JSON does.
func isJSON(start []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) < 2 {
		return false
	}
	switch next := bytes.TrimLeft(text[1:], " \t\r\n"); text[0] {
	case '{':
		return len(next) > 0 && (next[0] == '"' || next[0] == '}')
	case '[':
		return len(next) > 0 && bytes.IndexByte([]byte(`{["-0123456789]`), next[0]) >= 0
	}
	return false
}
