package bench

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/session/protocol"
)

// ready is the state once the engine has answered.
func ready(hash string) *State {
	s := New(words.English(), "Browser/1", hash)
	s.Update(Drawn{120})
	s.Update(Answer{protocol.Response{Type: protocol.TypeReady, Device: "simd", Cores: 4}, 400})
	return s
}

// asked is the request that a message leads to, nil if it leads to none.
func asked(s *State, m Message) *protocol.Request {
	for _, e := range s.Update(m) {
		if p, ok := e.(Post); ok {
			return &p.Request
		}
	}
	return nil
}

func (s *State) line(l timing.Line) {
	s.Update(Answer{protocol.Response{Type: protocol.TypeTimed, Line: &l}, 0})
}

func (s *State) idle() {
	s.Update(Answer{protocol.Response{Type: protocol.TypeState, State: protocol.StateIdle}, 0})
}

// rows are the names, medians and notes of the table.
func rows(s *State) (out [][3]string) {
	for _, g := range s.View().Groups {
		for _, r := range g.Rows {
			out = append(out, [3]string{r.Name, r.Median, r.Note})
		}
	}
	return out
}

func TestTheAddressChooses(t *testing.T) {
	for _, c := range []struct {
		hash    string
		runs    int
		only    []string
		problem bool
	}{
		{"", Full, nil, false},
		{"#only=T,A&runs=3", 3, []string{"T", "A"}, false},
		{"#only=&runs=3", 3, nil, true},
		{"#runs=-1", Full, nil, true},
		{"#walks=3", Full, nil, true},
	} {
		s := New(words.English(), "", c.hash)
		if s.Runs != c.runs || !slices.Equal(s.Only, c.only) || (s.Problem != nil) != c.problem {
			t.Errorf("%q: %d runs of %q, %v", c.hash, s.Runs, s.Only, s.Problem)
		}
	}
}

func TestLinesFillTheTable(t *testing.T) {
	s := ready("#runs=3")
	if r := asked(s, Start{}); r == nil || r.Bench.Runs != 3 || r.Workers != 2 {
		t.Fatalf("request %+v", r)
	}
	if asked(s, Start{}) != nil {
		t.Error("it starts while it runs")
	}
	step := timing.Line{Group: timing.GroupStep, Name: "T", Workers: 1, FLOP: 2e9}
	s.line(step)
	if v := s.View(); !strings.Contains(v.Status, "T") || v.CanRun || !v.CanStop ||
		!v.Groups[1].Rows[0].Live {
		t.Errorf("while it is timed: %+v", v)
	}
	one, two := step, step
	one.Roofline, one.RooflineBest = 50, 52
	one.Times, two.Times, two.Workers = timing.Times{Median: 60, P10: 50, Runs: 3},
		timing.Times{Median: 40, P10: 30, Runs: 3}, 2
	s.line(one)
	s.line(two)
	for i, ms := range []float64{0.5, 0.25} {
		s.line(timing.Line{Group: timing.GroupScoring, Name: "A", Workers: i + 1,
			Times: timing.Times{Median: ms, P10: ms, Runs: 1}})
	}
	s.idle()
	want := [][3]string{{"page", "120", ""}, {"engine", "400", ""}, {"engine after page", "280", ""},
		{"T", "60.0", ""},
		{"T", "40.0", "1.50 × as fast as one"}, {"A", "0.500", "2\u2009000 windows/s"},
		{"A", "0.250", "4\u2009000 windows/s, 2.00 × as fast as one"}}
	if got := rows(s); !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	if row := s.View().Groups[1].Rows[0]; row.Share != "67 %" || row.Best != "77 %" ||
		row.Roofline != "50.0" {
		t.Errorf("row %+v, want its shares of the roofline, and that", row)
	}
	var r timing.Report
	if err := json.Unmarshal([]byte(s.JSON()), &r); err != nil || len(r.Lines) != len(want) ||
		r.Machine != "Browser/1" || r.Cores != 4 {
		t.Errorf("JSON %s, %v", s.JSON(), err)
	}
	if v := s.View(); v.Status != words.English().Say("bench-done") || !v.CanRun || !v.HasJSON {
		t.Errorf("at the end: %+v", v)
	}
}

func TestStopKeepsWhatWasMeasured(t *testing.T) {
	s := ready("")
	if asked(s, Stop{}) != nil {
		t.Error("nothing runs, yet it stops")
	}
	s.Update(Start{})
	s.line(timing.Line{Group: timing.GroupProduct, Name: "64x64x64", Times: timing.Times{Median: 1, Runs: 1}})
	s.line(timing.Line{Group: timing.GroupStep, Name: "F"})
	if r := asked(s, Stop{}); r == nil || r.Type != protocol.TypeStop {
		t.Fatalf("request %+v", r)
	}
	s.Update(Choose{Quick})
	if s.Runs != Full {
		t.Error("the number of runs changes under way")
	}
	s.idle()
	if got := rows(s); len(got) != 4 || got[3][0] != "64 × 64 × 64" {
		t.Errorf("rows %q", got)
	}
	if s.View().Status != words.English().Say("bench-stopped") {
		t.Errorf("status %q", s.View().Status)
	}
	s.Update(Choose{Quick})
	if r := asked(s, Start{}); r == nil || r.Bench.Runs != Quick || len(rows(s)) != 3 {
		t.Errorf("second start %+v with rows %q", r, rows(s))
	}
}

func TestErrorsAreShown(t *testing.T) {
	s := ready("#only=Z")
	s.Update(Start{})
	s.Update(Answer{protocol.Response{Type: protocol.TypeError,
		Error: &protocol.Error{Where: "bench", Fault: fault.Of(errors.New("no Z"))}}, 0})
	s.idle()
	if v := s.View(); v.Problem != "no Z" || !v.CanRun {
		t.Errorf("%+v", v)
	}
	s.Update(Lost{fault.Of(errors.New("it is gone"))})
	if v := s.View(); v.Problem != "it is gone" || v.CanRun || v.CanStop || asked(s, Start{}) != nil {
		t.Errorf("without an engine: %+v", v)
	}
}

func TestThreeDigitsAreEnough(t *testing.T) {
	for x, want := range map[float64]string{0.000524: "0.000524", 0.0115: "0.0115", 1: "1.00", 59.96: "60.0",
		999.4: "999", 1994.2: "1\u2009994"} {
		if got := digits(words.English().Numbers, x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
}
