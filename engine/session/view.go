package session

import (
	"maps"
	"math"
	"reflect"

	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
	"cosinelab/engine/spec"
)

// maxBuckets bounds one view: more than any screen is wide, for more lines than any page shows.
const maxBuckets = 1 << 20

// shown is what views and judgements look at: the open set, and the runs if they are on it as it is cut now.
// What it refers to does not change, so that it is read without the lock.
type shown struct {
	openSet
	ran    bool // the runs are on it
	runs   []spec.Run
	taught []spec.TeacherRun
	live   map[protocol.Of]experiment.Glimpse // of runs under way
	// shipped is the run that was made with the page, if these are its runs; nil = they were trained here.
	shipped *recorded.Run
}

func (s *Session) shown() shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := shown{openSet: s.open}
	if v.Prepared != nil && v.drop == s.results.drop && reflect.DeepEqual(v.Spec.Data, s.results.data) {
		v.ran, v.runs, v.taught, v.live = true, s.results.runs, s.results.taught, maps.Clone(s.watched.last)
		v.shipped = s.results.shipped
	}
	return v
}

// rows is the number of steps that there are to look at.
func (s shown) rows() int {
	if s.Prepared == nil {
		return 0
	}
	return s.Scaled.Rows
}

// view sends minimum, maximum and mean per bucket of every line, so that a spike of one step is never lost:
// floats [lines, width, 3].
func (s *Session) view(req protocol.Request) {
	v, on := req.View, s.shown()
	if v != nil && v.Scored {
		s.viewScored(req)
		return
	}
	rows := on.rows()
	if err := checkView(v, rows); err != nil {
		s.fail(req.ID, "view", err)
		return
	}
	s.looksAt(v)
	out := make([]float32, 3*v.Width*len(v.Lines))
	for i, l := range v.Lines {
		on.line(l).Fill(out[3*v.Width*i:3*v.Width*(i+1)], v.From, v.To)
	}
	s.sendWith(protocol.Response{Type: protocol.TypeSeries, ID: req.ID,
		Series: &protocol.Series{View: *v, Rows: rows}}, out)
}

// checkView checks what a page asks for before memory is taken for it.
func checkView(v *protocol.View, rows int) error {
	switch {
	case v == nil:
		return fault.New("view-nothing")
	case rows == 0:
		return fault.New("view-no-data")
	case v.From < 0 || v.To > rows || v.From >= v.To:
		return fault.New("view-steps", v.From, v.To, rows)
	case v.Width < 1 || len(v.Lines) == 0 || v.Width > maxBuckets/len(v.Lines):
		return fault.New("view-buckets", v.Width, len(v.Lines), maxBuckets)
	}
	return nil
}

// line finds what a line shows; a line that has no values (yet, or for this arm) is empty.
func (s shown) line(l protocol.Line) protocol.Values {
	c := s.Scaled.Channels
	if l.Channel < 0 || l.Channel >= c {
		return protocol.Values{}
	}
	switch l.Kind {
	case protocol.LineInput:
		return column(whole(s.Scaled.Values, c), l.Channel)
	}
	if s.shipped != nil {
		return s.shipped.Line(l)
	}
	switch l.Kind {
	case protocol.LineTeacher:
		return column(s.teacherOutput(l.Seed), l.Channel)
	case protocol.LineStudent:
		return column(s.output(l), l.Channel)
	case protocol.LineCosine:
		return cosines(s.output(l), s.teacherOutput(l.Seed))
	case protocol.LineScore:
		if run := s.runOf(l.Arm, l.Seed); run != nil {
			return protocol.Values{N: len(run.Scores), At: func(t int) float64 { return run.Scores[t] }}
		}
		return scoresOf(s.live[protocol.Of{Arm: l.Arm, Seed: l.Seed}])
	}
	return protocol.Values{}
}

// column is one channel of outputs.
func column(of outputs, c int) protocol.Values {
	return protocol.Values{N: of.n, At: func(t int) float64 {
		if row := of.at(t); row != nil {
			return float64(row[c])
		}
		return math.NaN()
	}}
}

// cosines is the cosine of both outputs at every step, along channels.
func cosines(a, b outputs) protocol.Values {
	return protocol.Values{N: min(a.n, b.n), At: func(t int) float64 {
		x, y := a.at(t), b.at(t)
		if x == nil || y == nil {
			return math.NaN()
		}
		var dot, aa, bb float64
		for i := range x {
			dot += float64(x[i]) * float64(y[i])
			aa += float64(x[i]) * float64(x[i])
			bb += float64(y[i]) * float64(y[i])
		}
		const eps = 1e-8 // models/README.md, section 2.1
		return dot / (max(math.Sqrt(aa), eps) * max(math.Sqrt(bb), eps))
	}}
}

// teacherOutput is what the teacher of a seed says, or has said when somebody looked at it last.
func (s shown) teacherOutput(seed uint64) outputs {
	for _, t := range s.taught {
		if t.Seed == seed {
			return whole(t.Output, s.Scaled.Channels)
		}
	}
	return glimpsed(s.live[protocol.Of{Seed: seed}], s.Scaled.Channels)
}

// output is what the student of a line says, likewise.
func (s shown) output(l protocol.Line) outputs {
	if run := s.runOf(l.Arm, l.Seed); run != nil {
		return whole(run.Output, s.Scaled.Channels)
	}
	return glimpsed(s.live[protocol.Of{Arm: l.Arm, Seed: l.Seed}], s.Scaled.Channels)
}

func (s shown) runOf(arm string, seed uint64) *spec.Run {
	for i, r := range s.runs {
		if r.Arm == arm && r.Seed == seed {
			return &s.runs[i]
		}
	}
	return nil
}
