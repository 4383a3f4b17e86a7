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

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
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
func constant(r Raw) (n int) {
	for _, values := range r.Columns {
		if Constant(values) {
			n++
		}
	}
	return n
}

// Every machine's labels are counted; one machine is read as a whole, because all of them take long.
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
	present := 0
	for _, row := range rows[1:] {
		machine, train, test, anomalous := row[1], row[2], row[3], row[5]
		labels, err := findPortion(t.Context(), files, "smd/test_label/"+machine+".txt", table.Want{Labels: true})
		if err != nil {
			continue // not among the ten machines of the folder
		}
		present++
		if got := []string{strconv.Itoa(len(labels.labels)),
			strconv.Itoa(ones(labels.labels))}; !slices.Equal(got, []string{test, anomalous}) {
			t.Errorf("%s: labels, anomalous %v, want %s, %s", machine, got, test, anomalous)
		}
		if machine != "machine-1-2" {
			continue
		}
		set := open(t, files, "smd/"+machine)
		got := []string{strconv.Itoa(set.Train.Rows), strconv.Itoa(set.Test.Rows),
			strconv.Itoa(set.Train.Channels()), strconv.Itoa(set.Filled)}
		if want := []string{train, test, "38", "0"}; !slices.Equal(got, want) {
			t.Errorf("%s: train, test, channels, filled %v, want %v", machine, got, want)
		}
		for _, a := range set.Anomalies {
			if len(a.Channels) == 0 {
				t.Errorf("%s: no channels for the anomaly at %d", machine, a.From)
			}
		}
	}
	if present < 1 {
		t.Error("no machine found")
	}
}

// channels.csv says where each channel's files lie in the stacked arrays.
func TestRealMSLHasThePublishedCountsAndEqualsItsChannels(t *testing.T) {
	files := realData(t)
	stack := open(t, files, "msl")
	if stack.Train.Rows != 58317 || stack.Test.Rows != 73729 || stack.Train.Channels() != 55 {
		t.Errorf("%d and %d x %d", stack.Train.Rows, stack.Test.Rows, stack.Train.Channels())
	}
	if ones(stack.Labels) != 7766 || len(stack.Anomalies) != 36 {
		t.Errorf("%d anomalous steps in %d segments", ones(stack.Labels), len(stack.Anomalies))
	}
	if n := constant(stack.Train); n != 22 {
		t.Errorf("%d constant channels, want 22", n)
	}
	list, err := files.Open("msl/channels.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	rows, err := csv.NewReader(list).ReadAll()
	if err != nil || len(rows) != 28 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	train, test := 0, 0 // where the channel starts
	rows = rows[1:]
	if testing.Short() {
		rows = rows[:5]
	}
	for _, row := range rows {
		set := open(t, files, "msl/"+row[0])
		got := []string{row[0], strconv.Itoa(train), strconv.Itoa(set.Train.Rows), strconv.Itoa(test),
			strconv.Itoa(set.Test.Rows), strconv.Itoa(ones(set.Labels))}
		if !slices.Equal(got, row) {
			t.Errorf("channel, starts, rows, anomalous %v, want %v", got, row)
		}
		if !slices.Equal(flat(set.Train), flat(stack.Train.Slice(train, train+set.Train.Rows))) ||
			!slices.Equal(flat(set.Test), flat(stack.Test.Slice(test, test+set.Test.Rows))) ||
			!slices.Equal(set.Labels, stack.Labels[test:test+set.Test.Rows]) {
			t.Errorf("%s differs from the stack", row[0])
		}
		if set.Anomalies[0].Kind == "" {
			t.Errorf("%s: anomaly without kind", row[0])
		}
		train, test = train+set.Train.Rows, test+set.Test.Rows
	}
}

// Everything allocated while reading bounds the memory in use at any moment.
func TestReadingMSLTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	file := FileIn(realData(t), "msl/MSL_test.npy.gz")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := readTable(t.Context(), file, table.Want{}); err != nil {
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
	if sets := listPSM(t.Context(), home); len(sets) != 1 {
		t.Errorf("listed %v", sets)
	}
	train, err := findPortion(t.Context(), home, "train.csv", table.Want{Fields: psmFields})
	if err != nil {
		t.Fatal(err)
	}
	if train.raw.Rows != 399 || train.raw.Channels() != 25 || train.names[24] != "feature_24" {
		t.Errorf("%d x %d, %v", train.raw.Rows, train.raw.Channels(), train.names)
	}
	if _, err := openPSM(t.Context(), home, ""); !fault.Has(err, "data-labels-differ") ||
		!strings.Contains(words.English().Error(err), "301 labels, test.csv.gz has 300 rows") {
		t.Errorf("error %v", err)
	}
}

func TestRealPSMLabelsHaveThePublishedCounts(t *testing.T) {
	labels, err := findPortion(t.Context(), realData(t), "psm/test_label.csv", table.Want{Labels: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(labels.labels) != 87841 || ones(labels.labels) != 24381 || len(segments(labels.labels)) != 72 {
		t.Errorf("%d labels, %d ones, %d segments", len(labels.labels), ones(labels.labels),
			len(segments(labels.labels)))
	}
}
