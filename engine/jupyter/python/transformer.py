def forward_transformer(x, w, c):
    y, _, _ = encoded(x, w, c)
    return y, {"reconstruction": ((y - x) ** 2).mean(-1)}
