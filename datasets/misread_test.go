package datasets

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
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

// inZone is a table with times of a zone, and intervals beside it that name none, or another.
func inZone(form string, intervals string) []File {
	body := strings.ReplaceAll(timed("when", func(at time.Time) string {
		return at.Format("2006-01-02 15:04:05") + form
	}), ",label", ",valve")
	return []File{inMemory("x.csv", body), inMemory("x_labels.csv", "start,end\n"+intervals+"\n")}
}

// Labels without a zone are of the clock of rows that have one, and the other way round; it is a doubt until it is
// accepted.
func TestTimesWithAndWithoutAZoneMeet(t *testing.T) {
	const wall, utc = "2024-02-11 09:15:00,2024-02-11 09:50:00", "2024-02-11T07:15:00Z,2024-02-11T07:50:00Z"
	for name, c := range map[string]struct {
		form, intervals string
		doubt           bool
	}{
		"neither":             {"", wall, false},
		"rows alone":          {"+02:00", wall, true},
		"rows in a named one": {" CEST", wall, true},
		"both":                {"+02:00", utc, false},
		"labels alone":        {"", strings.ReplaceAll(strings.ReplaceAll(wall, ",", "+02:00,"), "50:00", "50:00+02:00"), true},
	} {
		files := inZone(c.form, c.intervals)
		set := read(t, Options{}, files...)
		if n := count(set.Labels); n != 6 || doubted(set, "find-zones") != c.doubt {
			t.Errorf("%s: %d anomalous, %v", name, n, set.Findings)
		}
		zoned := c.form != ""
		if at := set.TestAt; strings.HasSuffix(at.Stamp(at.At[0]), "Z") != zoned ||
			strings.HasSuffix(at.Text(at.At[0]), " UTC") != zoned {
			t.Errorf("%s: %s, %s", name, at.Stamp(at.At[0]), at.Text(at.At[0]))
		}
		if set := read(t, Options{Asked: found.Asked{Accept: []string{"zones"}}}, files...); doubted(set, "find-zones") {
			t.Errorf("%s: accepted, and in doubt", name)
		}
	}
}

// doubted reports whether a set has a finding of a key that is in doubt.
func doubted(set *Set, key string) bool {
	for _, f := range set.Findings {
		if f.Doubt && f.Said.Key == key {
			return true
		}
	}
	return false
}

// Every order of the numbers of a date is read, in doubt where more than one is possible, and as a person says.
func TestOrdersOfDatesAreReadOrAsked(t *testing.T) {
	day := func(form string, days int) string {
		start := time.Date(2024, 4, 3, 6, 0, 0, 0, time.UTC)
		return text("when,flow,level", func(t int) string {
			return start.Add(time.Duration(t)*time.Minute+time.Duration(t*days/shapeRows)*24*time.Hour).Format(form) + "," + values(t, ",")
		})
	}
	for name, c := range map[string]struct {
		form, asked string
		days        int
		doubt       string
		right       bool
	}{
		"year first, one day":       {"06-01-02 15:04", "", 1, "find-year-first", true},
		"year first, several days":  {"06-01-02 15:04", "", 5, "", true},
		"day first, several days":   {"02-01-06 15:04", "", 5, "", true},
		"day first, asked":          {"02-01-06 15:04", "dmy", 1, "", true},
		"month first, one day":      {"01/02/2006 15:04", "", 1, "find-month-day", true},
		"day first, slashes":        {"02/01/2006 15:04", "", 1, "find-month-day", false},
		"day first, slashes, asked": {"02/01/2006 15:04", "dmy", 1, "", true},
		"month first, asked":        {"01/02/2006 15:04", "mdy", 1, "", true},
	} {
		set := read(t, Options{Asked: found.Asked{Dates: c.asked}}, inMemory("x.csv", day(c.form, c.days)))
		right := set.TrainAt.At[0] == time.Date(2024, 4, 3, 6, 0, 0, 0, time.UTC).UnixNano()
		if right != c.right || c.doubt != "" && !doubted(set, c.doubt) || c.doubt == "" && (doubted(set, "find-year-first") ||
			doubted(set, "find-month-day")) {
			t.Errorf("%s: %s, %v", name, set.TrainAt.Text(set.TrainAt.At[0]), set.Findings)
		}
		for _, f := range set.Findings {
			if f.Doubt && f.Said.Key == c.doubt && f.Flag != "-dates" {
				t.Errorf("%s: %q answers it", name, f.Flag)
			}
		}
	}
}

// Points before three digits part groups where dates and separators are those of countries with decimal commas.
func TestPointsBeforeThreeDigitsAreADoubt(t *testing.T) {
	rows := func(date string) string {
		return text("Zeit;Leistung;Druck", func(t int) string {
			return time.Date(2024, 1, 1, 0, t, 0, 0, time.UTC).Format(date) + fmt.Sprintf(";%d.%03d;%d", 1+t%7, t*37%1000, 100+t%9)
		})
	}
	for name, c := range map[string]struct {
		date, asked string
		first       float64
		doubt       bool
	}{
		"German dates":        {"02.01.2006 15:04", "", 1000, true},
		"ISO dates":           {"2006-01-02 15:04", "", 1, true},
		"German dates, asked": {"02.01.2006 15:04", "point", 1, false},
		"ISO dates, asked":    {"2006-01-02 15:04", "comma", 1000, false},
	} {
		set := read(t, Options{Asked: found.Asked{Decimal: c.asked}}, inMemory("x.csv", rows(c.date)))
		if set.Train.Columns[0][0] != c.first || doubted(set, "find-points-doubt") != c.doubt {
			t.Errorf("%s: %v, %v", name, set.Train.Columns[0][0], set.Findings)
		}
	}
}

// What a person has answered is no doubt any more, and every doubt names the flag that answers it.
func TestDoubtsCanBeAnswered(t *testing.T) {
	hint := text("flow,hint,label", func(t int) string {
		return num(flow(t)) + "," + pick(t, "5.5", num(float64(t%5)/10)) + "," + pick(t, "1", "0")
	})
	gap := strings.Replace(timed("when", layoutOf("2006-01-02 15:04:05")), "2024-02-11 05:45:00", "2024-02-11 05:46:59", 1)
	rows := strings.Split(gap, "\n")
	gap = strings.Join(append(rows[:8:8], rows[14:]...), "\n")
	for name, c := range map[string]struct {
		content, key, flag string
		asked              found.Asked
	}{
		"a channel that tells all, kept":     {hint, "find-leak", "-drop", found.Asked{Columns: map[string]found.Role{"hint": found.Channel}}},
		"a channel that tells all, by place": {hint, "find-leak", "-drop", found.Asked{Columns: map[string]found.Role{"2": found.Channel}}},
		"a gap":                              {gap, "find-gaps", "-accept gaps", found.Asked{Accept: []string{"gaps"}}},
	} {
		set := read(t, Options{}, inMemory("x.csv", c.content))
		if !doubted(set, c.key) {
			t.Errorf("%s: no doubt: %v", name, set.Findings)
		}
		for _, f := range set.Findings {
			if f.Doubt && (f.Flag == "" || f.Said.Key == c.key && f.Flag != c.flag) {
				t.Errorf("%s: %s names %q", name, f.Said.Key, f.Flag)
			}
		}
		if set := read(t, Options{Asked: c.asked}, inMemory("x.csv", c.content)); doubted(set, c.key) || !says(set, c.key) {
			t.Errorf("%s: in doubt after an answer, or not said: %v", name, set.Findings)
		}
	}
}

// Files beside one are named, whether they are read with it or not.
func TestFilesBesideOneAreNamed(t *testing.T) {
	plain := text("flow,level", func(t int) string { return values(t, ",") })
	rows := text("label", func(t int) string { return pick(t, "1", "0") })
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"labels":          {map[string]string{"pump.csv": plain, "pump_labels.csv": rows}, "find-labels-file"},
		"labels twice":    {map[string]string{"pump.csv": plain, "pump_labels.csv": rows, "pump-labels.csv": rows}, "find-beside"},
		"a test part":     {map[string]string{"pump.csv": plain, "pump_test.csv": plain}, "find-beside"},
		"another's files": {map[string]string{"pump.csv": plain, "fan.csv": plain}, ""},
	} {
		folder := fstest.MapFS{}
		for n, content := range c.files {
			folder[n] = &fstest.MapFile{Data: []byte(content)}
		}
		set := read(t, Options{}, FilesOf(folder, "pump.csv")...)
		for _, key := range []string{"find-labels-file", "find-beside"} {
			if says(set, key) != (key == c.says) {
				t.Errorf("%s: %v", name, set.Findings)
			}
		}
	}
}
