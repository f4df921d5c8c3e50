"""Reddy figure A.4: L = N puts a saddle at the origin, and of two starts one takes far longer.

The document calls the second end a sub-optimal minimum. It is none: with xi and alpha negative the target attends away
from the right label and reads labels with the opposite sign, so that the one not attended to is the answer. That
elimination also brings the loss to zero, slowly.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._toys import first_below
from dynamicl.toys import Logits, NestedLogits, descend, loss_and_slope, origin_curvature

from ._settings import any_scale

PAIRS = (2, 4, 8, 16)
SHOWN = 8
STARTS = (0.01, 0.03, 0.1)
STEPS, EVERY, SOLVED = 400_000, 50, 0.01
ONLY_ENTRY = Threshold(
    "largest entry of slope and Hessian at the origin other than that of xi and alpha, over N", "<", 1e-6
)
EIGENVALUES = Threshold(
    "largest deviation of the eigenvalues from +-(N - 1) / (N (N + 1) (2N + 1)), relative, over N", "<", 1e-3
)
SLOWER = Threshold(
    "least ratio of the times to loss .01 from (-e, -e, 0) and (+e, +e, 0), over e", ">=", 10.0
)
ELIMINATES = Threshold("largest of xi and alpha at the end from (-e, -e, 0), over e", "<", 0.0)


def measure(lab: Lab, scale: str, trajectories: Trajectories) -> xr.Dataset:
    """Differentiate at the origin for several N, and descend from both sides of it for N = 8.

    Returns:
        `hessian`, `slope` and `eigenvalues` over N; `solved` (start, side), steps to loss .01, infinite where it is not
        reached, `end` (start, side, logit), `steepness` (start, side), the length of the slope at the end, zero at a
        minimum; `loss` and `logits` along the way.
    """
    origins = [origin_curvature(NestedLogits(n, n)) for n in PAIRS]
    landscape = NestedLogits(SHOWN, SHOWN)
    size = np.array(STARTS)[:, None] * np.array([1.0, -1.0])
    start = Logits(size, size, np.zeros_like(size))
    run = descend(landscape, start, steps=STEPS, every=EVERY, stop_below=SOLVED)
    _, slope = loss_and_slope(landscape, run.end)
    flat = np.asarray(run.loss).reshape(size.size, -1)
    logits = np.stack([np.asarray(part) for part in run.state])
    # Logarithmic in time: a few hundred of the records show both sides.
    kept = np.unique(np.round(np.geomspace(1, len(run.time) - 1, 250)).astype(int))
    kept = np.concatenate([[0], kept])
    return xr.Dataset(
        {
            "hessian": (("pairs", "row", "column"), np.stack([origin.hessian for origin in origins])),
            "slope": (("pairs", "row"), np.stack([origin.slope for origin in origins])),
            "eigenvalues": (("pairs", "number"), np.stack([origin.eigenvalues for origin in origins])),
            "solved": (("start", "side"), first_below(run.time, flat, SOLVED).reshape(size.shape)),
            "end": (("start", "side", "logit"), np.stack([np.asarray(part) for part in run.end], axis=-1)),
            "steepness": (("start", "side"), np.sqrt(sum(np.asarray(part) ** 2 for part in slope))),
            "loss": (("start", "side", "step"), np.asarray(run.loss)[..., kept]),
            "logits": (("logit", "start", "side", "step"), logits[..., kept]),
        },
        {
            "pairs": list(PAIRS),
            "start": list(STARTS),
            "side": ["in context", "elimination"],
            "step": np.asarray(run.time)[kept],
            "logit": list(Logits._fields),
        },
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Compare with the closed form, and the two sides with each other."""
    n = data["pairs"].values.astype(float)
    entry = (n - 1) / (n * (n + 1) * (2 * n + 1))
    rest = np.abs(data["hessian"].values)
    rest[:, [0, 1], [1, 0]] = 0
    other = max(float(rest.max()), float(np.abs(data["slope"]).max()))
    values = data["eigenvalues"].values
    off = max(float(np.abs(side / entry - 1).max()) for side in (-values[:, 0], values[:, 2]))
    slow, fast = (data["solved"].sel(side=side).values for side in ("elimination", "in context"))
    end = data["end"].sel(side="elimination", logit=["xi", "alpha"])
    starts = data.sizes["start"]
    return (
        ONLY_ENTRY.part(other, data.sizes["pairs"]),
        EIGENVALUES.part(off, data.sizes["pairs"]),
        SLOWER.part(float((slow / fast).min()), starts),
        ELIMINATES.part(float(end.max()), starts),
    )


SADDLE = Experiment(
    "mixture.saddle",
    setting=any_scale,
    measure=measure,
    judge=judge,
    criterion=(ONLY_ENTRY, EIGENVALUES, SLOWER, ELIMINATES),
)
