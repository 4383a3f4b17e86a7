package datasets

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"cosinelab/datasets/found"
)

// shape is a file as somebody may have it, of the same 60 rows: two channels, and six anomalous rows in the
// test part.
type shape struct {
	name     string
	file     string // of its name; empty = x.csv
	content  string
	opts     Options
	channels int  // 0 = 2
	unsaid   bool // there are no labels
	filled   int
	role     string  // of one column: name=role
	says     string  // key of a finding
	rows     int     // 0 = 60
	first    float64 // mean of the first channel in the training part; 0 = that of flow
}

const shapeRows = 60

func flow(t int) float64 {
	return math.Round(1000*(4+1.5*math.Sin(float64(t)/4)+0.2*math.Cos(1.7*float64(t*t)))) / 1000
}
func level(t int) float64 {
	return math.Round(1000*(11+2*math.Cos(float64(t)/5)+0.1*math.Sin(float64(7*t*t)))) / 1000
}
func wrong(t int) bool { return t >= 45 && t < 51 }

// text writes the rows by a function of each, below a header; empty = none.
func text(header string, row func(t int) string) string {
	var b strings.Builder
	if header != "" {
		b.WriteString(header + "\n")
	}
	for t := range shapeRows {
		b.WriteString(row(t) + "\n")
	}
	return b.String()
}

// pick returns a where a step is anomalous, and b where it is not.
func pick(t int, a, b string) string {
	if wrong(t) {
		return a
	}
	return b
}

func num(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }

// values are both channels, parted by a sign.
func values(t int, sep string) string { return num(flow(t)) + sep + num(level(t)) }

// labelled is a table with labels spelt in a way, in a column of a name.
func labelled(name, yes, no string) string {
	return text("flow,level,"+name, func(t int) string { return values(t, ",") + "," + pick(t, yes, no) })
}

// timed is a table with times in a form, in a column of a name.
func timed(name string, form func(at time.Time) string) string {
	start := time.Date(2024, 2, 11, 4, 0, 0, 0, time.UTC)
	return text(name+",flow,level,label", func(t int) string {
		return form(start.Add(time.Duration(t)*7*time.Minute)) + "," + values(t, ",") + "," + pick(t, "1", "0")
	})
}

func layoutOf(form string) func(time.Time) string {
	return func(at time.Time) string { return at.Format(form) }
}

func wide(text string, big bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

// long is a table of one value a row.
func long(header string, row func(at, name, value string, t int) string) string {
	start := time.Date(2024, 2, 11, 4, 0, 0, 0, time.UTC)
	return text(header, func(t int) string {
		at := start.Add(time.Duration(t) * time.Minute).Format("2006-01-02 15:04:05")
		return row(at, "flow", num(flow(t)), t) + "\n" + row(at, "level", num(level(t)), t)
	})
}

func shapes() []shape {
	plain := labelled("label", "1", "0")
	german := text("flow;level;label", func(t int) string {
		return strings.ReplaceAll(values(t, ";"), ".", ",") + ";" + pick(t, "1", "0")
	})
	list := []shape{
		// labels by name
		{name: "Outlier", content: labelled("Outlier", "1", "0"), role: "Outlier=label"},
		{name: "is_fault", content: labelled("is_fault", "1", "0"), role: "is_fault=label"},
		{name: "kpi_label", content: labelled("kpi_label", "1", "0"), role: "kpi_label=label"},
		{name: "isAnomaly", content: labelled("isAnomaly", "True", "False"), role: "isAnomaly=label"},
		{name: "target of two values", content: labelled("target", "1", "0"), role: "target=label", says: "find-label"},
		{name: "y", content: labelled("y", "1", "0"), role: "y=label", says: "find-label"},
		{name: "Normal/Attack", content: labelled("Normal/Attack", "A ttack", "Normal"), role: "Normal/Attack=label"},
		{name: "Korean label", content: labelled("이상 여부", "1", "0"), role: "이상 여부=label"},
		{name: "Korean words", content: labelled("라벨", "이상", "정상"), role: "라벨=label"},
		{name: "Chinese label", content: labelled("异常", "1", "0"), role: "异常=label"},
		{name: "ANOMALY", content: labelled("ANOMALY", "1", "0"), role: "ANOMALY=label"},
		{name: "attack_label after attack type", content: text("flow,level,attack_type,attack_label",
			func(t int) string { return values(t, ",") + "," + pick(t, "dos,1", "none,0") }),
			role: "attack_type=second_label"},
		{name: "no name, words say it", content: labelled("what", "faulty", "healthy"), role: "what=label", says: "find-label"},
		{name: "rare marks without a name", content: labelled("valve", "1", "0"), channels: 3, unsaid: true, says: "find-maybe-label"},
		{name: "a score is no label", content: text("flow,anomaly_score,label", func(t int) string { return values(t, ",") + "," + pick(t, "1", "0") }),
			role: "anomaly_score=channel", says: "find-label-name-numbers"},
		{name: "last column of 0 and 1 without header", content: text("", func(t int) string { return values(t, ",") + "," + pick(t, "1", "0") }), says: "find-label"},
		// labels by spelling
		{name: "yes and no", content: labelled("label", "yes", "no")},
		{name: "BENIGN and others", content: labelled("label", "DDoS", "BENIGN")},
		{name: "1.0 and 0.0", content: labelled("label", "1.0", "0.0")},
		{name: "1 and -1, where 1 is rare", content: labelled("label", "1", "-1")},
		{name: "anomaly and normal with spaces", content: labelled("label", " anomaly ", "normal ")},
		{name: "fail and pass", content: labelled("label", "FAIL", "PASS")},
		{name: "classes", content: text("flow,level,label", func(t int) string { return values(t, ",") + "," + pick(t, strconv.Itoa(1+t%3), "0") }), says: "find-spelling-doubt"},
		{name: "normal is 1", content: labelled("is_normal", "0", "1"), says: "find-spelling-doubt"},
		{name: "asked for", content: labelled("label", "a", "b"), opts: Options{Asked: found.Asked{Anomaly: "a"}}},
		{name: "by place", content: labelled("mood", "1", "0"), opts: Options{Label: "3"}, role: "mood=label"},
		// times
		{name: "epoch seconds", content: timed("ts", func(at time.Time) string { return fmt.Sprint(at.Unix()) }), role: "ts=time"},
		{name: "epoch microseconds", content: timed("t_us", func(at time.Time) string { return fmt.Sprint(at.UnixMicro()) }), role: "t_us=time"},
		{name: "epoch nanoseconds", content: timed("timestamp", func(at time.Time) string { return fmt.Sprint(at.UnixNano()) }), role: "timestamp=time"},
		{name: "epoch without a name", content: timed("a", func(at time.Time) string { return fmt.Sprint(at.Unix()) }), role: "a=time", says: "find-epoch"},
		{name: "days of a spreadsheet", content: timed("Date", func(at time.Time) string {
			return strconv.FormatFloat(float64(at.Unix())/86400+25569, 'f', 8, 64)
		}), role: "Date=time"},
		{name: "ISO with zone", content: timed("when", layoutOf("2006-01-02T15:04:05+09:00")), role: "when=time"},
		{name: "ISO with Z and fraction", content: timed("when", layoutOf("2006-01-02T15:04:05.000Z")), role: "when=time"},
		{name: "day first", content: timed("when", layoutOf("02/01/2006 15:04")), role: "when=time"},
		{name: "month first, afternoon", content: timed("Timestamp", layoutOf(" 1/2/2006 3:04:05 PM")), role: "Timestamp=time"},
		{name: "German date", content: timed("Zeitstempel", layoutOf("02.01.2006 15:04:05")), role: "Zeitstempel=time"},
		{name: "packed", content: timed("시각", layoutOf("20060102150405")), role: "시각=time"},
		{name: "Korean date", content: timed("일시", layoutOf("2006년 1월 2일 15시 04분")), role: "일시=time"},
		{name: "month in words", content: timed("when", layoutOf("02-Jan-2006 15:04:05")), role: "when=time"},
		{name: "time of day", content: timed("clock", layoutOf("15:04:05")), role: "clock=time"},
		{name: "seconds from 0", content: timed("time", func(at time.Time) string { return fmt.Sprint(at.Unix() - 1707624000) }), role: "time=time"},
		{name: "nameless ramp", content: timed("a", func(at time.Time) string { return fmt.Sprint(at.Unix() - 1707624000) }), role: "a=row_number", says: "find-steady"},
		{name: "row numbers from 1", content: text("no,flow,level,label", func(t int) string { return fmt.Sprint(t+1, ",", values(t, ","), ",", pick(t, "1", "0")) }), role: "no=row_number"},
		{name: "two indexes", content: text("Unnamed: 0.1,Unnamed: 0,flow,level,label", func(t int) string {
			return fmt.Sprint(t, ",", t, ",", values(t, ","), ",", pick(t, "1", "0"))
		}), role: "Unnamed: 0.1=row_number"},
		// separators, marks, encodings
		{name: "tab", content: strings.ReplaceAll(plain, ",", "\t")},
		{name: "bar", content: strings.ReplaceAll(plain, ",", "|")},
		{name: "spaces of any number", content: strings.ReplaceAll(plain, ",", "    ")},
		{name: "comma and space", content: strings.ReplaceAll(plain, ",", ", ")},
		{name: "decimal commas before three digits always", content: german, says: "find-decimal-doubt"},
		{name: "decimal commas, tabs", content: strings.ReplaceAll(strings.Replace(german, "level", "level ", 1), ";", "\t"), says: "find-decimal-doubt"},
		{name: "decimal commas in quotes", content: text("flow,level,label", func(t int) string {
			return `"` + strings.Replace(num(flow(t) + 10)[:5], ".", ",", 1) + `","` + strings.Replace(num(level(t))[:5], ".", ",", 1) + `",` + pick(t, "1", "0")
		}), first: -1, says: "find-decimal-comma"},
		{name: "sep= of a spreadsheet", content: "sep=;\n" + strings.ReplaceAll(plain, ",", ";")},
		{name: "byte order mark", content: "\xef\xbb\xbf" + plain},
		{name: "UTF-16 big-endian", content: wide(plain, true), says: "find-encoding"},
		{name: "UTF-16 without mark", content: strings.TrimPrefix(wide(plain, false), "\xff\xfe"), says: "find-encoding"},
		{name: "CR alone", content: strings.ReplaceAll(plain, "\n", "\r")},
		{name: "CR LF", content: strings.ReplaceAll(plain, "\n", "\r\n")},
		{name: "separator at each end", content: strings.ReplaceAll(plain, "\n", ",\n")},
		{name: "separator at the end of rows alone", content: strings.Replace(strings.ReplaceAll(plain, "\n", ",\n"), ",\n", "\n", 1)},
		{name: "comments before", content: "# made by a logger\n# in 2024\n" + plain, says: "find-comment"},
		{name: "header behind #", content: "# " + strings.ReplaceAll(plain, ",", " ")},
		{name: "everything in quotes", content: strings.ReplaceAll(`"`+strings.ReplaceAll(strings.TrimSpace(plain), "\n", "\"\n\"")+"\"\n", ",", `","`)},
		{name: "names of rows without a header", content: text("flow level label", func(t int) string { return fmt.Sprintf("%d %s %s", t+1, values(t, " "), pick(t, "1", "0")) }), role: "=row_number"},
		{name: "thousands", content: text("flow,level,label", func(t int) string {
			return fmt.Sprintf(`"%d,%03d.5",%s,%s`, 1+t%7, 100+t%13, num(level(t)), pick(t, "1", "0"))
		}), first: -1},
		{name: "columns 1 to 3", content: text("0,1,2", func(t int) string { return num(flow(t)) + "," + values(t, ",") }), channels: 3, unsaid: true},
		{name: "decimal commas of two digits", content: text("flow;level;label", func(t int) string {
			return strings.ReplaceAll(num(flow(t)), ".", ",") + ";" + fmt.Sprintf("%d,%02d;", 10+t%5, t) + pick(t, "1", "0")
		}), says: "find-decimal-comma"},
		// missing
		{name: "no value, in words", content: strings.Replace(strings.Replace(strings.Replace(plain, num(level(5)), "null", 1), num(level(9)), "N/A", 1), num(level(12)), "?", 1), filled: 3},
		{name: "minus for nothing", content: strings.Replace(plain, num(level(8)), "-", 1), filled: 1},
		{name: "#N/A of a spreadsheet", content: strings.Replace(plain, num(level(8)), "#N/A", 1), filled: 1},
		{name: "linear", content: strings.Replace(plain, num(level(8)), "NaN", 1), filled: 1, opts: Options{Missing: "linear"}},
		// columns that are none
		{name: "text", content: text("flow,unit,level,label", func(t int) string { return num(flow(t)) + ",bar," + num(level(t)) + "," + pick(t, "1", "0") }), role: "unit=text", says: "find-text"},
		{name: "text, one channel a value", content: text("flow,mode,level,label", func(t int) string {
			return num(flow(t)) + "," + []string{"run", "idle"}[t%2] + "," + num(level(t)) + "," + pick(t, "1", "0")
		}), channels: 4, opts: Options{Asked: found.Asked{Columns: map[string]found.Role{"mode": found.OneHot}}}},
		{name: "constant", content: text("flow,level,flat,label", func(t int) string { return values(t, ",") + ",7," + pick(t, "1", "0") }), channels: 3, role: "flat=constant", says: "find-constant"},
		{name: "empty with a name", content: text("flow,level,spare,label", func(t int) string { return values(t, ",") + ",," + pick(t, "1", "0") }), role: "spare=empty", says: "find-empty"},
		{name: "true and false", content: text("flow,open,label", func(t int) string {
			return num(flow(t)) + "," + []string{"TRUE", "FALSE"}[t%2] + "," + pick(t, "1", "0")
		})},
		{name: "a channel that tells all", content: text("flow,hint,label", func(t int) string {
			return num(flow(t)) + "," + pick(t, "5.5", num(float64(t%5)/10)) + "," + pick(t, "1", "0")
		}), says: "find-leak"},
		// as programs export them
		{name: "PI historian", content: strings.Replace(strings.Replace(timed("Timestamp", layoutOf("02-Jan-06 15:04:05")), num(level(9)), "No Data", 1),
			num(level(14)), "I/O Timeout", 1), role: "Timestamp=time", filled: 2},
		{name: "errors of a spreadsheet", content: strings.Replace(strings.Replace(plain, num(level(8)), "#DIV/0!", 1), num(level(12)), "#VALUE!", 1), filled: 2},
		{name: "InfluxDB, annotated", content: "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,double,double,long\n" +
			text(",result,_start,_time,flow,level,label", func(t int) string {
				return fmt.Sprintf(",,2024-01-01T00:00:00Z,2024-02-11T%02d:%02d:00Z,%s,%s", t/60, t%60, values(t, ","), pick(t, "1", "0"))
			}), role: "_start=time", says: "find-comment"},
		{name: "Windows-1252", content: strings.ReplaceAll(strings.Replace(german, "label", "St\xf6rung", 1), "level", "F\xfcllstand"), role: "Störung=label", says: "find-encoding"},
		{name: "yes in German", content: labelled("Störung", "ja", "nein"), role: "Störung=label"},
		{name: "true in German", content: labelled("Fehler", "WAHR", "FALSCH"), role: "Fehler=label"},
		{name: "yes in French", content: labelled("Panne", "oui", "non"), role: "Panne=label"},
		{name: "marks of -999 and 1", content: labelled("ATT_FLAG", "1", "-999"), role: "ATT_FLAG=label", says: "find-spelling-doubt"},
		{name: "rare marks of other numbers", content: labelled("valve", "20", "80"), channels: 3, unsaid: true, says: "find-maybe-label"},
		{name: "kinds beside the label", content: text("flow,level,failure,TWF", func(t int) string {
			return values(t, ",") + "," + pick(t, "1", "0") + "," + map[bool]string{true: "1", false: "0"}[t == 46]
		}), channels: 3, role: "TWF=channel", says: "find-within-labels"},
		{name: "quality of a tag", content: text("flow,flow_Q,level,label", func(t int) string {
			return num(flow(t)) + "," + strconv.Itoa(192-t%3) + "," + num(level(t)) + "," + pick(t, "1", "0")
		}), channels: 3, role: "flow_Q=channel", says: "find-quality"},
		{name: "quality in words", content: text("flow,flow_quality,level,label", func(t int) string {
			return num(flow(t)) + ",Good," + num(level(t)) + "," + pick(t, "1", "0")
		}), role: "flow_quality=text"},
		{name: "parts of the time", content: text("year,month,day,hour,minute,flow,level,label", func(t int) string {
			return fmt.Sprintf("2024,2,11,%d,%d,", t/60, t%60) + values(t, ",") + "," + pick(t, "1", "0")
		}), role: "minute=time"},
		{name: "date and hour", content: text("date,hour,flow,level,label", func(t int) string {
			return fmt.Sprintf("2024-02-%02d,%d,", 11+t/24, t%24) + values(t, ",") + "," + pick(t, "1", "0")
		}), role: "hour=time"},
		{name: "a named zone", content: timed("when", layoutOf("2006-01-02 15:04:05 KST")), role: "when=time"},
		{name: "date and time apart", content: timed("Date,Time", layoutOf("1/2/2006,3:04:05 PM")), role: "Time=time"},
		{name: "of R", content: text(`"","flow","level","label"`, func(t int) string { return fmt.Sprintf(`"%d",%s,%s`, t+1, values(t, ","), pick(t, "TRUE", "FALSE")) }), role: "=row_number"},
		{name: "of MATLAB", content: text("", func(t int) string {
			return fmt.Sprintf("   %.7e   %.7e   %.7e", flow(t), level(t), map[bool]float64{true: 1}[wrong(t)])
		}), says: "find-label"},
		{name: "RFC 2822", content: timed("when", layoutOf(`"Mon, 02 Jan 2006 15:04:05 +0000"`)), role: "when=time"},
		{name: "seconds since 1970 with an exponent", content: timed("time", func(at time.Time) string { return fmt.Sprintf("%.9e", float64(at.Unix())) }), role: "time=time"},
		{name: "units below the names", content: strings.Replace(plain, "\n", "\nbar,m,\n", 1), says: "find-units-row"},
		{name: "two rows of names", content: strings.Replace(timed("", layoutOf("2006-01-02 15:04:05")), "\n", "\n,mean,mean,max\ntime,,,\n", 1), role: "=time", says: "find-units-row"},
		{name: "units in brackets, beside times", content: strings.Replace(timed("Zeit", layoutOf("02.01.2006 15:04:05")), "\n", "\n,[bar],[m],\n", 1),
			role: "Zeit=time", says: "find-units-row"},
		// labels in some rows alone
		{name: "only anomalies are marked", content: labelled("label", "1", ""), says: "find-only-marked"},
		{name: "only anomalies are marked, in words", content: labelled("anomaly", "x", ""), says: "find-only-marked"},
		{name: "only anomalies are marked, by their kinds", content: text("flow,level,event", func(t int) string { return values(t, ",") + "," + pick(t, []string{"leak", "stop"}[t%2], "") }),
			role: "event=label", says: "find-only-marked"},
		{name: "a lone word under a name that may be labels", content: labelled("alarm", "1", ""), role: "alarm=label", says: "find-label"},
		{name: "labels begin late", content: text("flow,level,label", func(t int) string {
			if t < 12 {
				return values(t, ",") + ","
			}
			return values(t, ",") + "," + pick(t, "1", "0")
		}), says: "find-labels-late"},
		{name: "labels with holes", content: text("flow,level,label", func(t int) string {
			if t == 7 || t == 33 {
				return values(t, ",") + ",NaN"
			}
			return values(t, ",") + "," + pick(t, "Attack", "Normal")
		}), says: "find-unlabelled"},
		// words in the place of numbers
		{name: "Bad and others of a historian", content: strings.Replace(strings.Replace(strings.Replace(plain, num(level(8)), "Bad", 1), num(level(12)), "---", 1), num(level(40)), "Calc Failed", 1),
			filled: 3, says: "find-bad-words"},
		{name: "mostly bad", content: text("flow,level,label", func(t int) string {
			return num(flow(t)) + "," + map[bool]string{true: num(level(t)), false: "Error"}[t%3 == 0] + "," + pick(t, "1", "0")
		}), filled: 40, says: "find-bad-words"},
		{name: "words that a person names", content: strings.Replace(strings.Replace(plain, num(level(8)), "purge", 1), num(level(12)), "Purge", 1), filled: 2,
			opts: Options{Asked: found.Asked{NoWord: []string{"PURGE"}}}},
		{name: "Korean words for no number", content: strings.Replace(plain, num(level(8)), "통신불량", 1), filled: 1, says: "find-bad-words"},
		// units
		{name: "units behind a space", content: text("flow,level,label", func(t int) string { return num(flow(t)) + " °C," + num(level(t)) + "%," + pick(t, "1", "0") }), says: "find-unit"},
		{name: "units without a space", content: text("flow,level,label", func(t int) string { return num(flow(t)) + "bar," + num(level(t)) + "m3/h," + pick(t, "1", "0") }), says: "find-unit"},
		{name: "units and decimal commas", content: text("flow;level;label", func(t int) string {
			return strings.ReplaceAll(num(flow(t))+" kPa;"+num(level(t)), ".", ",") + " %;" + pick(t, "1", "0")
		}), says: "find-unit"},
		{name: "units in some cells", content: strings.Replace(plain, num(level(8)), num(level(8))+" m", 1), says: "find-unit-some"},
		{name: "a unit of its own, and missing cells", content: text("flow,level,label", func(t int) string {
			if t == 9 {
				return num(flow(t)) + "pcs,-," + pick(t, "1", "0")
			}
			return num(flow(t)) + "pcs," + num(level(t)) + "," + pick(t, "1", "0")
		}), says: "find-unit", filled: 1},
		{name: "numbers of rooms are text", content: text("flow,room,level,label", func(t int) string {
			return num(flow(t)) + ",1" + string(rune('a'+t%3)) + "," + num(level(t)) + "," + pick(t, "1", "0")
		}), role: "room=text"},
		{name: "names of rails are names", content: text("5V,12V,label", func(t int) string { return values(t, ",") + "," + pick(t, "1", "0") })},
		// lines around the table
		{name: "keys and values before as many columns", content: text("Device,PUMP-7\nSerial,1234\nSite,North\ntime,flow", func(t int) string {
			return fmt.Sprintf("2024-02-11 %02d:%02d:00,%s", t/60, t%60, num(flow(t)))
		}), channels: 1, unsaid: true, role: "time=time", says: "find-titles"},
		{name: "words before as many columns", content: text("Device,PUMP-7\nOperator,Kim\ntime,flow", func(t int) string {
			return fmt.Sprintf("2024-02-11 %02d:%02d:00,%s", t/60, t%60, num(flow(t)))
		}), channels: 1, unsaid: true, role: "time=time", says: "find-titles"},
		{name: "padded keys and values", content: "Device,PUMP-7,\nSerial,1234,\nRate,2 s,\n" + plain, says: "find-titles"},
		{name: "many settings", content: strings.Repeat("setting 7: 12\n", 25) + plain, says: "find-titles"},
		{name: "comments among titles", content: "Plant 7\n# of the night shift\n" + plain, says: "find-titles"},
		{name: "lines that a person skips", content: "a;b;c\n1;2;3\n" + plain, opts: Options{Asked: found.Asked{Skip: 2}}},
		{name: "a total below", content: plain + "Total,,6\n", says: "find-footer"},
		{name: "statistics below", content: timed("time", layoutOf("2006-01-02 15:04:05")) + "\nMin,1,2,0\nMax,7,14,1\nAverage,4,11,0.1\n", says: "find-footer"},
		{name: "an end below", content: plain + "End of file\n", says: "find-footer"},
		{name: "what a database says below", content: plain + "\n(60 rows affected)\n", says: "find-footer"},
		{name: "a remark below one column", content: text("flow", func(t int) string { return num(flow(t)) }) + "exported by K. Kim\n", channels: 1, unsaid: true, says: "find-footer"},
		{name: "comments within", content: strings.Replace(strings.Replace(plain, "\n", "\n# a\n", 9), "# a\n", "", 3), says: "find-comments"},
		{name: "names once more", content: strings.Replace(plain, values(30, ","), "flow,level,label\n"+values(30, ","), 1), says: "find-names-again"},
		// one value a row
		{name: "one value a row", content: long("time,tag,value,label", func(at, name, value string, t int) string {
			return at + "," + name + "," + value + "," + pick(t, "1", "0")
		}), role: "tag=names", says: "find-long"},
		{name: "one value a row, with units and quality", content: long("timestamp,sensor,reading,unit,quality,label", func(at, name, value string, t int) string {
			return at + "," + name + "," + value + "," + map[string]string{"flow": "l/s", "level": "m"}[name] + ",Good," + pick(t, "1", "0")
		}), role: "sensor=names", says: "find-long"},
		{name: "one value a row, with tabs", content: long("tag\tts\tval\tlabel", func(at, name, value string, t int) string {
			return name + "1\t" + at[:16] + "\t" + value + "\t" + pick(t, "1", "0")
		}), role: "tag=names", says: "find-long"},
		{name: "one value a row, by names of its own", content: long("when;what;how much;label", func(at, name, value string, t int) string {
			return at + ";" + name + ";" + value + ";" + pick(t, "1", "0")
		}),
			opts: Options{Asked: found.Asked{Decimal: "point"}}, role: "what=names", says: "find-long"},
		// times without a date
		{name: "time of day", content: timed("time", layoutOf("15:04:05")), role: "time=time", says: "find-daily"},
		{name: "time of day, in halves", content: timed("clock", layoutOf("3:04:05 PM")), role: "clock=time", says: "find-daily"},
		{name: "hours and minutes", content: timed("Uhrzeit", layoutOf("15:04")), role: "Uhrzeit=time", says: "find-daily"},
		{name: "beyond 24 hours", content: text("elapsed,flow,level,label", func(t int) string {
			return fmt.Sprintf("%d:%02d:00,", t*17/60, t*17%60) + values(t, ",") + "," + pick(t, "1", "0")
		}),
			role: "elapsed=time", says: "find-daily"},
		{name: "far beyond 24 hours", content: text("elapsed,flow,level,label", func(t int) string {
			return fmt.Sprintf("%d:%02d:00,", t*97/60, t*97%60) + values(t, ",") + "," + pick(t, "1", "0")
		}),
			role: "elapsed=time", says: "find-elapsed"},
		// archives by name
		{name: "TSB-AD", file: "001_NAB_id_1_Facility_tr_30_1st_45.csv", content: plain, says: "find-cut-by-name"},
		{name: "UCR", file: "113_UCR_Anomaly_CIMIS44AirTemperature1_30_45_50.txt", content: text("", func(t int) string { return "  " + num(flow(t)) }), channels: 1, says: "find-labels-by-name"},
	}
	return list
}

func TestSiblingsOfEveryKindAreReadRight(t *testing.T) {
	if n := len(shapes()); n < 60 {
		t.Fatalf("%d shapes", n)
	}
	mean := 0.0
	for i := range shapeRows / 2 {
		mean += flow(i) / (shapeRows / 2)
	}
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			if s.file == "" {
				s.file = "x.csv"
			}
			s.check(t, read(t, s.opts, inMemory(s.file, s.content)), mean)
		})
	}
}

func (s shape) check(t *testing.T, set *Set, mean float64) {
	t.Helper()
	if s.channels == 0 {
		s.channels = 2
	}
	if set.Train.Channels() != s.channels || set.Train.Rows != 30 || set.Test.Rows != 30 ||
		set.Filled != s.filled {
		t.Errorf("%d channels %q, %d and %d steps, %d filled", set.Train.Channels(), set.Channels, set.Train.Rows,
			set.Test.Rows, set.Filled)
	}
	if n := count(set.Labels); s.unsaid != (set.Labels == nil) || !s.unsaid && (n != 6 ||
		len(set.Anomalies) != 1 || set.Anomalies[0].From != 15) {
		t.Errorf("%d anomalous, %v", n, set.Anomalies)
	}
	if got, _ := moments(set.Train.Columns[0]); s.first == 0 && math.Abs(got-mean) > 1e-9 {
		t.Errorf("mean %v, want %v", got, mean)
	}
	if s.first < 0 && (set.Train.Columns[0][0] > 20000 || set.Train.Columns[0][0] < 10) {
		t.Errorf("first value %v", set.Train.Columns[0][0])
	}
	if name, role, ok := strings.Cut(s.role, "="); ok && !slices.ContainsFunc(set.Columns,
		func(c found.Column) bool { return c.Name == name && c.Role == found.Role(role) }) {
		t.Errorf("%q is no %s: %+v", name, role, set.Columns)
	}
	said := func(f found.Finding) bool { return f.Said.Key == s.says }
	if s.says != "" && !slices.ContainsFunc(set.Findings, said) {
		t.Errorf("%s is not said, but %v", s.says, set.Findings)
	}
}

// Letters of many bytes that are no UTF-8 are pointed out, since names cannot be read, and labels by them.
func TestOtherEncodingsArePointedOut(t *testing.T) {
	shiftJIS := "\x8e\x9e\x8d\x8f,\x97\xac\x97\xca,\x8c\xcc\x8f\xe1\n" // 時刻,流量,故障
	set := read(t, Options{}, inMemory("x.csv", shiftJIS+text("", func(t int) string { return fmt.Sprint(t, ",", num(flow(t)), ",", pick(t, "1", "0")) })))
	if !slices.ContainsFunc(set.Findings, func(f found.Finding) bool { return f.Doubt && f.Said.Key == "find-encoding-other" }) {
		t.Errorf("nothing is said: %v", set.Findings)
	}
}

// Korean is read as spreadsheets there write it, also letter by letter where reading ends in the middle of one, with
// signs between its syllables.
func TestKoreanIsRead(t *testing.T) {
	const row = "\xbd\xc3\xb0\xa3,\xc0\xaf\xb7\xae(\xa1\xc9),\xb0\xed\xc0\xe5\n" // 시간,유량(℃),고장
	set := read(t, Options{}, inMemory("x.csv", row+text("", func(t int) string {
		return fmt.Sprint(t, ",", num(flow(t)), ",", pick(t, "\xb0\xed\xc0\xe5", "\xc1\xa4\xbb\xf3")) // 고장, 정상
	})))
	var roles []string
	for _, c := range set.Columns {
		roles = append(roles, c.Name+"="+string(c.Role))
	}
	if got := strings.Join(roles, " "); got != "시간=time 유량(℃)=channel 고장=label" {
		t.Errorf("columns %s", got)
	}
	if !slices.ContainsFunc(set.Findings, func(f found.Finding) bool { return f.Said.Key == "find-encoding" }) {
		t.Errorf("the encoding is not said: %v", set.Findings)
	}
}

// Parts of the time, and a day with an hour, make one time.
func TestTimesArePutTogetherFromColumns(t *testing.T) {
	for header, row := range map[string]func(t int) string{
		"year,month,day,hour,minute": func(t int) string { return fmt.Sprintf("2024,2,%d,%d,0", 11+t/24, t%24) },
		"date,hour":                  func(t int) string { return fmt.Sprintf("2024-02-%02d,%d", 11+t/24, t%24) },
		"Datum,Stunde":               func(t int) string { return fmt.Sprintf("%02d.02.2024,%d", 11+t/24, t%24) },
	} {
		set := read(t, Options{}, inMemory("x.csv", text(header+",flow", func(t int) string { return row(t) + "," + num(flow(t)) })))
		if at := set.TestAt; at.None() || !at.Clock || at.Text(at.At[0]) != "2024-02-12 06:00:00" || len(set.Channels) != 1 {
			t.Errorf("%s: %v, channels %q", header, set.TestAt, set.Channels)
		}
	}
}

// Times of day go on over midnight, also in a file with the newest row first; none of them is shown with a date.
func TestTimesOfDayHaveNoDate(t *testing.T) {
	start := time.Date(2024, 2, 11, 23, 15, 0, 0, time.UTC)
	clock := func(t int) string { return start.Add(time.Duration(t) * 2 * time.Minute).Format("15:04:05") }
	for name, row := range map[string]func(t int) string{
		"oldest first": func(t int) string { return clock(t) + "," + num(flow(t)) },
		"newest first": func(t int) string { return clock(59-t) + "," + num(flow(59-t)) },
	} {
		set := read(t, Options{Cut: Cut{Time: "00:15:00 +1d"}}, inMemory("x.csv", text("time,flow", row)))
		at := set.TestAt
		if set.Train.Rows != 30 || at.Text(at.At[0]) != "00:15:00 +1d" || set.TrainAt.Stamp(set.TrainAt.At[0]) != "23:15:00" ||
			set.Train.Columns[0][0] != flow(0) {
			t.Errorf("%s: %d training rows, test from %s", name, set.Train.Rows, at.Text(at.At[0]))
		}
		if set.Look.Cells[0].Cells[0] != row(0)[:8] {
			t.Errorf("%s: the first cell is shown as %s", name, set.Look.Cells[0].Cells[0])
		}
	}
}

// Two units in a column are refused by name, unless the column is left out.
func TestUnitsThatDifferAreRefused(t *testing.T) {
	content := text("flow,p", func(t int) string { return num(flow(t)) + "," + num(level(t)) + []string{" bar", " psi"}[t%2] })
	_, err := ReadFiles(t.Context(), []File{inMemory("x.csv", content)}, Options{})
	wantError(t, err, "x.csv:3: column 2 (p): cells in bar (30) and in psi (30), want one unit in a column: convert them, or leave the column out with -drop")
	drop := Options{Asked: found.Asked{Columns: map[string]found.Role{"p": found.Dropped}}}
	if set := read(t, drop, inMemory("x.csv", content)); len(set.Channels) != 1 {
		t.Errorf("channels %q", set.Channels)
	}
}
