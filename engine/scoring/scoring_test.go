package scoring_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/found"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/scoring"
	"cosinelab/engine/spec"
)

// rows are those of a file: a time, a level, a word that says the state, with cells missing here and there.
func rows(from, to int, holes bool) string {
	var b strings.Builder
	for t := from; t < to; t++ {
		level, state := fmt.Sprintf("%.5f", 10*math.Sin(float64(t)/9)), "on"
		if t%13 < 4 {
			state = "off"
		}
		if holes && (t%29 < 3 || t == 120) {
			level = ""
		} else if holes && t%31 == 7 {
			level = "-999"
		}
		fmt.Fprintf(&b, "%d,%s,%s,%d\n", 1_700_000_000+60*t, level, state, t*t%17)
	}
	return b.String()
}

const head = "time,level,state,other\n"

// trained is an experiment on 240 such rows, the second half of which is the test part; arms by their controls.
func trained(t testing.TB, fill string, arms ...spec.Arm) (map[string]*detector.Detector, spec.Report) {
	t.Helper()
	text := head + rows(0, 240, true)
	d := spec.Data{Source: "file/a.csv", Scaling: spec.ScalingStandard, Window: 10, Stride: 5, Missing: fill,
		SplitRow: 120}
	d.Columns, d.NoValue = map[string]found.Role{"state": "one_hot"}, []float64{-999}
	set, err := datasets.ReadFiles(context.Background(), []datasets.File{{Name: "a.csv",
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}},
		experiment.FileOptions(d))
	if err != nil {
		t.Fatal(err)
	}
	s := spec.Default()
	s.Data, s.Arms, s.Seeds = d, arms, []uint64{1}
	s.Train = spec.Train{Rate: 0.01, Schedule: spec.RateConstant, Epochs: 1, Batch: 4, Clip: 1}
	s.Student = spec.Model{Kind: spec.ModelLSTM, DModel: 4}
	s.Detect = spec.Detect{Score: spec.ScoreModel, Threshold: spec.Threshold{Policy: spec.PolicyTrainPercentile,
		Percent: 95}}
	p, err := experiment.Prepare(s, set)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]*detector.Detector{}
	r, err := experiment.Run(context.Background(), p, cpu.New(), experiment.Options{
		Kept: func(d *detector.Detector) error {
			kept[d.Arm().Name] = d
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	return kept, r
}

var norm = spec.Arm{Name: "norm", Control: spec.ControlNorm}
var lstm = spec.Arm{Name: "lstm", Objective: spec.Objective{Kind: spec.ObjectiveNone}}

func scored(t testing.TB, d *detector.Detector, in io.Reader, o scoring.Options) (steps []scoring.Step,
	s scoring.Summary) {
	t.Helper()
	o.Step = func(x scoring.Step) error {
		steps = append(steps, x)
		return nil
	}
	run, err := scoring.New(context.Background(), cpu.New(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	if err := run.Read(context.Background(), "new.csv", in); err != nil {
		t.Fatal(words.English().Error(err))
	}
	if s, err = run.End(context.Background()); err != nil {
		t.Fatal(err)
	}
	return steps, s
}

// A file whose newest row comes first is scored in order of time, as one that stands so: what stands around the table is
// said, and a row in its middle that begins with a word is a row, not left out.
func TestASortedFileKeepsItsRows(t *testing.T) {
	kept, _ := trained(t, "", norm)
	const head = "level,time,state,other\n"
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("%.5f,%d,on,%d\n", math.Sin(float64(i)), 1_700_100_000+60*i, i%7))
	}
	want, _ := scored(t, kept["norm"], strings.NewReader(head+strings.Join(lines, "")), scoring.Options{})
	slices.Reverse(lines)
	read := func(text string) (steps []scoring.Step, said []string, err error) {
		run, err := scoring.New(context.Background(), cpu.New(), kept["norm"], scoring.Options{
			Step: func(x scoring.Step) error { steps = append(steps, x); return nil },
			Note: func(_ string, err error) { said = append(said, words.English().Error(err)) }})
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		err = run.ReadFile(context.Background(), datasets.File{Name: "new.csv",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
		if err == nil {
			_, err = run.End(context.Background())
		}
		return steps, said, err
	}
	got, said, err := read(head + strings.Join(lines, "") + "Total,1700000000,on,3\n")
	if err != nil || !reflect.DeepEqual(got, want) || len(said) != 2 {
		t.Errorf("%d steps, want %d; said %q, error %v", len(got), len(want), said, err)
	}
	middle := slices.Insert(slices.Clone(lines), 20, "Total,1700100000,on,3\n")
	if _, _, err := read(head + strings.Join(middle, "")); err == nil || !strings.Contains(words.English().Error(err), "new.csv:22") {
		t.Errorf("a word in the middle of numbers: %v", err)
	}
}

// Missing cells are filled in a stream as in the run, whatever the rule, also where the stream begins with one;
// words become the same channels.
func TestCellsAreFilledAsInTheRun(t *testing.T) {
	for _, fill := range []string{"", "last", "linear"} {
		kept, report := trained(t, fill, norm, lstm)
		for _, arm := range report.Arms {
			if fill == "linear" && arm.Arm.Name == "lstm" {
				continue // the same rows as of the norm
			}
			run := arm.Runs[0]
			from := 120
			got, sum := scored(t, kept[run.Arm], strings.NewReader(head+rows(from, 240, true)), scoring.Options{})
			for i, want := range run.Scores {
				// A line to the value behind the cut begins in the training part, which a stream has not seen.
				if fill == "linear" && i < 1 {
					continue
				}
				if math.Float64bits(got[i].Score) != math.Float64bits(want) {
					t.Fatalf("%s, %s: step %d has %v, want %v", fill, run.Arm, i, got[i].Score, want)
				}
			}
			if sum.Filled == 0 || sum.Steps != 120 || got[0].Time == "" {
				t.Errorf("%s: %+v", fill, sum)
			}
		}
	}
}

// endless gives rows without end, until so many were read.
type endless struct {
	at, to int
	rest   []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.at == e.to {
			return 0, io.EOF
		}
		n := min(64, e.to-e.at)
		e.rest = []byte(rows(e.at, e.at+n, false))
		e.at += n
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// The memory of a run does not grow with its rows: ten times as many take as much.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	kept, _ := trained(t, "", norm, lstm, spec.Arm{Name: "pca", Control: spec.ControlPCA, Window: 5, Share: 0.8})
	for name, d := range kept {
		took := func(n int) uint64 {
			most := uint64(0)
			count := 0
			o := scoring.Options{Step: func(scoring.Step) error {
				if count++; count%(n/8) == 0 {
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
				return nil
			}}
			run, err := scoring.New(context.Background(), cpu.New(), d, o)
			if err != nil {
				t.Fatal(err)
			}
			defer run.Close()
			text := io.MultiReader(strings.NewReader(head), &endless{to: n})
			if err := run.Read(context.Background(), "long.csv", text); err != nil {
				t.Fatal(err)
			}
			return most
		}
		few, many := took(2_000), took(20_000)
		if many > few+512<<10 {
			t.Errorf("%s: %d bytes in use with 2,000 rows, %d with 20,000", name, few, many)
		}
	}
}

func TestTablesOfEveryKindAreScored(t *testing.T) {
	kept, _ := trained(t, "", norm)
	d := kept["norm"]
	plain := head + rows(300, 330, false)
	want, _ := scored(t, d, strings.NewReader(plain), scoring.Options{})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, plain)
	z.Close()
	for name, text := range map[string]string{
		"semicolons":         strings.ReplaceAll(plain, ",", ";"),
		"decimal commas":     strings.NewReplacer(",", ";", ".", ",").Replace(plain),
		"CR LF":              strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":                 strings.ReplaceAll(plain, "\n", "\r"),
		"byte order mark":    "\xef\xbb\xbf" + plain,
		"no end":             strings.TrimSuffix(plain, "\n"),
		"trailing separator": strings.ReplaceAll(plain, "\n", ",\n"),
		"no header":          rows(300, 330, false),
		"other case":         strings.ToUpper(head) + rows(300, 330, false),
		"an index":           "level,state,other,time\n" + indexed(300, 330),
		"comments":           "# made by hand\n" + plain,
		"gzip":               packed.String(),
		"UTF-16":             utf16(plain),
		"units below names":  strings.Replace(plain, "\n", "\n"+strings.Repeat("bar,", strings.Count(head, ","))+"m\n", 1),
		"Windows-1252":       strings.Replace(strings.ReplaceAll(plain, "\n", ",1\n"), ",1\n", ",Gr\xf6\xdfe\n", 1),
	} {
		in, err := datasets.Rows(strings.NewReader(text), name)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := scored(t, d, in, scoring.Options{})
		if len(got) != len(want) {
			t.Errorf("%s: %d rows, want %d", name, len(got), len(want))
			continue
		}
		for i := range got {
			if got[i].Score != want[i].Score || got[i].Time != want[i].Time {
				t.Errorf("%s: row %d is %+v, want %+v", name, i, got[i], want[i])
				break
			}
		}
	}
}

func utf16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, r := range text {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

// indexed are rows with a name before them that the header has no column for.
func indexed(from, to int) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(rows(from, to, false), "\n"), "\n") {
		c := strings.Split(line, ",")
		fmt.Fprintf(&b, "%d,%s,%s,%s,%s\n", i, c[1], c[2], c[3], c[0])
	}
	return b.String()
}

// Alarms are joined and dropped as asked, and steps say in which of them they lie.
func TestAlarmsOfAStreamAreJoined(t *testing.T) {
	kept, _ := trained(t, "", norm)
	var b strings.Builder
	b.WriteString(head)
	marks := "...#.##....#....##"
	for i, m := range marks {
		level := "0"
		if m == '#' {
			level = "500"
		}
		fmt.Fprintf(&b, "%d,%s,on,1\n", 1_700_100_000+60*i, level)
	}
	two, one := 2, 1
	for _, c := range []struct {
		merge, least *int
		want         string
	}{{nil, nil, "...#.##....#....##"}, {&two, nil, "...####....#....##"}, {&one, &two, "...####.........##"}} {
		var alarms []spec.Alarm
		steps, sum := scored(t, kept["norm"], strings.NewReader(b.String()), scoring.Options{Merge: c.merge,
			Least: c.least, Alarm: func(_ string, a spec.Alarm) error {
				alarms = append(alarms, a)
				return nil
			}})
		got := []byte(strings.Repeat(".", len(marks)))
		for _, a := range alarms {
			for i := a.From; i < a.To; i++ {
				got[i] = '#'
			}
			if len(a.Causes) == 0 || a.Causes[0].Channel != 0 || a.Start != steps[a.From].Time ||
				a.End != steps[a.To-1].Time || float64(a.Peak.Score) < 10 {
				t.Errorf("alarm %+v", a)
			}
		}
		flags := ""
		for _, s := range steps {
			flags += map[bool]string{true: "#", false: "."}[s.Alarm]
		}
		if string(got) != c.want || flags != c.want || sum.Alarms != len(alarms) {
			t.Errorf("alarms %s, steps %s, want %s", got, flags, c.want)
		}
	}
}

// Whatever comes in, a run scores it or says in words why not.
func FuzzRead(f *testing.F) {
	kept, _ := trained(f, "", norm)
	f.Add(head + rows(0, 3, true))
	f.Add(rows(0, 2, false))
	f.Add("time;level;state;other\n1,5;2;on;3\n")
	f.Add("level\n\n\n5")
	f.Add("\xff\xfe\x00")
	f.Add("sep=|\nlevel|state|other|time\n1|on|2|2026-02-08\n")
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		run, err := scoring.New(context.Background(), cpu.New(), kept["norm"], scoring.Options{
			Step: func(scoring.Step) error {
				n++
				return nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		in, err := datasets.Rows(strings.NewReader(text), "new")
		if err == nil {
			err = run.Read(context.Background(), "new", in)
		}
		if err == nil {
			var s scoring.Summary
			if s, err = run.End(context.Background()); err == nil && s.Steps != n {
				t.Errorf("%d steps, %d told", s.Steps, n)
			}
		}
		if err != nil && words.English().Error(err) == "" {
			t.Errorf("an error without words: %v", err)
		}
	})
}
