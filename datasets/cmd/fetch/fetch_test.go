package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
)

// server serves files, and misbehaves as told. It remembers which ranges it was asked for.
type server struct {
	files   map[string][]byte
	tag     string // ETag of every file
	cut     int    // bytes after which every answer breaks off; 0 = never
	noRange bool   // answers with the whole file whatever is asked
	longer  int    // added to every Content-Length
	fail    int    // answers of 503 before it works
	hang    bool   // never sends a byte
	ranges  []string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, ok := s.files[strings.TrimPrefix(r.URL.Path, "/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.ranges = append(s.ranges, r.Header.Get("Range"))
	if s.hang {
		<-r.Context().Done()
		return
	}
	if s.fail--; s.fail >= 0 {
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	if s.noRange {
		r.Header.Del("Range")
	}
	if s.tag != "" {
		w.Header().Set("ETag", s.tag)
	}
	if s.longer > 0 {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)+s.longer))
		w.Write(content)
		return
	}
	if s.cut > 0 {
		w = &breaking{w, s.cut}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// breaking drops the connection after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	n, err := b.ResponseWriter.Write(p[:min(len(p), b.left)])
	if b.left -= n; b.left == 0 {
		b.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// serve starts s and returns its address.
func serve(t *testing.T, s *server) string {
	t.Helper()
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return web.URL + "/"
}

// quick is a downloader without patience.
func quick() *downloader {
	d := newDownloader(newProgress(io.Discard, words.English()))
	d.pause, d.stall = time.Millisecond, 10*time.Second
	return d
}

func sha(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content)) }

var payload = bytes.Repeat([]byte("0123456789abcdef"), 5000)

// wantFile fails unless the file holds content, and nothing else is beside it.
func wantFile(t *testing.T, file string, content []byte) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v; want %d bytes", len(got), err, len(content))
	}
	beside, _ := os.ReadDir(filepath.Dir(file))
	if len(beside) != 1 {
		t.Errorf("beside it: %v", beside)
	}
}

func TestDownloadsSurviveBadServers(t *testing.T) {
	for _, test := range []struct {
		name   string
		server server
		sum    bool // known
	}{
		{"well behaved", server{}, true},
		{"cut off", server{cut: 9000}, true},
		{"cut off, sum unknown, tag", server{cut: 9000, tag: `"v1"`}, false},
		{"busy", server{fail: 2}, false},
		{"ignores range", server{noRange: true}, true},
	} {
		test.server.files = map[string][]byte{"x": payload}
		file, sum := filepath.Join(t.TempDir(), "x"), ""
		if test.sum {
			sum = sha(payload)
		}
		if err := quick().get(t.Context(), serve(t, &test.server)+"x", file, sum); err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		wantFile(t, file, payload)
	}
}

func TestDownloadErrorsSayWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name, want string
		server     server
		sum        string
	}{
		{"not found", "the server answers 404 Not Found", server{files: map[string][]byte{}}, ""},
		{"wrong sum", "want " + sha([]byte("other")) + ": not the published file", server{},
			sha([]byte("other"))},
		{"wrong length", "gave up after 4 tries: the connection was cut off after 80\u2009000 of " +
			"80\u2009007 bytes", server{longer: 7}, ""},
		{"cut off and no range", "gave up after 4 tries: the connection was cut off after 9\u2009000 of " +
			"80\u2009000 bytes", server{cut: 9000, noRange: true}, sha(payload)},
		{"cut off, sum unknown, no tag", "gave up after 4 tries: the connection was cut off after " +
			"9\u2009000 of 80\u2009000 bytes", server{cut: 9000}, ""},
		{"busy", "gave up after 4 tries: the server answers 503", server{fail: 99}, ""},
		{"silent", "gave up after 4 tries: no data for 0.02 s", server{hang: true}, ""},
	} {
		if test.server.files == nil {
			test.server.files = map[string][]byte{"x": payload}
		}
		d, file := quick(), filepath.Join(t.TempDir(), "x")
		if test.server.hang {
			d.stall = 20 * time.Millisecond
		}
		err := d.get(t.Context(), serve(t, &test.server)+"x", file, test.sum)
		if err == nil || !strings.Contains(words.English().Error(err), test.want) ||
			!strings.Contains(err.Error(), "/x") {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s: the file is there", test.name)
		}
	}
}

func TestAnInterruptedDownloadGoesOnInALaterRun(t *testing.T) {
	s := &server{files: map[string][]byte{"x": payload}, tag: `"v1"`, cut: 30000}
	url, file := serve(t, s)+"x", filepath.Join(t.TempDir(), "x")
	if err := quick().attempt(t.Context(), &partial{url: url, file: file + ".part"}); err == nil {
		t.Fatal("complete at once")
	}
	s.cut = 0
	if err := quick().get(t.Context(), url, file, ""); err != nil {
		t.Fatal(err)
	}
	wantFile(t, file, payload)
	if want := []string{"", "bytes=30000-"}; !slices.Equal(s.ranges, want) {
		t.Errorf("asked for %q, want %q", s.ranges, want)
	}
}

// A part of another version may not be completed with this one.
func TestAPartOfSomethingElseIsNotUsed(t *testing.T) {
	for _, test := range []struct {
		name, part, tag, sum string
	}{
		{"other tag", "old", `"v0"`, ""},
		{"no tag, no sum", "old", "", ""},
		{"wrong content, sum known", "old", "", sha(payload)},
		{"longer than the file", strings.Repeat("old", 50000), "", sha(payload)},
		{"as long as the file", strings.Repeat("x", len(payload)), "", sha(payload)},
	} {
		url := serve(t, &server{files: map[string][]byte{"x": payload}, tag: `"v1"`}) + "x"
		file := filepath.Join(t.TempDir(), "x")
		write(t, file+".part", test.part)
		if test.tag != "" {
			write(t, file+".part.tag", test.tag)
		}
		if err := quick().get(t.Context(), url, file, test.sum); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		wantFile(t, file, payload)
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsThereIsNotDownloadedAgain(t *testing.T) {
	s := &server{files: map[string][]byte{"x": payload}}
	url, file := serve(t, s)+"x", filepath.Join(t.TempDir(), "x")
	write(t, file, string(payload))
	for _, sum := range []string{"", sha(payload)} {
		if err := quick().get(t.Context(), url, file, sum); err != nil || len(s.ranges) > 0 {
			t.Errorf("%d requests, %v", len(s.ranges), err)
		}
	}
	write(t, file, "damaged")
	if err := quick().get(t.Context(), url, file, sha(payload)); err != nil {
		t.Error(err)
	}
	wantFile(t, file, payload)
}

// archive is a zip as telemanom's: the arrays in data/, with other things around.
func archive(t *testing.T, members map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	members["models/other.h5"] = []byte("weights")
	for name, content := range members {
		w, err := z.Create("data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// filesIn lists all files below dir, with slashes.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestOnlyTheWantedMembersOfAnArchiveAreKept(t *testing.T) {
	zipped := archive(t, map[string][]byte{"train/A.npy": []byte("a"), "test/A.npy": []byte("b"),
		"train/B.npy": []byte("c")})
	s := &server{files: map[string][]byte{"data.zip": zipped}}
	from := source{id: "msl", archive: serve(t, s) + "data.zip",
		members: []string{"train/A.npy", "test/A.npy"}}
	dir := t.TempDir()
	for range 2 { // the second time everything is there
		if err := quick().unpack(t.Context(), from, dir); err != nil {
			t.Fatal(err)
		}
	}
	files := filesIn(t, dir)
	if want := []string{"msl/test/A.npy", "msl/train/A.npy"}; !slices.Equal(files, want) ||
		len(s.ranges) != 1 {
		t.Errorf("files %v after %d requests, want %v after one", files, len(s.ranges), want)
	}
}

func TestABrokenArchiveIsAnErrorAndIsRemoved(t *testing.T) {
	const name = "data/train/A.npy"
	flipped := archive(t, map[string][]byte{"train/A.npy": payload})
	flipped[bytes.Index(flipped, []byte(name))+len(name)+20] ^= 1 // in its compressed data
	for _, test := range []struct{ name, content, want string }{
		{"no zip", "<html>moved</html>", "not a valid zip file"},
		{"one bit flipped", string(flipped), "data.zip: " + name + ": "},
		{"member missing", string(archive(t, map[string][]byte{})), "no train/A.npy in it"},
	} {
		s := &server{files: map[string][]byte{"data.zip": []byte(test.content)}}
		dir := t.TempDir()
		err := quick().unpack(t.Context(), source{id: "msl", archive: serve(t, s) + "data.zip",
			members: []string{"train/A.npy"}}, dir)
		if err == nil || !strings.Contains(words.English().Error(err), test.want) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
		if left := filesIn(t, dir); len(left) != 0 {
			t.Errorf("%s: %v left", test.name, left)
		}
	}
}

func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, bad strings.Builder
	w := words.FromCommand(args, func(string) string { return "" })
	code = run(t.Context(), w, args, &out, &bad)
	return code, out.String(), bad.String()
}

func TestExitCodes(t *testing.T) {
	empty := serve(t, &server{})
	for _, test := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"-h"}, 0, "usage: fetch smd|msl|smap|psm|nab", ""},
		{[]string{"smd", "-help"}, 0, "usage: fetch smd|msl|smap|psm|nab", ""},
		{nil, 2, "", "want one set, smd, msl, smap, psm or nab"},
		{[]string{"mars"}, 2, "", "want one set, smd, msl, smap, psm or nab, got “mars”"},
		{[]string{"smd", "msl"}, 2, "", "want one set, smd, msl, smap, psm or nab, got “smd msl”"},
		{[]string{"smd", "-nope"}, 2, "", "-nope"},
		{[]string{"-lang", "ko", "-h"}, 0, "사용법: fetch smd|msl|smap|psm|nab", ""},
		{[]string{"smd", "-lang=xx"}, 2, "", "-lang xx, want en or ko"},
		{[]string{"-dir", t.TempDir(), "psm", "-url", empty}, 1, "",
			"train.csv: the server answers 404 Not Found"},
	} {
		code, stdout, stderr := command(t, test.args...)
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr,
			test.stderr) || (test.stderr == "") != (stderr == "") {
			t.Errorf("%v: code %d, %q, %q; want %d", test.args, code, stdout, stderr, test.code)
		}
	}
}

func TestTheCommandFetchesASetThatOpens(t *testing.T) {
	header, row := "timestamp_(min)", "0"
	for i := range 25 {
		header, row = header+fmt.Sprintf(",feature_%d", i), row+",0.5"
	}
	table := []byte(header + "\n" + row + "\n" + row + "\n")
	s := &server{cut: 300, tag: `"v1"`, files: map[string][]byte{
		"train.csv": table, "test.csv": table, "test_label.csv": []byte("timestamp_(min),label\n0,0\n1,1\n"),
	}}
	dir := t.TempDir()
	d := quick()
	from, _ := sourceNamed("psm")
	if err := fetch(t.Context(), d, from.at(serve(t, s)), dir); err != nil {
		t.Fatal(err)
	}
	set, err := datasets.Open(t.Context(), os.DirFS(dir), "psm")
	if err != nil || set.Test.Rows != 2 || set.Labels[1] != 1 {
		t.Errorf("set %v, %v", set, err)
	}
	code, stdout, stderr := command(t, "psm", "-dir", dir, "-url", serve(t, &server{}))
	if code != 0 || stderr != "" || !strings.Contains(stdout, "psm 1/3 train.csv  is there\n") ||
		!strings.Contains(stdout, "psm: 1 set in ") {
		t.Errorf("again: code %d, %q, %q", code, stdout, stderr)
	}
}

func TestProgressOnATerminalIsABarWithALineAFile(t *testing.T) {
	var out strings.Builder
	p := &progress{out: &out, w: words.English(), terminal: true}
	p.begin("smd 1/2 x.txt")
	p.bytes(500_000, 2_000_000)
	p.done()
	p.begin("smd 2/2 y.txt")
	p.bytes(600_000, -1)
	p.stop() // it failed
	shown := out.String()
	for _, want := range []string{"[======                  ] smd 1/2 x.txt  0.5 of 2.0 MB, 25 %",
		"\nsmd 1/2 x.txt\n",
		"[                        ] smd 2/2 y.txt  0.6 MB"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %q", want, shown)
		}
	}
}

func TestStoppingSaysHowToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, bad strings.Builder
	if code := run(ctx, words.English(), []string{"psm", "-dir", t.TempDir(), "-url", serve(t, &server{})},
		&out, &bad); code != 1 || !strings.Contains(bad.String(), "the same command goes on from here") {
		t.Errorf("code %d, %q", code, bad.String())
	}
}

func TestSourcesAreComplete(t *testing.T) {
	for _, want := range []struct {
		id             string
		files, members int
	}{{"smd", 4 * 28, 0}, {"msl", 1, 2 * 27}, {"smap", 1, 2 * 54}, {"psm", 3, 0}, {"nab", 59, 0}} {
		s, ok := sourceNamed(want.id)
		if !ok || len(s.files) != want.files || len(s.members) != want.members ||
			(s.archive != "") != (want.members > 0) {
			t.Errorf("%s: %d files, %d members", want.id, len(s.files), len(s.members))
		}
		if !strings.HasPrefix(s.base, "https://") || !strings.HasSuffix(s.base, "/") {
			t.Errorf("%s: base %s", s.id, s.base)
		}
	}
	smd, _ := sourceNamed("smd")
	for file, sum := range sums {
		name, ok := strings.CutPrefix(file, "smd/")
		if !ok || len(sum) != 64 || !slices.Contains(smd.files, name) {
			t.Errorf("sum %q for %q", sum, file)
		}
	}
	if len(sums) != 40 {
		t.Errorf("%d sums, want 40", len(sums))
	}
}

// original returns a real file of ../shared/data, uncompressed.
func original(t *testing.T, name string) []byte {
	t.Helper()
	const folder = "../../../../shared/data/"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("no real data at ../shared/data")
	}
	if plain, err := os.ReadFile(folder + name); err == nil {
		return plain
	}
	f, err := os.Open(folder + name + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestRealSMDArrivesWholeFromABadServer(t *testing.T) {
	from, _ := sourceNamed("smd")
	from.files = []string{"train/machine-1-2.txt", "test/machine-1-2.txt", "test_label/machine-1-2.txt",
		"interpretation_label/machine-1-2.txt"}
	s := &server{files: map[string][]byte{}, cut: 3_000_000}
	for _, f := range from.files {
		s.files[f] = original(t, "smd/"+f)
	}
	dir := t.TempDir()
	if err := fetch(t.Context(), quick(), from.at(serve(t, s)), dir); err != nil {
		t.Fatal(err)
	}
	for _, f := range from.files {
		got, err := os.ReadFile(target(dir, "smd", f))
		if err != nil || !bytes.Equal(got, s.files[f]) {
			t.Errorf("%s: %d bytes, %v", f, len(got), err)
		}
	}
	if len(s.ranges) <= len(from.files) {
		t.Errorf("%d requests: nothing was cut off", len(s.ranges))
	}
	sets, err := datasets.List(t.Context(), os.DirFS(dir))
	if err != nil || len(sets) != 1 || sets[0].ID != "smd/machine-1-2" {
		t.Errorf("sets %v, %v", sets, err)
	}
}

func TestRealSMDWithOneByteChangedIsRefused(t *testing.T) {
	from, _ := sourceNamed("smd")
	from.files = []string{"test_label/machine-1-2.txt"}
	labels := original(t, "smd/"+from.files[0])
	labels[100] ^= 1
	err := fetch(t.Context(), quick(), from.at(serve(t,
		&server{files: map[string][]byte{from.files[0]: labels}})), t.TempDir())
	if !fault.Has(err, "fetch-other-file") {
		t.Errorf("error %v", err)
	}
}

func TestRealMSLArrivesFromItsArchive(t *testing.T) {
	from, _ := sourceNamed("msl")
	members := map[string][]byte{}
	for _, m := range from.members {
		members[m] = original(t, "msl/"+m)
	}
	web := serve(t, &server{cut: 200_000, tag: `"v1"`, files: map[string][]byte{
		"data.zip": archive(t, members), from.files[0]: original(t, "msl/"+from.files[0]),
	}})
	from.base = web
	dir := t.TempDir()
	if err := fetch(t.Context(), quick(), from.at(web+"data.zip"), dir); err != nil {
		t.Fatal(err)
	}
	set, err := datasets.Open(t.Context(), os.DirFS(dir), "msl/C-1")
	if err != nil || set.Train.Rows != 2158 || set.Test.Rows != 2264 {
		t.Errorf("set %v, %v", set, err)
	}
	sets, err := datasets.List(t.Context(), os.DirFS(dir))
	if err != nil || len(sets) != 28 || sets[0].Test != 73729 {
		t.Errorf("%d sets, %v", len(sets), err)
	}
}
