package datasets

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
)

// spacecraft is one of both in telemanom's archive.
type spacecraft struct{ id, title string }

var (
	rover     = spacecraft{"msl", "MSL"}   // Curiosity
	satellite = spacecraft{"smap", "SMAP"} // Soil Moisture Active Passive
)

// stacked are the arrays of the whole set, as OmniAnomaly's preprocessing writes them.
func (c spacecraft) stacked() (train, test, labels string) {
	return c.title + "_train.npy", c.title + "_test.npy", c.title + "_test_label.npy"
}

// telemetry is one row of labeled_anomalies.csv: a telemetry channel with its anomalies in the test file.
type telemetry struct {
	id        string
	line      int // in labeled_anomalies.csv
	anomalies []Anomaly
}

// list lists the whole set first if it can be opened, either from the stacked arrays or from all channels,
// and then the channels that have both files.
func (c spacecraft) list(ctx context.Context, home fs.FS) []Entry {
	train, test, labels := c.stacked()
	var sets []Entry
	if has(home, train, test, labels) {
		sets = append(sets, entryOf(ctx, home, c.id, c.title, train, test))
	}
	channels, folder, err := c.channels(ctx, home)
	if err != nil {
		if c == rover && len(sets) == 0 && !fault.Has(err, "data-not-there") && !fault.Has(err, "data-no-rows-of") {
			sets = []Entry{{ID: c.id, Title: c.title}} // opening it says what is wrong with its list
		}
		return sets // only the stack, or no MSL folder
	}
	complete := true
	for _, channel := range channels {
		train, test := folder+"train/"+channel.id+".npy", folder+"test/"+channel.id+".npy"
		if !has(home, train, test) {
			complete = false
			continue
		}
		sets = append(sets, entryOf(ctx, home, c.id+"/"+channel.id, c.title+" "+channel.id, train, test))
	}
	if complete && len(sets) > 0 && sets[0].ID != c.id {
		all := Entry{ID: c.id, Title: c.title, Channels: sets[0].Channels}
		for _, s := range sets {
			all.Train, all.Test = all.Train+s.Train, all.Test+s.Test
		}
		sets = slices.Insert(sets, 0, all)
	}
	return sets
}

// entryOf takes the sizes from the headers of the arrays; a broken array is listed without, so that opening
// it says what is wrong.
func entryOf(ctx context.Context, home fs.FS, id, title, train, test string) Entry {
	a, b := headerOf(ctx, home, train), headerOf(ctx, home, test)
	return Entry{ID: id, Title: title, Train: a.Rows, Test: b.Rows, Channels: a.Columns}
}

// headerOf reads as much as the header of an array, which is cheap even when it is compressed.
func headerOf(ctx context.Context, home fs.FS, name string) (a table.Shape) {
	f, err := find(home, name)
	if err != nil {
		return table.Shape{}
	}
	err = f.read(ctx, func(_ content, r *bufio.Reader) (err error) {
		a, err = table.ReadShape(r)
		return err
	})
	if err != nil {
		return table.Shape{}
	}
	return a
}

// open prefers the stacked arrays for the whole set: they are what published results were computed on. The
// stack of the channels is the same, value by value.
func (c spacecraft) open(ctx context.Context, home fs.FS, name string) (*Set, error) {
	if train, test, labels := c.stacked(); name == "" && has(home, train) {
		set, err := joinFiles(ctx, home, train, test, labels, 0, FillLast)
		if err != nil {
			return nil, err
		}
		return describeMSL(set, c.title), nil
	}
	channels, folder, err := c.channels(ctx, home)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return stackMSL(ctx, home, folder, channels, c.title)
	}
	i := slices.IndexFunc(channels, func(t telemetry) bool { return t.id == name })
	if i < 0 {
		return nil, noSet(c.id, name, c.list(ctx, home))
	}
	return stackMSL(ctx, home, folder, channels[i:i+1], c.title+" "+name)
}

// describeMSL names the columns: the first is telemetry, the others say whether a command was given.
func describeMSL(set *Set, title string) *Set {
	set.Title = title
	set.Channels[0] = "telemetry"
	for c := 1; c < len(set.Channels); c++ {
		set.Channels[c] = fmt.Sprintf("command %d", c)
	}
	return set
}

// stackMSL puts the files of channels one after the other.
func stackMSL(ctx context.Context, home fs.FS, folder string, channels []telemetry, title string) (
	*Set, error) {
	var train, test *portion
	var labels []uint8
	var notes []Anomaly
	for _, c := range channels {
		if err := stack(ctx, &train, home, folder+"train/"+c.id+".npy"); err != nil {
			return nil, err
		}
		start := len(labels)
		if err := stack(ctx, &test, home, folder+"test/"+c.id+".npy"); err != nil {
			return nil, err
		}
		labels = append(labels, make([]uint8, test.raw.Rows-start)...)
		for _, a := range c.anomalies {
			a.From, a.To = a.From+start, a.To+start
			if a.To > test.raw.Rows {
				return nil, table.AtLine(mslAnomalies, c.line, fault.New("in-place", c.id,
					fault.New("data-anomaly-outside", a.From-start, a.To-start-1, test.raw.Rows-start)))
			}
			for t := a.From; t < a.To; t++ {
				labels[t] = 1
			}
			notes = append(notes, a)
		}
	}
	test.labels = labels
	set, err := join(train, test, FillLast)
	if err != nil {
		return nil, err
	}
	annotate(set.Anomalies, notes)
	set.Columns = nil
	return describeMSL(set, title), nil
}

// stack appends the rows of one file; nil = it is the first.
func stack(ctx context.Context, to **portion, home fs.FS, name string) error {
	fields := 0
	if *to != nil {
		fields = (*to).raw.Channels()
	}
	more, err := findPortion(ctx, home, name, table.Want{Fields: fields})
	if err != nil {
		return err
	}
	if *to == nil {
		*to = more
		return nil
	}
	(*to).file = more.file
	return (*to).append(more)
}

// mslAnomalies is telemanom's list of channels and labels.
const mslAnomalies = "labeled_anomalies.csv"

// channels reads the channels of this spacecraft, sorted by id as strings, without P-2, which the list has
// twice (the rule of OmniAnomaly's stack), and says in which folder their arrays lie.
func (c spacecraft) channels(ctx context.Context, home fs.FS) (channels []telemetry, folder string, err error) {
	f, err := find(home, mslAnomalies)
	if err != nil {
		return nil, "", err
	}
	err = f.read(ctx, func(_ content, r *bufio.Reader) error {
		channels, err = readTelemetry(r, f.Name, c.title)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if info, err := fs.Stat(home, "data/train"); err == nil && info.IsDir() {
		folder = "data/" // as the archive unpacks beside a clone
	}
	return channels, folder, nil
}

// readTelemetry reads labeled_anomalies.csv: chan_id, spacecraft, anomaly_sequences, class, num_values.
func readTelemetry(r *bufio.Reader, file, spacecraft string) ([]telemetry, error) {
	list := table.NewRows(r, file, ',')
	head, err := nextRow(list)
	if err == io.EOF {
		return nil, table.InFile(file, fault.New("data-empty"))
	}
	if err != nil {
		return nil, err
	}
	var at [4]int
	for i, name := range []string{"chan_id", "spacecraft", "anomaly_sequences", "class"} {
		if at[i] = slices.Index(head, name); at[i] < 0 {
			return nil, table.AtLine(file, 1, fault.New("data-no-column", name, fault.Choices(table.Few(head))))
		}
	}
	var channels []telemetry
	for {
		row, err := nextRow(list)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(row) != len(head) {
			return nil, table.AtLine(file, list.Line, fault.New("data-fields", len(row), len(head)))
		}
		if id := row[at[0]]; row[at[1]] == spacecraft && id != "P-2" {
			anomalies, err := parseSequences(row[at[2]], row[at[3]])
			if err != nil {
				return nil, table.AtLine(file, list.Line, fault.New("in-place", table.Short(id), err))
			}
			channels = append(channels, telemetry{id, list.Line, anomalies})
		}
	}
	if len(channels) == 0 {
		return nil, table.InFile(file, fault.New("data-no-rows-of", spacecraft))
	}
	slices.SortStableFunc(channels, func(a, b telemetry) int { return strings.Compare(a.id, b.id) })
	return channels, nil
}

// nextRow returns the next row as texts.
func nextRow(list *table.Rows) ([]string, error) {
	cells, err := list.Next()
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = string(cell)
	}
	return row, err
}

// parseSequences reads closed intervals, [[550, 750], [2100, 2210]], and their classes, [point, contextual].
func parseSequences(sequences, classes string) ([]Anomaly, error) {
	var intervals [][]int
	if err := json.Unmarshal([]byte(sequences), &intervals); err != nil {
		return nil, fault.New("data-sequences", table.Short(sequences))
	}
	kinds := strings.Split(strings.Trim(classes, "[] "), ",")
	var anomalies []Anomaly
	for i, iv := range intervals {
		switch {
		case len(iv) != 2 || iv[0] < 0 || iv[1] < iv[0]:
			return nil, fault.New("data-interval", table.Short(fmt.Sprint(iv)))
		case iv[1] >= table.MaxValues:
			return nil, fault.New("data-interval-beyond", fmt.Sprint(iv), table.MaxValues)
		}
		a := Anomaly{Range: steps.Range{From: iv[0], To: iv[1] + 1}}
		if len(kinds) == len(intervals) {
			a.Kind = strings.TrimSpace(kinds[i])
		}
		anomalies = append(anomalies, a)
	}
	if len(anomalies) == 0 {
		return nil, fault.New("data-no-sequences")
	}
	return anomalies, nil
}
