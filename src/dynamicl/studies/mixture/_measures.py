"""Figure 4: picking labels of the context comes first, item and label are joined at the jump, in all seeds alike."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import median

from ._order import ORDER, halves_in_words, order_parts
from ._populations import experiment
from ._readings import MEASURES, aligned, curves_of, jump_of, over, passes_half, too_few
from ._settings import Setting

ALIKE = Threshold(
    "standard deviation over runs of curves aligned where accuracy passes one half, mean over measures and time",
    "<",
    0.1,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow the four progress measures on sequences of novel classes.

    Returns:
        `novel`, `ila1_labels`, `tila2`, `cla`, `tla2`, `loss` (run, step); see `curves_of`.
    """
    return curves_of(scale, trajectories["standard"], measures=MEASURES)


def spread(data: xr.Dataset) -> float:
    """Return the mean standard deviation over runs of the aligned curves, accuracy among them, where all runs are."""
    middle = passes_half(data)
    table = aligned(data, ("novel", *MEASURES), middle)[:, np.isfinite(middle)]
    everywhere = np.isfinite(table).all(axis=(0, 1))
    if table.shape[1] < 2 or not everywhere.any():
        return float("nan")
    return float(table[..., everywhere].std(axis=1, ddof=1).mean())


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """CLA and TLA2 rise before the jump, ILA1 and TILA2 with it, and aligned curves lie on each other."""
    jump = jump_of(data, 1 / data.attrs["pairs"])
    return (
        *order_parts(data, jump, every=True),
        ALIKE.part(spread(data), int(jump.solved.sum()), too_few(jump.solved)),
    )


def note(data: xr.Dataset) -> str:
    """Give the median half-rises in units of t50."""
    jump = jump_of(data, 1 / data.attrs["pairs"])
    halves, t10 = halves_in_words(data, jump.t50), median(over(jump.t10, jump.t50))
    return f"half-rises over t50 of the jump (median): {halves}; t10 {t10:.2f}"


MEASURED = experiment(
    "mixture.measures", ["standard"], measure=measure, judge=judge, criterion=(*ORDER, ALIKE), note=note
)
