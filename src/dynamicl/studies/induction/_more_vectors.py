"""Appendix C.4.2: the more vectors are multiplied, the longer the plateau."""

import itertools

import jax
import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._toys import first_below, loss_of_nothing
from dynamicl.toys import descend, draw_toy

from ._populations import experiment
from ._settings import Setting

DIM, SHOWN, RECORDS, RESAMPLES = 20, 8, 2000, 2000
STEPS = {2: 2_000, 3: 20_000, 4: 400_000}
"""By number of vectors: some fifty times the typical escape."""
DRAWS = 5
"""Times as many draws as of the toy of three vectors: a ratio of medians needs them, and they cost seconds."""
LEARNT = 0.01
"""A draw whose loss is below this share of nothing's is trained no further."""
THREE = Threshold("median escape time of 3 vectors over that of 2", "low >", 1.0)
FOUR = Threshold("median escape time of 4 vectors over that of 3", "low >", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Train products of more and more vectors of dimension 20 until they leave the plateau.

    Returns:
        `escape` (vectors, draw): steps until the loss is half that of nothing learnt, infinite where it is not by the
        end; `loss` (vectors, shown, share) of the first draws over that of nothing, at shares of the `steps` trained.
    """
    escape, loss = zip(*(_train(count, DRAWS * scale.toys) for count in STEPS), strict=True)
    return xr.Dataset(
        {
            "escape": (("vectors", "draw"), np.stack(escape)),
            "loss": (("vectors", "shown", "share"), np.stack(loss)),
            "steps": ("vectors", list(STEPS.values())),
        },
        {"vectors": list(STEPS), "share": np.linspace(0, 1, RECORDS // 10 + 1)},
    )


def _train(count: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    toy, start = draw_toy(jax.random.split(jax.random.key(3), draws), (DIM,) * count)
    level = loss_of_nothing(toy)
    steps = STEPS[count]
    run = descend(toy, start, steps=steps, every=steps // RECORDS, stop_below=LEARNT * float(level.min()))
    shown = np.asarray(run.loss)[:SHOWN, ::10] / level[:SHOWN, None]
    return first_below(run.time, run.loss, level / 2), shown


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Compare medians of neighbouring numbers of vectors; a draw that never escapes counts as later than all others."""
    escape = [data["escape"].sel(vectors=count).values for count in STEPS]
    pairs = zip((THREE, FOUR), itertools.pairwise(escape), strict=True)
    draws = data.sizes["draw"]
    return tuple(part.part(_ratio_of_medians(more, fewer), draws) for part, (fewer, more) in pairs)


def _ratio_of_medians(above: np.ndarray, below: np.ndarray) -> tuple[float, float, float]:
    """The ratio with its percentile interval, draws resampled on both sides; infinite times stay infinite."""
    above, below = (np.where(np.isfinite(times), times, np.inf) for times in (above, below))
    rng = np.random.default_rng(0)
    picks = (
        rng.integers(0, len(above), (RESAMPLES, len(above))),
        rng.integers(0, len(below), (RESAMPLES, len(below))),
    )
    medians = [_lower_median(times[pick]) for times, pick in zip((above, below), picks, strict=True)]
    low, high = np.quantile(medians[0] / medians[1], (0.025, 0.975), method="nearest")
    value = _lower_median(above[None])[0] / _lower_median(below[None])[0]
    return float(value), float(low), float(high)


def _lower_median(rows: np.ndarray) -> np.ndarray:
    """The lower of the two middle values, which needs no mean with infinity."""
    return np.sort(rows, axis=1)[:, (rows.shape[1] - 1) // 2]


MORE_VECTORS = experiment(
    "induction.more_vectors",
    measure=measure,
    judge=judge,
    criterion=(THREE, FOUR),
)
