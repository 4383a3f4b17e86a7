package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets"
)

const secret = "outside the folder"

// dataFolder returns a folder of data with a secret beside it and links that lead in and out.
func dataFolder(t testing.TB) string {
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
		if r.Header.Get("Content-Type") != "application/octet-stream" ||
			r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %v", path, r.Header)
		}
	}
}

func TestNoWayLeadsOutOfTheFolder(t *testing.T) {
	h := testHandler(t, dataFolder(t))
	for _, path := range []string{
		"../secret.txt", "sub/../../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt",
		"%2e%2e%2fsecret.txt",
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
	r := ask(h, "GET", "/data/files/a.csv")
	held := r.Header.Get("ETag")
	if held == "" || r.Header.Get("Last-Modified") != "" {
		t.Errorf("want a tag, and no time to compare: %v", r.Header)
	}
	if r := ask(h, "GET", "/data/files/a.csv", "If-None-Match", held); r.StatusCode != 304 {
		t.Errorf("%d, want 304", r.StatusCode)
	}
	if r := ask(h, "GET", "/data/files/a.csv", "If-Range", held, "Range", "bytes=2-4"); r.StatusCode != 206 {
		t.Errorf("a part of the same file: %d, want 206", r.StatusCode)
	}
}

// What is replaced is sent again, be the file that takes its place of the same size and as old or older.
func TestReplacedDataIsSentAgain(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	put := func(path, content string, at time.Time) {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	put(path, "first", day)
	h := testHandler(t, dir)
	later := day.AddDate(1, 0, 0).Format(http.TimeFormat)
	for i, at := range []time.Time{day, day.AddDate(-1, 0, 0), day.AddDate(1, 0, 0)} {
		held := ask(h, "GET", "/data/files/a.csv").Header.Get("ETag")
		want := fmt.Sprintf("next%d", i)
		other := filepath.Join(dir, "other")
		put(other, want, at)
		if err := os.Rename(other, path); err != nil {
			t.Fatal(err)
		}
		r := ask(h, "GET", "/data/files/a.csv", "If-None-Match", held, "If-Modified-Since", later)
		if got := body(t, r); r.StatusCode != 200 || got != want {
			t.Errorf("replaced by one of %v: %d %q, want %q", at, r.StatusCode, got, want)
		}
		r = ask(h, "GET", "/data/files/a.csv", "If-Range", held, "Range", "bytes=2-4")
		if got := body(t, r); r.StatusCode != 200 || got != want {
			t.Errorf("a part of one that is gone: %d %q, want all of the new one", r.StatusCode, got)
		}
	}
}

func TestFolderThatIsMadeAgainIsFoundAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	fill := func(name string) {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("a,b\n1,2\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fill("old.csv")
	h := testHandler(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	found := lookAt(t, h)
	if len(found.Sets) > 0 || len(found.Passed) != 1 || found.Passed[0].Path != "." ||
		found.Passed[0].Fault.Key != "data-list" {
		t.Errorf("without the folder: %+v", found)
	}
	if text := body(t, ask(h, "GET", "/data/")); strings.Contains(text, dir) {
		t.Errorf("the listing says where the folder lies: %s", text)
	}
	if r := ask(h, "GET", "/data/files/old.csv"); r.StatusCode != 404 {
		t.Errorf("%d, want 404", r.StatusCode)
	}
	fill("new.csv")
	if found := lookAt(t, h); len(found.Sets) != 1 || found.Sets[0].ID != "file/new.csv" ||
		len(found.Passed) > 0 {
		t.Errorf("made again: %+v", found)
	}
	if r := ask(h, "GET", "/data/files/new.csv"); r.StatusCode != 200 {
		t.Errorf("%d, want 200", r.StatusCode)
	}
}

func TestWithoutAFolderThereAreNoSets(t *testing.T) {
	h := testHandler(t, "")
	if got := body(t, ask(h, "GET", "/data/")); strings.TrimSpace(
		got) != `{"sets":[],"files":[],"passed":[]}` {
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
	if err := json.NewDecoder(r.Body).Decode(&found); err != nil ||
		r.Header.Get("Content-Type") != "application/json" {
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
	if want := []string{"a.csv", "inside.csv", "packed.csv.gz", "page.html",
		"sub/b c.csv"}; !slices.Equal(paths, want) {
		t.Errorf("%q, want %q", paths, want)
	}
}

func TestListingHoldsTheSetsOfTheFolder(t *testing.T) {
	data := dataFolder(t)
	h := testHandler(t, data)
	want, err := datasets.List(t.Context(), os.DirFS(data))
	if err != nil || len(want) == 0 {
		t.Fatalf("%d sets, %v", len(want), err)
	}
	got := lookAt(t, h).Sets
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
		if !slices.ContainsFunc(found.Files, func(f datasets.Stored) bool {
			return f.Path == path && f.Size > 0
		}) {
			t.Errorf("%s is not listed", path)
		}
	}
}

// What is no file is neither listed nor sent nor waited for, and the listing says what it is.
func TestListingSaysWhatIsPassedOver(t *testing.T) {
	dir := dataFolder(t)
	if err := pipe(filepath.Join(dir, "train.csv")); err != nil {
		t.Skip("no pipes here:", err)
	}
	h := testHandler(t, dir)
	got := map[string]string{}
	for _, p := range lookAt(t, h).Passed {
		got[p.Path] = p.Fault.Key
	}
	want := map[string]string{"train.csv": "folder-pipe", "gone.dat": "folder-link-nowhere",
		"up":           "folder-link-out",
		"absolute.txt": "folder-link-out", "relative.txt": "folder-link-out"}
	if !maps.Equal(got, want) {
		t.Errorf("passed over %v, want %v", got, want)
	}
	if r := ask(h, "GET", "/data/files/train.csv"); r.StatusCode != 404 {
		t.Errorf("the pipe: %d, want 404", r.StatusCode)
	}
}

func TestDataFolderMustBeAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + "-missing"} {
		if _, err := openFolder(path, words.English()); err == nil ||
			!strings.Contains(words.English().Error(err), path) {
			t.Errorf("%s: %v, want an error that names it", path, err)
		}
	}
}
