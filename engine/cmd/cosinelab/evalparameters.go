package main

import (
	"context"
	"flag"
	"math"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
)

// metricOptions are the flags of eval that are parameters of metrics.
type metricOptions struct {
	window            string // a number or a rule
	period, channel   string // the file whose period it may be, and the column of it
	bias, cardinality string
	with              metrics.Parameters
}

// declare adds the flags; what they default to is what the metrics default to.
func (o *metricOptions) declare(a *app, f *flag.FlagSet) {
	o.with = metrics.Defaults
	f.StringVar(&o.window, "window", o.with.Window.String(), a.w.Say("cli-flag-window"))
	f.StringVar(&o.period, "period", "", a.w.Say("cli-flag-period"))
	f.StringVar(&o.channel, "channel", "", a.w.Say("cli-flag-channel"))
	f.Float64Var(&o.with.Range.Alpha, "alpha", o.with.Range.Alpha, a.w.Say("cli-flag-alpha"))
	f.StringVar(&o.bias, "bias", o.with.Range.PrecisionBias.String(),
		a.w.Say("cli-flag-bias", strings.Join(metrics.Biases, ", ")))
	f.StringVar(&o.cardinality, "cardinality", o.with.Range.Cardinality.String(),
		a.w.Say("cli-flag-cardinality", strings.Join(metrics.Cardinalities, ", ")))
	f.Float64Var(&o.with.Beta, "beta", o.with.Beta, a.w.Say("cli-flag-beta"))
	f.IntVar(&o.with.Delay, "delay", o.with.Delay, a.w.Say("cli-flag-delay"))
	f.IntVar(&o.with.Percent, "pak", o.with.Percent, a.w.Say("cli-flag-pak"))
	f.Float64Var(&o.with.ETaPR.ThetaP, "theta-p", o.with.ETaPR.ThetaP, a.w.Say("cli-flag-theta-p"))
	f.Float64Var(&o.with.ETaPR.ThetaR, "theta-r", o.with.ETaPR.ThetaR, a.w.Say("cli-flag-theta-r"))
}

// read checks the flags, before any file is read.
func (o *metricOptions) read() (err error) {
	if o.with.Window, err = metrics.ParseWindow(o.window); err != nil {
		return usage("cli-flag-value", "-window", o.window, err)
	}
	if o.with.Window.Rule == metrics.WindowPeriod && o.period == "" {
		return usage("cli-window-needs-period")
	}
	precision, recall, apart := strings.Cut(o.bias, ",")
	if !apart {
		recall = precision
	}
	r := &o.with.Range
	if r.PrecisionBias.UnmarshalText([]byte(precision)) != nil ||
		r.RecallBias.UnmarshalText([]byte(recall)) != nil {
		want := fault.New("cli-want-bias", fault.Choices(metrics.Biases))
		return usage("cli-flag-value", "-bias", o.bias, want)
	}
	if r.Cardinality.UnmarshalText([]byte(o.cardinality)) != nil {
		return usage("cli-flag-value", "-cardinality", o.cardinality, fault.Choices(metrics.Cardinalities))
	}
	// With a theta of 0, a segment that nothing touches would count as found.
	const tiny = math.SmallestNonzeroFloat64
	for _, c := range []struct {
		name             string
		got, least, most float64
	}{
		{"-alpha", r.Alpha, 0, 1},
		{"-beta", o.with.Beta, 0, 1000},
		{"-delay", float64(o.with.Delay), 0, metrics.MaxWindow},
		{"-pak", float64(o.with.Percent), 0, 100},
		{"-theta-p", o.with.ETaPR.ThetaP, tiny, 1},
		{"-theta-r", o.with.ETaPR.ThetaR, tiny, 1},
	} {
		switch {
		case c.got >= c.least && c.got <= c.most:
		case c.least == tiny:
			return usage("cli-flag-value", c.name, c.got, fault.New("cli-want-above", 0, c.most))
		default:
			return usage("cli-flag-value", c.name, c.got, fault.New("cli-want-between", c.least, c.most))
		}
	}
	return nil
}

// apply gives the metrics their parameters; a window may follow from a series or from the labels.
func (o metricOptions) apply(ctx context.Context, a *app, e *metrics.Evaluation) (*metrics.Evaluation,
	error) {
	var channel []float64
	if o.with.Window.Rule == metrics.WindowPeriod {
		c, err := a.readNumbers(ctx, o.period, o.channel, "")
		if err == nil {
			err = usable(c, metrics.RefuseUnscored)
		}
		if err != nil {
			return nil, err
		}
		channel = c.Values
	}
	p := o.with
	p.Window = p.Window.Of(channel, e.Segments)
	return e.With(p), nil
}
