package metrics

import (
	"encoding/json"
	"math"
)

// Value is the number of a metric. NaN means undefined, which JSON writes as null: never 0, never 1.
type Value float64

// Undefined is the Value of a metric that its input does not determine, such as AUROC without anomalies.
var Undefined = Value(math.NaN())

// Defined reports whether v is a number.
func (v Value) Defined() bool { return !math.IsNaN(float64(v)) }

// MarshalJSON writes a number, or null if v is undefined.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.Defined() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// UnmarshalJSON reads a number, or null as undefined.
func (v *Value) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*v = Undefined
		return nil
	}
	return json.Unmarshal(text, (*float64)(v))
}

// Rates are a precision, a recall and their harmonic mean. A ratio 0/0 counts as 0; the two flags say why.
type Rates struct {
	Precision     Value `json:"precision"`
	Recall        Value `json:"recall"`
	F1            Value `json:"f1"`
	NoPredictions bool  `json:"no_predictions,omitempty"` // precision is 0/0
	NoPositives   bool  `json:"no_positives,omitempty"`   // recall is 0/0
}

// undefinedRates is the answer where neither precision nor recall exists.
var undefinedRates = Rates{Precision: Undefined, Recall: Undefined, F1: Undefined}

// harmonicRates combines a precision and a recall that do not come from one table of counts.
func harmonicRates(precision, recall float64) Rates {
	return Rates{Precision: Value(precision), Recall: Value(recall),
		F1: Value(ratio(2*precision*recall, precision+recall))}
}

// Confusion counts true and false, positive and negative items, with the rates that follow from them.
type Confusion struct {
	TP int `json:"tp"`
	FP int `json:"fp"`
	FN int `json:"fn"`
	TN int `json:"tn"` // 0 where the items are segments: there are no negative segments to count
	Rates
}

// newConfusion derives the rates; F1 = 2TP/(2TP+FP+FN).
func newConfusion(tp, fp, fn, tn int) Confusion {
	return Confusion{TP: tp, FP: fp, FN: fn, TN: tn, Rates: Rates{
		Precision:     Value(ratio(float64(tp), float64(tp+fp))),
		Recall:        Value(ratio(float64(tp), float64(tp+fn))),
		F1:            Value(ratio(float64(2*tp), float64(2*tp+fp+fn))),
		NoPredictions: tp+fp == 0,
		NoPositives:   tp+fn == 0,
	}}
}

// ratio is a/b with 0/0 = 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// unit takes back what rounding adds to a sum whose exact value lies in 0 ... 1; NaN stays.
func unit(sum float64) Value { return Value(min(max(sum, 0), 1)) }
