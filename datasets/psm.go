package datasets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
)

// psmFields is the number of columns of train.csv and test.csv: a time stamp and 25 metrics.
const psmFields = 26

// errNotPSM only tells listPSM to look elsewhere.
var errNotPSM = errors.New("not PSM's header")

// listPSM lists the only set, if its three files are there.
func listPSM(ctx context.Context, home fs.FS) []Entry {
	f, err := find(home, "train.csv")
	if err != nil || !has(home, "test.csv", "test_label.csv") {
		return nil
	}
	// train.csv is a common name: only the header tells.
	err = f.read(ctx, func(_ content, r *bufio.Reader) error {
		const header = "timestamp_(min),feature_0"
		if start, _ := r.Peek(len(header)); !bytes.Equal(start, []byte(header)) {
			return errNotPSM
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return []Entry{{ID: "psm", Title: "PSM", Channels: psmFields - 1}}
}

// openPSM drops the time stamps and replaces missing values by 0 before scaling (engine/models/README.md,
// section 1.2).
func openPSM(ctx context.Context, home fs.FS, name string) (*Set, error) {
	if name != "" {
		return nil, noSet("psm", name, listPSM(ctx, home))
	}
	set, err := joinFiles(ctx, home, "train.csv", "test.csv", "test_label.csv", psmFields, FillZero)
	if err != nil {
		return nil, err
	}
	set.Title = "PSM"
	return set, nil
}
