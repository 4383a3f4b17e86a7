package datasets

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// Columns of the same name keep a role each, wherever the one stands that is no channel.
func TestRolesOfColumnsOfOneNameGoByPlace(t *testing.T) {
	for cells, want := range map[string]string{
		"1 2 x": "time channel channel text", "1 x 2": "time channel text channel", "x 1 2": "time text channel channel",
		"1 _ 2": "time channel empty channel", "_ 1 2": "time empty channel channel", "1 2 _": "time channel channel empty",
	} {
		kinds := strings.Fields(cells)
		set := read(t, Options{}, inMemory("x.csv", text("t,v,v,v", func(t int) string {
			row := []string{fmt.Sprint(t)}
			for _, k := range kinds {
				row = append(row, map[string]string{"1": num(flow(t)), "2": num(level(t)), "x": "y", "_": ""}[k])
			}
			return strings.Join(row, ",")
		})))
		var roles []string
		for _, c := range set.Columns {
			roles = append(roles, string(c.Role))
		}
		if got := strings.Join(roles, " "); got != want || set.Train.Channels() != 2 {
			t.Errorf("%s: %s, %d channels", cells, got, set.Train.Channels())
		}
		if set.Train.Columns[0][3] != flow(3) || set.Train.Columns[1][3] != level(3) {
			t.Errorf("%s: other values", cells)
		}
	}
}

// A column that no file of a set has is an error, also where files of labels lie beside, or arrays.
func TestColumnsAskedForHaveToBeSomewhere(t *testing.T) {
	plain := text("flow,level", func(t int) string { return values(t, ",") })
	rows := text("label", func(t int) string { return pick(t, "1", "0") })
	labelled := text("flow,level,attack", func(t int) string { return values(t, ",") + "," + pick(t, "1", "0") })
	for name, files := range map[string][]File{
		"alone":           {inMemory("x.csv", plain)},
		"with labels":     {inMemory("x.csv", plain), inMemory("x_label.csv", rows)},
		"with intervals":  {inMemory("x.csv", plain), inMemory("x_label.csv", "start,end\n45,50\n")},
		"in parts":        {inMemory("train.csv", plain), inMemory("test.csv", labelled)},
		"in labels parts": {inMemory("train.csv", plain), inMemory("test.csv", plain), inMemory("test_label.csv", rows)},
	} {
		for _, role := range []found.Role{found.Dropped, found.Channel, found.Time, found.Label} {
			opts := Options{Asked: found.Asked{Columns: map[string]found.Role{"nix": role}}}
			if _, err := ReadFiles(context.Background(), files, opts); !fault.Has(err, "data-no-column") {
				t.Errorf("%s, %s: %v", name, role, err)
			}
		}
	}
	opts := Options{Asked: found.Asked{Columns: map[string]found.Role{"attack": found.Label}}}
	if set := read(t, opts, inMemory("train.csv", plain), inMemory("test.csv", labelled)); count(set.Labels) != 6 {
		t.Errorf("a column of one part: %d labelled", count(set.Labels))
	}
}

// Intervals without a row are a doubt that names the first of them; one that ends before it begins is an error.
func TestIntervalsOutsideOfAFileAreSaid(t *testing.T) {
	plain := timed("when", layoutOf("2006-01-02 15:04:05"))
	plain = strings.ReplaceAll(plain, ",label", ",valve")
	for name, c := range map[string]struct {
		intervals string
		anomalous int
		outside   bool
	}{
		"within":         {"2024-02-11 09:20:00,2024-02-11 09:50:00", 5, false},
		"a year later":   {"2025-02-11 09:20:00,2025-02-11 09:50:00", 0, true},
		"one of both":    {"2024-02-11 09:20:00,2024-02-11 09:50:00\n2023-02-11 09:20:00,2023-02-11 09:50:00", 5, true},
		"between rows":   {"2024-02-11 09:15:30,2024-02-11 09:16:30", 0, true},
		"a row too late": {"60,60", 0, true},
	} {
		set := read(t, Options{}, inMemory("x.csv", plain), inMemory("x_labels.csv", "start,end\n"+c.intervals+"\n"))
		if n := count(set.Labels); n != c.anomalous || says(set, "find-intervals-outside") != c.outside {
			t.Errorf("%s: %d anomalous, %v", name, n, set.Findings)
		}
	}
	for _, iv := range []string{"2024-02-11 09:50:00,2024-02-11 09:20:00", "50,45"} {
		_, err := ReadFiles(context.Background(), []File{inMemory("x.csv", plain),
			inMemory("x_labels.csv", "start,end\n"+iv+"\n")}, Options{})
		if !fault.Has(err, "data-interval-backwards") {
			t.Errorf("%s: %v", iv, err)
		}
	}
}

// Dates in one number are times, however far down they go.
func TestPackedTimesAreTimes(t *testing.T) {
	for _, form := range []string{"20060102150405", "200601021504"} {
		for _, name := range []string{"DateTime", "when", "a"} {
			set := read(t, Options{}, inMemory("x.csv", timed(name, layoutOf(form))))
			if set.TrainAt.None() || !set.TrainAt.Clock || set.TrainAt.At[1] != time.Date(2024, 2, 11, 4, 7, 0, 0, time.UTC).UnixNano() {
				t.Errorf("%s in %s: %v", form, name, set.TrainAt.Form)
			}
		}
	}
}
