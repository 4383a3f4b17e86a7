package metrics

// Period is the length of the cycle that a series repeats most clearly (metrics/README.md, section 7.1).
type Period struct {
	Length   int   `json:"period"`
	Fallback bool  `json:"fallback"`   // no cycle was found: Length is FallbackPeriod
	Peak     Value `json:"peak"`       // lag of the highest local maximum; undefined if there is none
	Height   Value `json:"peak_value"` // the autocorrelation there
	// of the lags 0, 1, 2 ...; undefined where nothing varies
	Autocorrelation []Value `json:"-"`
}

// What the published rule has as constants.
const (
	FallbackPeriod = 125
	periodPoints   = 20_000 // only so many points are looked at
	periodLags     = 400
	firstLag       = 4 // the first that may be a peak
	shortestPeriod = 6
	longestPeriod  = 303
)

// PeriodOf finds the period of one channel [n] by its autocorrelation, as TSB-AD and VUS do. O(400 n).
func PeriodOf(x []float64) Period {
	x = x[:min(len(x), periodPoints)]
	p := Period{Length: FallbackPeriod, Fallback: true, Peak: Undefined, Height: Undefined,
		Autocorrelation: autocorrelation(x)}
	r := p.Autocorrelation
	for k := firstLag; k+1 < len(r); k++ {
		// comparisons with an undefined value are false
		if r[k-1] < r[k] && r[k] > r[k+1] && !(p.Height >= r[k]) {
			p.Peak, p.Height = Value(k), r[k]
		}
	}
	if p.Peak >= shortestPeriod && p.Peak <= longestPeriod {
		p.Length, p.Fallback = int(p.Peak), false
	}
	return p
}

// autocorrelation has one denominator for all lags.
func autocorrelation(x []float64) []Value {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	mean := sum / float64(len(x))
	centred := make([]float64, len(x))
	for i, v := range x {
		centred[i] = v - mean
	}
	r := make([]Value, min(periodLags, len(x)-1)+1)
	var all float64
	for k := range r {
		product := 0.0
		for i, v := range centred[k:] {
			product += centred[i] * v
		}
		if k == 0 {
			all = product
		}
		r[k] = Value(product / all) // NaN where nothing varies
	}
	return r
}
