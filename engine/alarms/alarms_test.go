package alarms_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/alarms"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

var seed = uint64(4)

var run = alarms.Source{Name: "a.csv", Arm: "코사인, \"one\"", Seed: &seed, Channels: []string{"cpu", "disk"}}

var raised = []spec.Alarm{
	{Range: steps.Range{From: 3, To: 5}, Start: "2026-02-08 00:00:00", End: "2026-02-08 00:01:00",
		Peak: spec.Peak{Step: 4, Score: 0.1}, PeakAt: "2026-02-08 00:01:00",
		Causes: []spec.Cause{{Channel: 1, Share: 0.75}, {Channel: 0, Share: 0.25}}},
	{Range: steps.Range{From: 9, To: 10}, Peak: spec.Peak{Step: 9, Score: metrics.Undefined}},
}

func written(t *testing.T, f alarms.Format, all []spec.Alarm) string {
	t.Helper()
	var b bytes.Buffer
	w := alarms.NewWriter(&b, f)
	for _, a := range all {
		if err := w.Write(run, a); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAlarmsAreWrittenAsOthersReadThem(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(written(t, alarms.CSV, raised))).ReadAll()
	want := `코사인, "one"|4|2026-02-08 00:00:00|2026-02-08 00:01:00|3|5|2|2026-02-08 00:01:00|4|0.1|disk 75 %; cpu 25 %`
	if err != nil || len(rows) != 3 || strings.Join(rows[1], "|") != want || rows[2][9] != "" {
		t.Errorf("%v, error %v", rows, err)
	}
	var list []struct {
		Seed     uint64
		From, To int
		Length   int
		Channels []struct {
			Name  string
			Share float64
		}
	}
	if err := json.Unmarshal([]byte(written(t, alarms.JSON, raised)), &list); err != nil || len(list) != 2 ||
		list[0].Seed != 4 || list[0].Length != 2 || list[0].Channels[0].Name != "disk" {
		t.Errorf("%+v, error %v", list, err)
	}
	if lines := strings.Split(written(t, alarms.Lines, raised), "\n"); len(lines) != 3 || !json.Valid([]byte(lines[1])) {
		t.Errorf("lines %q", lines)
	}
	var windows map[string][][2]any
	if err := json.Unmarshal([]byte(written(t, alarms.NAB, raised)), &windows); err != nil {
		t.Fatal(err)
	}
	got := windows[`a.csv 코사인, "one"/4`]
	if len(got) != 2 || got[0][0] != "2026-02-08 00:00:00.000000" || got[1][1] != 9.0 {
		t.Errorf("windows %v", windows)
	}
	for _, f := range alarms.Formats {
		text := written(t, f, nil)
		if f == alarms.CSV && !strings.HasPrefix(text, "arm,seed,start") || (f == alarms.JSON || f == alarms.NAB) &&
			!json.Valid([]byte(text)) {
			t.Errorf("%s without alarms: %q", f, text)
		}
	}
}
