def linear(x, name, w):
    return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))


def layer_norm(x, name, w):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], 1e-5)


def position(steps, width):
    rate = 10000.0 ** (-(torch.arange(width) // 2 * 2).double() / width)
    angle = torch.arange(steps).double()[:, None] * rate
    return torch.where(torch.arange(width) % 2 == 0, angle.sin(), angle.cos()).float()


def heads(x, n):
    return x.unflatten(-1, (n, -1)).transpose(1, 2)


def merged(x):
    return x.transpose(1, 2).flatten(2)
