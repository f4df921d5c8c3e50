"""Thesis appendix C.6: the learning time of each initialisation with more classes and with more labels.

Expect most lines to rise; with labels some are flat between 10 and 15.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.induction._data import CLASSES, LABELS, NETWORK, OWN
from dynamicl.studies.induction._labels_seed import TEN

from ._shared import label_times

PATHS = {"more classes": (OWN, "100 classes, 5 labels", CLASSES), "more labels": (OWN, TEN, LABELS)}


def draw(data: xr.Dataset) -> Figure:
    """Draw one line a seed."""
    figure, panels = pyplot.subplots(1, 2, figsize=(8, 3.2), sharey=True)
    times = data["learning_time"].sel(circuit=NETWORK)
    for panel, (title, path) in zip(panels, PATHS.items(), strict=True):
        tasks = [task for task in path if task in times["task"].values]
        for i, seed in enumerate(data["seed"].values):
            line = times.sel(task=tasks).isel(seed=i).values
            panel.plot(range(len(tasks)), line, "o-", color=f"C{i % 8}", label=str(seed))
        panel.set_title(title)
        panel.set_xticks(range(len(tasks)), [task.replace(", ", "\n") for task in tasks], fontsize=8)
    label_times(panels[0])
    panels[0].set_ylabel("learning time (published sequences)")
    panels[0].legend(title="seed", fontsize=7, title_fontsize=7)
    figure.supxlabel("task", fontsize=9)
    return figure
