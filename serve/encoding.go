package main

import (
	"strconv"
	"strings"
)

// encoding is a form in which a file of the page lies ready.
type encoding int

// Encodings from the least to the most compressed.
const (
	identity encoding = iota
	gzip
	brotli
	encodings
)

// codings holds, for each encoding, its name in HTTP headers.
var codings = [encodings]string{identity: "identity", gzip: "gzip", brotli: "br"}

// suffixes holds, for each encoding, what the names of its files end in.
var suffixes = [encodings]string{identity: "", gzip: ".gz", brotli: ".br"}

// negotiate returns the encoding among those ready that an Accept-Encoding header prefers; between equals the
// more compressed one (RFC 9110, 12.5.3). Where the header accepts none of them it is identity, as the RFC
// allows.
func negotiate(header string, ready [encodings]bool) encoding {
	quality := qualities(header)
	best := identity
	for e := gzip; e < encodings; e++ {
		if ready[e] && quality[e] > 0 && quality[e] >= quality[best] {
			best = e
		}
	}
	return best
}

// qualities returns how much a header wants each encoding, from 0 (not at all) to 1. Identity that is not
// named stays acceptable without being wanted, which is 0 here too.
func qualities(header string) [encodings]float64 {
	var quality [encodings]float64
	var named [encodings]bool
	others := 0.0
	for element := range strings.SplitSeq(header, ",") {
		coding, q := weight(element)
		if coding == "*" {
			others = q
		}
		for e, name := range codings {
			if coding == name {
				quality[e], named[e] = q, true
			}
		}
	}
	for e := range named {
		if !named[e] {
			quality[e] = others
		}
	}
	return quality
}

// weight splits an element such as "gzip;q=0.5" into the coding in lower case and its quality; what cannot be
// read counts as not wanted.
func weight(element string) (string, float64) {
	coding, parameter, weighted := strings.Cut(element, ";")
	coding = strings.ToLower(strings.TrimSpace(coding))
	if !weighted {
		return coding, 1
	}
	name, value, _ := strings.Cut(parameter, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !strings.EqualFold(strings.TrimSpace(name), "q") || !(q >= 0 && q <= 1) {
		return coding, 0
	}
	return coding, q
}
