package table

import (
	"strings"
	"unicode"
)

// labelNames are the columns taken for labels before any other.
var labelNames = []string{"label", "labels", "anomaly", "is_anomaly"}

// timeNames are columns that say when a row was measured, whatever they hold.
var timeNames = []string{"time", "timestamp", "timestamp_(min)", "date", "datetime"}

// numberNames are columns that number the rows.
var numberNames = []string{"", "index", "idx", "row", "rows", "row_number", "rownumber", "row no", "row_no",
	"no", "no.", "nr", "nr.", "#", "id", "seq", "sequence", "step", "steps", "timestep",
	"번호", "순번", "행", "행번호", "序号", "编号", "番号",
	"level_0"}

// labelWords are words of names of labels.
var labelWords = []string{"label", "labels", "labelled", "labeled", "anomaly", "anomalies", "anomalous",
	"anomalie", "anomalia", "anomalía", "outlier", "outliers", "attack", "attacks", "fault", "faults", "faulty",
	"failure", "failures", "abnormal", "intrusion", "groundtruth", "changepoint", "defect", "defekt", "fehler",
	"störung", "panne", "avería", "fallo", "guasto", "ausreißer", "etiqueta", "étiquette", "аномалия", "метка"}

// labelParts are parts of names of labels in languages that do not part words.
var labelParts = []string{"라벨", "레이블", "이상", "고장", "공격", "불량", "결함", "정답", "异常", "標籤", "标签", "故障",
	"異常", "ラベル", "攻击"}

// maybeWords are words of names that labels have, and other columns too.
var maybeWords = []string{"y", "target", "class", "status", "state", "flag", "mark", "alarm", "event", "truth",
	"gt", "normal", "type", "result", "outcome", "category", "정상", "상태", "is", "hazard", "warning", "error"}

// timeWords are words of names of times.
var timeWords = []string{"time", "timestamp", "datetime", "date", "ts", "epoch", "unix", "zeit", "datum",
	"uhrzeit", "zeitstempel", "fecha", "hora", "heure", "temps", "horodatage", "tempo", "время", "дата", "t"}

// timeParts are parts of names of times.
var timeParts = []string{"시간", "일시", "날짜", "시각", "시점", "타임스탬프", "时间", "日期", "時間", "日時", "日付", "时刻",
	"timestamp", "datetime"}

// normalWords spell what is no anomaly, in lower case without spaces.
var normalWords = map[string]bool{"normal": true, "benign": true, "ok": true, "okay": true, "good": true,
	"healthy": true, "none": true, "no": true, "false": true, "f": true, "n": true, "0": true, "off": true,
	"nominal": true, "negative": true, "natural": true, "regular": true, "inlier": true, "noattack": true,
	"nofault": true, "noanomaly": true, "fine": true, "pass": true, "정상": true, "양호": true, "正常": true,
	"nonanomaly": true, "non-anomaly": true, "not_anomaly": true, "clean": true, "in": true, "legit": true,
	"standard": true, "success": true, "baseline": true, "normaal": true, "normale": true, "run": true}

// anomalyWords spell an anomaly.
var anomalyWords = map[string]bool{"anomaly": true, "anomalous": true, "abnormal": true, "attack": true,
	"fault": true, "faulty": true, "failure": true, "failed": true, "fail": true, "bad": true, "true": true,
	"t": true, "y": true, "yes": true, "1": true, "malicious": true, "outlier": true, "positive": true,
	"on": true, "broken": true, "error": true, "alarm": true, "intrusion": true, "defect": true,
	"이상": true, "비정상": true, "공격": true, "고장": true, "불량": true, "异常": true, "異常": true, "故障": true,
	"anomal": true, "anomalie": true, "out": true, "fraud": true, "critical": true}

// plainName is a name as lists have it.
func plainName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// wordsOf parts a name into its words in lower case: at signs, spaces, digits, and where a capital follows.
func wordsOf(name string) (words []string) {
	var word []rune
	end := func() {
		if len(word) > 0 {
			words, word = append(words, strings.ToLower(string(word))), nil
		}
	}
	var last rune
	for _, r := range strings.TrimSpace(name) {
		if !unicode.IsLetter(r) {
			end()
		} else {
			if unicode.IsUpper(r) && unicode.IsLower(last) {
				end()
			}
			word = append(word, r)
		}
		last = r
	}
	end()
	return words
}

// named reports whether a name is one of a list, ignoring case and space around it.
func named(name string, list []string) bool {
	name = plainName(name)
	for _, n := range list {
		if n == name {
			return true
		}
	}
	return false
}

// has reports whether a name has one of these words, or one of these parts.
func has(name string, words, parts []string) bool {
	for _, w := range wordsOf(name) {
		for _, want := range words {
			if w == want {
				return true
			}
		}
	}
	name = plainName(name)
	for _, p := range parts {
		if strings.Contains(name, p) {
			return true
		}
	}
	return false
}

// numbersRows reports whether a name is one of a column that numbers rows.
func numbersRows(name string) bool {
	return named(name, numberNames) || strings.HasPrefix(plainName(name), "unnamed: 0")
}
