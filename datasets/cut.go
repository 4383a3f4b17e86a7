package datasets

import (
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// Cut says where a single file is cut into training and test part: at one of these, or where a public archive
// says it in the file's name, or else in the middle.
type Cut struct {
	Share float64 // of the rows that are the training part; 0 = not said
	Row   int     // how many rows are the training part; 0 = not said
	Time  string  // of the first row of the test part; empty = not said
}

// ParseCut reads a cut as people type it: a share below 1, a number of rows, or a time.
func ParseCut(text string) (Cut, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Cut{}, nil
	}
	if n, err := strconv.Atoi(text); err == nil && n > 0 && n < 1e8 {
		return Cut{Row: n}, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || x >= 1e8 {
		return Cut{Time: text}, nil
	}
	c := Cut{Share: x}
	if !(x > 0 && x < 1) {
		return c, fault.New("data-split", x)
	}
	return c, nil
}

// check wants a share inside 0 and 1.
func (c Cut) check() error {
	if c.Share != 0 && !(c.Share > 0 && c.Share < 1) || math.IsNaN(c.Share) {
		return fault.New("data-split", c.Share)
	}
	return nil
}

// row is the first row of the test part.
func (c Cut) row(p *portion, archive archiveName) (row int, err error) {
	rows := p.raw.Rows
	share := c.Share
	switch {
	case c.Time != "":
		if row, err = c.atTime(p); err != nil {
			return 0, err
		}
	case c.Row > 0:
		row = c.Row
	case share == 0 && archive.train > 0:
		row = archive.train
		p.note(found.Finding{Guess: strconv.Itoa(row), Flag: "-split",
			Said: fault.Of(fault.New("find-cut-by-name", row))})
	default:
		if share == 0 {
			share = 0.5
		}
		row = int(math.Ceil(share*float64(rows) - 0.5)) // the nearest; of two as near, the first
		if row < 1 || row >= rows {
			return 0, table.InFile(p.file, fault.New("data-uncuttable", rows, share))
		}
	}
	if row < 1 || row >= rows {
		return 0, table.InFile(p.file, fault.New("data-cut-outside", row, rows))
	}
	return row, nil
}

// atTime is the first row that was not measured before the time of the cut.
func (c Cut) atTime(p *portion) (int, error) {
	if p.at.None() {
		return 0, table.InFile(p.file, fault.New("data-cut-no-time", table.Short(c.Time)))
	}
	at, ok := p.at.Parse(c.Time)
	if !ok {
		return 0, table.InFile(p.file, fault.New("data-cut-time", table.Short(c.Time), p.place(0)))
	}
	for row, ns := range p.at.At {
		if !table.Missing(ns) && ns >= at {
			return row, nil
		}
	}
	return p.raw.Rows, nil
}

// archiveName is what the name of a file of a public archive says.
type archiveName struct {
	train    int // rows of the training part; 0 = it does not say
	labelled bool
	from, to int // rows that are anomalous, both ends included, counted from 0
}

// The rules of public archives: the UCR anomaly archive's 907_UCR_Anomaly_NAME_TRAIN_FROM_TO.txt, and TSB-AD's
// 012_NAME_id_1_DOMAIN_tr_TRAIN_1st_FIRST.csv.
var (
	ucrName = regexp.MustCompile(
		`(?i)^\d{3}_UCR_Anomaly_.*_(\d{1,8})_(\d{1,8})_(\d{1,8})\.(txt|csv|tsv|out|npy)$`)
	tsbName = regexp.MustCompile(`(?i)_tr_(\d{1,8})_1st_\d{1,8}(?:\.\w+)?$`)
)

// archiveRule reads the name of a file.
func archiveRule(name string) archiveName {
	name = strings.TrimSuffix(path.Base(name), ".gz")
	number := func(text string) int { n, _ := strconv.Atoi(text); return n }
	if m := ucrName.FindStringSubmatch(name); m != nil {
		return archiveName{train: number(m[1]), labelled: true, from: number(m[2]), to: number(m[3])}
	}
	if m := tsbName.FindStringSubmatch(name); m != nil {
		return archiveName{train: number(m[1])}
	}
	return archiveName{}
}

// label marks the rows that the name says are anomalous.
func (a archiveName) label(p *portion) error {
	if a.to < a.from || a.to >= p.raw.Rows {
		return table.InFile(p.file, fault.New("data-name-outside", a.from, a.to, p.raw.Rows))
	}
	p.labels = make([]uint8, p.raw.Rows)
	for t := a.from; t <= a.to; t++ {
		p.labels[t] = 1
	}
	p.note(found.Finding{Said: fault.Of(fault.New("find-labels-by-name", a.from, a.to))})
	return nil
}
