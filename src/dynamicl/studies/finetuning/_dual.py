"""`finetuning.dual`: a linear layer after a step equals linear attention over its examples (equations 1 to 4)."""

import numpy as np
import xarray as xr

from dynamicl import lm

from .._parts import Part

MOST_ERROR = 1e-5
LEAST_SOFTMAX_ERROR = 1e-2
"""Relative error that the softmax must exceed in every draw."""

DRAWS = 100
WIDTH, OUTPUTS, EXAMPLES, TOKENS, RATE = 24, 12, 32, 8, 0.05


def measure(draws: int = DRAWS) -> xr.Dataset:
    """Measure both equations on random data.

    Args:
        draws: number of random draws.

    Returns:
        `error` (equation, attention, draw): largest difference of the two sides, relative to the largest value.
    """
    errors = np.zeros((2, 2, draws))
    for draw in range(draws):
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
    coords = {"equation": ["1-2", "3-4"], "attention": ["linear", "softmax"]}
    return xr.Dataset({"error": (("equation", "attention", "draw"), errors)}, coords=coords)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the largest error of linear attention and the smallest of softmax attention.

    Args:
        data: of `measure`.
    """
    error, n = data["error"], data.sizes["draw"]
    parts = []
    for equation in error["equation"].values:
        largest = float(error.sel(equation=equation, attention="linear").max())
        smallest = float(error.sel(equation=equation, attention="softmax").min())
        name = f"equations {equation}"
        parts += [
            Part(f"{name}, largest relative error", largest, n=n, comparison="<", threshold=MOST_ERROR),
            Part(
                f"{name}, smallest relative error with softmax",
                smallest,
                n=n,
                comparison=">",
                threshold=LEAST_SOFTMAX_ERROR,
            ),
        ]
    return tuple(parts)
