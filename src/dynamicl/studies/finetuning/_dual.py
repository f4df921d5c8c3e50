"""`finetuning.dual`: a linear layer after a step equals linear attention over its examples (equations 1 to 4)."""

import numpy as np
import xarray as xr

from dynamicl import lm
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._scales import Scale, scale_of

MOST_ERROR = 1e-5
LEAST_SOFTMAX_ERROR = 1e-2
EQUATIONS = ("1-2", "3-4")
EXACT = {
    equation: Threshold(f"equations {equation}, largest relative error", "<", MOST_ERROR)
    for equation in EQUATIONS
}
BROKEN = {
    equation: Threshold(
        f"equations {equation}, smallest relative error with softmax", ">", LEAST_SOFTMAX_ERROR
    )
    for equation in EQUATIONS
}
WIDTH, OUTPUTS, EXAMPLES, TOKENS, RATE = 24, 12, 32, 8, 0.05


def measure(lab: Lab, scale: Scale, trajectories: Trajectories) -> xr.Dataset:
    """Measure both equations on random data.

    Returns:
        `error` (equation, attention, draw): largest difference of the two sides, relative to the largest value.
    """
    errors = np.zeros((len(EQUATIONS), 2, scale.draws))
    for draw in range(scale.draws):
        random = np.random.default_rng(draw).standard_normal
        layer = (
            random((OUTPUTS, WIDTH)),
            random((WIDTH, EXAMPLES)),
            random((OUTPUTS, EXAMPLES)),
            random(WIDTH),
        )
        head = random((OUTPUTS, WIDTH)), random((OUTPUTS, WIDTH))
        tokens = random((WIDTH, EXAMPLES)), random((WIDTH, TOKENS)), random(OUTPUTS)
        for i, softmax in enumerate((False, True)):
            errors[0, i, draw] = lm.trained_layer(*layer, RATE, softmax=softmax).error
            errors[1, i, draw] = lm.attention_as_update(*head, *tokens, softmax=softmax).error
    coords = {"equation": list(EQUATIONS), "attention": ["linear", "softmax"]}
    return xr.Dataset({"error": (("equation", "attention", "draw"), errors)}, coords=coords)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Linear attention is exact in every draw, and softmax attention in none.

    Args:
        data: of `measure`.
    """
    error, n = data["error"], data.sizes["draw"]
    largest = error.sel(attention="linear").max("draw")
    smallest = error.sel(attention="softmax").min("draw")
    return (
        *(bar.part(float(largest.sel(equation=equation)), n) for equation, bar in EXACT.items()),
        *(bar.part(float(smallest.sel(equation=equation)), n) for equation, bar in BROKEN.items()),
    )


DUAL = Experiment(
    "finetuning.dual",
    setting=scale_of,
    measure=measure,
    judge=judge,
    criterion=(*EXACT.values(), *BROKEN.values()),
)
