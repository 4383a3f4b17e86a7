package chart

// Line draws the means of the buckets that lie within x. It breaks where values are missing; a bucket between
// two gaps becomes a dash of its own width.
func Line(b Buckets, x, y Scale) string { return trace(b, x, y, b.Mean) }

// Peaks draws the maxima of the buckets that lie within x, broken like Line.
func Peaks(b Buckets, x, y Scale) string { return trace(b, x, y, b.Max) }

// trace draws one value of each bucket, run by run.
func trace(b Buckets, x, y Scale, value func(int) float64) string {
	var p pen
	for i, j := range b.runs(x) {
		if j-i == 1 {
			x0, x1 := b.pixels(i, j, x)
			p.move(x0, y.At(value(i)))
			p.across(x1)
			continue
		}
		for k := i; k < j; k++ {
			p.to(k == i, x.At(b.Step(k)), y.At(value(k)))
		}
	}
	return p.String()
}

// pixels returns where the buckets i up to, not including, j begin and end, at least one pixel apart.
func (b Buckets) pixels(i, j int, x Scale) (x0, x1 float64) {
	half := b.PerBucket() / 2
	return widen(x.At(b.Step(i)-half), x.At(b.Step(j-1)+half), 1, x)
}

// Envelope fills the space between minimum and maximum: it holds every step, however narrow its bucket is
// drawn.
func Envelope(b Buckets, x, y Scale) string {
	var p pen
	for i, j := range b.runs(x) {
		x0, x1 := b.pixels(i, j, x)
		p.move(x0, y.At(b.Max(i)))
		for k := i; k < j; k++ {
			p.line(x.At(b.Step(k)), y.At(b.Max(k)))
		}
		p.line(x1, y.At(b.Max(j-1)))
		p.line(x1, y.At(b.Min(j-1)))
		for k := j - 1; k >= i; k-- {
			p.line(x.At(b.Step(k)), y.At(b.Min(k)))
		}
		p.line(x0, y.At(b.Min(i)))
		p.close()
	}
	return p.String()
}

// Area fills the space between the maxima and the pixel base.
func Area(b Buckets, x, y Scale, base float64) string {
	var p pen
	for i, j := range b.runs(x) {
		x0, x1 := b.pixels(i, j, x)
		p.move(x0, base)
		for k := i; k < j; k++ {
			p.line(x.At(b.Step(k)), y.At(b.Max(k)))
		}
		p.line(x1, base)
		p.close()
	}
	return p.String()
}

// Strokes draws each bucket as a vertical stroke from minimum to maximum, at least a pixel long.
func Strokes(b Buckets, x, y Scale) string {
	var p pen
	for i, j := range b.runs(x) {
		for k := i; k < j; k++ {
			y0, y1 := widen(y.At(b.Max(k)), y.At(b.Min(k)), 1, Scale{Start: y.End, End: y.Start})
			p.move(x.At(b.Step(k)), y0)
			p.down(y1)
		}
	}
	return p.String()
}

// Clipped marks on the pixel row at the steps whose maximum is over the top of the scale y, so that a cut
// peak is seen to be cut.
func Clipped(b Buckets, x, y Scale, at float64) string {
	var p pen
	for _, s := range Near(InView(b.Above(y.To), x), x) {
		x0, x1 := pixels(s, x, 2)
		p.move(x0, at)
		p.across(x1)
	}
	return p.String()
}

// widen moves two ascending pixels apart until they are least apart, without leaving the scale.
func widen(x0, x1, least float64, within Scale) (float64, float64) {
	if x1-x0 >= least {
		return x0, x1
	}
	x0 = min(max((x0+x1-least)/2, within.Start), within.End-least)
	return x0, x0 + least
}
