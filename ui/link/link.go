// Package link is what the hash of the page's address holds, as text that a person can read.
package link

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// maxLength is the length beyond which a hash is not read: a spec takes about a thousand characters.
const maxLength = 16 << 10

// Link is what the hash of the page's address holds: what is needed to see what somebody else saw. Results
// are not in it, since the same spec and seed give them again.
type Link struct {
	Spec     spec.Spec
	Span     steps.Range // of the test part; zero = all
	Channels []int       // that the stack shows; nil = as the page chooses
	Preset   string      // whose experiment Spec is: its name is enough; empty = of none
	// Thresholds are those set by hand.
	Thresholds Thresholds
}

// Thresholds are numbers by the names of arms.
type Thresholds map[string]float64

// Hash writes l as the hash of an address, without the #. The whole spec is in it, so that a link keeps its
// meaning when defaults change; a preset has its name instead, so that the link is short.
func (l Link) Hash() string {
	parts := []string{"preset=" + l.Preset}
	if l.Preset == "" {
		text, err := json.Marshal(l.Spec)
		if err != nil {
			return "" // a number that JSON does not have; Validate lets none through
		}
		parts[0] = "spec=" + escape(toRison(text))
	}
	if l.Span != (steps.Range{}) {
		parts = append(parts, fmt.Sprintf("view=%d-%d", l.Span.From, l.Span.To))
	}
	if len(l.Channels) > 0 {
		parts = append(parts, "channels="+ChannelsText(l.Channels))
	}
	if len(l.Thresholds) > 0 {
		parts = append(parts, "thresholds="+escape(l.Thresholds.text()))
	}
	return strings.Join(parts, "&")
}

// text writes thresholds in Rison, by the order of names.
func (t Thresholds) text() string {
	text, err := json.Marshal(t)
	if err != nil {
		return "()" // a number that JSON does not have; no threshold is one
	}
	return toRison(text)
}

// parseThresholds reads them. Whether the experiment has such arms is for whoever follows the link to see.
func parseThresholds(text string) (t Thresholds, err error) {
	object, err := fromRison(text)
	if err == nil && json.Unmarshal(object, &t) != nil {
		err = fault.New("link-thresholds", text)
	}
	return t, err
}

// Parse reads a hash, with or without its #. An error says which part is wrong; the Link is then empty.
// Whether a span or channels fit the series is not known here.
func Parse(hash string) (Link, error) {
	hash = strings.TrimPrefix(hash, "#")
	if len(hash) > maxLength {
		return Link{}, fault.New("link-long", len(hash), maxLength)
	}
	var l Link
	seen := map[string]bool{}
	for part := range strings.SplitSeq(hash, "&") {
		name, value, _ := strings.Cut(part, "=")
		if seen[name] {
			return Link{}, fault.New("link-twice", name)
		}
		seen[name] = true
		if err := l.parsePart(name, value); err != nil {
			return Link{}, err
		}
	}
	if seen["spec"] == seen["preset"] {
		return Link{}, fault.New("link-no-spec")
	}
	return l, nil
}

// parsePart reads one part. It is strict: an address that is half understood would show another experiment
// than was sent. Messengers may have percent-encoded more than escape does.
func (l *Link) parsePart(name, value string) error {
	value, err := url.PathUnescape(value)
	if err != nil {
		return fault.New("link-part", name, err)
	}
	switch name {
	case "spec":
		l.Spec, err = parseSpec(value)
	case "preset":
		if p, ok := spec.PresetOf(value); ok {
			l.Spec, l.Preset = p.Spec(), value
		} else {
			err = fault.New("link-preset", value)
		}
	case "view":
		l.Span, err = parseSpan(value)
	case "thresholds":
		l.Thresholds, err = parseThresholds(value)
	case "channels":
		l.Channels, err = ParseChannels(value)
	default:
		return fault.New("link-unknown", name)
	}
	if err != nil {
		return fault.New("link-part", name, err)
	}
	return nil
}

// parseSpec reads a spec in Rison, as strictly as one in JSON: an error names the field.
func parseSpec(text string) (spec.Spec, error) {
	object, err := fromRison(text)
	if err != nil {
		return spec.Spec{}, err
	}
	return spec.Parse(object)
}

// parseSpan reads a span of steps, such as 120-480, which is up to, not including, its end.
func parseSpan(text string) (steps.Range, error) {
	a, b, found := strings.Cut(text, "-")
	from, err1 := strconv.Atoi(a)
	to, err2 := strconv.Atoi(b)
	if !found || err1 != nil || err2 != nil || from < 0 || to <= from {
		return steps.Range{}, fault.New("link-view", text)
	}
	return steps.Range{From: from, To: to}, nil
}

// ParseChannels reads channel numbers, which people count from 1, as the sets' own names for them do, and
// returns indices from 0. How many channels there are is not known here.
func ParseChannels(text string) ([]int, error) {
	var ns []int
	for field := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, fault.New("link-channels", text)
		}
		ns = append(ns, n-1)
	}
	return ns, nil
}

// ChannelsText writes channel numbers as ParseChannels reads them.
func ChannelsText(ns []int) string {
	texts := make([]string, len(ns))
	for i, n := range ns {
		texts[i] = strconv.Itoa(n + 1)
	}
	return strings.Join(texts, ",")
}

// escape percent-encodes what may not stand in a fragment or would end a part of it. The signs of Rison may
// stand there, so that a link stays readable.
func escape(s string) string {
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if plain || strings.IndexByte("-_./!'(),:+*~;@", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
