package chart

import (
	"slices"
	"unicode"
)

// cut shortens a label to so many pixels at the base text size. The middle gives way to a sign that says so,
// since names often differ at their ends.
func cut(label string, room float64) string {
	letters := []rune(label)
	if widthOf(letters) <= room {
		return label
	}
	gap := 0
	for len(letters) > 0 && widthOf(letters)+widthOf([]rune{'…'}) > room {
		gap = len(letters) * 2 / 3
		letters = slices.Delete(letters, gap, gap+1)
	}
	return string(slices.Insert(letters, gap, '…'))
}

// widthOf is about as wide as letters are in 12 px of a common font, in pixels: no font is at hand here.
func widthOf(letters []rune) (width float64) {
	for _, r := range letters {
		switch {
		case !unicode.IsPrint(r): // signs of direction
		case r >= 0x1100: // Hangul and other square scripts, the ellipsis
			width += 12
		case r < 0x80 && slices.Contains([]rune(" ijltfr.,:'()[]|"), r):
			width += 3.7
		default:
			width += 6.7
		}
	}
	return width
}
