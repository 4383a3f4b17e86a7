package experiment

import (
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// leastRows is the length of the shortest file of a user's own that anything can be learnt from.
const leastRows = 30

// fitted shortens window, stride and validation of an experiment on a user's own file where they do not fit
// into it; nil = they do. Sets of others keep what their experiments ask for, or an error.
func fitted(sp spec.Spec, set *datasets.Set) (spec.Spec, *spec.Fitted, error) {
	if datasets.GroupOf(sp.Data.Source) != datasets.GroupFile {
		return sp, nil, nil
	}
	if rows := set.Train.Rows + set.Test.Rows; rows < leastRows {
		return sp, nil, fault.New("data-too-short", rows, leastRows)
	}
	trainRows, testRows := longest(set)
	trainFrom, trainTo := bounds(sp.Data.Train, trainRows)
	testFrom, testTo := bounds(sp.Data.Test, testRows)
	train, test := trainTo-trainFrom, testTo-testFrom
	held := sp.Train.Held(train)
	w := sp.Data.Window
	if w <= train-held && w <= test && (sp.Train.Validation == 0 || w <= held) {
		return sp, nil, nil
	}
	w = max(2, min(w, train/5, test/2))
	sp.Data.Stride = min(sp.Data.Stride, max(1, w/4))
	sp.Detect.Warm = min(sp.Detect.Warm, w)
	if sp.Train.Validation > 0 && (held < w || w > train-held) {
		sp.Train.Validation = (float64(w) + 0.5) / float64(max(train, 2*w+1))
	}
	sp.Data.Window = w
	return sp, &spec.Fitted{Window: w, Stride: sp.Data.Stride, Validation: sp.Train.Validation}, nil
}
