def embedded(x, w, width):
    padded = torch.cat([x[:, -1:], x, x[:, :1]], 1).transpose(1, 2)
    h = F.conv1d(padded, w["embedding.value_embedding.tokenConv.weight"]).transpose(1, 2)
    return h + position(x.shape[1], width)


def encoded(x, w, c):
    h, series, sigma = embedded(x, w, c["d_model"]), [], []
    for l in range(c["layers"]):
        at = f"encoder.attn_layers.{l}."
        q, k, v = (heads(linear(h, f"{at}attention.{p}_projection", w), c["heads"]) for p in ("query", "key", "value"))
        s = torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1)
        series.append(s)
        if at + "attention.sigma_projection.weight" in w:
            raw = linear(h, at + "attention.sigma_projection", w).transpose(1, 2)
            sigma.append(3 ** (torch.sigmoid(5 * raw) + 1e-5) - 1)
        h = layer_norm(h + linear(merged(s @ v), at + "attention.out_projection", w), at + "norm1", w)
        ff = F.gelu(F.linear(h, w[at + "conv1.weight"][..., 0], w[at + "conv1.bias"]))
        ff = F.linear(ff, w[at + "conv2.weight"][..., 0], w[at + "conv2.bias"])
        h = layer_norm(h + ff, at + "norm2", w)
    return linear(layer_norm(h, "encoder.norm", w), "projection", w), series, sigma
