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
		members: telemetry(mslChannels),
	},
	{
		id:      "smap",
		base:    "https://raw.githubusercontent.com/khundman/telemanom/master/",
		files:   []string{"labeled_anomalies.csv"},
		archive: "https://s3-us-west-2.amazonaws.com/telemanom/data.zip",
		members: telemetry(smapChannels),
	},
	{
		id:    "psm",
		base:  "https://raw.githubusercontent.com/eBay/RANSynCoders/main/data/",
		files: []string{"train.csv", "test.csv", "test_label.csv"},
	},
	{
		id:    "nab",
		base:  "https://raw.githubusercontent.com/numenta/NAB/master/",
		files: nabFiles(),
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

// The channels of both spacecraft in telemanom's archive.
const (
	mslChannels = "C-1 C-2 D-14 D-15 D-16 F-4 F-5 F-7 F-8 M-1 M-2 M-3 M-4 M-5 M-6 M-7 P-10 P-11 P-14 P-15 S-2 " +
		"T-12 T-13 T-4 T-5 T-8 T-9"
	smapChannels = "A-1 A-2 A-3 A-4 A-5 A-6 A-7 A-8 A-9 B-1 D-1 D-11 D-12 D-13 D-2 D-3 D-4 D-5 D-6 D-7 D-8 D-9 E-1 " +
		"E-10 E-11 E-12 E-13 E-2 E-3 E-4 E-5 E-6 E-7 E-8 E-9 F-1 F-2 F-3 G-1 G-2 G-3 G-4 G-6 G-7 P-1 P-2 P-3 P-4 P-7 " +
		"R-1 S-1 T-1 T-2 T-3"
)

// telemetry names two files for each of the channels; the archive holds those of another spacecraft too.
func telemetry(channels string) (files []string) {
	for _, channel := range strings.Fields(channels) {
		files = append(files, "train/"+channel+".npy", "test/"+channel+".npy")
	}
	return files
}

// nabFiles names the windows of all files, and the files.
func nabFiles() []string {
	files := []string{"labels/combined_windows.json"}
	for _, in := range []struct{ folder, names string }{
		{"artificialNoAnomaly", "art_daily_no_noise art_daily_perfect_square_wave art_daily_small_noise art_flatline " +
			"art_noisy"},
		{"artificialWithAnomaly", "art_daily_flatmiddle art_daily_jumpsdown art_daily_jumpsup art_daily_nojump " +
			"art_increase_spike_density art_load_balancer_spikes"},
		{"realAWSCloudwatch", "ec2_cpu_utilization_24ae8d ec2_cpu_utilization_53ea38 ec2_cpu_utilization_5f5533 " +
			"ec2_cpu_utilization_77c1ca ec2_cpu_utilization_825cc2 ec2_cpu_utilization_ac20cd ec2_cpu_utilization_c6585a " +
			"ec2_cpu_utilization_fe7f93 ec2_disk_write_bytes_1ef3de ec2_disk_write_bytes_c0d644 ec2_network_in_257a54 " +
			"ec2_network_in_5abac7 elb_request_count_8c0756 grok_asg_anomaly iio_us-east-1_i-a2eb1cd9_NetworkIn " +
			"rds_cpu_utilization_cc0c53 rds_cpu_utilization_e47b3b"},
		{"realAdExchange", "exchange-2_cpc_results exchange-2_cpm_results exchange-3_cpc_results exchange-3_cpm_results " +
			"exchange-4_cpc_results exchange-4_cpm_results"},
		{"realKnownCause", "ambient_temperature_system_failure cpu_utilization_asg_misconfiguration " +
			"ec2_request_latency_system_failure machine_temperature_system_failure nyc_taxi rogue_agent_key_hold " +
			"rogue_agent_key_updown"},
		{"realTraffic", "TravelTime_387 TravelTime_451 occupancy_6005 occupancy_t4013 speed_6005 speed_7578 speed_t4013"},
		{"realTweets", "Twitter_volume_AAPL Twitter_volume_AMZN Twitter_volume_CRM Twitter_volume_CVS Twitter_volume_FB " +
			"Twitter_volume_GOOG Twitter_volume_IBM Twitter_volume_KO Twitter_volume_PFE Twitter_volume_UPS"},
	} {
		for _, name := range strings.Fields(in.names) {
			files = append(files, "data/"+in.folder+"/"+name+".csv")
		}
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
