import io
import json
import pathlib
import zipfile

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

run = pathlib.Path(RUN)
files = zipfile.Path(run) if run.is_file() else run


def table(name):
    return pd.read_csv(io.BytesIO((files / name).read_bytes()))


report = json.loads((files / "report.json").read_text("utf-8"))
scores, metrics, history = table("scores.csv"), table("metrics.csv"), table("history.csv")
tested = scores[scores["split"] == "test"].reset_index(drop=True)
columns = [c for c in scores.columns if "/" in c and not c.endswith((" threshold", " alarm"))]
signals = dict(np.load(io.BytesIO((files / "signals.npz").read_bytes()))) if (files / "signals.npz").exists() else None
