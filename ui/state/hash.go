package state

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// maxHash is the length beyond which a hash is not read: a spec takes about a thousand characters.
const maxHash = 16 << 10

// Link is what the hash of the page's address holds.
type Link struct {
	Spec     spec.Spec
	Span     steps.Range // of the test part; zero = all
	Channels []int       // that the stack shows; nil = as the page chooses
}

// Hash writes l as the hash of an address, without the #. The whole spec is in it, so that a link keeps its meaning
// when defaults change.
func (l Link) Hash() string {
	text, err := json.Marshal(l.Spec)
	if err != nil {
		return "" // a number that JSON does not have; Validate lets none through
	}
	parts := []string{"spec=" + escape(toRison(text))}
	if l.Span != (steps.Range{}) {
		parts = append(parts, fmt.Sprintf("view=%d-%d", l.Span.From, l.Span.To))
	}
	if len(l.Channels) > 0 {
		parts = append(parts, "channels="+channelsText(l.Channels))
	}
	return strings.Join(parts, "&")
}

// ParseLink reads a hash, with or without its #. An error says which part is wrong.
func ParseLink(hash string) (Link, error) {
	hash = strings.TrimPrefix(hash, "#")
	if len(hash) > maxHash {
		return Link{}, fmt.Errorf("link: %d characters, want at most %d", len(hash), maxHash)
	}
	var l Link
	seen := map[string]bool{}
	for part := range strings.SplitSeq(hash, "&") {
		name, value, _ := strings.Cut(part, "=")
		if seen[name] {
			return Link{}, fmt.Errorf("link: %s is there twice", name)
		}
		seen[name] = true
		if err := l.parsePart(name, value); err != nil {
			return Link{}, fmt.Errorf("link: %w", err)
		}
	}
	if !seen["spec"] {
		return Link{}, fmt.Errorf("link: no spec")
	}
	return l, nil
}

// parsePart is strict: an address that is half understood would show another experiment than was sent.
func (l *Link) parsePart(name, value string) error {
	value, err := url.PathUnescape(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	switch name {
	case "spec":
		l.Spec, err = parseSpec(value)
	case "view":
		l.Span, err = parseSpan(value)
	case "channels":
		l.Channels, err = parseChannels(value)
	default:
		return fmt.Errorf("%q, want spec, view or channels", name)
	}
	if err != nil && name != "spec" { // whose errors begin with its name
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

func parseSpec(text string) (spec.Spec, error) {
	object, err := fromRison(text)
	if err != nil {
		return spec.Spec{}, fmt.Errorf("spec: %w", err)
	}
	return spec.Parse(object)
}

func parseSpan(text string) (steps.Range, error) {
	a, b, found := strings.Cut(text, "-")
	from, err1 := strconv.Atoi(a)
	to, err2 := strconv.Atoi(b)
	if !found || err1 != nil || err2 != nil || from < 0 || to <= from {
		return steps.Range{}, fmt.Errorf("%q, want two steps such as 12000-22080", text)
	}
	return steps.Range{From: from, To: to}, nil
}

// parseChannels reads channel numbers. People count channels from 1, as the sets' own names for them do.
func parseChannels(text string) ([]int, error) {
	var ns []int
	for field := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q, want numbers such as 4,22", text)
		}
		ns = append(ns, n-1)
	}
	return ns, nil
}

func channelsText(ns []int) string {
	texts := make([]string, len(ns))
	for i, n := range ns {
		texts[i] = strconv.Itoa(n + 1)
	}
	return strings.Join(texts, ",")
}

// escape percent-encodes what may not stand in a fragment or would end a part of it.
func escape(s string) string {
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_./!'(),:+*~;@", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
