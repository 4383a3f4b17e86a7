package datasets

import (
	"encoding/csv"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// realData is the folder with the public originals, beside the repository.
func realData(t *testing.T) fs.FS {
	t.Helper()
	const folder = "../../shared/data"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("no real data at ../shared/data")
	}
	return os.DirFS(folder)
}

func ones(labels []uint8) (n int) {
	for _, l := range labels {
		n += int(l)
	}
	return n
}

// constant counts the channels that never change.
func constant(s Series) (n int) {
	for c := range s.Channels {
		n++
		for t := range s.Rows {
			if s.Row(t)[c] != s.Values[c] {
				n--
				break
			}
		}
	}
	return n
}

func TestRealSMDHasThePublishedCounts(t *testing.T) {
	files := realData(t)
	list, err := files.Open("smd/reference_order.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	rows, err := csv.NewReader(list).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, row := range rows[1:] {
		machine := row[1]
		if _, err := fs.Stat(files, "smd/train/"+machine+".txt.gz"); err != nil {
			continue
		}
		if opened++; testing.Short() && opened > 2 {
			break
		}
		set := open(t, files, "smd/"+machine)
		got := []int{set.Train.Rows, set.Test.Rows, ones(set.Labels), set.Train.Channels, set.Filled}
		var want []int
		for _, i := range []int{2, 3, 5} {
			n, err := strconv.Atoi(row[i])
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, n)
		}
		if want = append(want, 38, 0); !slices.Equal(got, want) {
			t.Errorf("%s: train, test, anomalous, channels, filled %v, want %v", machine, got, want)
		}
		for _, a := range set.Anomalies {
			if len(a.Channels) == 0 && machine != "machine-1-3" { // whose interpretation lacks one segment
				t.Errorf("%s: no channels for the anomaly at %d", machine, a.From)
			}
		}
	}
	if opened == 0 {
		t.Error("no machine opened")
	}
}

func TestRealMSLHasThePublishedCounts(t *testing.T) {
	set := open(t, realData(t), "msl")
	if set.Train.Rows != 58317 || set.Test.Rows != 73729 || set.Train.Channels != 55 {
		t.Errorf("%d and %d x %d", set.Train.Rows, set.Test.Rows, set.Train.Channels)
	}
	if ones(set.Labels) != 7766 || len(set.Anomalies) != 36 {
		t.Errorf("%d anomalous steps in %d segments", ones(set.Labels), len(set.Anomalies))
	}
	if n := constant(set.Train); n != 22 {
		t.Errorf("%d constant channels, want 22", n)
	}
}

func TestRealMSLStackEqualsItsChannels(t *testing.T) {
	files := realData(t)
	array := open(t, files, "msl")
	home, err := fs.Sub(files, "msl")
	if err != nil {
		t.Fatal(err)
	}
	channels, folder, err := mslChannels(home)
	if err != nil || len(channels) != 27 {
		t.Fatalf("%d channels, %v", len(channels), err)
	}
	stack, err := stackMSL(home, folder, channels, "")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(stack.Train.Values, array.Train.Values) || !slices.Equal(stack.Test.Values, array.Test.Values) {
		t.Error("values differ")
	}
	if !slices.Equal(stack.Labels, array.Labels) {
		t.Error("labels differ")
	}
}

func TestRealMSLChannelsHaveTheListedSizes(t *testing.T) {
	files := realData(t)
	list, err := files.Open("msl/channels.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	rows, err := csv.NewReader(list).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		set := open(t, files, "msl/"+row[0])
		got := []string{strconv.Itoa(set.Train.Rows), strconv.Itoa(set.Test.Rows), strconv.Itoa(ones(set.Labels))}
		if want := []string{row[2], row[4], row[5]}; !slices.Equal(got, want) {
			t.Errorf("%s: train, test, anomalous %v, want %v", row[0], got, want)
		}
		if set.Anomalies[0].Kind == "" {
			t.Errorf("%s: anomaly without kind", row[0])
		}
	}
}

// Everything allocated while reading bounds the memory in use at any moment.
func TestReadingMSLTakesLittleMemory(t *testing.T) {
	file := FileIn(realData(t), "msl/MSL_test.npy.gz")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := readTable(file, layout{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got >= 200 {
		t.Errorf("%d MiB allocated, want well under 200", got)
	} else {
		t.Logf("%d MiB allocated", got)
	}
}

// The excerpt is real in format only: it has one label more than test rows.
func TestRealPSMFormatIsRead(t *testing.T) {
	files := realData(t)
	home, err := fs.Sub(files, "psm/excerpt_400rows")
	if err != nil {
		t.Fatal(err)
	}
	if sets := listPSM(home); len(sets) != 1 {
		t.Errorf("listed %v", sets)
	}
	train, err := findTable(home, "train.csv", layout{fields: psmFields})
	if err != nil {
		t.Fatal(err)
	}
	if train.values.Rows != 399 || train.values.Channels != 25 || train.names[24] != "feature_24" {
		t.Errorf("%d x %d, %v", train.values.Rows, train.values.Channels, train.names)
	}
	if _, err := openPSM(home, ""); err == nil || !strings.Contains(err.Error(), "301 labels, test.csv.gz has 300 rows") {
		t.Errorf("error %v", err)
	}
}

func TestRealPSMLabelsHaveThePublishedCounts(t *testing.T) {
	labels, err := findTable(realData(t), "psm/test_label.csv", layout{labels: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(labels.labels) != 87841 || ones(labels.labels) != 24381 || len(segments(labels.labels)) != 72 {
		t.Errorf("%d labels, %d ones, %d segments", len(labels.labels), ones(labels.labels), len(segments(labels.labels)))
	}
}
