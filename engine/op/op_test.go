package op

import (
	"strings"
	"testing"

	"cosinelab/engine/tensor"
)

func TestEveryKindHasARow(t *testing.T) {
	names := map[string]Kind{}
	for k := range Count {
		info := Table[k]
		if info.Name == "" || info.Formula == "" || info.Shape == nil {
			t.Errorf("kind %d (%q) lacks a name, a formula or a shape rule", k, info.Name)
		}
		if other, taken := names[info.Name]; taken {
			t.Errorf("kinds %d and %d are both called %s", other, k, info.Name)
		}
		names[info.Name] = k
	}
}

func TestShapeRulesRefuseWhatDoesNotFit(t *testing.T) {
	cases := []struct {
		kind Kind
		attr Attr
		in   []tensor.Shape
		want string
	}{
		{Input, Attr{N: []int{2, 0}}, nil, "extent below 1"},
		{Reshape, Attr{N: []int{5}}, []tensor.Shape{{2, 3}}, "6 elements"},
		{Transpose, Attr{N: []int{0, 0}}, []tensor.Shape{{2, 3}}, "not a permutation"},
		{Transpose, Attr{N: []int{0}}, []tensor.Shape{{2, 3}}, "1 axes, want 2"},
		{Slice, Attr{N: []int{1, 2, 9}}, []tensor.Shape{{2, 3}}, "elements 2 up to 9"},
		{Slice, Attr{N: []int{4, 0, 1}}, []tensor.Shape{{2, 3}}, "axis 4"},
		{Expand, Attr{N: []int{2, 4}}, []tensor.Shape{{2, 3}}, "do not broadcast"},
		{Expand, Attr{N: []int{1, 3}}, []tensor.Shape{{2, 3}}, "cannot shrink"},
		{Concat, Attr{N: []int{0}}, []tensor.Shape{{2, 3}, {2, 4}}, "differ along axis 0 only"},
		{Pad, Attr{N: []int{0, -1, 0}}, []tensor.Shape{{2, 3}}, "padding by -1"},
		{Unfold, Attr{N: []int{3, 1, 1, 0}}, []tensor.Shape{{2, 3}}, "want [B,L,C]"},
		{Fold, Attr{N: []int{3, 1, 1, 0}}, []tensor.Shape{{2, 3, 4}}, "do not divide"},
		{Sum, Attr{N: []int{2}}, []tensor.Shape{{2, 3}}, "axes [2]"},
		{MatMul, Attr{}, []tensor.Shape{{2, 3}, {4, 2}}, "inner extents 3 and 4"},
		{MatMul, Attr{}, []tensor.Shape{{5, 2, 3}, {4, 3, 2}}, "all but the last two equal"},
		{SoftmaxGrad, Attr{}, []tensor.Shape{{2, 3}, {2}}, "want equal shapes"},
		{Cosine, Attr{}, []tensor.Shape{{}, {}}, "at least one axis"},
		{CosineGrad, Attr{}, []tensor.Shape{{2, 3}, {2, 3}, {3}}, "gradient [3], want [2]"},
		{GaussianPrior, Attr{}, []tensor.Shape{{2, 3}}, "want sigma"},
		{Discrepancy, Attr{}, []tensor.Shape{{1, 2, 3, 4}, {1, 2, 3}}, "want [1,2,3,3]"},
		{DiscrepancyGradSigma, Attr{}, []tensor.Shape{{1, 2, 3, 3}, {1, 2, 3}, {3}}, "gradient [3]"},
		{LSTM, Attr{}, []tensor.Shape{{5, 2, 12}, {12, 4}}, "weights [4*H,H]"},
		{LSTM, Attr{}, []tensor.Shape{{5, 2, 12}, {16, 4}}, "12 columns, want 16"},
		{LSTMGrad, Attr{}, []tensor.Shape{{5, 2, 24}, {16, 4}, {5, 4}}, "gradient [5,4], want [5,2,4]"},
		{GRU, Attr{}, []tensor.Shape{{5, 2, 12}, {12, 4}, {4}}, "bias [4], want [12]"},
		{GRUGrad, Attr{}, []tensor.Shape{{5, 2, 12}, {12, 4}, {5, 2, 4}}, "12 columns, want 28"},
		{Influence, Attr{}, []tensor.Shape{{3, 4}, {5, 3, 2}}, "want weights [C,C]"},
		{Influence, Attr{}, []tensor.Shape{{3, 3}, {5, 3, 7}}, "features [N,C,2M]"},
		{InfluenceGrad, Attr{}, []tensor.Shape{{3, 3}, {5, 3, 8}, {5, 3, 8}},
			"gradient [5,3,8], want [5,3,4]"},
		{InfluenceGradWeights, Attr{}, []tensor.Shape{{3, 3}, {4, 2, 8}, {4, 3, 4}}, "want weights [C,C]"},
		{Adam, Attr{}, []tensor.Shape{{2}, {2}, {2}, {3}, {1}, {3}}, "one shape"},
		{Adam, Attr{}, []tensor.Shape{{2}, {2}, {2}, {2}, {1}, {2}}, "hyperparameters [3]"},
	}
	for _, c := range cases {
		got, err := Table[c.kind].Shape(c.in, c.attr)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v of %v with %v: %v, %v, want an error with %q", c.kind, c.in, c.attr.N, got, err,
				c.want)
		}
	}
}
