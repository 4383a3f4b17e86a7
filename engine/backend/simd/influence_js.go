package simd

import "cosinelab/engine/plan"

// atEachStep calls f with the addresses of the features [C,2M] and of the [C,M] elsewhere that belong to each
// step.
func (m *memory) atEachStep(both, single plan.Ref,
	f func(channels, features int32, both, single uint32)) func() {
	channels, features := int32(single.Shape[1]), int32(single.Shape[2])
	from, at := m.at(both), m.at(single)
	return func() {
		for t := range single.Shape[0] {
			size := uint32(4 * channels * features)
			f(channels, features, from+2*size*uint32(t), at+size*uint32(t))
		}
	}
}

func compileInfluence(m *memory, s plan.Step) func() {
	weights := m.at(s.In[0])
	return m.atEachStep(s.In[1], s.Out, func(channels, features int32, both, out uint32) {
		influence(channels, features, weights, both, out)
	})
}

func compileInfluenceGrad(m *memory, s plan.Step) func() {
	weights, moved := m.at(s.In[0]), m.at(s.Out)-m.at(s.In[1]) // the gradient lies as the features do
	out := m.arena[s.Out.Offset:][:s.Out.Shape.Len()]
	each := m.atEachStep(s.In[1], s.In[2], func(channels, features int32, both, z uint32) {
		influenceGrad(channels, features, weights, both, z, both+moved)
	})
	return func() {
		clear(out)
		each()
	}
}

func compileInfluenceGradWeights(m *memory, s plan.Step) func() {
	pairs, out := s.Out.Shape.Len(), m.at(s.Out)
	sums := make([]float32, 4*pairs)
	each := m.atEachStep(s.In[1], s.In[2], func(channels, features int32, both, z uint32) {
		influenceGradWeights(channels, features, both, z, address(sums))
	})
	return func() {
		clear(sums)
		each()
		rowSum(int32(pairs), 4, address(sums), 4, out)
	}
}
