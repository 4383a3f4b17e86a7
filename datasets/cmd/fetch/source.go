package main

import (
	_ "embed"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
)

// source is where a set is downloaded from.
type source struct {
	id      string
	base    string   // goes before every file
	files   []string // below the set's folder, as they lie below base
	archive string   // a zip with more files; empty without
	members []string // the files that are wanted of it, whatever folders it has before them
}

// sources lists every set that can be fetched.
var sources = []source{
	{
		id:    "smd",
		base:  "https://raw.githubusercontent.com/NetManAIOps/OmniAnomaly/master/ServerMachineDataset/",
		files: smdFiles(),
	},
	{
		id:      "msl",
		base:    "https://raw.githubusercontent.com/khundman/telemanom/master/",
		files:   []string{"labeled_anomalies.csv"},
		archive: "https://s3-us-west-2.amazonaws.com/telemanom/data.zip", // as telemanom's README says
		members: mslFiles(),
	},
	{
		id:    "psm",
		base:  "https://raw.githubusercontent.com/eBay/RANSynCoders/main/data/",
		files: []string{"train.csv", "test.csv", "test_label.csv"},
	},
}

// sourceNamed returns the source of a set as it is typed.
func sourceNamed(id string) (source, bool) {
	for _, s := range sources {
		if s.id == id {
			return s, true
		}
	}
	return source{}, false
}

// sourceIDs lists the sets that can be fetched as they are typed.
func sourceIDs() (ids fault.Choices) {
	for _, s := range sources {
		ids = append(ids, s.id)
	}
	return ids
}

// at returns the source with another place for its large part, the archive or else the base, unless url is
// empty: a mirror, or a server of tests.
func (s source) at(url string) source {
	switch {
	case url == "":
	case s.archive != "":
		s.archive = url
	default:
		s.base = strings.TrimSuffix(url, "/") + "/"
	}
	return s
}

// folders lists those that members are written to, below that of all sets.
func (s source) folders() (names []string) {
	for _, m := range s.members {
		if dir := path.Join(s.id, path.Dir(m)); !slices.Contains(names, dir) {
			names = append(names, dir)
		}
	}
	return names
}

// smdFiles names four files for each of the 28 machines.
func smdFiles() (files []string) {
	for group, machines := range []int{8, 9, 11} {
		for m := range machines {
			for _, folder := range []string{"train", "test", "test_label", "interpretation_label"} {
				files = append(files, fmt.Sprintf("%s/machine-%d-%d.txt", folder, group+1, m+1))
			}
		}
	}
	return files
}

// mslFiles names two files for each of the 27 channels of the rover; the archive holds another spacecraft's
// too.
func mslFiles() (files []string) {
	for _, channel := range strings.Fields("C-1 C-2 D-14 D-15 D-16 F-4 F-5 F-7 F-8 M-1 M-2 M-3 " +
		"M-4 M-5 M-6 M-7 P-10 P-11 P-14 P-15 S-2 T-12 T-13 T-4 T-5 T-8 T-9") {
		files = append(files, "train/"+channel+".npy", "test/"+channel+".npy")
	}
	return files
}

// target is where a file of a set goes.
func target(dir, id, file string) string { return filepath.Join(dir, id, filepath.FromSlash(file)) }

// SHA256SUMS holds what sha256sum prints for ten of SMD's machines, measured on copies of the originals. The
// arrays of MSL are protected by the archive's own check sums; the other files have no published ones.
//
//go:embed SHA256SUMS
var sumList string

// sums maps id/file to its sha256 in hexadecimal.
var sums = parseSums(sumList)

// parseSums reads lines of sum, two spaces, file.
func parseSums(list string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(list) {
		if sum, file, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			m[file] = sum
		}
	}
	return m
}
