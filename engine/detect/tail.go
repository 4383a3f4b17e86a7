package detect

import (
	"math"
	"slices"

	"cosinelab/datasets/fault"
)

// fewExcesses is the number of scores in a tail below which a fit of it is not to be relied on.
const fewExcesses = 10

// Tail is a generalised Pareto distribution of the scores above a start (Siffer et al., KDD 2017;
// metrics/README.md, section 9.3).
type Tail struct {
	Start    float64 // scores above it, strictly, are the tail
	Scores   int     // all of them
	Excesses int     // those in the tail
	Shape    float64 // gamma; 0 = exponential
	Scale    float64 // sigma
	// LogLikelihood is that of the excesses, the largest at an interior maximum with Shape > -1.
	LogLikelihood float64
	Fallback      bool // there is no such maximum: the tail is the best exponential one
}

// Unreliable reports whether the tail has too few scores to rely on.
func (t Tail) Unreliable() bool { return t.Excesses < fewExcesses }

// FitTail fits the tail that begins at the given level, a share of the scores in order, by maximum
// likelihood. It fails if no score lies above the start, or one is not finite.
func FitTail(scores []float64, level float64) (Tail, error) {
	t, _, err := startTail(scores, level, never)
	return t, err
}

// startTail also returns the excesses over the start, ascending, which a stream goes on from.
func startTail(scores []float64, level float64, pause Pause) (Tail, []float64, error) {
	if !(level > 0 && level < 1) {
		return Tail{}, nil, fault.New("detect-level", level)
	}
	if len(scores) == 0 {
		return Tail{}, nil, fault.New("detect-no-tail-scores")
	}
	sorted := slices.Clone(scores)
	if err := sortScores(sorted, pause); err != nil {
		return Tail{}, nil, err
	}
	t := Tail{Start: sorted[int(level*float64(len(sorted)))], Scores: len(sorted)}
	var excesses []float64
	for _, x := range sorted {
		if x > t.Start {
			excesses = append(excesses, x-t.Start)
		}
	}
	// In order, NaN and -Inf stand first, and +Inf last.
	if math.IsNaN(sorted[0]) || math.IsInf(sorted[0], 0) || len(excesses) > 0 &&
		math.IsInf(excesses[len(excesses)-1], 0) {
		return Tail{}, nil, fault.New("detect-tail-range")
	}
	return t, excesses, t.fit(excesses, pause)
}

// fit sets the distribution of the excesses, which are positive and finite: the likeliest of the exponential
// one and those at the interior maxima. Towards shapes of -1 and below the likelihood grows without bound,
// hence Shape > -1 (metrics/README.md, section 9.3). It goes through the excesses a few hundred times.
func (t *Tail) fit(excesses []float64, pause Pause) error {
	t.Excesses = len(excesses)
	if len(excesses) == 0 {
		return fault.New("detect-tail-empty", t.Start)
	}
	l := newLikelihood(excesses)
	best, found := l.exponential(), false
	maxima, err := l.maxima(pause)
	if err != nil {
		return err
	}
	for _, theta := range maxima {
		if c := l.at(theta); c.shape > -1 {
			found = true
			if c.value > best.value {
				best = c
			}
		}
	}
	t.Fallback = !found
	return t.set(best, l.unit)
}

// set takes the distribution that was found for the excesses back to the unit of the scores. It fails if
// rounding has left no positive, finite scale.
func (t *Tail) set(c candidate, unit float64) error {
	t.Shape, t.Scale = c.shape, c.scale*unit
	t.LogLikelihood = c.value - float64(t.Excesses)*math.Log(unit)
	if !(t.Scale > 0) || math.IsInf(t.Scale, 0) {
		return fault.New("detect-tail-alike")
	}
	return nil
}

// Quantile returns the score that a share q of normal scores exceeds (metrics/README.md, section 9.3). It
// fails if that is not inside the tail, where the law says nothing.
func (t Tail) Quantile(q float64) (float64, error) {
	r := q * float64(t.Scores) / float64(t.Excesses)
	if !(r > 0 && r < 1) {
		return 0, fault.New("detect-tail-share",
			q, t.Excesses, t.Scores)
	}
	// Expm1 keeps the digits that r^-shape - 1 would lose for shapes near 0.
	z := t.Start - t.Scale*math.Log(r)
	if t.Shape != 0 {
		z = t.Start + t.Scale*math.Expm1(-t.Shape*math.Log(r))/t.Shape
	}
	if math.IsInf(z, 0) || math.IsNaN(z) {
		return 0, fault.New("detect-tail-quantile", q, t.Shape)
	}
	return z, nil
}

// likelihood is that of excesses y, divided by their mean, under a generalised Pareto distribution, as a
// function of theta = shape/scale alone: for each theta the best shape is known (Grimshaw, Technometrics
// 1993).
type likelihood struct {
	y        []float64
	unit     float64 // their mean before the division
	min, max float64 // of y
}

// newLikelihood divides the excesses by their mean, so that bounds and tolerances hold in any unit of the
// scores.
func newLikelihood(excesses []float64) likelihood {
	l := likelihood{y: slices.Clone(excesses)}
	largest := slices.Max(excesses)
	mean := 0.0
	for _, x := range excesses {
		mean += x / largest / float64(len(excesses)) // divided first: the sum may be beyond all numbers
	}
	l.unit = mean * largest
	for i, x := range excesses {
		l.y[i] = x / largest / mean
	}
	l.min, l.max = slices.Min(l.y), slices.Max(l.y)
	return l
}

// candidate is a distribution with its log-likelihood; scale is in units of the mean excess.
type candidate struct{ shape, scale, value float64 }

// exponential is the best distribution with shape 0: its scale is the mean, which is 1 here.
func (l likelihood) exponential() candidate { return candidate{0, 1, -float64(len(l.y))} }

// at is the best distribution for theta.
func (l likelihood) at(theta float64) candidate {
	if theta == 0 {
		return l.exponential()
	}
	shape, _ := l.means(theta)
	return of(theta, shape, len(l.y))
}

// of is the distribution of theta and its best shape for n excesses.
func of(theta, shape float64, n int) candidate {
	return candidate{shape, shape / theta, -float64(n) * (1 + shape + math.Log(shape/theta))}
}

// means returns the two means over the excesses that everything here is made of: that of ln(1+theta y), which
// is the best shape for theta, and that of 1/(1+theta y).
func (l likelihood) means(theta float64) (shape, inverse float64) {
	for _, y := range l.y {
		shape += math.Log1p(theta * y)
		inverse += 1 / (1 + theta*y)
	}
	n := float64(len(l.y))
	return shape / n, inverse / n
}

// slope has the sign of the derivative of the likelihood by theta; divided by theta squared it tends to a
// number other than 0 at theta = 0, where the function itself always has a root.
func (l likelihood) slope(theta float64) float64 {
	shape, inverse := l.means(theta)
	return slopeOf(theta, shape, inverse)
}

func slopeOf(theta, shape, inverse float64) float64 { return ((1+shape)*inverse - 1) / (theta * theta) }

// nearZero is the distance from 0 within which rounding begins to hide the sign of slope. In there slope
// counts as a straight line.
const nearZero = 1e-4

// maxima returns the theta at which the likelihood has a local maximum, in ascending order. Of several
// between neighbouring points of the grid, one is found.
func (l likelihood) maxima(pause Pause) (found []float64, err error) {
	grid := l.grid()
	before := l.slope(grid[0])
	for i := 1; i < len(grid); i++ {
		if err := pause(); err != nil {
			return nil, err
		}
		after := l.slope(grid[i])
		if before > 0 && after <= 0 {
			found = append(found, root(l.slope, grid[i-1], grid[i], before, after))
		}
		before = after
	}
	return found, nil
}

// closeEnough is how well theta is determined, relatively: the likelihood is flat at its maximum.
const closeEnough = 1e-11

// near returns the maximum that lies around theta between lo and hi, if there is one: within 0.2 %, where one
// more of n excesses usually leaves it, else within 5 %, both wider where theta is small.
func near(slope func(theta float64) float64, n int, theta, lo, hi float64) (at float64, found bool) {
	for _, by := range []struct{ share, more float64 }{{0.002, 0.5}, {0.05, 10}} {
		width := by.share*math.Abs(theta) + by.more/float64(n)
		a, b := theta-width, theta+width
		if math.Abs(a) < nearZero || math.Abs(b) < nearZero {
			a, b = min(a, -nearZero), max(b, nearZero)
		}
		if a, b = max(a, lo), min(b, hi); math.Abs(a) < nearZero || math.Abs(b) < nearZero || a >= b {
			return 0, false
		}
		if atA, atB := slope(a), slope(b); atA > 0 && atB <= 0 {
			return root(slope, a, b, atA, atB), true
		}
	}
	return 0, false
}

// root is where slope changes from + to - between a and b, by false position. The value at an end that stays
// is halved each time, so that both ends close in (the Illinois rule).
func root(slope func(theta float64) float64, a, b, atA, atB float64) float64 {
	if a < 0 && b > 0 {
		lo, hi := max(a, -nearZero), min(b, nearZero)
		switch atLo, atHi := slope(lo), slope(hi); {
		case atLo <= 0:
			b, atB = lo, atLo
		case atHi > 0:
			a, atA = hi, atHi
		default: // slope is taken as straight
			return lo + (hi-lo)*atLo/(atLo-atHi)
		}
	}
	// Far more rounds than are ever needed: without a bound, rounding could keep the ends apart forever.
	for range 200 {
		x := a + (b-a)*(atA/(atA-atB))
		if !(x > a && x < b) {
			x = a + (b-a)/2
		}
		if b-a <= closeEnough*math.Abs(x) {
			break
		}
		if at := slope(x); at > 0 {
			a, atA, atB = x, at, atB/2
		} else {
			b, atA, atB = x, atA/2, at
		}
	}
	return a + (b-a)/2
}

// Bounds of the grid, and its density.
const (
	perDecade = 6     // points
	nearEnd   = 1e-10 // how near to -1/max(y), relatively
	farEnd    = 1e100 // where to stop if the smallest excess is next to nothing
)

// grid returns points in order, dense towards -1/max(y) and towards 0 on both sides, up to Grimshaw's bound,
// beyond which the likelihood has no maximum.
func (l likelihood) grid() (points []float64) {
	step := math.Pow(10, 1.0/perDecade)
	end := -1 / l.max
	for d := nearEnd; d < 0.5; d *= step {
		points = append(points, end*(1-d))
	}
	for t := end / 2; t < -nearZero; t /= step {
		points = append(points, t)
	}
	points = append(points, -nearZero)
	last := min(max(2*(1-l.min)/(l.min*l.min), 1), farEnd)
	for t := nearZero; t < last; t *= step {
		points = append(points, t)
	}
	return append(points, last)
}
