package webgpu

import "cosinelab/engine/plan"

// influence declares weights [C,C] and features [N,C,2M], p and q of each channel side by side.
func (k *kernel) influence(s plan.Step) {
	k.count("channels", s.In[1].Shape[1])
	k.count("m", s.In[1].Shape[2]/2)
	k.base("weights", s.In[0])
	k.base("both", s.In[1])
	k.base("out", s.Out)
}

// renderInfluence has a thread for each feature of a channel at a step, which meets all other channels.
func renderInfluence(r *renderer, s plan.Step) {
	k := newKernel(threads)
	k.limit(s.Out.Shape.Len())
	k.influence(s)
	k.lines(`
let feature = i % m;
let receiver = i / m % channels;
let senders = both + i / (m * channels) * channels * 2u * m + m + feature;
let p = a[senders - m + receiver * 2u * m];
var v = 0.0;
for (var j = 0u; j < channels; j++) {
  let x = p + a[senders + j * 2u * m];
  v += a[weights + receiver * channels + j] * select(x, 0.0, x < 0.0);
}
a[out + i] = v;`)
	r.call(k, groups(s.Out.Shape.Len(), threads), bytesOf(s))
}

// renderInfluenceGrad has a thread for each p and each q: the one gathers from all senders, the other from all
// receivers.
func renderInfluenceGrad(r *renderer, s plan.Step) {
	k := newKernel(threads)
	k.limit(s.Out.Shape.Len())
	k.influence(s)
	k.base("z", s.In[2])
	k.lines(`
let sends = i % (2u * m) >= m;
let feature = i % m;
let channel = i / (2u * m) % channels;
let step = i / (2u * m * channels);
let mine = a[both + i];
let first = both + step * channels * 2u * m + feature + select(m, 0u, sends);
let gradients = z + step * channels * m + feature;
var v = 0.0;
for (var j = 0u; j < channels; j++) {
  let receiver = select(channel, j, sends);
  let sender = select(j, channel, sends);
  let g = a[weights + receiver * channels + sender] * a[gradients + receiver * m];
  v += select(0.0, g, mine + a[first + j * 2u * m] > 0.0);
}
a[out + i] = v;`)
	r.call(k, groups(s.Out.Shape.Len(), threads), bytesOf(s))
}

// renderInfluenceGradWeights has a team for each weight, which sums over all steps and features.
func renderInfluenceGradWeights(r *renderer, s plan.Step) {
	rows, n := s.Out.Shape.Len(), s.In[2].Shape[0]*s.In[2].Shape[2]
	k := newTeams(rows, n)
	k.influence(s)
	k.base("z", s.In[2])
	k.lines(`
let receiver = row / channels;
let sender = row % channels;
var v = 0.0;
for (var c = member; c < n; c += team) {
  let step = c / m * channels;
  let feature = c % m;
  let x = a[both + (step + receiver) * 2u * m + feature] + a[both + (step + sender) * 2u * m + m + feature];
  v += select(x, 0.0, x < 0.0) * a[z + (step + receiver) * m + feature];
}
v = total(v, lane);
if (live && member == 0u) { a[out + row] = v; }`)
	r.callTeams(k, rows, n, bytesOf(s))
}
