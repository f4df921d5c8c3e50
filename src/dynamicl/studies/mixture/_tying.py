"""Reddy section 4: aligning classifier and labels from the outset should remove the slow phase.

With the classifier's vectors tied to the labels', xi starts at the squared length of a label, which is 1 in the
document's data; that is what is judged. What larger starts do stands beside it.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._toys import first_below
from dynamicl.toys import Logits, NestedLogits, descend

from ._settings import any_scale

LABELS, PAIRS = 32, 8
STARTS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
TIED = 1.0
STEPS = 400
EARLIER = Threshold("t10 of the fall of the loss with xi = 1 at the start over that with 0", "<", 0.5)


def measure(lab: Lab, scale: str, trajectories: Trajectories) -> xr.Dataset:
    """Descend from several xi, alpha and beta1 at 0; nothing is drawn, so every scale is the same.

    Returns:
        `t10` (contexts, xi), steps until a tenth of the loss at the start is gone, and `loss` (contexts, xi, step).
    """
    xi = np.array(STARTS)
    losses = []
    for average in (False, True):
        run = descend(NestedLogits(LABELS, PAIRS, average), Logits(xi, 0 * xi, 0 * xi), steps=STEPS)
        losses.append(np.asarray(run.loss))
    t10 = [first_below(np.arange(STEPS + 1), loss, 0.9 * loss[:, 0]) for loss in losses]
    return xr.Dataset(
        {"t10": (("contexts", "xi"), t10), "loss": (("contexts", "xi", "step"), np.stack(losses)[..., ::2])},
        {"contexts": ["middle", "all"], "xi": list(STARTS), "step": np.arange(0, STEPS + 1, 2)},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the start of tied weights."""
    t10 = data["t10"].sel(contexts="middle")
    return (EARLIER.part(float(t10.sel(xi=TIED) / t10.sel(xi=0.0)), 1),)


TYING = Experiment(
    "mixture.tying",
    setting=any_scale,
    measure=measure,
    judge=judge,
    criterion=(EARLIER,),
)
