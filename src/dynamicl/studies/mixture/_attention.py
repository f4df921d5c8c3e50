"""Figure 3: attention is uniform in the slow phase; after the jump layer 1 attends back, layer 2 to the right label."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, median

from ._populations import experiment
from ._readings import Jump, curves_of, jump_of, too_few
from ._settings import Setting

UNIFORM_ONE = Threshold("mean ILA1 before t10 of the jump, largest over runs", "<", 0.25)
UNIFORM_TWO = Threshold(
    "mean entropy of the query's attention within the labels before t10, as a share of uniform, least over runs",
    ">",
    0.8,
)
BACK = Threshold("mean ILA1 after t90, least over runs", ">", 0.6)
CORRECT = Threshold("mean TILA2 after t90, least over runs", ">", 0.6)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow attention of both layers on sequences of novel classes.

    Returns:
        `novel`, `ila1_labels`, `ila1`, `tila2`, `label_entropy`, `loss` (run, step); see `curves_of`.
    """
    measures = ("ila1_labels", "ila1", "tila2", "label_entropy")
    return curves_of(scale, trajectories["standard"], measures=measures)


def phases(data: xr.Dataset) -> tuple[Jump, np.ndarray, np.ndarray]:
    """Return the jump from 1 / N, and masks (run, step) of the time before its t10 and after its t90."""
    jump, steps = jump_of(data, 1 / data.attrs["pairs"]), data["step"].values
    return jump, steps < jump.t10[:, None], steps > jump.t90[:, None]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the runs that found the in-context solution; too few of them decide nothing."""
    jump, before, after = phases(data)
    few, runs = too_few(jump.solved), int(jump.solved.sum())

    def over(name: str, when: np.ndarray) -> np.ndarray:
        curves = data[name].transpose("run", "step").values
        means = np.where(when, curves, 0).sum(axis=1) / np.maximum(when.sum(axis=1), 1)
        return np.where(when.any(axis=1), means, np.nan)[jump.solved]

    return (
        UNIFORM_ONE.part(largest(over("ila1_labels", before)), runs, few),
        UNIFORM_TWO.part(-largest(-over("label_entropy", before)), runs, few),
        BACK.part(-largest(-over("ila1_labels", after)), runs, few),
        CORRECT.part(-largest(-over("tila2", after)), runs, few),
    )


def note(data: xr.Dataset) -> str:
    """Say when the jump comes and how sharp it is."""
    jump, _, _ = phases(data)
    return (
        f"t50 of the jump after {median(jump.t50):,.0f} updates (median), (t90 - t10) / t50 "
        f"{median(jump.abruptness):.2f}; ILA1 is that of label tokens, {int(jump.solved.sum())} of "
        f"{jump.solved.size} runs found the in-context solution"
    )


ATTENTION = experiment(
    "mixture.attention",
    ["standard"],
    measure=measure,
    judge=judge,
    criterion=(UNIFORM_ONE, UNIFORM_TWO, BACK, CORRECT),
    note=note,
)
