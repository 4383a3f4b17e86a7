package datasets

import (
	"bufio"
	"cmp"
	"context"
	"path"
	"strings"

	"cosinelab/datasets/table"
)

// A list of stretches has at most so many lines of so many bytes: longer files hold data.
const (
	mostListed  = 500
	longestLine = 400
)

// findLists marks the files beside others that list stretches which are anomalous, whatever their names: by columns
// with a beginning and an end, or by two times in every row of which one follows the other.
func findLists(ctx context.Context, files []File) {
	if len(files) < 2 {
		return
	}
	for i, f := range files {
		if partOf(f, false) == partWhole {
			files[i].lists = listsStretches(ctx, f)
		}
	}
	for _, f := range files {
		if !f.lists {
			return
		}
	}
	for i := range files { // nothing is left that they could be of
		files[i].lists = false
	}
}

// listsStretches reports whether a file is a short list of stretches.
func listsStretches(ctx context.Context, f File) bool {
	if strings.EqualFold(path.Ext(cmp.Or(f.Inside, f.Name)), ".json") {
		m, err := readMarks(ctx, f, Options{})
		return err == nil && (m.intervals != nil || m.byFile != nil)
	}
	lines, err := f.Lines(ctx, 1, mostListed+1, longestLine)
	if err != nil || len(lines) == 0 || len(lines) > mostListed {
		return false
	}
	text := strings.Join(lines, "\n") + "\n"
	t, err := table.Text(bufio.NewReader(strings.NewReader(text)), f.Name, table.Want{Raw: true})
	return err == nil && (intervalsOf(t) != nil || pairsOf(t) != nil)
}
