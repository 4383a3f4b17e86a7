def unit(x):
    return x / x.norm(dim=-1, keepdim=True).clamp_min(1e-8)


def dilated_gru(x, scope, w, skip):
    states = []
    for t in range(x.shape[1]):
        h = states[t - skip] if t >= skip else torch.zeros(len(x), w[scope + ".weight_hh"].shape[1])
        i = F.linear(x[:, t], w[scope + ".weight_ih"], w[scope + ".bias_ih"]).chunk(3, -1)
        s = F.linear(h, w[scope + ".weight_hh"], w[scope + ".bias_hh"]).chunk(3, -1)
        reset, update = torch.sigmoid(i[0] + s[0]), torch.sigmoid(i[1] + s[1])
        states.append((1 - update) * torch.tanh(i[2] + reset * s[2]) + update * h)
    return torch.stack(states, 1)


def forward_thoc(x, w, c):
    h, features = x, []
    for l, skip in enumerate(c["skips"]):
        h = dilated_gru(h, f"rnn.{l}", w, skip)
        features.append(h)
    fused, relevance = features[0].unsqueeze(2), torch.ones(*x.shape[:2], 1)
    for l in range(len(features)):
        centres = unit(w[f"centres.{l}"])
        p = torch.softmax(unit(fused) @ centres.T / c["tau"], -1)
        moved = torch.relu(linear(fused, f"update.{l}", w))
        relevance = torch.softmax((p * relevance.unsqueeze(-1)).sum(2), -1)
        fused = p.transpose(-1, -2) @ moved
        if l + 1 < len(features):
            following = features[l + 1].unsqueeze(2).expand_as(fused)
            fused = linear(torch.cat([fused, following], -1), f"fuse.{l}", w)
    distance = 1 - (unit(fused) * centres).sum(-1)
    skip = c["skips"][0]
    y = torch.zeros_like(x)
    y[:, skip:] = linear(features[0], "predict.0", w)[:, :-skip]
    error = ((y - x) ** 2).mean(-1)
    error[:, :skip] = 0
    return y, {"one_class": (relevance * distance).sum(-1), "reconstruction": error}
