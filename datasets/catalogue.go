package datasets

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// Group is where the series of a source come from.
type Group string

// Groups of sources, as pages list them.
const (
	GroupBuiltin   Group = "builtin"   // generated here
	GroupBenchmark Group = "benchmark" // public originals in a folder
	GroupFile      Group = "file"      // what a user brings
)

// GroupOf returns the group of the set with this id: builtin/server, smd/machine-1-2, file/pump.csv.
func GroupOf(id string) Group {
	prefix, _, _ := strings.Cut(id, "/")
	switch g := Group(prefix); g {
	case GroupBuiltin, GroupFile:
		return g
	}
	return GroupBenchmark
}

// Source is one row of the catalogue. A benchmark's ID is also the prefix of its sets: smd/machine-1-2.
type Source struct {
	ID    string
	Title string // as files have it; a built-in set has words besides

	generate func(*generator) []channel // built-in sets only

	// Benchmarks only.
	Licence string   // its name; built-in sets need none
	Origin  string   // where its publishers offer it
	Asked   bool     // they hand it out to those who ask there; nobody may pass it on
	folders []string // where its files may lie, best first; list and open get one of them
	list    func(ctx context.Context, home fs.FS) []Entry
	open    func(ctx context.Context, home fs.FS, name string) (*Set, error)
}

// All lists every source in the order people see them. About and Expects have their texts in package words.
var All = []Source{
	{ID: "builtin/server", Title: "Web server (built-in)", generate: serverChannels},
	{ID: "builtin/spacecraft", Title: "Spacecraft (built-in)", generate: spacecraftChannels},
	{ID: "builtin/pool", Title: "Server pool (built-in)", generate: poolChannels},
	{
		ID: "smd", Title: "Server Machine Dataset",
		Licence: "MIT", Origin: "github.com/NetManAIOps/OmniAnomaly",
		folders: []string{"smd", "SMD", "ServerMachineDataset", "."},
		list:    listSMD, open: openSMD,
	},
	{
		ID: "msl", Title: "Mars Science Laboratory",
		Licence: "telemanom, Copyright 2018 California Institute of Technology",
		Origin:  "github.com/khundman/telemanom",
		folders: []string{"msl", "MSL", "telemanom", "."},
		list:    rover.list, open: rover.open,
	},
	{
		ID: "smap", Title: "Soil Moisture Active Passive",
		Licence: "telemanom, Copyright 2018 California Institute of Technology",
		Origin:  "github.com/khundman/telemanom",
		folders: []string{"smap", "SMAP", "telemanom", "."},
		list:    satellite.list, open: satellite.open,
	},
	{
		ID: "psm", Title: "Pooled Server Metrics",
		Licence: "CC BY 4.0", Origin: "github.com/eBay/RANSynCoders",
		folders: []string{"psm", "PSM", "data", "."},
		list:    listPSM, open: openPSM,
	},
	{
		ID: "swat", Title: "Secure Water Treatment",
		Licence: "iTrust, on request", Origin: "itrust.sutd.edu.sg", Asked: true,
		folders: []string{"swat", "SWaT", "SWAT"},
		list:    swat.list, open: swat.open,
	},
	{
		ID: "wadi", Title: "Water Distribution",
		Licence: "iTrust, on request", Origin: "itrust.sutd.edu.sg", Asked: true,
		folders: []string{"wadi", "WADI", "WADI.A1_9 Oct 2017", "WADI.A2_19 Nov 2019"},
		list:    wadi.list, open: wadi.open,
	},
	{
		ID: "nab", Title: "Numenta Anomaly Benchmark",
		Licence: "AGPL-3.0", Origin: "github.com/numenta/NAB",
		folders: []string{"nab", "NAB", "."},
		list:    nab.list, open: nab.open,
	},
	{
		ID: "ucr", Title: "UCR Anomaly Archive",
		Licence: "none is stated", Origin: "www.cs.ucr.edu/~eamonn/time_series_data_2018",
		folders: []string{"ucr", "UCR", "UCR_Anomaly_FullData",
			"AnomalyDatasets_2021/UCR_TimeSeriesAnomalyDatasets2021/FilesAreInHere/UCR_Anomaly_FullData"},
		list: ucr.list, open: ucr.open,
	},
	{
		ID: "tsb-ad", Title: "TSB-AD",
		Licence: "Apache-2.0", Origin: "github.com/TheDatumOrg/TSB-AD",
		folders: []string{"tsb-ad", "TSB-AD", "TSB-AD/Datasets", "Datasets", "TSB-AD-M", "TSB-AD-U"},
		list:    tsbad.list, open: tsbad.open,
	},
}

// Group returns the source's group.
func (s Source) Group() Group { return GroupOf(s.ID) }

// About says in one or two sentences what the source shows.
func (s Source) About() fault.Word { return s.word("data-about-") }

// Expects says what has to be in the folder of a benchmark.
func (s Source) Expects() fault.Word { return s.word("data-expects-") }

// word is the key of the source among those that begin so.
func (s Source) word(prefix string) fault.Word {
	return fault.Word(prefix + strings.ReplaceAll(s.ID, "/", "-"))
}

// benchmarkSource returns the benchmark with this id.
func benchmarkSource(id string) (Source, bool) {
	i := slices.IndexFunc(All, func(s Source) bool { return s.ID == id && s.Group() == GroupBenchmark })
	if i < 0 {
		return Source{}, false
	}
	return All[i], true
}

// unknownSource names the sources of a group, and others besides, in place of one that there is none of.
func unknownSource(id string, group Group, others ...string) error {
	var ids fault.Choices
	for _, s := range All {
		if s.Group() == group {
			ids = append(ids, s.ID)
		}
	}
	return fault.New("data-unknown-source", id, append(ids, others...))
}

// noSet names the sets that a source has, in place of one that it has not.
func noSet(source, name string, there []Entry) error {
	ids := make([]string, len(there))
	for i, e := range there {
		ids[i] = e.ID
	}
	return fault.New("data-no-set", table.Short(strings.TrimSuffix(source+"/"+name, "/")), fault.Choices(ids))
}
