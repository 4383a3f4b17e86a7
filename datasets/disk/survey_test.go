package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/assets/words"
	"cosinelab/datasets"
)

// survey returns the paths of a folder's files, and the key of the reason for each that is passed over.
func surveyed(t *testing.T, fsys fs.FS) (files []string, passed map[string]string) {
	t.Helper()
	inv, err := Survey(t.Context(), fsys)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range inv.Files {
		files = append(files, f.Path)
	}
	passed = map[string]string{}
	for _, p := range inv.Passed {
		passed[p.Path] = p.Fault.Key
		for _, tag := range words.Tags() {
			if !words.In(tag).Has(words.Key(p.Fault.Key)) {
				t.Errorf("%s.txt has no text for %s", tag, p.Fault.Key)
			}
		}
	}
	return files, passed
}

// forbidden is a folder in which some names may not be read, whoever asks.
type forbidden struct {
	fstest.MapFS
	names map[string]bool
}

func (f forbidden) Open(name string) (fs.File, error) {
	if f.names[name] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.MapFS.Open(name)
}

func TestWhatMayNotBeReadIsPassedOver(t *testing.T) {
	table := &fstest.MapFile{Data: []byte("a,b\n1,2\n")}
	folder := forbidden{fstest.MapFS{"lost+found/x": table, "a.csv": table, "secret.csv": table,
		"sub/b.csv": table},
		map[string]bool{"lost+found": true, "secret.csv": true}}
	files, passed := surveyed(t, folder)
	if fmt.Sprint(files) != "[a.csv sub/b.csv]" {
		t.Errorf("files %q", files)
	}
	if want := map[string]string{"lost+found": "file-forbidden",
		"secret.csv": "file-forbidden"}; !maps.Equal(passed, want) {
		t.Errorf("passed over %v, want %v", passed, want)
	}
	if _, err := Survey(t.Context(), forbidden{nil, map[string]bool{".": true}}); !errors.Is(err,
		fs.ErrPermission) {
		t.Errorf("the folder itself may not be read: %v", err)
	}
}

func TestHostileFolder(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skip("links and pipes are for other systems")
	}
	above := t.TempDir()
	dir := filepath.Join(above, "data")
	write(t, filepath.Join(above, "secret.csv"), "secret")
	write(t, filepath.Join(above, "elsewhere", "c.csv"), "3")
	write(t, filepath.Join(dir, "a.csv"), "1")
	write(t, filepath.Join(dir, "sub", "b.csv"), "2")
	write(t, filepath.Join(dir, ".hidden", "key"), "secret")
	write(t, filepath.Join(dir, strings.Repeat("deep/", maxDepth+1)+"x.csv"), "too deep")
	write(t, filepath.Join(dir, strings.Repeat("deep/", maxDepth)+"y.csv"), "deep enough")
	for name, target := range map[string]string{
		"same.csv": "a.csv", "out.csv": "../secret.csv", "abs": above, "nowhere": "gone", "round": "round",
		"there": "back", "back": "there", "self": ".", "sub/up": "..", "again": "sub", "far": "../elsewhere",
		"zero": "/dev/zero",
	} {
		link(t, target, filepath.Join(dir, name))
	}
	strange := os.WriteFile(filepath.Join(dir, "bad\xff.csv"), nil, 0o644) == nil
	if err := pipe(filepath.Join(dir, "train.csv")); err != nil {
		t.Fatal(err)
	}
	deepest := strings.Repeat("deep/", maxDepth)
	base := map[string]string{
		"train.csv": "folder-pipe", "nowhere": "folder-link-nowhere", "round": "folder-link-out",
		"there": "folder-link-out",
		"back":  "folder-link-out", "self": "folder-again", deepest + "deep": "folder-too-deep",
	}
	if strange {
		base["bad\uFFFD.csv"] = "folder-name"
	}
	for name, f := range both(t, dir) {
		want := maps.Clone(base)
		there := []string{"a.csv", "same.csv", deepest + "y.csv"}
		if name == "within" {
			for _, out := range []string{"out.csv", "abs", "far", "zero"} {
				want[out] = "folder-link-out"
			}
		} else {
			there = append(there, "out.csv", "far/c.csv", "abs/secret.csv")
			want["zero"] = "folder-device"
		}
		files, passed := surveyed(t, f)
		for path, key := range want {
			if passed[path] != key {
				t.Errorf("%s: %s is passed over by %q, want %q", name, path, passed[path], key)
			}
		}
		all := strings.Join(files, " ")
		for _, path := range there {
			if !strings.Contains(" "+all+" ", " "+path+" ") {
				t.Errorf("%s: %s is missing from %s", name, path, all)
			}
		}
		if !strings.Contains(all, "sub/b.csv") && !strings.Contains(all, "again/b.csv") {
			t.Errorf("%s: neither sub nor the link to it is entered", name)
		}
		if strings.Contains(all, "hidden") || strings.Contains(all, "bad") || len(files) > 20 {
			t.Errorf("%s: files %q", name, files)
		}
	}
}

func TestListingKnowsOnlyWhatOpens(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "good.csv"), "a,b\n1,2\n3,4\n")
	if err := pipe(filepath.Join(dir, "train.csv")); err != nil {
		t.Skip("no pipes here:", err)
	}
	write(t, filepath.Join(dir, "test.csv"), "")
	write(t, filepath.Join(dir, "test_label.csv"), "")
	for name, f := range both(t, dir) {
		inv, err := Survey(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		surveyed, err := datasets.List(t.Context(), inv)
		if err != nil {
			t.Fatal(err)
		}
		direct, err := datasets.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, sets := range [][]datasets.Entry{surveyed, direct} {
			if len(sets) != 2 || sets[0].ID != "file/good.csv" {
				t.Errorf("%s: %v", name, sets)
			}
		}
	}
}

func TestASurveyIsBounded(t *testing.T) {
	many := fstest.MapFS{"a.csv": {}}
	for i := range maxSurveyed {
		many[fmt.Sprintf("sub/deeper/%d", i)] = &fstest.MapFile{}
	}
	files, passed := surveyed(t, many)
	if len(files) > maxSurveyed || files[0] != "a.csv" || passed["."] != "folder-too-many" {
		t.Errorf("%d files, passed over %v", len(files), passed)
	}
	pipes := fstest.MapFS{}
	for i := range 2 * maxPassed {
		pipes[fmt.Sprint(i)] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	}
	inv, err := Survey(t.Context(), pipes)
	if err != nil || len(inv.Passed) != maxPassed+1 || inv.Passed[maxPassed].Fault.Key != "folder-more" {
		t.Errorf("%d are named, %v", len(inv.Passed), err)
	}
}

func TestASurveyEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	inv, err := Survey(ctx, fstest.MapFS{"a.csv": {Data: []byte("1")}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := fs.ReadFile(inv, "a.csv"); !errors.Is(err, context.Canceled) {
		t.Errorf("reading after the end: %v", err)
	}
	if _, err := Survey(ctx, fstest.MapFS{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a survey after the end: %v", err)
	}
}

func TestListingReadsNoMoreThanAGlance(t *testing.T) {
	inv, err := Survey(t.Context(), fstest.MapFS{"a": {Data: make([]byte, maxGlance+1)}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := inv.Open("a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := io.Copy(io.Discard, f); n != maxGlance || err == nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
