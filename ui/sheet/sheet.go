// Package sheet is a file while a person decides how it is read.
package sheet

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/found"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
)

// Sheet is files with what was decided about them, and what an engine has found in them. It changes nothing of
// the experiment before it is used.
type Sheet struct {
	Data  spec.Data // the series of the experiment, were it used now
	Files form.Dropped
	Again bool // it is in use already, and opened anew

	ID      int               // of the look that is on its way; 0 = none is
	asked   spec.Data         // what that look is at
	Reading *protocol.Reading // how far it is; nil = nobody knows
	Look    *protocol.Look    // the last that came; nil = none
	looked  spec.Data         // what it is at
	Head    bool              // it is at the first rows alone

	Wrong   *protocol.Error // why the last look failed, or what was to be used; nil = nothing is wrong
	Wanted  bool            // it is to be used as soon as it is read
	Opening int             // the request that uses it; 0 = none

	Copied  bool      // the command, as it is now
	used    spec.Data // what is in use, of Again
	settled bool      // what stays out of training was decided once
	Typed   string    // a cut that cannot be read
}

// New is the sheet of files that were dropped or chosen.
func New(d spec.Data, files form.Dropped) *Sheet { return &Sheet{Data: d, Files: files} }

// Reopen is the sheet of files in use.
func Reopen(d spec.Data, files form.Dropped) *Sheet {
	return &Sheet{Data: d, Files: files, Again: true, used: d, settled: true}
}

// Retry is the sheet of files of the same names as those of s, which could not be read: what was decided stays.
func (s *Sheet) Retry(files form.Dropped) *Sheet {
	return &Sheet{Data: s.Data, Files: files, settled: s.settled, Look: s.Look, looked: s.looked}
}

// Beside is the sheet of the same files with one of labels, or of names of columns, beside them: what was decided
// stays, but for labels. The last file is that one.
func (s *Sheet) Beside(files form.Dropped, what string) *Sheet {
	next := &Sheet{Data: s.Data, Files: files}
	last := files.Names[len(files.Names)-1]
	if what == NamesFile {
		next.Data.NamesFile = last
		return next
	}
	next.Data.Label, next.Data.Anomaly, next.Data.LabelFile = "", "", last
	return next
}

// Names of what a person decides; a role has the place of its column behind it.
const (
	Role    = "role:"
	Time    = "time"
	Label   = "label"
	Anomaly = "anomaly"
	Header  = "header"
	Parted  = "separator"
	Decimal = "decimal"
	Missing = "missing"
	Scaling = "scaling"
	Cut     = "cut"   // as it is typed: a share, a number of rows, a time
	Share   = "share" // per cent
	Leave   = "leave"
	Order   = "order"
	Dates   = "dates"
	Files   = "files"
	Accept  = "accept:" // with the kind of the doubt behind it
)

// What a file is that comes beside others.
const (
	LabelFile = "label_file"
	NamesFile = "names_file"
)

// NoLabels is the answer to Anomaly that the column holds none.
const NoLabels = "!"

// Decide takes a decision over. It tells nothing about whether files can be read so: that says the look at them.
func (s *Sheet) Decide(what, text string) {
	s.Wanted, s.Copied = false, false
	if place, ok := strings.CutPrefix(what, Role); ok {
		n, _ := strconv.Atoi(place) // the page wrote it
		s.setRole(n, found.Role(text))
		return
	}
	if kind, ok := strings.CutPrefix(what, Accept); ok {
		s.accept(kind, text != "")
		return
	}
	switch what {
	case Time, Label:
		s.setOnly(found.Role(what), text)
	case Anomaly:
		s.setAnomaly(text)
	case Header:
		s.Data.Header = text
	case Parted:
		s.Data.Separator = text
	case Decimal:
		s.Data.Decimal = text
	case Missing:
		s.Data.Missing = text
	case Scaling:
		if kind := s.Data.Scaling; kind.UnmarshalText([]byte(text)) == nil {
			s.Data.Scaling = kind
		}
	case Order:
		s.Data.Order = text
	case Dates:
		s.Data.Dates = text
	case Files:
		s.Data.Files = text
	case Leave:
		s.Data.LeaveOut = text == "yes"
	case Share:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			s.setShare(n / 100)
		}
	case Cut:
		s.setCut(text)
	}
}

// accept takes over that a kind of doubt is as it should be, or not.
func (s *Sheet) accept(kind string, yes bool) {
	kinds := slices.DeleteFunc(strings.Split(s.Data.Accept, ","), func(k string) bool {
		return strings.TrimSpace(k) == "" || strings.TrimSpace(k) == kind
	})
	if yes {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	s.Data.Accept = strings.Join(kinds, ",")
}

// accepted tells whether a person has said that a kind of doubt is as it should be.
func (s *Sheet) accepted(kind string) bool {
	return slices.Contains(strings.Split(s.Data.Accept, ","), kind)
}

// Bounds of a share that is dragged, and its steps.
const (
	leastShare = 0.02
	shareSteps = 1000
)

func (s *Sheet) setShare(share float64) {
	share = math.Round(shareSteps*min(max(share, leastShare), 1-leastShare)) / shareSteps
	s.Data.Split, s.Data.SplitRow, s.Data.SplitTime, s.Typed = &share, 0, "", ""
}

// setCut reads a cut as people type it: 60 %, 0.6, a number of rows, or a time.
func (s *Sheet) setCut(text string) {
	number, percent := strings.CutSuffix(text, "%")
	x, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(number), ",", "."), 64)
	s.Typed = ""
	switch {
	case text == "":
		s.Data.Split, s.Data.SplitRow, s.Data.SplitTime = nil, 0, ""
	case err == nil && (percent && x > 0 && x < 100 || x > 0 && x < 1):
		if percent {
			x /= 100
		}
		s.Data.Split, s.Data.SplitRow, s.Data.SplitTime = &x, 0, ""
	case err == nil && x >= 1 && x == math.Trunc(x) && x < 1e8 && !percent:
		s.Data.Split, s.Data.SplitRow, s.Data.SplitTime = nil, int(x), ""
	case err != nil && len(text) >= len("0:0") && strings.ContainsAny(text, "0123456789"):
		s.Data.Split, s.Data.SplitRow, s.Data.SplitTime = nil, 0, text
	default:
		s.Typed = text
	}
}

// columns are those of the last look.
func (s *Sheet) columns() []found.Column {
	if s.Look == nil {
		return nil
	}
	return s.Look.Summary.Columns
}

// column is the one at a place of the file; nil = there is none.
func (s *Sheet) column(place int) *found.Column {
	for i, c := range s.columns() {
		if c.Place == place {
			return &s.columns()[i]
		}
	}
	return nil
}

// key is how the spec calls a column: by its name, if no other has it, else by its place.
func (s *Sheet) key(place int) string {
	c := s.column(place)
	if c == nil || strings.TrimSpace(c.Name) == "" || s.Data.Header == "no" {
		return strconv.Itoa(place)
	}
	for _, other := range s.columns() {
		if other.Place != place && strings.EqualFold(strings.TrimSpace(other.Name), strings.TrimSpace(c.Name)) {
			return strconv.Itoa(place)
		}
	}
	return c.Name
}

// means tells whether a name in the spec is that of a column.
func (s *Sheet) means(name string, place int) bool {
	return strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(s.key(place))) ||
		name == strconv.Itoa(place)
}

// Asked is the role that a column was given; empty = none was.
func (s *Sheet) Asked(place int) found.Role {
	if s.Data.Label != "" && s.means(s.Data.Label, place) {
		return found.Label
	}
	for name, role := range s.Data.Columns {
		if s.means(name, place) {
			return role
		}
	}
	return ""
}

// setRole gives a column a role; empty leaves it to the reader. Only one column is the label.
func (s *Sheet) setRole(place int, role found.Role) {
	if s.column(place) == nil && s.Look != nil || role != "" && !slices.Contains(found.Given, role) {
		return
	}
	roles := maps.Clone(s.Data.Columns)
	if roles == nil {
		roles = map[string]found.Role{}
	}
	maps.DeleteFunc(roles, func(name string, was found.Role) bool {
		return s.means(name, place) || role == found.Label && was == found.Label
	})
	wasLabel := s.Data.Label != "" && s.means(s.Data.Label, place)
	switch {
	case role == found.Label:
		if !wasLabel {
			s.Data.Label, s.Data.Anomaly = s.key(place), ""
		}
	case wasLabel:
		s.Data.Label, s.Data.Anomaly = "", ""
		fallthrough
	default:
		if c := s.column(place); c != nil && c.Role == found.Label {
			s.Data.Anomaly = ""
		}
		if role != "" {
			roles[s.key(place)] = role
		}
	}
	if len(roles) == 0 {
		roles = nil
	}
	s.Data.Columns = roles
}

// setOnly gives a column, by its place, a role that one alone has; none = the column that has it is left out.
func (s *Sheet) setOnly(role found.Role, place string) {
	n, _ := strconv.Atoi(place) // the page wrote it
	for _, c := range s.columns() {
		if c.Role == role && c.Place != n {
			s.setRole(c.Place, found.Dropped)
		}
	}
	if n > 0 {
		s.setRole(n, role)
	}
}

// setAnomaly says which spellings are the anomaly, or that the column holds no labels.
func (s *Sheet) setAnomaly(text string) {
	label := s.label()
	if label == nil {
		return
	}
	if text != NoLabels {
		s.setRole(label.Place, found.Label) // whoever answers has said that it is one
		s.Data.Anomaly = text
		return
	}
	role := found.Channel
	for _, w := range label.Spelt {
		if _, err := strconv.ParseFloat(w.Text, 64); err != nil {
			role = found.Dropped
		}
	}
	s.setRole(label.Place, role)
}

// label is the column of labels; nil = there is none.
func (s *Sheet) label() *found.Column {
	for i, c := range s.columns() {
		if c.Role == found.Label {
			return &s.columns()[i]
		}
	}
	return nil
}

// Ask notes that a look was asked for.
func (s *Sheet) Ask(id int) {
	s.ID, s.asked, s.Reading, s.Wrong = id, s.Data, nil, nil
}

// Stale tells whether somebody should look again: something was decided that the look on its way, or the last,
// does not know. Where to cut costs no reading, so that it waits for what is being read.
func (s *Sheet) Stale() bool {
	switch {
	case s.Opening != 0 || s.Typed != "":
		return false
	case s.ID != 0:
		return !form.Same(uncut(s.asked), uncut(s.Data))
	case s.Wrong != nil:
		return !form.Same(asRead(s.asked), asRead(s.Data))
	}
	return s.Look == nil || !form.Same(asRead(s.looked), asRead(s.Data))
}

// asRead is what of a series says how its files are read.
func asRead(d spec.Data) spec.Data {
	d.Scaling, d.LeaveOut, d.Window, d.Stride, d.Seed = 0, false, 0, 0, 0
	return d
}

// uncut is asRead without what costs no reading: the cut, and doubts that are settled.
func uncut(d spec.Data) spec.Data {
	d.Split, d.SplitRow, d.SplitTime, d.Accept = nil, 0, "", ""
	return asRead(d)
}

// Hear takes the answer to a look over; others change nothing.
func (s *Sheet) Hear(r protocol.Response) {
	if r.ID == 0 || r.ID != s.ID {
		return
	}
	if r.Reading != nil {
		s.Reading = r.Reading
	}
	if r.Look == nil {
		return
	}
	s.Look, s.Head = r.Look, r.Reading != nil
	if s.Head {
		s.looked = spec.Data{}
		return
	}
	if len(s.Files.Names) > 1 && s.Files.Holds(r.Look.Summary.Source) {
		s.asked.Source, s.Data.Source = r.Look.Summary.Source, r.Look.Summary.Source
	}
	s.looked, s.ID, s.Reading = s.asked, 0, nil
	if !s.settled {
		// What is labelled as anomalous is nothing that a detector should learn from.
		s.Data.LeaveOut, s.settled = r.Look.Summary.Marked > 0, true
	}
}

// Refuse notes why the files cannot be read, or used, as it was decided.
func (s *Sheet) Refuse(e *protocol.Error) {
	s.Wrong, s.ID, s.Opening, s.Wanted, s.Reading = e, 0, 0, false, nil
}

// HearNothing forgets what was asked of an engine that does not answer any more.
func (s *Sheet) HearNothing() { s.ID, s.Opening, s.Reading = 0, 0, nil }

// Read tells whether the files are read, as everything is decided.
func (s *Sheet) Read() bool {
	return s.ID == 0 && s.Look != nil && !s.Head && s.Wrong == nil && s.Typed == "" && !s.Stale()
}

// Usable tells whether it can be used: it is read, and every question is answered.
func (s *Sheet) Usable() bool { return s.Read() && s.Opening == 0 && len(s.questions()) == 0 }

// Unchanged tells whether it is what is in use already.
func (s *Sheet) Unchanged() bool { return s.Again && form.Same(s.used, s.Data) }

// questions are what only a person can know: whether a column holds labels, and which value is the anomaly.
func (s *Sheet) questions() (out []found.Finding) {
	if s.Look == nil {
		return nil
	}
	for _, f := range s.Look.Summary.Findings {
		if isQuestion(f) && !s.covered(f) {
			out = append(out, f)
		}
	}
	return out
}

// covered tells whether whoever says which value is the anomaly answers a question, too.
func (s *Sheet) covered(f found.Finding) bool {
	return f.Flag == "-label" && slices.ContainsFunc(s.Look.Summary.Findings, func(g found.Finding) bool {
		return g.Doubt && g.Flag == "-anomaly" && g.Column == f.Column
	})
}

func isQuestion(f found.Finding) bool { return f.Doubt && (f.Flag == "-label" || f.Flag == "-anomaly") }

// share is the part of the rows that is trained on.
func (s *Sheet) share() float64 {
	switch {
	case s.Data.Split != nil:
		return *s.Data.Split
	case s.Look == nil:
		return 0.5
	case s.Data.SplitRow > 0:
		return min(1, float64(s.Data.SplitRow)/float64(s.Look.Preview.Rows))
	}
	return float64(s.Look.Preview.Cut) / float64(s.Look.Preview.Rows)
}

// cutText is the cut as a person would type it.
func (s *Sheet) cutText() string {
	switch {
	case s.Typed != "":
		return s.Typed
	case s.Data.Split != nil:
		return strconv.FormatFloat(*s.Data.Split, 'g', -1, 64)
	case s.Data.SplitRow > 0:
		return strconv.Itoa(s.Data.SplitRow)
	}
	return s.Data.SplitTime
}

// Command is what prints the same on the command line.
func (s *Sheet) Command() string {
	names := s.Files.Names
	if len(names) == 0 {
		file, _ := form.FileName(s.Data.Source)
		names = []string{file}
	}
	out := "cosinelab data describe"
	for _, name := range names {
		if name != s.Data.LabelFile && name != s.Data.NamesFile { // flags name those
			out += " " + quoted(name)
		}
	}
	d := s.Data
	var drop, onehot, channels, times, entity, pivot, none []string
	for _, key := range slices.Sorted(maps.Keys(d.Columns)) {
		list := map[found.Role]*[]string{found.Dropped: &drop, found.OneHot: &onehot, found.Channel: &channels,
			found.Time: &times, found.Entity: &entity, found.Names: &pivot}[d.Columns[key]]
		if list != nil && key != found.Others {
			*list = append(*list, key)
		}
	}
	keep := strings.Join(channels, ",")
	if d.Columns[found.Others] != "" {
		keep = ""
	} else {
		channels = nil // on the command line others are left out where some are named
	}
	for _, x := range d.NoValue {
		none = append(none, strconv.FormatFloat(x, 'g', -1, 64))
	}
	none = append(none, d.NoWord...)
	scaling := ""
	if d.Scaling != spec.ScalingStandard {
		scaling = d.Scaling.String()
	}
	split := ""
	if d.SplitRow > 0 || d.SplitTime != "" || d.Split != nil {
		split = s.cutText()
	}
	skip := ""
	if d.Skip > 0 {
		skip = strconv.Itoa(d.Skip)
	}
	for _, f := range []struct{ flag, text string }{{"header", d.Header}, {"skip", skip}, {"separator", d.Separator},
		{"decimal", d.Decimal}, {"time", strings.Join(times, ",")},
		{"label", d.Label}, {"anomaly", d.Anomaly}, {"drop", strings.Join(drop, ",")},
		{"onehot", strings.Join(onehot, ",")}, {"channels", strings.Join(channels, ",")}, {"keep", keep},
		{"entity", strings.Join(entity, ",")}, {"pivot", strings.Join(pivot, ",")}, {"no-value", strings.Join(none, ",")}, {"missing", d.Missing},
		{"order", d.Order}, {"dates", d.Dates}, {"accept", d.Accept},
		{"files", d.Files}, {"label-file", d.LabelFile}, {"names-file", d.NamesFile}, {"split", split}, {"scaling", scaling}} {
		if f.text != "" {
			out += " -" + f.flag + " " + quoted(f.text)
		}
	}
	if d.LeaveOut {
		out += " -leave-out"
	}
	return out
}

// quoted is a word of a command line.
func quoted(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' ||
			strings.ContainsRune("._-/,", r) || r >= 0x80)
	}) {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	return cmp.Or(text, "''")
}
