def divergence(p, q, eps):
    return (p * (torch.log(p + eps) - torch.log(q + eps))).sum(-1).mean(1)


def forward_anomaly_transformer(x, w, c):
    y, series, sigma = encoded(x, w, c)
    error = ((y - x) ** 2).mean(-1)
    apart = (torch.arange(x.shape[1])[:, None] - torch.arange(x.shape[1])) ** 2
    discrepancy = torch.zeros(x.shape[:2])
    for s, deviation in zip(series, sigma):
        p = torch.softmax(-apart / (2 * deviation[..., None] ** 2), -1)
        discrepancy += divergence(s, p, c["log_epsilon"]) + divergence(p, s, c["log_epsilon"])
    weight = torch.softmax(-c["temperature"] * discrepancy, -1)
    return y, {"association": weight * error, "reconstruction": error}
