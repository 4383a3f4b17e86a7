def gru(x, scope, w, hidden):
    net = torch.nn.GRU(x.shape[-1], hidden, batch_first=True)
    net.load_state_dict({name[len(scope) + 1:]: v for name, v in w.items() if name.startswith(scope + ".")})
    return net(x)[0]


def forward_omni_anomaly(x, w, c):
    e, z, latent = gru(x, "q_gru", w, c["d_model"]), [], torch.zeros(len(x), c["latent"])
    for t in range(x.shape[1]):
        a = torch.relu(linear(torch.cat([e[:, t], latent], -1), "q_dense", w))
        deviation = F.softplus(linear(a, "q_std", w)) + c["std_floor"]
        latent = linear(a, "q_mean", w) + deviation * torch.randn(deviation.shape)
        z.append(latent)
    z = torch.stack(z, 1)
    for k in range(c["flows"]):
        v, u, b = (w[f"flow.{k}.{name}"] for name in "wub")
        inner = (v * u).sum()
        z = z + (u + (F.softplus(inner) - 1 - inner) * v / (v * v).sum()) * torch.tanh(z @ v[:, None] + b)
    a = torch.relu(linear(gru(z, "p_gru", w, c["d_model"]), "p_dense", w))
    y, deviation = linear(a, "p_mean", w), F.softplus(linear(a, "p_std", w)) + c["std_floor"]
    likelihood = torch.distributions.Normal(y, deviation).log_prob(x).sum(-1)
    return y, {"likelihood": -likelihood, "reconstruction": ((y - x) ** 2).mean(-1)}
