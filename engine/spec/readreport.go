package spec

import (
	"encoding/json"
	"io"
	"reflect"

	"cosinelab/datasets/fault"
)

// maxReport bounds the text of a report, in bytes: that of a hundred runs of a thousand epochs has less.
const maxReport = 128 << 20

// ReadReport reads a report from JSON, unless it is longer than any is, and checks it: whoever looks at it may
// rely on all that Check promises. Whatever the text, at most a gigabyte of memory is taken.
func ReadReport(in io.Reader) (r Report, err error) {
	text, err := io.ReadAll(io.LimitReader(in, maxReport+1))
	if err != nil {
		return r, err
	}
	if len(text) > maxReport {
		return r, fault.New("report-too-long", maxReport>>20)
	}
	if r, err = decodeReport(text); err != nil {
		return Report{}, err
	}
	return r, r.Check()
}

// decodeReport reads the lists whose elements are large only once it is known that the spec has so many.
func decodeReport(text []byte) (r Report, err error) {
	if json.Valid(text) && weight(text, reflect.TypeFor[Report]()) > mostFree+mostTimes*len(text) {
		return r, fault.New("report-unreadable", fault.Word("report-no-report"))
	}
	var raw struct {
		Report
		Spec       json.RawMessage `json:"spec"`
		Teachers   json.RawMessage `json:"teachers"`
		Arms       json.RawMessage `json:"arms"`
		FailedRuns *int            `json:"failed_runs"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return r, fault.New("report-unreadable", err)
	}
	if raw.Version != Version {
		return r, wrong("version", "report-number", raw.Version, Version, Version)
	}
	r = raw.Report
	if r.Spec, err = Parse(raw.Spec); err != nil {
		return r, err
	}
	if r.Teachers, err = list[TeacherRun](raw.Teachers, "teachers", len(r.Spec.Seeds)); err != nil {
		return r, err
	}
	type armText struct {
		Arm  Arm
		Runs json.RawMessage
	}
	arms, err := list[armText](raw.Arms, "arms", len(r.Spec.Arms))
	for i := 0; i < len(arms) && err == nil; i++ {
		a := ArmReport{Arm: arms[i].Arm}
		a.Runs, err = list[Run](arms[i].Runs, element("arms", i)+".runs", len(r.Spec.Seeds))
		r.Arms = append(r.Arms, a)
	}
	if r.FailedRuns = r.Failures(); raw.FailedRuns != nil { // earlier reports do not count them
		r.FailedRuns = *raw.FailedRuns
	}
	return r, err
}

// list reads a list, unless it has more than so many elements.
func list[T any](text json.RawMessage, field string, most int) (out []T, err error) {
	if text == nil {
		return nil, nil
	}
	var count []struct{}
	if err := json.Unmarshal(text, &count); err != nil {
		return nil, fault.New("report-unreadable", err)
	}
	if len(count) > most {
		return nil, wrong(field, "report-number", len(count), 0, most)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fault.New("report-unreadable", err)
	}
	return out, nil
}
