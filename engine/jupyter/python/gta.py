def lagged(x, steps):
    return torch.cat([torch.zeros_like(x[:, :steps]), x[:, :-steps]], 1)[:, :x.shape[1]]


def forward_gta(x, w, c):
    n, steps = x.shape[-1], x.shape[1]
    odds = w["graph.logits"][..., 1] - w["graph.logits"][..., 0]
    edges = torch.sigmoid(odds / c["tau"]) if c["soft_graph"] else (odds > 0).float()
    edges = torch.where(torch.eye(n, dtype=torch.bool), 1.0, edges)
    v = lagged(x, 1).unsqueeze(-1)
    for k in range(c["levels"]):
        taps = w[f"temporal.{k}.weight"]
        old = F.linear(lagged(v, min(1 << k, steps)), taps[..., 0]) + F.linear(v, taps[..., 1], w[f"temporal.{k}.bias"])
        v = torch.relu(old) + (v if k else 0)
        i, j = v.unsqueeze(3).expand(-1, -1, -1, n, -1), v.unsqueeze(2).expand(-1, -1, n, -1, -1)
        h = torch.relu(linear(torch.cat([i, j - i, j + i], -1), f"ipconv.{k}.mlp1", w))
        v = v + (edges.unsqueeze(-1) * linear(h, f"ipconv.{k}.mlp2", w)).sum(3) / n
    h = linear(v.flatten(2), "embedding", w) + position(steps, c["d_model"])
    later = torch.full((steps, steps), -torch.inf).triu(1)
    for l in range(c["layers"]):
        at, half = f"encoder.{l}.", c["d_model"] // 2
        q, k, value = (heads(linear(h[..., :half], f"{at}attention.{p}", w), c["heads"]) for p in ("query", "key", "value"))
        a = torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + later, -1)
        table = torch.softmax(w[at + "global.scores"][:, :steps, :steps] + later, -1)
        pair = linear(merged(a @ value), at + "attention.out", w)
        shared = linear(merged(table @ heads(linear(h[..., half:], at + "global.value", w), c["heads"])), at + "global.out", w)
        h = layer_norm(h + torch.cat([pair, shared], -1), at + "norm1", w)
        h = layer_norm(h + linear(F.gelu(linear(h, at + "ffn1", w)), at + "ffn2", w), at + "norm2", w)
    y = linear(h, "head", w)
    return y, {"reconstruction": ((y - x) ** 2).mean(-1)}
