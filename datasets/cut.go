package datasets

import (
	"math"
	"path"
	"slices"
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

// archiveRule reads the name of a file by the rules of public archives: the UCR anomaly archive's
// 907_UCR_Anomaly_NAME_TRAIN_FROM_TO.txt, and TSB-AD's 012_NAME_id_1_DOMAIN_tr_TRAIN_1st_FIRST.csv. They are read
// without regular expressions, which would take a twentieth of the program in the browser.
func archiveRule(name string) archiveName {
	name = strings.TrimSuffix(path.Base(name), ".gz")
	if n, ok := ucrNumbers(name); ok {
		return archiveName{train: n[0], labelled: true, from: n[1], to: n[2]}
	}
	train, _ := tsbTrain(name)
	return archiveName{train: train}
}

// ucrNumbers are the rows in a name of the UCR archive.
func ucrNumbers(name string) (rows [3]int, ok bool) {
	ext := path.Ext(name)
	parts := strings.Split(strings.TrimSuffix(name, ext), "_")
	n := len(parts)
	if !slices.Contains([]string{".txt", ".csv", ".tsv", ".out", ".npy"}, strings.ToLower(ext)) || n < 7 ||
		len(parts[0]) != 3 || !strings.EqualFold(parts[1], "UCR") || !strings.EqualFold(parts[2], "Anomaly") {
		return rows, false
	}
	_, ok = rowNumber(parts[0])
	for i := range rows {
		number, is := rowNumber(parts[n-3+i])
		rows[i], ok = number, ok && is
	}
	return rows, ok
}

// tsbTrain is how many rows are the training part by a name of TSB-AD, which may have an ending.
func tsbTrain(name string) (rows int, ok bool) {
	if rows, ok = tsbRows(name); ok {
		return rows, true
	}
	ext := path.Ext(name)
	if len(ext) < 2 || strings.IndexFunc(ext[1:], notOfWord) >= 0 {
		return 0, false
	}
	return tsbRows(strings.TrimSuffix(name, ext))
}

func tsbRows(name string) (rows int, ok bool) {
	parts := strings.Split(name, "_")
	n := len(parts)
	if n < 5 || !strings.EqualFold(parts[n-4], "tr") || !strings.EqualFold(parts[n-2], "1st") {
		return 0, false
	}
	rows, ok = rowNumber(parts[n-3])
	if _, first := rowNumber(parts[n-1]); !ok || !first {
		return 0, false
	}
	return rows, true
}

// rowNumber reads one to eight digits.
func rowNumber(text string) (n int, ok bool) {
	if len(text) < 1 || len(text) > 8 {
		return 0, false
	}
	for _, digit := range []byte(text) {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		n = 10*n + int(digit-'0')
	}
	return n, true
}

// notOfWord tells what is no letter, digit or underscore of ASCII.
func notOfWord(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_')
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
