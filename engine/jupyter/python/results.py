wide = metrics.pivot_table("value", ["arm", "seed"], "metric", sort=False)
wide[[m for m in ("average_precision", "auroc", "vus_pr", "f1", "pa_f1") if m in wide]]
