package runfile

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/engine/detector"
)

// Bounds of what is read of a zip, in bytes.
const (
	mostAbout  = 1 << 20
	mostNested = 1 << 30 // a file that is unpacked, or a zip within it
)

// begun is when all files of a zip are said to have been written: the first day that its format knows.
var begun = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Pack writes the files of a run as a zip. The same files give the same bytes.
func Pack(out io.Writer, files fs.FS) error {
	var names []string
	for _, f := range Files {
		names = append(names, f.Name)
	}
	detectors, err := fs.ReadDir(files, DetectorsDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, d := range detectors {
		if path.Ext(d.Name()) == detector.Ending {
			names = append(names, path.Join(DetectorsDir, d.Name()))
		}
	}
	z := zip.NewWriter(out)
	for _, name := range names {
		if err := pack(z, files, name); err != nil {
			return err
		}
	}
	return z.Close()
}

// pack adds a file, if it is there.
func pack(z *zip.Writer, files fs.FS, name string) error {
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: begun}
	if e := path.Ext(name); e == detector.Ending || e == path.Ext(SignalsFile) {
		h.Method = zip.Store // a zip already
	}
	w, err := z.CreateHeader(h)
	if err == nil {
		_, err = io.Copy(w, f)
	}
	return err
}

// Unpack puts the files of a zip that belong to a run.
func Unpack(files fs.FS, put Put) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isPart(name) {
			return err
		}
		f, err := files.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return put(name, func(w io.Writer) error {
			n, err := io.Copy(w, io.LimitReader(f, mostNested+1))
			if err == nil && n > mostNested {
				err = fault.New("runfile-large", name, mostNested>>20)
			}
			return err
		})
	})
}

// isPart tells the files of a run from others.
func isPart(name string) bool {
	for _, f := range Files {
		if f.Name == name {
			return true
		}
	}
	return path.Dir(name) == DetectorsDir
}

// Open opens a zip of a run as a folder of its files. It refuses what is none, or is of a later version.
func Open(r io.ReaderAt, size int64) (fs.FS, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.New("runfile-no-zip")
	}
	about, err := ReadAbout(z)
	switch {
	case err != nil:
		return nil, err
	case about.Version < 1:
		return nil, fault.New("runfile-no-run", AboutFile)
	}
	return z, nil
}

// ReadAbout reads what wrote a run; Version is 0 where nothing says it, as in folders of before there were versions.
func ReadAbout(files fs.FS) (a About, err error) {
	f, err := files.Open(AboutFile)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostAbout))
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return a, fault.New("in-place", AboutFile, err)
	}
	if a.Version > Version {
		return a, fault.New("runfile-version", a.Program, a.Version, Version)
	}
	return a, nil
}

// Detectors lists those of a run by their names, without folder and ending.
func Detectors(files fs.FS) (names []string, err error) {
	entries, err := fs.ReadDir(files, DetectorsDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if name := e.Name(); path.Ext(name) == detector.Ending {
			names = append(names, name[:len(name)-len(detector.Ending)])
		}
	}
	return names, err
}

// ReadDetector reads one by its name in Detectors.
func ReadDetector(files fs.FS, name string) (*detector.Detector, error) {
	f, err := files.Open(path.Join(DetectorsDir, name+detector.Ending))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, size, err := random(f)
	if err != nil {
		return nil, err
	}
	return detector.Read(r, size)
}

// random makes the content of a file one that is read at any place. One within a zip takes memory.
func random(f fs.File) (io.ReaderAt, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if r, ok := f.(io.ReaderAt); ok {
		return r, info.Size(), nil
	}
	content, err := io.ReadAll(io.LimitReader(f, mostNested+1))
	if err == nil && len(content) > mostNested {
		err = fault.New("runfile-large", info.Name(), mostNested>>20)
	}
	return bytes.NewReader(content), int64(len(content)), err
}
