package spec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// hole is the shortest JSON of a type.
func hole(t reflect.Type) string {
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) && t.Kind() != reflect.Struct:
		return "0"
	case t.Kind() == reflect.Struct:
		return "{}"
	case t.Kind() == reflect.Slice:
		return "[]"
	case t.Kind() == reflect.String, t.Kind() == reflect.Uint8:
		return `""`
	case t.Kind() == reflect.Bool:
		return "true"
	}
	return "0"
}

// lists yields, for every list that a report can have, the text of a report around it, with %s in its place.
func lists(t reflect.Type, around string, depth int, yield func(around, hole string)) {
	put := func(inner string) string { return strings.Replace(around, "%s", inner, 1) }
	switch t.Kind() {
	case reflect.Pointer:
		lists(t.Elem(), around, depth, yield)
	case reflect.Slice:
		yield(put("[%s]"), hole(t.Elem()))
		lists(t.Elem(), put("[%s]"), depth, yield)
	case reflect.Struct:
		if depth == 0 {
			return
		}
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || f.Anonymous || !f.IsExported() {
				continue
			}
			if name == "" {
				name = f.Name
			}
			lists(f.Type, put(fmt.Sprintf("{%q: %%s}", name)), depth-1, yield)
		}
	}
}

// allocated is how many bytes are allocated while f runs.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Whatever list of a report is filled with holes, reading it takes little memory beside its text, and is refused.
func TestAReportOfHolesTakesLittleMemory(t *testing.T) {
	const mega = 1 << 20
	try := func(around, hole string, length, most int) {
		before, behind, _ := strings.Cut(around, "%s")
		holes := strings.Repeat(hole+",", length/(len(hole)+1))
		text := []byte(before + holes[:len(holes)-1] + behind)
		var err error
		took := allocated(func() { _, err = spec.ReadReport(bytes.NewReader(text)) })
		if err == nil || took > uint64(most) {
			t.Errorf("%s with %s: %d MiB allocated for %d, error %v", around, hole, took/mega, length/mega, err)
		}
	}
	tried := 0
	lists(reflect.TypeFor[spec.Report](), "%s", 5, func(around, hole string) {
		if tried++; tried%20 == 1 || !testing.Short() {
			try(around, hole, mega, 200*mega)
		}
	})
	if tried < 30 {
		t.Errorf("%d lists tried", tried)
	}
	if !testing.Short() {
		const epochs = `{"version":1,"teachers":[{"epochs":[%s]}]}`
		try(epochs, "{}", 120*mega, 7*120*mega)
		try(epochs, "{         }", 120*mega, 7*120*mega)
	}
}

// An honest report is not refused, however long it is and however it is written.
func TestALongReportIsRead(t *testing.T) {
	alarms := 1 << 17
	if testing.Short() {
		alarms = 1 << 13
	}
	r := whole()
	run := &r.Arms[0].Runs[0]
	r.Data.ScoredSteps, r.Data.TestSteps = 1<<21, 1<<21
	run.Alarms, run.Causes = nil, nil
	for i := range alarms {
		alarm := run.Alarms
		run.Alarms = append(alarm, r.Data.Segments[0].Range)
		run.Alarms[i].From, run.Alarms[i].To = 4*i, 4*i+1
		run.Causes = append(run.Causes, []spec.Cause{{Channel: 1, Share: 1}})
	}
	for _, indent := range []string{"", " "} {
		text, err := json.MarshalIndent(r, "", indent)
		if indent == "" {
			text, err = json.Marshal(r)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := spec.ReadReport(bytes.NewReader(text))
		if err != nil || len(got.Arms[0].Runs[0].Alarms) != alarms {
			t.Errorf("%d bytes: error %s", len(text), words.English().Error(err))
		}
	}
}
