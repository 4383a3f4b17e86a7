figure, axes = plt.subplots(len(columns[:6]), 1, sharex=True, figsize=(9, 1.2 * len(columns[:6]) + 0.6), squeeze=False)
for axis, column in zip(axes[:, 0], columns):
    axis.plot(tested["step"], tested[column], linewidth=0.6, color="black")
    axis.plot(tested["step"], tested[column + " threshold"], linewidth=0.8, linestyle="--", color="tab:blue")
    if "label" in tested:
        axis.fill_between(tested["step"], 0, 1, where=tested["label"] == 1, transform=axis.get_xaxis_transform(),
                          color="tab:orange", alpha=0.3, linewidth=0)
    axis.set_ylabel(column, rotation=0, ha="right")
axes[-1, 0].set_xlabel("step")
plt.show()
