package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/found"
)

// casesFolder holds files in the shapes that users' files come in.
var casesFolder = filepath.Join("..", "..", "..", "datasets", "testdata", "cases")

// described is what data describe -json says of a file.
func described(t *testing.T, folder, source string, flags ...string) description {
	t.Helper()
	args := append([]string{"data", "describe", source, "-data", folder, "-json"}, flags...)
	var d description
	if err := json.Unmarshal([]byte(do(t, args...).must(t).out), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAFileIsNamedByItsPathAsWell(t *testing.T) {
	want := do(t, "data", "describe", "file/mark.csv", "-data", casesFolder, "-json").must(t).out
	if got := do(t, "data", "describe", filepath.Join(casesFolder, "mark.csv"), "-json").must(t).out; got != want {
		t.Errorf("by its path it is read as %s, by its folder as %s", got, want)
	}
	if got := do(t, "data", "check", filepath.Join(casesFolder, "nothing.csv")); got.code != exitFailed {
		t.Errorf("a file that is not there: exit code %d, %s", got.code, got.err)
	}
}

// about are the keys of the findings.
func (d description) about() (keys []string) {
	for _, f := range d.Findings {
		keys = append(keys, f.Said.Key)
	}
	return keys
}

// role is that of a column.
func (d description) role(name string) found.Role {
	for _, c := range d.Columns {
		if c.Name == name {
			return c.Role
		}
	}
	return ""
}

func (d description) names() (names []string) {
	for _, c := range d.Channels {
		names = append(names, c.Name)
	}
	return names
}

// rightValue is what has to come out of a file; what is 0 or empty is not looked at, but for anomalous.
type rightValue struct {
	file, flags string
	channels    string // names
	train, test int    // steps; 0 = 30
	anomalous   int
	filled      int
	first, dev  float64 // mean and deviation of the first channel in the training part; 0 = 4.133, 1.048
	says        string  // keys of findings
	roles       string  // name=role, parted by semicolons
}

// The right values are those of the table that came with the files.
func TestFilesAsPeopleHaveThemAreReadRight(t *testing.T) {
	for _, c := range []rightValue{
		{file: "attack.csv", channels: "flow level speed", anomalous: 6, roles: "attack=label"},
		{file: "changepoint.csv", channels: "flow level", anomalous: 6, says: "find-second",
			roles: "changepoint=second_label; datetime=time"},
		{file: "mark.csv", channels: "flow level", anomalous: 6, says: "find-empty find-spelling",
			roles: "Row=row_number; Date=time; Time=time; spare=empty"},
		{file: "mark.csv", flags: "-label|Fault mark (1: none, -1: fault)", channels: "flow level", anomalous: 6},
		{file: "millis.csv", channels: "flow level", anomalous: 6, roles: "timestamp_ms=time"},
		{file: "resaved.csv", channels: "flow level", anomalous: 6, roles: "Unnamed: 0=row_number"},
		{file: "trailing.csv", channels: "flow level", anomalous: 6, roles: "=empty"},
		{file: "frame.csv", channels: "0 1 2"},
		{file: "meter.csv", channels: "meter_wh", anomalous: 6, first: 9876543331, dev: 69.28},
		{file: "minus_one.csv", channels: "flow level", anomalous: 6, says: "find-spelling"},
		{file: "upper.csv", channels: "flow level", anomalous: 6},
		{file: "words.csv", channels: "flow level", anomalous: 6, says: "find-spelling"},
		{file: "na.csv", channels: "flow level", anomalous: 6, filled: 5},
		{file: "missing.npy", channels: "channel_1 channel_2", filled: 7, first: 4.1408, dev: 1.0168},
		{file: "late_start.csv", channels: "flow level", anomalous: 6, filled: 10, first: 4.17, dev: 1.0302},
		{file: "decimal_comma.csv", channels: "flow level", anomalous: 6, says: "find-decimal-comma"},
		{file: "utf16.csv", channels: "flow level", anomalous: 6, says: "find-encoding"},
		{file: "spaces.txt", channels: "channel_1 channel_2"},
		{file: "no_header_time.csv", channels: "channel_1 channel_2", roles: "column 1=time"},
		{file: "bool_channel.csv", channels: "flow pump_on", anomalous: 6},
		{file: "half.npy", channels: "channel_1 channel_2"},
		{file: "four.npz", channels: "channel_1 channel_2", anomalous: 6},
		{file: "test_rig.npz", channels: "channel_1 channel_2", anomalous: 6},
		{file: "folder.zip", channels: "flow level", anomalous: 6},
		{file: "012_Demo_id_1_Facility_tr_20_1st_44.csv", channels: "Data", train: 20, test: 40, anomalous: 6,
			first: 4.12, dev: 1.054, says: "find-cut-by-name"},
		{file: "907_UCR_Anomaly_Demo_20_44_49.txt", channels: "channel_1", train: 20, test: 40, anomalous: 6,
			first: 4.12, dev: 1.054, says: "find-cut-by-name find-labels-by-name"},
		{file: "shuffled.zip", channels: "flow", train: 60, test: 60, anomalous: 6, first: 4.353, dev: 1.451,
			says: "find-joined-by-time"},
		{file: "newest_first.csv", channels: "flow level", anomalous: 6, says: "find-newest-first"},
		{file: "in_train.csv", channels: "flow level", anomalous: 6, says: "find-marked-training"},
		{file: "split.csv", flags: "-split|0.29", channels: "flow", train: 29, test: 71, first: 4.1809, dev: 1.023},
		{file: "attack.csv", flags: "-channels|flow,3", channels: "flow speed", anomalous: 6},
		{file: "attack.csv", flags: "-drop|level", channels: "flow speed", anomalous: 6},
		{file: "attack.csv", flags: "-split|40", channels: "flow level speed", train: 40, test: 20, anomalous: 6,
			first: 4.1433, dev: 1.0611},
		{file: "newest_first.csv", flags: "-split|2024-02-11 06:30", channels: "flow level", anomalous: 6},
	} {
		t.Run(c.file+" "+c.flags, func(t *testing.T) { c.check(t, casesFolder) })
	}
}

// check describes the file as the command does, and compares.
func (c rightValue) check(t *testing.T, folder string) {
	t.Helper()
	var flags []string
	if c.flags != "" {
		flags = strings.Split(c.flags, "|")
	}
	d := described(t, folder, "file/"+c.file, flags...)
	if c.train == 0 {
		c.train, c.test = 30, 30
	}
	if c.first == 0 {
		c.first, c.dev = 4.133, 1.048
	}
	names := strings.Fields(c.channels)
	for i := range names {
		names[i] = strings.Replace(names[i], "channel_", "channel ", 1)
	}
	if !slices.Equal(d.names(), names) {
		t.Errorf("channels %q, want %q", d.names(), names)
	}
	if d.TrainSteps != c.train || d.TestSteps != c.test || d.Filled != c.filled {
		t.Errorf("%d and %d steps, %d filled, want %+v", d.TrainSteps, d.TestSteps, d.Filled, c)
	}
	if d.Anomalous != c.anomalous || d.Labelled != (c.anomalous > 0) || d.Segments > 1 {
		t.Errorf("%d anomalous in %d segments, want %d", d.Anomalous, d.Segments, c.anomalous)
	}
	if len(d.Channels) > 0 && (math.Abs(d.Channels[0].Mean-c.first) > 1e-3*math.Abs(c.first) ||
		math.Abs(d.Channels[0].Deviation-c.dev) > 1e-3*c.dev) {
		t.Errorf("mean %v, deviation %v, want %v, %v", d.Channels[0].Mean, d.Channels[0].Deviation, c.first,
			c.dev)
	}
	for _, key := range strings.Fields(c.says) {
		if !slices.Contains(d.about(), key) {
			t.Errorf("%s is not among %v", key, d.about())
		}
	}
	for pair := range strings.SplitSeq(c.roles, "; ") {
		if name, role, ok := strings.Cut(pair, "="); ok && d.role(name) != found.Role(role) {
			t.Errorf("%q is %q, want %q", name, d.role(name), role)
		}
	}
}

func TestAMeterNearTenBillionKeepsItsRange(t *testing.T) {
	c := described(t, casesFolder, "file/meter.csv").Channels[0]
	if got := c.Train[1] - c.Train[0]; got != 233 || math.Abs(c.Deviation-69.28) > 0.005 {
		t.Errorf("range %v, deviation %v", got, c.Deviation)
	}
}

func TestRefusalsSayWhatAFileIsAndWhatToSave(t *testing.T) {
	for name, want := range map[string][]string{"book.xlsx": {"Excel", "CSV UTF-8"},
		"record.json": {"JSON", "to_csv"}} {
		got := do(t, "data", "describe", "file/"+name, "-data", casesFolder)
		for _, w := range want {
			if got.code != exitFailed || !strings.Contains(got.err, w) || strings.Contains(got.err, "_rels") ||
				strings.Contains(got.err, "quot") {
				t.Errorf("%s: exit code %d, %q", name, got.code, got.err)
			}
		}
	}
}

func TestACheckFailsOnWhatIsInDoubt(t *testing.T) {
	folder := filepath.Dir(write(t, "sure.csv", "a,b\n"+strings.Repeat("1,2\n4,3\n2,9\n", 20)))
	if got := do(t, "data", "check", "file/sure.csv", "-data", folder); got.code != exitOK {
		t.Errorf("exit code %d, %q", got.code, got.err)
	}
	got := do(t, "data", "check", "file/in_train.csv", "-data", casesFolder)
	if got.code != exitFailed || !strings.Contains(got.out, "4 of 30 training steps") ||
		!strings.Contains(got.err, "in doubt") {
		t.Errorf("exit code %d, %q, %q", got.code, got.out, got.err)
	}
}

// evaluated is what eval -json says of files of the cases.
func evaluated(t *testing.T, args ...string) evaluation {
	t.Helper()
	for i, a := range args {
		if strings.Contains(a, ".") && !strings.HasPrefix(a, "0") {
			args[i] = filepath.Join(casesFolder, a)
		}
	}
	var e evaluation
	out := do(t, append([]string{"eval", "-json"}, args...)...).must(t).out
	if err := json.Unmarshal([]byte(out), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEvalReadsTablesAsDescribeDoes(t *testing.T) {
	const numbers, blank = "metrics/01_numeric_header/", "metrics/02_blank_line/"
	const pair, messages = "metrics/03_headerless_columns/flag_and_label.csv", "metrics/08_messages/"
	for name, c := range map[string]struct {
		args             []string
		points, positive int
		auroc            float64
	}{
		"header 0":  {[]string{"-scores", "eval/scores_0.csv", "-labels", "eval/labels_0.csv"}, 60, 6, 0.966},
		"True":      {[]string{"-scores", "eval/scores_0.csv", "-column", "0", "-labels", "eval/bool.csv"}, 60, 6, 0.966},
		"semicolon": {[]string{"-scores", "eval/semicolon.csv", "-column", "score", "-labels", "eval/semicolon.csv", "-label", "label"}, 60, 6, 0.966},
		"pandas":    {[]string{"-scores", numbers + "scores.csv", "-labels", numbers + "labels.csv"}, 6, 2, 1},
		"blank":     {[]string{"-scores", blank + "scores.csv", "-labels", blank + "labels.csv", "-unscored", "exclude"}, 4, 1, 1},
		"by place":  {[]string{"-scores", pair, "-labels", pair, "-column", "1", "-label", "2", "-threshold", "0.5"}, 6, 3, 1.0 / 3},
		"npy":       {[]string{"-scores", messages + "scores.npy", "-labels", messages + "labels.csv"}, 4, 1, 1},
		"one file":  {[]string{"-scores", messages + "both.csv", "-labels", messages + "both.csv"}, 4, 1, 1},
		"bool": {[]string{"-scores", messages + "bool.csv", "-column", "score", "-labels", messages + "bool.csv",
			"-label", "label"}, 4, 1, 1},
		"train without a score": {[]string{"-scores", messages + "scores.csv", "-labels", messages + "labels.csv", "-unscored", "exclude",
			"-train", messages + "train.csv", "-threshold", "mean_sigma"}, 4, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			e := evaluated(t, c.args...)
			if e.Points != c.points || e.Positive != c.positive {
				t.Errorf("%d points, %d anomalous, want %d, %d", e.Points, e.Positive, c.points, c.positive)
			}
			for _, m := range e.Metrics {
				if m.Name == "auroc" && math.Abs(float64(m.Value)-c.auroc) > 5e-4 {
					t.Errorf("AUROC %v, want %v", m.Value, c.auroc)
				}
			}
		})
	}
}

func TestEvalRefusesWhatItCannotRead(t *testing.T) {
	for want, args := range map[string]string{
		"labels_b.csv:4: column 1: no label":     "-scores metrics/02_blank_line/scores_b.csv -labels metrics/02_blank_line/labels_b.csv -unscored exclude",
		"no column “0”, want one of column 1 or": "-scores metrics/03_headerless_columns/flag_and_label.csv -labels metrics/03_headerless_columns/flag_and_label.csv -column 0 -label 0 -threshold 0.5",
		"-threshold NaN, want a number":          "-scores metrics/08_messages/scores.csv -labels metrics/08_messages/labels.csv -threshold nan",
	} {
		fields := strings.Fields(args)
		for i, f := range fields {
			if strings.Contains(f, "/") {
				fields[i] = filepath.Join(casesFolder, f)
			}
		}
		got := do(t, append([]string{"eval"}, fields...)...)
		if got.code == exitOK || !strings.Contains(got.err, want) {
			t.Errorf("exit code %d, %q, want %q", got.code, got.err, want)
		}
	}
	twice := write(t, "twice.csv", "a,a,label\n0.1,0.2,0\n0.3,0.4,1\n")
	got := do(t, "eval", "-scores", twice, "-column", "a", "-labels", twice)
	if got.code != exitFailed || !strings.Contains(got.err, "two columns named “a”, in places 1 and 2") {
		t.Errorf("%q", got.err)
	}
}
