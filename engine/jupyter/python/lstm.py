def forward_lstm(x, w, c):
    lstm = torch.nn.LSTM(x.shape[-1], c["d_model"], c["layers"], batch_first=True)
    lstm.load_state_dict({name[5:]: v for name, v in w.items() if name.startswith("lstm.")})
    before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)
    y = F.linear(lstm(before)[0], w["head.weight"], w["head.bias"])
    return y, {"reconstruction": ((y - x) ** 2).mean(-1)}
