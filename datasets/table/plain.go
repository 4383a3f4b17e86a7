package table

// tens are the powers of ten that a float64 holds exactly, as far as they are needed here.
var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// plainNumber reads a cell of digits, with a sign before and a decimal mark between them, as most cells are: to the
// bits of strconv.ParseFloat, since up to 15 digits are a whole number that a float64 holds, of which a division by a
// power of ten is rounded once. Others are for number to read.
func plainNumber(cell []byte, decimal byte) (x float64, ok bool) {
	digits, after, negative := 0, -1, false
	whole := uint64(0)
	for i, c := range cell {
		switch {
		case c-'0' <= 9:
			whole = 10*whole + uint64(c-'0')
			digits++
			if after >= 0 {
				after++
			}
		case c == decimal && after < 0:
			after = 0
		case i == 0 && (c == '-' || c == '+'):
			negative = c == '-'
		default:
			return 0, false
		}
	}
	if digits == 0 || digits >= len(tens) {
		return 0, false
	}
	if x = float64(whole); after > 0 {
		x /= tens[after]
	}
	if negative {
		x = -x
	}
	return x, true
}
