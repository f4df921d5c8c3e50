import numpy as np
import xarray as xr

from dynamicl.studies.induction._residual import (
    CONDITIONS,
    HARDER,
    HELPED,
    ONE,
    PERFECTED,
    RESIDUAL,
    TRAINED,
    surely_better,
)
from studies.judging import changed, judge_test

SEEDS, HEADS = 4, 4
DIMS = ("seed", "condition", "head")
OVERALL = np.full((SEEDS, 2, HEADS), 0.7)
GAIN = np.tile([[np.nan, -0.2, -0.1, -0.3], [np.nan, -0.2, 0.2, -0.3]], (SEEDS, 1, 1))
GAIN += 0.01 * np.arange(SEEDS)[:, None, None]
DATA = xr.Dataset(
    {
        "overall": (DIMS, OVERALL),
        "on_mistakes": (DIMS, OVERALL + GAIN),
        "mistakes": (DIMS[:2], np.full((SEEDS, 2), 100)),
        "strength": (("seed", "head"), np.tile([0.9, 0.5, 0.4, 0.2], (SEEDS, 1))),
    },
    {"seed": range(SEEDS), "condition": list(CONDITIONS), "head": range(HEADS)},
)
BROKEN = {
    HARDER: changed(DATA, "on_mistakes", 0.9, seed=[0, 1], condition=TRAINED, head=[1, 2, 3]),
    HELPED: changed(DATA, "on_mistakes", 0.6, seed=[0, 1], condition=PERFECTED, head=2),
    ONE: changed(DATA, "on_mistakes", 0.95, seed=3, condition=PERFECTED, head=1),
}
test_judge = judge_test(RESIDUAL, DATA, BROKEN)


def test_a_seed_without_mistakes_says_nothing():
    nothing = changed(DATA, "on_mistakes", np.nan, seed=3)
    harder, helped, _ = RESIDUAL.judge(nothing)
    assert (harder.n, helped.n, helped.value) == (3, 3, 1.0)
    assert RESIDUAL.judge(changed(DATA, "on_mistakes", np.nan))[0].holds is None


def test_heads_that_know_nothing_of_the_mistakes_are_not_better():
    """The best of several gains by chance almost always; that is no help."""
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(200):
        right = rng.binomial(100, OVERALL) / 100
        right[:, :, 0] = np.nan
        counts.extend(surely_better(changed(DATA, "on_mistakes", right)) > 0)
    assert np.mean(counts) <= 0.07
