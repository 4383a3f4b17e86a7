// Package datasets reads, generates or fetches labelled multivariate time series.
package datasets

// Series is a multivariate time series in row-major order: the value of channel c at step t is Values[t*Channels+c].
type Series struct {
	Values   []float32
	Rows     int // time steps
	Channels int
}

// Row returns the values of all channels at step t; it shares memory with s.
func (s Series) Row(t int) []float32 {
	return s.Values[t*s.Channels : (t+1)*s.Channels : (t+1)*s.Channels]
}

// Slice returns the steps from a up to, not including, b; it shares memory with s.
func (s Series) Slice(a, b int) Series {
	return Series{Values: s.Values[a*s.Channels : b*s.Channels : b*s.Channels], Rows: b - a, Channels: s.Channels}
}

// Anomaly is one labelled stretch of the test part: the steps From up to, not including, To.
type Anomaly struct {
	From, To int
	Kind     string // point, contextual, collective, correlation or frequency; empty when the source does not say
	Channels []int  // the channels it shows in; nil when the source does not say
}

// Set is a series in two parts: one to train on, one to detect anomalies in.
type Set struct {
	Name      string   // as the catalogue spells it: smd/machine-1-2
	Title     string   // as people read it: SMD machine-1-2
	Channels  []string // channel names, one a column
	Train     Series   // raw values, before scaling
	Test      Series
	Labels    []uint8 // one a test step, 1 = anomalous; nil when the source has no labels
	Anomalies []Anomaly
	Filled    int    // missing cells that were filled, both parts together
	FillRule  string // how they were filled, in words; empty when nothing was missing
	Licence   string
	Source    string // where the data come from, in words
}
