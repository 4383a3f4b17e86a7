package session

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/alarms"
	"cosinelab/engine/detector"
	"cosinelab/engine/scoring"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// newData is what was scored last: whose detector, which file, its scores. Mu of the session guards it.
type newData struct {
	turn     int                // requests to score so far; what comes of an older one is nothing
	leave    context.CancelFunc // ends the last; nil = there was none
	opened   *detector.Detector // that came as a file last; nil = none did
	detector *detector.Detector
	file     datasets.File
	score    protocol.Score
	series   []scoredRows // one, or as many as a column tells apart
}

// scoredRows are the rows of a series, so far.
type scoredRows struct {
	values []float32 // one a row, NaN without a score
	rows   int
}

// maxScored bounds the scores that a page can look at, of all series.
const maxScored = 50_000_000

// maxDetector bounds a .detector that is read here, in bytes.
const maxDetector = 1 << 30

// startScore ends what is being scored, and scores other data, if it is given any.
func (s *Session) startScore(req protocol.Request, files []datasets.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.scores.leave != nil {
		s.scores.leave()
	}
	turn := s.scores.turn + 1
	opened := s.scores.opened
	s.scores = newData{turn: turn}
	if req.Score == nil {
		return
	}
	s.scores.opened = opened
	ctx, leave := context.WithCancel(context.Background())
	s.scores.leave = leave
	go func() {
		if err := s.scoreNew(ctx, req, files, turn); err != nil && ctx.Err() == nil {
			s.fail(req.ID, "score", err)
		}
	}()
}

// scoreNew scores the last of the files, and tells what comes of it now and then.
func (s *Session) scoreNew(ctx context.Context, req protocol.Request, files []datasets.File, turn int) error {
	d, err := s.scoring(req, &files, turn)
	if err != nil {
		return err
	}
	if len(files) == 0 && req.Score.Of == nil {
		return s.describe(ctx, req, d, turn)
	}
	if len(files) != 1 {
		return fault.New("score-files", len(files))
	}
	s.mu.Lock()
	if s.scores.turn == turn {
		s.scores.detector, s.scores.file, s.scores.score = d, files[0], *req.Score
	}
	s.mu.Unlock()
	t := &telling{session: s, id: req.ID, turn: turn, due: time.Now().Add(eventPause)}
	t.sofar.File = files[0].Name
	return t.score(ctx, d, files[0], *req.Score)
}

// describe says what a detector is that no data came with.
func (s *Session) describe(ctx context.Context, req protocol.Request, d *detector.Detector, turn int) error {
	run, err := scoring.New(ctx, s.Device, d, scoring.Options{Yield: s.Yield})
	if err != nil {
		return err
	}
	defer run.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.scores.turn == turn {
		s.send(protocol.Response{Type: protocol.TypeScored, ID: req.ID,
			Scored: &protocol.Scored{Done: true, Detector: aboutDetector(d, run.Late())}})
	}
	return nil
}

// scoring is the detector that a request names, or that comes first of its files, which it is taken out of, or
// else the one that came so before.
func (s *Session) scoring(req protocol.Request, files *[]datasets.File, turn int) (*detector.Detector, error) {
	if req.Score.Of != nil {
		return s.detectorOf(req.Score.Of)
	}
	if len(*files) == 0 {
		return nil, fault.New("score-files", 0)
	}
	f := (*files)[0]
	if !isDetector(f.Name) {
		s.mu.Lock()
		opened := s.scores.opened
		s.mu.Unlock()
		if opened != nil {
			return opened, nil
		}
		return nil, fault.New("in-place", f.Name, fault.New("detector-no-zip"))
	}
	*files = (*files)[1:]
	in, err := f.Open()
	if err != nil {
		return nil, fault.New("in-place", f.Name, fault.Cause(err))
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, maxDetector))
	if err != nil {
		return nil, fault.New("in-place", f.Name, fault.Cause(err))
	}
	d, err := detector.Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fault.New("in-place", f.Name, err)
	}
	s.mu.Lock()
	if s.scores.turn == turn {
		s.scores.opened = d
	}
	s.mu.Unlock()
	return d, nil
}

// telling tells the page what has come of new data so far.
type telling struct {
	session *Session
	id      int
	turn    int
	due     time.Time
	sofar   protocol.Scored
	places  map[string]int // of series, by their names, in what follows
	values  [][]float32    // scores
	alarms  [][]spec.Alarm
	count   []int // alarms
	kept    int   // values
	listed  int   // alarms
	run     *scoring.Run
}

// score scores a file to its end.
func (t *telling) score(ctx context.Context, d *detector.Detector, f datasets.File, how protocol.Score) error {
	s := t.session
	run, err := scoring.New(ctx, s.Device, d, scoring.Options{Yield: s.Yield, Merge: how.Merge, Least: how.Least,
		Step: t.step, Alarm: t.alarm, Note: func(_ string, said error) {
			t.sofar.Notes = append(t.sofar.Notes, fault.Of(said))
		}})
	if err != nil {
		return err
	}
	defer run.Close()
	t.run = run
	t.sofar.Detector = aboutDetector(d, run.Late())
	if err := readRows(ctx, run, f); err != nil {
		return err
	}
	if _, err := run.End(ctx); err != nil {
		return err
	}
	t.sofar.Done = true
	t.tell()
	return ctx.Err()
}

// readRows reads all rows of a file.
func readRows(ctx context.Context, run *scoring.Run, f datasets.File) error {
	return run.ReadFile(ctx, f)
}

// place is that of a series, which begins where it is new.
func (t *telling) place(series string) int {
	at, known := t.places[series]
	if !known {
		if t.places == nil {
			t.places = map[string]int{}
		}
		at = len(t.values)
		t.places[series] = at
		t.values, t.alarms, t.count = append(t.values, nil), append(t.alarms, nil), append(t.count, 0)
	}
	return at
}

// step takes a row.
func (t *telling) step(x scoring.Step) error {
	if at := t.place(x.Series); t.kept < maxScored {
		t.values[at] = append(t.values[at], float32(x.Score))
		t.kept++
	}
	if time.Now().Before(t.due) {
		return nil
	}
	t.tell()
	t.due = time.Now().Add(eventPause)
	return nil
}

func (t *telling) alarm(series string, a spec.Alarm) error {
	at := t.place(series)
	if t.count[at]++; t.listed < protocol.MaxAlarms {
		t.alarms[at] = append(t.alarms[at], a)
		t.listed++
	}
	return nil
}

// tell sends what is there, unless another request has ended it. Slices only grow, so that views hold what they
// have.
func (t *telling) tell() {
	sum := t.run.Summary()
	out := t.sofar
	out.Steps, out.Scored, out.Flagged, out.Count = sum.Steps, sum.Scored, sum.Flagged, sum.Alarms
	out.Filled, out.Backward, out.Outside = sum.Filled, sum.Backward, sum.Outside
	rows := []scoredRows{{rows: sum.Steps}}
	if each := t.run.Each(); len(each) > 0 {
		rows = nil
		for _, one := range each {
			at := t.place(one.Name)
			out.Series = append(out.Series, protocol.ScoredSeries{Name: one.Name, Steps: one.Steps, Count: t.count[at],
				Alarms: t.alarms[at], Timeline: one.Timeline})
			rows = append(rows, scoredRows{t.values[at], one.Steps})
		}
	} else if len(t.values) > 0 {
		out.Alarms, out.Timeline, rows[0].values = t.alarms[0], t.run.Timeline(), t.values[0]
	}
	s := t.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.scores.turn != t.turn {
		return
	}
	s.scores.series = rows
	s.send(protocol.Response{Type: protocol.TypeScored, ID: t.id, Scored: &out})
}

// aboutDetector is what the page shows of a detector.
func aboutDetector(d *detector.Detector, late int) protocol.Detector {
	a := d.Arm()
	out := protocol.Detector{Arm: a.Name, Seed: d.Seed(), Control: a.Control, Title: d.Data.Title,
		Window: d.Spec.Data.Window, Late: late, Policy: d.Start.Policy, Value: d.Start.Value,
		Merge: d.Spec.Detect.Merge, Least: d.Spec.Detect.Least, TrainShare: d.Expected.TrainShare,
		PerDay: d.Expected.PerDay, Usual: d.Expected.Usual}
	if !d.Closed() {
		out.Model = d.Spec.StudentOf(a).Kind
	}
	for _, c := range d.Channels {
		out.Channels = append(out.Channels, c.Name)
	}
	return out
}

// viewScored sends the scores of new data in buckets.
func (s *Session) viewScored(req protocol.Request) {
	s.mu.Lock()
	series := s.scores.series
	s.mu.Unlock()
	v := req.View
	var scores []float32
	rows := 0
	if v.Series >= 0 && v.Series < len(series) {
		scores, rows = series[v.Series].values, series[v.Series].rows
	}
	if err := checkView(v, rows); err != nil {
		s.fail(req.ID, "view", err)
		return
	}
	if len(v.Lines) != 1 {
		s.fail(req.ID, "view", fault.New("view-buckets", v.Width, len(v.Lines), maxBuckets))
		return
	}
	out := make([]float32, 3*v.Width)
	protocol.Values{N: len(scores), At: func(t int) float64 { return float64(scores[t]) }}.Fill(out, v.From, v.To)
	s.sendWith(protocol.Response{Type: protocol.TypeSeries, ID: req.ID,
		Series: &protocol.Series{View: *v, Rows: rows}}, out)
}

// exportNew scores new data once more, and sends what comes of it as a file.
func (s *Session) exportNew(req protocol.Request, e protocol.Export) error {
	s.mu.Lock()
	last := s.scores
	s.mu.Unlock()
	if last.detector == nil {
		return fault.New("export-nothing")
	}
	name, _, _ := strings.Cut(last.file.Name[strings.LastIndexByte(last.file.Name, '/')+1:], ".")
	f := alarms.CSV
	if e.What == protocol.ExportAlarms {
		var err error
		if f, err = alarms.FormatOf(e.Format); err != nil {
			return fault.New("export-format", err)
		}
	}
	// First into memory: what goes wrong halfway must leave no half of a file, and a page waits for no answer that
	// takes its turn for so long.
	var file bytes.Buffer
	if err := s.rewrite(&file, last, e, f); err != nil {
		return err
	}
	return s.sendFile(req.ID, name+"-"+e.What+f.Ending(), func(out io.Writer) error {
		_, err := file.WriteTo(out)
		return err
	})
}

// rewrite writes scores or alarms of new data.
func (s *Session) rewrite(out io.Writer, last newData, e protocol.Export, f alarms.Format) error {
	ctx := context.Background()
	w, from := alarms.NewWriter(out, f), alarms.Source{Name: last.file.Name, Usual: last.detector.Expected.Usual}
	for _, c := range last.detector.Channels {
		from.Channels = append(from.Channels, c.Name)
	}
	o := scoring.Options{Yield: s.Yield, Merge: last.score.Merge, Least: last.score.Least}
	end := w.Close
	if e.What == protocol.ExportScores {
		rows := scoring.NewRows(out, scoring.CSV)
		o.Step, end = rows.Step, rows.Close
	} else {
		o.Alarm = func(in string, a spec.Alarm) error {
			from.In = in
			return w.Write(from, a)
		}
	}
	run, err := scoring.New(ctx, s.Device, last.detector, o)
	if err != nil {
		return err
	}
	defer run.Close()
	if err := readRows(ctx, run, last.file); err != nil {
		return err
	}
	if _, err := run.End(ctx); err != nil {
		return err
	}
	return end()
}
