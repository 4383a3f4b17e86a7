package experiment

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"sync"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
	"cosinelab/engine/detect"
	"cosinelab/engine/detector"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// source is what a detector has to know of the data that an experiment was prepared for.
type source struct {
	channels []detector.Channel
	reading  detector.Reading
	digest   func() string // of the training part
}

// sourceOf describes the channels of a set as d uses them; raw is the training part before scaling.
func sourceOf(set *datasets.Set, d spec.Data, raw datasets.Raw, scaler datasets.Scaler) source {
	s := source{reading: detector.Reading{Columns: set.Columns, Fill: fillRule(set, d), Times: set.TrainAt.Form},
		digest: sync.OnceValue(func() string { return digestOf(raw) })}
	if s.reading.Times.None() {
		s.reading.Times = set.TestAt.Form
	}
	for _, f := range set.Findings {
		if f.Said != nil && f.Said.Key == "find-decimal-comma" {
			s.reading.Decimal = ","
		}
	}
	all := columnsOf(set)
	for i := range raw.Columns {
		from := i
		if len(d.Channels) > 0 {
			from = d.Channels[i]
		}
		c, values := all[from], raw.Columns[i]
		c.Shift, c.Scale = scaler.Shift[i], scaler.Scale[i]
		c.Low, c.High, c.Last = slices.Min(values), slices.Max(values), values[len(values)-1]
		s.channels = append(s.channels, c)
	}
	return s
}

// fillRule is the rule for missing cells.
func fillRule(set *datasets.Set, d spec.Data) string {
	switch {
	case set.FillRule != "":
		return string(set.FillRule)
	case d.Missing != "":
		return d.Missing
	}
	return string(datasets.FillLast)
}

// columnsOf says where each channel of a set stands in its file.
func columnsOf(set *datasets.Set) []detector.Channel {
	out := make([]detector.Channel, len(set.Channels))
	for i, name := range set.Channels {
		out[i] = detector.Channel{Name: name, Column: name, Place: i + 1, Unit: detector.Unit(name)}
	}
	nameless := true
	for i := range out {
		nameless = nameless && (strings.HasPrefix(out[i].Name, "channel ") || strings.HasPrefix(out[i].Name,
			"column "))
	}
	at := 0
	for _, c := range set.Columns {
		if !c.Role.Used() {
			continue
		}
		shown := table.Visible(c.Name)
		for at < len(out) {
			word, hot := strings.CutPrefix(out[at].Name, shown+" = ")
			if out[at].Name != shown && !hot && !nameless {
				break
			}
			out[at].Column, out[at].Place, out[at].Unit = c.Name, c.Place, cmp.Or(c.Unit, detector.Unit(c.Name))
			if nameless {
				out[at].Column = ""
			}
			if at++; !hot || nameless {
				break
			}
			out[at-1].Is = &word
		}
	}
	return out
}

// digestOf is the SHA-256 of a series: the number of its channels and rows, then channel by channel the bits of
// the values, all little-endian, of 64 bits.
func digestOf(raw datasets.Raw) string {
	h := sha256.New()
	buffer := binary.LittleEndian.AppendUint64(nil, uint64(raw.Channels()))
	buffer = binary.LittleEndian.AppendUint64(buffer, uint64(raw.Rows))
	for _, values := range raw.Columns {
		for _, v := range values {
			if len(buffer) > 1<<15 {
				h.Write(buffer)
				buffer = buffer[:0]
			}
			buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(v))
		}
	}
	h.Write(buffer)
	return hex.EncodeToString(h.Sum(nil))
}

// weightsOf are the parameters of a student, and of its teacher where its scores need that one.
func (r *run) weightsOf(t *train.Trainer) (map[string]tensor.Tensor, error) {
	if r.o.Kept == nil {
		return nil, nil
	}
	all, err := t.Params()
	for name := range all {
		teacher := strings.HasPrefix(name, teacherScope+".") && !spec.Scores[r.spec.Detect.Score].Teacher
		if teacher || strings.HasPrefix(name, untrainedScope+".") {
			delete(all, name)
		}
	}
	return all, err
}

// keeps tells whether what scores new data as an arm does is kept.
func (r *run) keeps(arm int) bool {
	return r.o.Kept != nil && r.spec.Arms[arm].Control != spec.ControlRandom
}

// specOfOne is the spec of one run alone.
func (r *run) specOfOne(arm int, seed uint64) spec.Spec {
	sp := r.spec
	sp.Arms, sp.Seeds, sp.Looks, sp.Looked = []spec.Arm{r.spec.Arms[arm]}, []uint64{seed}, 0, nil
	return sp
}

// keepDetector hands over what scores new data as the run scored the test part, and returns it; nil = nobody
// keeps it.
func (r *run) keepDetector(ctx context.Context, s scores, out *spec.Run) (*detector.Detector, error) {
	i := slices.IndexFunc(r.spec.Arms, func(a spec.Arm) bool { return a.Name == out.Arm })
	if !r.keeps(i) {
		return nil, nil
	}
	arm, sp := r.spec.Arms[i], r.specOfOne(i, out.Seed)
	start, train, err := r.startOf(ctx, s, out)
	if err != nil {
		return nil, failure{fault.New("threshold-error", err)}
	}
	from := r.data.source
	d := &detector.Detector{Version: detector.Version, Program: r.o.Program,
		Device: r.named, Spec: sp, Channels: from.channels, Reading: from.reading,
		Start: start, Expected: r.expected(train, start, out), Weights: s.weights, Fit: s.fit,
		Data: detector.Origin{Source: sp.Data.Source, Title: r.data.Summary.Title, SHA256: from.digest(),
			TrainSteps: r.data.Summary.TrainSteps, Times: r.data.Summary.Times}}
	if !d.Closed() {
		d.Micro = r.data.microBatch(sp.StudentOf(arm), sp.Train.Batch)
	}
	return d, r.o.Kept(d)
}

// startOf is where the decisions about new data begin, and the train scores that it looked at. Where each of
// several series has a threshold of its own, new data get the one of all together.
func (r *run) startOf(ctx context.Context, s scores, out *spec.Run) (start detect.Start, train []float64, err error) {
	t := r.spec.Detect.Threshold
	train, _ = known(s.train, nil)
	cut := detect.Cut{Threshold: float64(out.Threshold.Value)}
	if r.spec.Detect.EachSeries && !spec.Policies[t.Policy].Moves {
		test, labels := known(s.test, r.data.scoredLabels())
		cut, err = detect.Choose(t, detect.Scores{Train: train, Test: test, Labels: labels}, r.pause(ctx))
		if err != nil {
			return start, nil, err
		}
	}
	start, err = detect.StartOf(t, cut, train, r.pause(ctx))
	return start, train, err
}

// expected says how often the detector raised alarms on the data of the experiment.
func (r *run) expected(train []float64, start detect.Start, out *spec.Run) detector.Expected {
	e := detector.Expected{TrainShare: metrics.Undefined, PerDay: metrics.Undefined,
		TestSteps: len(out.Scores), TestAlarms: len(out.Alarms), Usual: out.Usual}
	if share := shareAbove(train, float64(start.Threshold())); share != nil {
		e.TrainShare = metrics.Value(*share)
	}
	if days, ok := r.data.Summary.Timeline.Days(e.TestSteps); ok && r.data.members == nil {
		e.PerDay = metrics.Value(float64(e.TestAlarms) / days)
	}
	return e
}
