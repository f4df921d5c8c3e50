import jax
import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.induction._toy import (
    CLAMPS,
    FASTER,
    INDEX_FREE,
    INDEX_ONE,
    INDEX_TWO,
    PLATEAU,
    SMOOTH,
    STILL,
    STRAIGHT,
    TOY,
    halving,
    plateau_indices,
    straightness,
)
from dynamicl.toys import descend_population
from studies.judging import changed, judge_test

DRAWS = 20
DIMS = ("clamp", "draw")
DATA = xr.Dataset(
    {
        "plateau": (DIMS, np.tile([[True], [False], [False]], (1, DRAWS))),
        "waits": (DIMS, np.tile([[True], [True], [False]], (1, DRAWS))),
        "straightness": (DIMS, np.tile([[0.7], [0.95], [0.999]], (1, DRAWS))),
        "halving": (DIMS, np.outer([100, 40, 10], np.linspace(0.8, 1.2, DRAWS))),
        "index": (DIMS, np.outer([0.7, 0.2, 0.05], np.linspace(0.9, 1.1, DRAWS))),
    },
    {"clamp": list(CLAMPS)},
)
HALF = np.arange(DRAWS) % 2 == 0
BROKEN = {
    PLATEAU: changed(DATA, "plateau", HALF, clamp="none"),
    STILL: changed(DATA, "waits", HALF, clamp="c"),
    FASTER: changed(DATA, "halving", np.where(HALF, 10.0, 400.0), clamp="c"),
    SMOOTH: changed(DATA, "waits", np.arange(DRAWS) < 3, clamp="b, c"),
    STRAIGHT: changed(DATA, "straightness", 0.9, clamp="b, c"),
    INDEX_FREE: changed(DATA, "index", 0.19, clamp="none"),
    INDEX_ONE: changed(DATA, "index", 0.04, clamp="c"),
    INDEX_TWO: changed(DATA, "index", 0.11, clamp="b, c"),
}
test_judge = judge_test(TOY, DATA, BROKEN)


def test_the_shape_of_an_exponential():
    steps = np.arange(200)
    curve = 3 * np.exp(-steps / 20)
    assert straightness(curve) == pytest.approx(1) and halving(curve) == np.ceil(20 * np.log(2))
    # Below a millionth of the start is rounding, and does not bend the line.
    assert straightness(np.maximum(curve, 1e-6)) > 0.999
    assert halving(np.full(50, 2.0)) == 50 and straightness(1 / (1 + np.exp((steps - 100) / 5))) < 0.9


def test_an_index_counts_from_the_loss_of_nothing_learnt():
    """With two of three vectors at their truth the third is an exponential, whose index is .046 from any start."""
    held = descend_population(jax.random.split(jax.random.key(0), 3), clamps=("b", "c"), steps=2000)
    np.testing.assert_allclose(plateau_indices(held.loss, held), 0.046, atol=0.003)
    # After one step the loss is still above that of nothing learnt: there is nothing to count from.
    never = descend_population(jax.random.split(jax.random.key(0), 3), steps=1)
    assert np.isnan(plateau_indices(never.loss, never)).all()
