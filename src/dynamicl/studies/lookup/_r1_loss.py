"""Figure 2: the training loss drops sharply at the steps at which accuracy rises."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, bootstrap_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, median, share, words

from ._ends import ended, jumps, numbers, too_few_exact
from ._populations import experiment
from ._settings import Setting

BOTH = Threshold("share of exact runs in which both transitions are found", ">=", 0.9)
TOGETHER = Threshold(
    "median time from the rise of accuracy to the drop of the loss, farther end of its interval over the rise's width",
    "<",
    1.0,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Find, run by run, when the training loss of exact runs drops and when their accuracy rises.

    Training losses are means over the steps since the last evaluation, placed in the middle of them.

    Returns:
        `train_loss` and `accuracy` (run, step) of the exact runs, the first run where there is none; by run `rise`,
        `drop` and `width` (of the rise, from 10 to 90 %; steps), and whether `both` were found.
    """
    runs = ended(scale, trajectories["one_head"])
    which = runs.exact if len(runs.exact) else np.arange(1)
    rises, drops = jumps(runs, which), jumps(runs, which, "train_loss")
    curves = runs.data[["train_loss", "accuracy"]].isel(run=which).transpose("run", "step")
    return xr.Dataset(
        {
            "train_loss": (("run", "step"), curves["train_loss"].values),
            "accuracy": (("run", "step"), curves["accuracy"].values),
            "rise": ("run", [rise.time for rise in rises]),
            "drop": ("run", [drop.time for drop in drops]),
            "width": ("run", [rise.width for rise in rises]),
            "both": ("run", [rise.seen and drop.seen for rise, drop in zip(rises, drops, strict=True)]),
        },
        {"seed": ("run", which), "step": runs.data["step"].values},
        numbers(runs),
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Both transitions are there in nearly all exact runs, and come within the width of the rise of each other."""
    few, both = too_few_exact(data), data["both"].values
    lag = _lag(data)
    width = median(data["width"].values[both])
    farther = max(abs(lag.low), abs(lag.high)) / width
    return BOTH.part(share(both), both.size, few), TOGETHER.part(farther, int(both.sum()), few)


def _lag(data: xr.Dataset) -> Interval:
    both = data["both"].values
    lags = (data["drop"] - data["rise"]).values[both]
    return attempt(bootstrap_interval, lags, "median", method="percentile")[0] or UNKNOWN


def note(data: xr.Dataset) -> str:
    """Give the time between both in steps."""
    width = median(data["width"].values[data["both"].values])
    return (
        f"the loss drops {words(_lag(data), '.0f')} steps after accuracy rises (median); accuracy takes {width:.0f} "
        "steps from 10 to 90 %"
    )


LOSS = experiment(
    "lookup.r1.loss", ["one_head"], measure=measure, judge=judge, criterion=(BOTH, TOGETHER), note=note
)
