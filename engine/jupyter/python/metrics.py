def average_precision(labels, scores):
    scores = np.where(np.isnan(scores), -np.inf, scores)
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(labels[order])
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))  # of each group of equal scores
    recall = hits[last] / hits[-1]
    return np.sum(np.diff(recall, prepend=0) * hits[last] / (last + 1))


if "label" in tested:
    found = {c: average_precision(tested["label"].to_numpy(), tested[c].to_numpy()) for c in columns}
    said = metrics[metrics["metric"] == "average_precision"]
    said = dict(zip(said["arm"] + "/" + said["seed"].astype(str), said["value"]))
    compared = pd.DataFrame({"recomputed": found, "report": said})
    compared["difference"] = compared["recomputed"] - compared["report"]
    assert (compared["difference"].abs() < 1e-9).all(), compared
    display(compared)
