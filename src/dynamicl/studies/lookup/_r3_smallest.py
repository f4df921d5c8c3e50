"""Figure 6: runs that find the exact solution have the smallest sum of squared parameters."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, auc, correlation_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, median, words

from ._ends import EXACT_KIND, PLATEAU, ended, fell_short
from ._populations import experiment
from ._settings import FEWEST, WEIGHT_DECAY, Setting, setting

SMALLER = Threshold(
    "probability that an exact run has the smaller norm than one between plateau and 1", ">=", 0.9
)
SURELY = Threshold("the same, certainly more often than not", "low >", 0.5)
SMALLEST = Threshold("runs between plateau and 1 with a smaller norm than every exact one", "<", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Gather final norms of runs from scratch, and beside them of runs of one initialisation.

    Weight decay shrinks a solution that has long been found: how norm goes with S tells that from what exactness does.

    Returns:
        How the runs from scratch ended and `squared_norm` (run, step); of the others `one_start_norm`,
        `one_start_time` and `one_start_converged`; how far weight decay alone shrinks weights, as `decay`.
    """
    runs, others = ended(scale, trajectories["one_head"]), ended(scale, trajectories["one_start"]).ends
    curves = runs.curves.drop_vars("accuracy")
    norm = runs.data["squared_norm"].transpose("run", "step").values
    return curves.assign(
        squared_norm=(("run", "step"), norm),
        one_start_norm=("data_seed", others["final_norm"].values),
        one_start_time=("data_seed", others["time"].values),
        one_start_converged=("data_seed", others["converged"].values),
    ).assign_attrs(decay=decay(scale))


def decay(scale: Setting) -> float:
    """Return by how much weight decay alone would have shrunk the logarithm of weights."""
    return scale.learning_rate * WEIGHT_DECAY * scale.steps


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """An exact run's norm is the smaller (area under the ROC curve), and the smallest of all is an exact run's.

    The report's other runs had left the plateau. Those that are still on it have hardly moved, and do not count; it
    cannot be tested where fewer than eight others left it.
    """
    exact_norm, other_norm = norms(data, data["kind"].values == EXACT_KIND), norms(data, fell_short(data))
    norm = np.concatenate([exact_norm, other_norm])
    area, alike = attempt(auc, np.arange(norm.size) < exact_norm.size, -norm)
    why = alike or too_few(other_norm.size)
    below = int((other_norm < exact_norm.min(initial=np.inf)).sum())
    return (
        SMALLER.part(area or UNKNOWN, norm.size, why),
        SURELY.part(area or UNKNOWN, norm.size, why),
        SMALLEST.part(float(below), norm.size, why),
    )


def norms(data: xr.Dataset, which: np.ndarray) -> np.ndarray:
    """Return the final norms of some runs, where they are known."""
    norm = data["final_norm"].values[which]
    return norm[np.isfinite(norm)]


def too_few(between: int) -> str:
    """Say why runs between plateau and 1 cannot be spoken of; "" where they can."""
    few = between < FEWEST
    return f"only {between} runs ended between plateau and 1, fewer than {FEWEST}" if few else ""


def note(data: xr.Dataset) -> str:
    """Give median norms, the same among runs of one initialisation, and what weight decay alone does."""
    kind = data["kind"].values
    exact, short, plateau = (
        norms(data, which) for which in (kind == EXACT_KIND, fell_short(data), kind == PLATEAU)
    )
    others, done = data["one_start_norm"].values, data["one_start_converged"].values.astype(bool)
    among: Interval | None = attempt(auc, done, -others)[0]
    aged = attempt(correlation_interval, data["one_start_time"].values[done], others[done])[0]
    return (
        f"median norm {median(exact):.0f} of exact runs, {median(short):.0f} between plateau and 1, "
        f"{median(plateau):.0f} on the plateau; among runs of one initialisation an exact one has the smaller norm "
        f"with probability {words(among)}, and Pearson's correlation of norm and S is {words(aged)}; weight decay "
        f"alone shrinks weights by exp(-{data.attrs['decay']:.2g}) in these runs, exp(-{decay(setting('paper')):.2g}) "
        "in the report's"
    )


SMALLEST_NORM = experiment(
    "lookup.r3.smallest",
    ["one_head", "one_start"],
    measure=measure,
    judge=judge,
    criterion=(SMALLER, SURELY, SMALLEST),
    note=note,
)
