package metrics

// BestPointAdjusted is the largest F1 of PointAdjusted over all thresholds; of equal ones, that with the
// highest threshold. O(n log n).
func (e *Evaluation) BestPointAdjusted() Best { return e.BestPercentAdjusted(0) }

// BestPercentAdjusted is the largest F1 of PercentAdjusted over all thresholds; of equal ones, that with the
// highest threshold. O(n log n).
func (e *Evaluation) BestPercentAdjusted(percent int) Best {
	return newAdjustedSweep(e).search(percent).best()
}

// BestPercentArea is the area under the F1 of BestPercentAdjusted over percent = 0 ... 100: the threshold is
// chosen anew at each of them. O(n log n + 101 positives), for one sort serves all of them.
func (e *Evaluation) BestPercentArea() Value {
	sweep := newAdjustedSweep(e)
	return percentArea(func(percent int) float64 { return sweep.search(percent).f1() })
}

// adjustedSweep is what a sweep over the thresholds of adjusted flags needs. Only scores of anomalous points
// matter: between two of them, a lower threshold adds nothing but false positives.
type adjustedSweep struct {
	e      *Evaluation
	scores []float64 // distinct scores of anomalous points, from the highest down
	fp     []int     // by score: normal points at or above it
	ranks  [][]int   // by true segment: the places of its points in scores, ascending
	tp     []int     // scratch of search, as long as scores
}

// newAdjustedSweep ranks the points of every true segment among the scores of anomalous points. Walking down
// the ranking fills each segment's ranks in ascending order, without a sort of its own.
func newAdjustedSweep(e *Evaluation) *adjustedSweep {
	s := &adjustedSweep{e: e, ranks: make([][]int, len(e.Segments))}
	owner := make([]int, e.N()) // of an anomalous point: its true segment
	for i, t := range e.Segments {
		s.ranks[i] = make([]int, 0, t.Len())
		for p := t.From; p < t.To; p++ {
			owner[p] = i
		}
	}
	above := 0
	for l := range e.levels() {
		if l.tp > above {
			s.scores, s.fp = append(s.scores, l.score), append(s.fp, l.flagged-l.tp)
		}
		above = l.tp
	}
	rank := 0
	for _, r := range e.ranking() {
		if e.Labels[r.point] == 0 {
			continue
		}
		if r.score < s.scores[rank] {
			rank++
		}
		s.ranks[owner[r.point]] = append(s.ranks[owner[r.point]], rank)
	}
	s.tp = make([]int, len(s.scores))
	return s
}

// search tries every threshold after adjustment at percent. A segment flips to all flags at the score at
// which, for the first time, more than percent of its points are flagged. It overwrites tp: one call at a
// time.
func (s *adjustedSweep) search(percent int) search {
	percent = clipPercent(percent)
	clear(s.tp)
	for _, ranks := range s.ranks {
		s.e.beat(len(ranks))
		// At 100 per cent needed exceeds the length: no segment flips, and each point counts at its own
		// score.
		needed := percent*len(ranks)/100 + 1
		// the points that count at their own score; the others when the segment flips
		own := min(needed, len(ranks))
		for _, r := range ranks[:own] {
			s.tp[r]++
		}
		s.tp[ranks[own-1]] += len(ranks) - own
	}
	found, tp := search{e: s.e}, 0
	for i, score := range s.scores {
		tp += s.tp[i]
		found.offer(level{score: score, flagged: tp + s.fp[i], tp: tp})
	}
	return found
}
