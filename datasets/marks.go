package datasets

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// marks are labels from a file of their own: one a row, or intervals.
type marks struct {
	file      string
	labels    []uint8
	at        table.Axis // of the labels
	intervals []interval
	byFile    map[string][]interval // of a list for several files, by their names; nil = there is none
	several   bool                  // their times have several offsets from UTC
	blank     int
	columns   bool             // they are those of a table
	absent    map[string]error // columns that were asked for in vain
	findings  []found.Finding
	unsure    func() (*marks, error) // reads the file the other way round about its header; nil = it is sure
}

// interval is a stretch that is labelled as anomalous, both ends included.
type interval struct{ from, to string }

// mostIntervals bounds the text of a list of intervals, in bytes.
const mostIntervals = 16 << 20

// marksOf reads a file of labels; nil = there is none.
func marksOf(ctx context.Context, f *File, opts Options) (*marks, error) {
	if f == nil {
		return nil, nil
	}
	return readMarks(ctx, *f, opts)
}

// readMarks reads a file of labels.
func readMarks(ctx context.Context, f File, opts Options) (*marks, error) {
	m := &marks{file: f.Name}
	isJSON := false
	err := f.read(ctx, func(kind content, r *bufio.Reader) error {
		if isJSON = kind == contentJSON; !isJSON {
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(r, mostIntervals+1))
		if err != nil {
			return table.InFile(f.Name, fault.Cause(err))
		}
		if len(text) > mostIntervals {
			return table.InFile(f.Name, fault.New("data-row-too-long", mostIntervals))
		}
		return m.parseWindows(text)
	})
	if err != nil || isJSON {
		return m, err
	}
	want := opts.want()
	want.Maybe, want.Raw, want.Labels, want.Names = true, true, true, nil
	t, err := readTable(ctx, f, want)
	if err != nil {
		return nil, err
	}
	if m.intervals = intervalsOf(t); m.intervals == nil && f.lists {
		m.intervals = pairsOf(t)
	}
	if m.intervals != nil {
		m.several = slices.ContainsFunc(t.Columns, (*table.Column).Offsets)
		return m, nil
	}
	if err := t.Decide(want); err != nil {
		return nil, err
	}
	if m.labels, err = t.Labels(t.Label(), opts.Anomaly); err != nil {
		return nil, err
	}
	m.at, m.blank = t.Axis(), t.Blank
	m.findings = t.Findings
	m.columns, m.absent = true, t.Absent
	if t.Unsure {
		m.unsure = func() (*marks, error) {
			opts.Header = map[bool]string{true: "no", false: "yes"}[t.Format.Header]
			return readMarks(ctx, f, opts)
		}
	}
	return m, nil
}

// Columns of a table of intervals.
var (
	fromNames = []string{"start", "from", "begin", "start_time", "starttime", "start_index", "start_row",
		"anomaly_start", "fault_start", "event_start", "start_date", "startdate", "start_datetime", "begin_time", "onset", "from_time", "beginn", "von",
		"inicio", "début", "debut", "시작시각", "시작일시", "开始", "开始时间", "시작", "시작시간", "t_start", "window_start"}
	toNames = []string{"end", "to", "stop", "end_time", "endtime", "end_index", "end_row", "anomaly_end", "fault_end", "event_end", "end_date", "enddate", "end_datetime", "finish", "offset", "to_time", "ende", "bis",
		"fin", "종료시각", "종료일시", "结束", "结束时间", "끝",
		"종료", "종료시간", "t_end", "window_end"}
)

// intervalsOf reads a table of intervals; nil = it is none.
func intervalsOf(t *table.Table) []interval {
	column := func(names []string) *table.Column {
		for _, c := range t.Columns {
			name := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(c.Name), " ", "_"))
			if slices.Contains(names, name) && t.Format.Header {
				return c
			}
		}
		return nil
	}
	from, to := column(fromNames), column(toNames)
	if from == nil || to == nil {
		return nil
	}
	out := []interval{}
	for row := range t.Rows {
		out = append(out, interval{from.Text(row), to.Text(row)})
	}
	return out
}

// pairsOf reads a table whose rows hold two times, of which the second never lies before the first, beside nothing but
// text; nil = it is none.
func pairsOf(t *table.Table) []interval {
	var times []*table.Column
	for _, c := range t.Columns {
		switch {
		case c.Timed():
			times = append(times, c)
		case !c.Texts():
			return nil
		}
	}
	if len(times) != 2 {
		return nil
	}
	out := []interval{}
	for row := range t.Rows {
		from, to := times[0].Stamp(row), times[1].Stamp(row)
		if table.Missing(from) || table.Missing(to) || to < from {
			return nil
		}
		out = append(out, interval{times[0].Text(row), times[1].Text(row)})
	}
	return out
}

// parseWindows reads intervals as JSON: a list of pairs, or such lists by the names of files, as NAB's
// combined_windows.json has them.
func (m *marks) parseWindows(text []byte) (err error) {
	var list [][]any
	if json.Unmarshal(text, &list) == nil {
		m.intervals, err = pairs(list, m.file)
		return err
	}
	var byFile map[string][][]any
	if err := json.Unmarshal(text, &byFile); err != nil {
		return table.InFile(m.file, fault.New("refuse-json"))
	}
	m.byFile = map[string][]interval{}
	for name, list := range byFile {
		own, err := pairs(list, m.file)
		if err != nil {
			return err
		}
		m.byFile[path.Base(name)] = own
	}
	return nil
}

// of takes the intervals of a file from a list for several; one alone is meant, whatever its name.
func (m *marks) of(file string) error {
	if m.byFile == nil {
		return nil
	}
	own, known := m.byFile[strings.TrimSuffix(path.Base(file), ".gz")]
	if !known && len(m.byFile) == 1 {
		for _, only := range m.byFile {
			own, known = only, true
		}
	}
	if !known {
		return table.InFile(m.file, fault.New("data-windows-of-many", len(m.byFile),
			table.VisibleFile(path.Base(file))))
	}
	m.intervals = own
	return nil
}

// pairs takes both ends of every interval.
func pairs(list [][]any, file string) ([]interval, error) {
	out := []interval{}
	for i, pair := range list {
		var ends [2]string
		ok := len(pair) == 2
		for k := 0; ok && k < 2; k++ {
			switch x := pair[k].(type) {
			case string:
				ends[k] = x
			case float64:
				ends[k] = strconv.FormatFloat(x, 'f', -1, 64)
			default:
				ok = false
			}
		}
		if !ok {
			return nil, table.InFile(file, fault.New("data-window", i+1))
		}
		out = append(out, interval{ends[0], ends[1]})
	}
	return out, nil
}

// over gives every row of a portion its label.
func (m *marks) over(p *portion) ([]uint8, error) {
	if err := m.of(p.file); err != nil {
		return nil, err
	}
	if m.intervals != nil {
		return m.mark(p)
	}
	if joined, err := m.byTime(p); joined != nil || err != nil {
		return joined, err
	}
	if len(m.labels) == p.raw.Rows {
		return m.labels, nil
	}
	if m.unsure != nil && abs(int64(len(m.labels)-p.raw.Rows)) == 1 {
		if other, err := m.unsure(); err == nil && len(other.labels) == p.raw.Rows {
			other.unsure = nil
			*m = *other
			return m.labels, nil
		}
	}
	return nil, table.InFile(m.file, fault.New("data-labels-differ", len(m.labels), table.VisibleFile(p.file),
		p.raw.Rows))
}

// overRows gives every row of a table of several series its label: one a row, in the order of the rows, or
// intervals of row numbers. Times do not tell the rows of one series from those of another.
func (m *marks) overRows(p *portion) ([]uint8, error) {
	plain := *p
	plain.at = table.Axis{}
	return m.over(&plain)
}

// overWhole labels a file that was cut: the labels are those of all its rows, or of its test part.
func (m *marks) overWhole(whole, train, test *portion) error {
	if m.intervals == nil && m.byFile == nil && m.at.None() && len(m.labels) == test.raw.Rows {
		test.labels = m.labels
		return nil
	}
	labels, err := m.over(whole)
	if err != nil {
		if own, wrong := m.over(test); wrong == nil {
			test.labels = own
			return nil
		}
		return err
	}
	train.labels, test.labels = labels[:train.raw.Rows:train.raw.Rows], labels[train.raw.Rows:]
	return nil
}

// byTime joins labels to rows by the times of both; nil = one of both has none, or they are no times of the
// same rows by their numbers.
func (m *marks) byTime(p *portion) ([]uint8, error) {
	if m.at.None() || p.at.None() || m.at.Clock != p.at.Clock || m.at.Unit != p.at.Unit {
		return nil, nil
	}
	times := m.at.ByClockOf(p.at)
	if m.at.Clock && m.at.Form.Zoned != p.at.Form.Zoned {
		m.otherClock(p)
	}
	if slices.Equal(times, p.at.At) {
		return m.labels, nil
	}
	of := make(map[int64]uint8, len(m.at.At))
	for i, ns := range times {
		if before, twice := of[ns]; twice && before != m.labels[i] {
			return nil, table.InFile(m.file, fault.New("data-label-times-double", m.at.Text(ns)))
		}
		of[ns] = m.labels[i]
	}
	out := make([]uint8, p.raw.Rows)
	for t, ns := range p.at.At {
		label, known := of[ns]
		if !known {
			key := "data-label-time-missing"
			if m.at.Clock && m.at.Form.Zoned != p.at.Form.Zoned {
				key = "data-label-time-zones"
			}
			return nil, table.InFile(m.file, fault.New(key, p.place(t), table.VisibleFile(p.file)))
		}
		out[t] = label
	}
	m.findings = append(m.findings, found.Finding{File: table.VisibleFile(m.file),
		Said: fault.Of(fault.New("find-joined-by-time", len(m.labels)))})
	return out, nil
}

// otherClock says that only one of labels and rows names time zones.
func (m *marks) otherClock(p *portion) {
	m.findings = append(m.findings, found.Finding{File: table.Visible(m.file), Doubt: true,
		Said: fault.Of(fault.New("find-zones", table.Visible(m.file), table.Visible(p.file)))})
	m.offsets(p)
}

// offsets says that labels of several offsets from UTC meet rows that name none.
func (m *marks) offsets(p *portion) {
	several := m.several || m.at.Form.Offsets
	first := ""
	for _, iv := range m.intervals {
		for _, end := range []string{iv.from, iv.to} {
			if offset, zoned := table.OffsetOf(end); zoned && first == "" {
				first = offset
			} else if zoned && offset != first {
				several = true
			}
		}
	}
	if several && !p.at.Form.Zoned {
		m.findings = append(m.findings, found.Finding{File: table.Visible(m.file), Doubt: true,
			Said: fault.Of(fault.New("find-offsets", table.Visible(m.file), table.Visible(p.file)))})
	}
}

// mark labels the rows of every interval: by row numbers from 0, or by times.
func (m *marks) mark(p *portion) ([]uint8, error) {
	out := make([]uint8, p.raw.Rows)
	byRow := true
	for _, iv := range m.intervals {
		for _, end := range []string{iv.from, iv.to} {
			n, ok := natural(end)
			byRow = byRow && ok && n <= p.raw.Rows
		}
	}
	outside, first := 0, interval{}
	for i, iv := range m.intervals {
		if p.backwards(iv, byRow) {
			return nil, table.InFile(m.file, fault.New("data-interval-backwards", i+1, table.Short(iv.from),
				table.Short(iv.to)))
		}
		from, to, ok := m.rows(p, iv, byRow)
		if !ok {
			return nil, table.InFile(m.file, fault.New("data-interval-of", i+1, table.Short(iv.from),
				table.Short(iv.to), table.VisibleFile(p.file)))
		}
		if from >= to {
			if outside++; outside == 1 {
				first = iv
			}
		}
		for t := from; t < to; t++ {
			out[t] = 1
		}
	}
	if outside > 0 {
		m.findings = append(m.findings, found.Finding{File: table.Visible(m.file), Doubt: true,
			Said: fault.Of(fault.New("find-intervals-outside", outside, len(m.intervals), table.Short(first.from),
				table.Short(first.to), table.Visible(p.file), p.place(0), p.place(p.raw.Rows-1)))})
	}
	if !byRow && slices.ContainsFunc(m.intervals, func(iv interval) bool {
		return p.at.OtherClock(iv.from) || p.at.OtherClock(iv.to)
	}) {
		m.otherClock(p)
	}
	key := "find-intervals-by-time"
	if byRow {
		key = "find-intervals-by-row"
	}
	m.findings = append(m.findings, found.Finding{File: table.VisibleFile(m.file), Doubt: byRow,
		Said: fault.Of(fault.New(key, len(m.intervals)))})
	return out, nil
}

// rows are those of an interval.
func (m *marks) rows(p *portion, iv interval, byRow bool) (from, to int, ok bool) {
	if byRow {
		from, _ = natural(iv.from)
		to, _ = natural(iv.to)
		return from, min(to+1, p.raw.Rows), from <= to
	}
	if p.at.None() {
		return 0, 0, false
	}
	a, okA := p.at.Parse(iv.from)
	b, okB := p.at.Parse(iv.to)
	if !okA || !okB || b < a {
		return 0, 0, false
	}
	from, _ = slices.BinarySearch(p.at.At, a)
	to, _ = slices.BinarySearch(p.at.At, b+1)
	return from, to, true
}

// backwards reports whether an interval ends before it begins.
func (p *portion) backwards(iv interval, byRow bool) bool {
	if byRow {
		from, _ := natural(iv.from)
		to, _ := natural(iv.to)
		return to < from
	}
	from, okFrom := p.at.Parse(iv.from)
	to, okTo := p.at.Parse(iv.to)
	return okFrom && okTo && to < from
}

// natural reads a whole number that is not negative.
func natural(text string) (int, bool) {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || x < 0 || x != math.Trunc(x) || x > maxInterval {
		return 0, false
	}
	return int(x), true
}

// maxInterval bounds the row numbers of intervals.
const maxInterval = 1 << 40
