package detect

import "math"

// expansion is what likelihood.means gives around one theta, as sums that one more excess joins in constant
// time: with w = y/(1+theta y), 1 + (theta+d) y is (1+theta y)(1+dw), so that the means are power series in d
// whose coefficients are sums of powers of w. The zero value has no excesses, and covers nothing.
type expansion struct {
	unit   float64 // what excesses are divided by
	theta  float64
	n      int
	logs   float64            // sum of ln(1+theta y)
	powers [terms + 2]float64 // sums of w^k
	widest float64            // the largest w
}

// A series of so many terms is used where |d| w is at most trusted for every excess: what it leaves out is
// then below 1e-12 of what it gives.
const (
	terms   = 11
	trusted = 0.1
)

// expand goes through the excesses once, for a theta at which all 1+theta y are positive.
func expand(excesses []float64, unit, theta float64) (e expansion) {
	e.unit, e.theta = unit, theta
	for _, x := range excesses {
		e.add(x)
	}
	return e
}

// add takes one more excess. One beyond the end of the law at theta makes the expansion cover nothing.
func (e *expansion) add(excess float64) {
	y := excess / e.unit
	w := y / (1 + e.theta*y)
	if !(w >= 0) {
		w = math.Inf(1)
	}
	e.n++
	e.logs += math.Log1p(e.theta * y)
	e.widest = max(e.widest, w)
	power := 1.0
	for k := range e.powers {
		e.powers[k] += power
		power *= w
	}
}

// means is likelihood.means at theta+d.
func (e *expansion) means(d float64) (shape, inverse float64) {
	n := float64(e.n)
	shape, power := e.logs, 1.0
	for k := range terms + 1 {
		if k > 0 {
			shape -= power * e.powers[k] / float64(k)
		}
		inverse += power * (e.powers[k] - e.theta*e.powers[k+1])
		power *= -d
	}
	return shape / n, inverse / n
}

// near is the maximum around theta as far as the expansion reaches.
func (e *expansion) near(theta float64) (at float64, found bool) {
	reach := trusted / e.widest
	if e.n == 0 || !(reach > 0) {
		return 0, false
	}
	slope := func(theta float64) float64 {
		shape, inverse := e.means(theta - e.theta)
		return slopeOf(theta, shape, inverse)
	}
	return near(slope, e.n, theta, e.theta-reach, e.theta+reach)
}

// at is the best distribution for theta.
func (e *expansion) at(theta float64) candidate {
	shape, _ := e.means(theta - e.theta)
	return of(theta, shape, e.n)
}

// Going through all excesses for each of them would take time by the square of their number. So each brings
// looks at so many, which are saved until a pass through all of them, or a search, is paid. A search looks at
// each this often, a narrow one that often, at most on the whole.
const (
	looks        = 2000
	searchPasses = 200
	narrowPasses = 30
)

// afford reports whether so many passes through all excesses are paid, and pays them.
func (s *SPOT) afford(passes int) bool {
	cost := passes * len(s.excesses)
	if cost > s.saved {
		return false
	}
	s.saved -= cost
	return true
}

// manyExcesses is from where another maximum is looked for less often.
const manyExcesses = 2000

// due reports whether the tail has grown enough for a search through all distributions: by a twentieth, or,
// once it is long, by a half.
func (s *SPOT) due() bool {
	n := len(s.excesses)
	if n <= manyExcesses {
		return 20*n >= 21*s.searched
	}
	return 2*n >= 3*s.searched
}

// refit follows the maximum that one more excess has moved a little, and looks for another when that is due,
// or where the maximum is lost (metrics/README.md, section 9.4).
func (s *SPOT) refit() error {
	n := len(s.excesses)
	s.saved += looks
	s.Tail.Excesses = n
	if !s.due() {
		found, err := s.follow()
		if found || err != nil {
			return err
		}
		if !s.afford(searchPasses) {
			return nil // the law stays
		}
	}
	s.searched, s.around = n, expansion{}
	return s.Tail.fit(s.excesses, s.pause)
}

// follow is Tail.fit after one more excess than the tail was fitted to: the maximum is looked for near the one
// before. It returns false, and moves nothing, if none is there. An exponential law stays one until the next
// search.
func (s *SPOT) follow() (found bool, err error) {
	if s.Tail.Shape == 0 {
		return true, s.Tail.set(candidate{0, 1, -float64(len(s.excesses))}, s.mean)
	}
	theta, found := s.around.near(s.Tail.Shape / s.Tail.Scale * s.around.unit)
	if !found {
		if theta, found, err = s.recentre(); !found || err != nil {
			return false, err
		}
	}
	c := s.around.at(theta)
	if !(c.shape > -1) {
		return false, nil
	}
	return true, s.Tail.set(c, s.around.unit)
}

// recentre expands around the law as it is, and if the maximum is out of reach from there, around where passes
// through all excesses find it.
func (s *SPOT) recentre() (theta float64, found bool, err error) {
	if err := s.pause(); err != nil || !s.afford(1) {
		return 0, false, err
	}
	theta = s.Tail.Shape / s.Tail.Scale * s.mean
	s.around = expand(s.excesses, s.mean, theta)
	if at, found := s.around.near(theta); found || !s.afford(narrowPasses) {
		return at, found, nil
	}
	l := newLikelihood(s.excesses)
	theta = s.Tail.Shape / s.Tail.Scale * l.unit
	if theta, found = near(l.slope, len(l.y), theta, -1/l.max*(1-nearEnd), math.Inf(1)); found {
		s.around = expand(s.excesses, l.unit, theta)
	}
	return theta, found, nil
}
