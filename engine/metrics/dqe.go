package metrics

import (
	"math"

	"cosinelab/datasets/steps"
)

// DQE is what one alarm does for the true segment that it is nearest to, in three parts (metrics/README.md,
// section 6.1). Its total ranks noise above detectors: it is for one drawn example at one threshold, not for
// a list of results.
type DQE struct {
	Total      Value   `json:"dqe"`         // mean of Local
	Capture    Value   `json:"capture"`     // share of the segments with a flag
	NearMiss   Value   `json:"near_miss"`   // how near, and how short, flags just outside are
	FalseAlarm Value   `json:"false_alarm"` // how few, and how close together, flags far away are
	Local      []Value `json:"per_segment"` // the three combined, by true segment
}

// undefinedDQE is the answer without true segments.
var undefinedDQE = DQE{Total: Undefined, Capture: Undefined, NearMiss: Undefined, FalseAlarm: Undefined}

// DQE measures the alarms with near zones of near > 0 points on both sides of true segments (Li et al., 2026;
// SDQE of the authors' program). Undefined without anomalies. O(m + q) after the alarms are known.
func (a *Alarms) DQE(near float64) DQE {
	truth := a.Evaluation.Segments
	if len(truth) == 0 {
		return undefinedDQE
	}
	d := DQE{Local: make([]Value, len(truth))}
	m, rest := Value(len(truth)), a.Segments
	for i := range truth {
		var parts surroundings
		parts, rest = newSurroundings(a.Evaluation, i, near, rest)
		capture := 0.0
		if a.caught[i].flags > 0 {
			capture = 1
		}
		miss, alarm := parts.nearMiss(capture == 1), parts.falseAlarm()
		d.Local[i] = Value(math.Sqrt((capture + miss) / 2 * alarm))
		d.Total += d.Local[i] / m
		d.Capture += Value(capture) / m
		d.NearMiss += Value(miss) / m
		d.FalseAlarm += Value(alarm) / m
	}
	return d.clipped()
}

// clipped takes back what rounding adds to the means.
func (d DQE) clipped() DQE {
	for _, v := range []*Value{&d.Total, &d.Capture, &d.NearMiss, &d.FalseAlarm} {
		*v = unit(float64(*v))
	}
	return d
}

// dqeThresholds is the number of thresholds of Evaluation.DQE.
const dqeThresholds = 100

// DQE is the mean of the alarms' DQE over 100 thresholds at equal steps from the highest score down to nearly
// the lowest. It depends on the heights of scores, not only on their order. Undefined without anomalies.
// O(100 n).
func (e *Evaluation) DQE(near float64) DQE {
	if len(e.Segments) == 0 {
		return undefinedDQE
	}
	order := e.ranking()
	lowest, highest := order[len(order)-1].score, order[0].score
	mean := DQE{Local: make([]Value, len(e.Segments))}
	for k := range dqeThresholds {
		at := float64(dqeThresholds-k) / dqeThresholds
		d := e.alarms(runs(e.N(), e.Borders, func(i int) bool {
			// halves, so that the difference of the extremes stays finite
			return highest > lowest && (e.Scores[i]/2-lowest/2)/(highest/2-lowest/2) >= at
		})).DQE(near)
		mean.Total += d.Total / dqeThresholds
		mean.Capture += d.Capture / dqeThresholds
		mean.NearMiss += d.NearMiss / dqeThresholds
		mean.FalseAlarm += d.FalseAlarm / dqeThresholds
		for i, v := range d.Local {
			mean.Local[i] += v / dqeThresholds
		}
	}
	return mean.clipped()
}

// surroundings are the zones around a true segment, with the flags in them.
type surroundings struct {
	near                     float64 // full width of a near zone
	event                    interval
	nearBefore, nearAfter    interval
	farBefore, farAfter      interval
	missBefore, missAfter    []interval // pieces of predicted segments in the near zones
	alarmBefore, alarmsAfter []interval // and in the far ones
}

// newSurroundings cuts the zones of true segment i. predicted begins with the first predicted segment that
// may reach into them; what may reach into those of the next segment is returned.
func newSurroundings(e *Evaluation, i int, near float64, predicted []steps.Range) (surroundings,
	[]steps.Range) {
	own, span := e.Segments[i], e.spans[i]
	first, n := float64(span.From), float64(span.To)
	s := surroundings{near: near, event: interval{float64(own.From), float64(own.To)}}
	s.nearBefore = interval{math.Max(first, s.event.from-near), s.event.from}
	s.farBefore = interval{first, s.nearBefore.from}
	if end, there := e.before(i); there {
		before := float64(end)
		taken := math.Min(before+near, s.event.from) // what lies near both belongs to the earlier one
		s.nearBefore.from = math.Max(taken, s.event.from-near)
		s.farBefore = interval{(taken + s.nearBefore.from) / 2, s.nearBefore.from}
	}
	s.nearAfter = interval{s.event.to, math.Min(n, s.event.to+near)}
	s.farAfter = interval{s.nearAfter.to, n}
	if begin, there := e.next(i); there {
		after := float64(begin)
		s.nearAfter.to = math.Min(s.event.to+near, after)
		taken := math.Max(s.nearAfter.to, after-near)
		s.farAfter.to = (s.nearAfter.to + taken) / 2
	}
	end := math.Max(s.nearAfter.to, s.farAfter.to)
	for len(predicted) > 0 {
		q := interval{float64(predicted[0].From), float64(predicted[0].To)}
		if q.from >= end {
			break
		}
		s.missBefore = appendPiece(s.missBefore, q, s.nearBefore)
		s.missAfter = appendPiece(s.missAfter, q, s.nearAfter)
		s.alarmBefore = appendPiece(s.alarmBefore, q, s.farBefore)
		s.alarmsAfter = appendPiece(s.alarmsAfter, q, s.farAfter)
		if q.to > end {
			break // it reaches into the next segment's zones, too
		}
		predicted = predicted[1:]
	}
	return s, predicted
}

// appendPiece adds the part of q within a zone, if there is one.
func appendPiece(pieces []interval, q, zone interval) []interval {
	if piece := q.clip(zone); piece.length() > 0 {
		return append(pieces, piece)
	}
	return pieces
}

func lengths(pieces []interval) (sum float64) {
	for _, p := range pieces {
		sum += p.length()
	}
	return sum
}

// nearMiss falls with the distance of the nearest piece and with the length of all of them.
func (s surroundings) nearMiss(captured bool) float64 {
	if len(s.missBefore)+len(s.missAfter) == 0 {
		if captured && len(s.alarmBefore)+len(s.alarmsAfter) == 0 {
			return 1
		}
		return 0
	}
	distance := math.Inf(1)
	if k := len(s.missBefore); k > 0 {
		distance = s.event.from - s.missBefore[k-1].to
	}
	if len(s.missAfter) > 0 {
		distance = math.Min(distance, s.missAfter[0].from-s.event.to)
	}
	return (1 - distance/s.near) * (1 - (lengths(s.missBefore)+lengths(s.missAfter))/(2*s.near))
}

// falseAlarm falls with the length of the far pieces, and with how widely they are spread.
func (s surroundings) falseAlarm() float64 {
	far := math.Max(0, s.farBefore.length()) + math.Max(0, s.farAfter.length())
	flagged := lengths(s.alarmBefore) + lengths(s.alarmsAfter)
	if flagged == 0 {
		return 1
	}
	return s.spread(far) * math.Max(0, 1-flagged/(far/2))
}

// spread is 1 for pieces in one place, 0 for pieces in every bin of one point. Both far zones make one axis,
// without what lies between them.
func (s surroundings) spread(far float64) float64 {
	if far <= 1 {
		return 1
	}
	bins := int(math.Ceil(far))
	hit := map[int]bool{}
	mark := func(from float64) {
		// Middles are multiples of an eighth where near is one of a half: the guard keeps rounding from moving
		// one over a border.
		hit[min(int(math.Floor(from*float64(bins)/far+1e-9)), bins-1)] = true
	}
	for _, p := range s.alarmBefore {
		mark((p.from+p.to)/2 - s.farBefore.from)
	}
	for _, p := range s.alarmsAfter {
		mark((p.from+p.to)/2 - s.farAfter.from + math.Max(0, s.farBefore.length()))
	}
	return 1 - math.Log2(float64(len(hit)))/math.Log2(float64(bins))
}
