package bench

import (
	"math"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/bench/timing"
)

// View is what the page draws, in words.
type View struct {
	CanRun, CanStop, CanChoose bool
	Status                     string
	Problem                    string
	Facts                      string
	Choices                    []Choice
	Groups                     []Group
	HasJSON                    bool
	JSON                       string
}

// Choice is a number of runs to choose from.
type Choice struct {
	Runs int
	Text string
	On   bool
}

// Group is a part of the table.
type Group struct {
	Title string
	Rows  []Row
}

// Row is a line of the table in words; what is not known is empty.
type Row struct {
	Name, About, Workers            string
	Median, P10, Runs               string
	GFLOP, Speed, Share, Best, Note string
	Roofline                        string
	Live                            bool // it is being timed
}

// View returns what the page shows.
func (s *State) View() View {
	v := View{CanRun: s.Mode == Idle, CanStop: s.Mode == Running, CanChoose: s.canChoose(),
		Status: s.status(),
		Facts:  s.facts(), Groups: s.groups(), HasJSON: len(s.lines) > 0, JSON: s.JSON()}
	if s.Problem != nil {
		v.Problem = s.Words.Error(s.Problem)
	}
	for _, c := range []struct {
		n    int
		text words.Key
	}{{Quick, "bench-quick"}, {Full, "bench-full"}} {
		v.Choices = append(v.Choices, Choice{c.n, s.Words.Say(c.text, c.n), c.n == s.Runs})
	}
	return v
}

func (s *State) status() string {
	switch s.Mode {
	case Loading:
		return s.Words.Say("status-loading")
	case Running:
		if s.now == nil {
			return s.Words.Say("bench-running")
		}
		return s.Words.Say("bench-timing", s.name(*s.now))
	case Stopping:
		return s.Words.Say("bench-stopping")
	case Dead:
		return ""
	}
	switch {
	case s.copied != "":
		return s.Words.Say(s.copied)
	case s.Stopped:
		return s.Words.Say("bench-stopped")
	case len(s.lines) > 0:
		return s.Words.Say("bench-done")
	}
	return s.Words.Say("bench-ready")
}

// facts names the machine as far as a browser tells.
func (s *State) facts() string {
	if s.Device == "" {
		return s.Browser
	}
	return s.Words.Say("bench-facts", s.Device, s.Cores, s.Browser)
}

// groups sorts what was measured into the parts of the table, in a fixed order, with what is being timed at
// the end of its group.
func (s *State) groups() []Group {
	lines := s.Report().Lines
	if s.now != nil {
		lines = append(lines, *s.now)
	}
	var out []Group
	for _, g := range []struct {
		name  string
		title words.Key
	}{{timing.GroupStartup, "bench-startup"}, {timing.GroupProduct, "bench-products"},
		{timing.GroupStep, "bench-steps"},
		{timing.GroupScoring, "bench-scoring"}, {timing.GroupExperiment, "bench-experiment"}} {
		var rows []Row
		for _, l := range lines {
			if l.Group == g.name {
				rows = append(rows, s.row(l))
			}
		}
		if len(rows) > 0 {
			out = append(out, Group{s.Words.Say(g.title), rows})
		}
	}
	return out
}

// said is what lines are called, and what they are, by group and name: reports have names that are the same
// everywhere.
var said = map[[2]string]struct{ name, about words.Key }{
	{timing.GroupStartup, "page"}:              {"bench-page-name", "bench-page"},
	{timing.GroupStartup, "engine"}:            {"bench-engine-name", "bench-engine"},
	{timing.GroupStartup, "engine after page"}: {"bench-engine-after-page-name", "bench-engine-after-page"},
	{timing.GroupStartup, "further worker"}:    {"bench-further-worker-name", "bench-further-worker"},
	{timing.GroupStep, "T"}:                    {"", "bench-step-t"},
	{timing.GroupStep, "A"}:                    {"", "bench-step-a"},
	{timing.GroupStep, "D"}:                    {"", "bench-step-d"},
	{timing.GroupStep, "L"}:                    {"", "bench-step-l"},
	{timing.GroupStep, "F"}:                    {"", "bench-step-f"},
	{timing.GroupStep, "S"}:                    {"", "bench-step-s"},
	{timing.GroupStep, "C"}:                    {"", "bench-step-c"},
	{timing.GroupScoring, "A"}:                 {"", "bench-one-window"},
	{timing.GroupScoring, "F"}:                 {"", "bench-one-window"},
	{timing.GroupScoring, "S"}:                 {"", "bench-one-window"},
	{timing.GroupExperiment, "experiment"}:     {"bench-whole-name", "bench-whole"},
	{timing.GroupExperiment, "data"}:           {"bench-part-data-name", "bench-part-data"},
	{timing.GroupExperiment, "training"}:       {"bench-part-training-name", "bench-part-training"},
	{timing.GroupExperiment, "scoring"}:        {"bench-part-scoring-name", "bench-part-scoring"},
	{timing.GroupExperiment, "metrics"}:        {"bench-part-metrics-name", "bench-part-metrics"},
}

// name is what a line is called on the page.
func (s *State) name(l timing.Line) string {
	if l.Group == timing.GroupProduct {
		return multiplied(l.Name)
	}
	if name := said[[2]string{l.Group, l.Name}].name; name != "" {
		return s.Words.Say(name)
	}
	return l.Name
}

// row puts a measurement into words. One that is being timed has a name and no numbers yet.
func (s *State) row(l timing.Line) Row {
	w := s.Words
	r := Row{Name: s.name(l), About: l.About, Live: l.Runs == 0}
	if about := said[[2]string{l.Group, l.Name}].about; about != "" {
		r.About = w.Say(about)
	}
	if l.Workers > 0 && !r.Live {
		r.Workers = strconv.Itoa(l.Workers)
	}
	if r.Live {
		return r
	}
	r.Median, r.P10, r.Runs = digits(w.Numbers, l.Median), digits(w.Numbers, l.P10), w.Count(l.Runs)
	if l.FLOP > 0 {
		r.GFLOP, r.Speed = digits(w.Numbers, l.FLOP/1e9), w.Fixed(l.GFLOPS(), 1)
	}
	if share := l.Share(); !math.IsNaN(share) {
		r.Share, r.Best = w.Fixed(100*share, 0)+" %", w.Fixed(100*l.BestShare(), 0)+" %"
		r.Roofline = w.Fixed(l.Roofline, 1)
	}
	r.Note = s.note(l)
	return r
}

// note puts a measurement in relation: windows a second, or how much faster than with one worker.
func (s *State) note(l timing.Line) string {
	var notes []string
	if l.Group == timing.GroupScoring {
		notes = append(notes, s.Words.Say("bench-windows", s.Words.Count(int(math.Round(l.Rate())))))
	}
	for _, one := range s.lines {
		if l.Workers > 1 && one.Workers == 1 && one.Group == l.Group && one.Name == l.Name {
			notes = append(notes, s.Words.Say("bench-faster", s.Words.Fixed(one.Median/l.Median, 2)))
		}
	}
	return strings.Join(notes, ", ")
}

// multiplied writes the sizes of a product, such as 512x512x512, with proper multiplication signs.
func multiplied(name string) string {
	out := ""
	for _, r := range name {
		if r == 'x' {
			out += " × "
		} else {
			out += string(r)
		}
	}
	return out
}

// digits writes a number above zero with three significant digits, with more if it is 1000 or larger.
func digits(w words.Numbers, x float64) string {
	if x >= 1000 {
		return w.Count(int(math.Round(x)))
	}
	decimals := 2
	if x > 0 {
		decimals = max(0, 2-int(math.Floor(math.Log10(x))))
	}
	return w.Fixed(x, decimals)
}
