package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
)

// numpy is an array of float64, rows by columns, as NumPy writes it.
func numpy(rows, columns int, at func(row, column int) float64) []byte {
	header := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", rows, columns)
	header += strings.Repeat(" ", 63-(len(header)+10)%64) + "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(header)))...)
	out = append(out, header...)
	for r := range rows {
		for c := range columns {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(at(r, c)))
		}
	}
	return out
}

// published is what the publishers of a source offer, in their layout with other values: files below base, and the
// members of the archive.
func published(from source) (files, members map[string][]byte) {
	files, members = map[string][]byte{}, map[string][]byte{}
	for _, f := range from.files {
		switch folder, base := path.Dir(f), path.Base(f); {
		case from.id == "nab" && strings.HasSuffix(base, ".csv"):
			text := "timestamp,value\n"
			for i := range 80 {
				text += fmt.Sprintf("2014-04-%02d %02d:00:00,%d.5\n", 1+i/24, i%24, i*389%101)
			}
			files[f] = []byte(text)
		case from.id == "nab":
			files[f] = []byte(`{` + strings.Join(windowsOf(from.files), ", ") + `}`)
		case from.id == "psm":
			files[f] = psmFile(base)
		case from.id == "smd" && strings.HasSuffix(folder, "label"):
			files[f] = []byte(strings.Repeat("0\n", 30) + strings.Repeat("1\n", 10))
		case from.id == "smd":
			files[f] = []byte(strings.Repeat(strings.TrimSuffix(strings.Repeat("0.25,", 38), ",")+"\n", 40))
		default:
			files[f] = anomaliesOf(from)
		}
	}
	if interpretation := "interpretation_label/"; from.id == "smd" {
		for f := range files {
			if strings.HasPrefix(f, interpretation) {
				files[f] = []byte("31-40:1,2\n")
			}
		}
	}
	for _, m := range from.members {
		members["data/"+m] = numpy(60, 25, func(r, c int) float64 { return float64((r*7 + c) % 11) })
	}
	return files, members
}

// windowsOf are NAB's windows: one for each file.
func windowsOf(files []string) (lines []string) {
	for _, f := range files {
		if name, ok := strings.CutPrefix(f, "data/"); ok {
			lines = append(lines, fmt.Sprintf(`"%s": [["2014-04-03 02:00:00.000000", "2014-04-03 05:00:00.000000"]]`, name))
		}
	}
	return lines
}

// anomaliesOf is telemanom's list of the channels of both spacecraft.
func anomaliesOf(from source) []byte {
	text := "chan_id,spacecraft,anomaly_sequences,class,num_values\n"
	for _, m := range from.members {
		if channel, ok := strings.CutPrefix(m, "test/"); ok {
			text += fmt.Sprintf("%s,%s,\"[[20, 30]]\",[point],60\n", strings.TrimSuffix(channel, ".npy"),
				strings.ToUpper(from.id))
		}
	}
	return []byte(text + "Z-1,OTHER,\"[[1, 2]]\",[point],60\n")
}

// psmFile is one of PSM's three.
func psmFile(name string) []byte {
	if strings.Contains(name, "label") {
		return []byte("timestamp_(min),label\n" + strings.Repeat("0,0\n", 30) + strings.Repeat("1,1\n", 10))
	}
	header, row := "timestamp_(min)", "0"
	for i := range 25 {
		header, row = header+fmt.Sprintf(",feature_%d", i), row+",0.5"
	}
	return []byte(header + "\n" + strings.Repeat(row+"\n", 40))
}

// mirror is a server of what the publishers of a source offer, with the source that names it.
func mirror(t *testing.T, id string, s *server) source {
	t.Helper()
	from, ok := sourceNamed(id)
	if !ok {
		t.Fatal("no source", id)
	}
	files, members := published(from)
	if s.files = files; len(members) > 0 {
		files["data.zip"] = archive(t, members)
	}
	from.base = serve(t, s)
	if from.archive != "" {
		from.archive = from.base + "data.zip"
	}
	for file := range files {
		delete(sums, id+"/"+file) // the values are others than the published ones
	}
	return from
}

// Every source arrives whole from a server with its publishers' layout that breaks off again and again, and opens.
func TestEverySourceArrivesAndOpens(t *testing.T) {
	kept := sums
	defer func() { sums = kept }()
	for id, first := range map[string]string{"smap": "smap/A-1", "nab": "nab/realTweets/Twitter_volume_UPS.csv", "msl": "msl/C-1",
		"psm": "psm", "smd": "smd/machine-3-11"} {
		sums = parseSums(sumList)
		s := &server{cut: 1 << 16, tag: `"v1"`}
		from := mirror(t, id, s)
		dir := t.TempDir()
		if err := fetch(t.Context(), quick(), from, dir); err != nil {
			t.Errorf("%s: %s", id, words.English().Error(err))
			continue
		}
		set, err := datasets.Open(t.Context(), os.DirFS(dir), first)
		if err != nil || len(set.Anomalies) == 0 {
			entries, _ := datasets.List(t.Context(), os.DirFS(dir))
			t.Errorf("%s does not open: %v; there are %v", first, err, entries[:min(3, len(entries))])
		}
		asked := len(s.ranges)
		if err := fetch(t.Context(), quick(), from, dir); err != nil || len(s.ranges) != asked {
			t.Errorf("%s: again %v, %d more requests", id, err, len(s.ranges)-asked)
		}
	}
}

// Publishers send to other addresses: positions and tags go along.
func TestRedirectsAreFollowedAlsoWhereADownloadGoesOn(t *testing.T) {
	s := &server{files: map[string][]byte{"there/file": payload}, cut: 30_000, tag: `"v1"`}
	target := serve(t, s)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target+"there"+r.URL.Path, http.StatusFound)
	}))
	defer web.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := quick().get(t.Context(), web.URL+"/file", file, sha(payload)); err != nil {
		t.Fatal(err)
	}
	wantFile(t, file, payload)
	if len(s.ranges) < 2 || s.ranges[1] != "bytes=30000-" {
		t.Errorf("asked for %q", s.ranges)
	}
	round := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	}))
	defer round.Close()
	if err := quick().get(t.Context(), round.URL+"/file", file+"2", ""); err == nil ||
		!strings.Contains(words.English().Error(err), "redirects") {
		t.Errorf("a circle of redirects: %v", err)
	}
}

// Errors say what is wrong and what to do.
func TestErrorsSayWhatToDo(t *testing.T) {
	page := func(status int) string {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(web.Close)
		return web.URL + "/file"
	}
	good := serve(t, &server{files: map[string][]byte{"file": payload}}) + "file"
	for _, c := range []struct{ address, sum, key, says string }{
		{page(404), "", "fetch-moved", "-url"}, {page(410), "", "fetch-moved", "cosinelab data list"},
		{page(403), "", "fetch-forbidden", "browser"}, {page(500), "", "fetch-answer", "later"},
		{good, sha([]byte("another")), "fetch-other-file", "-url"},
	} {
		file := filepath.Join(t.TempDir(), "file")
		err := quick().get(t.Context(), c.address, file, c.sum)
		if !fault.Has(err, c.key) || !strings.Contains(words.English().Error(err), c.says) {
			t.Errorf("%v, want %s that says %q", err, c.key, c.says)
		}
		if left := filesIn(t, filepath.Dir(file)); len(left) != 0 {
			t.Errorf("%s leaves %v", c.key, left)
		}
	}
}

// A full disk is no matter of the connection: it is said at once, with what to do, and what came stays.
func TestAFullDiskIsSaidAtOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.Symlink("/dev/full", file+".part"); err != nil {
		t.Skip(err)
	}
	s := &server{files: map[string][]byte{"file": payload}}
	err := quick().get(t.Context(), serve(t, s)+"file", file, "")
	if !fault.Has(err, "fetch-no-room") || len(s.ranges) != 1 {
		t.Errorf("%v after %d requests", err, len(s.ranges))
	}
	if text := words.English().Error(err); !strings.Contains(text, "-dir") || !strings.Contains(text, "no room is left") {
		t.Error(text)
	}
}
