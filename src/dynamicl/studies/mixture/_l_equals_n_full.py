"""Figure A.5: the full network finds the in-context solution robustly for L > N, and not for L = N."""

import numpy as np
import xarray as xr

from dynamicl.statistics import fisher_test
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share

from ._populations import experiment
from ._prices import left_out
from ._readings import SHARE_SOLVED, SOLVED, end_of, too_few
from ._settings import Setting, setting

ROBUST = Threshold(f"share of runs with L > N that end above {SOLVED}", ">=", round(SHARE_SOLVED - 1e-3, 3))
LOWER = Threshold("p-value of that share being lower for L = N (Fisher's test)", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow in-context accuracy in the cells of N and L.

    Returns:
        `novel` (cell, seed, step); coordinates `pairs` and `labels` along `cell`.
    """
    if "equal_full" not in trajectories:
        return left_out("equal_full")
    data = trajectories["equal_full"].dataset
    curves = data["accuracy"].sel(evaluator="novel").transpose("run", "step").values
    pairs = [scale.pairs * halves // 2 for halves, _ in scale.lines]
    labels = [n * multiple for n, (_, multiple) in zip(pairs, scale.lines, strict=True)]
    return xr.Dataset(
        {"novel": (("cell", "seed", "step"), curves.reshape(len(scale.lines), scale.equal_full_seeds, -1))},
        {
            "pairs": ("cell", pairs),
            "labels": ("cell", labels),
            "seed": range(scale.equal_full_seeds),
            "step": data["step"].values,
        },
        {"steps": int(data["step"].values[-1]), "paper_steps": setting("paper").steps},
    )


def found(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return which runs found the in-context solution: those with L > N, and those with L = N."""
    ends = end_of(data["novel"].transpose("cell", "seed", "step").values) > SOLVED
    equal = data["labels"].values == data["pairs"].values
    return ends[~equal].ravel(), ends[equal].ravel()


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Pool the cells of either kind; where runs were shorter than the document's, a low share decides nothing."""
    more, equal = found(data)
    short = data.attrs["steps"] < data.attrs["paper_steps"]
    few = f"{too_few(more)}, shorter than the document's" if too_few(more) and short else ""
    counts, totals = (int(more.sum()), int(equal.sum())), (more.size, equal.size)
    test = fisher_test(counts, totals, alternative="greater")
    return (
        ROBUST.part(share(more), more.size, few),
        LOWER.part(test.p, more.size + equal.size, few),
    )


def note(data: xr.Dataset) -> str:
    """Count the runs of each cell."""
    ends = end_of(data["novel"].transpose("cell", "seed", "step").values) > SOLVED
    cells = zip(data["pairs"].values, data["labels"].values, ends, strict=True)
    return ", ".join(f"N = {n}, L = {labels}: {int(own.sum())} of {own.size}" for n, labels, own in cells)


L_EQUALS_N_FULL = experiment(
    "mixture.l_equals_n_full",
    ["equal_full"],
    measure=measure,
    judge=judge,
    criterion=(ROBUST, LOWER),
    note=note,
)
