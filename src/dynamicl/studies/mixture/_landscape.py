"""Reddy figure 7: three nested logits are learnt in turn, from the classifier inwards."""

import numpy as np
import xarray as xr

from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._toys import first_below, plateau_index
from dynamicl.toys import Logits, NestedLogits, descend, origin_curvature

from ._settings import any_scale

GRID = ((32, 8), (16, 8), (64, 8), (16, 4), (32, 4), (64, 16))
LABELS, PAIRS = 32, 8
STEPS, END = 400, 300
"""At rate 1 the loss is .005 by step 300; the half of a logit's rise is the half of its value there."""
SLOPE = Threshold(
    "largest deviation of the slope at the origin from -(L - N) / (L (2N + 1)), over L and N", "<", 1e-6
)
BEFORE_ALPHA = Threshold("half-rise time of alpha less that of xi, steps", ">", 0.0)
BEFORE_BETA = Threshold("half-rise time of beta1 less that of xi, steps", ">", 0.0)
ABRUPT = Threshold("plateau index of the loss", ">", 0.35)


def measure(lab: Lab, scale: str, trajectories: Trajectories) -> xr.Dataset:
    """Follow gradient descent from the origin; nothing is drawn, so every scale is the same.

    Returns:
        `slope`, `expected` over (L, N) pairs; by `contexts` (the middle one, eq. 9, or the average over all): `loss`,
        `logits`, attention and probability over steps, `half` (logit) and `index`.
    """
    slopes = [float(origin_curvature(NestedLogits(*pair)).slope[0]) for pair in GRID]
    expected = [-(labels - pairs) / (labels * (2 * pairs + 1)) for labels, pairs in GRID]
    runs = {
        name: _run(NestedLogits(LABELS, PAIRS, average))
        for name, average in (("middle", False), ("all", True))
    }
    data = xr.Dataset(
        {"slope": ("pair", slopes), "expected": ("pair", expected)}, {"pair": [f"{a}, {b}" for a, b in GRID]}
    )
    return data.merge(xr.concat(runs.values(), xr.Variable("contexts", list(runs))))


def _run(landscape: NestedLogits) -> xr.Dataset:
    run = descend(landscape, landscape.origin, steps=STEPS)
    logits = np.stack([np.asarray(part) for part in run.state])
    views = NestedLogits(LABELS, PAIRS, landscape.expected).views(run.state)
    half = [float(first_below(run.time, -curve[None], -curve[END] / 2)[0]) for curve in logits]
    loss = np.asarray(run.loss)
    return xr.Dataset(
        {
            "loss": ("step", loss),
            "logits": (("logit", "step"), logits),
            "views": (("view", "step"), np.stack([np.asarray(view) for view in views])),
            "half": ("logit", half),
            "index": plateau_index(run.time, loss, float(loss[0])),
        },
        {
            "step": np.asarray(run.time),
            "logit": list(Logits._fields),
            "view": ["previous", "correct", "probability"],
        },
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the landscape as it is written, with the middle context for all."""
    written = data.sel(contexts="middle")
    half = {str(name): float(written["half"].sel(logit=name)) for name in data["logit"].values}
    return (
        SLOPE.part(float(np.abs(data["slope"] - data["expected"]).max()), data.sizes["pair"]),
        BEFORE_ALPHA.part(half["alpha"] - half["xi"], 1),
        BEFORE_BETA.part(half["beta1"] - half["xi"], 1),
        ABRUPT.part(float(written["index"]), 1),
    )


LANDSCAPE = Experiment(
    "mixture.landscape",
    setting=any_scale,
    measure=measure,
    judge=judge,
    criterion=(SLOPE, BEFORE_ALPHA, BEFORE_BETA, ABRUPT),
)
