"""`finetuning.construction`: explicit weights make one linear self-attention layer a step of gradient descent."""

import numpy as np
import xarray as xr

from dynamicl import lm

from .._parts import Part

MOST_ERROR = 1e-5
DRAWS = 100
INPUTS, TARGETS, EXAMPLES, RATE = 16, 4, 64, 0.5
NAME = "largest relative error of a token after the layer"


def measure(draws: int = DRAWS) -> xr.Dataset:
    """Measure the construction on random data and random initial weights.

    Args:
        draws: number of random draws.

    Returns:
        `error` (attention, draw): largest difference of the two sides, relative to the largest value.
    """
    errors = np.zeros((2, draws))
    for draw in range(draws):
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
    """Judge the largest error over draws; the softmax' stands beside it in the data.

    Args:
        data: of `measure`.
    """
    largest = float(data["error"].sel(attention="linear").max())
    return (Part(NAME, largest, n=data.sizes["draw"], comparison="<", threshold=MOST_ERROR),)
