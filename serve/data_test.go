package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
)

const secret = "outside the folder"

// dataFolder returns a folder of data with a secret beside it and links that lead in and out.
func dataFolder(t *testing.T) string {
	t.Helper()
	above := t.TempDir()
	for name, content := range map[string]string{
		"secret.txt":          secret,
		"data/a.csv":          "0123456789",
		"data/sub/b c.csv":    "b",
		"data/.hidden/key":    secret,
		"data/sub/.key":       secret,
		"data/page.html":      "<script>alert(1)</script>",
		"data/packed.csv.gz":  "not really packed",
		"data/sub/..name.csv": "two dots are a name here",
	} {
		path := filepath.Join(above, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(above, "data")
	for name, target := range map[string]string{
		"inside.csv":   "a.csv",
		"absolute.txt": filepath.Join(above, "secret.txt"),
		"relative.txt": "../secret.txt",
		"up":           "..",
		"gone.dat":     "nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(data, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	return data
}

func TestDataFilesAreSentAsTheyLie(t *testing.T) {
	h := testHandler(t, dataFolder(t))
	for path, want := range map[string]string{
		"a.csv":         "0123456789",
		"sub/b%20c.csv": "b",
		"inside.csv":    "0123456789",
		"packed.csv.gz": "not really packed",
		"page.html":     "<script>alert(1)</script>",
	} {
		r := ask(h, "GET", "/data/files/"+path, "Accept-Encoding", "gzip, br")
		if got := body(t, r); r.StatusCode != 200 || got != want {
			t.Errorf("%s: %d %q, want %q", path, r.StatusCode, got, want)
		}
		if r.Header.Get("Content-Type") != "application/octet-stream" || r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %v", path, r.Header)
		}
	}
}

func TestNoWayLeadsOutOfTheFolder(t *testing.T) {
	h := testHandler(t, dataFolder(t))
	for _, path := range []string{
		"../secret.txt", "sub/../../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "%2e%2e%2fsecret.txt",
		"sub%2f..%2f..%2fsecret.txt", "..%5csecret.txt", "..\\secret.txt", "/etc/passwd", "%2fetc%2fpasswd",
		"absolute.txt", "relative.txt", "up/secret.txt", "up/data/a.csv", "a.csv%00", ".", "", "sub", "sub/",
		".hidden/key", "sub/.key", "./a.csv%2f..%2f..%2fsecret.txt", "gone.dat", "C:%5cWindows%5cwin.ini",
	} {
		r := ask(h, "GET", "/data/files/"+path)
		for range 3 { // a cleaned path comes as a redirection
			if r.StatusCode/100 != 3 {
				break
			}
			r = ask(h, "GET", r.Header.Get("Location"))
		}
		if got := body(t, r); r.StatusCode != 404 || strings.Contains(got, secret) {
			t.Errorf("%s: %d %q, want 404", path, r.StatusCode, got)
		}
	}
}

func TestDataFilesAreSentInParts(t *testing.T) {
	h := testHandler(t, dataFolder(t))
	for _, c := range []struct {
		want, status string
		code         int
	}{
		{"234", "bytes=2-4", 206},
		{"89", "bytes=-2", 206},
		{"6789", "bytes=6-", 206},
		{"", "bytes=20-", 416},
	} {
		r := ask(h, "GET", "/data/files/a.csv", "Range", c.status)
		got := body(t, r)
		if r.StatusCode != c.code || c.code == 206 && got != c.want {
			t.Errorf("%s: %d %q, want %d %q", c.status, r.StatusCode, got, c.code, c.want)
		}
	}
	r := ask(h, "HEAD", "/data/files/a.csv")
	if got := body(t, r); r.Header.Get("Content-Length") != "10" || got != "" {
		t.Errorf("HEAD: length %q, body %q", r.Header.Get("Content-Length"), got)
	}
}

func TestUnchangedDataIsNotSentAgain(t *testing.T) {
	h := testHandler(t, dataFolder(t))
	modified := ask(h, "GET", "/data/files/a.csv").Header.Get("Last-Modified")
	if r := ask(h, "GET", "/data/files/a.csv", "If-Modified-Since", modified); r.StatusCode != 304 {
		t.Errorf("%d, want 304", r.StatusCode)
	}
}

func TestWithoutAFolderThereAreNoSets(t *testing.T) {
	h := testHandler(t, "")
	if got := body(t, ask(h, "GET", "/data/")); strings.TrimSpace(got) != `{"sets":[],"files":[]}` {
		t.Error(got)
	}
	if r := ask(h, "GET", "/data/files/a.csv"); r.StatusCode != 404 {
		t.Errorf("%d, want 404", r.StatusCode)
	}
}

// lookAt returns what GET /data/ lists of the folder that h serves.
func lookAt(t *testing.T, h http.Handler) listing {
	t.Helper()
	var found listing
	r := ask(h, "GET", "/data/")
	if err := json.NewDecoder(r.Body).Decode(&found); err != nil || r.Header.Get("Content-Type") != "application/json" {
		t.Fatal(err, r.Header)
	}
	return found
}

func TestListingHoldsEveryFileThatCanBeFetched(t *testing.T) {
	h := testHandler(t, dataFolder(t))
	var paths []string
	for _, f := range lookAt(t, h).Files {
		paths = append(paths, f.Path)
		got := body(t, ask(h, "GET", "/data/files/"+strings.ReplaceAll(f.Path, " ", "%20")))
		if int64(len(got)) != f.Size {
			t.Errorf("%s: %d bytes, listed with %d", f.Path, len(got), f.Size)
		}
	}
	if want := []string{"a.csv", "inside.csv", "packed.csv.gz", "page.html", "sub/b c.csv"}; !slices.Equal(paths, want) {
		t.Errorf("%q, want %q", paths, want)
	}
}

func TestListingHoldsTheSetsOfTheFolder(t *testing.T) {
	data := dataFolder(t)
	want, err := datasets.List(context.Background(), os.DirFS(data))
	if err != nil || len(want) == 0 {
		t.Fatalf("%d sets, %v", len(want), err)
	}
	got := lookAt(t, testHandler(t, data)).Sets
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != set(want[i]) {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
}

func TestRealSetsAreListedWithTheirFiles(t *testing.T) {
	data := filepath.Join("..", "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skip("the real sets are not here:", err)
	}
	found := lookAt(t, testHandler(t, data))
	if !slices.ContainsFunc(found.Sets, func(s set) bool { return s.ID == "smd/machine-1-2" }) {
		t.Errorf("no smd/machine-1-2 among %v", found.Sets)
	}
	for _, part := range []string{"train", "test", "test_label"} {
		path := "smd/" + part + "/machine-1-2.txt.gz"
		if !slices.ContainsFunc(found.Files, func(f dataFile) bool { return f.Path == path && f.Size > 0 }) {
			t.Errorf("%s is not listed", path)
		}
	}
}

func TestFolderOfTooManyFilesIsRefusedInWords(t *testing.T) {
	dir := t.TempDir()
	for i := range maxFiles + 1 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := ask(testHandler(t, dir), "GET", "/data/")
	if got := body(t, r); r.StatusCode != http.StatusInternalServerError || !strings.Contains(got, "more than 10\u2009000 files") {
		t.Errorf("%d %s", r.StatusCode, got)
	}
}

func TestDataFolderMustBeAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + "-missing"} {
		if _, err := openFolder(path, words.English()); err == nil || !strings.Contains(words.English().Error(err), path) {
			t.Errorf("%s: %v, want an error that names it", path, err)
		}
	}
}
