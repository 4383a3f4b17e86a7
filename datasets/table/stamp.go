package table

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// stamp is a text read as a date, a time of day, or both. Months and days that could be either way round are
// read both ways.
type stamp struct {
	ns      int64 // since 1970 if there is a date, else since midnight; UTC where no zone is named
	swapped int64 // the same with day and month changed over; equal where there is only one way
	date    bool
	clock   bool
	long    bool // more hours than a day has: how long since the beginning
	only    way  // which of both there is
	zoned   bool
	zone    int64 // how far it is ahead
}

// way is the order of month and day that a date allows.
type way uint8

const (
	eitherWay  way = iota
	monthFirst     // or there is only one way to read it
	dayFirst
)

const (
	second = int64(1e9)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// parseStamp reads dates and times as programs and spreadsheets write them; order is that of dates whose first number
// is no year of four digits, of found.DateOrders; empty = as it looks.
func parseStamp(cell []byte, order string) (s stamp, ok bool) {
	if len(cell) < 4 || len(cell) > 48 {
		return s, false
	}
	p := stampParser{rest: cell, asked: order}
	for len(p.rest) > 0 {
		if !p.token() {
			return s, false
		}
	}
	return p.stamp()
}

// stampParser takes a text apart.
type stampParser struct {
	rest    []byte
	numbers [3]int // of the date, in their order
	digits  [3]int // how many each has
	n       int
	mark    byte // that parts them
	month   int  // from a word; 0 = none
	wordAt  int  // how many numbers stand before it
	clock   bool
	long    bool
	noon    int // 0 = no word, 1 = before, 2 = after noon
	ns      int64
	zone    int64
	zoned   bool
	asked   string
	year    bool // the first number is said to be the year
}

// token takes the next token; false = it is none of a time.
func (p *stampParser) token() bool {
	c := p.rest[0]
	switch {
	case c >= '0' && c <= '9':
		return p.number()
	case c == ' ' || c == ',' || c == '-' || c == '/' || c == '.':
		if (c == '-' || c == '+') && p.clock {
			return p.offset()
		}
		if p.n > 0 && p.mark == 0 && c != ' ' {
			p.mark = c
		}
		p.rest = p.rest[1:]
		return true
	case c == '+':
		return p.clock && p.offset()
	case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80:
		return p.word()
	}
	return false
}

// run takes digits.
func (p *stampParser) run() (n, digits int) {
	for len(p.rest) > 0 && p.rest[0] >= '0' && p.rest[0] <= '9' && digits < 18 {
		n = 10*n + int(p.rest[0]-'0')
		p.rest, digits = p.rest[1:], digits+1
	}
	return n, digits
}

// number takes a number of the date, or with a colon behind it the time of day.
func (p *stampParser) number() bool {
	n, digits := p.run()
	if len(p.rest) > 0 && p.rest[0] == ':' {
		return !p.clock && digits <= 4 && p.hours(n)
	}
	if unit, size := utf8.DecodeRune(p.rest); size == 3 {
		switch unit {
		case '시', '時', '时':
			p.clock, p.ns = true, p.ns+int64(n)*hour
		case '분', '分':
			p.ns += int64(n) * minute
		case '초', '秒':
			p.ns += int64(n) * second
		case '년', '年':
			p.year = true
			fallthrough
		case '월', '일', '月', '日':
			p.rest = p.rest[size:]
			return p.put(n, digits)
		default:
			return false
		}
		p.rest = p.rest[size:]
		return n < 60
	}
	if digits == 14 || digits == 12 {
		return p.packed(n, digits)
	}
	if digits == 6 && p.n > 0 && !p.clock { // 20240211T040000
		p.clock, p.ns = true, int64(n/10000)*hour+int64(n/100%100)*minute+int64(n%100)*second
		return n/10000 < 25 && n/100%100 < 60 && n%100 < 61
	}
	return p.put(n, digits)
}

// packed takes yyyymmddhhmm and yyyymmddhhmmss.
func (p *stampParser) packed(n, digits int) bool {
	seconds := 0
	if digits == 14 {
		n, seconds = n/100, n%100
	}
	p.clock, p.ns = true, int64(n/100%100)*hour+int64(n%100)*minute+int64(seconds)*second
	return n/100%100 < 25 && n%100 < 60 && seconds < 61 && p.put(n/10000, 8)
}

// put keeps a number of the date.
func (p *stampParser) put(n, digits int) bool {
	if p.n == 3 {
		return false
	}
	p.numbers[p.n], p.digits[p.n] = n, digits
	p.n++
	return true
}

// hours takes the rest of hh:mm:ss.fraction.
func (p *stampParser) hours(h int) bool {
	p.clock, p.rest = true, p.rest[1:]
	m, digits := p.run()
	if digits != 2 || m > 59 {
		return false
	}
	p.long = h > 24
	p.ns = int64(h)*hour + int64(m)*minute
	if len(p.rest) == 0 || p.rest[0] != ':' {
		return true
	}
	p.rest = p.rest[1:]
	s, digits := p.run()
	if digits != 2 || s > 60 {
		return false
	}
	p.ns += int64(s) * second
	if len(p.rest) > 1 && (p.rest[0] == '.' || p.rest[0] == ',') {
		p.rest = p.rest[1:]
		part := second
		for len(p.rest) > 0 && p.rest[0] >= '0' && p.rest[0] <= '9' {
			part /= 10
			p.ns += int64(p.rest[0]-'0') * part
			p.rest = p.rest[1:]
		}
	}
	return true
}

// offset takes a zone: +09:00, -0500, +9.
func (p *stampParser) offset() bool {
	sign := int64(1)
	if p.rest[0] == '-' {
		sign = -1
	}
	p.rest = p.rest[1:]
	h, digits := p.run()
	m := 0
	switch {
	case digits == 4:
		h, m = h/100, h%100
	case digits == 0 || digits > 2 || p.zoned:
		return false
	case len(p.rest) > 0 && p.rest[0] == ':':
		p.rest = p.rest[1:]
		m, digits = p.run()
		if digits != 2 {
			return false
		}
	}
	p.zone, p.zoned = sign*(int64(h)*hour+int64(m)*minute), true
	return h < 15 && m < 60
}

// months are the beginnings of their names.
var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// weekdays are the beginnings of their names.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// word takes the name of a month or a weekday, a half of the day, a zone, or the T between date and time.
func (p *stampParser) word() bool {
	end := bytes.IndexFunc(p.rest, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= 0x80)
	})
	if end < 0 {
		end = len(p.rest)
	}
	word := strings.ToLower(string(p.rest[:end]))
	p.rest = p.rest[end:]
	switch word {
	case "t", "at", "\u00a0", "\u202f":
		return p.n > 0
	case "z", "utc", "gmt":
		p.zoned = true
		return p.clock
	case "am", "a", "오전", "上午", "午前":
		p.noon = 1
		return true
	case "pm", "p", "오후", "下午", "午後":
		p.noon = 2
		return true
	}
	if shift, known := zones[word]; known && p.clock && !p.zoned {
		p.zone, p.zoned = shift, true
		return true
	}
	for i, m := range months {
		if strings.HasPrefix(word, m) && p.month == 0 {
			p.month, p.wordAt = i+1, p.n
			return true
		}
	}
	for _, d := range weekdays {
		if strings.HasPrefix(word, d) {
			return true
		}
	}
	return false
}

// zones are names of time zones that mean one alone, by how far they are ahead.
var zones = map[string]int64{"kst": 9 * hour, "jst": 9 * hour, "hkt": 8 * hour, "sgt": 8 * hour, "msk": 3 * hour,
	"eest": 3 * hour, "eet": 2 * hour, "cest": 2 * hour, "mesz": 2 * hour, "cet": hour, "mez": hour, "wet": 0, "est": -5 * hour,
	"edt": -4 * hour, "cdt": -5 * hour, "mst": -7 * hour, "mdt": -6 * hour, "pst": -8 * hour, "pdt": -7 * hour}

// stamp puts together what was taken.
func (p *stampParser) stamp() (s stamp, ok bool) {
	s.zoned, s.zone = p.zoned, p.zone
	if s.clock = p.clock; p.noon > 0 {
		h := p.ns / hour
		switch {
		case !p.clock:
			return s, false
		case h == 12 && p.noon == 1:
			p.ns -= 12 * hour
		case h < 12 && p.noon == 2:
			p.ns += 12 * hour
		}
	}
	return s, p.dated(&s)
}

// dated adds the date, if there is one, to the time of day.
func (p *stampParser) dated(s *stamp) bool {
	if p.n == 0 && p.month == 0 {
		s.ns, s.swapped, s.long = p.ns, p.ns, p.long
		return p.clock && !(p.long && (p.noon > 0 || p.zoned))
	}
	y, m, d, free, ok := p.order()
	if !ok || p.long {
		return false
	}
	s.date = true
	base, fine := civil(y, m, d)
	other, also := base, fine
	if free {
		other, also = civil(y, d, m)
	}
	switch {
	case !free:
	case !fine:
		base, s.only = other, dayFirst
	case !also:
		other, s.only = base, monthFirst
	}
	s.ns, s.swapped = base+p.ns-p.zone, other+p.ns-p.zone
	return fine || also
}

// order says which number is the year, the month, the day; free = month and day may be the other way round.
func (p *stampParser) order() (y, m, d int, free, ok bool) {
	a, b, c := p.numbers[0], p.numbers[1], p.numbers[2]
	switch {
	case p.month > 0 && p.n == 2 && p.digits[0] == 4:
		return a, p.month, b, false, true
	case p.month > 0 && p.n == 2 && (p.digits[1] == 4 || p.digits[1] == 2):
		return century(b, p.digits[1]), p.month, a, false, true
	case p.month > 0:
		return 0, 0, 0, false, false
	case p.n == 1 && p.digits[0] == 8:
		return a / 10000, a / 100 % 100, a % 100, false, true
	case p.n == 2 && p.digits[0] == 4 && p.digits[1] == 2 && p.mark == '-':
		return a, b, 1, false, true
	case p.n != 3:
		return 0, 0, 0, false, false
	case p.digits[0] == 4 || p.year:
		return century(a, p.digits[0]), b, c, false, p.digits[1] <= 2 && p.digits[2] <= 2
	case p.asked == "ymd" && p.digits == [3]int{2, 2, 2}:
		return century(a, 2), b, c, false, true
	case p.digits[0] > 2 || p.digits[1] > 2 || p.digits[2] != 4 && p.digits[2] != 2:
		return 0, 0, 0, false, false
	case p.asked == "dmy":
		return century(c, p.digits[2]), b, a, false, true
	case p.asked == "mdy":
		return century(c, p.digits[2]), a, b, false, true
	case p.mark == '.':
		return century(c, p.digits[2]), b, a, false, true
	}
	return century(c, p.digits[2]), a, b, true, true
}

// century gives a year of two digits its century.
func century(y, digits int) int {
	switch {
	case digits != 2:
		return y
	case y < 70:
		return 2000 + y
	}
	return 1900 + y
}

// civil is the beginning of a day in nanoseconds since 1970 (H. Hinnant, days_from_civil); ok = there is such
// a day between 1900 and 2200.
func civil(y, m, d int) (ns int64, ok bool) {
	if y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	if m <= 2 {
		y, m = y-1, m+12
	}
	era := y / 400
	yoe := y - 400*era
	doy := (153*(m-3)+2)/5 + d - 1
	doe := 365*yoe + yoe/4 - yoe/100 + doy
	return int64(146097*era+doe-719468) * day, true
}
