package datasets

import (
	"math"
	"slices"

	"cosinelab/datasets/steps"
)

// plan is how one kind of anomaly is injected.
type plan struct {
	kind        string
	count       int // segments in a set
	short, long int // steps
	few, many   int // channels, as far as there are so many
	eligible    func(channel) bool
	disturb     func(*generator, segment, []track)
}

// segment is one anomaly while it is being injected; its steps count from the start of the tracks.
type segment struct {
	from, to int
	channels []int
	normal   []track   // every channel without any anomaly
	sigma    []float64 // every channel's deviation in the training part
	middle   []float64 // every channel's mean there
}

// plans lists every kind once. The lengths add up to between 4.4 and 10 % of the test part. Sizes are in the
// channel's own deviation, so most disturbed values stay in the range that normal operation also visits: what
// gives them away is time, neighbours or rhythm, not height.
var plans = []plan{
	{kind: KindPoint, count: 5, short: 1, long: 3, few: 3, many: 6,
		eligible: analogue, disturb: spike},
	{kind: KindContextual, count: 3, short: 12, long: 26, few: 4, many: 7,
		eligible: anyChannel, disturb: transplant},
	{kind: KindCollective, count: 3, short: 18, long: 38, few: 3, many: 6,
		eligible: analogue, disturb: freezeOrDrift},
	{kind: KindCorrelation, count: 4, short: 12, long: 30, few: 3, many: 5,
		eligible: anyChannel, disturb: decouple},
	{kind: KindFrequency, count: 3, short: 12, long: 24, few: 3, many: 5,
		eligible: analogue, disturb: oscillate},
}

func analogue(c channel) bool   { return !c.binary }
func anyChannel(c channel) bool { return true }

// inject disturbs observed channels in the test part and returns what it did, with steps counted from its
// start.
func inject(g *generator, channels []channel, observed []track) []Anomaly {
	var order []plan
	for _, p := range plans {
		for range p.count {
			order = append(order, p)
		}
	}
	g.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	normal, sigma, middle := copies(observed), make([]float64, len(observed)), make([]float64, len(observed))
	for c, x := range normal {
		middle[c], sigma[c] = x[:builtinTrain].moments()
	}
	var done []Anomaly
	slot := builtinTest / (len(order) + 1)
	for i, p := range order {
		length := g.between(p.short, p.long)
		from := (i+1)*slot + g.rng.IntN(slot-length-20)
		d := segment{from: builtinTrain + from, to: builtinTrain + from + length,
			channels: g.pick(channels, p), normal: normal, sigma: sigma, middle: middle}
		p.disturb(g, d, observed)
		// Some kinds find no channel in a set of commands alone.
		if shows := d.changed(observed); len(shows) > 0 {
			done = append(done, Anomaly{Range: steps.Range{From: from, To: from + length}, Kind: p.kind,
				Channels: shows})
		}
	}
	return done
}

// changed returns the channels in which the segment shows; a command that was off may stay off.
func (s segment) changed(observed []track) []int {
	return slices.DeleteFunc(s.channels, func(c int) bool {
		return slices.Equal(observed[c][s.from:s.to], s.normal[c][s.from:s.to])
	})
}

// copies keeps the tracks as they were: later segments take their values from normal operation only.
func copies(tracks []track) []track {
	out := make([]track, len(tracks))
	for i, x := range tracks {
		out[i] = slices.Clone(x)
	}
	return out
}

// moments returns mean and population deviation.
func (x track) moments() (mean, deviation float64) {
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	mean = sum / float64(len(x))
	for _, v := range x {
		squares += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(squares / float64(len(x)))
}

// pick draws the channels of one segment, in order.
func (g *generator) pick(channels []channel, p plan) []int {
	var from []int
	for i, c := range channels {
		if p.eligible(c) {
			from = append(from, i)
		}
	}
	g.rng.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	chosen := from[:min(len(from), g.between(p.few, p.many))]
	slices.Sort(chosen)
	return chosen
}

// inward is the sign of the way from a channel's present value to its mean: a change in this direction stays
// in the usual range.
func (s segment) inward(c int) float64 {
	if s.normal[c][s.from] > s.middle[c] {
		return -1
	}
	return 1
}

// spike shifts the channels for the few steps of the segment.
func spike(g *generator, s segment, observed []track) {
	for _, c := range s.channels {
		shift := float64(s.inward(c)*s.sigma[c]) * g.uniform(1.6, 3)
		for t := s.from; t < s.to; t++ {
			observed[c][t] += float64(shift)
		}
	}
}

// transplant gives all channels of the segment the values of one other time, so that they agree with each
// other.
func transplant(g *generator, s segment, observed []track) {
	other := g.elsewhere(s, s.channels)
	for _, c := range s.channels {
		copy(observed[c][s.from:s.to], s.normal[c][other:])
	}
}

// decouple gives every channel of the segment the values of another time of its own.
func decouple(g *generator, s segment, observed []track) {
	for i, c := range s.channels {
		copy(observed[c][s.from:s.to], s.normal[c][g.elsewhere(s, s.channels[i:i+1]):])
	}
}

// elsewhere returns the start of a stretch outside the segment whose values differ: the best of eight drawn.
func (g *generator) elsewhere(s segment, channels []int) int {
	best, most := 0, -1.0
	for range 8 {
		start := g.rng.IntN(s.from - 2*(s.to-s.from))
		if d := s.distance(start, channels); d > most {
			best, most = start, d
		}
	}
	return best
}

// distance is the sum over channels and steps of |other - present| in deviations.
func (s segment) distance(start int, channels []int) float64 {
	var sum float64
	for _, c := range channels {
		if s.sigma[c] == 0 {
			continue // no other time differs
		}
		for i := range s.to - s.from {
			sum += math.Abs(s.normal[c][start+i]-s.normal[c][s.from+i]) / s.sigma[c]
		}
	}
	return sum
}

// freezeOrDrift holds each channel at its first value if it would have moved enough for that to show;
// otherwise it drifts away slowly.
func freezeOrDrift(g *generator, s segment, observed []track) {
	for _, c := range s.channels {
		x := observed[c][s.from:s.to]
		drift := float64(s.inward(c)*s.sigma[c]) * g.uniform(1.4, 2.4)
		moves := slices.Max(x)-slices.Min(x) > 1.2*s.sigma[c]
		for i := range x {
			if moves {
				x[i] = x[0]
			} else {
				x[i] += float64(drift*float64(i+1)) / float64(len(x))
			}
		}
	}
}

// oscillate adds a fast wave, the same for all channels of the segment but for its height.
func oscillate(g *generator, s segment, observed []track) {
	period := g.uniform(4, 7)
	for _, c := range s.channels {
		height := float64(s.sigma[c] * g.uniform(0.7, 1.2))
		for t := s.from; t < s.to; t++ {
			observed[c][t] += float64(height * wave(float64(t-s.from)/period))
		}
	}
}
