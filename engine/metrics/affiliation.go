package metrics

import (
	"math"
	"slices"

	"cosinelab/datasets/steps"
)

// Affiliation is a precision and a recall by distance in time (metrics/README.md, section 6). Flags without
// information get far more than 0 here: flagging everything has a zone precision of at least 1/2 and recall
// 1.
type Affiliation struct {
	Rates
	// by true segment; undefined where nothing is predicted in its zone
	ZonePrecision []Value `json:"zone_precision"`
	ZoneRecall    []Value `json:"zone_recall"` // by true segment
}

// Affiliation measures, in the zone of points nearest to each true segment, how close predictions are to the
// segment and the segment to predictions, as integrals over continuous time in which point i is [i, i+1)
// (Huet et al., KDD 2022). Precision and F1 are undefined if nothing is flagged, everything without
// anomalies. O(m + q) after the alarms are known.
func (a *Alarms) Affiliation() Affiliation {
	truth := a.Evaluation.Segments
	result := Affiliation{Rates: undefinedRates, ZonePrecision: make([]Value, len(truth)),
		ZoneRecall: make([]Value, len(truth))}
	result.NoPredictions, result.NoPositives = a.Flagged == 0, len(truth) == 0
	if len(truth) == 0 {
		return result
	}
	// Zones come in the order of time, as predicted segments do: one pass over both serves all zones.
	precision, recall, defined, rest := 0.0, 0.0, 0.0, a.Segments
	for i := range truth {
		z := newZone(a.Evaluation, i)
		var pieces []interval
		pieces, rest = z.cut(rest)
		// The mean of precision is over zones that have one, that of recall over all.
		p, r := unit(z.precision(pieces)), unit(z.recall(pieces))
		result.ZonePrecision[i], result.ZoneRecall[i] = p, r
		recall += float64(r)
		if p.Defined() {
			precision += float64(p)
			defined++
		}
	}
	result.Recall = Value(recall / float64(len(truth)))
	if defined > 0 {
		result.Rates = harmonicRates(precision/defined, float64(result.Recall))
	}
	return result
}

// interval is the times from up to to.
type interval struct{ from, to float64 }

func (i interval) length() float64 { return i.to - i.from }

// clip returns the part of i within o; its length is not positive if there is none.
func (i interval) clip(o interval) interval {
	return interval{math.Max(i.from, o.from), math.Min(i.to, o.to)}
}

// zone is a true segment with the times that are nearer to it than to any other.
type zone struct {
	event interval // J
	all   interval // E
}

// newZone is the zone of true segment i: halfway to its neighbours, or to the ends of its series.
func newZone(e *Evaluation, i int) zone {
	own, span := e.Segments[i], e.spans[i]
	z := zone{event: interval{float64(own.From), float64(own.To)},
		all: interval{float64(span.From), float64(span.To)}}
	if to, there := e.before(i); there {
		z.all.from = (float64(to) + z.event.from) / 2
	}
	if from, there := e.next(i); there {
		z.all.to = (z.event.to + float64(from)) / 2
	}
	return z
}

// cut returns the parts of predicted segments within the zone, and the segments that reach beyond it: one
// that crosses the border is cut again by the next zone. The first of predicted is the first that reaches
// into this zone or a later one.
func (z zone) cut(predicted []steps.Range) (pieces []interval, rest []steps.Range) {
	for len(predicted) > 0 {
		whole := interval{float64(predicted[0].From), float64(predicted[0].To)}
		if piece := whole.clip(z.all); piece.length() > 0 {
			pieces = append(pieces, piece)
		}
		if whole.to > z.all.to {
			break
		}
		predicted = predicted[1:]
	}
	return pieces, predicted
}

// precision is the average over pieces of 1 inside the event and, at distance d, 1 - (min(d, mu) + d +
// |J|)/|E| outside, where mu is the room on the event's shorter side. NaN without pieces.
func (z zone) precision(pieces []interval) float64 {
	sum, length := 0.0, 0.0
	for _, p := range pieces {
		length += p.length()
		sum += math.Max(0, p.clip(z.event).length())
		sum += z.outside(z.event.from-p.to, z.event.from-p.from)
		sum += z.outside(p.from-z.event.to, p.to-z.event.to)
	}
	return sum / length
}

// outside is the integral of the precision's value over the distances near to far on one side of the event;
// those below 0 are inside.
func (z zone) outside(near, far float64) float64 {
	near = math.Max(0, near)
	if far <= near {
		return 0
	}
	room := math.Min(z.event.from-z.all.from, z.all.to-z.event.to)
	area := func(d float64) float64 { // integral of min(d, room) + d + |J| from 0
		nearer := math.Min(d, room)
		return d*d/2 + z.event.length()*d + nearer*nearer/2 + room*(d-nearer)
	}
	return far - near - (area(far)-area(near))/z.all.length()
}

// recall is the average over the event of 1 where it is predicted and, at distance d from the nearest
// prediction, 1 - (min(d, mu) + d)/|E| elsewhere, where mu is the distance to the zone's nearer border. 0
// without pieces.
func (z zone) recall(pieces []interval) float64 {
	sum := 0.0
	for i, p := range pieces {
		nearest := z.event // the part of the event to which p is nearest
		if i > 0 {
			nearest.from = math.Max(nearest.from, (pieces[i-1].to+p.from)/2)
		}
		if i+1 < len(pieces) {
			nearest.to = math.Min(nearest.to, (p.to+pieces[i+1].from)/2)
		}
		sum += math.Max(0, p.clip(nearest).length())
		sum += z.missed(interval{nearest.from, math.Min(nearest.to, p.from)}, p.from)
		sum += z.missed(interval{math.Max(nearest.from, p.to), nearest.to}, p.to)
	}
	return sum / z.event.length()
}

// missed is the integral of the recall's value over times whose nearest prediction begins or ends at end. The
// value is linear between the times where a minimum changes sides, so the trapezoid rule is exact.
func (z zone) missed(times interval, end float64) float64 {
	if times.length() <= 0 {
		return 0
	}
	value := func(t float64) float64 {
		d := math.Abs(t - end)
		border := math.Min(t-z.all.from, z.all.to-t)
		return 1 - (math.Min(d, border)+d)/z.all.length()
	}
	// Midway in the zone the nearer border changes; midway between end and a border, min(d, border) does.
	breaks := [4]float64{(z.all.from + z.all.to) / 2, (z.all.from + end) / 2, (z.all.to + end) / 2, times.to}
	slices.Sort(breaks[:3])
	sum, from := 0.0, times.from
	for _, to := range breaks {
		if to = math.Min(to, times.to); to > from {
			sum += (to - from) * (value(from) + value(to)) / 2
			from = to
		}
	}
	return sum
}
