"""`finetuning.construction`: explicit weights make one linear self-attention layer a step of gradient descent."""

import numpy as np
import xarray as xr

from dynamicl import lm
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._scales import Scale, scale_of

EXACT = Threshold("largest relative error of a token after the layer", "<", 1e-5)
INPUTS, TARGETS, EXAMPLES, RATE = 16, 4, 64, 0.5


def measure(lab: Lab, scale: Scale, trajectories: Trajectories) -> xr.Dataset:
    """Measure the construction on random data and random initial weights.

    Returns:
        `error` (attention, draw): largest difference of the two sides, relative to the largest value.
    """
    errors = np.zeros((2, scale.draws))
    for draw in range(scale.draws):
        random = np.random.default_rng(draw).standard_normal
        problem = (
            random((INPUTS, EXAMPLES)),
            random((TARGETS, EXAMPLES)),
            random((TARGETS, INPUTS)),
            random(INPUTS),
        )
        for i, softmax in enumerate((False, True)):
            errors[i, draw] = lm.constructed_step(*problem, RATE, softmax=softmax).error
    return xr.Dataset({"error": (("attention", "draw"), errors)}, coords={"attention": ["linear", "softmax"]})


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The construction is exact in every draw; what the softmax makes of it stands beside it in the data.

    Args:
        data: of `measure`.
    """
    largest = float(data["error"].sel(attention="linear").max())
    return (EXACT.part(largest, data.sizes["draw"]),)


CONSTRUCTION = Experiment(
    "finetuning.construction", setting=scale_of, measure=measure, judge=judge, criterion=(EXACT,)
)
