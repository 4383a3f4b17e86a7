package datasets

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// hostile is a file that programs or people left in a state that loaders have to see.
func hostile(name string) File { return FileIn(os.DirFS("testdata/hostile"), name) }

func TestASecondLabelColumnIsNoChannel(t *testing.T) {
	set := read(t, Options{}, hostile("two-labels.csv"))
	if !slices.Equal(set.Channels, []string{"a"}) || !slices.Equal(set.Dropped,
		[]Dropped{{"label", ReasonLabel}}) {
		t.Errorf("channels %v, dropped %v", set.Channels, set.Dropped)
	}
	for _, c := range []struct {
		content, label string
		dropped        []Dropped
	}{
		{"a,label,attack\n1,0,1\n2,0,1\n", "attack", []Dropped{{"label", ReasonLabel}}},
		{"attack,a,Attack\n1,5,1\n1,5,1\n", "attack", []Dropped{{"Attack", ReasonLabel}}},
		{",date,is_anomaly,labels,a\n1,2,0,1,3\n1,2,0,1,3\n", "",
			[]Dropped{{"", ReasonNumber}, {"date", ReasonTime}, {"labels", ReasonLabel}}},
	} {
		set := read(t, Options{Label: c.label}, inMemory("x.csv", c.content))
		if !slices.Equal(set.Channels, []string{"a"}) || !slices.Equal(set.Dropped, c.dropped) {
			t.Errorf("%q: channels %v, dropped %v", c.content, set.Channels, set.Dropped)
		}
	}
	set = read(t, Options{}, inMemory("train.csv", "time,a\n1,2\n"),
		inMemory("test.csv", "time,a,label,labels\n1,2,0,1\n"))
	if !slices.Equal(set.Dropped, []Dropped{{"time", ReasonTime}, {"labels", ReasonLabel}}) {
		t.Errorf("of two files %v are dropped", set.Dropped)
	}
}

func TestABlankLineOfOneColumnIsAMissingCell(t *testing.T) {
	set := read(t, Options{}, hostile("one-channel-missing.csv"))
	if set.Train.Rows != 50 || set.Test.Rows != 50 || set.Filled != 2 || set.Blank != 0 {
		t.Errorf("%d and %d steps, %d filled, %d blank", set.Train.Rows, set.Test.Rows, set.Filled, set.Blank)
	}
	for _, c := range []struct {
		content             string
		rows, filled, blank int
	}{
		{"v\n\n1\n2\n", 3, 1, 0},
		{"v\r\n1\r\n \r\n2\r\n", 3, 1, 0},
		{"v\n1\n\"\"\n2\n", 3, 1, 0},
		{"\n\nv\n1\n2\n\n\n", 2, 0, 4},
		{"a,b\n\n1,2\n\n3,4\n\n", 2, 0, 3},
		{"\n1\n\n2", 3, 1, 1},
	} {
		set := read(t, Options{}, inMemory("x.csv", c.content))
		if n := set.Train.Rows + set.Test.Rows; n != c.rows || set.Filled != c.filled ||
			set.Blank != c.blank {
			t.Errorf("%q: %d rows, %d filled, %d blank, want %+v", c.content, n, set.Filled, set.Blank, c)
		}
	}
	_, err := ReadFiles(t.Context(), []File{inMemory("x.csv", "1\n\n2\n"),
		inMemory("x_label.csv", "0\n\n1\n")}, Options{})
	wantError(t, err, "x_label.csv:2: column 1: no label, want one in every row")
}

func TestWhatIsWrongWithAHostileFileIsSaid(t *testing.T) {
	const large = ", want a number within ±1.8e19, whose square is still finite"
	for _, c := range []struct {
		file File
		want string
	}{
		{hostile("empty.npz"), "empty.npz: npz without arrays"},
		{hostile("sentinel.csv"), "sentinel.csv:302: column 1 (a): 3.4028235e38" + large +
			" (leave a missing cell empty, or name the number with -no-value)"},
		{inMemory("x.npy", npyFile(2, 1, 1, -1e36)), "x.npy: row 2, column 1: -1e+36" + large},
		{inMemory("x.csv", "1\n2\x00\n"), "x.csv:2: a zero byte, want text in UTF-8"},
		{inMemory("x.csv", "1,2\r3,4\n"), "x.csv:1: a carriage return that ends no line, want lines that " +
			"end in a line feed"},
		{inMemory("x.csv", "a,\x1b[2J\u202e\n1,2\n3,x\u200b\x7f\x9b\n"),
			"x.csv:3: column 2 (␛[2J‹U+202E›): text “x‹U+200B›␡\ufffd”, want a number; text in 1 cell of the column: -no-value \"x‹U+200B›␡\ufffd\" takes it for missing, -drop leaves the column out"},
		{inMemory("\x1b]0;x\x07.csv", "1,2\n3\n"), "␛]0;x␇.csv:2: 1 field, want 2"},
		{inMemory("x.csv", strings.Repeat("ü,", 2000)+"\n"), "x.csv: no rows after the header"},
	} {
		_, err := ReadFiles(t.Context(), []File{c.file}, Options{})
		wantError(t, err, c.want)
	}
}

func TestNamesAreShownWithoutWhatATerminalObeys(t *testing.T) {
	set := read(t, Options{}, hostile("escape-columns.csv"))
	if want := []string{"a␛[2J␛]0;title␇", "b␛[31m"}; !slices.Equal(set.Channels, want) {
		t.Errorf("channels %q, want %q", set.Channels, want)
	}
	for text, want := range map[string]string{
		"온도 °C, 電圧, ‏":         "온도 °C, 電圧, ‹U+200F›",
		"a\u2066b\u2069\u061c": "a‹U+2066›b‹U+2069›‹U+061C›",
		"a\u0085\ufeff\u00a0b": "a‹U+0085›‹U+FEFF› b",
		"می\u200cخواهم":        "می\u200cخواهم",
		"\xff\r\n":             "\ufffd␍␊",
	} {
		if got := table.Visible(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

// A message stays short, however many and long the names are that it is about.
func TestMessagesStayShort(t *testing.T) {
	name := strings.Repeat("y", 500)
	wide := strings.Repeat(name+",", 1000) + "z\n" + strings.Repeat("1,", 1000) + "1\n"
	for _, c := range []struct {
		opts  Options
		files []File
	}{
		{Options{Label: name + "x"}, []File{inMemory("x.csv", wide)}},
		{Options{}, []File{inMemory("x.csv", name+"\nno number\n")}},
		{Options{}, []File{inMemory("x.csv", strings.Repeat("time,", 10000)+"date\n1\n")}},
		{Options{}, []File{inMemory("train.csv", name+"\n1\n"), inMemory("test.csv", name+"x\n1\n")}},
		{Options{}, []File{inMemory("x.csv", "1\n"+strings.Repeat("7", 1<<19)+"\n")}},
	} {
		_, err := ReadFiles(t.Context(), c.files, c.opts)
		if said := words.English().Error(err); err == nil || len(said) > 1500 {
			t.Errorf("%d bytes: %.200s", len(said), said)
		}
	}
}

func TestABrokenListOfAnomaliesIsSaid(t *testing.T) {
	for folder, want := range map[string]string{
		"msl-bad-row": "msl: labeled_anomalies.csv:3: M-7: anomaly_sequences “[[1, 1e1]]”, want [[first, " +
			"last], ...]",
		"msl-end-overflow": "msl: labeled_anomalies.csv:2: M-6: anomaly [5 9223372036854775807] ends after " +
			"the test file: no file has more than 134\u2009217\u2009728 steps",
	} {
		home := os.DirFS("testdata/hostile/" + folder)
		_, err := Open(t.Context(), home, "msl")
		wantError(t, err, want)
		if sets, err := List(t.Context(), home); err != nil ||
			!slices.Equal(sets, []Entry{{ID: "msl", Title: "MSL"}}) {
			t.Errorf("%s: listed %v, %v", folder, sets, err)
		}
	}
}

func TestALongLineOfAnInterpretationIsSaid(t *testing.T) {
	for _, dims := range []string{strings.Repeat("1,", 70000) + "1", strings.Repeat("9", 1<<21)} {
		files := benchmarks(t)
		files["smd/interpretation_label/machine-1-2.txt"].Data = []byte("1-2:1\n1-3:" + dims + "\n")
		_, err := Open(t.Context(), files, "smd/machine-1-2")
		where := "machine-1-2.txt, 2"
		if !fault.Has(err, "data-interpretation") || !strings.Contains(err.Error(), where) ||
			len(err.Error()) > 300 {
			t.Errorf("error %.300v", err)
		}
	}
}

// repeated is a gzip file of n times the text: next to nothing.
func repeated(t *testing.T, name, text string, n int) File {
	return inMemory(name, gzipped(t, strings.Repeat(text, n)))
}

func TestABombIsRefusedWithLittleMemory(t *testing.T) {
	const mega = 1 << 20
	zeros := strings.Repeat("\x00", 40*mega)
	npy := npyHeader("<f8", "False", "(5242880,)") + zeros
	packed := gzipped(t, npy)
	type bomb struct {
		file File
		key  string
		most uint64 // bytes allocated
	}
	bombs := map[string]bomb{
		"one line": {repeated(t, "x.csv", "0", 8*mega), "data-row-too-long", 16 * mega},
		"quoted": {inMemory("x.csv", gzipped(t, `"`+strings.Repeat("0\n", 4*mega))),
			"data-row-too-long", 16 * mega},
		"long cells": {repeated(t, "x.csv", strings.Repeat("0", 4000)+"\n", 40*mega/4000), "data-bomb",
			100 * mega},
		"blank lines": {repeated(t, "x.csv", "\n", 40*mega), "data-bomb", 16 * mega},
		"npy":         {inMemory("x.npy", packed), "data-bomb", 160 * mega},
		"npz":         {inMemory("x.npz", npzFile(t, []string{"a.npy"}, npy)), "data-bomb", 160 * mega},
		"gz in gz":    {inMemory("x.csv", gzipped(t, packed)), "data-zero-byte", 16 * mega},
		"gz in npz":   {inMemory("x.npz", npzFile(t, []string{"a.npy"}, packed)), "data-bomb", 160 * mega},
		"npz in npz": {inMemory("x.npz", npzFile(t, []string{"a"}, npzFile(t, []string{"b"}, "1\n"))),
			"data-npz-not-one", 16 * mega},
		"npz in gz": {inMemory("x.npz", gzipped(t, "PK\x03\x04"+zeros)), "data-bomb", 200 * mega},
	}
	if testing.Short() {
		for _, name := range []string{"long cells", "npz", "npz in gz"} {
			delete(bombs, name)
		}
	} else { // of values of a byte there are eight times as many
		packed := npyHeader("|u1", "False", "(41943040,)") + zeros
		bombs["bytes"] = bomb{inMemory("x.npy", gzipped(t, packed)), "data-bomb", 800 * mega}
	}
	for name, c := range bombs {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ReadFiles(t.Context(), []File{c.file}, Options{})
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; !fault.Has(err, c.key) || got > c.most {
			t.Errorf("%s: %d MiB allocated, error %v, want at most %d and %s", name, got/mega, err,
				c.most/mega, c.key)
		}
	}
}

// A telemetry channel beside many commands that are hardly ever given compresses well, and is no bomb.
func TestRegularDataOfAnySizeIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 35 MB")
	}
	const channels, rows = 55, 80_000
	values := make([]float64, rows*channels)
	for i := range rows {
		values[i*channels] = rand.Float64()
	}
	set := read(t, Options{}, inMemory("x.npy", gzipped(t, npyFile(rows, channels, values...))))
	if set.Train.Rows != rows/2 {
		t.Errorf("%d rows", set.Train.Rows)
	}
}

func TestAnNpzOfManyArraysIsRefused(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 70000 { // more than the count in its directory can say
		if _, err := z.CreateRaw(&zip.FileHeader{Name: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := ReadFiles(t.Context(), []File{inMemory("x.npz", b.String())}, Options{})
	wantError(t, err, "x.npz: an npz of more than 1\u2009000 arrays, want one table, or train, test and label")
}

// One byte that differs, or is missing, is an error or changes no value: archives have checksums.
func TestADamagedArchiveIsAnErrorOrNothingChanges(t *testing.T) {
	npy := npyFile(50, 2, slices.Repeat([]float64{1, 2.5}, 50)...)
	for name, whole := range map[string]string{"gz": gzipped(t, npy),
		"npz": npzFile(t, []string{"a.npy"}, npy)} {
		want := read(t, Options{}, inMemory("x", whole))
		for i := range len(whole) {
			damaged := []byte(whole)
			damaged[i] ^= 1 << rand.N(8)
			for _, content := range []string{string(damaged), whole[:i]} {
				got, err := ReadFiles(t.Context(), []File{inMemory("x", content)}, Options{})
				if err == nil && (!slices.Equal(flat(got.Train), flat(want.Train)) ||
					!slices.Equal(flat(got.Test), flat(want.Test))) {
					t.Errorf("%s: byte %d damaged gives other values", name, i)
				}
			}
		}
	}
}

// endless never ends, and silent never begins.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	return n, nil
}

func TestAReadIsLeftAtOnce(t *testing.T) {
	silent := func() (io.ReadCloser, error) { <-t.Context().Done(); return nil, fs.ErrClosed }
	for name, open := range map[string]func() (io.ReadCloser, error){
		"does not open": silent,
		"is silent":     func() (io.ReadCloser, error) { r, _ := io.Pipe(); return r, nil },
		"has no end":    func() (io.ReadCloser, error) { return io.NopCloser(endless{"1.5,2.5\n"}), nil },
		"is blank":      func() (io.ReadCloser, error) { return io.NopCloser(endless{"\n"}), nil },
		"is an npz":     func() (io.ReadCloser, error) { return io.NopCloser(endless{"PK\x03\x04"}), nil },
	} {
		f := File{Name: "x.csv", Open: open}
		for use, read := range map[string]func(context.Context) error{
			"files": func(ctx context.Context) error {
				_,
					err := ReadFiles(ctx, []File{f}, Options{})
				return err
			},
			"column": func(ctx context.Context) error { _, err := scoreOf(ctx, f, "2.5"); return err },
			"lines":  func(ctx context.Context) error { _, err := f.Lines(ctx, 1<<40, 1<<40, 9); return err },
		} {
			ctx, leave := context.WithCancel(t.Context())
			time.AfterFunc(20*time.Millisecond, leave)
			done := make(chan error, 1)
			go func() { done <- read(ctx) }()
			select {
			case err := <-done:
				refused := name == "is an npz" && (fault.Has(err, "data-not-a-text") ||
					fault.Has(err, "data-npz-not-one"))
				if err != context.Canceled && !refused {
					t.Errorf("%s: %s: %v", name, use, err)
				}
			case <-time.After(time.Minute):
				t.Errorf("%s: %s is not left", name, use)
			}
			leave()
		}
	}
}

func TestOpenAndListAreLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for _, id := range []string{"smd/machine-1-2", "msl", "msl/C-1", "psm", "file/pump.csv"} {
		if _, err := Open(ctx, benchmarks(t), id); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := List(ctx, benchmarks(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("list: %v", err)
	}
}

func TestEveryValueKnowsItsLine(t *testing.T) {
	var text strings.Builder
	var want []int
	line := 1
	for range 300 {
		for rand.N(4) == 0 {
			text.WriteString("\n")
			line++
		}
		want = append(want, line)
		if rand.N(5) == 0 {
			text.WriteString("\"\n\n\",1\n")
			line += 3
		} else {
			text.WriteString("2,1\n")
			line++
		}
	}
	c, err := scoreOf(t.Context(), inMemory(path.Join("dir", "x.csv"), "step,b\n"+text.String()), "b")
	if err != nil || len(c.Values) != len(want) {
		t.Fatalf("%d values, %v", len(c.Values), err)
	}
	for i := range want {
		bad, ok := errors.AsType[*table.FileError](c.At(i, errors.New("x")))
		if !ok || bad.Line != want[i]+1 {
			t.Fatalf("value %d is in line %d, want %d", i, bad.Line, want[i]+1)
		}
	}
}

func TestAReaderYieldsBetweenBlocks(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,2\n", 100_000)
	turns := 0
	ctx := WithYield(context.Background(), func() { turns++ })
	if _, err := ReadFiles(ctx, []File{{Name: "long.csv", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}}, Options{}); err != nil {
		t.Fatal(err)
	}
	if least := len(text) / block; turns < least {
		t.Errorf("%d turns for others while %d blocks were read, want one for each", turns, least)
	}
}

// scoreOf reads a column of numbers of a file.
func scoreOf(ctx context.Context, f File, name string) (*Column, error) {
	s, err := ReadSheet(ctx, f, "")
	if err != nil {
		return nil, err
	}
	return s.Score(name)
}
