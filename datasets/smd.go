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
	return slices.Compact(sets) // a file may lie there both plain and compressed
}

// openSMD reads one machine. Its labels count; the interpretation, which differs from them in a few places,
// only adds the channels to the segments it overlaps.
func openSMD(ctx context.Context, home fs.FS, machine string) (*Set, error) {
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
