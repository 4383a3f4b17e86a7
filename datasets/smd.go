package datasets

import (
	"bufio"
	"bytes"
	"context"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// smdChannels is the number of metrics of every machine (Su et al. 2019, OmniAnomaly, section 4.1).
const smdChannels = 38

// listSMD lists machines whose three files are there; interpretation labels are not required, because most
// uses of SMD need none.
func listSMD(_ context.Context, home fs.FS) []Entry {
	var sets []Entry
	files, err := fs.ReadDir(home, "train")
	if err != nil {
		return nil // not an SMD folder
	}
	for _, f := range files {
		base := strings.TrimSuffix(f.Name(), ".gz")
		machine, ok := strings.CutSuffix(base, ".txt")
		if ok && strings.HasPrefix(machine, "machine-") && has(home, "test/"+base, "test_label/"+base) {
			sets = append(sets, Entry{ID: "smd/" + machine, Title: "SMD " + machine, Channels: smdChannels})
		}
	}
	slices.SortFunc(sets, func(a, b Entry) int {
		if d := len(a.ID) - len(b.ID); d != 0 {
			return d // machine-3-9 before machine-3-10
		}
		return strings.Compare(a.ID, b.ID)
	})
	sets = slices.Compact(sets) // a file may lie there both plain and compressed
	if len(sets) > 1 {
		sets = append([]Entry{{ID: "smd", Title: "SMD", Channels: smdChannels}}, sets...)
	}
	return sets
}

// openWholeSMD puts the machines that are there one behind the other, as published tables do: in the order of
// their names as strings. Windows may straddle two machines (engine/models/README.md, section 1.1).
func openWholeSMD(ctx context.Context, home fs.FS) (*Set, error) {
	machines := listSMD(ctx, home)
	if len(machines) == 0 || machines[0].ID != "smd" {
		return nil, noSet("smd", "", machines)
	}
	var train, test *portion
	var notes []Anomaly
	names := make([]string, 0, len(machines)-1)
	for _, m := range machines[1:] {
		names = append(names, strings.TrimPrefix(m.ID, "smd/"))
	}
	slices.Sort(names)
	for _, name := range names {
		start := 0
		if test != nil {
			start = test.raw.Rows
		}
		own, err := addMachine(ctx, home, name, &train, &test)
		if err != nil {
			return nil, err
		}
		for _, a := range own {
			a.From, a.To = a.From+start, a.To+start
			notes = append(notes, a)
		}
	}
	set, err := join(train, test, FillLast)
	if err != nil {
		return nil, err
	}
	set.Title, set.Columns = "SMD", nil
	annotate(set.Anomalies, notes)
	return set, nil
}

// addMachine appends both parts of a machine, and returns the notes on its anomalies, which count its own
// steps.
func addMachine(ctx context.Context, home fs.FS, name string, train, test **portion) ([]Anomaly, error) {
	file := name + ".txt"
	want := table.Want{Fields: smdChannels}
	a, err := findPortion(ctx, home, "train/"+file, want)
	if err != nil {
		return nil, err
	}
	b, err := findPortion(ctx, home, "test/"+file, want)
	if err != nil {
		return nil, err
	}
	labels, err := findPortion(ctx, home, "test_label/"+file, table.Want{Labels: true})
	if err != nil {
		return nil, err
	}
	if len(labels.labels) != b.raw.Rows {
		return nil, table.InFile(labels.file, fault.New("data-labels-differ", len(labels.labels),
			table.VisibleFile(b.file), b.raw.Rows))
	}
	b.labels = labels.labels
	for _, part := range []struct {
		to   **portion
		more *portion
	}{{train, a}, {test, b}} {
		if *part.to == nil {
			*part.to = part.more
		} else if err := (*part.to).append(part.more); err != nil {
			return nil, err
		}
	}
	f, err := find(home, "interpretation_label/"+file)
	if err != nil {
		return nil, nil
	}
	return readInterpretation(ctx, f)
}

// openSMD reads one machine. Its labels count; the interpretation, which differs from them in a few places,
// only adds the channels to the segments it overlaps.
func openSMD(ctx context.Context, home fs.FS, machine string) (*Set, error) {
	if machine == "" {
		return openWholeSMD(ctx, home)
	}
	file := machine + ".txt"
	if !fs.ValidPath(machine) || !has(home, "train/"+file) {
		return nil, noSet("smd", machine, listSMD(ctx, home))
	}
	set, err := joinFiles(ctx, home, "train/"+file, "test/"+file, "test_label/"+file, smdChannels, FillLast)
	if err != nil {
		return nil, err
	}
	set.Title = "SMD " + machine
	if f, err := find(home, "interpretation_label/"+file); err == nil {
		notes, err := readInterpretation(ctx, f)
		if err != nil {
			return nil, err
		}
		annotate(set.Anomalies, notes)
	}
	return set, nil
}

// readInterpretation reads lines of start-end:dims, 15-32:1,9 meaning that the steps 15 to 31 are anomalous
// in the first and the ninth channel.
func readInterpretation(ctx context.Context, f File) (notes []Anomaly, err error) {
	err = f.read(ctx, func(_ content, r *bufio.Reader) error {
		for n := 1; ; n++ {
			line, err := cutLine(r, maxNote+1)
			switch {
			case err != nil:
				return table.InFile(f.Name, err)
			case line == nil:
				return nil
			case len(bytes.TrimSpace(line)) == 0:
				continue
			}
			a, ok := parseInterpretation(strings.TrimSpace(string(line)))
			if !ok || len(line) > maxNote {
				return table.AtLine(f.Name, n, fault.New("data-interpretation", table.Short(string(line))))
			}
			notes = append(notes, a)
		}
	})
	return notes, err
}

// maxNote bounds a line of an interpretation, in bytes: two steps with every dimension need less.
const maxNote = 1024

// parseInterpretation takes the end as exclusive and dimensions from 1: so the intervals match the labels of
// the machines, although no description says it.
func parseInterpretation(line string) (a Anomaly, ok bool) {
	steps, dims, _ := strings.Cut(line, ":")
	from, to, _ := strings.Cut(steps, "-")
	var errs [2]error
	a.From, errs[0] = strconv.Atoi(from)
	a.To, errs[1] = strconv.Atoi(to)
	if errs[0] != nil || errs[1] != nil || a.From < 0 || a.To <= a.From {
		return a, false
	}
	for _, dim := range strings.Split(dims, ",") {
		d, err := strconv.Atoi(strings.TrimSpace(dim))
		if err != nil || d < 1 || d > smdChannels {
			return a, false
		}
		a.Channels = append(a.Channels, d-1)
	}
	return a, true
}
