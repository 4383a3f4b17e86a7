package words

import "unicode"

// Sounds at the end of a word, as far as Korean particles ask for them.
const (
	unknownSound = iota
	vowel
	consonant
	rieul // ㄹ: a consonant, but 로 follows it as it follows a vowel
)

// particle returns the form that fits what stands before it: the one after a consonant, or the one after a
// vowel. Where the sound cannot be told, as of an English word, both are written: 을(를).
func particle(before, afterConsonant, afterVowel string) string {
	switch sound := lastSound(before); {
	case sound == vowel, sound == rieul && afterVowel == "로":
		return afterVowel
	case sound == consonant, sound == rieul:
		return afterConsonant
	case afterVowel == "로":
		return "(으)로"
	}
	return afterConsonant + "(" + afterVowel + ")"
}

// digitSounds are the last sounds of 영 일 이 삼 사 오 육 칠 팔 구; 십, 백, 천, 만 end in consonants as 영 does.
var digitSounds = [10]int{consonant, rieul, vowel, consonant, vowel, vowel, consonant, rieul, rieul, vowel}

// lastSound is how a word ends when it is read aloud. Quotes, brackets and markup at its end are silent.
func lastSound(word string) int {
	runes := []rune(word)
	for len(runes) > 0 {
		last := runes[len(runes)-1]
		switch {
		case last >= '가' && last <= '힣':
			return hangulSound(last)
		case last >= '0' && last <= '9':
			return digitSounds[last-'0']
		case last == '%':
			return vowel // 퍼센트
		case unicode.IsUpper(last) && (len(runes) == 1 || !unicode.IsLower(runes[len(runes)-2])):
			return letterSound(last)
		case unicode.IsLetter(last):
			return unknownSound
		}
		runes = runes[:len(runes)-1]
	}
	return unknownSound
}

// hangulSound reads the final consonant off the code of a syllable, which counts 28 of them for each vowel.
func hangulSound(syllable rune) int {
	const finals, finalRieul = 28, 8
	switch (syllable - '가') % finals {
	case 0:
		return vowel
	case finalRieul:
		return rieul
	}
	return consonant
}

// letterSound is the end of a Latin letter's name in Korean: 엘, 엠, 엔, 알; all others end in vowels.
func letterSound(letter rune) int {
	switch letter {
	case 'L', 'R':
		return rieul
	case 'M', 'N':
		return consonant
	}
	return vowel
}
