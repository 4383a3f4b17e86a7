def scored(x, model):
    """The score of every step of one series that lies in a window."""
    length, kept = report["spec"]["data"]["window"], report["spec"]["detect"].get("warm") or 0
    starts = range(0, len(x) - length + 1, kept or length)
    w, out = weights(model["detector"]), []
    forward = globals()["forward_" + model["model"]]
    with torch.no_grad():
        for i in range(0, len(starts), 64):
            batch = torch.stack([x[s:s + length] for s in starts[i:i + 64]])
            out.append(forward(batch, w, model)[1][model["score"]])
    out = torch.cat(out)
    out = out.flatten() if not kept else torch.cat([out[0], out[1:, -kept:].flatten()])
    span = report["spec"]["detect"].get("smoothing") or 0
    return pd.Series(out.numpy().astype(float)).ewm(span=span).mean().to_numpy() if span else out.numpy()


if torch is None or signals is None:
    print(MISSING)
else:
    x = torch.from_numpy(((signals["test"] - signals["shift"]) / signals["scale"]).astype(np.float32))
    parts = [s["scored"] for s in report["data"].get("series") or []] or [{"from": 0, "to": len(x)}]
    rows = []
    for model in MODELS:
        mine = np.concatenate([scored(x[p["from"]:p["to"]], model) for p in parts])
        theirs = tested[model["column"]].to_numpy()
        seen = ~np.isnan(theirs)
        apart = np.abs(mine - theirs)[seen].max() / np.abs(theirs[seen]).max()
        rows.append((model["column"], model["model"], apart, np.corrcoef(mine[seen], theirs[seen])[0, 1]))
        assert model["random"] or apart < 1e-3, rows[-1]
    compared_scores = pd.DataFrame(rows, columns=["run", "model", "largest difference / largest score", "correlation"])
    display(compared_scores)
