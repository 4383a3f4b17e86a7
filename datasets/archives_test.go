package datasets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// swatRows are n rows as SWaT's files have them, attacks from one row up to another, in both spellings.
func swatRows(n, from, to int) string {
	var b strings.Builder
	for i := range n {
		label := "Normal"
		if i >= from && i < to {
			label = []string{"Attack", "A ttack"}[i%2]
		}
		fmt.Fprintf(&b, " 28/12/2015 10:%02d:%02d AM,%d.%d,%d,%s\n", i/60, i%60, i%7, i%10, 1+i%2, label)
	}
	return b.String()
}

// wadiRows are n rows as WADI's files have them; with a label, of which -1 is an attack, or without.
func wadiRows(n int, label func(i int) string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d,9/25/2017,6:%02d:%02d.000 PM,%d.%d,,%d.5%s\n", i+1, i/60, i%60, i%7, i%10, i%3, label(i))
	}
	return b.String()
}

// archiveFiles are small files of the shapes that owners of archives hand out.
func archiveFiles() fstest.MapFS {
	files := fstest.MapFS{}
	put := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	const swatHead = ",P1,,\n Timestamp, FIT101, MV101,Normal/Attack\n"
	put("SWaT/SWaT_Dataset_Normal_v1.csv", swatHead+swatRows(80, 0, 0))
	put("SWaT/SWaT_Dataset_Attack_v0.csv", swatHead+swatRows(90, 40, 55))
	const wadiHead = "Row,Date,Time,1_AIT_001_PV,2_LS_001_AL,2_FIT_001_PV"
	none := func(int) string { return "" }
	put("WADI/WADI_14days_new.csv", "Log of plant\nStart: 9/25/2017\n\nEnd: 10/9/2017\nInterval 1 s\n"+wadiHead+"\n"+wadiRows(70, none))
	put("WADI/WADI_attackdataLABLE.csv", ",,,,,,\n"+wadiHead+",\"Attack LABLE (1:No Attack, -1:Attack)\"\n"+
		wadiRows(60, func(i int) string { return map[bool]string{true: ",-1", false: ",1"}[i >= 30 && i < 38] })+
		",,,,,,\n,,,,,,\n")
	put("NAB/labels/combined_windows.json", `{"realTweets/a.csv": [["2024-01-01 00:50:00.000000", "2024-01-01 00:54:00.000000"]],
		"realTweets/b.csv": []}`)
	for _, name := range []string{"a", "b"} {
		var b strings.Builder
		b.WriteString("timestamp,value\n")
		for i := range 60 {
			fmt.Fprintf(&b, "2024-01-01 00:%02d:00,%d.25\n", i, i*i%13)
		}
		put("NAB/data/realTweets/"+name+".csv", b.String())
	}
	column := strings.Repeat("  1.5000000e+00\n  2.2500000e+00\n  0.5000000e+00\n", 20)
	put("UCR_Anomaly_FullData/001_UCR_Anomaly_demo_20_44_49.txt", column)
	put("UCR_Anomaly_FullData/010_UCR_Anomaly_demo_25_40_41.txt", column)
	put("TSB-AD/TSB-AD-M/002_X_id_1_Facility_tr_20_1st_44.csv", machine(2, 60, 9, "a,b,Label"))
	put("TSB-AD/TSB-AD-U/001_Y_id_1_Web_tr_30_1st_51.csv", machine(1, 60, 9, "a,b,Label"))
	return files
}

func TestArchivesAreReadAsTheirOwnersHandThemOut(t *testing.T) {
	files := archiveFiles()
	entries, err := List(context.Background(), files)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	want := []string{"swat", "wadi", "nab/realTweets/a.csv", "nab/realTweets/b.csv",
		"ucr/001_UCR_Anomaly_demo_20_44_49.txt", "ucr/010_UCR_Anomaly_demo_25_40_41.txt",
		"tsb-ad/TSB-AD-M/002_X_id_1_Facility_tr_20_1st_44.csv", "tsb-ad/TSB-AD-U/001_Y_id_1_Web_tr_30_1st_51.csv"}
	if !slices.Equal(ids, want) {
		t.Errorf("%q", ids)
	}
	for _, c := range []struct {
		id                              string
		channels                        []string
		train, test, anomalous, segment int
	}{
		{"swat", []string{"FIT101", "MV101"}, 80, 90, 15, 1},
		{"wadi", []string{"1_AIT_001_PV", "2_FIT_001_PV"}, 70, 60, 8, 1},
		{"nab/realTweets/a.csv", []string{"value"}, 30, 30, 5, 1},
		{"nab/realTweets/b.csv", []string{"value"}, 30, 30, 0, 0},
		{"ucr/001_UCR_Anomaly_demo_20_44_49.txt", []string{"channel 1"}, 20, 40, 6, 1},
		{"tsb-ad/TSB-AD-M/002_X_id_1_Facility_tr_20_1st_44.csv", []string{"a", "b"}, 20, 40, 9, 1},
		{"tsb-ad/TSB-AD-U/001_Y_id_1_Web_tr_30_1st_51.csv", []string{"a", "b"}, 30, 30, 9, 1},
	} {
		set, err := Open(context.Background(), files, c.id)
		if err != nil {
			t.Errorf("%s: %v", c.id, err)
			continue
		}
		if !slices.Equal(set.Channels, c.channels) || set.Train.Rows != c.train || set.Test.Rows != c.test ||
			count(set.Labels) != c.anomalous || len(set.Anomalies) != c.segment || set.Labels == nil {
			t.Errorf("%s: %q, %d and %d steps, %d anomalous in %d segments", c.id, set.Channels, set.Train.Rows,
				set.Test.Rows, count(set.Labels), len(set.Anomalies))
		}
		if set.Filled != 0 || set.Licence == "" {
			t.Errorf("%s: %d cells filled, licence %q", c.id, set.Filled, set.Licence)
		}
	}
	for id, want := range map[string]string{"swat/x": "data-no-set", "ucr/none.txt": "data-no-set", "nab": "data-no-set"} {
		if _, err := Open(context.Background(), files, id); !fault.Has(err, want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := Open(context.Background(), fstest.MapFS{"x.txt": {}}, "wadi"); !fault.Has(err, "data-not-here") {
		t.Error(err)
	}
}

// read1 reads a file on its own.
func read1(t *testing.T, text string, opts Options) (*Set, error) {
	t.Helper()
	return ReadFiles(context.Background(), []File{inMemory("f.csv", text)}, opts)
}

func says(set *Set, key string) bool {
	return slices.ContainsFunc(set.Findings, func(f found.Finding) bool { return f.Said.Key == key })
}

// Titles above a table are passed over, and said; a line of the table never is.
func TestTitlesAboveATableArePassedOver(t *testing.T) {
	rows := strings.Repeat("1.5,2,3,0\n2.5,1,4,0\n0.5,3,1,1\n", 15)
	for name, c := range map[string]struct {
		head  string
		rows  int
		said  bool
		fails string
	}{
		"none":                {head: "a,b,c,label\n", rows: 45},
		"one title":           {head: "Plant 7\na,b,c,label\n", rows: 45, said: true},
		"titles and blanks":   {head: "Plant 7\n\nunit: bar\n\na,b,c,label\n", rows: 45, said: true},
		"merged cells":        {head: "Pumps,,,\na,b,c,label\n", rows: 45, said: true},
		"two merged lines":    {head: "Plant,,,\n,Pumps,,\na,b,c,label\n", rows: 45, said: true},
		"empty cells":         {head: ",,,\na,b,c,label\n", rows: 45, said: true},
		"a key and its value": {head: "site,north\na,b,c,label\n", rows: 45, said: true},
		"numbers":             {head: "1,2\na,b,c,label\n", rows: 45, said: true},
		"keys with numbers":   {head: "Serial,77\nInterval,60\na,b,c,label\n", rows: 45, said: true},
		"a row too long":      {head: "a,b\n1,2\n1,2,3\n", fails: "data-fields-skip"},
	} {
		set, err := read1(t, c.head+rows, Options{})
		if c.fails != "" {
			if !fault.Has(err, c.fails) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || set.Train.Rows+set.Test.Rows != c.rows || says(set, "find-titles") != c.said ||
			!slices.Equal(set.Channels, []string{"a", "b", "c"}) {
			t.Errorf("%s: %+v, error %v", name, set, err)
		}
	}
}

// A table on its side, and rows of several series at the same times, are pointed out.
func TestShapesThatMayBeMeantOtherwiseArePointedOut(t *testing.T) {
	wide := strings.Repeat(strings.Repeat("1.5,2.25,", 20)+"3.5\n", 3)
	if set, err := read1(t, wide, Options{}); err != nil || !says(set, "find-transposed") {
		t.Errorf("on its side: %v", err)
	}
	one, several := "time,sensor,value\n", "time,machine,flow,level\n"
	for i := range 40 {
		one += fmt.Sprintf("2024-01-01 00:%02d:00,a,%d\n2024-01-01 00:%02d:00,b,%d\n", i, i%7, i, i%5)
		several += fmt.Sprintf("2024-01-01 00:%02d:00,a,%d,%d\n2024-01-01 00:%02d:00,b,%d,%d\n", i, i%7, i%3, i, i%5, i%4)
	}
	for text, want := range map[string]found.Finding{
		one:     {Said: fault.Of(fault.New("find-long")), Flag: "-pivot"},
		several: {Said: fault.Of(fault.New("find-doubles")), Flag: "-entity"},
	} {
		set, err := read1(t, text, Options{})
		if err != nil || !slices.ContainsFunc(set.Findings, func(f found.Finding) bool {
			return f.Doubt && f.Said.Key == want.Said.Key && f.Flag == want.Flag
		}) {
			t.Errorf("want %s (%s): %+v, error %v", want.Said.Key, want.Flag, set, err)
		}
	}
}

// Rows of nothing but separators at the end are no rows; between others they are, and stay.
func TestEmptyRowsAtTheEndAreLeftOut(t *testing.T) {
	rows := strings.Repeat("1.5,2\n2.5,1\n0.5,3\n", 12)
	set, err := read1(t, "a,b\n"+rows+",\n,\n"+rows+",\n ,\n,\n", Options{})
	if err != nil || set.Train.Rows+set.Test.Rows != 74 || set.Filled != 4 || set.Blank != 3 {
		t.Errorf("%+v, error %v", set, err)
	}
}

// One column of numbers with decimal commas is one column.
func TestOneColumnMayHaveDecimalCommas(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		channels int
		first    float64
	}{
		"named":                    {"flow\n" + strings.Repeat("1,5\n2,25\n3\n", 15), 1, 1.5},
		"leading zeros":            {strings.Repeat("1,05\n2,25\n", 20), 1, 1.05},
		"minus nought":             {strings.Repeat("-0,5\n2,25\n", 20), 1, -0.5},
		"two columns":              {strings.Repeat("1,5\n2,25\n", 20), 2, 1},
		"two columns, a name each": {"a,b\n" + strings.Repeat("1,5\n2,25\n", 20), 2, 1},
		"quoted":                   {"flow\n" + strings.Repeat("\"1,5\"\n\"2,25\"\n", 20), 1, 1.5},
	} {
		set, err := read1(t, c.text, Options{})
		if err != nil || len(set.Channels) != c.channels || set.Train.Columns[0][0] != c.first {
			t.Errorf("%s: %+v, error %v", name, set, err)
		}
	}
}

// Numbers that stand for missing cells are pointed out, and are missing where a person says so.
func TestNumbersMayStandForMissingCells(t *testing.T) {
	column := func(odd string) string {
		var b strings.Builder
		b.WriteString("flow,level\n")
		for i := range 60 {
			flow := fmt.Sprintf("%d.5", 20+i%7)
			if i%20 == 11 {
				flow = odd
			}
			fmt.Fprintf(&b, "%s,%d\n", flow, i%11)
		}
		return b.String()
	}
	for odd, said := range map[string]bool{"-999": true, "-9999": true, "9999": true, "-999.25": true, "23.5": false,
		"-998": false} {
		set, err := read1(t, column(odd), Options{})
		if err != nil || says(set, "find-sentinel") != said || set.Filled != 0 {
			t.Errorf("%s: %+v, error %v", odd, set, err)
		}
	}
	for _, odd := range []string{"-999", "1e30", "-998"} {
		var x float64
		fmt.Sscan(odd, &x)
		set, err := read1(t, column(odd), Options{Asked: found.Asked{NoValue: []float64{x, 5e8}}})
		if err != nil || set.Filled != 3 || says(set, "find-sentinel") || set.Missing[0] != 3 {
			t.Errorf("%s asked for: %+v, error %v", odd, set, err)
		}
	}
	if _, err := read1(t, column("1e30"), Options{}); !fault.Has(err, "data-not-squarable-cell") {
		t.Errorf("1e30: %v", err)
	}
	counter := "n,flow\n"
	for i := range 60 {
		counter += fmt.Sprintf("%d,%d.5\n", 9990+3*(i%8), i%7)
	}
	if set, err := read1(t, counter, Options{}); err != nil || says(set, "find-sentinel") {
		t.Errorf("a counter that passes 9999: %v", err)
	}
}

// Few anomalous steps are ranked well by accident: the guard then wants more than a rank.
func TestTheGuardAgainstLeaksNeedsSteps(t *testing.T) {
	rows := func(anomalous int, at, else_ func(i int) float64) string {
		var b strings.Builder
		b.WriteString("flow,hint,label\n")
		for i := range 80 {
			label, hint := 0, else_(i)
			if i >= 60 && i < 60+anomalous {
				label, hint = 1, at(i)
			}
			fmt.Fprintf(&b, "%d,%v,%d\n", (i*i)%11, hint, label)
		}
		return b.String()
	}
	low, near := func(i int) float64 { return float64(i % 7) }, func(i int) float64 { return 6.5 + float64(i%3)/10 }
	far := func(i int) float64 { return 50 + float64(i%2) }
	for _, c := range []struct {
		anomalous int
		at        func(int) float64
		said      bool
	}{{12, near, true}, {6, near, false}, {6, far, true}, {2, far, false}} {
		set, err := read1(t, rows(c.anomalous, c.at, low), Options{})
		if err != nil || says(set, "find-leak") != c.said {
			t.Errorf("%d anomalous steps: said %v, error %v", c.anomalous, says(set, "find-leak"), err)
		}
	}
}
